// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies above 65536 bytes: only where both sides have said so, whole, and paid for. */
#include "chorus_probe.h"
#include "window.h"

#define MIB	(1u << 20)
#define MAX	CHORUS_BODY_LARGE_MAX

static int body_max(int li, unsigned int max)
{
	struct chorus_port_body_max m = { .flags = CHORUS_SET, .li = li, .body_max = max };

	return port_body_max(&m);
}

static int send_large(struct chorus_ui to, const void *body, unsigned int size, unsigned int flags)
{
	struct chorus_ipc_send s = {
		.flags = flags, .target = to, .body = PTR(body), .body_size = size,
	};

	return ipc_send(&s);
}

/* The next message of the default port has @size bytes of pattern @number. */
static void receive_large(unsigned char *in, unsigned int size, unsigned int number)
{
	struct chorus_ipc_receive r = { .body = PTR(in), .body_size = size + 8, .timeout = POLL };

	memset(in, POISON, size + 8);
	if (!EXPECT(ipc_receive(&r), 0))
		return;
	CHECK(r.out_body_size == size && r.out_flags == 0, "%u bytes", r.out_body_size);
	CHECK(pattern_is(in, size, number) && same_bytes(in + size, 8, POISON));
}

TEST(values, "a port takes 65536 bytes, and what it is told up to 1 GiB")
{
	static const unsigned int bad[] = {
		0, 1, CHORUS_BODY_MAX - 1, MAX + 1, 1u << 31, ~0u,
	};
	struct chorus_port_body_max m = { 0 };

	actor_open();
	EXPECT(port_body_max(&m), 0);
	CHECK(m.out_body_max == CHORUS_BODY_MAX && !m.out_reserved);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(body_max(0, bad[i]), -EINVAL);
	EXPECT(body_max(0, MAX), 0);
	EXPECT(port_body_max(&m), 0);
	CHECK(m.out_body_max == MAX);
	EXPECT(body_max(0, CHORUS_BODY_MAX), 0);
	EXPECT(port_body_max(&m), 0);
	CHECK(m.out_body_max == CHORUS_BODY_MAX);
	EXPECT(body_max(0x7ffffff0, MAX), -ENOENT);
	EXPECT(body_max(CHORUS_LI_ANYENABLED, MAX), -ENOENT);
}

TEST(negotiated, "EMSGSIZE unless the sender asks for it and the port takes it")
{
	unsigned char *out = shared(MIB), *in = shared(MIB + 8);

	actor_open();
	pattern_fill(out, MIB, 1);
	EXPECT(send_large(default_port(), out, MIB, 0), -EMSGSIZE);
	EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), -EMSGSIZE);
	EXPECT(body_max(0, MIB), 0);
	EXPECT(send_large(default_port(), out, MIB, 0), -EMSGSIZE);
	EXPECT(send_large(default_port(), out, CHORUS_BODY_MAX + 1, 0), -EMSGSIZE);
	EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), 0);
	receive_large(in, MIB, 1);
	/* Small ones may have the flag, too. */
	EXPECT(send_large(default_port(), out, 100, CHORUS_MSG_LARGE), 0);
	receive_large(in, 100, 1);
	EXPECT(body_max(0, CHORUS_BODY_MAX), 0);
	EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), -EMSGSIZE);
}

TEST(edges, "the last byte a port takes, one more, and 1 GiB")
{
	static const unsigned int sizes[] = {
		CHORUS_BODY_MAX, CHORUS_BODY_MAX + 1, 2 * CHORUS_BODY_MAX, 256 * 1024 - 1,
		256 * 1024, 256 * 1024 + 1, 1000000, 3 * MIB + 5,
	};
	unsigned char *out = shared(4 * MIB), *in = shared(4 * MIB);

	actor_open();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(body_max(0, sizes[i]), 0);
		pattern_fill(out, sizes[i], i);
		EXPECT(send_large(default_port(), out, sizes[i] + 1, CHORUS_MSG_LARGE), -EMSGSIZE);
		EXPECT(send_large(default_port(), out, sizes[i], CHORUS_MSG_LARGE), 0);
		receive_large(in, sizes[i], i);
	}
	EXPECT(body_max(0, MAX), 0);
	EXPECT(send_large(default_port(), out, MAX + 1, CHORUS_MSG_LARGE), -EMSGSIZE);
	EXPECT(send_large(default_port(), out, ~0u, CHORUS_MSG_LARGE), -EMSGSIZE);
	/* 1 GiB is no wrong size: it is more than a user may have. */
	if (read_number("/sys/module/chorus/parameters/max_bytes") < (long long)MAX)
		EXPECT(send_large(default_port(), out, MAX, CHORUS_MSG_LARGE), -EDQUOT);
}

