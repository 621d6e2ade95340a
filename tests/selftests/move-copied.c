// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies whose pages cannot change hands: they are copied, and nobody is told an error. */
#define _GNU_SOURCE
#include "area.h"

#define PAGES	4u

struct side {
	const char *what;
	bool area;			/* else ordinary memory */
	unsigned int offset, size;
};

/* ---- sent ---- */

static const struct side sides_out[] = {
	{ "not on a page boundary", true, 8, PAGE },
	{ "not a whole page", true, 0, PAGE - 8 },
	{ "more than a whole page", true, 0, PAGE + 8 },
	{ "no area", false, 0, PAGE },
	{ "nothing", true, 0, 0 },
};

static void test_out(const void *row)
{
	static unsigned char in[2 * PAGE], own[2 * PAGE] __attribute__((aligned(4096)));
	const struct side *s = row;
	struct chorus_ui port;
	unsigned char *from;
	struct area a, b;
	int li;

	actor_open();
	li = new_port(&port);
	a = area_make(PAGES);
	b = area_make(PAGES);
	from = s->area ? a.base : own;
	pattern_fill(from + s->offset, s->size, 3);
	for (unsigned int flag = CHORUS_MSG_MOVE; flag <= CHORUS_MSG_COW; flag <<= 1) {
		EXPECT(body_send(port, from + s->offset, s->size, flag), 0);
		CHECK(pattern_is(from + s->offset, s->size, 3), "the sender has lost it");
		body_receive(li, b.base, s->size, false);
		CHECK(pattern_is(b.base, s->size, 3));
		EXPECT(body_send(port, from + s->offset, s->size, flag), 0);
		body_receive(li, in, s->size, false);
		CHECK(pattern_is(in, s->size, 3));
	}
}

/* ---- received ---- */

static const struct side sides_in[] = {
	{ "not on a page boundary", true, 8, 2 * PAGE },
	{ "no area", false, 0, 2 * PAGE },
	{ "a byte too small", true, 0, 2 * PAGE - 1 },
	{ "over the end of the area", true, (PAGES - 1) * PAGE, 2 * PAGE },
	{ "no room at all", true, 0, 0 },
};

static void test_in(const void *row)
{
	static unsigned char own[8 * PAGE];
	struct chorus_ipc_receive r = { .timeout = POLL, .flags = CHORUS_MSG_MOVE };
	const struct side *s = row;
	struct chorus_ui port;
	unsigned char *behind, *to;
	struct area a, b;

	actor_open();
	r.li = new_port(&port);
	a = area_make(PAGES);
	/* Behind its last page lies ordinary memory that nobody else uses. */
	behind = (unsigned char *)MUST_SYS(mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	MUST(area_try(&b, PAGES * PAGE));
	b.base = (unsigned char *)MUST_SYS(mmap(behind, b.size, PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_FIXED, dev, (off_t)b.offset));
	to = (s->area ? b.base : own) + s->offset;
	pages_fill(a.base, 2, 1);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_empty(a.base, 2));
	r.body = PTR(to);
	r.body_size = s->size;
	EXPECT(ipc_receive(&r), 0);
	CHECK(!(r.out_flags & CHORUS_MSG_MOVED) && r.out_body_size == 2 * PAGE);
	CHECK(!!(r.out_flags & CHORUS_MSG_MORE) == (s->size < 2 * PAGE));
	if (s->size >= 2 * PAGE)
		CHECK(pages_are(to, 2, 1));
	else if (s->size)
		CHECK(pages_are(to, 1, 1) && pattern_is(to + PAGE, PAGE - 1, 2));
}

void selftest_begin(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sides_out); i++)
		selftest_add_row(test_out, &sides_out[i], sides_out[i].what, 60);
	for (unsigned int i = 0; i < ARRAY_SIZE(sides_in); i++)
		selftest_add_row(test_in, &sides_in[i], sides_in[i].what, 60);
}

/* ---- by who does not ask, or cannot ---- */

TEST(not_asked, "a receiver who does not ask gets a copy; the sender's pages are gone all the same")
{
	struct chorus_ipc_receive r = { .timeout = POLL };
	struct chorus_ui port;
	struct area a, b;

	r.li = area_setting(&port, &a, 1, &b, 1);
	EXPECT(body_send(port, a.base, PAGE, CHORUS_MSG_MOVE), 0);
	r.body = PTR(b.base);
	r.body_size = PAGE;
	EXPECT(ipc_receive(&r), 0);
	CHECK(!r.out_flags && pages_are(b.base, 1, 1) && pages_empty(a.base, 1));
}

