/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, one a reason, per CPU, never reset; read by `chorusctl stat`.
 */
#ifndef CHORUS_DEBUG_STAT_H
#define CHORUS_DEBUG_STAT_H

#include <linux/percpu.h>

#define CHORUS_STATS(_)							\
	_(copy_in)		/* bodies copied into a kernel buffer */	\
	_(copy_out)		/* bodies copied out of a kernel buffer */	\
	_(copy_direct)		/* bodies read or written in place by a handler */ \
	_(copy_window)		/* bodies copied by their sender into a receive window */ \
	_(window_open)		/* receive windows made */			\
	_(window_full)		/* bodies that found no free slot in a window */ \
	_(window_small)		/* bodies larger than a slot of the window */	\
	_(area_open)		/* areas made */				\
	_(area_unshared)	/* pages copied by a write to a shared one */	\
	_(move)			/* bodies whose pages left their sender */	\
	_(move_shared)		/* bodies whose pages were shared with it */	\
	_(move_landed)		/* of both, landed in an area of their receiver */ \
	_(move_copied)		/* of both, copied out to their receiver */	\
	_(move_returned)	/* given back: the message ended in an error */	\
	_(send)			/* asynchronous messages accepted */		\
	_(send_full)		/* refused: queue full */			\
	_(send_unknown)		/* refused: no such port */			\
	_(send_barred)		/* refused: sender or receiver is barred */	\
	_(send_group)		/* sends and calls to one member of a group */	\
	_(broadcast)		/* broadcasts to the members of a group */	\
	_(broadcast_lost)	/* members that missed one: queue full, or dying */ \
	_(group_insert)		/* memberships made */				\
	_(group_remove)		/* memberships ended */				\
	_(receive)		/* messages received */				\
	_(receive_queued)	/* of these, taken from a queue */		\
	_(receive_handed)	/* of these, handed to a waiting thread */	\
	_(receive_requeued)	/* given back: could not be written out */	\
	_(call)			/* calls to a server thread */			\
	_(handoff)		/* of these, answered while the client stepped aside */ \
	_(spin_hit)		/* waits that ended before the thread went to sleep */ \
	_(spin_miss)		/* attempts at that in vain */			\
	_(call_handler)		/* calls to a message handler */		\
	_(call_timeout)		/* calls ended by their timeout */		\
	_(call_abort)		/* calls ended by threadAbort */		\
	_(abort_passed)		/* of these, passed on to the serving thread */	\
	_(call_cycle)		/* calls refused: they would wait for themselves */ \
	_(call_signal)		/* calls interrupted by a signal */		\
	_(call_resumed)		/* interrupted calls entered again */		\
	_(call_dropped)		/* interrupted calls given up */		\
	_(call_port_dead)	/* calls ended by the death of the port */	\
	_(call_server_dead)	/* calls ended by the death of the server */	\
	_(call_again)		/* calls given to the successor of a dead server */ \
	_(call_held)		/* of these, some waited for one */		\
	_(hold_expired)		/* calls that waited for one in vain */		\
	_(reply)		/* replies delivered */				\
	_(reply_gone)		/* replies to a caller that was gone */		\
	_(forward)		/* messages passed on to another port */	\
	_(forward_refused)	/* kept: its queue full, or the port dying */	\
	_(forward_gone)		/* ended: the client had gone */		\
	_(port_migrate)		/* ports moved to another actor */		\
	_(watch)		/* deaths that were asked about */		\
	_(notice)		/* of these, told */				\
	_(lap_invoke)		/* LAP invocations */				\
	_(lap_refused)		/* refused: unknown, dying, privilege, size */	\
	_(handler_abort)	/* invocations ended by a deletion */		\
	_(handler_fail)		/* handlers that reported an error */		\
	_(handler_async)	/* asynchronous messages given to handlers */	\
	_(frame_refused)	/* nested too deep */				\
	_(quota_refused)	/* a quota was used up */			\
	_(actor_born)							\
	_(actor_dead)							\
	_(loan)			/* priorities lent to a serving thread */	\
	_(loan_kept)		/* not given back: somebody set another one */	\
	_(thread_born)							\
	_(thread_dead)							\
	_(fast_lap)		/* LAP invocations on the fast path */		\
	_(fast_send)		/* sends on the fast path */			\
	_(fast_call)		/* calls on the fast path */			\
	_(fast_reply)		/* reply-and-receives on the fast path */	\
	_(miss_lap)		/* on it, but looked up: not the LAP called last */ \
	_(miss_size)		/* off the fast path: odd structure size */	\
	_(miss_restart)		/* off the fast path: interrupted call */	\
	_(miss_token)		/* off the fast path: reply by token */		\
	_(miss_thread)		/* off the fast path: first call of a thread */	\
	_(miss_worker)		/* off the fast path: a LAP that may wait, by a ring */ \
	_(ring)			/* commands of io_uring */			\
	_(ring_worker)		/* of these, done by a worker of the ring */	\
	_(batch)		/* commands of batches */			\
	_(batch_slow)		/* of these, not on a fast path */		\
	_(stranger)		/* entries by a process that is not the actor */

enum chorus_stat {
#define CHORUS_STAT_ENUM(name) CHORUS_STAT_##name,
	CHORUS_STATS(CHORUS_STAT_ENUM)
	CHORUS_STAT_NR,
};

struct chorus_stats {
	unsigned long count[CHORUS_STAT_NR];
};

DECLARE_PER_CPU(struct chorus_stats, chorus_stats);

#define chorus_count_add(name, n) this_cpu_add(chorus_stats.count[CHORUS_STAT_##name], n)
#define chorus_count(name) this_cpu_inc(chorus_stats.count[CHORUS_STAT_##name])

const char *chorus_stat_name(enum chorus_stat stat);
u64 chorus_stat_sum(enum chorus_stat stat);

#endif /* CHORUS_DEBUG_STAT_H */
