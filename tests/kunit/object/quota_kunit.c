// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas: exactly what is allowed, for one user over all he has. */
#include "harness.h"
#include "object/quota.h"

#define UID	4711
#define LIMIT	10

struct quota_row {
	const char *name;
	enum chorus_quota what;
};

static const struct quota_row quota_rows[] = {
	{ "actors", CHORUS_QUOTA_ACTORS },
	{ "ports", CHORUS_QUOTA_PORTS },
	{ "messages", CHORUS_QUOTA_MESSAGES },
	{ "bytes", CHORUS_QUOTA_BYTES },
};

static void limit_all(struct kunit *test, unsigned long limit)
{
	test_limit(test, chorus_max_actors, limit);
	test_limit(test, chorus_max_user_ports, limit);
	test_limit(test, chorus_max_messages, limit);
	test_limit(test, chorus_max_bytes, limit);
}

static struct chorus_user *user_of(struct kunit *test, u32 uid)
{
	struct chorus_user *user = chorus_user_get(KUIDT_INIT(uid));

	KUNIT_ASSERT_NOT_NULL(test, user);
	return user;
}

static void quota_max_and_one_more_row(struct kunit *test, const struct quota_row *row)
{
	struct chorus_user *user = user_of(test, UID);
	int i;

	limit_all(test, LIMIT);
	for (i = 0; i < LIMIT; i++)
		KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&user->used[row->what]), (long)LIMIT);
	chorus_user_uncharge(user, row->what, 1);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), 0);
	chorus_user_uncharge(user, row->what, LIMIT);
	chorus_user_put(user);
}

static void quota_max_and_one_more(struct kunit *test)
{
	test_table(test, quota_max_and_one_more_row, quota_rows);
}

static void quota_in_one_piece_row(struct kunit *test, const struct quota_row *row)
{
	struct chorus_user *user = user_of(test, UID);

	limit_all(test, LIMIT);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, LIMIT + 1), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&user->used[row->what]), 0L);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, LIMIT), 0);
	chorus_user_uncharge(user, row->what, LIMIT);
	chorus_user_put(user);
}

static void quota_in_one_piece(struct kunit *test)
{
	test_table(test, quota_in_one_piece_row, quota_rows);
}

static void quota_of_zero_refuses_all_row(struct kunit *test, const struct quota_row *row)
{
	struct chorus_user *user = user_of(test, UID);

	limit_all(test, 0);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), -EDQUOT);
	chorus_user_put(user);
}

static void quota_of_zero_refuses_all(struct kunit *test)
{
	test_table(test, quota_of_zero_refuses_all_row, quota_rows);
}

static void quota_of_the_greatest_number_refuses_nothing_row(struct kunit *test, const struct quota_row *row)
{
	struct chorus_user *user = user_of(test, UID);

	limit_all(test, ULONG_MAX);	/* UINT_MAX for those of that type */
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, CHORUS_BODY_MAX), 0);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, CHORUS_BODY_MAX), 0);
	chorus_user_uncharge(user, row->what, 2 * CHORUS_BODY_MAX);
	chorus_user_put(user);
}

static void quota_of_the_greatest_number_refuses_nothing(struct kunit *test)
{
	test_table(test, quota_of_the_greatest_number_refuses_nothing_row, quota_rows);
}

/* Lowering a limit takes nothing away and grants nothing more. */
static void quota_lowered_below_use_row(struct kunit *test, const struct quota_row *row)
{
	struct chorus_user *user = user_of(test, UID);

	limit_all(test, LIMIT);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, LIMIT), 0);
	limit_all(test, LIMIT / 2);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), -EDQUOT);
	chorus_user_uncharge(user, row->what, LIMIT / 2);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), -EDQUOT);
	chorus_user_uncharge(user, row->what, 1);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, row->what, 1), 0);
	chorus_user_uncharge(user, row->what, LIMIT - LIMIT / 2);
	chorus_user_put(user);
}

