/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cycle: a call that would wait for itself.
 *
 * A thread in a call to a server thread says which message it waits for, and at which
 * port it left it.  From there one can follow who waits for whom:
 *
 *	thread -> its request -> the thread whose current message that is
 *			     \-> queued: every thread that serves the port's actor
 *
 * A thread serves an actor from its first receive on.  A call is a cycle if everybody it
 * leads to is in a call himself, and the caller is among them: then nobody is left who
 * could answer.  Whoever is not in a call, or whose request is found neither queued nor
 * current (it was forwarded, saved, is just being copied), may get things going: no cycle.
 *
 * A caller that asks (CHORUS_MSG_NOCYCLE) looks once, after its request is queued; of two
 * that close a cycle at the same time one sees the other.  The walk takes the lock of one
 * actor at a time and keeps threads and ports by RCU.  It is done twice, and both must have
 * found the same: tokens are never reused, so all of it held at one time.
 */
#ifndef CHORUS_IPC_CYCLE_H
#define CHORUS_IPC_CYCLE_H

#include "executive/thread.h"

struct chorus_port;

/* The calling thread waits at @port, referenced until chorus_cycle_leave(), for @token. */
static inline void chorus_cycle_enter(struct chorus_thread *thread, struct chorus_port *port,
				      u64 token)
{
	WRITE_ONCE(thread->call_port, port);
	/* Who reads the token reads its port. */
	smp_store_release(&thread->call_token, token);
}

static inline void chorus_cycle_leave(struct chorus_thread *thread)
{
	WRITE_ONCE(thread->call_token, 0);
}

/* The calling thread is about to receive. */
static inline void chorus_cycle_serve(struct chorus_thread *thread)
{
	WRITE_ONCE(thread->serves, 1);
}

bool chorus_cycle_found(struct chorus_thread *thread);

#endif /* CHORUS_IPC_CYCLE_H */
