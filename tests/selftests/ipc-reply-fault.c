// SPDX-License-Identifier: GPL-2.0-or-later
/* A reply that cannot be read is kept; a reply that cannot be written harms the caller only. */
#include <sys/mman.h>

#include "scene.h"

TEST(server, "a reply with a bad buffer is EFAULT and keeps the message")
{
	struct scene s = scene_served();
	struct chorus_ipc_reply *r = SHARED(struct chorus_ipc_reply);

	*r = (struct chorus_ipc_reply){ .body = 8, .body_size = 8 };
	EXPECT(run(s.server, do_ipc_reply, r), -EFAULT);
	*r = (struct chorus_ipc_reply){ .annex = 8 };
	EXPECT(run(s.server, do_ipc_reply, r), -EFAULT);
	*r = (struct chorus_ipc_reply){ .body = 8, .body_size = 8, .msg = s.receive->msg };
	EXPECT(run(s.server, do_ipc_reply, r), -EFAULT);
	*r = (struct chorus_ipc_reply){ .body = PTR(r), .body_size = CHORUS_BODY_MAX + 1 };
	EXPECT(run(s.server, do_ipc_reply, r), -EMSGSIZE);
	sleep_ms(20);
	CHECK(!ended(s.client));
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 8), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 8);
}

TEST(client, "a client whose reply buffer is bad gets EFAULT, the server nothing")
{
	struct scene s = scene_new();
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);

	for (int round = 0; round < 2; round++) {
		*c = (struct chorus_ipc_call){
			.target = s.port, .timeout = FOREVER,
			.rep_body = round ? 0 : 8, .rep_size = round ? 0 : 8,
			.rep_annex = round ? 8 : 0,
		};
		begin(s.client, do_ipc_call, c);
		EXPECT(run(s.server, note_receive, s.receive), 0);
		EXPECT_EITHER(scene_reply(&s, 3), 0, -EHOSTUNREACH);
		EXPECT(end(s.client), -EFAULT);
	}
	scene_round_trip(&s);
}

TEST(again, "reply-and-receive with a bad reply receives nothing")
{
	struct scene s = scene_served();
	struct chorus_ipc_reply_receive *r = SHARED(struct chorus_ipc_reply_receive);
	struct note *send = SHARED(struct note);

	send->to = s.port;
	send->value = 99;
	actor_open();
	MUST(note_send(send));
	*r = (struct chorus_ipc_reply_receive){ .li = s.li, .rep_body = 8, .rep_size = 8 };
	EXPECT(run(s.server, do_ipc_reply_receive, r), -EFAULT);
	r->rep_body = PTR(r);
	r->rep_size = CHORUS_BODY_MAX + 1;
	EXPECT(run(s.server, do_ipc_reply_receive, r), -EMSGSIZE);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 8), 0);
	EXPECT(end(s.client), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 99);
}

struct window {
	struct chorus_ipc_call call;
	struct chorus_ipc_receive receive;
	void *page;
};

/* Private memory of the puppet, which another of its threads takes away. */
static long do_map(void *window)
{
	struct window *w = window;

	w->page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return w->page == MAP_FAILED ? -errno : 0;
}

static long do_unmap(void *window)
{
	return munmap(((struct window *)window)->page, 65536) ? -errno : 0;
}

TEST(unmapped, "a reply buffer unmapped while the call waits: EFAULT for the client")
{
	struct scene s = scene_new();
	struct window *w = SHARED(struct window);

	MUST(run(s.client, do_map, w));
	w->call = (struct chorus_ipc_call){
		.target = s.port, .timeout = FOREVER, .rep_body = PTR(w->page), .rep_size = 8,
	};
	begin(s.client, do_ipc_call, &w->call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(s.client);
	MUST(run(puppet_thread(s.client), do_unmap, w));
	EXPECT_EITHER(scene_reply(&s, 3), 0, -EHOSTUNREACH);
	EXPECT(end(s.client), -EFAULT);
	scene_round_trip(&s);
}

TEST(unmapped_receive, "a receive buffer unmapped while it waits: EFAULT, nothing is lost")
{
	struct scene s = scene_new();
	struct window *w = SHARED(struct window);

	MUST(run(s.server, do_map, w));
	w->receive = (struct chorus_ipc_receive){
		.li = s.li, .timeout = FOREVER, .body = PTR(w->page), .body_size = 65536,
	};
	begin(s.server, do_ipc_receive, &w->receive);
	wait_blocked(s.server);
	MUST(run(puppet_thread(s.server), do_unmap, w));
	begin(s.client, note_call, s.call);
	EXPECT(end(s.server), -EFAULT);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value);
	EXPECT(scene_reply(&s, 3), 0);
	EXPECT(end(s.client), 0);
}
