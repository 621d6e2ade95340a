// SPDX-License-Identifier: GPL-2.0-or-later
/* Local access points: made, named, found, called, deleted. */
#include "harness.h"
#include "ipc/lap.h"

#define ARG	8

struct setting {
	struct chorus_actor *caller;
	struct chorus_actor *owner;
	struct chorus_thread *thread;
	struct chorus_lap_desc desc;

	/* What the handler does and saw. */
	int result;
	int (*extra)(struct setting *set, struct chorus_invocation *inv);
	int extra_result;
	struct task_struct *task;
	unsigned int depth;
	struct completion entered;
	struct completion go;
};

/* Doubles the number it is given. */
static int handler(struct chorus_invocation *inv, void *cookie)
{
	u64 *arg = chorus_invocation_arg(inv);
	struct setting *set = cookie;

	/* Several may be inside: the last one is noted. */
	WRITE_ONCE(set->task, current);
	WRITE_ONCE(set->depth, max(READ_ONCE(set->depth), chorus_invocation_depth(inv)));
	complete(&set->entered);
	if (set->extra)
		WRITE_ONCE(set->extra_result, set->extra(set, inv));
	*arg *= 2;
	return set->result;
}

static struct setting *prepare(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));

	init_completion(&set->entered);
	init_completion(&set->go);
	set->caller = test_actor(test);
	set->owner = test_actor(test);
	set->thread = test_thread(test, set->caller);
	KUNIT_ASSERT_EQ(test, chorus_lap_create(set->owner, handler, set, ARG, CHORUS_LAP_SAFE,
						&set->desc), 0);
	return set;
}

static int invoke(struct setting *set, u64 *arg)
{
	return chorus_lap_invoke(set->caller, &set->desc, arg, ARG);
}

static int create(struct setting *set, u32 arg_size, u32 options, struct chorus_lap_desc *desc)
{
	return chorus_lap_create(set->owner, handler, set, arg_size, options, desc);
}

/* ---- creating and calling ---- */

static void lap_runs_on_the_callers_task(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 21;

	KUNIT_EXPECT_EQ(test, invoke(set, &arg), 0);
	KUNIT_EXPECT_EQ(test, arg, 42ULL);
	KUNIT_EXPECT_PTR_EQ(test, set->task, current);
	KUNIT_EXPECT_EQ(test, set->depth, 1U);
	KUNIT_EXPECT_EQ(test, set->thread->depth, 0U);
}

static void lap_descriptor_tells_what_it_is(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, (int)chorus_ui_type(&set->desc.lap), (int)CHORUS_UI_LAP);
	KUNIT_EXPECT_EQ(test, set->desc.arg_size, (u32)ARG);
	KUNIT_EXPECT_EQ(test, set->desc.options, CHORUS_LAP_SAFE);
}

static const struct create_row {
	const char *name;
	u32 arg_size;
	u32 options;
	int ret;
} create_rows[] = {
	{ "no argument", 0, 0, 0 },
	{ "greatest argument", CHORUS_LAP_ARG_MAX, CHORUS_LAP_SAFE, 0 },
	{ "one more", CHORUS_LAP_ARG_MAX + 1, CHORUS_LAP_SAFE, -EINVAL },
	{ "UINT_MAX", UINT_MAX, CHORUS_LAP_SAFE, -EINVAL },
	{ "an option of resolve", 8, CHORUS_LAP_NOBLOCK, -EINVAL },
	{ "an option of bind", 8, CHORUS_LAP_PROTECTED, -EINVAL },
	{ "unknown options", 8, 1U << 31, -EINVAL },
};

static void lap_create_row(struct kunit *test, const struct create_row *row)
{
	struct setting *set = prepare(test);
	unsigned int nr = test_site()->nr_laps;
	struct chorus_lap_desc desc;

	KUNIT_EXPECT_EQ(test, create(set, row->arg_size, row->options, &desc), row->ret);
	KUNIT_EXPECT_EQ(test, test_site()->nr_laps, nr + !row->ret);
}

