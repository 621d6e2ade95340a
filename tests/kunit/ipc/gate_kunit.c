// SPDX-License-Identifier: GPL-2.0-or-later
/* Gates: who is inside, who gets in, and closing without waiting for oneself. */
#include "harness.h"
#include "ipc/gate.h"

struct test_gate {
	struct chorus_gate gate;
	atomic_t released;
};

static void gate_released(struct chorus_gate *gate)
{
	atomic_inc(&container_of(gate, struct test_gate, gate)->released);
}

struct setting {
	struct chorus_actor *actor;
	struct test_gate gates[3];
};

static struct setting *prepare(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));
	int i;

	set->actor = test_actor(test);
	for (i = 0; i < ARRAY_SIZE(set->gates); i++)
		KUNIT_ASSERT_EQ(test, chorus_gate_init(&set->gates[i].gate, set->actor,
						       gate_released), 0);
	return set;
}

/* A closer is woken before the release, which may be a moment later on another task. */
static void expect_released(struct kunit *test, struct test_gate *gate)
{
	test_until(atomic_read(&gate->released));
	KUNIT_EXPECT_EQ(test, atomic_read(&gate->released), 1);
}

/* Closes what is still open, so that the memory of all gates can go. */
static void finish(struct kunit *test, struct setting *set)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(set->gates); i++) {
		chorus_gate_close(&set->gates[i].gate, false);
		expect_released(test, &set->gates[i]);
		chorus_gate_exit(&set->gates[i].gate);
	}
}

static int gate_enter(struct chorus_gate *gate, struct chorus_thread *thread)
{
	int ret;

	rcu_read_lock();
	ret = chorus_gate_enter(gate, thread);
	rcu_read_unlock();
	return ret;
}

/* ---- passing ---- */

static void gate_frames_count(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_thread *thread = test_thread(test, set->actor);

	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[0].gate, thread), 0);
	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[1].gate, thread), 0);
	KUNIT_EXPECT_EQ(test, thread->depth, 2U);
	KUNIT_EXPECT_PTR_EQ(test, thread->frames[0], &set->gates[0].gate);
	KUNIT_EXPECT_PTR_EQ(test, thread->frames[1], &set->gates[1].gate);
	KUNIT_EXPECT_FALSE(test, chorus_gate_leave(&set->gates[1].gate, thread));
	KUNIT_EXPECT_FALSE(test, chorus_gate_leave(&set->gates[0].gate, thread));
	KUNIT_EXPECT_EQ(test, thread->depth, 0U);
	finish(test, set);
}

static void gate_nesting_max_and_one_more(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_thread *thread = test_thread(test, set->actor);
	int i;

	for (i = 0; i < CHORUS_FRAME_MAX; i++)
		KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[i % 3].gate, thread), 0);
	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[0].gate, thread), -ELOOP);
	KUNIT_EXPECT_EQ(test, thread->depth, (unsigned int)CHORUS_FRAME_MAX);
	for (i = CHORUS_FRAME_MAX; i--;)
		chorus_gate_leave(&set->gates[i % 3].gate, thread);
	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[0].gate, thread), 0);
	chorus_gate_leave(&set->gates[0].gate, thread);
	finish(test, set);
}

static void gate_closed_lets_nobody_in(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_thread *thread = test_thread(test, set->actor);

	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), 0);
	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[0].gate, thread), -ENOENT);
	KUNIT_EXPECT_EQ(test, thread->depth, 0U);
	finish(test, set);
}

static void gate_is_closed_once(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, atomic_read(&set->gates[0].released), 0);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), 0);
	expect_released(test, &set->gates[0]);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->gates[0].released), 1);
	finish(test, set);
}

/* ---- workers that are inside one gate and perhaps close another ---- */

struct inmate {
	struct chorus_gate *inside;
	struct chorus_gate *close;	/* what it closes once told to */
	bool delay;			/* waits as a handler does */
	struct completion entered;
	struct completion go;
	int closed;			/* result of the closing */
	bool aborted;
	int delayed;
};

static int inmate_main(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct inmate *inmate = worker->arg;
	int ret = PTR_ERR_OR_ZERO(thread);

	if (!ret && inmate->inside)
		ret = gate_enter(inmate->inside, thread);
	complete(&inmate->entered);
	if (ret)
		return ret;
	if (inmate->delay)
		inmate->delayed = chorus_thread_delay(-1);
	else
		wait_for_completion(&inmate->go);
	if (inmate->close)
		inmate->closed = chorus_gate_close(inmate->close, true);
	if (inmate->inside)
		inmate->aborted = chorus_gate_leave(inmate->inside, thread);
	return 0;
}

static struct test_worker *inmate_run(struct kunit *test, struct setting *set,
				      struct inmate *inmate, int inside, int close)
{
	struct test_worker *worker;

