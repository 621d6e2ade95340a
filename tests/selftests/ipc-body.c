// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies: their limits, and that every byte arrives. */
#include "scene.h"

static unsigned char out[CHORUS_BODY_MAX + 1], in[CHORUS_BODY_MAX + 1];

static void fill(unsigned char *p, unsigned int size, unsigned int seed)
{
	for (unsigned int i = 0; i < size; i++)
		p[i] = (i * 31 + seed) ^ i >> 8;
}

static const unsigned int sizes[] = {
	0, 1, 7, 8, 63, 64, 119, 120, 121, 255, 256, 4095, 4096, 4097, 32768, 65535, 65536,
};

TEST(send, "bodies of every size to 65536 bytes arrive whole; 65537 is EMSGSIZE")
{
	static const unsigned int too_big[] = {
		65537, 65536 + 4096, 1u << 20, 1u << 31, ~0u - 1, ~0u,
	};
	struct chorus_ui ui;
	int li;

	actor_open();
	li = new_port(&ui);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct chorus_ipc_send s = {
			.target = ui, .body = PTR(out), .body_size = sizes[i],
		};
		struct chorus_ipc_receive r = {
			.li = li, .body = PTR(in), .body_size = sizeof(in),
		};

		fill(out, sizes[i], i);
		memset(in, POISON, sizeof(in));
		EXPECT(ipc_send(&s), 0);
		EXPECT(ipc_receive(&r), 0);
		CHECK(r.out_body_size == sizes[i] && r.out_flags == 0 && r.out_slot == 0);
		CHECK(!memcmp(in, out, sizes[i]), "%u bytes are damaged", sizes[i]);
		CHECK(same_bytes(in + sizes[i], sizeof(in) - sizes[i], POISON),
		      "bytes were written beyond a body of %u", sizes[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(too_big); i++) {
		struct chorus_ipc_send s = {
			.target = ui, .body = PTR(out), .body_size = too_big[i],
		};
		struct chorus_ipc_call c = {
			.target = ui, .body = PTR(out), .body_size = too_big[i],
		};

		EXPECT(ipc_send(&s), -EMSGSIZE);
		EXPECT(ipc_call(&c), -EMSGSIZE);
	}
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

struct echo {
	struct chorus_ipc_receive receive;
	struct chorus_ipc_reply reply;
	unsigned char body[CHORUS_BODY_MAX + 1];
};

TEST(call, "so do requests and replies of calls")
{
	struct scene s = scene_new();
	struct echo *e = SHARED(struct echo);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	unsigned char *request = shared(sizeof(out)), *answer = shared(sizeof(out));

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(request, sizes[i], i + 77);
		memset(answer, POISON, sizeof(out));
		*c = (struct chorus_ipc_call){
			.target = s.port, .timeout = FOREVER, .body = PTR(request),
			.body_size = sizes[i], .rep_body = PTR(answer), .rep_size = sizeof(out),
		};
		e->receive = (struct chorus_ipc_receive){
			.li = s.li, .timeout = FOREVER, .body = PTR(e->body),
			.body_size = sizeof(e->body),
		};
		begin(s.client, do_ipc_call, c);
		EXPECT(run(s.server, do_ipc_receive, &e->receive), 0);
		CHECK(e->receive.out_body_size == sizes[i]);
		CHECK(e->receive.out_flags == CHORUS_MSG_RPC);
		e->reply = (struct chorus_ipc_reply){
			.body = PTR(e->body), .body_size = CHORUS_BODY_MAX + 1,
		};
		/* Too big, and too big by far, are refused; the message is kept. */
		EXPECT(run(s.server, do_ipc_reply, &e->reply), -EMSGSIZE);
		e->reply.body_size = ~0u;
		EXPECT(run(s.server, do_ipc_reply, &e->reply), -EMSGSIZE);
		e->reply.body_size = sizes[i];
		EXPECT(run(s.server, do_ipc_reply, &e->reply), 0);
		EXPECT(end(s.client), 0);
		CHECK(c->out_rep_size == sizes[i] && c->out_flags == 0);
		CHECK(!memcmp(request, answer, sizes[i]), "%u bytes are damaged", sizes[i]);
		CHECK(same_bytes(answer + sizes[i], sizeof(out) - sizes[i], POISON));
	}
}

TEST(cut, "a reply that exceeds the room is cut, and its whole size told")
{
	struct scene s = scene_new();
	struct echo *e = SHARED(struct echo);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	unsigned char *answer = shared(64);

	memset(answer, POISON, 64);
	fill(e->body, 5000, 3);
	*c = (struct chorus_ipc_call){
		.target = s.port, .timeout = FOREVER, .rep_body = PTR(answer), .rep_size = 10,
	};
	begin(s.client, do_ipc_call, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	e->reply = (struct chorus_ipc_reply){ .body = PTR(e->body), .body_size = 5000 };
	EXPECT(run(s.server, do_ipc_reply, &e->reply), 0);
	EXPECT(end(s.client), 0);
	CHECK(c->out_rep_size == 5000);
	CHECK(!memcmp(answer, e->body, 10) && same_bytes(answer + 10, 54, POISON));
	/* No room at all. */
	c->rep_body = 0;
	c->rep_size = 0;
	begin(s.client, do_ipc_call, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(run(s.server, do_ipc_reply, &e->reply), 0);
	EXPECT(end(s.client), 0);
	CHECK(c->out_rep_size == 5000);
}