TEST(classic, "an ordinary body is copied into an area, on top of what is there")
{
	struct chorus_ui port;
	struct area b;
	int li;

	actor_open();
	li = new_port(&port);
	b = area_make(2);
	pages_fill(b.base, 2, 10);
	EXPECT(pattern_send(port, PAGE, 3), 0);
	body_receive(li, b.base, PAGE, false);
	CHECK(pattern_is(b.base, PAGE, 3) && pages_are(area_page(&b, 1), 1, 11));
}

TEST(parts, "parts are copied, on either side")
{
	static unsigned char in[2][PAGE];
	struct chorus_part part[2] = { { .size = PAGE }, { .size = PAGE } };
	struct chorus_ipc_receive r = {
		.timeout = POLL, .flags = CHORUS_MSG_MOVE | CHORUS_MSG_VECTOR,
		.body = PTR(part), .body_size = 2,
	};
	struct chorus_ui port;
	struct area a, b;

	r.li = area_setting(&port, &a, 2, &b, 2);
	part[0].addr = PTR(area_page(&a, 1));
	part[1].addr = PTR(a.base);
	EXPECT(body_send(port, part, 2, CHORUS_MSG_MOVE | CHORUS_MSG_VECTOR), 0);
	CHECK(pages_are(a.base, 2, 1));
	body_receive(r.li, b.base, 2 * PAGE, false);
	CHECK(pages_are(b.base, 1, 2) && pages_are(area_page(&b, 1), 1, 1));
	/* Moved, and scattered: a page in two pieces. */
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	part[0] = (struct chorus_part){ .addr = PTR(in[0]), .size = 100 };
	part[1] = (struct chorus_part){ .addr = PTR(in[0] + 100), .size = 2 * PAGE - 100 };
	EXPECT(ipc_receive(&r), 0);
	CHECK(!r.out_flags && r.out_body_size == 2 * PAGE && pages_are(in, 2, 1));
}

TEST(broadcast, "a broadcast is copied, and its sender keeps it")
{
	struct chorus_group_allocate g = { .type = CHORUS_UI_GROUP };
	struct chorus_group_member m = { 0 };
	struct chorus_ui port;
	struct area a, b;
	int li;

	actor_open();
	li = new_port(&port);
	MUST(group_allocate(&g));
	m.cap = g.out_cap;
	m.port = port;
	MUST(group_insert(&m));
	a = area_make(1);
	b = area_make(1);
	pages_fill(a.base, 1, 1);
	EXPECT(body_send(g.out_cap.ui, a.base, PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_are(a.base, 1, 1));
	body_receive(li, b.base, PAGE, false);
	CHECK(pages_are(b.base, 1, 1));
}

TEST(window, "a body that moves goes into no window")
{
	struct chorus_ui port;
	struct window w;
	struct area a, b;
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, PAGE, 1);
	a = area_make(1);
	b = area_make(1);
	pages_fill(a.base, 1, 1);
	EXPECT(body_send(port, a.base, PAGE, CHORUS_MSG_MOVE), 0);
	body_receive(li, b.base, PAGE, true);
	CHECK(pages_are(b.base, 1, 1));
	EXPECT(body_send(port, b.base, PAGE, 0), 0);
	pattern_receive(&w, PAGE, 1, true);
	CHECK(pages_are(b.base, 1, 1));
}

TEST(not_mapped, "what may not be read is EFAULT, as ever, and is not taken")
{
	struct chorus_ui port;
	struct area a;
	int li = area_setting(&port, &a, 2, NULL, 0);

	EXPECT(mprotect(a.base, PAGE, PROT_NONE), 0);
	EXPECT(body_send(port, a.base, PAGE, CHORUS_MSG_MOVE), -EFAULT);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), -EFAULT);
	EXPECT(mprotect(a.base, PAGE, PROT_READ), 0);
	CHECK(pages_are(a.base, 2, 1));
	/* Where the receiver may not write nothing lands: the message stays. */
	EXPECT(body_send(port, area_page(&a, 1), PAGE, CHORUS_MSG_MOVE), 0);
	{
		struct chorus_ipc_receive r = {
			.li = li, .timeout = POLL, .flags = CHORUS_MSG_MOVE,
			.body = PTR(a.base), .body_size = PAGE,
		};

		EXPECT(ipc_receive(&r), -EFAULT);
		CHECK(pages_are(a.base, 1, 1));
		r.body = PTR(area_page(&a, 1));
		EXPECT(ipc_receive(&r), 0);
		CHECK(r.out_flags == CHORUS_MSG_MOVED && pages_are(area_page(&a, 1), 1, 2));
	}
}
