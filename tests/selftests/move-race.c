// SPDX-License-Identifier: GPL-2.0-or-later
/* Moves at the same time as writes, unmappings, and other moves of the same pages. */
#define _GNU_SOURCE
#include <sched.h>

#include "area.h"

#define ROUNDS	150u

struct game {
	struct area a;
	struct chorus_ui port;
	int li;
	bool stop;
	unsigned int flags;
	int other;			/* result of something that may fail */
};

static bool over(const struct game *g)
{
	return __atomic_load_n(&g->stop, __ATOMIC_RELAXED);
}

static void stop(struct game *g)
{
	__atomic_store_n(&g->stop, true, __ATOMIC_RELAXED);
}

/* Both pages get ever new numbers. */
static long do_write(void *game)
{
	struct game *g = game;

	for (__u64 n = 1; !over(g); n++) {
		__atomic_store_n((__u64 *)(void *)g->a.base, n, __ATOMIC_RELAXED);
		__atomic_store_n((__u64 *)(void *)area_page(&g->a, 1), n, __ATOMIC_RELAXED);
		if (!(n % 64))
			sched_yield();
	}
	return 0;
}

static struct game *game_new(unsigned int pages)
{
	struct game *g = SHARED(struct game);

	actor_open();
	g->li = new_port(&g->port);
	g->a = area_make(pages);
	return g;
}

/* While others write to what is sent. */
static void received_stays(struct game *g, const struct area *b, unsigned int flags)
{
	static unsigned char seen[2 * PAGE];

	for (unsigned int i = 0; i < ROUNDS && !selftest_failed(); i++) {
		EXPECT(body_send(g->port, g->a.base, 2 * PAGE, flags), 0);
		if (!body_receive(g->li, b->base, 2 * PAGE, true))
			break;
		memcpy(seen, b->base, sizeof(seen));
		for (int j = 0; j < 3; j++)
			sched_yield();
		CHECK(!memcmp(seen, b->base, sizeof(seen)), "round %u: what had been received changed", i);
	}
}

static void written(unsigned int flags)
{
	struct game *g = game_new(2);
	struct puppet *writer = puppet_thread(NULL);
	struct area b = area_make(2);

	begin(writer, do_write, g);
	received_stays(g, &b, flags);
	stop(g);
	EXPECT(end(writer), 0);
}

TEST(written_moved, "pages that are written to while they move are not written to once they have")
{
	written(CHORUS_MSG_MOVE);
}

TEST(written_shared, "nor those that are shared")
{
	written(CHORUS_MSG_COW);
}

/* ---- through a mapping that changes ---- */

/* Moved from @at to @to, in the end a page of it: what is there is written to all the time. */
static long shake(const struct game *g, unsigned char *at, unsigned char *to, __u64 *n)
{
	unsigned char *pages[] = { at, at + PAGE, at };

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		__atomic_store_n((__u64 *)(void *)pages[i], ++*n, __ATOMIC_RELAXED);
		if (mprotect(at, g->a.size, PROT_READ) ||
		    mprotect(at, g->a.size, PROT_READ | PROT_WRITE))
			return -errno;
	}
	if (mremap(at, g->a.size, g->a.size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return -errno;
	for (unsigned int i = 0; i < 2; i++)
		__atomic_store_n((__u64 *)(void *)(to + i * PAGE), ++*n, __ATOMIC_RELAXED);
	sched_yield();
	return munmap(to + PAGE, g->a.size - PAGE) ? -errno : 0;
}

static long do_shake(void *game)
{
	struct game *g = game;
	unsigned char *room = mmap(NULL, 2 * g->a.size, PROT_NONE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	long result = room == MAP_FAILED ? -errno : 0;
	__u64 n = 0;

	while (!result && !over(g)) {
		if (mmap(room, g->a.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, dev,
			 (off_t)g->a.offset) != room)
			return -errno;
		result = shake(g, room, room + g->a.size, &n);
	}
	return result;
}

static void shaken(unsigned int flags)
{
	struct game *g = game_new(2);
	struct puppet *shaker = puppet_thread(NULL), *writer = puppet_thread(NULL);
	/* First, for while it is shaken the room has holes, where a new mapping might come to lie. */
	struct area b = area_make(2);

	begin(shaker, do_shake, g);
	begin(writer, do_write, g);
	received_stays(g, &b, flags);
	stop(g);
	EXPECT(end(shaker), 0);
	EXPECT(end(writer), 0);
}

TEST(shaken_moved, "nor through a mapping that is protected, moved and cut to pieces meanwhile")
{
	shaken(CHORUS_MSG_MOVE);
}

TEST(shaken_shared, "nor if they are shared")
{
	shaken(CHORUS_MSG_COW);
}

/* ---- the same pages, twice ---- */

static long do_send_on(void *game)
{
	struct game *g = game;

	g->other = body_send(g->port, g->a.base, 4 * PAGE, g->flags);
	return 0;
}

static unsigned int numbers_of(const unsigned char *body)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < 4; i++)
		n += !pages_empty(body + i * PAGE, 1);
	return n;
}

