// SPDX-License-Identifier: GPL-2.0-only
#include <linux/list_sort.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/spin.h"
#include "executive/thread.h"
#include "ipc/cycle.h"
#include "ipc/hold.h"
#include "ipc/lend.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "ipc/receive.h"
#include "ipc/window.h"

/* ---- held messages: received, not current ---- */

static struct hlist_head *held_bucket(struct chorus_actor *actor, u64 token)
{
	return &actor->held[hash_64(token, CHORUS_HELD_BITS)];
}

/* A dead actor holds nothing: false. */
static bool held_add_locked(struct chorus_actor *actor, struct chorus_message *message)
{
	lockdep_assert_held(&actor->lock);
	if (!chorus_object_alive(&actor->object))
		return false;
	hlist_add_head(&message->held_node, held_bucket(actor, chorus_message_token(message)));
	if (message->saved)
		actor->nr_saved++;
	return true;
}

/* The caller owns @message and gives it away. */
static void held_add(struct chorus_actor *actor, struct chorus_message *message)
{
	bool held;

	spin_lock(&actor->lock);
	held = held_add_locked(actor, message);
	spin_unlock(&actor->lock);
	if (!held)
		chorus_hold_or_fail(message, -EOWNERDEAD);
}

static void held_remove_locked(struct chorus_actor *actor, struct chorus_message *message)
{
	lockdep_assert_held(&actor->lock);
	hlist_del_init(&message->held_node);
	if (message->saved)
		actor->nr_saved--;
}

static struct chorus_message *held_take_locked(struct chorus_actor *actor, u64 token)
{
	struct chorus_message *message;

	lockdep_assert_held(&actor->lock);
	hlist_for_each_entry(message, held_bucket(actor, token), held_node) {
		if (chorus_message_token(message) == token) {
			held_remove_locked(actor, message);
			return message;
		}
	}
	return NULL;
}

/* ---- the current message ---- */

/*
 * Turn the current message of @thread, if it is @token, into the caller's.  The
 * pointer is read before the exchange: as long as the token stands it cannot change,
 * and the exchange proves that the token stood.
 */
static struct chorus_message *current_claim(struct chorus_thread *thread, u64 token)
{
	struct chorus_message *message;

	if (smp_load_acquire(&thread->current_token) != token)
		return NULL;
	message = READ_ONCE(thread->current_message);
	return cmpxchg(&thread->current_token, token, 0) == token ? message : NULL;
}

/*
 * On the thread itself.  Its actor may be dying in parallel: the killer marks the
 * actor dead and then claims what is current; we publish and then look whether the
 * actor is dead.  One of both sees the other.
 */
static void current_set(struct chorus_thread *thread, struct chorus_message *message)
{
	u64 token = chorus_message_token(message);

	thread->current_message = message;
	/* The message before the token, the token before the look at the actor. */
	smp_store_release(&thread->current_token, token);
	smp_mb();
	if (unlikely(!chorus_object_alive(&thread->actor->object)))
		chorus_receive_drop_current(thread);
}

/*
 * A receive takes the place of what was current: calls stay reachable by token.  In
 * one section of the lock, so that who looks for the token finds it here or there.
 */
static void current_hold(struct chorus_thread *thread, u64 token)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;

	spin_lock(&actor->lock);
	message = current_claim(thread, token);
	if (message && (message->flags & CHORUS_MSG_RPC) && held_add_locked(actor, message))
		message = NULL;
	spin_unlock(&actor->lock);
	if (message)
		chorus_hold_or_fail(message, -EOWNERDEAD);
}

/* Who has replied has nothing current. */
static inline void current_displace(struct chorus_thread *thread)
{
	u64 token = READ_ONCE(thread->current_token);

	if (token)
		current_hold(thread, token);
}

static struct chorus_message *current_take(struct chorus_thread *thread)
{
	u64 token = READ_ONCE(thread->current_token);

	return token ? current_claim(thread, token) : NULL;
}

/** chorus_receive_drop_current() - the actor is dead: so is the current message of its thread */
void chorus_receive_drop_current(struct chorus_thread *thread)
{
	struct chorus_message *message = current_take(thread);

	if (message)
		chorus_hold_or_fail(message, -EOWNERDEAD);
}

