/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gate: the door to a handler of a supervisor actor.
 *
 * Callers pass the gate around the handler; whoever wants the handler gone closes the
 * gate, which turns new callers away, aborts those inside, and waits until all are
 * out.  A gate is a percpu_ref, so passing it touches no shared cache line.  The
 * gates a thread is inside are its frames; they nest at most CHORUS_FRAME_MAX deep.
 *
 * Closing from inside is refused, and so is closing in a circle: a thread inside A
 * waiting for B to empty, with one inside B waiting for A.
 */
#ifndef CHORUS_IPC_GATE_H
#define CHORUS_IPC_GATE_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/percpu-refcount.h>

#include "debug/stat.h"
#include "executive/thread.h"

struct chorus_gate {
	struct percpu_ref inside;
	int closing;			/* gate_mutex to write; no bool: see below */
	struct completion empty;
	struct chorus_actor *actor;	/* whose handler; outlives the gate */
	void (*release)(struct chorus_gate *gate); /* nobody is inside any more */
};

#define CHORUS_STACK_MIN	(6 * 1024)	/* bytes left below which nobody enters */

int chorus_gate_init(struct chorus_gate *gate, struct chorus_actor *actor,
		     void (*release)(struct chorus_gate *gate));
void chorus_gate_exit(struct chorus_gate *gate);
int chorus_gate_close(struct chorus_gate *gate, bool killable);
int chorus_gate_wait(struct chorus_gate *gate, bool killable);

/* Of a bool gcc 12 takes READ_ONCE() for a plain read, and KCSAN reports it. */
static inline bool chorus_gate_closing(const struct chorus_gate *gate)
{
	return READ_ONCE(gate->closing);
}

static inline bool chorus_gate_stack_low(void)
{
	return (current_stack_pointer & (THREAD_SIZE - 1)) < CHORUS_STACK_MIN;
}

/*
 * Returns 0, -ELOOP, -ENOENT (closing).  Inside an RCU read section, which keeps the
 * gate's memory until the caller is inside; then it stays until the gate is left.
 */
static inline int chorus_gate_enter(struct chorus_gate *gate, struct chorus_thread *thread)
{
	if (unlikely(thread->depth >= CHORUS_FRAME_MAX || chorus_gate_stack_low()))
		return -ELOOP;
	if (unlikely(!percpu_ref_tryget_live_rcu(&gate->inside)))
		return -ENOENT;
	WRITE_ONCE(thread->frames[thread->depth], gate);
	/* Pairs with the walk of chorus_gate_close(). */
	smp_store_release(&thread->depth, thread->depth + 1);
	return 0;
}

/* Returns true if the gate was closed while the caller was inside. */
static inline bool chorus_gate_leave(struct chorus_gate *gate, struct chorus_thread *thread)
{
	bool closing = chorus_gate_closing(gate);

	WRITE_ONCE(thread->depth, thread->depth - 1);
	percpu_ref_put(&gate->inside);
	return closing;
}

/* Leave after the handler returned @ret: what its caller is told. */
static inline int chorus_gate_finish(struct chorus_gate *gate, struct chorus_thread *thread,
				     int ret)
{
	if (unlikely(chorus_gate_leave(gate, thread))) {
		chorus_count(handler_abort);
		return -ECANCELED;
	}
	if (unlikely(ret)) {
		chorus_count(handler_fail);
		return -EREMOTEIO;
	}
	return 0;
}

#endif /* CHORUS_IPC_GATE_H */
