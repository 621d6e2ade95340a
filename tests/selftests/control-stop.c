// SPDX-License-Identifier: GPL-2.0-or-later
/* SIGSTOP and SIGCONT while blocked. */
#include "blocked.h"

static void disturb(struct blocked *b)
{
	for (int i = 0; i < 3; i++) {
		MUST_SYS(kill(puppet_pid(b->victim), SIGSTOP));
		wait_state(b->victim, "T");
		MUST_SYS(kill(puppet_pid(b->victim), SIGCONT));
		wait_blocked(b->victim);
	}
}

TEST(cont, "stopped and continued, every call goes on and nothing is sent twice")
{
	blocked_sweep(disturb);
}

TEST(reply, "a reply that comes while the client is stopped is there when it continues")
{
	struct scene s = scene_served();

	MUST_SYS(kill(puppet_pid(s.client), SIGSTOP));
	wait_state(s.client, "T");
	EXPECT(scene_reply(&s, 9), 0);
	MUST_SYS(kill(puppet_pid(s.client), SIGCONT));
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 9);
}

TEST(receive, "so is a message that comes while the server is stopped")
{
	struct scene s = scene_waiting();

	MUST_SYS(kill(puppet_pid(s.server), SIGSTOP));
	wait_state(s.server, "T");
	EXPECT(run(s.client, note_send, s.call), 0);
	MUST_SYS(kill(puppet_pid(s.server), SIGCONT));
	EXPECT(end(s.server), 0);
	CHECK(s.receive->got == s.call->value);
}

TEST(killed, "killed while stopped")
{
	struct scene s = scene_served();

	MUST_SYS(kill(puppet_pid(s.server), SIGSTOP));
	wait_state(s.server, "T");
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}
