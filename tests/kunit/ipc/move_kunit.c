// SPDX-License-Identifier: GPL-2.0-or-later
/* Areas and moves: which pages are where, who has references to them, and who pays. */
#include <linux/mm.h>

#include "harness.h"
#include "ipc/move.h"
#include "ipc/rpc.h"

#define UID	5500
#define PAGES	4

struct setting {
	struct chorus_actor *sender;
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	struct chorus_area *from, *to;
	struct chorus_ui ui;
	int li;
};

static struct chorus_area *open(struct kunit *test, struct chorus_actor *actor)
{
	struct chorus_area *area;

	KUNIT_ASSERT_EQ(test, chorus_area_open(actor, PAGES * PAGE_SIZE, &area), 0);
	KUNIT_EXPECT_EQ(test, area->nr_pages, PAGES);
	return area;
}

static struct setting *enter(struct kunit *test)
{
	struct setting *set = kunit_kzalloc(test, sizeof(*set), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, set);
	set->sender = test_user_actor(test, UID);
	set->actor = test_user_actor(test, UID + 1);
	set->thread = test_thread(test, set->actor);
	set->li = test_port(test, set->actor, &set->ui);
	set->from = open(test, set->sender);
	set->to = open(test, set->actor);
	return set;
}

static void leave(struct setting *set)
{
	chorus_area_put(set->from);
	chorus_area_put(set->to);
}

/* As a write to the page would do. */
static int touch(struct chorus_area *area, unsigned long index, u8 value)
{
	int ret;

	mutex_lock(&area->lock);
	ret = chorus_area_touch_locked(area, index, true);
	if (ret >= 0)
		memset(page_address(area->pages[index]), value, PAGE_SIZE);
	mutex_unlock(&area->lock);
	return ret;
}

/* What a place shows, from one end to the other; -1: not one value. */
static int shows(const struct chorus_area *area, unsigned long index)
{
	const u8 *data;

	if (!area->pages[index])
		return 0;
	data = page_address(area->pages[index]);
	return memchr_inv(data, data[0], PAGE_SIZE) ? -1 : data[0];
}

static int send(struct setting *set, unsigned long index, unsigned long nr, bool share)
{
	const struct chorus_place place = {
		.area = set->from, .index = index, .nr = nr, .share = share,
	};
	struct chorus_buffers from = { .size = nr << PAGE_SHIFT, .place = &place };
	struct chorus_ui none = { 0 };

	return chorus_rpc_send(set->sender, CHORUS_LI_DEFAULT, &set->ui, &none, &from);
}

/* 1: it has landed; 0: it was copied into @in; or the error. */
static int receive(struct setting *set, unsigned long index, unsigned long nr, void *in)
{
	const struct chorus_place place = { .area = set->to, .index = index, .nr = nr };
	struct chorus_receive receive = {
		.li = set->li,
		.to = {
			.body = (uintptr_t)in, .size = nr << PAGE_SHIFT, .kernel = true,
			.place = in ? NULL : &place,
		},
	};
	struct chorus_received out;
	int ret;

	chorus_timeout_init(&receive.timeout, 0, 0);
	ret = chorus_receive(set->thread, &receive, &out);
	if (ret)
		return ret;
	if (out.lands)
		chorus_receive_land(set->thread, &receive);
	return out.lands;
}

static void area_makes_pages_as_they_are_touched(struct kunit *test)
{
	struct setting *set = enter(test);
	int i;

	for (i = 0; i < PAGES; i++)
		KUNIT_EXPECT_PTR_EQ(test, set->from->pages[i], NULL);
	KUNIT_EXPECT_EQ(test, touch(set->from, 1, 5), CHORUS_AREA_NEW);
	KUNIT_EXPECT_EQ(test, touch(set->from, 1, 6), CHORUS_AREA_THERE);
	KUNIT_EXPECT_EQ(test, shows(set->from, 1), 6);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[0], NULL);
	KUNIT_EXPECT_EQ(test, page_count(set->from->pages[1]), 1);
	leave(set);
}

/* By the offset of its beginning, and of nobody else's. */
static bool finds(struct chorus_actor *actor, struct chorus_area *area)
{
	struct chorus_area *found = chorus_area_get(actor, chorus_area_pgoff(area));
	struct chorus_area *inside = chorus_area_get(actor, chorus_area_pgoff(area) + 1);

	chorus_area_put(found);
	chorus_area_put(inside);
	return found == area && !inside;
}

