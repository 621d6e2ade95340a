// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies in parts: gathered where they are sent, scattered where they are received. */
#define _GNU_SOURCE
#include "chorus_probe.h"
#include "window.h"

#define PARTS	CHORUS_PARTS_MAX

static unsigned char out[CHORUS_BODY_MAX + 8], in[CHORUS_BODY_MAX + 8];

/* @nr parts of @size bytes each, one behind the other or with @gap bytes between. */
static void parts_lay(struct chorus_part *parts, unsigned int nr, void *at, unsigned int size,
		      unsigned int gap)
{
	for (unsigned int i = 0; i < nr; i++)
		parts[i] = (struct chorus_part){
			.addr = PTR((char *)at + i * (size + gap)), .size = size,
		};
}

static int send_parts(struct chorus_ui to, const struct chorus_part *parts, unsigned int nr)
{
	struct chorus_ipc_send s = {
		.flags = CHORUS_MSG_VECTOR, .target = to, .body = PTR(parts), .body_size = nr,
	};

	return ipc_send(&s);
}

static int receive_plain(unsigned int *size)
{
	struct chorus_ipc_receive r = { .body = PTR(in), .body_size = sizeof(in), .timeout = POLL };
	int result;

	memset(in, POISON, sizeof(in));
	result = ipc_receive(&r);
	*size = r.out_body_size;
	return result;
}

TEST(numbers, "0 to 64 parts make one body; 65 and more are EINVAL")
{
	static const unsigned int good[] = { 0, 1, 2, 3, PARTS - 1, PARTS };
	static const unsigned int bad[] = { PARTS + 1, 65536, ~0u };
	struct chorus_part parts[PARTS + 1];
	unsigned int size;

	actor_open();
	pattern_fill(out, sizeof(out), 3);
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++) {
		parts_lay(parts, good[i], out, 100, 0);
		EXPECT(send_parts(default_port(), parts, good[i]), 0);
		EXPECT(receive_plain(&size), 0);
		CHECK(size == 100 * good[i] && pattern_is(in, size, 3), "%u parts", good[i]);
		CHECK(same_bytes(in + size, 8, POISON));
	}
	parts_lay(parts, PARTS + 1, out, 1, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(send_parts(default_port(), parts, bad[i]), -EINVAL);
	EXPECT(receive_plain(&size), -ETIMEDOUT);
}

TEST(sizes, "parts of any size, none of them too, up to 65536 bytes together")
{
	struct chorus_part parts[PARTS];
	unsigned int size;

	actor_open();
	pattern_fill(out, sizeof(out), 4);
	/* 0, 1, 2 and so on, from odd addresses. */
	for (unsigned int i = 0, at = 0; i < PARTS; at += i++)
		parts[i] = (struct chorus_part){ .addr = PTR(out + at), .size = i };
	EXPECT(send_parts(default_port(), parts, PARTS), 0);
	EXPECT(receive_plain(&size), 0);
	CHECK(size == PARTS * (PARTS - 1) / 2 && pattern_is(in, size, 4));
	/* The edge, whoever reaches it. */
	parts_lay(parts, 4, out, CHORUS_BODY_MAX / 4, 0);
	EXPECT(send_parts(default_port(), parts, 4), 0);
	EXPECT(receive_plain(&size), 0);
	CHECK(size == CHORUS_BODY_MAX && pattern_is(in, size, 4));
	parts[1].size++;
	EXPECT(send_parts(default_port(), parts, 4), -EMSGSIZE);
	parts[1].size = ~0u;
	EXPECT(send_parts(default_port(), parts, 4), -EMSGSIZE);
	/* Their sum is more than 32 bits, and small again in 32. */
	for (unsigned int i = 0; i < 4; i++)
		parts[i].size = 1u << 30;
	EXPECT(send_parts(default_port(), parts, 4), -EMSGSIZE);
	parts_lay(parts, 1, out, 8, 0);
	parts[0].reserved = 1;
	EXPECT(send_parts(default_port(), parts, 1), -EINVAL);
}

TEST(gathered, "parts from here and there arrive in their order, also the same one twice")
{
	struct chorus_part parts[PARTS];
	unsigned int size;

	actor_open();
	pattern_fill(out, sizeof(out), 5);
	parts_lay(parts, PARTS, out, 10, 13);
	EXPECT(send_parts(default_port(), parts, PARTS), 0);
	EXPECT(receive_plain(&size), 0);
	CHECK(size == PARTS * 10);
	for (unsigned int i = 0; i < PARTS; i++)
		CHECK(!memcmp(in + i * 10, out + i * 23, 10), "part %u", i);
	parts[0] = parts[1] = (struct chorus_part){ .addr = PTR(out), .size = 1000 };
	EXPECT(send_parts(default_port(), parts, 2), 0);
	EXPECT(receive_plain(&size), 0);
	CHECK(size == 2000 && !memcmp(in, out, 1000) && !memcmp(in + 1000, out, 1000));
}

