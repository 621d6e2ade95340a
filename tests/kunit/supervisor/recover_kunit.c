// SPDX-License-Identifier: GPL-2.0-or-later
/* What supervisor code asks about death and recovery: notices to a handler, held calls, bars. */
#include "harness.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/lap.h"
#include "ipc/rpc.h"

#define LONG	(50LL * NSEC_PER_SEC)

/* The module is of its own; the ports that die are of others. */
struct setting {
	struct chorus_actor *module;
	struct chorus_actor *others;
	int told;			/* the module's port, with a handler */
	struct chorus_ui told_ui;
	int li[4];			/* of the others */
	struct chorus_ui ui[4];

	/* What the handler saw and does. */
	struct chorus_message_info info;
	struct chorus_death death;
	bool rest;			/* of the annex is zero */
	int invoker;
	const struct chorus_ui *again;	/* watched from inside */
	int again_result;
	atomic_t notices;
};

static int note_notice(struct chorus_invocation *inv, void *cookie)
{
	struct setting *set = cookie;
	u8 annex[CHORUS_ANNEX_SIZE];
	struct chorus_ui ui;

	set->info = *chorus_invocation_message(inv);
	if (!(set->info.flags & CHORUS_MSG_DEATH) || chorus_invocation_read_annex(inv, annex))
		return -EPROTO;
	memcpy(&set->death, annex, sizeof(set->death));
	set->rest = !memchr_inv(annex + sizeof(set->death), 0,
				sizeof(annex) - sizeof(set->death));
	set->invoker = chorus_invocation_invoker(inv, &ui);
	if (set->again)
		set->again_result = chorus_watch(set->module, set->again, set->told, 99);
	atomic_inc(&set->notices);
	return 0;
}

static struct setting *enter(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));
	int i;

	set->module = test_actor(test);
	set->others = test_actor(test);
	set->told = test_port(test, set->module, &set->told_ui);
	for (i = 0; i < ARRAY_SIZE(set->li); i++)
		set->li[i] = test_port(test, set->others, &set->ui[i]);
	KUNIT_ASSERT_EQ(test, chorus_port_connect(set->module, set->told, note_notice, set), 0);
	return set;
}

static void expect_notices(struct kunit *test, struct setting *set, int nr)
{
	test_until(atomic_read(&set->notices) == nr);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->notices), nr);
}

static void delete(struct kunit *test, struct setting *set, int port)
{
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->others, set->li[port]), 0);
}

/* ---- notices ---- */

static void recover_handler_is_told(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &set->ui[0], set->told, 7), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->notices), 0);
	delete(test, set, 0);
	expect_notices(test, set, 1);
	KUNIT_EXPECT_EQ(test, set->info.flags, CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH);
	KUNIT_EXPECT_EQ(test, set->info.body_size, 0U);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->info.src, &set->ui[0]));
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->info.target, &set->told_ui));
	KUNIT_EXPECT_EQ(test, set->invoker, -EINVAL);
	KUNIT_EXPECT_EQ(test, set->death.cookie, 7ULL);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->death.object, &set->ui[0]));
	KUNIT_EXPECT_TRUE(test, chorus_ui_is_null(&set->death.member));
	KUNIT_EXPECT_TRUE(test, set->rest);
	/* Once. */
	KUNIT_EXPECT_EQ(test, chorus_unwatch(set->module, &set->ui[0], set->told, 7), -ENOENT);
}

static void recover_handler_watches_on(struct kunit *test)
{
	struct setting *set = enter(test);

	set->again = &set->ui[1];
	KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &set->ui[0], set->told, 1), 0);
	delete(test, set, 0);
	expect_notices(test, set, 1);
	KUNIT_EXPECT_EQ(test, set->again_result, 0);
	set->again = &set->ui[0];
	delete(test, set, 1);
	expect_notices(test, set, 2);
	KUNIT_EXPECT_EQ(test, set->death.cookie, 99ULL);
	KUNIT_EXPECT_EQ(test, set->again_result, -EHOSTUNREACH);
}

