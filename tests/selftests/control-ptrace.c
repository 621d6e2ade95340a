// SPDX-License-Identifier: GPL-2.0-or-later
/* A debugger comes and goes while blocked. */
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "blocked.h"

static void stopped(struct blocked *b)
{
	int status;

	MUST_SYS(waitpid(puppet_tid(b->victim), &status, __WALL));
	CHECK(WIFSTOPPED(status), "status %#x", status);
}

static void attach(struct blocked *b)
{
	for (int i = 0; i < 3; i++) {
		MUST_SYS(ptrace(PTRACE_ATTACH, puppet_tid(b->victim), NULL, NULL));
		stopped(b);
		MUST_SYS(ptrace(PTRACE_DETACH, puppet_tid(b->victim), NULL, NULL));
		wait_blocked(b->victim);
	}
}

TEST(attach, "attached with a stop and detached, every call goes on")
{
	blocked_sweep(attach);
}

static void seize(struct blocked *b)
{
	MUST_SYS(ptrace(PTRACE_SEIZE, puppet_tid(b->victim), NULL, NULL));
	for (int i = 0; i < 3; i++) {
		MUST_SYS(ptrace(PTRACE_INTERRUPT, puppet_tid(b->victim), NULL, NULL));
		stopped(b);
		MUST_SYS(ptrace(PTRACE_CONT, puppet_tid(b->victim), NULL, NULL));
		wait_blocked(b->victim);
	}
	MUST_SYS(ptrace(PTRACE_INTERRUPT, puppet_tid(b->victim), NULL, NULL));
	stopped(b);
	MUST_SYS(ptrace(PTRACE_DETACH, puppet_tid(b->victim), NULL, NULL));
	wait_blocked(b->victim);
}

TEST(seize, "seized, interrupted, continued")
{
	blocked_sweep(seize);
}