TEST(scattered, "a body fills the parts in their order; what has no room is fetched later, in parts")
{
	struct chorus_part parts[5];
	struct chorus_ipc_receive r = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(parts), .body_size = 5, .timeout = POLL,
	};
	struct chorus_ipc_get_data g = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(parts), .body_size = 5,
	};

	actor_open();
	for (unsigned int pass = 0; pass < 2; pass++) {
		/* Room for 4000 and for 400. */
		parts_lay(parts, 5, in, pass ? 80 : 800, 8);
		memset(in, POISON, sizeof(in));
		EXPECT(pattern_send(default_port(), 3000, pass), 0);
		r.timeout = POLL;
		EXPECT(ipc_receive(&r), 0);
		CHECK(r.out_body_size == 3000 && r.out_flags == (pass ? CHORUS_MSG_MORE : 0));
		pattern_fill(out, 3000, pass);
		for (unsigned int i = 0; i < 5; i++) {
			unsigned int at = i * parts[0].size, n = parts[0].size;
			unsigned char *part = in + i * (n + 8);

			if (at + n > 3000)
				n = at < 3000 ? 3000 - at : 0;
			CHECK(!memcmp(part, out + at, n), "part %u", i);
			CHECK(same_bytes(part + n, 8, POISON), "behind part %u", i);
		}
	}
	memset(in, POISON, sizeof(in));
	parts_lay(parts, 3, in, 1000, 0);
	g.body_size = 3;
	EXPECT(ipc_get_data(&g), 0);
	CHECK(g.out_body_size == 3000 && pattern_is(in, 3000, 1));
	EXPECT(ipc_get_data(&g), -ENOMSG);
	/* No array is no room. */
	EXPECT(pattern_send(default_port(), 3000, 7), 0);
	r.body = 0;
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_MORE && r.out_body_size == 3000);
}

TEST(faults, "an array or a part that cannot be reached is EFAULT, and nothing is lost")
{
	struct chorus_part parts[3];
	struct chorus_ipc_receive r = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(parts), .body_size = 3, .timeout = POLL,
	};
	unsigned int size;

	actor_open();
	pattern_fill(out, sizeof(out), 8);
	EXPECT(send_parts(default_port(), (void *)8, 1), -EFAULT);
	EXPECT(send_parts(default_port(), (void *)~7ULL, 2), -EFAULT);
	for (unsigned int bad = 0; bad < 3; bad++) {
		parts_lay(parts, 3, out, 500, 0);
		parts[bad].addr = 8;
		EXPECT(send_parts(default_port(), parts, 3), -EFAULT);
		/* A part without bytes may be anywhere. */
		parts[bad].size = 0;
		EXPECT(send_parts(default_port(), parts, 3), 0);
		EXPECT(receive_plain(&size), 0);
		CHECK(size == 1000);
		parts_lay(parts, 3, in, 500, 0);
		parts[bad].addr = 8;
		EXPECT(pattern_send(default_port(), 1500, 9), 0);
		r.timeout = POLL;
		EXPECT(ipc_receive(&r), -EFAULT);
		EXPECT(receive_plain(&size), 0);
		CHECK(size == 1500 && pattern_is(in, 1500, 9), "it was given back");
	}
	EXPECT(receive_plain(&size), -ETIMEDOUT);
}

TEST(window, "a body in parts is gathered into a receive window")
{
	struct chorus_part parts[PARTS];
	struct window w;

	actor_open();
	w = window_make(0, 1, 8192, 1);
	pattern_fill(out, sizeof(out), 6);
	parts_lay(parts, PARTS, out, 100, 0);
	EXPECT(send_parts(default_port(), parts, PARTS), 0);
	pattern_receive(&w, 100 * PARTS, 6, true);
}

TEST(broadcast, "a body in parts goes to every member of a group")
{
	struct chorus_group_allocate a = { .type = CHORUS_UI_GROUP };
	struct chorus_group_member m = { 0 };
	struct chorus_part parts[7];
	struct window none = { 0 };
	int li[3];

	actor_open();
	MUST(group_allocate(&a));
	m.cap = a.out_cap;
	for (unsigned int i = 0; i < 3; i++) {
		li[i] = new_port(&m.port);
		MUST(group_insert(&m));
	}
	pattern_fill(out, sizeof(out), 2);
	parts_lay(parts, 7, out, 100, 0);
	EXPECT(send_parts(a.out_cap.ui, parts, 7), 0);
	for (unsigned int i = 0; i < 3; i++) {
		none.li = li[i];
		pattern_receive(&none, 700, 2, false);
	}
}

/* ---- calls ---- */

struct parts_call {
	struct chorus_ipc_call call;
	struct chorus_part out[4], in[4];
	unsigned char request[4000], reply[4000];
};

static struct parts_call *parts_call(struct chorus_ui to)
{
	struct parts_call *p = SHARED(struct parts_call);