static bool is_process_ending(const struct chorus_thread *thread)
{
	const struct signal_struct *signal = current->signal;

	if (thread->task != current || !(current->flags & PF_EXITING))
		return false;
	return (READ_ONCE(signal->flags) & SIGNAL_GROUP_EXIT) ||
	       READ_ONCE(signal->group_exec_task);
}

/** chorus_receive_end_thread() - a thread ends, on its own task or with its actor's file */
void chorus_receive_end_thread(struct chorus_thread *thread)
{
	struct chorus_message *message = current_take(thread);

	if (!message)
		return;
	/* What goes on to a successor waits for the end of the actor, to go in its order. */
	if (message->hold.policy.ns && is_process_ending(thread))
		held_add(thread->actor, message);
	else
		chorus_hold_or_fail(message, -EOWNERDEAD);
}

static int compare_arrivals(void *unused, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct chorus_message, node)->arrival >
	       list_entry(b, struct chorus_message, node)->arrival;
}

/** chorus_receive_drop_all() - end everything a dead actor has in service, or hand it on */
void chorus_receive_drop_all(struct chorus_actor *actor)
{
	struct chorus_message *message;
	struct chorus_thread *thread;
	struct hlist_node *next;
	LIST_HEAD(dropped);
	int i;

	spin_lock(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		u64 token = READ_ONCE(thread->current_token);

		message = token ? current_claim(thread, token) : NULL;
		if (message)
			list_add(&message->node, &dropped);
	}
	for (i = 0; i < ARRAY_SIZE(actor->held); i++) {
		hlist_for_each_entry_safe(message, next, &actor->held[i], held_node) {
			held_remove_locked(actor, message);
			list_add(&message->node, &dropped);
		}
	}
	spin_unlock(&actor->lock);
	/* Successors get them in the order they came. */
	list_sort(NULL, &dropped, compare_arrivals);
	chorus_hold_or_fail_all(&dropped, -EOWNERDEAD);
}

/*
 * As long as the lock is held no other server gets the message, because it is forwarded only
 * under this lock.  The state is read before the server, which is written before it.
 */
static bool is_served_locked(const struct chorus_actor *server,
			     const struct chorus_message *message)
{
	lockdep_assert_held(&server->lock);
	return atomic_read_acquire(&message->state) == CHORUS_MESSAGE_SERVED &&
	       READ_ONCE(message->server) == server;
}

/* The thread that has the message as its current one, if there is one. */
static void abort_serving_locked(struct chorus_actor *server, u64 token)
{
	struct chorus_thread *thread;

	lockdep_assert_held(&server->lock);
	list_for_each_entry(thread, &server->threads, actor_node) {
		if (READ_ONCE(thread->current_token) != token)
			continue;
		chorus_thread_abort_locked(thread);
		chorus_count(abort_passed);
		break;
	}
}

/*
 * The client leaves a call in service: true if it was, and then the message is the server's.
 * @state: what becomes of it.
 */
static bool leave_served(struct chorus_message *message, int state)
{
	u64 token = chorus_message_token(message);
	struct chorus_thread *borrower = NULL;
	struct chorus_actor *server;
	bool left = false;

	/* As long as it is SERVED its server is inside; RCU keeps the actor from there on. */
	rcu_read_lock();
	while (!left && atomic_read_acquire(&message->state) == CHORUS_MESSAGE_SERVED) {
		server = READ_ONCE(message->server);
		spin_lock(&server->lock);
		left = is_served_locked(server, message) &&
		       atomic_cmpxchg(&message->state, CHORUS_MESSAGE_SERVED, state) ==
		       CHORUS_MESSAGE_SERVED;
		if (left) {
			if (state == CHORUS_MESSAGE_ABORTED)
				abort_serving_locked(server, token);
			borrower = chorus_lend_borrower_get_locked(server, token);
		}
		spin_unlock(&server->lock);
	}
	rcu_read_unlock();
	if (unlikely(borrower)) {
		chorus_loan_end(borrower, token);
		chorus_thread_put(borrower);
	}
	return left;
}

/**
 * chorus_receive_abort() - an aborted client gives its call up (from step C4)
 * @message: the request, in any state; the client's still
 *
 * The abort goes on to the thread that has the request as its current message: that
 * thread is marked, and leaves its abortable wait.  A saved message, or one that a
 * handler works on, has no such thread.
 *
 * Returns true if a server had it: it is the server's from here on.
 */
bool chorus_receive_abort(struct chorus_message *message)
{
	return leave_served(message, CHORUS_MESSAGE_ABORTED);
}

