// SPDX-License-Identifier: GPL-2.0-or-later
/* Copy-on-write: who has a body shares its pages until he writes to them. */
#define _GNU_SOURCE
#include "area.h"

TEST(both_have, "sender and receiver have the body; what either writes is his own")
{
	struct chorus_ui port;
	struct area a, b;
	int li = area_setting(&port, &a, 4, &b, 4);

	pages_fill(b.base, 4, 100);
	EXPECT(body_send(port, a.base, 3 * PAGE, CHORUS_MSG_COW), 0);
	CHECK(pages_are(a.base, 4, 1));
	body_receive(li, area_page(&b, 1), 3 * PAGE, true);
	CHECK(pages_are(b.base, 1, 100) && pages_are(area_page(&b, 1), 3, 1));
	/* Write after the share: the sender, the receiver, both. */
	pages_fill(a.base, 1, 50);
	CHECK(pages_are(area_page(&b, 1), 3, 1) && pages_are(a.base, 1, 50));
	pages_fill(area_page(&b, 2), 1, 60);
	CHECK(pages_are(area_page(&a, 1), 3, 2) && pages_are(area_page(&b, 2), 1, 60));
	pages_fill(area_page(&a, 2), 1, 70);
	pages_fill(area_page(&b, 3), 1, 80);
	CHECK(pages_are(a.base, 1, 50) && pages_are(area_page(&a, 1), 1, 2) &&
	      pages_are(area_page(&a, 2), 1, 70) && pages_are(area_page(&a, 3), 1, 4));
	CHECK(pages_are(area_page(&b, 1), 1, 1) && pages_are(area_page(&b, 2), 1, 60) &&
	      pages_are(area_page(&b, 3), 1, 80));
}

TEST(on_its_way, "what the sender writes while the body is on its way is not sent")
{
	struct chorus_ui port;
	struct area a, b;
	int li = area_setting(&port, &a, 2, &b, 2);

	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	pages_fill(a.base, 2, 10);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	pages_fill(area_page(&a, 1), 1, 20);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	CHECK(pages_empty(a.base, 2));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 10));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 1, 10) && pages_are(area_page(&b, 1), 1, 20));
}

TEST(copied_out, "a receiver without a place for pages gets a copy of what was sent")
{
	static unsigned char in[2 * PAGE];
	struct chorus_ui port;
	struct area a;
	int li = area_setting(&port, &a, 2, NULL, 0);

	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	pages_fill(a.base, 1, 10);
	body_receive(li, in, sizeof(in), false);
	CHECK(pages_are(in, 2, 1));
	CHECK(pages_are(a.base, 1, 10) && pages_are(area_page(&a, 1), 1, 2));
	pages_fill(area_page(&a, 1), 1, 20);
	CHECK(pages_are(area_page(&a, 1), 1, 20));
}

TEST(passed_on, "shared pages are shared and moved on, by who has received them")
{
	struct chorus_ui port;
	struct area a, b, c;
	int li;

	actor_open();
	li = new_port(&port);
	a = area_make(2);
	b = area_make(2);
	c = area_make(2);
	pages_fill(a.base, 2, 1);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	body_receive(li, b.base, 2 * PAGE, true);
	EXPECT(body_send(port, b.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	body_receive(li, c.base, 2 * PAGE, true);
	pages_fill(b.base, 1, 20);
	CHECK(pages_are(a.base, 2, 1) && pages_are(c.base, 2, 1));
	EXPECT(body_send(port, c.base, 2 * PAGE, CHORUS_MSG_MOVE), 0);
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_empty(c.base, 2) && pages_are(b.base, 2, 1));
	pages_fill(b.base, 2, 30);
	CHECK(pages_are(a.base, 2, 1) && pages_are(b.base, 2, 30));
	pages_fill(a.base, 2, 40);
	CHECK(pages_are(b.base, 2, 30) && pages_are(a.base, 2, 40));
}

TEST(each_mapping, "a page that becomes its writer's own is seen by each of his mappings")
{
	struct chorus_ui port;
	struct area a, b;
	unsigned char *again;
	int li = area_setting(&port, &a, 2, &b, 2);

	again = (unsigned char *)MUST_SYS(area_mmap(&a, PROT_READ | PROT_WRITE, MAP_SHARED));
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	/* Read by one first, so that it is mapped there, and written by the other. */
	CHECK(pages_are(again, 2, 1) && pages_are(a.base, 2, 1));
	pages_fill(a.base, 1, 10);
	CHECK(pages_are(again, 1, 10));
	pages_fill(again + PAGE, 1, 20);
	CHECK(pages_are(area_page(&a, 1), 1, 20));
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1));
}