	inmate->inside = inside < 0 ? NULL : &set->gates[inside].gate;
	inmate->close = close < 0 ? NULL : &set->gates[close].gate;
	init_completion(&inmate->entered);
	init_completion(&inmate->go);
	worker = test_run(test, inmate_main, set->actor, inmate);
	wait_for_completion(&inmate->entered);
	return worker;
}

static struct inmate *inmates(struct kunit *test, int nr)
{
	return test_zalloc(test, nr * sizeof(struct inmate));
}

/* ---- closing ---- */

static void gate_close_waits_for_who_is_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 2);
	struct test_worker *inside = inmate_run(test, set, &in[0], 0, -1);
	struct test_worker *closer = inmate_run(test, set, &in[1], -1, 0);

	complete(&in[1].go);
	test_until(chorus_gate_closing(&set->gates[0].gate));
	msleep(60);
	KUNIT_EXPECT_FALSE(test, test_ended(closer));
	KUNIT_EXPECT_TRUE(test, chorus_gate_closing(&set->gates[0].gate));
	KUNIT_EXPECT_EQ(test, atomic_read(&set->gates[0].released), 0);
	complete(&in[0].go);
	KUNIT_EXPECT_EQ(test, test_join(inside), 0);
	KUNIT_EXPECT_EQ(test, test_join(closer), 0);
	KUNIT_EXPECT_EQ(test, in[1].closed, 0);
	KUNIT_EXPECT_TRUE(test, in[0].aborted);
	finish(test, set);
}

static void gate_close_aborts_who_sleeps_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 1);
	struct test_worker *inside;

	in->delay = true;
	inside = inmate_run(test, set, in, 0, -1);
	test_asleep(inside);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), 0);
	KUNIT_EXPECT_EQ(test, test_join(inside), 0);
	KUNIT_EXPECT_EQ(test, in->delayed, -ECANCELED);
	KUNIT_EXPECT_TRUE(test, in->aborted);
	finish(test, set);
}

/* Also a wait that begins after the mark, and of a gate further out. */
static void gate_closing_ends_later_waits(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_thread *thread = test_thread(test, set->actor);
	struct inmate *in = inmates(test, 1);
	struct test_worker *closer;

	KUNIT_ASSERT_EQ(test, gate_enter(&set->gates[0].gate, thread), 0);
	KUNIT_ASSERT_EQ(test, gate_enter(&set->gates[1].gate, thread), 0);
	KUNIT_EXPECT_EQ(test, chorus_thread_delay(1000), -ETIMEDOUT);
	closer = inmate_run(test, set, in, -1, 0);
	complete(&in->go);
	test_until(chorus_gate_closing(&set->gates[0].gate));
	KUNIT_EXPECT_EQ(test, chorus_thread_delay(-1), -ECANCELED);
	chorus_gate_leave(&set->gates[1].gate, thread);
	chorus_gate_leave(&set->gates[0].gate, thread);
	KUNIT_EXPECT_EQ(test, test_join(closer), 0);
	finish(test, set);
}

static void gate_close_spares_others(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 1);
	struct test_worker *inside;

	in->delay = true;
	inside = inmate_run(test, set, in, 1, -1);
	test_asleep(inside);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), 0);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, test_ended(inside));
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[1].gate, false), 0);
	KUNIT_EXPECT_EQ(test, test_join(inside), 0);
	finish(test, set);
}

static void gate_closed_from_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_thread *thread = test_thread(test, set->actor);

	KUNIT_ASSERT_EQ(test, gate_enter(&set->gates[0].gate, thread), 0);
	KUNIT_ASSERT_EQ(test, gate_enter(&set->gates[1].gate, thread), 0);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), -EDEADLK);
	KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[1].gate, true), -EDEADLK);
	/* Nothing has happened. */
	KUNIT_EXPECT_FALSE(test, chorus_gate_closing(&set->gates[0].gate));
	chorus_gate_leave(&set->gates[1].gate, thread);
	chorus_gate_leave(&set->gates[0].gate, thread);
	KUNIT_EXPECT_EQ(test, gate_enter(&set->gates[0].gate, thread), 0);
	chorus_gate_leave(&set->gates[0].gate, thread);
	finish(test, set);
}

/* A inside 0 closes 1, B inside 1 closes 0: the second of them is refused. */
static void gate_crossed_closes_are_found(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 2);
	struct test_worker *a = inmate_run(test, set, &in[0], 0, 1);
	struct test_worker *b = inmate_run(test, set, &in[1], 1, 0);

	complete(&in[0].go);
	test_until(chorus_gate_closing(&set->gates[1].gate));
	complete(&in[1].go);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	KUNIT_EXPECT_EQ(test, in[1].closed, -EDEADLK);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, in[0].closed, 0);
	KUNIT_EXPECT_FALSE(test, chorus_gate_closing(&set->gates[0].gate));
	finish(test, set);
}

