// SPDX-License-Identifier: GPL-2.0-or-later
/* Receive windows: which bodies go there, when a slot is free again, what is copied out. */
#include "window.h"

TEST(edges, "a body goes to the window from the least size to that of a slot, others do not")
{
	static const struct {
		unsigned int size;
		bool in;
	} bodies[] = {
		{ 0, false }, { 1, false }, { 999, false }, { 1000, true }, { 1001, true },
		{ 8191, true }, { 8192, true }, { 8193, false }, { CHORUS_BODY_MAX, false },
	};
	struct chorus_ui port;
	struct window w;
	int li;

	actor_open();
	li = new_port(&port);
	/* A slot is whole pages. */
	w = window_make(li, 2, 4097, 1000);
	CHECK(w.slot_size == 8192, "%u", w.slot_size);
	for (unsigned int i = 0; i < ARRAY_SIZE(bodies); i++) {
		EXPECT(pattern_send(port, bodies[i].size, i), 0);
		pattern_receive(&w, bodies[i].size, i, bodies[i].in);
	}
	EXPECT(pattern_send(port, CHORUS_BODY_MAX + 1, 0), -EMSGSIZE);
	EXPECT(pattern_send(port, ~0u, 0), -EMSGSIZE);
	EXPECT(window_drop(&w), 0);
}

TEST(empty, "with a least size of 0 an empty body is no body, and one byte goes there")
{
	struct chorus_ui port;
	struct window w;
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 1, 0);
	EXPECT(pattern_send(port, 0, 0), 0);
	pattern_receive(&w, 0, 0, false);
	EXPECT(pattern_send(port, 1, 1), 0);
	CHECK(pattern_receive(&w, 1, 1, true) == 0);
}

TEST(full, "what finds no slot comes the ordinary way, in its order; slots are used again")
{
	struct chorus_ui port;
	struct window w;
	unsigned int i, round;
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 3, CHORUS_BODY_MAX, 1);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 8; i++)
			EXPECT(pattern_send(port, 5000 + i, round + i), 0);
		for (i = 0; i < 8; i++)
			pattern_receive(&w, 5000 + i, round + i, i < 3);
		/* The last one is current, and has none. */
	}
}

TEST(owned, "the slot of a message is not another's until the next receive")
{
	struct chorus_ui port;
	struct window w;
	int li, slot;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 4096, 1);
	EXPECT(pattern_send(port, 4096, 1), 0);
	slot = pattern_receive(&w, 4096, 1, true);
	EXPECT(pattern_send(port, 4000, 2), 0);
	CHECK(pattern_is(window_slot(&w, slot), 4096, 1), "it was written over");
	pattern_receive(&w, 4000, 2, false);
	/* That receive has ended the first one. */
	EXPECT(pattern_send(port, 3000, 3), 0);
	pattern_receive(&w, 3000, 3, true);
}

TEST(saved, "a saved message keeps its slot, and is given back with its reply")
{
	struct scene s = scene_new();
	struct chorus_ipc_save save = { 0 };
	struct note again = { 0 };
	struct window w;
	struct chorus_ui port;
	int li, slot;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 4096, 1);
	s.call->to = port;
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	again.li = li;
	again.timeout = FOREVER;
	EXPECT(note_receive(&again), 0);
	REQUIRE(again.got_flags & CHORUS_MSG_WINDOW);
	slot = (int)again.receive.out_slot;
	CHECK(*(const __u64 *)(const void *)window_slot(&w, slot) == s.call->value);
	EXPECT(ipc_save(&save), 0);
	EXPECT(pattern_send(port, 100, 2), 0);
	pattern_receive(&w, 100, 2, false);
	CHECK(*(const __u64 *)(const void *)window_slot(&w, slot) == s.call->value);
	EXPECT(ipc_restore(&save), 0);
	EXPECT(reply_number(0, 77), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 77);
	EXPECT(pattern_send(port, 100, 3), 0);
	pattern_receive(&w, 100, 3, true);
}

TEST(get_data, "there is nothing to fetch of a body in a window: ENOMSG")
{
	unsigned char in[64];
	struct chorus_ipc_get_data g = { .body = PTR(in), .body_size = sizeof(in) };
	struct chorus_ipc_receive r = { .timeout = POLL };
	struct window w;

	actor_open();
	w = window_make(CHORUS_LI_DEFAULT, 1, 4096, 1);
	EXPECT(pattern_send(default_port(), 64, 1), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_WINDOW && pattern_is(window_slot(&w, r.out_slot), 64, 1));
	EXPECT(ipc_get_data(&g), -ENOMSG);
}