static void area_is_found_among_many(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_area *areas[40];
	int i;

	for (i = 0; i < ARRAY_SIZE(areas); i++)
		areas[i] = open(test, set->actor);
	for (i = 0; i < ARRAY_SIZE(areas); i++)
		KUNIT_EXPECT_TRUE(test, finds(set->actor, areas[i]));
	KUNIT_EXPECT_FALSE(test, finds(set->actor, set->from));
	/* From the middle to both ends. */
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		struct chorus_area *area = areas[(ARRAY_SIZE(areas) / 2 + i * 7) % ARRAY_SIZE(areas)];
		u64 offset = (u64)chorus_area_pgoff(area) << PAGE_SHIFT;

		KUNIT_EXPECT_EQ(test, chorus_area_close(set->actor, offset + 1), -ENOENT);
		KUNIT_EXPECT_EQ(test, chorus_area_close(set->actor, offset), 0);
		KUNIT_EXPECT_FALSE(test, finds(set->actor, area));
		KUNIT_EXPECT_EQ(test, chorus_area_close(set->actor, offset), -ENOENT);
	}
	KUNIT_EXPECT_TRUE(test, finds(set->actor, set->to));
	for (i = 0; i < ARRAY_SIZE(areas); i++)
		chorus_area_put(areas[i]);
	leave(set);
}

static void area_is_charged_until_its_end(struct kunit *test)
{
	struct setting *set = enter(test);
	atomic_long_t *used = &set->sender->user->used[CHORUS_QUOTA_BYTES];
	long before = atomic_long_read(used);
	struct chorus_area *area, *found;
	u64 offset;

	test_limit(test, chorus_max_bytes, before + PAGES * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, chorus_area_open(set->sender, PAGES * PAGE_SIZE + 1, &area), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
	area = open(test, set->sender);
	offset = (u64)chorus_area_pgoff(area) << PAGE_SHIFT;
	KUNIT_EXPECT_TRUE(test, chorus_area_is_pgoff(chorus_area_pgoff(area)));
	found = chorus_area_get(set->sender, chorus_area_pgoff(area));
	KUNIT_EXPECT_PTR_EQ(test, found, area);
	chorus_area_put(found);
	KUNIT_EXPECT_PTR_EQ(test, chorus_area_get(set->actor, chorus_area_pgoff(area)), NULL);
	KUNIT_EXPECT_EQ(test, chorus_area_close(set->sender, offset + 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_area_close(set->sender, offset), 0);
	KUNIT_EXPECT_EQ(test, chorus_area_close(set->sender, offset), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before + PAGES * PAGE_SIZE);
	chorus_area_put(area);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
	leave(set);
}

static void move_takes_and_lands_the_pages_themselves(struct kunit *test)
{
	struct setting *set = enter(test);
	atomic_long_t *paid = &set->sender->user->used[CHORUS_QUOTA_BYTES];
	long before = atomic_long_read(paid);
	struct page *page[2];

	touch(set->from, 1, 1);
	touch(set->from, 2, 2);
	touch(set->to, 0, 10);
	touch(set->to, 3, 13);
	page[0] = set->from->pages[1];
	page[1] = set->from->pages[2];
	KUNIT_EXPECT_EQ(test, send(set, 1, 2, false), 0);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[1], NULL);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[2], NULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(paid), before + 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, receive(set, 2, 2, NULL), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(paid), before);
	KUNIT_EXPECT_PTR_EQ(test, set->to->pages[2], page[0]);
	KUNIT_EXPECT_PTR_EQ(test, set->to->pages[3], page[1]);
	KUNIT_EXPECT_EQ(test, page_count(page[0]), 1);
	KUNIT_EXPECT_EQ(test, page_count(page[1]), 1);
	KUNIT_EXPECT_EQ(test, shows(set->to, 0), 10);
	KUNIT_EXPECT_EQ(test, shows(set->to, 2), 1);
	KUNIT_EXPECT_EQ(test, shows(set->to, 3), 2);
	leave(set);
}

static void move_is_copied_where_it_does_not_fit(struct kunit *test)
{
	struct setting *set = enter(test);
	u8 *in = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, in);
	touch(set->from, 0, 1);
	memset(in, 9, 2 * PAGE_SIZE);
	/* The second page is an empty place. */
	KUNIT_EXPECT_EQ(test, send(set, 0, 2, false), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0, 2, in), 0);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(in, 1, PAGE_SIZE), NULL);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(in + PAGE_SIZE, 0, PAGE_SIZE), NULL);
	leave(set);
}

