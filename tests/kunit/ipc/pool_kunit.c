// SPDX-License-Identifier: GPL-2.0-or-later
/* Shared queues of groups: who takes what, who is told, what stays. */
#include "harness.h"
#include "ipc/group.h"

#define MEMBERS	3

/* The case is a thread of the actor whose ports are the members; clients are workers of another. */
struct setting {
	struct chorus_actor *client;
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	struct chorus_cap group;
	int li[MEMBERS];
	struct chorus_ui ui[MEMBERS];
};

static int join(struct setting *set, int member)
{
	return chorus_group_insert(set->actor, &set->group, &set->ui[member]);
}

static int leave(struct setting *set, int member)
{
	return chorus_group_remove(set->actor, &set->group, &set->ui[member]);
}

static struct setting *enter(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));
	int i;

	set->client = test_user_actor(test, 5300);
	set->actor = test_actor(test);
	set->thread = test_thread(test, set->actor);
	KUNIT_ASSERT_EQ(test, chorus_group_allocate(set->actor, CHORUS_UI_GROUP_SHARED, 0,
						    &set->group), 0);
	for (i = 0; i < MEMBERS; i++) {
		set->li[i] = test_port(test, set->actor, &set->ui[i]);
		KUNIT_ASSERT_EQ(test, join(set, i), 0);
	}
	return set;
}

static int send(struct setting *set, u32 value)
{
	return test_send(set->client, &set->group.ui, value);
}

static int receive(struct setting *set, int member)
{
	return test_poll(set->thread, set->li[member]);
}

/* How much the group has; -1 if it is gone. */
static int queued(struct setting *set)
{
	struct chorus_group *group;
	int ret = -1;

	rcu_read_lock();
	group = chorus_group_find(test_site(), &set->group.ui);
	if (group)
		ret = group->pool.queued;
	rcu_read_unlock();
	return ret;
}

static long charged(struct setting *set, enum chorus_quota what)
{
	return atomic_long_read(&set->client->user->used[what]);
}

/* ---- taking ---- */

static void pool_is_first_in_first_out(struct kunit *test)
{
	struct setting *set = enter(test);
	int i;

	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, send(set, i + 1), 0);
	KUNIT_EXPECT_EQ(test, queued(set), 6);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, receive(set, (5 - i) % MEMBERS), i + 1);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, queued(set), 0);
}

/* A poll in vain leaves a member on the idle list with nobody behind it. */
static void pool_passes_over_who_has_left(struct kunit *test)
{
	struct setting *set = enter(test);
	int i;

	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, receive(set, i), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, send(set, 4), 0);
	KUNIT_EXPECT_EQ(test, queued(set), 1);
	KUNIT_EXPECT_EQ(test, receive(set, 1), 4);
}

static void pool_own_queue_comes_first(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, send(set, 1), 0);
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui[2], 2), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 2), 2);
	KUNIT_EXPECT_EQ(test, receive(set, 2), 1);
}

static void pool_takes_only_through_enabled_ports(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, send(set, 1), 0);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, CHORUS_LI_ANYENABLED), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, chorus_port_enable(set->actor, set->li[1], true, 1), 0);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, CHORUS_LI_ANYENABLED), 1);
}

/* It is a message of the member from then on, with the port's number and place. */
static void pool_given_back_stays_with_the_member(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_received one, two;
	u32 value;

	KUNIT_EXPECT_EQ(test, send(set, 1), 0);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[1], 0, &value, &one), 0);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, queued(set), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[1], 0, &value, &two), 0);
	KUNIT_EXPECT_EQ(test, value, 1U);
	KUNIT_EXPECT_EQ(test, two.seqnum, one.seqnum);
	KUNIT_EXPECT_EQ(test, two.token, one.token);
}

/* ---- limits ---- */

static void pool_full_refuses_and_charges_nothing(struct kunit *test)
{
	struct setting *set = enter(test);
	long before;

	test_limit(test, chorus_port_queue, 1);
	KUNIT_EXPECT_EQ(test, send(set, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 2), -ENOBUFS);
	before = charged(set, CHORUS_QUOTA_MESSAGES);
	KUNIT_EXPECT_EQ(test, send(set, 3), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, charged(set, CHORUS_QUOTA_MESSAGES), before);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, send(set, 4), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 4);
}