/** chorus_receive_cancel() - the same for a client that lends and leaves for another reason */
bool chorus_receive_cancel(struct chorus_message *message)
{
	return leave_served(message, CHORUS_MESSAGE_CANCELLED);
}

/* Wherever a message with this token is, unless a thread has it in its hands. */
static struct chorus_message *claim_anywhere(struct chorus_thread *thread, u64 token)
{
	struct chorus_message *message = current_claim(thread, token);
	struct chorus_actor *actor = thread->actor;

	if (message)
		return message;
	spin_lock(&actor->lock);
	message = held_take_locked(actor, token);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		if (message)
			break;
		message = current_claim(thread, token);
	}
	spin_unlock(&actor->lock);
	return message;
}

static bool claimed_by_another(struct chorus_actor *actor, u64 token)
{
	struct chorus_thread *thread;
	bool claimed = false;

	spin_lock(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node)
		claimed |= READ_ONCE(thread->claiming) == token;
	spin_unlock(&actor->lock);
	return claimed;
}

static struct chorus_message *claim_current(struct chorus_thread *thread)
{
	u64 token = READ_ONCE(thread->current_token);
	struct chorus_message *message;

	if (unlikely(!token))
		return ERR_PTR(-ENOMSG);
	WRITE_ONCE(thread->claiming, token);
	message = current_claim(thread, token);
	if (likely(message))
		return message;
	/* Another thread took it by its token. */
	chorus_receive_claimed(thread);
	return ERR_PTR(-ENOMSG);
}

static noinline struct chorus_message *claim_by_token(struct chorus_thread *thread, u64 token)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;

	for (;;) {
		WRITE_ONCE(thread->claiming, token);
		message = claim_anywhere(thread, token);
		if (likely(message))
			return message;
		chorus_receive_claimed(thread);
		if (!claimed_by_another(actor, token))
			break;
		if (thread->nowait)
			return ERR_PTR(-EAGAIN);
		if (wait_event_interruptible(actor->claim_wait,
					     !claimed_by_another(actor, token)))
			return ERR_PTR(-ERESTARTSYS);
	}
	/* It may have been put back just after we looked. */
	WRITE_ONCE(thread->claiming, token);
	message = claim_anywhere(thread, token);
	if (message)
		return message;
	chorus_receive_claimed(thread);
	return ERR_PTR(-ENOENT);
}

/**
 * chorus_receive_claim() - own a message in service (step R1)
 * @thread: the calling thread
 * @token: of the message; 0 for the thread's current one
 *
 * A thread says what it looks for before it takes it, so that another one, which finds
 * the message nowhere, knows to wait until it is done or given back.  Nobody waits
 * while he says so himself, so nobody waits for a waiter.
 *
 * Returns the message, which the caller now ends, with chorus_receive_claimed(), or
 * unclaims; or -ENOMSG, -ENOENT (no such token), -ERESTARTSYS, -EAGAIN in place of a wait
 * that the thread may not do, as an ERR_PTR.
 */
struct chorus_message *chorus_receive_claim(struct chorus_thread *thread, u64 token)
{
	return likely(!token) ? claim_current(thread) : claim_by_token(thread, token);
}

/** chorus_receive_claimed() - the end of a claim: the message is elsewhere now */
void chorus_receive_claimed(struct chorus_thread *thread)
{
	WRITE_ONCE(thread->claiming, 0);
	smp_mb();	/* pairs with the one in prepare_to_wait(): see the 0, or be seen */
	if (unlikely(waitqueue_active(&thread->actor->claim_wait)))
		wake_up_all(&thread->actor->claim_wait);
}

/**
 * chorus_receive_unclaim() - undo a claim
 * @thread: the calling thread
 * @message: claimed
 * @current_again: it was the thread's current message; else it is held
 */
void chorus_receive_unclaim(struct chorus_thread *thread, struct chorus_message *message,
			    bool current_again)
{
	if (current_again && !message->saved)
		current_set(thread, message);
	else
		held_add(thread->actor, message);
	chorus_receive_claimed(thread);
}

/* ---- receiving ---- */

/*
 * A server receives from one port again and again: remember it.  The epoch moves
 * under the same lock when a port dies, before its memory can go.
 */
