// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls that outlive their server: the heir, the late one, none; the client that leaves. */
#include "port_setting.h"
#include "ipc/hold.h"

#define LONG	(50LL * NSEC_PER_SEC)

struct asking {
	struct chorus_ui to;
	s64 timeout;
	u32 value;
};

static int ask(struct test_worker *worker)
{
	struct asking *a = worker->arg;
	int ret = test_call(worker->actor, &a->to, &a->value, a->timeout);

	return ret ?: a->value;
}

/* Somebody whose call to the first port lies in its queue. */
static struct test_worker *caller(struct kunit *test, struct setting *set, u32 value, s64 timeout)
{
	struct asking *a = test_zalloc(test, sizeof(*a));
	struct test_worker *worker;

	*a = (struct asking){ .to = set->ui[0], .timeout = timeout, .value = value };
	worker = test_run(test, ask, test_actor(test), a);
	test_asleep(worker);
	return worker;
}

static void declare(struct kunit *test, struct setting *set, const struct chorus_ui *heir, u64 ns)
{
	const struct chorus_policy policy = { .heir = *heir, .ns = ns };
	struct chorus_policy old;

	KUNIT_ASSERT_EQ(test, chorus_hold_policy(set->actor, set->li[0], &policy, &old), 0);
	KUNIT_EXPECT_EQ(test, old.ns, 0);
}

static long nr_held(const struct setting *set)
{
	return atomic_long_read(&set->actor->user->used[CHORUS_QUOTA_HELD]);
}

static void delete_first(struct kunit *test, struct setting *set)
{
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
}

static void hold_heir_gets_the_call(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;
	struct chorus_received out;
	u32 value = 0;

	declare(test, set, &set->ui[1], LONG);
	worker = caller(test, set, 7, -1);
	delete_first(test, set);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[1], 0, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, value, 7);
	KUNIT_EXPECT_EQ(test, out.flags, CHORUS_MSG_RPC);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 8);
}

static void hold_late_heir_gets_the_call(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;
	struct chorus_port *port;
	struct chorus_ui heir;
	u32 value = 0;
	struct chorus_received out;

	chorus_ui_build(&heir, CHORUS_UI_STATPORT, test_site()->number, 0x4e1f);
	declare(test, set, &heir, LONG);
	worker = caller(test, set, 7, -1);
	delete_first(test, set);
	KUNIT_EXPECT_EQ(test, nr_held(set), 1);
	port = chorus_port_new(set->actor, &heir);
	KUNIT_ASSERT_FALSE(test, IS_ERR(port));
	KUNIT_EXPECT_EQ(test, nr_held(set), 0);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, port->li, 0, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, value, 7);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 9), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 9);
	chorus_port_kill(port);
	chorus_port_put(port);
}

static void hold_ends_in_time(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;
	struct chorus_ui heir;

	chorus_ui_build(&heir, CHORUS_UI_STATPORT, test_site()->number, 0x4e20);
	declare(test, set, &heir, 20 * NSEC_PER_MSEC);
	worker = caller(test, set, 7, -1);
	delete_first(test, set);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EIDRM);
	KUNIT_EXPECT_EQ(test, nr_held(set), 0);
}

static void hold_client_takes_its_call_back(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;
	struct chorus_ui heir;

	chorus_ui_build(&heir, CHORUS_UI_STATPORT, test_site()->number, 0x4e21);
	declare(test, set, &heir, LONG);
	worker = caller(test, set, 7, 300 * NSEC_PER_MSEC);
	delete_first(test, set);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, nr_held(set), 0);
}

static void hold_needs_somebody_to_come(struct kunit *test)
{
	static const struct chorus_ui nobody;
	struct setting *set = enter(test);
	struct test_worker *worker;

	declare(test, set, &nobody, LONG);
	worker = caller(test, set, 7, -1);
	delete_first(test, set);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EIDRM);
}

static struct kunit_case hold_cases[] = {
	KUNIT_CASE(hold_heir_gets_the_call),
	KUNIT_CASE(hold_late_heir_gets_the_call),
	KUNIT_CASE(hold_ends_in_time),
	KUNIT_CASE(hold_client_takes_its_call_back),
	KUNIT_CASE(hold_needs_somebody_to_come),
	{}
};

static struct kunit_suite hold_suite = {
	.name = "chorus_ipc_hold",
	.init = test_init,
	.exit = test_exit,
	.test_cases = hold_cases,
};

kunit_test_suite(hold_suite);