/* One queue more is one too many: whose message would be next? */
static void pool_a_port_has_one(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_cap other;

	KUNIT_EXPECT_EQ(test, chorus_group_allocate(set->actor, CHORUS_UI_GROUP_SHARED, 0, &other), 0);
	KUNIT_EXPECT_EQ(test, chorus_group_insert(set->actor, &other, &set->ui[0]), -EBUSY);
	KUNIT_EXPECT_EQ(test, leave(set, 0), 0);
	KUNIT_EXPECT_EQ(test, chorus_group_insert(set->actor, &other, &set->ui[0]), 0);
	KUNIT_EXPECT_EQ(test, join(set, 0), -EBUSY);
}

/* ---- members come and go ---- */

static void pool_of_who_left_is_not_served(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, leave(set, 0), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[1]), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 2), 1);
}

static void pool_ends_with_its_last_member(struct kunit *test)
{
	struct setting *set = enter(test);
	long before;
	int i;

	before = charged(set, CHORUS_QUOTA_MESSAGES);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, send(set, i), 0);
	KUNIT_EXPECT_EQ(test, charged(set, CHORUS_QUOTA_MESSAGES), before + 40);
	KUNIT_EXPECT_EQ(test, leave(set, 0), 0);
	KUNIT_EXPECT_EQ(test, leave(set, 2), 0);
	KUNIT_EXPECT_EQ(test, queued(set), 40);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[1]), 0);
	KUNIT_EXPECT_EQ(test, queued(set), -1);
	KUNIT_EXPECT_EQ(test, send(set, 1), -EHOSTUNREACH);
	/* What the sender keeps for its next messages is all that is left. */
	KUNIT_EXPECT_EQ(test, charged(set, CHORUS_QUOTA_MESSAGES), (long)set->client->cache.nr);
}

/* ---- calls ---- */

struct request {
	struct setting *set;
	u32 value;		/* in: sent; out: answered */
	s64 timeout;
	bool served;
};

static int client_main(struct test_worker *worker)
{
	struct request *request = worker->arg;

	return test_call(request->set->client, &request->set->group.ui, &request->value,
			 request->timeout);
}

static struct test_worker *client(struct kunit *test, struct setting *set,
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

static void pool_call_is_answered(struct kunit *test)
{
	struct setting *set = enter(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 5, -1);

	KUNIT_EXPECT_EQ(test, queued(set), 1);
	KUNIT_EXPECT_EQ(test, receive(set, 1), 5);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 6), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	KUNIT_EXPECT_EQ(test, request.value, 6U);
}

static void pool_call_given_up_leaves_the_queue(struct kunit *test)
{
	struct setting *set = enter(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 5, 20 * NSEC_PER_MSEC);

	KUNIT_EXPECT_EQ(test, test_join(worker), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, queued(set), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
}

/*
 * A server that is slow finds a call gone before it could be served: it is made again, with
 * more time, until one was received.
 */
static int impatient_main(struct test_worker *worker)
{
	struct request *request = worker->arg;
	int ret;

	do {
		ret = client_main(worker);
		request->timeout *= 2;
	} while (ret == -ETIMEDOUT && !READ_ONCE(request->served));
	return ret;
}

/* Taken and not answered: it is the server's, who hears of it from its reply. */
static void pool_call_given_up_in_service(struct kunit *test)
{
	struct setting *set = enter(test);
	struct request request = { .set = set, .value = 5, .timeout = 50 * NSEC_PER_MSEC };
	struct test_worker *worker = test_run(test, impatient_main, set->client, &request);
	struct chorus_received out;
	u32 value = 0;

	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[0], TEST_LONG_NS, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, value, 5U);
	WRITE_ONCE(request.served, true);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 6), -EHOSTUNREACH);
}

