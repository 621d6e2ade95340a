// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_REPLY: what can be replied to, and by whom. */
#include "scene.h"

TEST(nothing, "without a current message, or to an asynchronous one, it is ENOMSG")
{
	struct note n = { 0 };

	actor_open();
	EXPECT(reply_number(0, 1), -ENOMSG);
	EXPECT(send_number(default_port(), 1), 0);
	EXPECT(note_receive(&n), 0);
	EXPECT(reply_number(0, 1), -ENOMSG);
	if (n.msg)
		EXPECT_EITHER(reply_number(n.msg, 1), -ENOMSG, -ENOENT);
}

TEST(once, "a reply consumes the message")
{
	struct scene s = scene_served();

	EXPECT(scene_reply(&s, 5), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 5);
	EXPECT_EITHER(scene_reply(&s, 6), -ENOENT, -ENOMSG);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 6), -ENOMSG);
	scene_round_trip(&s);
}

TEST(any_thread, "any thread of the actor may reply by token, none without")
{
	struct scene s = scene_served();
	struct puppet *second = puppet_thread(s.server);
	struct note *n = SHARED(struct note);

	n->value = 12;
	EXPECT(run(second, note_reply, n), -ENOMSG);
	n->msg = s.receive->msg;
	EXPECT(run(second, note_reply, n), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 12);
	/* The receiver's current message is consumed with it. */
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 1), -ENOMSG);
}

TEST(foreign, "no other actor, and no other token")
{
	struct scene s = scene_served();
	struct puppet *thief = puppet_actor();
	struct note *n = SHARED(struct note);

	n->msg = s.receive->msg;
	EXPECT_EITHER(run(thief, note_reply, n), -ENOENT, -ENOMSG);
	for (int bit = 0; bit < 64; bit++) {
		n->msg = s.receive->msg ^ 1ull << bit;
		if (n->msg)
			EXPECT_EITHER(run(s.server, note_reply, n), -ENOENT, -ENOMSG);
	}
	CHECK(!ended(s.client));
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
}

TEST(replaced, "a message replaced by the next one is still answered by its token")
{
	struct scene s = scene_served();
	struct puppet *client2 = puppet_actor();
	struct note *call2 = SHARED(struct note), *receive2 = SHARED(struct note);

	*call2 = *s.call;
	call2->value = 0x2222;
	*receive2 = *s.receive;
	begin(client2, note_call, call2);
	EXPECT(run(s.server, note_receive, receive2), 0);
	CHECK(receive2->got == 0x2222 && receive2->msg != s.receive->msg);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 1);
	s.receive->msg = 0;		/* the current one: the second */
	EXPECT(scene_reply(&s, 2), 0);
	EXPECT(end(client2), 0);
	CHECK(call2->got == 2);
}

TEST(poll, "a receive that brings nothing leaves the current message alone")
{
	struct scene s = scene_served();

	scene_empty(&s);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 4), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 4);
}