static void recover_watch_refusals(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_actor *module = set->module;

	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[0], set->told + 1000, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[0], CHORUS_LI_ANYENABLED, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[0], INT_MIN, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &module->object.ui, set->told, 1),
			-EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, chorus_watch_members(module, &set->ui[0], set->told, 1, NULL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[0], set->told, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[0], set->told, 1), -EEXIST);
	KUNIT_EXPECT_EQ(test, chorus_unwatch(module, &set->ui[0], set->told, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_unwatch(set->others, &set->ui[0], set->li[1], 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_unwatch(module, &set->ui[0], set->told, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_unwatch(module, &set->ui[0], set->told, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_watch(module, &set->ui[1], set->told, 3), 0);
	delete(test, set, 0);
	delete(test, set, 1);
	/* The first is not told: the second, which is, stands behind it. */
	expect_notices(test, set, 1);
	KUNIT_EXPECT_EQ(test, set->death.cookie, 3ULL);
}

static void recover_members_are_told_of(struct kunit *test)
{
	struct setting *set = enter(test);
	u64 departures = U64_MAX;
	struct chorus_cap group;
	int i;

	KUNIT_ASSERT_EQ(test, chorus_group_allocate(set->others, CHORUS_UI_GROUP, 0, &group), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, chorus_group_insert(set->others, &group, &set->ui[i]), 0);
	KUNIT_EXPECT_EQ(test, chorus_watch_members(set->module, &group.ui, set->told, 1,
						   &departures), 0);
	KUNIT_EXPECT_EQ(test, departures, 0ULL);
	delete(test, set, 0);
	expect_notices(test, set, 1);
	KUNIT_EXPECT_EQ(test, set->death.departures, 1ULL);
	KUNIT_EXPECT_EQ(test, set->death.members, 2U);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->death.member, &set->ui[0]));
	/* Who has missed one is told at once; who knows of it, or does not ask, is not. */
	delete(test, set, 1);
	KUNIT_EXPECT_EQ(test, chorus_watch_members(set->module, &group.ui, set->told, 2, NULL), 0);
	departures = 2;
	KUNIT_EXPECT_EQ(test, chorus_watch_members(set->module, &group.ui, set->told, 3,
						   &departures), 0);
	departures = 1;
	KUNIT_EXPECT_EQ(test, chorus_watch_members(set->module, &group.ui, set->told, 4,
						   &departures), 0);
	KUNIT_EXPECT_EQ(test, departures, 2ULL);
	expect_notices(test, set, 2);
	KUNIT_EXPECT_EQ(test, set->death.cookie, 4ULL);
	KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &group.ui, set->told, 5), 0);
	delete(test, set, 2);
	expect_notices(test, set, 5);
	KUNIT_EXPECT_EQ(test, set->death.members, 0U);
}

/* What the module asked for ends with its ports; what comes to it then is nobody's. */
static void recover_watches_end_with_the_module(struct kunit *test)
{
	struct setting *set = enter(test);
	atomic_long_t *watches = &set->module->user->used[CHORUS_QUOTA_WATCHES];
	long before = atomic_long_read(watches);
	int i;

	for (i = 0; i < 50; i++)
		KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &set->ui[i % 2], set->told, i), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(watches), before + 50);
	delete(test, set, 0);
	chorus_actor_kill(set->module);
	KUNIT_EXPECT_EQ(test, atomic_long_read(watches), before);
	delete(test, set, 1);
	KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &set->ui[2], set->told, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_watch(set->module, &set->ui[2], CHORUS_LI_DEFAULT, 1),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(watches), before);
}

/* ---- held calls ---- */

static void recover_hold_is_judged(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_ui nobody = { }, mode = set->ui[0], group;
	int li = set->told;

	mode.head |= (u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	chorus_ui_build(&group, CHORUS_UI_STATGROUP_USER, test_site()->number, 5);
	group.head |= (u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, NULL, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &nobody, CHORUS_HOLD_MAX), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, NULL, CHORUS_HOLD_MAX + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, NULL, U64_MAX), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &set->ui[0], 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &mode, LONG), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &set->others->object.ui, LONG),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &group, LONG), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, &set->ui[0], LONG), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, li + 1000, NULL, LONG), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->module, CHORUS_LI_ANYENABLED, NULL, LONG),
			-ENOENT);
}

struct asking {
	struct chorus_ui to;
	u32 value;
};

static int ask(struct test_worker *worker)
{
	struct asking *a = worker->arg;

	return test_call(worker->actor, &a->to, &a->value, -1) ?: a->value;
}