static void quota_lowered_below_use(struct kunit *test)
{
	test_table(test, quota_lowered_below_use_row, quota_rows);
}

static void quota_kinds_are_apart(struct kunit *test)
{
	struct chorus_user *user = user_of(test, UID);
	int what;

	limit_all(test, 1);
	for (what = 0; what < CHORUS_QUOTA_NR; what++)
		KUNIT_EXPECT_EQ(test, chorus_user_charge(user, what, 1), 0);
	for (what = 0; what < CHORUS_QUOTA_NR; what++)
		chorus_user_uncharge(user, what, 1);
	chorus_user_put(user);
}

/* ---- users ---- */

static void quota_users_are_apart(struct kunit *test)
{
	struct chorus_user *one = user_of(test, UID), *two = user_of(test, UID + 1);

	limit_all(test, 1);
	KUNIT_EXPECT_PTR_NE(test, one, two);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(one, CHORUS_QUOTA_PORTS, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(two, CHORUS_QUOTA_PORTS, 1), 0);
	chorus_user_uncharge(one, CHORUS_QUOTA_PORTS, 1);
	chorus_user_uncharge(two, CHORUS_QUOTA_PORTS, 1);
	chorus_user_put(one);
	chorus_user_put(two);
}

static void quota_one_user_is_one(struct kunit *test)
{
	struct chorus_user *user = user_of(test, UID), *again = user_of(test, UID);

	KUNIT_EXPECT_PTR_EQ(test, user, again);
	chorus_user_put(again);
	KUNIT_EXPECT_EQ(test, kref_read(&user->ref), 1U);
	chorus_user_put(user);
}

static void quota_supervisor_has_no_limits(struct kunit *test)
{
	struct chorus_user *user = chorus_user_get_supervisor();

	KUNIT_ASSERT_NOT_NULL(test, user);
	limit_all(test, 1);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(user, CHORUS_QUOTA_MESSAGES, 1000), 0);
	KUNIT_EXPECT_GE(test, atomic_long_read(&user->used[CHORUS_QUOTA_MESSAGES]), 1000L);
	chorus_user_uncharge(user, CHORUS_QUOTA_MESSAGES, 1000);
	chorus_user_put(user);
}

/* A process of root is a user like any other. */
static void quota_root_is_not_the_supervisor(struct kunit *test)
{
	struct chorus_user *kernel = chorus_user_get_supervisor();
	struct chorus_user *root = chorus_user_get(GLOBAL_ROOT_UID);

	KUNIT_ASSERT_NOT_NULL(test, kernel);
	KUNIT_ASSERT_NOT_NULL(test, root);
	limit_all(test, 1);
	KUNIT_EXPECT_PTR_NE(test, kernel, root);
	KUNIT_EXPECT_EQ(test, chorus_user_charge(root, CHORUS_QUOTA_ACTORS, 2), -EDQUOT);
	chorus_user_put(root);
	chorus_user_put(kernel);
}

