// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that become actors and die, as fast as one processor makes them.  What is
 * left of an actor, its address space above all, is then freed in whatever context the
 * last reference goes, while another is being made.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/wait.h>

#include "scene.h"

static void storm(bool send)
{
	long long until = now_ns() + 3 * SECOND;
	unsigned int count = 0;
	cpu_set_t one;
	int status;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	MUST_SYS(sched_setaffinity(0, sizeof(one), &one));
	for (; now_ns() < until; count++) {
		pid_t pid = MUST_SYS(fork());

		if (!pid) {
			int fd = try_open();

			/* The dead are counted until they are freed: the quota may be used up. */
			if (fd < 0)
				_exit(fd != -EDQUOT);
			dev = fd;
			if (send)
				send_number(default_port(), 1);
			_exit(0);
		}
		MUST_SYS(waitpid(pid, &status, 0));
		CHECK(!status, "status %#x", status);
	}
	selftest_note("%u processes", count);
}

TEST_TIMEOUT(idle, "actors born and dead, one after the other", 60)
{
	storm(false);
}

TEST_TIMEOUT(used, "the same with a message left in their port", 60)
{
	storm(true);
}
