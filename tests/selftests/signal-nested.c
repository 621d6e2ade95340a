// SPDX-License-Identifier: GPL-2.0-or-later
/* A call made by a signal handler while the call it interrupted waits. */
#include "blocked.h"

static struct note *inner;
static long *inner_result;

static void call_inside(void)
{
	*inner_result = note_call(inner);
}

TEST(call, "inner and outer call both get their own reply")
{
	struct puppet *server2 = puppet_actor();
	struct catch *c = SHARED(struct catch);
	struct note *r2 = SHARED(struct note);
	struct scene s;

	inner = SHARED(struct note);
	inner_result = SHARED(long);
	for (int restart = 0; restart < 2; restart++) {
		s = scene_served();
		inner->to = puppet_default_port(server2);
		inner->timeout = FOREVER;
		inner->value = 0x1221;
		r2->timeout = FOREVER;
		c->signal = SIGUSR1;
		c->restart = restart;
		c->action = call_inside;
		MUST(run(puppet_thread(s.client), do_catch, c));
		begin(server2, note_receive, r2);
		puppet_signal(s.client, SIGUSR1);
		EXPECT(end(server2), 0);
		CHECK(r2->got == 0x1221);
		/* The outer reply comes first. */
		EXPECT(scene_reply(&s, 0x0a), 0);
		r2->value = 0x1b;
		EXPECT(run(server2, note_reply, r2), 0);
		if (restart) {
			EXPECT(end(s.client), 0);
		} else {
			EXPECT(end(s.client), -EINTR);
			EXPECT(run(s.client, note_again, s.call), 0);
		}
		EXPECT(*inner_result, 0);
		CHECK(inner->got == 0x1b && s.call->got == 0x0a, "inner %llx, outer %llx",
		      (unsigned long long)inner->got, (unsigned long long)s.call->got);
		scene_empty(&s);
	}
}

static struct note *nest;
static unsigned int *depth;

static void call_deeper(void)
{
	struct note *n = &nest[++*depth];

	n->got_size = 0;
	n->got = note_call(n) ? ~0ull : n->got;
}

TEST(deep, "CHORUS_PARKED_MAX interrupted calls below one another all get their reply")
{
	enum { N = CHORUS_PARKED_MAX };
	/* Different signals, so that none is blocked in the handler of another. */
	static const int numbers[N] = { SIGUSR1, SIGUSR2, 39, 40 };
	struct catch *c = SHARED(struct catch);
	struct note *r[N + 1];
	struct scene s;

	/* Before the client is made, which shall know where they are. */
	nest = shared(sizeof(*nest) * (N + 1));
	depth = SHARED(unsigned int);
	s = scene_new();
	c->restart = true;
	c->action = call_deeper;
	for (int i = 0; i <= N; i++) {
		nest[i].to = s.port;
		nest[i].timeout = FOREVER;
		nest[i].value = i;
	}
	for (int i = 0; i < N; i++) {
		struct catch *d = SHARED(struct catch);

		*d = *c;
		d->signal = numbers[i];
		MUST(run(s.client, do_catch, d));
	}
	begin(s.client, note_call, &nest[0]);
	for (int i = 0; i <= N; i++) {
		wait_blocked(s.client);
		r[i] = SHARED(struct note);
		*r[i] = *s.receive;
		EXPECT(run(s.server, note_receive, r[i]), 0);
		CHECK(r[i]->got == (__u64)i);
		if (i < N)
			puppet_signal(s.client, numbers[i]);
	}
	/* Outermost first: each waits for its turn. */
	for (int i = 0; i <= N; i++) {
		r[i]->value = 500 + i;
		EXPECT(run(s.server, note_reply, r[i]), 0);
	}
	EXPECT(end(s.client), 0);
	for (int i = 0; i <= N; i++)
		CHECK(nest[i].got == (__u64)(500 + i), "depth %d got %llu", i,
		      (unsigned long long)nest[i].got);
	scene_empty(&s);
}
