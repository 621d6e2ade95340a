// SPDX-License-Identifier: GPL-2.0-or-later
/* A bounded wait is not extended by signals, with SA_RESTART or without. */
#include "blocked.h"

enum { LIMIT = 150 };		/* milliseconds, at least: ten signals */

static void pelt(int kind, bool restart)
{
	struct catch *c = SHARED(struct catch);
	struct blocked b;
	long long limit = blocked_start_timed(&b, kind, LIMIT * MS), took;
	long result;

	if (!limit) {
		blocked_left_out(kind);
		blocked_end(&b);
		return;
	}
	c->signal = SIGUSR1;
	c->restart = restart;
	MUST(run(puppet_thread(b.victim), do_catch, c));
	for (;;) {
		while (!ended(b.victim)) {
			puppet_signal(b.victim, SIGUSR1);
			sleep_ms(15);
		}
		result = end(b.victim);
		if (result != -EINTR || restart || now_ns() - b.start > limit + LATE)
			break;
		blocked_enter_again(&b);
	}
	took = now_ns() - b.start;
	selftest_note("%s, %s SA_RESTART: %lld ms", blocked_name[kind],
		      restart ? "with" : "without", took / MS);
	EXPECT(result, -ETIMEDOUT);
	CHECK(took >= limit && took < limit + LATE);
	blocked_end(&b);
}

TEST_TIMEOUT(restarted, "a shower of signals with SA_RESTART", 40)
{
	for (int kind = 0; kind < BLOCKED_KINDS; kind++)
		pelt(kind, true);
}

TEST_TIMEOUT(entered, "and without, each time entered again", 40)
{
	for (int kind = 0; kind < BLOCKED_KINDS; kind++)
		pelt(kind, false);
}

TEST(past, "stopped beyond its time, a call ends with ETIMEDOUT")
{
	struct blocked b[RESOLVE];
	long long time, most = 0;

	for (int kind = 0; kind < RESOLVE; kind++) {
		time = blocked_start_timed(&b[kind], kind, 800 * MS);
		most = time > most ? time : most;
		kill(puppet_pid(b[kind].victim), SIGSTOP);
		wait_state(b[kind].victim, "T");
	}
	sleep_ms(most / MS);
	for (int kind = 0; kind < RESOLVE; kind++) {
		kill(puppet_pid(b[kind].victim), SIGCONT);
		EXPECT(end(b[kind].victim), -ETIMEDOUT);
		blocked_end(&b[kind]);
	}
}
