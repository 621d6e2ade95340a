// SPDX-License-Identifier: GPL-2.0-or-later
/* A bounded wait is not extended by signals, with SA_RESTART or without. */
#include "blocked.h"

enum { LIMIT = 150 };		/* milliseconds: ten signals */

static void pelt(int kind, bool restart)
{
	struct catch *c = SHARED(struct catch);
	struct blocked b;
	long long start, took;
	long result;

	start = now_ns();
	if (!blocked_start(&b, kind, LIMIT * MS, 0)) {
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
		if (result != -EINTR || restart || now_ns() - start > 15 * SECOND)
			break;
		blocked_enter_again(&b);
	}
	took = now_ns() - start;
	selftest_note("%s, %s SA_RESTART: %lld ms", blocked_name[kind],
		      restart ? "with" : "without", took / MS);
	EXPECT(result, -ETIMEDOUT);
	CHECK(took >= LIMIT * MS && took < LIMIT * MS + LATE);
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

	for (int kind = 0; kind < RESOLVE; kind++) {
		REQUIRE(blocked_start(&b[kind], kind, 800 * MS, 0));
		kill(puppet_pid(b[kind].victim), SIGSTOP);
		wait_state(b[kind].victim, "T");
	}
	sleep_ms(800);
	for (int kind = 0; kind < RESOLVE; kind++) {
		kill(puppet_pid(b[kind].victim), SIGCONT);
		EXPECT(end(b[kind].victim), -ETIMEDOUT);
		blocked_end(&b[kind]);
	}
}