static void lap_create(struct kunit *test)
{
	test_table(test, lap_create_row, create_rows);
}

static void lap_without_handler(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_lap_desc desc;

	KUNIT_EXPECT_EQ(test, chorus_lap_create(set->owner, NULL, NULL, 0, 0, &desc), -EINVAL);
}

static void lap_argument_of_another_size(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 args[2] = { 1, 2 };

	KUNIT_EXPECT_EQ(test, chorus_lap_invoke(set->caller, &set->desc, args, ARG - 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_lap_invoke(set->caller, &set->desc, args, ARG + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, args[0], 1ULL);
	/* The refused left the gate again: deleting does not wait. */
	KUNIT_EXPECT_EQ(test, set->thread->depth, 0U);
	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &set->desc), 0);
}

static void lap_failure_of_the_handler(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 1;

	set->result = -ENODEV;
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), -EREMOTEIO);
}

static int extra_invoker(struct setting *set, struct chorus_invocation *inv)
{
	struct chorus_ui ui;

	if (chorus_invocation_invoker(inv, &ui) || chorus_invocation_message(inv))
		return 0;
	return chorus_ui_equal(&ui, &set->caller->object.ui) &&
	       chorus_invocation_actor(inv) == set->owner;
}

static void lap_knows_its_invoker(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 1;

	set->extra = extra_invoker;
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, 1);
}

static int extra_recurse(struct setting *set, struct chorus_invocation *inv)
{
	u64 arg = 1;

	return invoke(set, &arg) ?: set->extra_result;
}

static void lap_nesting_max_and_one_more(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 1;

	set->extra = extra_recurse;
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), 0);
	KUNIT_EXPECT_EQ(test, set->depth, (unsigned int)CHORUS_FRAME_MAX);
	KUNIT_EXPECT_EQ(test, set->extra_result, -ELOOP);
	KUNIT_EXPECT_EQ(test, set->thread->depth, 0U);
}

static void lap_is_no_port(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_lap_desc desc = set->desc;
	u64 arg = 1;
	u32 value = 1;

	KUNIT_EXPECT_EQ(test, test_call(set->caller, &set->desc.lap, &value, 0), -EHOSTUNREACH);
	desc.lap = set->owner->default_port->object.ui;
	KUNIT_EXPECT_EQ(test, chorus_lap_invoke(set->caller, &desc, &arg, ARG), -ENOENT);
}

/* ---- deleting ---- */

static void lap_deleted_is_nowhere(struct kunit *test)
{
	struct setting *set = prepare(test);
	unsigned int nr = test_site()->nr_laps;
	u64 arg = 1;

	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->caller, &set->desc), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &set->desc), 0);
	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &set->desc), -ENOENT);
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), -ENOENT);
	KUNIT_EXPECT_EQ(test, arg, 1ULL);
	KUNIT_EXPECT_EQ(test, test_site()->nr_laps, nr - 1);
	KUNIT_EXPECT_EQ(test, set->owner->nr_laps, 0U);
}

static int invoker(struct test_worker *worker)
{
	struct setting *set = worker->arg;
	u64 arg = 1;

	return chorus_lap_invoke(worker->actor, &set->desc, &arg, ARG);
}

static int extra_delay(struct setting *set, struct chorus_invocation *inv)
{
	return chorus_thread_delay(-1);
}

static void lap_delete_aborts_who_is_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker;

	set->extra = extra_delay;
	worker = test_run(test, invoker, set->caller, set);
	wait_for_completion(&set->entered);
	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &set->desc), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, set->extra_result, -ECANCELED);
}

static int extra_delete(struct setting *set, struct chorus_invocation *inv)
{
	return chorus_lap_delete(set->owner, &set->desc);
}

static void lap_deleted_from_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 1;

	set->extra = extra_delete;
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, -EDEADLK);
	set->extra = NULL;
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), 0);
}

