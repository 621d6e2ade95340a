/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting: one way to sleep for every call that waits.
 *
 * Each wait has a timeout and can be left by a signal, by an abort, by the death of
 * the actor, and by the deletion of a handler the thread is inside.  It is
 * interruptible and freezable; nothing but its own memory may be held.
 *
 *	for (;;) {
 *		chorus_wait_prepare();
 *		if (condition) break;
 *		ret = chorus_wait_interrupted(thread, abortable);
 *		if (ret) break;
 *		ret = chorus_wait_sleep(&timeout);
 *		if (ret) break;			// look at the condition once more
 *	}
 *	chorus_wait_finish();
 */
#ifndef CHORUS_EXECUTIVE_WAIT_H
#define CHORUS_EXECUTIVE_WAIT_H

#include <linux/freezer.h>
#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "executive/thread.h"

struct chorus_timeout {
	s64 ns;			/* as the caller gave it */
	ktime_t at;		/* CLOCK_MONOTONIC, when ns > 0 */
};

int chorus_wait_slow_interrupted(struct chorus_thread *thread, bool abortable);
int chorus_wait_until(struct chorus_timeout *timeout);
int chorus_wait_delay(struct chorus_thread *thread, struct chorus_timeout *timeout);

/*
 * @deadline is what an interrupted wait left behind, or 0: it wins over @ns, so
 * that signals cannot stretch a bounded wait.
 */
static inline void chorus_timeout_init(struct chorus_timeout *timeout, s64 ns, u64 deadline)
{
	timeout->ns = ns;
	if (unlikely(ns > 0))
		timeout->at = deadline ? min_t(u64, deadline, KTIME_MAX) :
					 ktime_add_safe(ktime_get(), ns);
}

static inline bool chorus_timeout_is_poll(const struct chorus_timeout *timeout)
{
	return timeout->ns == 0;
}

/* What to store for the next entry of an interrupted wait. */
static inline u64 chorus_timeout_deadline(const struct chorus_timeout *timeout)
{
	return timeout->ns > 0 ? timeout->at : 0;
}

static inline void chorus_wait_prepare(void)
{
	set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
}

static inline void chorus_wait_finish(void)
{
	__set_current_state(TASK_RUNNING);
}

/*
 * Returns 0, -ESHUTDOWN (the thread's actor is dead), -ECANCELED (aborted),
 * -ERESTARTSYS (a signal).
 */
static inline int chorus_wait_interrupted(struct chorus_thread *thread, bool abortable)
{
	if (likely(!signal_pending(current) && !READ_ONCE(thread->attention) && !thread->depth))
		return 0;
	return chorus_wait_slow_interrupted(thread, abortable);
}

/* Returns 0 when woken, -ETIMEDOUT when the time is over. */
static inline int chorus_wait_sleep(struct chorus_timeout *timeout)
{
	if (likely(timeout->ns < 0)) {
		schedule();
		return 0;
	}
	return chorus_wait_until(timeout);
}

#endif /* CHORUS_EXECUTIVE_WAIT_H */