static void gate_circle_of_three_is_found(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 3);
	struct test_worker *a = inmate_run(test, set, &in[0], 0, 1);
	struct test_worker *b = inmate_run(test, set, &in[1], 1, 2);
	struct test_worker *c = inmate_run(test, set, &in[2], 2, 0);

	complete(&in[0].go);
	test_until(chorus_gate_closing(&set->gates[1].gate));
	complete(&in[1].go);
	test_until(chorus_gate_closing(&set->gates[2].gate));
	complete(&in[2].go);
	KUNIT_EXPECT_EQ(test, test_join(c), 0);
	KUNIT_EXPECT_EQ(test, in[2].closed, -EDEADLK);
	test_join(b);
	test_join(a);
	KUNIT_EXPECT_EQ(test, in[0].closed, 0);
	KUNIT_EXPECT_EQ(test, in[1].closed, 0);
	finish(test, set);
}

static void gate_chain_is_no_circle(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 3);
	struct test_worker *a = inmate_run(test, set, &in[0], 0, 1);
	struct test_worker *b = inmate_run(test, set, &in[1], 1, 2);
	struct test_worker *c = inmate_run(test, set, &in[2], 2, -1);

	complete(&in[0].go);
	test_until(chorus_gate_closing(&set->gates[1].gate));
	complete(&in[1].go);
	test_until(chorus_gate_closing(&set->gates[2].gate));
	complete(&in[2].go);
	test_join(c);
	test_join(b);
	test_join(a);
	KUNIT_EXPECT_EQ(test, in[0].closed, 0);
	KUNIT_EXPECT_EQ(test, in[1].closed, 0);
	finish(test, set);
}

static int killed_closer(struct test_worker *worker)
{
	allow_signal(SIGKILL);
	return chorus_gate_close(worker->arg, true);
}

static void gate_close_can_be_killed(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct inmate *in = inmates(test, 1);
	struct test_worker *inside = inmate_run(test, set, in, 0, -1);
	struct test_worker *closer = test_run(test, killed_closer, set->actor,
					      &set->gates[0].gate);

	test_until(chorus_gate_closing(&set->gates[0].gate));
	send_sig(SIGKILL, closer->task, 1);
	KUNIT_EXPECT_EQ(test, test_join(closer), -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->gates[0].released), 0);
	complete(&in->go);
	test_join(inside);
	wait_for_completion(&set->gates[0].gate.empty);
	finish(test, set);
}

/* ---- many at once ---- */

struct gate_storm {
	struct test_gate *gate;
	atomic_t passed;
	atomic_t late;
};

static int storm_user(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct gate_storm *storm = worker->arg;
	int ret;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	while (!(ret = gate_enter(&storm->gate->gate, thread))) {
		test_mix();
		if (atomic_read(&storm->gate->released))
			atomic_inc(&storm->late);
		atomic_inc(&storm->passed);
		chorus_gate_leave(&storm->gate->gate, thread);
		cond_resched();
	}
	return ret;
}

static void gate_nobody_is_inside_after_close(struct kunit *test)
{
	struct test_worker *workers[4];
	struct gate_storm *storm;
	struct setting *set;
	int round, i;

	for (round = 0; round < 10; round++) {
		set = prepare(test);
		storm = test_zalloc(test, sizeof(*storm));
		storm->gate = &set->gates[0];
		for (i = 0; i < ARRAY_SIZE(workers); i++)
			workers[i] = test_run(test, storm_user, set->actor, storm);
		test_until(atomic_read(&storm->passed) > 20);
		KUNIT_EXPECT_EQ(test, chorus_gate_close(&set->gates[0].gate, false), 0);
		for (i = 0; i < ARRAY_SIZE(workers); i++)
			KUNIT_EXPECT_EQ(test, test_join(workers[i]), -ENOENT);
		KUNIT_EXPECT_EQ(test, atomic_read(&storm->late), 0);
		finish(test, set);
		test_again(test);
	}
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE(gate_frames_count),
	KUNIT_CASE(gate_nesting_max_and_one_more),
	KUNIT_CASE(gate_closed_lets_nobody_in),
	KUNIT_CASE(gate_is_closed_once),
	KUNIT_CASE(gate_close_waits_for_who_is_inside),
	KUNIT_CASE(gate_close_aborts_who_sleeps_inside),
	KUNIT_CASE(gate_closing_ends_later_waits),
	KUNIT_CASE(gate_close_spares_others),
	KUNIT_CASE(gate_closed_from_inside),
	KUNIT_CASE(gate_crossed_closes_are_found),
	KUNIT_CASE(gate_circle_of_three_is_found),
	KUNIT_CASE(gate_chain_is_no_circle),
	KUNIT_CASE(gate_close_can_be_killed),
	KUNIT_CASE(gate_nobody_is_inside_after_close),
	{}
};

static struct kunit_suite gate_suite = {
	.name = "chorus_ipc_gate",
	.init = test_init,
	.exit = test_exit,
	.test_cases = gate_cases,
};

kunit_test_suite(gate_suite);