TEST(closed, "what a closed window holds comes the ordinary way; a new one may be opened")
{
	struct chorus_ui port;
	struct window w, next;
	int li, slot;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 4, 4096, 1);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(pattern_send(port, 4096, i), 0);
	slot = pattern_receive(&w, 4096, 0, true);
	EXPECT(window_try(&next, li, 4, 4096, 1), -EBUSY);
	EXPECT(window_drop(&w), 0);
	EXPECT(window_drop(&w), -ENOENT);
	/* What was received before is where it was. */
	CHECK(pattern_is(window_slot(&w, slot), 4096, 0));
	next = window_make(li, 1, 4096, 1);
	EXPECT(pattern_send(port, 4096, 3), 0);
	pattern_receive(&next, 4096, 1, false);
	pattern_receive(&next, 4096, 2, false);
	pattern_receive(&next, 4096, 3, true);
	CHECK(pattern_is(window_slot(&w, slot), 4096, 0), "the old window was written to");
	EXPECT(munmap(w.base, window_bytes(&w)), 0);
	EXPECT(window_drop(&next), 0);
}

TEST(forwarded, "a body that is passed on comes whole to another port, of this actor and of another")
{
	struct scene s = scene_new();
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	unsigned char *in = shared(8192);
	struct chorus_ipc_forward f = { .target = s.port };
	struct chorus_ui port, second;
	struct window w, other = { 0 };
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 8192, 1);
	other.li = new_port(&second);
	EXPECT(pattern_send(port, 8192, 1), 0);
	pattern_receive(&w, 8192, 1, true);
	EXPECT(ipc_forward(&f), 0);
	*r = (struct chorus_ipc_receive){
		.li = s.li, .timeout = POLL, .body = PTR(in), .body_size = 8192,
	};
	EXPECT(run(s.server, do_ipc_receive, r), 0);
	CHECK(r->out_flags == 0 && r->out_body_size == 8192 && pattern_is(in, 8192, 1));
	/* It is the server's current message, and the slot its. */
	EXPECT(pattern_send(port, 1000, 2), 0);
	pattern_receive(&w, 1000, 2, false);
	r->timeout = POLL;
	EXPECT(run(s.server, do_ipc_receive, r), -ETIMEDOUT);
	/* To a port of our own that has no window. */
	kill_puppet(s.server);
	EXPECT(pattern_send(port, 1000, 3), 0);
	pattern_receive(&w, 1000, 3, true);
	f.target = second;
	EXPECT(ipc_forward(&f), 0);
	pattern_receive(&other, 1000, 3, false);
}

TEST(migrated, "a port that moves closes its window; its queue is received whole")
{
	struct scene s = scene_new();
	struct chorus_port_migrate m = { .flags = CHORUS_SELF };
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	unsigned char *in = shared(4096);
	struct chorus_ui port;
	struct window w;
	int slot;

	actor_open();
	m.li = new_port(&port);
	m.to = puppet_capability(s.server);
	w = window_make(m.li, 4, 4096, 1);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT(pattern_send(port, 4096, i), 0);
	slot = pattern_receive(&w, 4096, 0, true);
	EXPECT(port_migrate(&m), 0);
	for (unsigned int i = 1; i < 3; i++) {
		*r = (struct chorus_ipc_receive){
			.li = m.out_li, .timeout = POLL, .body = PTR(in), .body_size = 4096,
		};
		EXPECT(run(s.server, do_ipc_receive, r), 0);
		CHECK(r->out_flags == 0 && pattern_is(in, 4096, i), "message %u", i);
	}
	CHECK(pattern_is(window_slot(&w, slot), 4096, 0));
	EXPECT(pattern_send(port, 4096, 4), 0);
	EXPECT(run(s.server, do_ipc_receive, r), 0);
	CHECK(pattern_is(in, 4096, 4) && pattern_is(window_slot(&w, slot), 4096, 0));
	EXPECT(window_drop(&w), -ENOENT);
}

TEST(any, "a receive from any enabled port tells whose window it is")
{
	struct chorus_ipc_receive r = { .li = CHORUS_LI_ANYENABLED, .timeout = POLL };
	struct chorus_port_enable e = { 0 };
	struct chorus_ui port[2];
	struct window w[2];

	actor_open();
	for (unsigned int i = 0; i < 2; i++) {
		e.li = new_port(&port[i]);
		EXPECT(port_enable(&e), 0);
		w[i] = window_make(e.li, 2, 4096, 1);
		EXPECT(pattern_send(port[i], 2000, i), 0);
	}
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT(ipc_receive(&r), 0);
		CHECK(r.out_flags == CHORUS_MSG_WINDOW && r.out_li == w[i].li);
		CHECK(pattern_is(window_slot(&w[i], r.out_slot), 2000, i));
		r.li = CHORUS_LI_ANYENABLED;
	}
}

