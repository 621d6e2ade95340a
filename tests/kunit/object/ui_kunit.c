// SPDX-License-Identifier: GPL-2.0-or-later
/* Unique identifiers: layout, uniqueness, and who may declare which. */
#include <linux/mm.h>
#include <linux/sort.h>

#include "harness.h"
#include "object/ui.h"

#define NR_MANY		100000

/* ---- layout ---- */

struct layout_row {
	const char *name;
	enum chorus_ui_type type;
	u32 epoch;
	u32 site;
	u64 head;
};

static const struct layout_row layout_rows[] = {
	{ "port", CHORUS_UI_PORT, 0x123456, 0x89abcdef, 0x0312345689abcdefULL },
	{ "actor", CHORUS_UI_ACTOR, 1, 1, 0x0200000100000001ULL },
	{ "lap", CHORUS_UI_LAP, 0, 0, 0x0500000000000000ULL },
	{ "greatest epoch", CHORUS_UI_PORT, 0xffffff, 0, 0x03ffffff00000000ULL },
	{ "epoch is cut to 24 bits", CHORUS_UI_PORT, 0xff000001, 0, 0x0300000100000000ULL },
	{ "greatest site", CHORUS_UI_GROUP, 0, 0xffffffff, 0x06000000ffffffffULL },
};

static void ui_layout_row(struct kunit *test, const struct layout_row *row)
{
	struct chorus_ui ui;

	chorus_ui_generate(&ui, row->type, row->epoch, row->site);
	KUNIT_EXPECT_EQ(test, ui.head, row->head);
	KUNIT_EXPECT_EQ(test, (int)chorus_ui_type(&ui), (int)row->type);
	KUNIT_EXPECT_EQ(test, chorus_ui_site(&ui), row->site);
}

static void ui_layout(struct kunit *test)
{
	test_table(test, ui_layout_row, layout_rows);
}

static void ui_static_has_no_epoch(struct kunit *test)
{
	struct chorus_ui ui;

	chorus_ui_build(&ui, CHORUS_UI_STATPORT, 0x89abcdef, 0xfedcba9876543210ULL);
	KUNIT_EXPECT_EQ(test, ui.head, 0x0400000089abcdefULL);
	KUNIT_EXPECT_EQ(test, ui.tail, 0xfedcba9876543210ULL);
}

static void ui_is_16_bytes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct chorus_ui), (size_t)16);
	KUNIT_EXPECT_EQ(test, offsetof(struct chorus_ui, tail), (size_t)8);
}

/* ---- freshness ---- */

static int compare_tails(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void ui_many_are_unique_and_never_null(struct kunit *test)
{
	u64 *tails = kvmalloc_array(NR_MANY, sizeof(*tails), GFP_KERNEL);
	unsigned int i, same = 0, null = 0;
	struct chorus_ui ui;

	KUNIT_ASSERT_NOT_NULL(test, tails);
	for (i = 0; i < NR_MANY; i++) {
		chorus_ui_generate(&ui, CHORUS_UI_PORT, 0, 0);
		null += !ui.tail || chorus_ui_is_null(&ui);
		tails[i] = ui.tail;
	}
	sort(tails, NR_MANY, sizeof(*tails), compare_tails, NULL);
	for (i = 1; i < NR_MANY; i++)
		same += tails[i] == tails[i - 1];
	kvfree(tails);
	KUNIT_EXPECT_EQ(test, null, 0U);
	KUNIT_EXPECT_EQ(test, same, 0U);
}

/* Every bit of the tail is drawn. */
static void ui_tail_uses_all_bits(struct kunit *test)
{
	u64 ones = 0, zeroes = 0;
	struct chorus_ui ui;
	int i;

	for (i = 0; i < 1000; i++) {
		chorus_ui_generate(&ui, CHORUS_UI_PORT, 0, 0);
		ones |= ui.tail;
		zeroes |= ~ui.tail;
	}
	KUNIT_EXPECT_EQ(test, ones, ~0ULL);
	KUNIT_EXPECT_EQ(test, zeroes, ~0ULL);
}

/* ---- comparing ---- */

static void ui_each_bit_matters(struct kunit *test)
{
	const struct chorus_ui ui = { 0x0312345689abcdefULL, 0xfedcba9876543210ULL };
	struct chorus_ui other = ui;
	int bit;

	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&ui, &other));
	for (bit = 0; bit < 64; bit++) {
		other = ui;
		other.head ^= 1ULL << bit;
		KUNIT_EXPECT_FALSE(test, chorus_ui_equal(&ui, &other));
		other = ui;
		other.tail ^= 1ULL << bit;
		KUNIT_EXPECT_FALSE(test, chorus_ui_equal(&ui, &other));
		/* Twice the same difference must not cancel out. */
		other.head ^= 1ULL << bit;
		KUNIT_EXPECT_FALSE(test, chorus_ui_equal(&ui, &other));
	}
}

