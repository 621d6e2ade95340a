// SPDX-License-Identifier: GPL-2.0-or-later
/* The annex: 120 bytes, always whole; absent, it reads as zeroes. */
#include "scene.h"

static unsigned char out[CHORUS_ANNEX_SIZE + 8], in[CHORUS_ANNEX_SIZE + 8];

static void fill(unsigned char *p, int seed)
{
	for (int i = 0; i < CHORUS_ANNEX_SIZE; i++)
		p[i] = i * 7 + seed;
}

TEST(send, "the whole annex arrives, nothing beyond it is touched")
{
	struct chorus_ipc_send s = { .annex = PTR(out) };
	struct chorus_ipc_receive r = { .annex = PTR(in) };

	actor_open();
	s.target = default_port();
	fill(out, 1);
	memset(in, POISON, sizeof(in));
	EXPECT(ipc_send(&s), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_ANNEX && r.out_body_size == 0);
	CHECK(!memcmp(in, out, CHORUS_ANNEX_SIZE));
	CHECK(same_bytes(in + CHORUS_ANNEX_SIZE, 8, POISON));
}

TEST(absent, "a receiver that asks for an annex nobody gave reads zeroes")
{
	struct chorus_ipc_receive r = { .annex = PTR(in) };

	actor_open();
	memset(in, POISON, sizeof(in));
	EXPECT(send_number(default_port(), 5), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(!(r.out_flags & CHORUS_MSG_ANNEX));
	CHECK(same_bytes(in, CHORUS_ANNEX_SIZE, 0));
	CHECK(same_bytes(in + CHORUS_ANNEX_SIZE, 8, POISON));
}

TEST(ignored, "a receiver that does not ask is told that there is one")
{
	struct chorus_ipc_send s = { .annex = PTR(out) };
	struct chorus_ipc_receive r = { 0 };

	actor_open();
	s.target = default_port();
	EXPECT(ipc_send(&s), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_ANNEX);
}

struct both {
	unsigned char request[CHORUS_ANNEX_SIZE], seen[CHORUS_ANNEX_SIZE];
	unsigned char reply[CHORUS_ANNEX_SIZE], answer[CHORUS_ANNEX_SIZE];
	struct chorus_ipc_call call;
	struct chorus_ipc_receive receive;
	struct chorus_ipc_reply rep;
};

TEST(call, "annexes of requests and replies")
{
	struct scene s = scene_new();
	struct both *b = SHARED(struct both);

	fill(b->request, 3);
	fill(b->reply, 9);
	for (int round = 0; round < 4; round++) {
		bool ask = round & 1, give = round & 2;

		memset(b->seen, POISON, CHORUS_ANNEX_SIZE);
		memset(b->answer, POISON, CHORUS_ANNEX_SIZE);
		b->call = (struct chorus_ipc_call){
			.target = s.port, .timeout = FOREVER, .annex = ask ? PTR(b->request) : 0,
			.rep_annex = PTR(b->answer),
		};
		b->receive = (struct chorus_ipc_receive){
			.li = s.li, .timeout = FOREVER, .annex = PTR(b->seen),
		};
		b->rep = (struct chorus_ipc_reply){ .annex = give ? PTR(b->reply) : 0 };
		begin(s.client, do_ipc_call, &b->call);
		EXPECT(run(s.server, do_ipc_receive, &b->receive), 0);
		EXPECT(run(s.server, do_ipc_reply, &b->rep), 0);
		EXPECT(end(s.client), 0);
		CHECK(b->receive.out_flags ==
		      (CHORUS_MSG_RPC | (ask ? (unsigned int)CHORUS_MSG_ANNEX : 0)));
		CHECK(b->call.out_flags == (give ? CHORUS_MSG_ANNEX : 0));
		CHECK(ask ? !memcmp(b->seen, b->request, CHORUS_ANNEX_SIZE) :
			    same_bytes(b->seen, CHORUS_ANNEX_SIZE, 0));
		CHECK(give ? !memcmp(b->answer, b->reply, CHORUS_ANNEX_SIZE) :
			     same_bytes(b->answer, CHORUS_ANNEX_SIZE, 0));
	}
}