static void pool_call_ends_with_the_last_member(struct kunit *test)
{
	struct setting *set = enter(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 5, -1);
	int i;

	for (i = 0; i < MEMBERS; i++) {
		KUNIT_EXPECT_FALSE(test, test_ended(worker));
		KUNIT_EXPECT_EQ(test, leave(set, i), 0);
	}
	KUNIT_EXPECT_EQ(test, test_join(worker), -EIDRM);
}

/* ---- who waits ---- */

/* Serves until it is told that there is nothing to serve any more; how many it served. */
static int server_main(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	long li = (long)worker->arg;
	struct chorus_received out;
	int served = 0, ret;
	u32 value;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	for (;;) {
		ret = test_receive(thread, li, -1, &value, &out);
		if (ret)
			return ret == -EIDRM || ret == -ENOENT || ret == -ESHUTDOWN ? served : ret;
		test_mix();
		ret = test_reply(thread, 0, ~value);
		if (ret)
			return ret;
		served++;
	}
}

static void pool_joiner_serves_at_once(struct kunit *test)
{
	struct setting *set = enter(test);
	struct request request = { };
	struct test_worker *server, *worker;

	KUNIT_EXPECT_EQ(test, leave(set, 0), 0);
	server = test_run(test, server_main, set->actor, (void *)(long)set->li[0]);
	test_asleep(server);
	worker = client(test, set, &request, 7, -1);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	KUNIT_EXPECT_EQ(test, join(set, 0), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	KUNIT_EXPECT_EQ(test, request.value, ~7U);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, test_join(server), 1);
}

enum { ROUNDS = 200 };

/* How many calls it made, all answered. */
static int calls_main(struct test_worker *worker)
{
	struct request *request = worker->arg;
	unsigned long end = test_deadline();
	u32 value;
	int i, ret;

	for (i = 0; i < ROUNDS && time_before(jiffies, end); i++) {
		value = i;
		ret = test_call(request->set->client, &request->set->group.ui, &value, -1);
		if (ret)
			return ret;
		if (value != ~(u32)i)
			return -EIO;
		test_mix();
	}
	return i;
}

/* No wake-up is lost: each call of each client is answered by one of the servers. */
static void pool_clients_and_servers(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *server[MEMBERS], *worker[4];
	struct request request = { .set = set };
	int i, ret, calls = 0, served = 0;

	for (i = 0; i < MEMBERS; i++)
		server[i] = test_run(test, server_main, set->actor, (void *)(long)set->li[i]);
	for (i = 0; i < ARRAY_SIZE(worker); i++)
		worker[i] = test_run(test, calls_main, set->client, &request);
	for (i = 0; i < ARRAY_SIZE(worker); i++) {
		ret = test_join(worker[i]);
		KUNIT_EXPECT_GT(test, ret, 0);
		calls += ret;
	}
	for (i = 0; i < MEMBERS; i++) {
		KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[i]), 0);
		served += test_join(server[i]);
	}
	KUNIT_EXPECT_EQ(test, served, calls);
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(pool_is_first_in_first_out),
	KUNIT_CASE(pool_passes_over_who_has_left),
	KUNIT_CASE(pool_own_queue_comes_first),
	KUNIT_CASE(pool_takes_only_through_enabled_ports),
	KUNIT_CASE(pool_given_back_stays_with_the_member),
	KUNIT_CASE(pool_full_refuses_and_charges_nothing),
	KUNIT_CASE(pool_a_port_has_one),
	KUNIT_CASE(pool_of_who_left_is_not_served),
	KUNIT_CASE(pool_ends_with_its_last_member),
	KUNIT_CASE(pool_call_is_answered),
	KUNIT_CASE(pool_call_given_up_leaves_the_queue),
	KUNIT_CASE(pool_call_given_up_in_service),
	KUNIT_CASE(pool_call_ends_with_the_last_member),
	KUNIT_CASE(pool_joiner_serves_at_once),
	KUNIT_CASE(pool_clients_and_servers),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "chorus_ipc_pool",
	.init = test_init,
	.exit = test_exit,
	.test_cases = pool_cases,
};

kunit_test_suite(pool_suite);