static int extra_hold(struct setting *set, struct chorus_invocation *inv)
{
	wait_for_completion(&set->go);
	return 0;
}

static int killed_deleter(struct test_worker *worker)
{
	struct setting *set = worker->arg;

	allow_signal(SIGKILL);
	return chorus_lap_delete(set->owner, &set->desc);
}

/* Has its deletion begun? */
static bool deleting(struct setting *set)
{
	struct chorus_object *object;
	bool closing;

	rcu_read_lock();
	object = chorus_object_find(test_site(), &set->desc.lap);
	closing = !object || chorus_gate_closing(&chorus_lap_of(object)->gate);
	rcu_read_unlock();
	return closing;
}

/* The module may not leave before the last caller, also when the deleter was killed. */
static void lap_deleter_killed(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *inside, *deleter;
	u64 arg = 1;

	set->extra = extra_hold;
	inside = test_run(test, invoker, set->caller, set);
	wait_for_completion(&set->entered);
	deleter = test_run(test, killed_deleter, set->owner, set);
	/* Before that it may not have allowed the signal, which would be lost. */
	test_until(deleting(set));
	send_sig(SIGKILL, deleter->task, 1);
	KUNIT_EXPECT_EQ(test, test_join(deleter), -EINTR);
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), -ENOENT);
	KUNIT_EXPECT_EQ(test, set->owner->nr_laps, 1U);
	complete_all(&set->go);
	KUNIT_EXPECT_EQ(test, test_join(inside), -ECANCELED);
	chorus_actor_kill(set->owner);
	KUNIT_EXPECT_EQ(test, set->owner->nr_laps, 0U);
}

static void lap_dies_with_its_actor(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker;
	struct chorus_lap_desc desc;
	u64 arg = 1;

	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "kunit", 0), 0);
	set->extra = extra_delay;
	worker = test_run(test, invoker, set->caller, set);
	wait_for_completion(&set->entered);
	test_asleep(worker);
	chorus_actor_kill(set->owner);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), -ENOENT);
	KUNIT_EXPECT_TRUE(test, list_empty(&test_site()->names));
	KUNIT_EXPECT_EQ(test, create(set, 0, 0, &desc), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, test_site()->nr_laps, 0U);
}

static void lap_quota_max_and_one_more(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_lap_desc desc;

	test_limit(test, chorus_max_laps, 3);
	KUNIT_EXPECT_EQ(test, create(set, 0, 0, &desc), 0);
	KUNIT_EXPECT_EQ(test, create(set, 0, 0, &desc), 0);
	KUNIT_EXPECT_EQ(test, create(set, 0, 0, &set->desc), -EDQUOT);
	KUNIT_EXPECT_EQ(test, set->owner->nr_laps, 3U);
	KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &desc), 0);
	KUNIT_EXPECT_EQ(test, create(set, 0, 0, &desc), 0);
}

/* ---- names ---- */

static int resolve(struct setting *set, const char *name, u32 options, s64 timeout)
{
	struct chorus_lap_desc desc = { };
	int ret = chorus_lap_resolve(set->caller, name, options, timeout, &desc);

	if (!ret && !chorus_ui_equal(&desc.lap, &set->desc.lap))
		return -EBADMSG;
	return ret;
}

static void lap_bound_and_unbound(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", CHORUS_LAP_NOBLOCK, -1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "kunit", 0), 0);
	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", CHORUS_LAP_NOBLOCK, -1), 0);
	KUNIT_EXPECT_EQ(test, resolve(set, "kuni", CHORUS_LAP_NOBLOCK, -1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "kunit", 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, chorus_lap_unbind(set->caller, "kunit"), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_lap_unbind(set->owner, "kunit"), 0);
	KUNIT_EXPECT_EQ(test, chorus_lap_unbind(set->owner, "kunit"), -ENOENT);
	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", CHORUS_LAP_NOBLOCK, -1), -ENOENT);
}

static void lap_bound_by_its_owner_only(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->caller, &set->desc, "kunit", 0), -ENOENT);
	chorus_lap_delete(set->owner, &set->desc);
	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "kunit", 0), -ENOENT);
	KUNIT_EXPECT_TRUE(test, list_empty(&test_site()->names));
}

