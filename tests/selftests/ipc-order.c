// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of one sender arrive in the order they were sent. */
#include "scene.h"

enum { SENDERS = 4, EACH = 300 };

static long do_send_many(void *note)
{
	struct note *n = note;

	for (unsigned int i = 0; i < EACH; i++) {
		int result;

		while ((result = send_number(n->to, n->value << 32 | i)) == -ENOBUFS ||
		       result == -EDQUOT)
			sleep_ms(1);
		if (result)
			return result;
	}
	return 0;
}

TEST(order, "four senders at once: each one's order is kept, nothing is lost or doubled")
{
	struct puppet *sender[SENDERS];
	unsigned int next[SENDERS] = { 0 };
	struct chorus_ui ui;
	__u64 got;
	int li;

	actor_open();
	li = new_port(&ui);
	for (int i = 0; i < SENDERS; i++) {
		struct note *n = SHARED(struct note);

		n->to = ui;
		n->value = i;
		sender[i] = puppet_actor();
		begin(sender[i], do_send_many, n);
	}
	for (int i = 0; i < SENDERS * EACH; i++) {
		REQUIRE(!receive_number(li, &got, FOREVER));
		REQUIRE(got >> 32 < SENDERS);
		CHECK((__u32)got == next[got >> 32], "sender %u: %u came for %u",
		      (unsigned int)(got >> 32), (__u32)got, next[got >> 32]);
		next[got >> 32] = (__u32)got + 1;
	}
	for (int i = 0; i < SENDERS; i++)
		EXPECT(end(sender[i]), 0);
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

TEST(mixed, "sends and calls of one client keep their order")
{
	struct scene s = scene_new();
	struct note *n = SHARED(struct note);

	n->to = s.port;
	n->value = 1;
	MUST(run(s.client, note_send, n));
	n->value = 2;
	MUST(run(s.client, note_send, n));
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 1 && !(s.receive->got_flags & CHORUS_MSG_RPC));
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 2);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value && s.receive->got_flags == CHORUS_MSG_RPC);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
}
