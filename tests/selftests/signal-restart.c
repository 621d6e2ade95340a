// SPDX-License-Identifier: GPL-2.0-or-later
/* A handled signal with SA_RESTART: every blocked call goes on, and nothing is sent twice. */
#include "blocked.h"

static void disturb(struct blocked *b)
{
	struct catch *c = SHARED(struct catch);
	unsigned int seen;

	/* The victim is asleep: the handler is installed by another thread of it. */
	c->signal = SIGUSR1;
	c->restart = true;
	MUST(run(puppet_thread(b->victim), do_catch, c));
	for (int i = 0; i < 5; i++) {
		seen = *signals_seen;
		puppet_signal(b->victim, SIGUSR1);
		wait_signals(seen + 1);
		wait_blocked(b->victim);
	}
}

TEST(restart, "receive, call, reply-and-receive and resolve survive five signals each")
{
	blocked_sweep(disturb);
}

static void burst(struct blocked *b)
{
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	c->restart = true;
	MUST(run(puppet_thread(b->victim), do_catch, c));
	for (int i = 0; i < 200; i++)
		puppet_signal(b->victim, SIGUSR1);
	wait_blocked(b->victim);
}

TEST(bursts, "and bursts of them")
{
	blocked_sweep(burst);
}

TEST(racing, "signals that race with the server: each request arrives once, each reply fits")
{
	struct scene s = scene_new();
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	c->restart = true;
	MUST(run(s.client, do_catch, c));
	MUST(run(s.server, do_catch, c));
	for (__u64 i = 1; i <= 150; i++) {
		s.call->value = i;
		begin(s.client, note_call, s.call);
		puppet_signal(s.client, SIGUSR1);
		begin(s.server, note_receive, s.receive);
		puppet_signal(s.server, SIGUSR1);
		puppet_signal(s.client, SIGUSR1);
		EXPECT(end(s.server), 0);
		CHECK(s.receive->got == i, "request %llu came for %llu",
		      (unsigned long long)s.receive->got, (unsigned long long)i);
		puppet_signal(s.client, SIGUSR1);
		EXPECT(scene_reply(&s, ~i), 0);
		EXPECT(end(s.client), 0);
		CHECK(s.call->got == ~i);
	}
	scene_empty(&s);
}
