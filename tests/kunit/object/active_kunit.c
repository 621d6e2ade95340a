// SPDX-License-Identifier: GPL-2.0-or-later
/* The active reference: every transition of its machine, and many at once. */
#include "harness.h"
#include "object/active.h"

/* ---- the table: what each state answers to each action ---- */

struct active_row {
	const char *name;
	/* How to get there. */
	bool activate;
	int acquire;
	bool deactivate;
	int release;
	/* What is true there. */
	bool activates;		/* chorus_active_activate() succeeds */
	bool acquires;
	bool deactivates;
	bool alive;
	bool drained;
};

static const struct active_row active_rows[] = {
	{ "new", .activates = true, .deactivates = true },
	{ "active", .activate = true, .acquires = true, .deactivates = true, .alive = true },
	{ "used", .activate = true, .acquire = 2, .acquires = true, .deactivates = true,
	  .alive = true },
	{ "used before", .activate = true, .acquire = 2, .release = 2, .acquires = true,
	  .deactivates = true, .alive = true },
	{ "draining", .activate = true, .acquire = 2, .deactivate = true },
	{ "draining, one out", .activate = true, .acquire = 2, .deactivate = true, .release = 1 },
	{ "drained", .activate = true, .acquire = 2, .deactivate = true, .release = 2,
	  .drained = true },
	{ "never used", .activate = true, .deactivate = true, .drained = true },
	{ "dead before birth", .deactivate = true, .drained = true },
};

static void active_enter(struct chorus_active *active, const struct active_row *row)
{
	int i;

	chorus_active_init(active);
	if (row->activate)
		chorus_active_activate(active);
	for (i = 0; i < row->acquire; i++)
		chorus_active_acquire(active);
	if (row->deactivate)
		chorus_active_deactivate(active);
	for (i = 0; i < row->release; i++)
		chorus_active_release(active);
}

static void active_transitions_row(struct kunit *test, const struct active_row *row)
{
	struct chorus_active active;

	active_enter(&active, row);
	KUNIT_EXPECT_EQ(test, chorus_active_alive(&active), row->alive);
	KUNIT_EXPECT_EQ(test, chorus_active_is_drained(&active), row->drained);

	KUNIT_EXPECT_EQ(test, chorus_active_activate(&active), row->activates);

	active_enter(&active, row);
	KUNIT_EXPECT_EQ(test, chorus_active_acquire(&active), row->acquires);

	active_enter(&active, row);
	KUNIT_EXPECT_EQ(test, chorus_active_deactivate(&active), row->deactivates);
	KUNIT_EXPECT_FALSE(test, chorus_active_alive(&active));
	KUNIT_EXPECT_FALSE(test, chorus_active_deactivate(&active));
	KUNIT_EXPECT_FALSE(test, chorus_active_acquire(&active));
	KUNIT_EXPECT_FALSE(test, chorus_active_activate(&active));
}

static void active_transitions(struct kunit *test)
{
	test_table(test, active_transitions_row, active_rows);
}

/* A failed acquire must not count. */
static void active_failed_acquire_counts_nothing(struct kunit *test)
{
	struct chorus_active active;

	chorus_active_init(&active);
	KUNIT_EXPECT_FALSE(test, chorus_active_acquire(&active));
	KUNIT_EXPECT_TRUE(test, chorus_active_activate(&active));
	KUNIT_EXPECT_TRUE(test, chorus_active_deactivate(&active));
	KUNIT_EXPECT_FALSE(test, chorus_active_acquire(&active));
	KUNIT_EXPECT_TRUE(test, chorus_active_is_drained(&active));
}

static void active_counts_many_users(struct kunit *test)
{
	struct chorus_active active;
	int i;

	chorus_active_init(&active);
	chorus_active_activate(&active);
	for (i = 0; i < 100000; i++)
		KUNIT_ASSERT_TRUE(test, chorus_active_acquire(&active));
	KUNIT_EXPECT_TRUE(test, chorus_active_deactivate(&active));
	for (i = 0; i < 100000; i++) {
		KUNIT_ASSERT_FALSE(test, chorus_active_is_drained(&active));
		chorus_active_release(&active);
	}
	KUNIT_EXPECT_TRUE(test, chorus_active_is_drained(&active));
}

/* ---- draining ---- */

static int drain_it(struct test_worker *worker)
{
	chorus_active_drain(worker->arg);
	return 0;
}