/* ---- calls ---- */

struct serving {
	struct puppet *puppet;
	int li;
	unsigned int slots;
	unsigned int served, in_window, last;
	unsigned int bad;
};

/* Opens a window, and answers each request with the sum of its body. */
static long do_serve(void *serving)
{
	struct serving *s = serving;
	struct window w = window_make(s->li, s->slots, CHORUS_BODY_MAX, 1024);
	static unsigned char in[CHORUS_BODY_MAX];
	__u64 sum = 0;
	struct chorus_ipc_reply_receive r = {
		.li = s->li, .timeout = FOREVER, .body = PTR(in), .body_size = sizeof(in),
		.rep_body = PTR(&sum), .rep_size = sizeof(sum), .restart = 1,
	};
	long result = ipc_reply_receive(&r);

	while (!result && s->served < s->last) {
		const unsigned char *body = in;

		if (r.out_flags & CHORUS_MSG_WINDOW) {
			body = window_slot(&w, r.out_slot);
			s->in_window++;
		}
		s->served++;
		for (sum = 0; r.out_body_size--; body++)
			sum = sum * 31 + *body;
		if (s->served == s->last)
			return reply_number(0, sum);
		result = ipc_reply_receive(&r);
	}
	return result;
}

struct calling {
	struct chorus_ui to;
	unsigned int rounds, seed, bad;
};

static long do_call_rounds(void *calling)
{
	struct calling *c = calling;
	static unsigned char out[CHORUS_BODY_MAX];

	for (unsigned int i = 0; i < c->rounds; i++) {
		unsigned int size = (c->seed * 7919 + i * 4801) % CHORUS_BODY_MAX + 1;
		__u64 sum = 0, answer = 0;
		struct chorus_ipc_call call = {
			.target = c->to, .timeout = FOREVER, .body = PTR(out), .body_size = size,
			.rep_body = PTR(&answer), .rep_size = sizeof(answer),
		};
		long result;

		pattern_fill(out, size, c->seed + i);
		for (unsigned int k = 0; k < size; k++)
			sum = sum * 31 + out[k];
		result = ipc_call(&call);
		if (result)
			return result;
		c->bad += answer != sum;
	}
	return 0;
}

static void calls(unsigned int clients, unsigned int slots, unsigned int rounds)
{
	struct serving *s = SHARED(struct serving);
	struct puppet *server = puppet_actor(), *client[8];
	struct calling *c[8];
	struct chorus_ui port;

	s->li = puppet_port(server, &port);
	s->slots = slots;
	s->last = clients * rounds;
	begin(server, do_serve, s);
	wait_blocked(server);
	for (unsigned int i = 0; i < clients; i++) {
		client[i] = puppet_actor();
		c[i] = SHARED(struct calling);
		*c[i] = (struct calling){ .to = port, .rounds = rounds, .seed = i };
	}
	for (unsigned int i = 0; i < clients; i++)
		begin(client[i], do_call_rounds, c[i]);
	for (unsigned int i = 0; i < clients; i++) {
		EXPECT(end(client[i]), 0);
		CHECK(!c[i]->bad, "%u wrong answers", c[i]->bad);
	}
	EXPECT(end(server), 0);
	CHECK(s->served == s->last);
	CHECK(s->in_window > 0);
	if (clients == 1)	/* nobody to share a slot with */
		CHECK(s->in_window >= rounds * 9 / 10, "%u of %u", s->in_window, rounds);
}

TEST(call, "requests of all sizes are served from one slot by reply-and-receive")
{
	calls(1, 1, 50);
}

TEST_TIMEOUT(crowd, "many clients and few slots: every answer is right", 60)
{
	calls(6, 2, 30);
}

TEST(fault, "a body that cannot be read is EFAULT, and its slot is free again")
{
	struct chorus_ui port;
	struct chorus_ipc_send bad = { .body = 8, .body_size = 4096 };
	struct window w;
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 4096, 1);
	bad.target = port;
	for (int i = 0; i < 3; i++)
		EXPECT(ipc_send(&bad), -EFAULT);
	EXPECT(pattern_send(port, 4096, 1), 0);
	pattern_receive(&w, 4096, 1, true);
}

TEST(undone, "a receive that cannot be told leaves the body in its slot")
{
	struct chorus_ui port;
	struct window w;
	int li;

	actor_open();
	li = new_port(&port);
	w = window_make(li, 1, 4096, 1);
	EXPECT(pattern_send(port, 4096, 1), 0);
	{
		struct chorus_ipc_receive r = { .li = li, .timeout = POLL, .annex = 8 };

		EXPECT(ipc_receive(&r), -EFAULT);
	}
	pattern_receive(&w, 4096, 1, true);
}