	p->call = (struct chorus_ipc_call){
		.flags = CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR, .target = to,
		.body = PTR(p->out), .body_size = 4, .rep_body = PTR(p->in), .rep_size = 4,
		.timeout = FOREVER,
	};
	pattern_fill(p->request, sizeof(p->request), 11);
	parts_lay(p->out, 4, p->request, 1000, 0);
	parts_lay(p->in, 4, p->reply, 900, 100);
	return p;
}

struct parts_serve {
	struct chorus_ipc_reply_receive r;
	struct chorus_part in[2], out[3];
	unsigned char request[4000], reply[3600];
	bool right;
};

/* Receives in two parts; replies in three, by reply-and-receive, which then finds nothing. */
static long do_parts_serve(void *serve)
{
	struct parts_serve *s = serve;
	long result;

	parts_lay(s->in, 2, s->request, 2000, 0);
	parts_lay(s->out, 3, s->reply, 1200, 0);
	pattern_fill(s->reply, sizeof(s->reply), 12);
	s->r.flags = CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR;
	s->r.body = PTR(s->in);
	s->r.body_size = 2;
	s->r.timeout = FOREVER;
	s->r.restart = 1;
	result = ipc_reply_receive(&s->r);
	s->right = s->r.out_body_size == 4000 && pattern_is(s->request, 4000, 11);
	if (result)
		return result;
	s->r.rep_body = PTR(s->out);
	s->r.rep_size = 3;
	s->r.timeout = POLL;
	result = ipc_reply_receive(&s->r);
	return result == -ETIMEDOUT && s->r.restart == 1 ? 0 : result ?: -EPROTO;
}

TEST(call, "request and reply of a call in parts, at both ends")
{
	struct scene s = scene_new();
	struct parts_call *p = parts_call(s.port);
	struct parts_serve *serve = SHARED(struct parts_serve);

	serve->r.li = s.li;
	begin(s.client, do_ipc_call, &p->call);
	EXPECT(run(s.server, do_parts_serve, serve), 0);
	CHECK(serve->right);
	EXPECT(end(s.client), 0);
	CHECK(p->call.out_rep_size == 3600);
	pattern_fill(out, 3600, 12);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK(!memcmp(p->reply + i * 1000, out + i * 900, 900), "part %u", i);
		CHECK(same_bytes(p->reply + i * 1000 + 900, 100, 0), "behind part %u", i);
	}
}

TEST(bad_reply, "a reply in bad parts keeps the message, and the receive is not begun")
{
	struct scene s = scene_served();
	struct chorus_ipc_reply_receive *r = SHARED(struct chorus_ipc_reply_receive);

	*r = (struct chorus_ipc_reply_receive){
		.flags = CHORUS_MSG_REP_VECTOR, .rep_body = 8, .rep_size = 1, .li = s.li,
		.timeout = POLL,
	};
	EXPECT(run(s.server, do_ipc_reply_receive, r), -EFAULT);
	CHECK(!r->restart);
	r->rep_size = PARTS + 1;
	EXPECT(run(s.server, do_ipc_reply_receive, r), -EINVAL);
	/* Nor is the reply sent if the other half cannot be. */
	r->flags = CHORUS_MSG_VECTOR;
	r->rep_size = 0;
	r->body = 8;
	r->body_size = 1;
	EXPECT(run(s.server, do_ipc_reply_receive, r), -EFAULT);
	CHECK(!r->restart && !ended(s.client));
	s.receive->msg = 0;
	s.receive->value = 5;
	EXPECT(run(s.server, note_reply, s.receive), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 5);
}

static long do_again(void *call)
{
	return ipc_call(call);
}

TEST(resumed, "an interrupted call in parts is resumed, whatever became of its request's parts")
{
	struct scene s = scene_new();
	struct parts_call *p = parts_call(s.port);
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	MUST(run(s.client, do_catch, c));
	begin(s.client, do_ipc_call, &p->call);
	wait_blocked(s.client);
	puppet_signal(s.client, SIGUSR1);
	EXPECT(end(s.client), -EINTR);
	REQUIRE(p->call.restart);
	p->call.body = 8;
	begin(s.client, do_again, &p->call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got_size == 4000);
	s.receive->value = 0x77;
	EXPECT(run(s.server, note_reply, s.receive), 0);
	EXPECT(end(s.client), 0);
	CHECK(p->call.out_rep_size == 8 && p->reply[0] == 0x77);
}

TEST(handler, "a message handler reads a request in parts, and its reply is scattered")
{
	struct parts_call *p;
	struct chorus_hello h = { 0 };
	struct chorus_ui echo;

	actor_open();
	need_lap("echo");
	MUST(hello(&h));
	echo.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site;
	echo.tail = ECHO_PORT_STAMP;
	p = parts_call(echo);
	EXPECT(ipc_call(&p->call), 0);
	CHECK(p->call.out_rep_size == 4000);
	for (unsigned int i = 0; i < 4; i++)
		CHECK(!memcmp(p->reply + i * 1000, p->request + i * 900, 900), "part %u", i);
}
