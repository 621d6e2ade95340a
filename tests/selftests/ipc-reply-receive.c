// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_REPLY_RECEIVE: reply and wait for the next, in one trap. */
#include "scene.h"

TEST(loop, "a server loop: every caller gets its own answer")
{
	struct scene s = scene_served();
	struct note *loop = SHARED(struct note);

	*loop = *s.receive;
	loop->msg = 0;
	for (__u64 i = 0; i < 50; i++) {
		loop->value = 1000 + i;
		begin(s.server, note_reply_receive, loop);
		EXPECT(end(s.client), 0);
		CHECK(s.call->got == 1000 + i);
		s.call->value = i;
		begin(s.client, note_call, s.call);
		EXPECT(end(s.server), 0);
		CHECK(loop->got == i && loop->got_flags == CHORUS_MSG_RPC);
		CHECK(loop->got_seqnum == i + 2);
		if (i & 1)		/* by token, or the current one */
			loop->msg = 0;
	}
	loop->msg = 0;
	EXPECT(run(s.server, note_reply, loop), 0);
	EXPECT(end(s.client), 0);
}

TEST(no_message, "without a current message ENOMSG, and nothing is received")
{
	struct note n = { 0 };

	actor_open();
	EXPECT(send_number(default_port(), 77), 0);
	EXPECT(note_reply_receive(&n), -ENOMSG);
	EXPECT(note_receive(&n), 0);
	CHECK(n.got == 77);
	/* The current one is asynchronous. */
	EXPECT(send_number(default_port(), 78), 0);
	n.msg = 0;
	EXPECT(note_reply_receive(&n), -ENOMSG);
	EXPECT(note_receive(&n), 0);
	CHECK(n.got == 78);
}

TEST(gone, "a caller that is gone does not stop the receive")
{
	struct scene s = scene_served();
	struct note *loop = SHARED(struct note);

	kill_puppet(s.client);
	actor_open();
	EXPECT(send_number(s.port, 5), 0);
	*loop = *s.receive;
	EXPECT(run(s.server, note_reply_receive, loop), 0);
	CHECK(loop->got == 5);
}

TEST(timeout, "when the receive times out the reply was done")
{
	struct scene s = scene_served();
	struct note *loop = SHARED(struct note);

	*loop = *s.receive;
	loop->msg = 0;
	loop->value = 4;
	loop->timeout = 30 * MS;
	EXPECT(run(s.server, note_reply_receive, loop), -ETIMEDOUT);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 4);
	loop->msg = 0;
	EXPECT(run(s.server, note_reply_receive, loop), -ENOMSG);
}

TEST(restart, "values of @restart that can never be are EINVAL")
{
	struct chorus_ipc_reply_receive r = { .restart = 2 };

	actor_open();
	EXPECT(ipc_reply_receive(&r), -EINVAL);
	r.restart = ~0ull;
	EXPECT(ipc_reply_receive(&r), -EINVAL);
	/* 1: replied already, only receive. */
	r.restart = 1;
	EXPECT(ipc_reply_receive(&r), -ETIMEDOUT);
}