/* Somebody whose call lies in the queue of a port without a handler. */
static struct test_worker *caller(struct kunit *test, const struct chorus_ui *to, u32 value)
{
	struct asking *a = test_zalloc(test, sizeof(*a));
	struct test_worker *worker;

	*a = (struct asking){ .to = *to, .value = value };
	worker = test_run(test, ask, test_actor(test), a);
	test_asleep(worker);
	return worker;
}

/* Answers with one more; with a hundred, if a server died with the call. */
static int answer(struct chorus_invocation *inv, void *cookie)
{
	u32 value = 0;

	chorus_invocation_read_body(inv, 0, &value, sizeof(value));
	value += chorus_invocation_message(inv)->flags & CHORUS_MSG_AGAIN ? 100 : 1;
	return chorus_invocation_reply(inv, NULL, &value, sizeof(value));
}

static void recover_queue_goes_to_the_heir(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *one, *two;

	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->others, set->li[0], &set->ui[1], LONG), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_connect(set->others, set->li[1], answer, NULL), 0);
	one = caller(test, &set->ui[0], 10);
	delete(test, set, 0);
	KUNIT_EXPECT_EQ(test, test_join(one), 11);
	/* What was taken back does not hold. */
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->others, set->li[2], &set->ui[1], LONG), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->others, set->li[2], NULL, 0), 0);
	two = caller(test, &set->ui[2], 20);
	delete(test, set, 2);
	KUNIT_EXPECT_EQ(test, test_join(two), -EIDRM);
}

#define STAMP	0x7265636fULL

/* The module is loaded again: the same name, another port. */
static void recover_queue_waits_for_the_next_module(struct kunit *test)
{
	struct chorus_actor *module = test_actor(test);
	struct test_worker *worker;
	struct chorus_ui ui;
	int li;

	li = chorus_port_create(module, STAMP, &ui);
	KUNIT_ASSERT_GT(test, li, 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(module, li, NULL, LONG), 0);
	worker = caller(test, &ui, 30);
	chorus_actor_kill(module);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	module = test_actor(test);
	li = chorus_port_create(module, STAMP, NULL);
	KUNIT_ASSERT_GT(test, li, 0);
	KUNIT_EXPECT_EQ(test, chorus_port_connect(module, li, answer, NULL), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 31);
}

struct staying {
	struct chorus_actor *dying, *caller;
	struct chorus_lap_desc desc;
	struct completion entered, go;
};

static int stay(struct chorus_invocation *inv, void *cookie)
{
	struct staying *s = cookie;

	complete(&s->entered);
	wait_for_completion(&s->go);
	return 0;
}

static int invoker(struct test_worker *worker)
{
	struct staying *s = worker->arg;

	return chorus_lap_invoke(s->caller, &s->desc, NULL, 0);
}

static int killer(struct test_worker *worker)
{
	struct staying *s = worker->arg;

	chorus_actor_kill(s->dying);
	return 0;
}

static bool handler_is_idle(struct setting *set, int port)
{
	struct chorus_port *p = chorus_port_get_li(set->others, set->li[port]);
	struct chorus_handler *handler = p ? chorus_handler_get(p) : NULL;
	bool idle = handler && !work_busy(&handler->work);

	if (handler)
		chorus_handler_put(handler);
	chorus_port_put(p);
	return idle;
}

/*
 * Between the death of an actor and that of its ports lies the wait for who is inside its LAPs.  A
 * handler that is fed meanwhile has no thread: what is queued stays, for who ends the port.
 */
static void recover_dying_actor_keeps_its_queue(struct kunit *test)
{
	struct staying *s = test_zalloc(test, sizeof(*s));
	struct setting *set = enter(test);
	struct test_worker *inside, *killing, *worker;

	init_completion(&s->entered);
	init_completion(&s->go);
	s->dying = set->others;
	s->caller = test_actor(test);
	KUNIT_ASSERT_EQ(test, chorus_lap_create(set->others, stay, s, 0, 0, &s->desc), 0);
	/* The heir is a port of another actor, which lives. */
	set->told = test_port(test, set->module, &set->told_ui);
	KUNIT_EXPECT_EQ(test, chorus_port_connect(set->module, set->told, answer, NULL), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_hold(set->others, set->li[0], &set->told_ui, LONG), 0);
	worker = caller(test, &set->ui[0], 40);
	inside = test_run(test, invoker, s->caller, s);
	wait_for_completion(&s->entered);
	killing = test_run(test, killer, set->module, s);
	test_until(!chorus_object_alive(&set->others->object));
	KUNIT_EXPECT_EQ(test, chorus_port_connect(set->others, set->li[0], answer, NULL), 0);
	KUNIT_EXPECT_TRUE(test, test_until(handler_is_idle(set, 0)));
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	complete_all(&s->go);
	KUNIT_EXPECT_EQ(test, test_join(worker), 41);
	KUNIT_EXPECT_EQ(test, test_join(killing), 0);
	KUNIT_EXPECT_EQ(test, test_join(inside), -ECANCELED);
}

