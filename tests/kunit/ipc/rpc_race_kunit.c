// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls: timeouts against replies, deaths against calls; one answer each, and nobody waits for ever. */
#include "ipc/rpc_setting.h"

struct race {
	struct setting *set;
	int answered;
	int late;
	int wrong;
	atomic_t clients;
	atomic_t delivered;	/* replies that returned 0 */
};

/*
 * How much time the servers need is the machine's business, so what they are given follows:
 * wherever this runs about half of the calls are answered, and many nearly so.
 */
static int racing_client(struct test_worker *worker)
{
	unsigned long end = test_deadline();
	u32 round, value, most = 400 * NSEC_PER_USEC;
	struct race *race = worker->arg;
	int ret;

	for (round = 0; round < 400 || !race->answered || !race->late; round++) {
		if (time_after(jiffies, end))
			break;
		value = round;
		ret = test_call(worker->actor, &race->set->ui, &value, get_random_u32() % most);
		if (!ret && value == round + 1000) {
			race->answered++;
			most -= most / 8;
		} else if (ret == -ETIMEDOUT) {
			race->late++;
			most = min_t(u32, most + most / 8 + 1, NSEC_PER_SEC);
		} else {
			race->wrong++;
		}
	}
	atomic_dec(&race->clients);
	return 0;
}

static int racing_server(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct race *race = worker->arg;
	struct chorus_received out;
	u32 value;
	int ret;

	while (atomic_read(&race->clients)) {
		ret = test_receive(thread, race->set->li, NSEC_PER_MSEC, &value, &out);
		if (ret == -ETIMEDOUT)
			continue;
		if (ret)
			return ret;
		if (get_random_u32() & 1)
			usleep_range(50, 300);
		ret = test_reply(thread, 0, value + 1000);
		if (!ret)
			atomic_inc(&race->delivered);
		else if (ret != -EHOSTUNREACH)
			return ret;
	}
	return 0;
}

/* What the server counts as delivered is what the client got: never one without both. */
static void rpc_timeout_races_with_reply(struct kunit *test)
{
	struct race *race = test_zalloc(test, sizeof(*race));
	struct setting *set = prepare(test);
	struct test_worker *one, *two, *worker;

	race->set = set;
	atomic_set(&race->clients, 1);
	one = test_run(test, racing_server, set->server, race);
	two = test_run(test, racing_server, set->server, race);
	worker = test_run(test, racing_client, set->client, race);
	test_join(worker);
	KUNIT_EXPECT_EQ(test, test_join(one), 0);
	KUNIT_EXPECT_EQ(test, test_join(two), 0);
	KUNIT_EXPECT_EQ(test, race->wrong, 0);
	KUNIT_EXPECT_GT(test, race->answered, 0);
	KUNIT_EXPECT_GT(test, race->late, 0);
	KUNIT_EXPECT_EQ(test, race->answered, atomic_read(&race->delivered));
}

static int calling_client(struct test_worker *worker)
{
	struct race *race = worker->arg;
	u32 value;
	int ret;

	for (;;) {
		value = 1;
		ret = test_call(worker->actor, &race->set->ui, &value, -1);
		if (ret)
			return ret;
		if (value != 1001)
			return -EBADMSG;
	}
}

static int patient_server(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct race *race = worker->arg;
	struct chorus_received out;
	u32 value;
	int ret;

	while (!(ret = test_receive(thread, race->set->li, -1, &value, &out))) {
		test_mix();
		test_reply(thread, 0, value + 1000);
	}
	return ret;
}

/* Whenever the server dies, every caller is told, and no one waits for ever. */
static void rpc_death_races_with_calls(struct kunit *test)
{
	struct test_worker *clients[3], *servers[2];
	int round, i, ret;

	for (round = 0; round < 20; round++) {
		struct race *race = test_zalloc(test, sizeof(*race));
		struct setting *set = prepare(test);

		race->set = set;
		for (i = 0; i < ARRAY_SIZE(servers); i++)
			servers[i] = test_run(test, patient_server, set->server, race);
		for (i = 0; i < ARRAY_SIZE(clients); i++)
			clients[i] = test_run(test, calling_client, set->client, race);
		usleep_range(500, 3000);
		chorus_actor_kill(set->server);
		for (i = 0; i < ARRAY_SIZE(clients); i++) {
			ret = test_join(clients[i]);
			KUNIT_EXPECT_TRUE_MSG(test, ret == -EIDRM || ret == -EOWNERDEAD ||
					      ret == -EHOSTUNREACH, "%d", ret);
		}
		for (i = 0; i < ARRAY_SIZE(servers); i++) {
			ret = test_join(servers[i]);
			KUNIT_EXPECT_TRUE_MSG(test, ret == -EIDRM || ret == -ESHUTDOWN ||
					      ret == -ENOENT, "%d", ret);
		}
		test_again(test);
	}
}

static struct kunit_case rpc_race_cases[] = {
	KUNIT_CASE(rpc_timeout_races_with_reply),
	KUNIT_CASE(rpc_death_races_with_calls),
	{}
};

static struct kunit_suite rpc_race_suite = {
	.name = "chorus_ipc_rpc_race",
	.init = test_init,
	.exit = test_exit,
	.test_cases = rpc_race_cases,
};

kunit_test_suite(rpc_race_suite);