TEST(faults, "a large body that is not all there is EFAULT, and costs nothing")
{
	unsigned char *out = (unsigned char *)MUST_SYS(mmap(NULL, MIB, PROT_READ | PROT_WRITE,
							    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	unsigned char *in = shared(MIB + 8);

	actor_open();
	EXPECT(body_max(0, 4 * MIB), 0);
	MUST_SYS(mprotect(out + MIB / 2, MIB / 2, PROT_NONE));
	for (int i = 0; i < 80; i++)	/* more than the quota, if it were kept */
		EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), -EFAULT);
	pattern_fill(out, MIB / 2, 2);
	EXPECT(send_large(default_port(), out, MIB / 2, CHORUS_MSG_LARGE), 0);
	receive_large(in, MIB / 2, 2);
}

TEST(parts, "64 parts of 65536 bytes")
{
	struct chorus_part parts[CHORUS_PARTS_MAX];
	const unsigned int size = CHORUS_PARTS_MAX * CHORUS_BODY_MAX;
	unsigned char *out = shared(size), *in = shared(size + 8);
	struct chorus_ipc_send s = {
		.flags = CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE, .body = PTR(parts),
		.body_size = CHORUS_PARTS_MAX,
	};

	actor_open();
	s.target = default_port();
	for (unsigned int i = 0; i < CHORUS_PARTS_MAX; i++)
		parts[i] = (struct chorus_part){
			.addr = PTR(out + i * CHORUS_BODY_MAX), .size = CHORUS_BODY_MAX,
		};
	pattern_fill(out, size, 3);
	EXPECT(body_max(0, size - 1), 0);
	EXPECT(ipc_send(&s), -EMSGSIZE);
	EXPECT(body_max(0, size), 0);
	EXPECT(ipc_send(&s), 0);
	receive_large(in, size, 3);
}

TEST(window, "a large body is copied into a slot that is large enough")
{
	struct chorus_ipc_receive r = { .timeout = POLL };
	unsigned char *out = shared(MIB + 1), *in = shared(MIB + 16);
	struct window w;

	actor_open();
	EXPECT(body_max(0, 2 * MIB), 0);
	w = window_make(0, 2, MIB, CHORUS_BODY_MAX);
	pattern_fill(out, MIB + 1, 4);
	EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), 0);
	EXPECT(send_large(default_port(), out, MIB + 1, CHORUS_MSG_LARGE), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_WINDOW && r.out_body_size == MIB);
	CHECK(pattern_is(window_slot(&w, r.out_slot), MIB, 4));
	receive_large(in, MIB + 1, 4);
}

