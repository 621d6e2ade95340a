// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/task.h>

#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/lend.h"
#include "ipc/message.h"
#include "ipc/port.h"

/* ---- the client, to the thread that waits for its request ---- */

/*
 * Before the request is handed over: from then on the thread may have answered it.  The level
 * and the task are looked at first, so that nothing at all is done where nothing differs: false.
 */
bool chorus_port_loan_open_locked(struct chorus_port_loan *loan, struct chorus_port *port,
				  struct chorus_waiter *waiter,
				  const struct chorus_message *message)
{
	struct chorus_thread *thread = container_of(waiter, struct chorus_thread, waiter);

	lockdep_assert_held(&port->actor->lock);
	loan->level = message->level;
	chorus_level_cap(&loan->level, &port->lend);
	if (!chorus_level_above(&loan->level, thread->task))
		return false;
	loan->thread = thread;
	loan->task = get_task_struct(thread->task);
	loan->token = chorus_message_token(message);
	refcount_inc(&thread->users);
	chorus_loan_open(thread, loan->token);
	return true;
}

/** chorus_port_loan_give() - before the thread is woken, without any lock */
void chorus_port_loan_give(struct chorus_port_loan *loan)
{
	chorus_loan_give(loan->thread, loan->task, loan->token, &loan->level);
}

void chorus_port_loan_put(struct chorus_port_loan *loan)
{
	put_task_struct(loan->task);
	chorus_thread_put(loan->thread);
}

/* ---- the server's side ---- */

/**
 * chorus_lend_borrow() - the calling thread has taken a call that lends
 * @thread: the calling thread
 * @message: taken, not current yet
 *
 * From a queue; where it was handed over it was lent before, and this does nothing.
 */
void chorus_lend_borrow(struct chorus_thread *thread, const struct chorus_message *message)
{
	u64 token = chorus_message_token(message);

	if (thread->loan.token == token || !chorus_level_above(&message->level, current))
		return;
	chorus_loan_open(thread, token);
	/* A client that leaves finds the loan open, or we find it gone. */
	smp_mb();
	if (chorus_message_is_left(atomic_read(&message->state)))
		chorus_loan_end(thread, token);
	else
		chorus_loan_give(thread, current, token, &message->level);
}

/** chorus_lend_borrower_get_locked() - to whom was lent for this call?  Referenced, or NULL */
struct chorus_thread *chorus_lend_borrower_get_locked(struct chorus_actor *server, u64 token)
{
	struct chorus_thread *thread;

	lockdep_assert_held(&server->lock);
	list_for_each_entry(thread, &server->threads, actor_node) {
		if (READ_ONCE(thread->loan.token) != token)
			continue;
		refcount_inc(&thread->users);
		return thread;
	}
	return NULL;
}

/** chorus_lend_end() - a call is not served any more: what was lent for it goes back */
void chorus_lend_end(struct chorus_actor *server, u64 token)
{
	struct chorus_thread *thread;

	spin_lock(&server->lock);
	thread = chorus_lend_borrower_get_locked(server, token);
	spin_unlock(&server->lock);
	if (!thread)
		return;
	chorus_loan_end(thread, token);
	chorus_thread_put(thread);
}

/**
 * chorus_port_lend() - what a port takes of its callers' priority
 * @actor: owner
 * @li: local id
 * @set: judged by the caller, or NULL to ask
 * @was: out: before
 *
 * Returns 0 or -ENOENT.  Loans that are out stay as they are.
 */
int chorus_port_lend(struct chorus_actor *actor, int li, const struct chorus_lend *set,
		     struct chorus_lend *was)
{
	struct chorus_port *port;

	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, li);
	if (port) {
		*was = port->lend;
		if (set)
			port->lend = *set;
	}
	spin_unlock(&actor->lock);
	return port ? 0 : -ENOENT;
}
