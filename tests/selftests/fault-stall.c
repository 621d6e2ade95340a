// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process chooses an address at which the kernel has to wait for it: userfaultfd, as FUSE, gives such a
 * page. The copies of the nucleus stall there for as long as he likes. Nobody but himself may wait with him,
 * and he can be killed.
 */
#define _GNU_SOURCE
#include "chorus_probe.h"
#include "scene.h"
#include "stall.h"
#include "window.h"

/* Another client is served by @server. */
static void served(struct scene *s, struct puppet *server)
{
	struct puppet *client = puppet_actor();
	struct note *call = SHARED(struct note), *n = SHARED(struct note);

	call->to = s->port;
	call->timeout = n->timeout = LATE;
	call->value = 0x77;
	n->li = s->li;
	begin(client, note_call, call);
	EXPECT(run(server, note_receive, n), 0);
	CHECK(n->got == 0x77);
	n->value = 0x78;
	EXPECT(run(server, note_reply, n), 0);
	EXPECT(end(client), 0);
	CHECK(call->got == 0x78);
}

TEST(client, "a client stalls in its request: the server serves others, its port may go")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.client);
	struct chorus_port_delete *d = SHARED(struct chorus_port_delete);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	struct stall *stall = stall_in(s.client);

	*c = (struct chorus_ipc_call){
		.target = s.port, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin_stalled(s.client, do_ipc_call, c, other, stall);
	served(&s, s.server);
	d->li = s.li;
	EXPECT(run(s.server, do_port_delete, d), 0);
	MUST(run(other, do_let_go, stall));
	EXPECT(end(s.client), -EHOSTUNREACH);
}

TEST(client_killed, "a client that stalls can be killed, and nothing was sent")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.client);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	struct stall *stall = stall_in(s.client);

	*c = (struct chorus_ipc_call){
		.target = s.port, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin_stalled(s.client, do_ipc_call, c, other, stall);
	kill_puppet(s.client);
	scene_empty(&s);
	served(&s, s.server);
}

static long do_open_window(void *window)
{
	struct window *w = window;

	return window_try(w, w->li, 1, 4096, 1);
}

static long do_drop_window(void *window)
{
	return window_drop(window);
}

TEST(window, "a client stalls in the only slot of a window: others are served without it")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.client);
	struct window *w = SHARED(struct window);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	struct stall *stall = stall_in(s.client);

	w->li = s.li;
	MUST(run(s.server, do_open_window, w));
	*c = (struct chorus_ipc_call){
		.target = s.port, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin_stalled(s.client, do_ipc_call, c, other, stall);
	served(&s, s.server);
	EXPECT(run(s.server, do_drop_window, w), 0);
	served(&s, s.server);
	/* His own comes out of the closed window. */
	MUST(run(other, do_let_go, stall));
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 0 && !(s.receive->got_flags & CHORUS_MSG_WINDOW));
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
}

TEST(window_killed, "a client that stalls in a slot is killed: the slot is free again")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.client);
	struct window *w = SHARED(struct window);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	struct stall *stall = stall_in(s.client);

	w->li = s.li;
	MUST(run(s.server, do_open_window, w));
	*c = (struct chorus_ipc_call){
		.target = s.port, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin_stalled(s.client, do_ipc_call, c, other, stall);
	kill_puppet(s.client);
	actor_open();
	EXPECT(send_number(s.port, 5), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got_flags == CHORUS_MSG_WINDOW);
}