static struct chorus_port *receive_port_locked(struct chorus_thread *thread, int li)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_port *port = thread->port;

	lockdep_assert_held(&actor->lock);
	if (likely(port && thread->port_li == li && thread->port_epoch == actor->port_epoch))
		return port;
	port = chorus_port_find_li(actor, li);
	thread->port = port;
	thread->port_li = li;
	thread->port_epoch = actor->port_epoch;
	return port;
}

static struct hlist_head *receive_queue_locked(struct chorus_thread *thread,
					       const struct chorus_receive *receive,
					       struct chorus_message **message)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_port *port;

	lockdep_assert_held(&actor->lock);
	if (receive->li == CHORUS_LI_ANYENABLED) {
		*message = chorus_port_take_any_locked(actor);
		if (!*message && unlikely(!list_empty(&actor->pool_ports)))
			*message = chorus_pool_take_any_locked(actor);
		return &actor->any_waiters;
	}
	port = receive_port_locked(thread, receive->li);
	if (!port)
		return ERR_PTR(chorus_object_alive(&actor->object) ? -ENOENT : -ESHUTDOWN);
	if (rcu_access_pointer(port->handler))
		return ERR_PTR(-EBUSY);
	*message = chorus_port_take_locked(port);
	if (!*message && unlikely(port->pool_member))
		*message = chorus_pool_take_locked(port);
	return &port->waiters;
}

/* Takes the thread off the queue, unless a message or an error came first. */
static bool waiter_remove(struct chorus_actor *actor, struct chorus_waiter *waiter)
{
	bool waiting;

	spin_lock(&actor->lock);
	waiting = waiter->result == CHORUS_WAITER_WAITING;
	if (waiting)
		hlist_del_init(&waiter->node);
	spin_unlock(&actor->lock);
	return waiting;
}

static struct chorus_message *waiter_wait(struct chorus_thread *thread,
					  struct chorus_receive *receive)
{
	struct chorus_waiter *waiter = &thread->waiter;
	int ret, result;

	chorus_spin_until(thread, READ_ONCE(waiter->result) != CHORUS_WAITER_WAITING);
	for (;;) {
		chorus_wait_prepare();
		/* Pairs with the release of whoever ends the wait. */
		result = smp_load_acquire(&waiter->result);
		if (result != CHORUS_WAITER_WAITING)
			break;
		ret = chorus_wait_interrupted(thread, receive->abortable);
		if (!ret)
			ret = chorus_wait_sleep(&receive->timeout);
		if (!ret)
			continue;
		chorus_wait_finish();
		if (waiter_remove(thread->actor, waiter))
			return ERR_PTR(ret);
		/* Too late to leave: take what is there; an abort stays marked. */
		if (ret == -ECANCELED)
			set_bit(CHORUS_THREAD_ABORTED, &thread->attention);
		result = smp_load_acquire(&waiter->result);
		break;
	}
	chorus_wait_finish();
	return result ? ERR_PTR(result) : waiter->message;
}

/* A message nobody has cancelled, owned by the caller; or an ERR_PTR. */
static struct chorus_message *receive_take(struct chorus_thread *thread,
					   struct chorus_receive *receive)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;
	struct hlist_head *queue;
	int ret;

	for (;;) {
		message = NULL;
		ret = 0;
		spin_lock(&actor->lock);
		queue = receive_queue_locked(thread, receive, &message);
		if (IS_ERR(queue)) {
			ret = PTR_ERR(queue);
		} else if (!message) {
			if (chorus_timeout_is_poll(&receive->timeout)) {
				ret = -ETIMEDOUT;
			} else {
				thread->waiter.result = CHORUS_WAITER_WAITING;
				hlist_add_head(&thread->waiter.node, queue);
			}
		}
		spin_unlock(&actor->lock);
		if (ret)
			return ERR_PTR(ret);
		if (!message)
			message = waiter_wait(thread, receive);
		if (IS_ERR(message))
			return message;
		if (!chorus_message_is_left(atomic_read(&message->state)))
			return message;
		/* The client went away between the queue and us. */
		chorus_message_free(message);
	}
}

static void receive_note(struct chorus_thread *thread, const struct chorus_message *message)
{
	thread->info = message->info;
	thread->info.out_body_size = message->request.size;
	thread->info.out_flags = message->flags & (CHORUS_MSG_RPC | CHORUS_MSG_ANNEX |
						  CHORUS_MSG_DEATH | CHORUS_MSG_AGAIN);
}

