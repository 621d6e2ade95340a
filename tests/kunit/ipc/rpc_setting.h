/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the suites about calls begin with: two actors, the case as a thread of one, a port of it. */
#ifndef CHORUS_KUNIT_RPC_SETTING_H
#define CHORUS_KUNIT_RPC_SETTING_H

#include "harness.h"
#include "ipc/rpc.h"

/* The case is a thread of the server; clients are workers. */
struct setting {
	struct chorus_actor *client;
	struct chorus_actor *server;
	struct chorus_thread *thread;
	struct chorus_ui ui;
	int li;
};

static inline struct setting *prepare(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));

	set->client = test_actor(test);
	set->server = test_actor(test);
	set->thread = test_thread(test, set->server);
	set->li = test_port(test, set->server, &set->ui);
	return set;
}

struct request {
	struct setting *set;
	u32 value;		/* in: sent; out: answered */
	s64 timeout;
	bool signals;
	bool served;		/* a server has received it; see give_up_served() */
};

static inline int client_main(struct test_worker *worker)
{
	struct request *request = worker->arg;

	if (request->signals)
		allow_signal(SIGUSR1);
	return test_call(request->set->client, &request->set->ui, &request->value,
			 request->timeout);
}

static inline struct test_worker *client(struct kunit *test, struct setting *set,
					 struct request *request, u32 value, s64 timeout)
{
	struct test_worker *worker;

	request->set = set;
	request->value = value;
	request->timeout = timeout;
	worker = test_run(test, client_main, set->client, request);
	test_asleep(worker);
	return worker;
}

static inline u64 serve(struct kunit *test, struct setting *set, u32 expected)
{
	struct chorus_received out = { };
	u32 value = 0;

	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li, 0, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, value, expected);
	return out.token;
}

#endif /* CHORUS_KUNIT_RPC_SETTING_H */
