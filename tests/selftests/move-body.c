// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies whose pages change hands: who has them when, by each way a message can go. */
#include "area.h"

TEST(sent, "pages leave the sender, and land where the receiver wants them")
{
	struct chorus_ui port;
	struct area a, b;
	int li = area_setting(&port, &a, 6, &b, 6);

	pages_fill(b.base, 6, 100);
	EXPECT(body_send(port, area_page(&a, 1), 3 * PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_are(a.base, 1, 1) && pages_are(area_page(&a, 4), 2, 5), "around it");
	CHECK(pages_empty(area_page(&a, 1), 3), "it has left");
	/* What is written there now is another page. */
	pages_fill(area_page(&a, 2), 1, 50);
	body_receive(li, area_page(&b, 2), 3 * PAGE, true);
	CHECK(pages_are(area_page(&b, 2), 3, 2), "it has landed");
	CHECK(pages_are(b.base, 2, 100) && pages_are(area_page(&b, 5), 1, 105), "around it");
	CHECK(pages_are(area_page(&a, 2), 1, 50));
	pages_fill(area_page(&b, 2), 3, 60);
	CHECK(pages_are(area_page(&b, 2), 3, 60));
	CHECK(pages_empty(area_page(&a, 1), 1) && pages_are(area_page(&a, 2), 1, 50));
}

TEST(untouched, "places that nobody has touched are zeroes for the receiver, too")
{
	struct chorus_ui port;
	struct area a, b;
	int li;

	actor_open();
	li = new_port(&port);
	a = area_make(4);
	b = area_make(4);
	pages_fill(area_page(&a, 2), 1, 1);
	pages_fill(b.base, 4, 100);
	EXPECT(body_send(port, a.base, 4 * PAGE, CHORUS_MSG_MOVE), 0);
	body_receive(li, b.base, 4 * PAGE, true);
	CHECK(pages_empty(b.base, 2) && pages_are(area_page(&b, 2), 1, 1) &&
	      pages_empty(area_page(&b, 3), 1));
	/* And copied out. */
	EXPECT(body_send(port, b.base, 4 * PAGE, CHORUS_MSG_MOVE), 0);
	{
		static char in[4 * PAGE];

		memset(in, POISON, sizeof(in));
		body_receive(li, in, sizeof(in), false);
		CHECK(pages_empty(in, 2) && pages_are(in + 2 * PAGE, 1, 1) &&
		      pages_empty(in + 3 * PAGE, 1));
	}
	CHECK(pages_empty(b.base, 4));
}

TEST(same_place, "a body may land where it came from")
{
	struct chorus_ui port;
	struct area a;
	int li = area_setting(&port, &a, 4, NULL, 0);

	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	body_receive(li, area_page(&a, 1), 2 * PAGE, true);
	CHECK(pages_empty(a.base, 1) && pages_are(area_page(&a, 1), 2, 1) &&
	      pages_are(area_page(&a, 3), 1, 4));
}

TEST(mapped_twice, "it leaves every mapping of its sender, and comes to every one of its receiver")
{
	struct chorus_ui port;
	struct area a, b;
	unsigned char *from, *to;
	int li;

	actor_open();
	li = new_port(&port);
	a = area_make(2);
	b = area_make(2);
	from = (unsigned char *)MUST_SYS(area_mmap(&a, PROT_READ, MAP_SHARED));
	to = (unsigned char *)MUST_SYS(area_mmap(&b, PROT_READ, MAP_SHARED));
	pages_fill(a.base, 2, 1);
	pages_fill(b.base, 2, 10);
	CHECK(pages_are(from, 2, 1) && pages_are(to, 2, 10));
	EXPECT(body_send(port, from, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_empty(from, 2) && pages_empty(a.base, 2));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(to, 2, 1) && pages_are(b.base, 2, 1));
}

/* ---- calls, of two processes ---- */

struct side {
	struct area a;
	struct chorus_ui to;
	int li;
	unsigned int number, pages;	/* what is sent */
	unsigned int flags, size;	/* what came */
	long long timeout;
	bool right;
};

static long do_make(void *side)
{
	struct side *s = side;

	s->a = area_make(s->pages);
	return 0;
}

/* Number N with pages, and number N + 100 back. */
static long do_move_call(void *side)
{
	struct side *s = side;
	unsigned int size = s->pages * PAGE;
	struct chorus_ipc_call c = {
		.target = s->to, .timeout = FOREVER, .flags = CHORUS_MSG_MOVE | CHORUS_MSG_REP_MOVE,
		.body = PTR(s->a.base), .body_size = size,
		.rep_body = PTR(s->a.base), .rep_size = size,
	};
	long result;

	pages_fill(s->a.base, s->pages, s->number);
	result = ipc_call(&c);
	s->flags = c.out_flags;
	s->size = c.out_rep_size;
	s->right = !result && pages_are(s->a.base, s->pages, s->number + 100);
	return result;
}

/* Serves one such, then waits for another; both replies are moved. */
static long do_move_serve(void *side)
{
	struct side *s = side;
	unsigned int size = s->pages * PAGE;
	struct chorus_ipc_receive r = {
		.li = s->li, .timeout = FOREVER, .flags = CHORUS_MSG_MOVE,
		.body = PTR(s->a.base), .body_size = size,
	};
	struct chorus_ipc_reply_receive n = {
		.li = s->li, .timeout = FOREVER, .flags = CHORUS_MSG_MOVE | CHORUS_MSG_REP_MOVE,
		.rep_body = PTR(s->a.base), .rep_size = size,
		.body = PTR(s->a.base), .body_size = size,
	};
	struct chorus_ipc_reply last = {
		.flags = CHORUS_MSG_MOVE, .body = PTR(s->a.base), .body_size = size,
	};
	long result;

	s->right = true;
	result = ipc_receive(&r);
	if (result)
		return result;
	s->right &= r.out_flags == (CHORUS_MSG_RPC | CHORUS_MSG_MOVED) &&
		    pages_are(s->a.base, s->pages, s->number);
	pages_fill(s->a.base, s->pages, s->number + 100);
	result = ipc_reply_receive(&n);
	if (result)
		return result;
	s->right &= n.out_flags == (CHORUS_MSG_RPC | CHORUS_MSG_MOVED) &&
		    pages_are(s->a.base, s->pages, s->number + 1);
	pages_fill(s->a.base, s->pages, s->number + 101);
	return ipc_reply(&last);
}

TEST(called, "requests and replies move between two processes, by each way to reply")
{
	struct puppet *client = puppet_actor(), *server = puppet_actor();
	struct side *c = SHARED(struct side), *s = SHARED(struct side);

	s->li = puppet_port(server, &c->to);
	c->pages = s->pages = 16;
	c->number = s->number = 5;
	MUST(run(client, do_make, c));
	MUST(run(server, do_make, s));
	begin(server, do_move_serve, s);
	for (int i = 0; i < 2; i++) {
		EXPECT(run(client, do_move_call, c), 0);
		CHECK(c->flags == CHORUS_MSG_MOVED && c->size == 16 * PAGE && c->right,
		      "flags %#x, %u bytes", c->flags, c->size);
		c->number++;
	}
	EXPECT(end(server), 0);
	CHECK(s->right);
}

#define TABLE	(512 * PAGE)		/* what a page table maps */

TEST(large, "a body of 1 MiB, which both sides have to take")
{
	const unsigned int pages = 256;
	struct chorus_port_body_max max = { .flags = CHORUS_SET, .body_max = pages * PAGE };
	unsigned int edge, to;
	struct chorus_ui port;
	struct area a, b;

	actor_open();
	max.li = new_port(&port);
	a = area_make(pages + 3);
	b = area_make(pages + 600);
	pages_fill(a.base, pages, 1);
	EXPECT(body_send(port, a.base, pages * PAGE, CHORUS_MSG_MOVE), -EMSGSIZE);
	EXPECT(body_send(port, a.base, pages * PAGE, CHORUS_MSG_MOVE | CHORUS_MSG_LARGE),
	       -EMSGSIZE);
	CHECK(pages_are(a.base, pages, 1));
	EXPECT(port_body_max(&max), 0);
	EXPECT(body_send(port, a.base, pages * PAGE, CHORUS_MSG_MOVE | CHORUS_MSG_LARGE), 0);
	CHECK(pages_empty(a.base, pages));
	/* Over the edge of a page table, wherever the area lies. */
	edge = (TABLE - (uintptr_t)b.base % TABLE) / PAGE;
	to = edge > pages / 2 ? edge - pages / 2 : edge + TABLE / PAGE - pages / 2;
	body_receive(max.li, area_page(&b, to), pages * PAGE, true);
	CHECK(pages_are(area_page(&b, to), pages, 1));
	CHECK(pages_empty(area_page(&b, to - 1), 1) && pages_empty(area_page(&b, to + pages), 1));
}

TEST(passed_on, "a body that has not landed is passed on with its message, one that has is not")
{
	struct chorus_ipc_receive r = { .timeout = POLL };
	struct chorus_ipc_forward f = { 0 };
	struct chorus_ui port, next;
	struct area a, b;
	int li, next_li;

	actor_open();
	li = new_port(&port);
	next_li = new_port(&next);
	a = area_make(2);
	b = area_make(2);
	pages_fill(a.base, 2, 1);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	r.li = li;
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_MORE && r.out_body_size == 2 * PAGE);
	f.target = next;
	EXPECT(ipc_forward(&f), 0);
	body_receive(next_li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1));
	EXPECT(ipc_forward(&f), -EPERM);
	CHECK(pages_are(b.base, 2, 1));
}