static const struct name_row {
	const char *name;
	int ret;
} name_rows[] = {
	{ "a", 0 },
	{ "1234567", 0 },
	{ "a b c", 0 },
	{ "~!", 0 },
	{ "12345678", -EINVAL },
	{ "", -EINVAL },
	{ "a\n", -EINVAL },
	{ "\177", -EINVAL },
	{ "\344", -EINVAL },
};

static void lap_name_row(struct kunit *test, const struct name_row *row)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, row->name, 0), row->ret);
	KUNIT_EXPECT_EQ(test, resolve(set, row->name, CHORUS_LAP_NOBLOCK, 0), row->ret);
}

static void lap_names(struct kunit *test)
{
	test_table(test, lap_name_row, name_rows);
}

static void lap_protected_names_are_apart(struct kunit *test)
{
	struct setting *set = prepare(test);
	const u32 noblock = CHORUS_LAP_NOBLOCK;

	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "open", 0), 0);
	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "secret",
					      CHORUS_LAP_PROTECTED), 0);
	KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &set->desc, "x", CHORUS_LAP_SAFE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(set, "secret", noblock, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, resolve(set, "secret", noblock | CHORUS_LAP_PROTECTED, 0), 0);
	KUNIT_EXPECT_EQ(test, resolve(set, "open", noblock | CHORUS_LAP_PROTECTED, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, resolve(set, "open", noblock, 0), 0);
}

/* As the header promises: a name outlives its LAP until it is unbound. */
static void lap_name_outlives_it(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 arg = 1;

	chorus_lap_bind(set->owner, &set->desc, "kunit", 0);
	chorus_lap_delete(set->owner, &set->desc);
	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", CHORUS_LAP_NOBLOCK, 0), 0);
	KUNIT_EXPECT_EQ(test, invoke(set, &arg), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_lap_unbind(set->owner, "kunit"), 0);
}

static void lap_resolve_times_out(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", 0, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, resolve(set, "kunit", 0, 10 * NSEC_PER_MSEC), -ETIMEDOUT);
}

static int resolver(struct test_worker *worker)
{
	return resolve(worker->arg, "kunit", 0, -1);
}

static void lap_resolve_waits_for_the_name(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *one = test_run(test, resolver, set->caller, set);
	struct test_worker *two = test_run(test, resolver, set->caller, set);

	test_asleep(one);
	test_asleep(two);
	chorus_lap_bind(set->owner, &set->desc, "other", 0);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, test_ended(one));
	chorus_lap_bind(set->owner, &set->desc, "kunit", 0);
	KUNIT_EXPECT_EQ(test, test_join(one), 0);
	KUNIT_EXPECT_EQ(test, test_join(two), 0);
}

