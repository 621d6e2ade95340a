// SPDX-License-Identifier: GPL-2.0-or-later
/* Receive windows: slots, who has one until when, and who pays. */
#include <linux/mm.h>

#include "harness.h"
#include "ipc/rpc.h"
#include "ipc/window.h"

#define UID	5400
#define SLOTS	3
#define BODY	5000

struct setting {
	struct chorus_actor *sender;
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	struct chorus_window *window;	/* with a reference of its own */
	struct chorus_ui ui;
	int li;
	u8 out[BODY], in[BODY];
};

static int open(struct setting *set, u32 slots, u32 slot_size, u32 least)
{
	struct chorus_window_open args = {
		.li = set->li, .slots = slots, .slot_size = slot_size, .least = least,
	};

	return chorus_window_open(set->actor, &args, &set->window);
}

static struct setting *enter(struct kunit *test)
{
	struct setting *set = kunit_kzalloc(test, sizeof(*set), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, set);
	set->sender = test_user_actor(test, UID);
	set->actor = test_user_actor(test, UID + 1);
	set->thread = test_thread(test, set->actor);
	set->li = test_port(test, set->actor, &set->ui);
	return set;
}

static void leave(struct setting *set)
{
	chorus_window_put(set->window);
	set->window = NULL;
}

static int send(struct setting *set, u32 size, u8 value)
{
	struct chorus_buffers from = { .body = (uintptr_t)set->out, .size = size, .kernel = true };
	struct chorus_ui none = { 0 };

	memset(set->out, value, sizeof(set->out));
	return chorus_rpc_send(set->sender, CHORUS_LI_DEFAULT, &set->ui, &none, &from);
}

/* The value of the body that is there, the slot it lies in in *@slot, -1 for none; or the error. */
static int receive(struct setting *set, u32 size, int *slot)
{
	struct chorus_receive receive = {
		.li = set->li,
		.to = { .body = (uintptr_t)set->in, .size = sizeof(set->in), .kernel = true },
	};
	struct chorus_received out;
	const u8 *body = set->in;
	int ret;

	chorus_timeout_init(&receive.timeout, 0, 0);
	memset(set->in, 0, sizeof(set->in));
	ret = chorus_receive(set->thread, &receive, &out);
	*slot = -1;
	if (ret)
		return ret;
	if (out.flags & CHORUS_MSG_WINDOW) {
		*slot = out.slot;
		body = set->window->data + out.slot * set->window->slot_size;
	}
	if (out.body_size != size || (size && memchr_inv(body, body[0], size)))
		return -EBADMSG;
	return size ? body[0] : 0;
}

static void window_gives_each_slot_once(struct kunit *test)
{
	struct setting *set = enter(test);
	int i, slot;

	KUNIT_ASSERT_EQ(test, open(set, SLOTS, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, set->window->slot_size, PAGE_SIZE);
	for (i = 0; i < SLOTS + 2; i++)
		KUNIT_EXPECT_EQ(test, send(set, PAGE_SIZE, 10 + i), 0);
	KUNIT_EXPECT_TRUE(test, bitmap_full(set->window->busy, SLOTS));
	for (i = 0; i < SLOTS + 2; i++) {
		KUNIT_EXPECT_EQ(test, receive(set, PAGE_SIZE, &slot), 10 + i);
		KUNIT_EXPECT_EQ(test, slot, i < SLOTS ? i : -1);
		/* The one before has ended with this receive. */
		KUNIT_EXPECT_EQ(test, bitmap_weight(set->window->busy, SLOTS),
				max(0, SLOTS - i));
	}
	leave(set);
}

static const struct size_row {
	const char *name;
	u32 size;
	bool in;
} size_rows[] = {
	{ "none", 0, false }, { "below", 99, false }, { "least", 100, true },
	{ "more", 101, true }, { "whole", PAGE_SIZE, true }, { "above", PAGE_SIZE + 1, false },
};

static void window_size_row(struct kunit *test, const struct size_row *row)
{
	struct setting *set = enter(test);
	int slot;

	KUNIT_ASSERT_EQ(test, open(set, 1, 100, 100), 0);
	KUNIT_EXPECT_EQ(test, send(set, row->size, 7), 0);
	KUNIT_EXPECT_EQ(test, receive(set, row->size, &slot), row->size ? 7 : 0);
	KUNIT_EXPECT_EQ(test, slot, row->in ? 0 : -1);
	leave(set);
	test_again(test);
}

static void window_takes_bodies_by_size(struct kunit *test)
{
	test_table(test, window_size_row, size_rows);
}

/* What a closed window holds is copied out; its memory waits for the last of it. */
static void window_closed_is_copied_out(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_window *first;
	int slot;

	KUNIT_ASSERT_EQ(test, open(set, SLOTS, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1000, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1000, 2), 0);
	first = set->window;
	KUNIT_EXPECT_EQ(test, open(set, 1, 1, 1), -EBUSY);
	KUNIT_EXPECT_EQ(test, chorus_window_close(set->actor, set->li), 0);
	KUNIT_EXPECT_EQ(test, chorus_window_close(set->actor, set->li), -ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, chorus_window_get(set->actor, chorus_window_pgoff(first)), NULL);
	KUNIT_EXPECT_EQ(test, kref_read(&first->ref), 3);	/* two messages and us */
	KUNIT_ASSERT_EQ(test, open(set, 1, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 1000, &slot), 1);
	KUNIT_EXPECT_EQ(test, slot, -1);
	KUNIT_EXPECT_EQ(test, receive(set, 1000, &slot), 2);
	KUNIT_EXPECT_EQ(test, slot, -1);
	KUNIT_EXPECT_EQ(test, send(set, 1000, 3), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 1000, &slot), 3);
	KUNIT_EXPECT_EQ(test, slot, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&first->ref), 1);
	chorus_window_put(first);
	leave(set);
}

static void window_dies_with_its_port(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_window *window;

	KUNIT_ASSERT_EQ(test, open(set, SLOTS, 1, 1), 0);
	window = set->window;
	KUNIT_EXPECT_EQ(test, send(set, 1000, 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li), 0);
	KUNIT_EXPECT_TRUE(test, window->closed);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(window->busy, SLOTS));
	KUNIT_EXPECT_EQ(test, kref_read(&window->ref), 1);
	KUNIT_EXPECT_EQ(test, send(set, 1000, 1), -EHOSTUNREACH);
	leave(set);
}

static void window_is_charged(struct kunit *test)
{
	struct setting *set = enter(test);
	atomic_long_t *used = &set->actor->user->used[CHORUS_QUOTA_BYTES];
	long before = atomic_long_read(used);

	test_limit(test, chorus_max_bytes, before + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, open(set, 5, 1, 1), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
	KUNIT_ASSERT_EQ(test, open(set, 2, PAGE_SIZE + 1, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, chorus_window_close(set->actor, set->li), 0);
	/* A mapping has it still. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before + 4 * PAGE_SIZE);
	leave(set);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
	set->li = 999;
	KUNIT_EXPECT_EQ(test, open(set, 1, 1, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
}

static struct kunit_case window_cases[] = {
	KUNIT_CASE(window_gives_each_slot_once),
	KUNIT_CASE(window_takes_bodies_by_size),
	KUNIT_CASE(window_closed_is_copied_out),
	KUNIT_CASE(window_dies_with_its_port),
	KUNIT_CASE(window_is_charged),
	{}
};

static struct kunit_suite window_suite = {
	.name = "chorus_ipc_window",
	.init = test_init,
	.exit = test_exit,
	.test_cases = window_cases,
};

kunit_test_suite(window_suite);
