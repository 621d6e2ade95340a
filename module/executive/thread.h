/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thread: what the nucleus knows of a Linux task that called it.
 *
 * Made at the first entry of a task, found from `current` by task pointer (never
 * by tid: exec by a thread that is not the leader swaps tids).  It belongs to the
 * task alone: only the task itself uses the fields without a lock named beside
 * them.  It ends when the task exits (the exit probe unhashes it and queues task
 * work that cleans up) or when its actor's memory is torn down, with the task
 * outside the nucleus for certain.
 */
#ifndef CHORUS_EXECUTIVE_THREAD_H
#define CHORUS_EXECUTIVE_THREAD_H

#include <linux/chorus.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/sched.h>

#include "executive/late.h"
#include "executive/loan.h"
#include "object/brief.h"

struct chorus_actor;
struct chorus_gate;
struct chorus_lap;
struct chorus_message;
struct chorus_port;

/*
 * A thread that waits for a message.  The one that came last is served first: its
 * cache is the warmest, and who waits for long loses nothing.
 */
struct chorus_waiter {
	struct hlist_node node;		/* actor->lock of the port's actor */
	struct chorus_message *message;	/* set before result turns 0 */
	int result;			/* WAITING, 0: message is there, -errno */
};

#define CHORUS_WAITER_WAITING	1

/* thread->attention: why a thread must leave the quick way through a wait. */
#define CHORUS_THREAD_ABORTED	0	/* threadAbort has marked it */
#define CHORUS_THREAD_DYING	1	/* its actor is dead */
#define CHORUS_THREAD_BARRED	2	/* its actor may not send: calls look at ipc/bar.h */

struct chorus_thread {
	struct hlist_node node;		/* thread_lock; RCU for readers */
	struct task_struct *task;	/* constant; valid while hashed */
	struct chorus_actor *actor;	/* constant: the home actor, referenced */
	struct list_head actor_node;	/* actor->lock */
	int li;				/* constant */
	refcount_t users;		/* itself, and who lends to it: keep its memory */
	unsigned long attention;	/* atomic bits */

	/*
	 * The current message.  Whoever turns current_token from the token to 0 by
	 * cmpxchg owns the message; tokens are never reused, and only the thread
	 * itself stores a new one, after the pointer.
	 */
	u64 current_token;
	struct chorus_message *current_message;
	u64 claiming;			/* token it looks for, or has in its hands */

	struct chorus_message *spare;	/* the next request's memory */
	struct chorus_waiter waiter;
	/*
	 * The port it received from last, by local id.  Good as long as no port of the
	 * actor has died since: port_epoch is compared under actor->lock.
	 */
	struct chorus_port *port;
	int port_li;
	u64 port_epoch;
	unsigned int handoff_pause;	/* calls until the next hand-off is tried */
	bool apart;			/* its partner runs on another CPU: executive/spin.h */
	u8 spin_misses;
	u8 spin_pause;			/* waits until the next attempt */
	/* What it waits for, read by others under RCU: see ipc/cycle.h. */
	struct chorus_port *call_port;
	u64 call_token;			/* 0: in no call to a thread */
	int serves;			/* has received, or tried to */
	struct hlist_head parked;	/* interrupted calls, youngest first */
	unsigned int nr_parked;
	struct chorus_ipc_sysinfo info;	/* of the last message received */

	struct chorus_loan loan;	/* what its client has lent it */
	struct chorus_lap *lap;		/* the one it called last: see dev/fastpath_lap.c */
	long lap_epoch;			/* good as long as chorus_lap_epoch is this */

	struct chorus_gate *frames[CHORUS_FRAME_MAX]; /* racy readers: gate.c */
	unsigned int depth;
	struct chorus_gate *closing;	/* gate_mutex: waits for this gate to empty */

	bool borrowed;			/* lives for one call of supervisor code, or of a ring */
	bool nowait;			/* in the submission of a ring, which must not wait */
	struct chorus_late late;
	struct rcu_head rcu;
};

#define CHORUS_TASK_HASH_BITS	10
extern struct hlist_head chorus_task_hash[1 << CHORUS_TASK_HASH_BITS];

static inline struct chorus_thread *chorus_thread_find(const struct task_struct *task)
{
	struct hlist_head *head = &chorus_task_hash[hash_ptr(task, CHORUS_TASK_HASH_BITS)];
	struct chorus_thread *thread;

	hlist_for_each_entry_rcu(thread, head, node)
		if (thread->task == task)
			return thread;
	return NULL;
}

/*
 * The state of the calling task as a thread of @actor, or NULL.  It stays as long as the
 * caller is inside a call of that actor: the file, or the handler, keeps the actor from
 * being closed.  The state of another, dead actor may go at any time.
 */
static inline struct chorus_thread *chorus_thread_of(const struct chorus_actor *actor)
{
	struct chorus_thread *thread;

	chorus_brief_lock();
	thread = chorus_thread_find(current);
	if (unlikely(thread && thread->actor != actor))
		thread = NULL;
	chorus_brief_unlock();
	return thread;
}

/* The state of a task inside a handler, which keeps it; NULL anywhere else. */
static inline struct chorus_thread *chorus_thread_inside(void)
{
	struct chorus_thread *thread;

	rcu_read_lock();
	thread = chorus_thread_find(current);
	if (thread && !thread->depth)
		thread = NULL;
	rcu_read_unlock();
	return thread;
}

struct chorus_thread *chorus_thread_create(struct chorus_actor *actor);

/*
 * As chorus_thread_of(), made if need be.  Returns an ERR_PTR: -ENOMEM, -EDQUOT, -EXDEV for tasks
 * that are nobody's thread, -ESHUTDOWN.
 */
static inline struct chorus_thread *chorus_thread_enter(struct chorus_actor *actor)
{
	return chorus_thread_of(actor) ?: chorus_thread_create(actor);
}

/* For supervisor code: the thread it runs on, or one for the length of the call. */
struct chorus_thread *chorus_thread_borrow(struct chorus_actor *actor);
struct chorus_thread *chorus_thread_borrow_worker(struct chorus_actor *actor);
void chorus_thread_give_back(struct chorus_thread *thread);

static inline bool chorus_thread_test_clear_aborted(struct chorus_thread *thread)
{
	return test_and_clear_bit(CHORUS_THREAD_ABORTED, &thread->attention);
}

int chorus_thread_abort(struct chorus_actor *actor, int li);
void chorus_thread_abort_locked(struct chorus_thread *thread);
void chorus_thread_exit(struct task_struct *task);
void chorus_thread_destroy(struct chorus_thread *thread);
void chorus_thread_put(struct chorus_thread *thread);
void chorus_thread_destroy_all(struct chorus_actor *actor);
bool chorus_thread_unhash(struct chorus_thread *thread);
void chorus_thread_for_each(void (*fn)(struct chorus_thread *thread, void *data), void *data);

int chorus_thread_init(void);
void chorus_thread_exit_module(void);

#endif /* CHORUS_EXECUTIVE_THREAD_H */