TEST(fetched, "what is left for ipcGetData is copied there, once")
{
	struct chorus_ipc_receive r = { .timeout = POLL, .flags = CHORUS_MSG_MOVE };
	struct chorus_ipc_get_data g = { .body_size = 2 * PAGE };
	struct chorus_ui port;
	struct area a, b;

	r.li = area_setting(&port, &a, 2, &b, 2);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_MORE);
	g.body = PTR(b.base);
	EXPECT(ipc_get_data(&g), 0);
	CHECK(g.out_body_size == 2 * PAGE && pages_are(b.base, 2, 1));
	EXPECT(ipc_get_data(&g), -ENOMSG);
	/* Nothing is to be fetched of what has landed. */
	EXPECT(body_send(port, b.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	body_receive(r.li, a.base, 2 * PAGE, true);
	EXPECT(ipc_get_data(&g), -ENOMSG);
	CHECK(pages_are(a.base, 2, 1));
}

TEST(shared_queue, "by the queue of a group, too")
{
	struct chorus_group_allocate g = { .type = CHORUS_UI_GROUP_SHARED };
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
	a = area_make(2);
	b = area_make(2);
	pages_fill(a.base, 2, 1);
	EXPECT(body_send(g.out_cap.ui, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_empty(a.base, 2));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1));
}

TEST(both, "to move and to share the same body is EINVAL")
{
	const unsigned int both = CHORUS_MSG_MOVE | CHORUS_MSG_COW;
	struct chorus_ipc_reply_receive n = {
		.flags = CHORUS_MSG_REP_MOVE | CHORUS_MSG_REP_COW, .timeout = POLL,
	};
	struct chorus_ipc_reply r = { .flags = CHORUS_MSG_MOVE | CHORUS_MSG_COW };
	struct chorus_ipc_call c = { .flags = CHORUS_MSG_MOVE | CHORUS_MSG_COW };
	struct chorus_ui port;
	struct area a;

	actor_open();
	MUST(new_port(&port));
	c.target = port;
	a = area_make(1);
	pages_fill(a.base, 1, 1);
	EXPECT(body_send(port, a.base, PAGE, both), -EINVAL);
	EXPECT(ipc_call(&c), -EINVAL);
	EXPECT(ipc_reply(&r), -EINVAL);
	EXPECT(ipc_reply_receive(&n), -EINVAL);
	CHECK(pages_are(a.base, 1, 1));
}
