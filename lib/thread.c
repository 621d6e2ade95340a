// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Threads.
 */
#include <sched.h>

#include <exec/chExec.h>

#include "internal.h"

#define NSEC_PER_SEC	1000000000LL

int threadSelf(void)
{
	struct chorus_thread_self cmd = { .size = sizeof(cmd) };
	int ret = chorus_command(CHORUS_IOC_THREAD_SELF, &cmd);

	return ret ? ret : cmd.out_li;
}

int threadAbort(const KnCap *actorcap, int thread)
{
	struct chorus_thread_abort cmd = {
		.size = sizeof(cmd), .li = thread,
	};

	if (!actorcap)
		return K_EFAULT;
	chorus_designate(actorcap, &cmd.cap, &cmd.flags);
	return chorus_command(CHORUS_IOC_THREAD_ABORT, &cmd);
}

int threadAborted(void)
{
	struct chorus_thread_aborted cmd = { .size = sizeof(cmd) };
	int ret = chorus_command(CHORUS_IOC_THREAD_ABORTED, &cmd);

	return ret ? ret : (int)cmd.out_aborted;
}

/* Returns nanoseconds, or < 0 for a span that is none. */
static int64_t span(const KnTimeVal *val)
{
	int64_t sec = val->tmSec;

	if (sec < 0 || val->tmNSec < 0 || val->tmNSec >= NSEC_PER_SEC)
		return -1;
	if (sec >= INT64_MAX / NSEC_PER_SEC)
		return INT64_MAX;
	return sec * NSEC_PER_SEC + val->tmNSec;
}

int threadDelay(const KnTimeVal *waitlimit)
{
	struct chorus_thread_delay cmd = { .size = sizeof(cmd), .timeout = -1 };

	if (waitlimit != K_NOBLOCK && waitlimit != K_NOTIMEOUT) {
		cmd.timeout = span(waitlimit);
		if (cmd.timeout < 0)
			return K_EINVAL;
	}
	if (waitlimit == K_NOBLOCK || cmd.timeout == 0) {
		sched_yield();
		return K_OK;
	}
	return chorus_command(CHORUS_IOC_THREAD_DELAY, &cmd);
}
