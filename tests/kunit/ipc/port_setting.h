/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the suites about ports begin with: an actor, the case as a thread of it, four ports. */
#ifndef CHORUS_KUNIT_PORT_SETTING_H
#define CHORUS_KUNIT_PORT_SETTING_H

#include "harness.h"

struct setting {
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	int li[4];
	struct chorus_ui ui[4];
};

static inline struct setting *enter(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));
	int i;

	set->actor = test_actor(test);
	set->thread = test_thread(test, set->actor);
	for (i = 0; i < ARRAY_SIZE(set->li); i++)
		set->li[i] = test_port(test, set->actor, &set->ui[i]);
	return set;
}

static inline int send(struct setting *set, int port, u32 value)
{
	return test_send(set->actor, &set->ui[port], value);
}

static inline int enable(struct setting *set, int port, u32 priority)
{
	return chorus_port_enable(set->actor, set->li[port], true, priority);
}

static inline int disable(struct setting *set, int port)
{
	return chorus_port_enable(set->actor, set->li[port], false, 0);
}

/* By name; only to compare: nothing keeps it. */
static inline struct chorus_port *find(const struct chorus_ui *ui)
{
	struct chorus_port *port;

	rcu_read_lock();
	port = chorus_port_find(test_site(), ui);
	rcu_read_unlock();
	return port;
}

static inline int receive(struct setting *set, int port)
{
	return test_poll(set->thread, set->li[port]);
}

static inline int receive_any(struct setting *set)
{
	return test_poll(set->thread, CHORUS_LI_ANYENABLED);
}

static inline int receive_forever(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct chorus_received out;
	u32 value = 0;
	int ret;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ret = test_receive(thread, (long)worker->arg, -1, &value, &out);
	return ret ?: value;
}

static inline struct test_worker *receiver(struct kunit *test, struct setting *set, long li)
{
	struct test_worker *worker = test_run(test, receive_forever, set->actor, (void *)li);

	test_asleep(worker);
	return worker;
}

#endif /* CHORUS_KUNIT_PORT_SETTING_H */