/**
 * chorus_receive_give_back() - a message that could not be received goes back to its queue
 * @actor: who received it
 * @message: SERVED, owned by the caller
 *
 * A process can hold us in a copy until its local ids have wrapped around: what is called
 * message->li may be another port by now.
 */
void chorus_receive_give_back(struct chorus_actor *actor, struct chorus_message *message)
{
	struct chorus_port *port = chorus_port_get_li(actor, message->li);

	chorus_step(U1);
	if (port && port == message->port)
		chorus_port_requeue(port, message);
	else
		chorus_hold_or_fail(message, -EIDRM);
	chorus_port_put(port);
}

/*
 * Can its receiver see the body where it is?  As long as the window is open its port is alive,
 * and the actor's that has the memory mapped; but the message may have come to another port.
 */
static bool receive_in_window(const struct chorus_message *message)
{
	const struct chorus_window *window = message->window;

	return window && !READ_ONCE(window->closed) && window->port == message->port;
}

/* By the thread to which it was to be current, and which may have borrowed for it. */
static void receive_give_back(struct chorus_thread *thread, struct chorus_message *message)
{
	if (unlikely(thread->loan.token))
		chorus_loan_end(thread, 0);
	chorus_receive_give_back(thread->actor, message);
}

/*
 * Take a message and copy it out: it is the caller's; or an ERR_PTR.  @serves: the thread
 * will have it as its current one, and serve it, with the priority of its sender if lent, and
 * in the window it lies in.
 */
static __always_inline struct chorus_message *receive_copy(struct chorus_thread *thread,
							   struct chorus_receive *receive,
							   struct chorus_received *out,
							   bool serves)
{
	struct chorus_buffers *to = &receive->to;
	struct chorus_message *message;
	bool in_window;
	u32 size;

	chorus_cycle_serve(thread);
	if (serves && unlikely(thread->loan.token))
		chorus_loan_end(thread, 0);
	chorus_step(S1);
	message = receive_take(thread, receive);
	if (IS_ERR(message))
		return message;
	if (serves && unlikely(message->lends))
		chorus_lend_borrow(thread, message);
	chorus_step(S2);

	size = message->request.size;
	in_window = serves && unlikely(message->window) && receive_in_window(message);
	out->lands = chorus_move_fits(&message->request, to);
	if (in_window || out->lands)
		to->size = 0;
	if (chorus_message_drain(message, &message->request, message->flags, to)) {
		if (serves)
			receive_give_back(thread, message);
		else
			chorus_receive_give_back(thread->actor, message);
		return ERR_PTR(-EFAULT);
	}
	if ((size > to->size || (size && !to->body)) && !in_window && !out->lands)
		message->flags |= CHORUS_MSG_MORE;
	else
		message->flags &= ~CHORUS_MSG_MORE;

	out->li = message->li;
	out->body_size = size;
	out->flags = message->flags | (in_window ? CHORUS_MSG_WINDOW : 0) |
		     (out->lands ? CHORUS_MSG_MOVED : 0);
	out->slot = in_window ? message->slot : 0;
	out->seqnum = message->seqnum;
	out->token = chorus_message_token(message);
	trace_chorus_receive(message);
	chorus_count(receive);
	return message;
}

/**
 * chorus_receive() - ipcReceive
 * @thread: the calling thread
 * @receive: what to receive; the timeout runs
 * @out: filled on success
 *
 * Returns 0, -ENOENT, -EBUSY, -ETIMEDOUT, -EIDRM, -ECANCELED, -ESHUTDOWN, -EFAULT
 * with the message back in its queue, -ERESTARTSYS with nothing received.
 */
int chorus_receive(struct chorus_thread *thread, struct chorus_receive *receive,
		   struct chorus_received *out)
{
	struct chorus_message *message = receive_copy(thread, receive, out, true);

	if (IS_ERR(message))
		return PTR_ERR(message);
	receive_note(thread, message);

	/* The copy may have taken its time, and nobody finds the message with us until now. */
	if (unlikely(atomic_read(&message->state) == CHORUS_MESSAGE_ABORTED))
		set_bit(CHORUS_THREAD_ABORTED, &thread->attention);
	current_displace(thread);
	current_set(thread, message);
	chorus_step(S3);
	return 0;
}

/**
 * chorus_receive_undo() - the caller could not be told what it received
 * @thread: the calling thread, right after a chorus_receive()
 */
void chorus_receive_undo(struct chorus_thread *thread)
{
	struct chorus_message *message = chorus_receive_claim(thread, 0);

	if (IS_ERR(message))
		return;
	receive_give_back(thread, message);
	chorus_receive_claimed(thread);
}