TEST(protected, "a mapping that was read-only meanwhile does not write to shared pages")
{
	struct chorus_ui port;
	struct area a, b;
	int li = area_setting(&port, &a, 2, &b, 2);

	/* Before the share and after it. */
	EXPECT(mprotect(a.base, 2 * PAGE, PROT_READ), 0);
	EXPECT(body_send(port, a.base, 2 * PAGE, CHORUS_MSG_COW), 0);
	CHECK(pages_are(a.base, 2, 1));
	EXPECT(mprotect(a.base, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	EXPECT(mprotect(a.base, 2 * PAGE, PROT_READ), 0);
	EXPECT(mprotect(a.base, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	pages_fill(a.base, 2, 10);
	body_receive(li, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1) && pages_are(a.base, 2, 10));
}

TEST(system_calls, "system calls write to shared pages as the program does")
{
	static unsigned char out[PAGE];
	struct chorus_ui port;
	struct area a, b;
	int fd[2], li;

	actor_open();
	li = new_port(&port);
	a = area_make(1);
	b = area_make(1);
	MUST_SYS(pipe(fd));
	pages_fill(a.base, 1, 1);
	EXPECT(body_send(port, a.base, PAGE, CHORUS_MSG_COW), 0);
	CHECK(pages_are(a.base, 1, 1));
	pages_fill(out, 1, 10);
	CHECK(write(fd[1], out, PAGE) == PAGE);
	CHECK(read(fd[0], a.base, PAGE) == PAGE && pages_are(a.base, 1, 10));
	body_receive(li, b.base, PAGE, true);
	CHECK(pages_are(b.base, 1, 1));
}

struct caller {
	struct chorus_ui to;
	bool kept;
};

static long do_call_sharing(void *caller)
{
	struct caller *c = caller;
	struct area a = area_make(2);
	struct chorus_ipc_call call = {
		.target = c->to, .flags = CHORUS_MSG_COW, .body = PTR(a.base),
		.body_size = 2 * PAGE, .timeout = FOREVER,
	};
	long result;

	pages_fill(a.base, 2, 1);
	result = ipc_call(&call);
	c->kept = pages_are(a.base, 2, 1);
	pages_fill(a.base, 2, 3);
	c->kept &= pages_are(a.base, 2, 3);
	return result;
}

TEST(died, "whoever dies, the others have what they had")
{
	struct puppet *client = puppet_actor(), *server = puppet_actor();
	struct caller *c = SHARED(struct caller);
	struct note *n = SHARED(struct note);
	struct chorus_ui port;
	struct area b;

	/* The sender, with the body on its way. */
	actor_open();
	MUST(new_port(&port));
	b = area_make(2);
	c->to = default_port();
	begin(client, do_call_sharing, c);
	wait_blocked(client);
	body_receive(0, b.base, 2 * PAGE, true);
	kill_puppet(client);
	CHECK(pages_are(b.base, 2, 1));
	pages_fill(b.base, 2, 5);
	CHECK(pages_are(b.base, 2, 5));

	/* The receiver, with the body in service. */
	client = puppet_actor();
	n->li = puppet_port(server, &c->to);
	n->timeout = FOREVER;
	begin(client, do_call_sharing, c);
	EXPECT(run(server, note_receive, n), 0);
	kill_puppet(server);
	EXPECT(end(client), -EOWNERDEAD);
	CHECK(c->kept);
}
