// SPDX-License-Identifier: GPL-2.0-or-later
/* The death of a client. */
#include "scene.h"

TEST(queued, "killed while its request is queued: the request vanishes")
{
	struct scene s = scene_queued();

	kill_puppet(s.client);
	scene_empty(&s);
	s.client = puppet_actor();
	scene_round_trip(&s);
}

TEST(served, "killed while it is served: the reply is EHOSTUNREACH")
{
	struct scene s = scene_served();

	kill_puppet(s.client);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	s.client = puppet_actor();
	scene_round_trip(&s);
}

TEST(async, "what it sent before it died is still received")
{
	struct scene s = scene_new();
	struct chorus_ipc_sysinfo *info = SHARED(struct chorus_ipc_sysinfo);
	struct chorus_ui source = puppet_default_port(s.client);

	EXPECT(run(s.client, note_send, s.call), 0);
	kill_puppet(s.client);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value);
	EXPECT(run(s.server, do_ipc_sysinfo, info), 0);
	CHECK(same_ui(info->out_src, source));
}

TEST(thread, "its calling thread is one of many: all die, the server is told")
{
	struct scene s = scene_new();
	struct puppet *t[6];
	struct note *n[6], *r = SHARED(struct note);

	for (int i = 0; i < 6; i++) {
		t[i] = puppet_thread(s.client);
		n[i] = SHARED(struct note);
		*n[i] = *s.call;
		n[i]->value = i;
		begin(t[i], note_call, n[i]);
	}
	for (int i = 0; i < 6; i++)
		wait_blocked(t[i]);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	*r = *s.receive;
	EXPECT(run(s.server, note_receive, r), 0);
	kill_puppet(s.client);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	EXPECT(run(s.server, note_reply, r), -EHOSTUNREACH);
	scene_empty(&s);
}

TEST(receiver, "killed in a receive: what comes later finds nobody")
{
	struct scene s = scene_waiting();

	kill_puppet(s.server);
	EXPECT(run(s.client, note_send, s.call), -EHOSTUNREACH);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
}

TEST(second, "one of two receivers exits: the other gets the message")
{
	struct scene s = scene_new();
	struct puppet *a = puppet_thread(s.server), *b = puppet_thread(s.server);
	struct note *n = SHARED(struct note);

	*n = *s.receive;
	begin(a, note_receive, n);
	wait_blocked(a);
	begin(b, note_receive, s.receive);
	wait_blocked(b);
	EXPECT(run(s.client, note_send, s.call), 0);
	/* One of them has it; the other still waits. */
	while (!ended(a) && !ended(b))
		sleep_ms(1);
	sleep_ms(20);
	CHECK(ended(a) != ended(b));
	EXPECT(run(s.client, note_send, s.call), 0);
	EXPECT(end(a), 0);
	EXPECT(end(b), 0);
}

TEST(signals, "killed by other deadly signals, the server is told as well")
{
	static const int deadly[] = { SIGTERM, SIGSEGV, SIGABRT, SIGXCPU, SIGALRM };

	for (unsigned int i = 0; i < ARRAY_SIZE(deadly); i++) {
		struct scene s = scene_served();

		puppet_signal(s.client, deadly[i]);
		EXPECT(puppet_status(s.client), -deadly[i]);
		EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
		kill_puppet(s.server);
	}
}