static void active_drain_of_the_unused_returns(struct kunit *test)
{
	struct chorus_active active;

	chorus_active_init(&active);
	chorus_active_activate(&active);
	chorus_active_deactivate(&active);
	KUNIT_EXPECT_EQ(test, test_join(test_run(test, drain_it, NULL, &active)), 0);
}

static void active_drain_waits_for_the_last_release(struct kunit *test)
{
	struct test_worker *worker;
	struct chorus_active active;

	chorus_active_init(&active);
	chorus_active_activate(&active);
	chorus_active_acquire(&active);
	chorus_active_acquire(&active);
	chorus_active_deactivate(&active);
	worker = test_run(test, drain_it, NULL, &active);
	msleep(30);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	chorus_active_release(&active);
	msleep(30);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	chorus_active_release(&active);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
}

static void active_two_drain_at_once(struct kunit *test)
{
	struct test_worker *a, *b;
	struct chorus_active active;

	chorus_active_init(&active);
	chorus_active_activate(&active);
	chorus_active_acquire(&active);
	chorus_active_deactivate(&active);
	a = test_run(test, drain_it, NULL, &active);
	b = test_run(test, drain_it, NULL, &active);
	msleep(30);
	chorus_active_release(&active);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
}

/* ---- many at once ---- */

#define NR_WORKERS	4

struct active_storm {
	struct chorus_active active;
	atomic_t inside;
	atomic_t rounds;
	bool drained;
	bool late;		/* somebody was inside after the drain */
};

static int storm_user(struct test_worker *worker)
{
	struct active_storm *storm = worker->arg;

	while (chorus_active_acquire(&storm->active)) {
		atomic_inc(&storm->inside);
		test_mix();
		if (READ_ONCE(storm->drained))
			WRITE_ONCE(storm->late, true);
		atomic_inc(&storm->rounds);
		atomic_dec(&storm->inside);
		chorus_active_release(&storm->active);
		test_mix();
		cond_resched();
	}
	return 0;
}

static void active_nobody_is_inside_after_drain(struct kunit *test)
{
	struct active_storm *storm = test_zalloc(test, sizeof(*storm));
	struct test_worker *workers[NR_WORKERS];
	int round, i;

	for (round = 0; round < 20; round++) {
		memset(storm, 0, sizeof(*storm));
		chorus_active_init(&storm->active);
		chorus_active_activate(&storm->active);
		for (i = 0; i < NR_WORKERS; i++)
			workers[i] = test_run(test, storm_user, NULL, storm);
		test_until(atomic_read(&storm->rounds) > 50);
		KUNIT_EXPECT_GT(test, atomic_read(&storm->rounds), 50);
		KUNIT_EXPECT_TRUE(test, chorus_active_deactivate(&storm->active));
		chorus_active_drain(&storm->active);
		WRITE_ONCE(storm->drained, true);
		KUNIT_EXPECT_EQ(test, atomic_read(&storm->inside), 0);
		for (i = 0; i < NR_WORKERS; i++)
			KUNIT_EXPECT_EQ(test, test_join(workers[i]), 0);
		KUNIT_EXPECT_FALSE(test, storm->late);
	}
}

static int deactivate_it(struct test_worker *worker)
{
	test_mix();
	return chorus_active_deactivate(worker->arg);
}

static void active_deactivate_wins_once(struct kunit *test)
{
	struct test_worker *workers[NR_WORKERS];
	struct chorus_active active;
	int round, i, winners;

	for (round = 0; round < 20; round++) {
		chorus_active_init(&active);
		if (round & 1)
			chorus_active_activate(&active);
		for (i = 0; i < NR_WORKERS; i++)
			workers[i] = test_run(test, deactivate_it, NULL, &active);
		for (winners = 0, i = 0; i < NR_WORKERS; i++)
			winners += test_join(workers[i]);
		KUNIT_EXPECT_EQ(test, winners, 1);
	}
}

static struct kunit_case active_cases[] = {
	KUNIT_CASE(active_transitions),
	KUNIT_CASE(active_failed_acquire_counts_nothing),
	KUNIT_CASE(active_counts_many_users),
	KUNIT_CASE(active_drain_of_the_unused_returns),
	KUNIT_CASE(active_drain_waits_for_the_last_release),
	KUNIT_CASE(active_two_drain_at_once),
	KUNIT_CASE(active_nobody_is_inside_after_drain),
	KUNIT_CASE(active_deactivate_wins_once),
	{}
};

static struct kunit_suite active_suite = {
	.name = "chorus_object_active",
	.init = test_init,
	.exit = test_exit,
	.test_cases = active_cases,
};

kunit_test_suite(active_suite);