/* Is there anything left to do with it? */
static bool is_done_with(const struct chorus_message *message)
{
	return !(message->flags & (CHORUS_MSG_RPC | CHORUS_MSG_MORE));
}

/**
 * chorus_receive_detached() - receive without a thread to whom the message is current
 * @thread: waits; borrowed, or one that has a current message of its own
 * @receive: what to receive; the timeout runs
 * @out: filled on success; no token of a message that is done with
 *
 * Returns the message, for chorus_receive_hold() or chorus_receive_give_back(); an
 * ERR_PTR as chorus_receive().
 */
struct chorus_message *chorus_receive_detached(struct chorus_thread *thread,
					       struct chorus_receive *receive,
					       struct chorus_received *out)
{
	struct chorus_message *message = receive_copy(thread, receive, out, false);

	if (!IS_ERR(message) && is_done_with(message))
		out->token = 0;
	return message;
}

/**
 * chorus_receive_hold() - whoever received it has been told
 * @actor: who received it
 * @message: of chorus_receive_detached()
 */
void chorus_receive_hold(struct chorus_actor *actor, struct chorus_message *message)
{
	chorus_step(S4);
	if (is_done_with(message))
		chorus_message_free(message);
	else
		held_add(actor, message);
	chorus_step(S5);
}

/* ---- what a thread does with it ---- */

/** chorus_receive_get_data() - ipcGetData; 0, -ENOMSG, -EFAULT */
int chorus_receive_get_data(struct chorus_thread *thread, const struct chorus_buffers *to,
			    u32 *size)
{
	struct chorus_message *message = chorus_receive_claim(thread, 0);
	int ret = -ENOMSG;

	if (IS_ERR(message))
		return PTR_ERR(message);
	chorus_step(F4);
	if (message->flags & CHORUS_MSG_MORE) {
		*size = message->request.size;
		ret = chorus_message_drain(message, &message->request, message->flags, to);
		if (!ret)
			message->flags &= ~CHORUS_MSG_MORE;
	}
	chorus_receive_unclaim(thread, message, true);
	return ret;
}

/** chorus_receive_get_data_undo() - the caller could not be told what it got */
void chorus_receive_get_data_undo(struct chorus_thread *thread)
{
	struct chorus_message *message = chorus_receive_claim(thread, 0);

	if (IS_ERR(message))
		return;
	message->flags |= CHORUS_MSG_MORE;
	chorus_receive_unclaim(thread, message, true);
}

/** chorus_receive_save() - ipcSave; 0, -ENOMSG, -EDQUOT */
int chorus_receive_save(struct chorus_thread *thread, u64 *token)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;

	bool full;

	/* Reserve the place first: other threads of the actor save, too. */
	spin_lock(&actor->lock);
	full = actor->nr_saved >= CHORUS_SAVED_MAX;
	if (!full)
		actor->nr_saved++;
	spin_unlock(&actor->lock);
	if (full)
		return -EDQUOT;

	message = chorus_receive_claim(thread, 0);
	if (!IS_ERR(message)) {
		chorus_step(F1);
		*token = chorus_message_token(message);
		message->saved = true;
		if (unlikely(thread->loan.token == *token))
			chorus_loan_end(thread, *token);
		held_add(actor, message);
		chorus_receive_claimed(thread);
		chorus_step(F2);
	}
	/* held_add() has counted the message itself. */
	spin_lock(&actor->lock);
	actor->nr_saved--;
	spin_unlock(&actor->lock);
	return PTR_ERR_OR_ZERO(message);
}

/** chorus_receive_restore() - ipcRestore; 0 or -ENOENT */
int chorus_receive_restore(struct chorus_thread *thread, u64 token)
{
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;

	WRITE_ONCE(thread->claiming, token);
	spin_lock(&actor->lock);
	message = held_take_locked(actor, token);
	spin_unlock(&actor->lock);
	if (message) {
		chorus_step(F3);
		message->saved = false;
		if (unlikely(thread->loan.token))
			chorus_loan_end(thread, 0);
		if (unlikely(message->lends))
			chorus_lend_borrow(thread, message);
		receive_note(thread, message);
		current_displace(thread);
		current_set(thread, message);
	}
	chorus_receive_claimed(thread);
	return message ? 0 : -ENOENT;
}