static void ui_null_is_all_zero(struct kunit *test)
{
	const struct chorus_ui null = { 0, 0 }, head = { 1, 0 }, tail = { 0, 1 };

	KUNIT_EXPECT_TRUE(test, chorus_ui_is_null(&null));
	KUNIT_EXPECT_FALSE(test, chorus_ui_is_null(&head));
	KUNIT_EXPECT_FALSE(test, chorus_ui_is_null(&tail));
}

/* Stamps that people choose, 1, 2, 3, must not fall into one bucket. */
static void ui_hash_spreads_small_stamps(struct kunit *test)
{
	u8 *buckets = kunit_kzalloc(test, 4096, GFP_KERNEL);
	unsigned int i, worst = 0;
	struct chorus_ui ui;

	KUNIT_ASSERT_NOT_NULL(test, buckets);
	for (i = 1; i <= 4096; i++) {
		chorus_ui_build(&ui, CHORUS_UI_STATPORT, 1, i);
		worst = max_t(unsigned int, worst, ++buckets[chorus_ui_hash(&ui, 0x2545f491) % 4096]);
	}
	KUNIT_EXPECT_LE(test, worst, 8U);
}

/* ---- what may be declared ---- */

struct static_row {
	const char *name;
	u64 head;
	u64 tail;
	bool valid;
};

#define SITE	0x12345678U

static const struct static_row static_rows[] = {
	{ "right", 0x0400000012345678ULL, 1, true },
	{ "greatest stamp", 0x0400000012345678ULL, ~0ULL, true },
	{ "stamp 0", 0x0400000012345678ULL, 0, false },
	{ "another site", 0x0400000012345679ULL, 1, false },
	{ "site 0", 0x0400000000000000ULL, 1, false },
	{ "an epoch", 0x0400000112345678ULL, 1, false },
	{ "greatest epoch", 0x04ffffff12345678ULL, 1, false },
	{ "a port", 0x0300000012345678ULL, 1, false },
	{ "an actor", 0x0200000012345678ULL, 1, false },
	{ "a LAP", 0x0500000012345678ULL, 1, false },
	{ "a group", 0x0600000012345678ULL, 1, false },
	{ "unknown type", 0x8400000012345678ULL, 1, false },
	{ "type 0", 0x0000000012345678ULL, 1, false },
	{ "null", 0, 0, false },
	{ "all ones", ~0ULL, ~0ULL, false },
};

static void ui_valid_static_row(struct kunit *test, const struct static_row *row)
{
	struct chorus_ui ui = { row->head, row->tail };

	KUNIT_EXPECT_EQ(test, chorus_ui_valid_static(&ui, SITE), row->valid);
}

static void ui_valid_static(struct kunit *test)
{
	test_table(test, ui_valid_static_row, static_rows);
}

static void ui_build_makes_a_valid_static(struct kunit *test)
{
	struct chorus_ui ui;

	chorus_ui_build(&ui, CHORUS_UI_STATPORT, SITE, 42);
	KUNIT_EXPECT_TRUE(test, chorus_ui_valid_static(&ui, SITE));
	chorus_ui_generate(&ui, CHORUS_UI_PORT, 7, SITE);
	KUNIT_EXPECT_FALSE(test, chorus_ui_valid_static(&ui, SITE));
}

/*
 * Each bit is as often set as not, and as often like that of the name before as not: 2,000 draws
 * are 22 off the middle by one standard deviation; here ten of them are allowed.
 */
static void ui_tails_do_not_depend_on_each_other(struct kunit *test)
{
	enum { DRAWS = 2000, OFF = 224 };
	int set[64] = { }, same[64] = { }, bit, i;
	struct chorus_ui ui;
	u64 before = 0;

	for (i = 0; i < DRAWS; i++) {
		chorus_ui_generate(&ui, CHORUS_UI_PORT, 0, 0);
		for (bit = 0; bit < 64; bit++) {
			set[bit] += ui.tail >> bit & 1;
			same[bit] += ~(ui.tail ^ before) >> bit & 1;
		}
		before = ui.tail;
	}
	for (bit = 0; bit < 64; bit++) {
		KUNIT_EXPECT_LT(test, abs(set[bit] - DRAWS / 2), OFF);
		KUNIT_EXPECT_LT(test, abs(same[bit] - DRAWS / 2), OFF);
	}
}

static struct kunit_case ui_cases[] = {
	KUNIT_CASE(ui_layout),
	KUNIT_CASE(ui_static_has_no_epoch),
	KUNIT_CASE(ui_is_16_bytes),
	KUNIT_CASE(ui_many_are_unique_and_never_null),
	KUNIT_CASE(ui_tail_uses_all_bits),
	KUNIT_CASE(ui_tails_do_not_depend_on_each_other),
	KUNIT_CASE(ui_each_bit_matters),
	KUNIT_CASE(ui_null_is_all_zero),
	KUNIT_CASE(ui_hash_spreads_small_stamps),
	KUNIT_CASE(ui_valid_static),
	KUNIT_CASE(ui_build_makes_a_valid_static),
	{}
};

static struct kunit_suite ui_suite = {
	.name = "chorus_object_ui",
	.init = test_init,
	.exit = test_exit,
	.test_cases = ui_cases,
};

kunit_test_suite(ui_suite);
