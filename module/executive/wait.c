// SPDX-License-Identifier: GPL-2.0-only
#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "executive/actor.h"
#include "executive/wait.h"
#include "ipc/gate.h"

int chorus_wait_until(struct chorus_timeout *timeout)
{
	if (!timeout->ns) {
		__set_current_state(TASK_RUNNING);
		return -ETIMEDOUT;
	}
	/* 0: expired; -EINTR: woken for whatever reason. */
	return schedule_hrtimeout_range(&timeout->at, current->timer_slack_ns,
					HRTIMER_MODE_ABS) ? 0 : -ETIMEDOUT;
}

int chorus_wait_slow_interrupted(struct chorus_thread *thread, bool abortable)
{
	unsigned int i;

	if (!chorus_object_alive(&thread->actor->object))
		return -ESHUTDOWN;
	/* A handler that said it would not: the ring that waits with it is locked. */
	if (thread->nowait)
		return -EAGAIN;
	/* Whoever is inside a handler that is being deleted has to come out. */
	for (i = 0; i < thread->depth; i++)
		if (chorus_gate_closing(thread->frames[i]))
			return -ECANCELED;
	if (abortable && chorus_thread_test_clear_aborted(thread))
		return -ECANCELED;
	if (signal_pending(current))
		return -ERESTARTSYS;
	return 0;
}

/**
 * chorus_wait_delay() - threadDelay: a wait for nothing
 * @thread: the calling thread
 * @timeout: runs
 *
 * Returns -ETIMEDOUT, -ECANCELED, -ESHUTDOWN, -ERESTARTSYS.
 */
int chorus_wait_delay(struct chorus_thread *thread, struct chorus_timeout *timeout)
{
	int ret;

	for (;;) {
		chorus_wait_prepare();
		ret = chorus_wait_interrupted(thread, true);
		if (ret)
			break;
		ret = chorus_wait_sleep(timeout);
		if (ret)
			break;
	}
	chorus_wait_finish();
	return ret;
}

/* See supervisor.h. */
int chorus_thread_delay(s64 ns)
{
	struct chorus_thread *thread = chorus_thread_inside();
	struct chorus_timeout timeout;
	int ret;

	if (!thread)
		return -EINVAL;
	chorus_timeout_init(&timeout, ns, 0);
	ret = chorus_wait_delay(thread, &timeout);
	return ret == -ERESTARTSYS ? -EINTR : ret;
}
CHORUS_EXPORT(chorus_thread_delay);