static void share_ends_with_the_first_write(struct kunit *test)
{
	struct setting *set = enter(test);
	struct page *page;

	touch(set->from, 0, 1);
	page = set->from->pages[0];
	KUNIT_EXPECT_EQ(test, send(set, 0, 1, true), 0);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[0], page);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, touch(set->from, 0, 2), CHORUS_AREA_COPIED);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_count(set->from->pages[0]), 1);
	KUNIT_EXPECT_EQ(test, receive(set, 0, 1, NULL), 1);
	KUNIT_EXPECT_PTR_EQ(test, set->to->pages[0], page);
	KUNIT_EXPECT_EQ(test, shows(set->to, 0), 1);
	KUNIT_EXPECT_EQ(test, shows(set->from, 0), 2);
	/* Nobody shares it any more. */
	KUNIT_EXPECT_EQ(test, touch(set->to, 0, 3), CHORUS_AREA_THERE);
	KUNIT_EXPECT_EQ(test, shows(set->from, 0), 2);
	leave(set);
}

static const struct return_row {
	const char *name;
	bool share;
	int taken;			/* what was put there meanwhile, 0: nothing */
} return_rows[] = {
	{ "moved", false, 0 }, { "moved, and touched", false, 7 },
	{ "shared", true, 0 }, { "shared, and written to", true, 7 },
};

/* What was sent comes back; what was written to a shared page meanwhile is the sender's. */
static void return_row(struct kunit *test, const struct return_row *row)
{
	struct setting *set = enter(test);
	const struct chorus_place place = { .area = set->from, .nr = 2, .share = row->share };
	atomic_long_t *paid = &set->sender->user->used[CHORUS_QUOTA_BYTES];
	struct chorus_message *message = chorus_message_alloc(set->sender);
	long before = atomic_long_read(paid);

	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	touch(set->from, 0, 1);
	KUNIT_EXPECT_EQ(test, chorus_move_take(message, &message->request, &place), 0);
	KUNIT_EXPECT_EQ(test, message->request.size, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, atomic_long_read(paid), before + 2 * PAGE_SIZE);
	if (row->taken)
		touch(set->from, 0, row->taken);
	chorus_move_return(message, &message->request, &place);
	KUNIT_EXPECT_EQ(test, atomic_long_read(paid), before);
	KUNIT_EXPECT_EQ(test, message->request.size, 0);
	KUNIT_EXPECT_EQ(test, shows(set->from, 0), row->share && row->taken ? row->taken : 1);
	KUNIT_EXPECT_EQ(test, page_count(set->from->pages[0]), 1);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[1], NULL);
	chorus_message_free(message);
	leave(set);
	test_again(test);
}

static void returned_as_it_was_sent(struct kunit *test)
{
	test_table(test, return_row, return_rows);
}

static void moved_body_dies_with_its_port(struct kunit *test)
{
	struct setting *set = enter(test);
	atomic_long_t *paid = &set->sender->user->used[CHORUS_QUOTA_BYTES];
	long before = atomic_long_read(paid);
	struct page *page;

	touch(set->from, 0, 1);
	touch(set->from, 1, 1);
	page = set->from->pages[1];
	KUNIT_EXPECT_EQ(test, send(set, 0, 1, false), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1, 1, true), 0);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li), 0);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(paid), before);
	/* The name is gone: nothing is taken for good. */
	KUNIT_EXPECT_EQ(test, send(set, 1, 1, false), -EHOSTUNREACH);
	KUNIT_EXPECT_PTR_EQ(test, set->from->pages[1], page);
	leave(set);
}

static struct kunit_case move_cases[] = {
	KUNIT_CASE(area_makes_pages_as_they_are_touched),
	KUNIT_CASE(area_is_found_among_many),
	KUNIT_CASE(area_is_charged_until_its_end),
	KUNIT_CASE(move_takes_and_lands_the_pages_themselves),
	KUNIT_CASE(move_is_copied_where_it_does_not_fit),
	KUNIT_CASE(share_ends_with_the_first_write),
	KUNIT_CASE(returned_as_it_was_sent),
	KUNIT_CASE(moved_body_dies_with_its_port),
	{}
};

static struct kunit_suite move_suite = {
	.name = "chorus_ipc_move",
	.init = test_init,
	.exit = test_exit,
	.test_cases = move_cases,
};

kunit_test_suite(move_suite);
