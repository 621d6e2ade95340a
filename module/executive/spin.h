/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinning: a moment of patience before a sleep, for a partner that runs on another CPU.
 *
 * A client whose server was woken on another CPU, and a server whose client was, look for the
 * answer, or the next request, for CHORUS_SPIN_NS at most before they go to sleep: a sleep, an
 * interrupt between two CPUs and a wake-up on each side cost more than that.  Only as long as
 * nobody else wants this CPU, and nothing wants the thread (a signal, an abort, a death).
 * On one CPU, or where the hand-off has put both on one, nobody spins.
 *
 * Each thread learns: CHORUS_SPIN_MISSES attempts in vain one after another, and it sleeps at
 * once the next CHORUS_SPIN_PAUSE times; then one attempt decides.
 */
#ifndef CHORUS_EXECUTIVE_SPIN_H
#define CHORUS_EXECUTIVE_SPIN_H

#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>

#include "debug/stat.h"
#include "executive/thread.h"

#define CHORUS_SPIN_NS		50000
#define CHORUS_SPIN_MISSES	4
#define CHORUS_SPIN_PAUSE	64

/* The partner of the next wait runs elsewhere; for that wait. */
static inline bool chorus_spin_begin(struct chorus_thread *thread)
{
	if (likely(!thread->apart))
		return false;
	thread->apart = false;
	if (thread->spin_pause) {
		thread->spin_pause--;
		return false;
	}
	return single_task_running();
}

static inline bool chorus_spin_disturbed(const struct chorus_thread *thread)
{
	return need_resched() || signal_pending(current) || READ_ONCE(thread->attention) ||
	       thread->depth;
}

static inline void chorus_spin_end(struct chorus_thread *thread, bool hit)
{
	if (hit) {
		chorus_count(spin_hit);
		thread->spin_misses = 0;
	} else {
		chorus_count(spin_miss);
		if (++thread->spin_misses < CHORUS_SPIN_MISSES)
			return;
		thread->spin_misses = CHORUS_SPIN_MISSES - 1;
		thread->spin_pause = CHORUS_SPIN_PAUSE;
	}
}

/* Look for @cond before a sleep that looks for it, too. */
#define chorus_spin_until(thread, cond)						\
do {										\
	struct chorus_thread *spinner = (thread);				\
	bool spin_hit = false;							\
	u64 spin_end;								\
										\
	if (likely(!chorus_spin_begin(spinner)))				\
		break;								\
	spin_end = ktime_get_ns() + CHORUS_SPIN_NS;				\
	do {									\
		spin_hit = (cond);						\
		if (spin_hit || chorus_spin_disturbed(spinner))			\
			break;							\
		cpu_relax();							\
	} while (ktime_get_ns() < spin_end);					\
	chorus_spin_end(spinner, spin_hit);					\
} while (0)

#endif /* CHORUS_EXECUTIVE_SPIN_H */