static void lap_resolve_is_aborted(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker = test_run(test, resolver, set->caller, set);

	test_asleep(worker);
	/* Local id 1 is the thread of the case. */
	KUNIT_EXPECT_EQ(test, chorus_thread_abort(set->caller, 2), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
}

/* ---- many at once ---- */

struct lap_storm {
	struct setting *set;
	atomic_t calls;
	bool stop;
};

static int storm_invoker(struct test_worker *worker)
{
	struct lap_storm *storm = worker->arg;
	struct chorus_lap_desc desc;
	unsigned int rounds = 0;
	u64 arg;
	int ret;

	while (!READ_ONCE(storm->stop)) {
		/* Each round frees a borrowed thread by RCU: let that keep pace with us. */
		if (!(++rounds % 64))
			rcu_barrier();
		ret = chorus_lap_resolve(worker->actor, "storm", 0, 20 * NSEC_PER_MSEC, &desc);
		if (ret == -ETIMEDOUT)
			continue;
		if (ret)
			return ret;
		arg = 4;
		ret = chorus_lap_invoke(worker->actor, &desc, &arg, ARG);
		if (ret && ret != -ENOENT && ret != -ECANCELED)
			return ret;
		if (!ret && arg != 8)
			return -EBADMSG;
		if (!ret)
			atomic_inc(&storm->calls);
		/*
		 * Each call makes and ends a thread, whose memory goes with a grace period: who is
		 * refused at once must not be faster than those, or all memory is in graves.
		 */
		if (ret)
			usleep_range(50, 100);
		else
			cond_resched();
	}
	return 0;
}

static int extra_mix(struct setting *set, struct chorus_invocation *inv)
{
	test_mix();
	return 0;
}

static void lap_comes_and_goes_under_its_callers(struct kunit *test)
{
	struct lap_storm *storm = test_zalloc(test, sizeof(*storm));
	struct setting *set = prepare(test);
	struct test_worker *workers[3];
	struct chorus_lap_desc desc;
	bool used = true;
	int round, i, seen;

	storm->set = set;
	set->extra = extra_mix;
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		workers[i] = test_run(test, storm_invoker, set->caller, storm);
	for (round = 0; used && round < 30; round++) {
		KUNIT_EXPECT_EQ(test, create(set, ARG, 0, &desc), 0);
		KUNIT_EXPECT_EQ(test, chorus_lap_bind(set->owner, &desc, "storm", 0), 0);
		seen = atomic_read(&storm->calls);
		used = test_until(atomic_read(&storm->calls) > seen + 5);
		KUNIT_EXPECT_EQ(test, chorus_lap_delete(set->owner, &desc), 0);
		KUNIT_EXPECT_EQ(test, chorus_lap_unbind(set->owner, "storm"), 0);
	}
	WRITE_ONCE(storm->stop, true);
	for (i = 0; i < ARRAY_SIZE(workers); i++)
		KUNIT_EXPECT_EQ(test, test_join(workers[i]), 0);
	KUNIT_EXPECT_TRUE(test, used);
	KUNIT_EXPECT_GT(test, atomic_read(&storm->calls), 30);
}

static struct kunit_case lap_cases[] = {
	KUNIT_CASE(lap_runs_on_the_callers_task),
	KUNIT_CASE(lap_descriptor_tells_what_it_is),
	KUNIT_CASE(lap_create),
	KUNIT_CASE(lap_without_handler),
	KUNIT_CASE(lap_argument_of_another_size),
	KUNIT_CASE(lap_failure_of_the_handler),
	KUNIT_CASE(lap_knows_its_invoker),
	KUNIT_CASE(lap_nesting_max_and_one_more),
	KUNIT_CASE(lap_is_no_port),
	KUNIT_CASE(lap_deleted_is_nowhere),
	KUNIT_CASE(lap_delete_aborts_who_is_inside),
	KUNIT_CASE(lap_deleted_from_inside),
	KUNIT_CASE(lap_deleter_killed),
	KUNIT_CASE(lap_dies_with_its_actor),
	KUNIT_CASE(lap_quota_max_and_one_more),
	KUNIT_CASE(lap_bound_and_unbound),
	KUNIT_CASE(lap_bound_by_its_owner_only),
	KUNIT_CASE(lap_names),
	KUNIT_CASE(lap_protected_names_are_apart),
	KUNIT_CASE(lap_name_outlives_it),
	KUNIT_CASE(lap_resolve_times_out),
	KUNIT_CASE(lap_resolve_waits_for_the_name),
	KUNIT_CASE(lap_resolve_is_aborted),
	KUNIT_CASE(lap_comes_and_goes_under_its_callers),
	{}
};

static struct kunit_suite lap_suite = {
	.name = "chorus_ipc_lap",
	.init = test_init,
	.exit = test_exit,
	.test_cases = lap_cases,
};

kunit_test_suite(lap_suite);