/* ---- bars ---- */

/* An actor as of a process; it has sent and called nobody yet. */
static struct chorus_actor *process(struct kunit *test, struct chorus_cap *cap)
{
	struct chorus_actor *actor = test_actor(test);

	actor->supervisor = NULL;
	actor->privilege = CHORUS_ACTOR_USER;
	chorus_actor_capability(actor, cap);
	return actor;
}

static void recover_bar_refusals(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_ui mode = set->ui[0];
	struct chorus_cap cap, wrong, own;
	struct chorus_actor *actor = process(test, &cap);

	mode.head |= (u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, 4, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, UINT_MAX, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, CHORUS_BAR_SEND, &mode),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, CHORUS_BAR_SEND, &cap.ui),
			-EINVAL);
	wrong = cap;
	wrong.key.k[1] ^= 1;
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &wrong, CHORUS_BAR_SEND, NULL),
			-EACCES);
	wrong.ui = set->ui[0];
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &wrong, CHORUS_BAR_SEND, NULL),
			-EHOSTUNREACH);
	chorus_actor_capability(set->module, &own);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &own, CHORUS_BAR_SEND, NULL), -EPERM);
	chorus_actor_capability(set->others, &own);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &own, CHORUS_BAR_SEND, NULL), -EPERM);
	KUNIT_EXPECT_EQ(test, actor->bar, 0U);
	KUNIT_EXPECT_EQ(test, set->others->bar, 0U);
}

static void recover_bar_bars(struct kunit *test)
{
	const u32 both = CHORUS_BAR_SEND | CHORUS_BAR_RECEIVE;
	struct setting *set = enter(test);
	struct chorus_cap cap;
	struct chorus_actor *actor = process(test, &cap);
	struct chorus_ui *to = &actor->default_port->object.ui;

	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, both, &set->ui[0]), 0);
	KUNIT_EXPECT_EQ(test, test_send(actor, &set->ui[1], 1), -EPERM);
	KUNIT_EXPECT_EQ(test, test_send(actor, &set->ui[0], 1), 0);
	KUNIT_EXPECT_EQ(test, test_send(set->others, to, 1), -EPERM);
	/* Another may lift it, and who lifts it says so of all. */
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->others, &cap, CHORUS_BAR_SEND, NULL), 0);
	KUNIT_EXPECT_EQ(test, test_send(set->others, to, 1), 0);
	KUNIT_EXPECT_EQ(test, test_send(actor, &set->ui[0], 1), -EPERM);
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(set->module, &cap, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, test_send(actor, &set->ui[1], 1), 0);
	/* It is not its own to lift while it stands, trusted or not. */
	KUNIT_EXPECT_EQ(test, chorus_actor_bar(actor, &cap, 0, NULL), -EPERM);
}

static struct kunit_case recover_cases[] = {
	KUNIT_CASE(recover_handler_is_told),
	KUNIT_CASE(recover_handler_watches_on),
	KUNIT_CASE(recover_watch_refusals),
	KUNIT_CASE(recover_members_are_told_of),
	KUNIT_CASE(recover_watches_end_with_the_module),
	KUNIT_CASE(recover_hold_is_judged),
	KUNIT_CASE(recover_queue_goes_to_the_heir),
	KUNIT_CASE(recover_queue_waits_for_the_next_module),
	KUNIT_CASE(recover_dying_actor_keeps_its_queue),
	KUNIT_CASE(recover_bar_refusals),
	KUNIT_CASE(recover_bar_bars),
	{}
};

static struct kunit_suite recover_suite = {
	.name = "chorus_supervisor_recover",
	.init = test_init,
	.exit = test_exit,
	.test_cases = recover_cases,
};

kunit_test_suite(recover_suite);
