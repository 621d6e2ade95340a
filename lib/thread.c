// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Threads.
 */
#include <sched.h>

#include <exec/chExec.h>
#include <ipc/chIpc.h>

#include "internal.h"

#define NSEC_PER_SEC	1000000000LL

/* lock; local id of the port threadDelay() waits on, 0 for none yet */
static int delay_port;

/* Called with the lock held: the port died with its actor. */
void chorus_thread_reset(void)
{
	__atomic_store_n(&delay_port, 0, __ATOMIC_RELAXED);
}

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
	if (actorcap == K_MYACTOR) {
		cmd.flags = CHORUS_SELF;
	} else {
		cmd.cap.ui = chorus_ui_out(&actorcap->ui);
		cmd.cap.key.k[0] = actorcap->key.keyHead;
		cmd.cap.key.k[1] = actorcap->key.keyTail;
	}
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

/* Returns the local id of the port to wait on, or a K_* code. */
static int delay_port_get(void)
{
	int li = __atomic_load_n(&delay_port, __ATOMIC_RELAXED);
	KnUniqueId ui;
	int fresh;

	if (li)
		return li;
	fresh = portCreate(K_MYACTOR, &ui);
	if (fresh < 0)
		return fresh;
	chorus_lock();
	li = delay_port;
	if (!li)
		__atomic_store_n(&delay_port, fresh, __ATOMIC_RELAXED);
	chorus_unlock();
	if (!li)
		return fresh;
	/* Another thread was first. */
	portDelete(K_MYACTOR, fresh);
	return li;
}

/*
 * The nucleus has no command that only waits, and a sleep outside the nucleus
 * would not obey threadAbort().  So the wait is a receive from a port that is
 * never enabled and whose name nobody is told: no message can end it.
 */
int threadDelay(const KnTimeVal *waitlimit)
{
	int64_t timeout = -1;
	int li, ret, tries;

	if (waitlimit != K_NOBLOCK && waitlimit != K_NOTIMEOUT) {
		timeout = span(waitlimit);
		if (timeout < 0)
			return K_EINVAL;
	}
	if (waitlimit == K_NOBLOCK || timeout == 0) {
		sched_yield();
		return K_OK;
	}
	for (tries = 0; ; tries++) {
		li = delay_port_get();
		if (li < 0)
			return li;
		ret = chorus_receive(li, timeout, K_ABORTABLE);
		if (ret != K_ENOPORT && ret != K_EINVAL)
			return ret;
		/* The program deleted a local id it was never given. */
		chorus_lock();
		if (delay_port == li)
			chorus_thread_reset();
		chorus_unlock();
		if (ret == K_ENOPORT || tries)
			return ret;
	}
}