TEST(twice, "two threads move the same pages: each page goes once")
{
	struct game *g = game_new(4);
	struct puppet *other = puppet_thread(NULL);
	struct area b = area_make(8);

	g->flags = CHORUS_MSG_MOVE;
	for (unsigned int i = 0; i < ROUNDS && !selftest_failed(); i++) {
		pages_fill(g->a.base, 4, i);
		begin(other, do_send_on, g);
		EXPECT(body_send(g->port, g->a.base, 4 * PAGE, CHORUS_MSG_MOVE), 0);
		EXPECT(end(other), 0);
		EXPECT(g->other, 0);
		body_receive(g->li, b.base, 4 * PAGE, true);
		body_receive(g->li, area_page(&b, 4), 4 * PAGE, true);
		CHECK(numbers_of(b.base) + numbers_of(area_page(&b, 4)) == 4, "round %u", i);
		CHECK(pages_empty(g->a.base, 4));
	}
}

static long do_receive_on(void *game)
{
	struct game *g = game;
	struct chorus_ipc_receive r = {
		.li = g->li, .timeout = FOREVER, .flags = CHORUS_MSG_MOVE,
		.body = PTR(g->a.base), .body_size = 4 * PAGE,
	};

	g->other = ipc_receive(&r);
	return r.out_flags == CHORUS_MSG_MOVED;
}

TEST(same_room, "two bodies land in the same place: one of both is there, page by page")
{
	struct game *g = game_new(4);
	struct puppet *one = puppet_thread(NULL), *two = puppet_thread(NULL);
	struct game *h = SHARED(struct game);
	struct area b = area_make(8);

	*h = *g;
	for (unsigned int i = 0; i < ROUNDS && !selftest_failed(); i++) {
		pages_fill(b.base, 4, 10);
		pages_fill(area_page(&b, 4), 4, 20);
		begin(one, do_receive_on, g);
		begin(two, do_receive_on, h);
		EXPECT(body_send(g->port, b.base, 4 * PAGE, CHORUS_MSG_MOVE), 0);
		EXPECT(body_send(g->port, area_page(&b, 4), 4 * PAGE, CHORUS_MSG_MOVE), 0);
		EXPECT(end(one), 1);
		EXPECT(end(two), 1);
		for (unsigned int page = 0; page < 4; page++)
			CHECK(pages_are(area_page(&g->a, page), 1, 10 + page) ||
			      pages_are(area_page(&g->a, page), 1, 20 + page), "round %u", i);
	}
}

/* ---- unmapped ---- */

static long do_remap(void *game)
{
	struct game *g = game;

	while (!over(g)) {
		/* Nobody else's mapping comes there meanwhile. */
		if (mmap(g->a.base, g->a.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) == MAP_FAILED)
			return -errno;
		sched_yield();
		if (mmap(g->a.base, g->a.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, dev,
			 (off_t)g->a.offset) == MAP_FAILED)
			return -errno;
		sched_yield();
	}
	return 0;
}

TEST(unmapped, "an area that is unmapped under a move: it goes, or it is EFAULT, and nothing is lost")
{
	struct game *g = game_new(4);
	struct puppet *other = puppet_thread(NULL);
	struct area b = area_make(4);
	unsigned char *again;

	again = (unsigned char *)MUST_SYS(area_mmap(&g->a, PROT_READ | PROT_WRITE, MAP_SHARED));
	begin(other, do_remap, g);
	for (unsigned int i = 0; i < ROUNDS && !selftest_failed(); i++) {
		int result;

		pages_fill(again, 4, i);
		result = body_send(g->port, g->a.base, 4 * PAGE, CHORUS_MSG_MOVE);
		if (result == -EFAULT) {
			CHECK(pages_are(again, 4, i), "round %u", i);
			continue;
		}
		if (!EXPECT(result, 0))
			break;
		{
			struct chorus_ipc_receive r = {
				.li = g->li, .timeout = POLL, .flags = CHORUS_MSG_MOVE,
				.body = PTR(b.base), .body_size = 4 * PAGE,
			};

			/* Copied, if it was unmapped when it was looked at and there again when it was read. */
			EXPECT(ipc_receive(&r), 0);
			CHECK(pages_are(b.base, 4, i), "round %u", i);
			if (r.out_flags & CHORUS_MSG_MOVED)
				CHECK(pages_empty(again, 4), "round %u", i);
		}
	}
	stop(g);
	EXPECT(end(other), 0);
}