static void quota_two_actors_share_what_their_user_has(struct kunit *test)
{
	struct chorus_actor *one = test_user_actor(test, UID + 2);
	struct chorus_actor *two = test_user_actor(test, UID + 2);

	KUNIT_ASSERT_PTR_EQ(test, one->user, two->user);
	test_limit(test, chorus_max_user_ports, 5);	/* two of them are default ports */
	KUNIT_EXPECT_GT(test, chorus_port_create(one, 0, NULL), 0);
	KUNIT_EXPECT_GT(test, chorus_port_create(one, 0, NULL), 0);
	KUNIT_EXPECT_GT(test, chorus_port_create(two, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_create(two, 0, NULL), -EDQUOT);
	KUNIT_EXPECT_EQ(test, chorus_port_create(one, 0, NULL), -EDQUOT);
}

/* ---- many at once ---- */

#define NR_WORKERS	4

struct quota_storm {
	struct chorus_user *user;
	atomic_t held;
	atomic_t most;
	atomic_t granted;
	atomic_t refused;
};

/* The first may be through before the last one is made: they go on until they have met. */
static int storm_charge(struct test_worker *worker)
{
	unsigned long end = test_deadline();
	struct quota_storm *storm = worker->arg;
	int round, held, amount;

	for (round = 0; round < 500 || !atomic_read(&storm->refused); round++) {
		if (time_after(jiffies, end))
			break;
		amount = 1 + get_random_u32() % 4;
		if (chorus_user_charge(storm->user, CHORUS_QUOTA_BYTES, amount)) {
			atomic_inc(&storm->refused);
			yield();
			continue;
		}
		held = atomic_add_return(amount, &storm->held);
		if (held > atomic_read(&storm->most))
			atomic_set(&storm->most, held);
		atomic_inc(&storm->granted);
		test_mix();
		atomic_sub(amount, &storm->held);
		chorus_user_uncharge(storm->user, CHORUS_QUOTA_BYTES, amount);
		test_mix();
	}
	return 0;
}

static void quota_racing_charges_stay_below(struct kunit *test)
{
	struct quota_storm *storm = test_zalloc(test, sizeof(*storm));
	struct test_worker *workers[NR_WORKERS];
	int i;

	storm->user = user_of(test, UID + 3);
	test_limit(test, chorus_max_bytes, 6);
	for (i = 0; i < NR_WORKERS; i++)
		workers[i] = test_run(test, storm_charge, NULL, storm);
	for (i = 0; i < NR_WORKERS; i++)
		test_join(workers[i]);
	KUNIT_EXPECT_LE(test, atomic_read(&storm->most), 6);
	KUNIT_EXPECT_GT(test, atomic_read(&storm->granted), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&storm->refused), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&storm->user->used[CHORUS_QUOTA_BYTES]), 0L);
	chorus_user_put(storm->user);
}

/* The last put of one and the get of another: each gets a user that lives. */
static int storm_user(struct test_worker *worker)
{
	struct chorus_user *user;
	int round;

	for (round = 0; round < 300; round++) {
		user = chorus_user_get(KUIDT_INIT(UID + 4));
		if (!user)
			return -ENOMEM;
		test_mix();
		if (!kref_read(&user->ref) || !uid_eq(user->uid, KUIDT_INIT(UID + 4)))
			return -EINVAL;
		chorus_user_put(user);
		test_mix();
	}
	return 0;
}

static void quota_users_come_and_go(struct kunit *test)
{
	struct test_worker *workers[NR_WORKERS];
	int i;

	for (i = 0; i < NR_WORKERS; i++)
		workers[i] = test_run(test, storm_user, NULL, NULL);
	for (i = 0; i < NR_WORKERS; i++)
		KUNIT_EXPECT_EQ(test, test_join(workers[i]), 0);
}

static struct kunit_case quota_cases[] = {
	KUNIT_CASE(quota_max_and_one_more),
	KUNIT_CASE(quota_in_one_piece),
	KUNIT_CASE(quota_of_zero_refuses_all),
	KUNIT_CASE(quota_of_the_greatest_number_refuses_nothing),
	KUNIT_CASE(quota_lowered_below_use),
	KUNIT_CASE(quota_kinds_are_apart),
	KUNIT_CASE(quota_users_are_apart),
	KUNIT_CASE(quota_one_user_is_one),
	KUNIT_CASE(quota_supervisor_has_no_limits),
	KUNIT_CASE(quota_root_is_not_the_supervisor),
	KUNIT_CASE(quota_two_actors_share_what_their_user_has),
	KUNIT_CASE(quota_racing_charges_stay_below),
	KUNIT_CASE(quota_users_come_and_go),
	{}
};

static struct kunit_suite quota_suite = {
	.name = "chorus_object_quota",
	.init = test_init,
	.exit = test_exit,
	.test_cases = quota_cases,
};

kunit_test_suite(quota_suite);