TEST(many, "to no one port: groups and message handlers take classic bodies only")
{
	struct chorus_group_allocate a = { .type = CHORUS_UI_GROUP };
	struct chorus_group_member m = { 0 };
	struct chorus_ipc_call call = { .flags = CHORUS_MSG_LARGE, .timeout = FOREVER };
	unsigned char *out = shared(MIB);
	struct chorus_hello h = { 0 };
	int li;

	actor_open();
	MUST(group_allocate(&a));
	m.cap = a.out_cap;
	li = new_port(&m.port);
	EXPECT(body_max(li, MAX), 0);
	MUST(group_insert(&m));
	EXPECT(send_large(a.out_cap.ui, out, MIB, CHORUS_MSG_LARGE), -EMSGSIZE);
	/* One member of it is a port. */
	a.out_cap.ui.head |= (__u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	EXPECT(send_large(a.out_cap.ui, out, MIB, CHORUS_MSG_LARGE), 0);
	a.type = CHORUS_UI_GROUP_SHARED;
	MUST(group_allocate(&a));
	m.cap = a.out_cap;
	MUST(group_insert(&m));
	EXPECT(send_large(a.out_cap.ui, out, MIB, CHORUS_MSG_LARGE), -EMSGSIZE);
	call.target = a.out_cap.ui;
	call.body = PTR(out);
	call.body_size = MIB;
	EXPECT(ipc_call(&call), -EMSGSIZE);
	need_lap("echo");
	MUST(hello(&h));
	call.target.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site;
	call.target.tail = ECHO_PORT_STAMP;
	EXPECT(ipc_call(&call), -EMSGSIZE);
	EXPECT(send_large(call.target, out, MIB, CHORUS_MSG_LARGE), -EMSGSIZE);
}

/* ---- calls ---- */

struct serve {
	int li;
	unsigned int flags;			/* of the reply */
	unsigned char *body;
	unsigned int room, reply, got;
	long result;				/* of the large reply */
};

/* Receives one call and replies with @reply bytes; if it may not, with none. */
static long do_serve(void *serve)
{
	struct serve *s = serve;
	struct chorus_port_body_max m = {
		.flags = CHORUS_SET, .li = s->li, .body_max = 2 * MIB,
	};
	struct chorus_ipc_receive r = {
		.li = s->li, .timeout = FOREVER, .body = PTR(s->body), .body_size = s->room,
	};
	struct chorus_ipc_reply reply = {
		.flags = s->flags, .body = PTR(s->body), .body_size = s->reply,
	};
	long result = port_body_max(&m) ?: ipc_receive(&r);

	if (result)
		return result;
	s->got = pattern_is(s->body, r.out_body_size, 5) ? r.out_body_size : 0;
	pattern_fill(s->body, s->reply, 6);
	s->result = ipc_reply(&reply);
	if (!s->result)
		return 0;
	reply.flags = 0;
	reply.body_size = 0;
	return ipc_reply(&reply);
}

static void call_of(unsigned int call_flags, unsigned int reply_flags, unsigned int request,
		    unsigned int reply, long want)
{
	struct scene s = scene_new();
	struct serve *serve = SHARED(struct serve);
	struct chorus_ipc_call *call = SHARED(struct chorus_ipc_call);
	unsigned int room = request > reply ? request : reply;
	unsigned char *out = shared(request), *in = shared(reply);

	*serve = (struct serve){
		.li = s.li, .flags = reply_flags, .body = shared(room), .room = room,
		.reply = reply,
	};
	pattern_fill(out, request, 5);
	*call = (struct chorus_ipc_call){
		.flags = call_flags, .target = s.port, .timeout = FOREVER, .body = PTR(out),
		.body_size = request, .rep_body = PTR(in), .rep_size = reply,
	};
	begin(s.server, do_serve, serve);
	wait_blocked(s.server);
	EXPECT(run(s.client, do_ipc_call, call), 0);
	EXPECT(end(s.server), 0);
	CHECK(serve->got == request, "%u bytes of %u", serve->got, request);
	EXPECT(serve->result, want);
	CHECK(call->out_rep_size == (want ? 0 : reply));
	CHECK(pattern_is(in, call->out_rep_size, 6));
}

TEST(call, "a large request and a large reply")
{
	call_of(CHORUS_MSG_LARGE, CHORUS_MSG_LARGE, MIB + 3, 2 * MIB - 1, 0);
}

TEST(reply, "a large reply needs the flag of both; else it is EMSGSIZE, and the message is kept")
{
	call_of(CHORUS_MSG_LARGE, 0, 100, 2 * CHORUS_BODY_MAX, -EMSGSIZE);
	call_of(0, CHORUS_MSG_LARGE, 100, 2 * CHORUS_BODY_MAX, -EMSGSIZE);
	call_of(0, CHORUS_MSG_LARGE, 100, CHORUS_BODY_MAX, 0);
	call_of(CHORUS_MSG_LARGE, CHORUS_MSG_LARGE, 100, CHORUS_BODY_MAX + 1, 0);
}

TEST(forwarded, "it is passed on to a port that takes it, and kept where one does not; a move resets")
{
	struct scene s = scene_new();
	unsigned char *out = shared(MIB), *in = shared(MIB + 8);
	struct chorus_ipc_forward f = { .target = s.port };
	struct chorus_ipc_receive r = { .body = PTR(in), .body_size = 8, .timeout = POLL };
	struct chorus_port_migrate m = { .flags = CHORUS_SELF };
	struct chorus_port_body_max *max = SHARED(struct chorus_port_body_max);
	struct chorus_ui port;

	actor_open();
	pattern_fill(out, MIB, 7);
	EXPECT(body_max(0, MIB), 0);
	EXPECT(send_large(default_port(), out, MIB, CHORUS_MSG_LARGE), 0);
	EXPECT(ipc_receive(&r), 0);
	EXPECT(ipc_forward(&f), -EMSGSIZE);
	m.li = new_port(&port);
	EXPECT(body_max(m.li, MIB), 0);
	f.target = port;
	EXPECT(ipc_forward(&f), 0);
	r.li = m.li;
	r.body_size = MIB;
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == MIB && pattern_is(in, MIB, 7));
	m.to = puppet_capability(s.server);
	EXPECT(port_migrate(&m), 0);
	max->li = m.out_li;
	EXPECT(run(s.server, do_port_body_max, max), 0);
	CHECK(max->out_body_max == CHORUS_BODY_MAX);
}