TEST(server, "a server stalls in its receive: its client's time goes on, its other threads serve")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.server);
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	struct note *reply = SHARED(struct note);
	struct stall *stall = stall_in(s.server);

	*r = (struct chorus_ipc_receive){
		.li = s.li, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin(s.server, do_ipc_receive, r);
	begin(other, do_await, stall);
	/* A client may give up before the server has come to take its request: then once more. */
	for (s.call->timeout = 300 * MS;; s.call->timeout *= 2) {
		begin(s.client, note_call, s.call);
		while (!ended(other) && !ended(s.client))
			sleep_ms(1);
		if (ended(other))
			break;
		EXPECT(end(s.client), -ETIMEDOUT);
	}
	MUST(end(other));
	CHECK(!ended(s.server));
	EXPECT(end(s.client), -ETIMEDOUT);
	served(&s, other);
	MUST(run(other, do_let_go, stall));
	EXPECT(end(s.server), 0);
	EXPECT(run(s.server, note_reply, reply), -EHOSTUNREACH);
}

TEST(server_killed, "a server that stalls in its receive is killed: its client is told")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.server);
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	struct stall *stall = stall_in(s.server);

	*r = (struct chorus_ipc_receive){
		.li = s.li, .body = stall->page, .body_size = 8, .timeout = FOREVER,
	};
	begin(s.client, note_call, s.call);
	begin_stalled(s.server, do_ipc_receive, r, other, stall);
	kill_puppet(s.server);
	EXPECT_EITHER(end(s.client), -EIDRM, -EOWNERDEAD);
}

TEST(reply, "a server stalls in its reply: its client's time goes on, its other threads serve")
{
	struct scene s = scene_new();
	struct puppet *other = puppet_thread(s.server);
	struct chorus_ipc_reply *r = SHARED(struct chorus_ipc_reply);
	struct stall *stall = stall_in(s.server);

	scene_served_for(&s, SECOND);
	*r = (struct chorus_ipc_reply){ .body = stall->page, .body_size = 8 };
	begin_stalled(s.server, do_ipc_reply, r, other, stall);
	EXPECT(end(s.client), -ETIMEDOUT);
	served(&s, other);
	MUST(run(other, do_let_go, stall));
	EXPECT(end(s.server), -EHOSTUNREACH);
}

TEST(reply_killed, "a server that stalls in its reply is killed: its client is told")
{
	struct scene s = scene_served();
	struct puppet *other = puppet_thread(s.server);
	struct chorus_ipc_reply *r = SHARED(struct chorus_ipc_reply);
	struct stall *stall = stall_in(s.server);

	*r = (struct chorus_ipc_reply){ .body = stall->page, .body_size = 8 };
	begin_stalled(s.server, do_ipc_reply, r, other, stall);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(handler, "a client stalls inside a message handler: others are served, it can be killed")
{
	struct puppet *client = puppet_actor(), *other = puppet_thread(client);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	struct stall *stall = stall_in(client);
	__u64 got = 0;

	actor_open();
	need_lap(ECHO_LAP_NULL);
	*c = (struct chorus_ipc_call){
		.target = static_port(ECHO_PORT_STAMP), .body = stall->page, .body_size = 8,
		.timeout = FOREVER,
	};
	begin_stalled(client, do_ipc_call, c, other, stall);
	EXPECT(call_number(c->target, 5, &got, LATE), 0);
	CHECK(got == 5);
	kill_puppet(client);
	EXPECT(call_number(c->target, 6, &got, LATE), 0);
}

TEST(lap, "a caller stalls at its LAP's argument block: it is not inside, and can be killed")
{
	struct puppet *client = puppet_actor(), *other = puppet_thread(client);
	struct lap_call *call = SHARED(struct lap_call);
	struct stall *stall = stall_in(client);
	struct echo_arg arg = { .sequence = 1 };

	actor_open();
	call->desc = need_lap(ECHO_LAP_ECHO);
	call->arg = (void *)(uintptr_t)stall->page;
	call->size = sizeof(arg);
	begin_stalled(client, do_invoke, call, other, stall);
	EXPECT(invoke(&call->desc, &arg, sizeof(arg)), 0);
	CHECK(arg.sequence == 2);
	kill_puppet(client);
	EXPECT(invoke(&call->desc, &arg, sizeof(arg)), 0);
}
