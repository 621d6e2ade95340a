// SPDX-License-Identifier: GPL-2.0-or-later
/* Loans: how much, to whom, and back. The case is the thread that is lent to. */
#include <linux/sched.h>

#include "harness.h"
#include "executive/loan.h"

#define TOKEN	0x7777ULL

static const struct cap_row {
	const char *name;
	struct chorus_level level;
	struct chorus_lend lend;
	struct chorus_level want;
} cap_rows[] = {
	{ "all of it", { SCHED_FIFO, 10, -20 }, { 99, -20 }, { SCHED_FIFO, 10, -20 } },
	{ "just", { SCHED_RR, 10, -20 }, { 10, 0 }, { SCHED_RR, 10, 0 } },
	{ "less", { SCHED_RR, 10, -20 }, { 9, 0 }, { SCHED_RR, 9, 0 } },
	{ "nice only", { SCHED_FIFO, 10, -20 }, { 0, -5 }, { SCHED_NORMAL, 0, -5 } },
	{ "a nice value", { SCHED_NORMAL, 0, -3 }, { 99, -5 }, { SCHED_NORMAL, 0, -3 } },
	{ "less nice", { SCHED_NORMAL, 0, -10 }, { 99, -5 }, { SCHED_NORMAL, 0, -5 } },
	{ "nothing", { SCHED_FIFO, 99, -20 }, { 0, MAX_NICE }, { SCHED_NORMAL, 0, MAX_NICE } },
};

static void loan_cap_row(struct kunit *test, const struct cap_row *row)
{
	struct chorus_level level = row->level;

	chorus_level_cap(&level, &row->lend);
	KUNIT_EXPECT_EQ(test, (int)level.policy, (int)row->want.policy);
	KUNIT_EXPECT_EQ(test, (int)level.rt, (int)row->want.rt);
	KUNIT_EXPECT_EQ(test, (int)level.nice, (int)row->want.nice);
}

static void loan_is_no_more_than_the_port_takes(struct kunit *test)
{
	test_table(test, loan_cap_row, cap_rows);
}

static struct chorus_thread *borrower(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, task_nice(current), 0);
	return test_thread(test, test_actor(test));
}

static void loan_only_above_what_there_is(struct kunit *test)
{
	static const struct chorus_level above = { SCHED_NORMAL, 0, -1 };
	static const struct chorus_level same = { SCHED_NORMAL, 0, 0 };
	static const struct chorus_level below = { SCHED_NORMAL, 0, 1 };
	static const struct chorus_level rt = { SCHED_RR, 1, MAX_NICE };

	KUNIT_ASSERT_EQ(test, task_nice(current), 0);
	KUNIT_EXPECT_TRUE(test, chorus_level_above(&above, current));
	KUNIT_EXPECT_FALSE(test, chorus_level_above(&same, current));
	KUNIT_EXPECT_FALSE(test, chorus_level_above(&below, current));
	KUNIT_EXPECT_TRUE(test, chorus_level_above(&rt, current));
}

static void loan_comes_and_goes(struct kunit *test)
{
	static const struct chorus_level level = { SCHED_NORMAL, 0, -3 };
	static const struct chorus_level more = { SCHED_NORMAL, 0, -7 };
	struct chorus_thread *thread = borrower(test);

	chorus_loan_open(thread, TOKEN);
	chorus_loan_give(thread, current, TOKEN, &level);
	KUNIT_EXPECT_EQ(test, task_nice(current), -3);
	/* Given once; another call's end is not ours. */
	chorus_loan_give(thread, current, TOKEN, &more);
	KUNIT_EXPECT_EQ(test, task_nice(current), -3);
	chorus_loan_end(thread, TOKEN + 1);
	KUNIT_EXPECT_EQ(test, task_nice(current), -3);
	chorus_loan_end(thread, TOKEN);
	KUNIT_EXPECT_EQ(test, task_nice(current), 0);
	chorus_loan_end(thread, TOKEN);
	KUNIT_EXPECT_EQ(test, task_nice(current), 0);
}

static void loan_too_late_is_none(struct kunit *test)
{
	static const struct chorus_level level = { SCHED_NORMAL, 0, -3 };
	struct chorus_thread *thread = borrower(test);

	chorus_loan_open(thread, TOKEN);
	chorus_loan_end(thread, 0);
	chorus_loan_give(thread, current, TOKEN, &level);
	KUNIT_EXPECT_EQ(test, task_nice(current), 0);
	chorus_loan_open(thread, TOKEN + 1);
	chorus_loan_give(thread, current, TOKEN, &level);
	KUNIT_EXPECT_EQ(test, task_nice(current), 0);
	chorus_loan_end(thread, 0);
}

static void loan_leaves_what_somebody_has_set(struct kunit *test)
{
	static const struct chorus_level level = { SCHED_NORMAL, 0, -3 };
	struct chorus_thread *thread = borrower(test);

	chorus_loan_open(thread, TOKEN);
	chorus_loan_give(thread, current, TOKEN, &level);
	set_user_nice(current, 5);
	chorus_loan_end(thread, TOKEN);
	KUNIT_EXPECT_EQ(test, task_nice(current), 5);
	set_user_nice(current, 0);
}

static struct kunit_case loan_cases[] = {
	KUNIT_CASE(loan_is_no_more_than_the_port_takes),
	KUNIT_CASE(loan_only_above_what_there_is),
	KUNIT_CASE(loan_comes_and_goes),
	KUNIT_CASE(loan_too_late_is_none),
	KUNIT_CASE(loan_leaves_what_somebody_has_set),
	{}
};

static struct kunit_suite loan_suite = {
	.name = "chorus_executive_loan",
	.init = test_init,
	.exit = test_exit,
	.test_cases = loan_cases,
};

kunit_test_suite(loan_suite);
