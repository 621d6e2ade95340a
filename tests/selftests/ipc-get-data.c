// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_GET_DATA: the body later, once. */
#include "scene.h"

static unsigned char out[3000], in[3008];

static void send_bytes(void)
{
	struct chorus_ipc_send s = { .target = default_port(), .body = PTR(out), .body_size = 3000 };

	for (int i = 0; i < 3000; i++)
		out[i] = i * 13 + 5;
	MUST(ipc_send(&s));
	memset(in, POISON, sizeof(in));
}

static struct chorus_ipc_get_data fetch(unsigned int room)
{
	return (struct chorus_ipc_get_data){ .body = PTR(in), .body_size = room };
}

TEST(later, "received without a buffer: the whole body once, then ENOMSG")
{
	struct chorus_ipc_receive r = { 0 };
	struct chorus_ipc_get_data g;

	actor_open();
	send_bytes();
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == 3000 && (r.out_flags & CHORUS_MSG_MORE));
	g = fetch(sizeof(in));
	EXPECT(ipc_get_data(&g), 0);
	CHECK(g.out_body_size == 3000 && !memcmp(in, out, 3000));
	CHECK(same_bytes(in + 3000, 8, POISON));
	EXPECT(ipc_get_data(&g), -ENOMSG);
}

TEST(no_body_pointer, "room but no buffer means no room")
{
	struct chorus_ipc_receive r = { .body_size = 3000 };
	struct chorus_ipc_get_data g;

	actor_open();
	send_bytes();
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == 3000 && (r.out_flags & CHORUS_MSG_MORE));
	g = fetch(sizeof(in));
	EXPECT(ipc_get_data(&g), 0);
	CHECK(!memcmp(in, out, 3000));
}

TEST(cut, "a body that was cut stays available, whole, once")
{
	struct chorus_ipc_receive r = { .body = PTR(in), .body_size = 100 };
	struct chorus_ipc_get_data g;

	actor_open();
	send_bytes();
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == 3000 && (r.out_flags & CHORUS_MSG_MORE));
	CHECK(!memcmp(in, out, 100) && same_bytes(in + 100, sizeof(in) - 100, POISON));
	g = fetch(sizeof(in));
	EXPECT(ipc_get_data(&g), 0);
	CHECK(g.out_body_size == 3000 && !memcmp(in, out, 3000));
	EXPECT(ipc_get_data(&g), -ENOMSG);
}

TEST(whole, "a body received whole is not there a second time, nor is none")
{
	struct chorus_ipc_receive r = { .body = PTR(in), .body_size = 3000 };
	struct chorus_ipc_get_data g = fetch(sizeof(in));

	actor_open();
	EXPECT(ipc_get_data(&g), -ENOMSG);
	send_bytes();
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == 3000 && !(r.out_flags & CHORUS_MSG_MORE));
	EXPECT(ipc_get_data(&g), -ENOMSG);
	/* No body at all. */
	{
		struct chorus_ipc_send s = { .target = default_port() };

		EXPECT(ipc_send(&s), 0);
	}
	r = (struct chorus_ipc_receive){ 0 };
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_body_size == 0 && !(r.out_flags & CHORUS_MSG_MORE));
	EXPECT(ipc_get_data(&g), -ENOMSG);
}

TEST(fault, "a bad buffer is EFAULT, the body is still there")
{
	struct chorus_ipc_receive r = { 0 };
	struct chorus_ipc_get_data g = { .body = 8, .body_size = 3000 };

	actor_open();
	send_bytes();
	EXPECT(ipc_receive(&r), 0);
	EXPECT(ipc_get_data(&g), -EFAULT);
	g = fetch(sizeof(in));
	EXPECT(ipc_get_data(&g), 0);
	CHECK(!memcmp(in, out, 3000));
}

TEST(call, "of a request: before the reply, not after it")
{
	struct scene s = scene_new();
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	struct chorus_ipc_get_data *g = SHARED(struct chorus_ipc_get_data);
	__u64 *body = SHARED(__u64);

	r->li = s.li;
	r->timeout = FOREVER;
	g->body = PTR(body);
	g->body_size = sizeof(*body);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, do_ipc_receive, r), 0);
	EXPECT(run(s.server, do_ipc_get_data, g), 0);
	CHECK(*body == s.call->value);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	EXPECT(run(s.server, do_ipc_get_data, g), -ENOMSG);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, do_ipc_receive, r), 0);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	EXPECT(run(s.server, do_ipc_get_data, g), -ENOMSG);
}
