// SPDX-License-Identifier: GPL-2.0-only
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/spin.h"
#include "executive/thread.h"
#include "ipc/bar.h"
#include "ipc/cycle.h"
#include "ipc/handler.h"
#include "ipc/hold.h"
#include "ipc/lend.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "ipc/receive.h"
#include "ipc/route.h"
#include "ipc/rpc.h"
#include "ipc/stamp.h"
#include "ipc/window.h"

#define HANDOFF_PAUSE	16	/* calls without a try after one in vain */

/* ---- the client's message ---- */

/* A thread keeps the memory of its last request for the next one. */
static int client_message_prepare(struct chorus_thread *thread)
{
	struct chorus_message *message = chorus_message_alloc(thread->actor);

	if (IS_ERR(message))
		return PTR_ERR(message);
	/* It stays with the thread, and with its task, until it is freed. */
	message->client = current;
	thread->spare = message;
	return 0;
}

static struct chorus_message *client_message(struct chorus_thread *thread)
{
	struct chorus_message *message = thread->spare;

	thread->spare = NULL;
	return message;
}

static void client_message_put(struct chorus_thread *thread, struct chorus_message *message)
{
	if (unlikely(message->large))
		chorus_message_trim(message);
	if (likely(!thread->spare))
		thread->spare = message;
	else
		chorus_message_free(message);
}

/* A request that ended in an error: what nobody has received goes back to where it was. */
static void client_message_return(struct chorus_thread *thread, struct chorus_call *call,
				  struct chorus_message *message)
{
	chorus_move_undo(message, &message->request, &call->request);
	client_message_put(thread, message);
}

static bool call_is_over(int state)
{
	return state == CHORUS_MESSAGE_REPLIED || state < 0;
}

/* Unless it is a call of supervisor code, whose thread this is for now. */
static int call_barred(struct chorus_thread *thread, const struct chorus_call *call)
{
	return thread->depth ? 0 : chorus_bar_check_send(thread->actor, &call->target);
}

/* Sleep until the call is over: its state, or why the wait ended before. */
static int call_wait(struct chorus_thread *thread, struct chorus_call *call,
		     struct chorus_message *message, int *state)
{
	int ret;

	/* Most answers come while we step aside. */
	*state = atomic_read_acquire(&message->state);
	if (likely(call_is_over(*state))) {
		thread->apart = false;	/* it was for this wait */
		return 0;
	}
	if (!chorus_timeout_is_poll(&call->timeout))
		chorus_spin_until(thread, call_is_over(atomic_read(&message->state)));
	for (;;) {
		chorus_wait_prepare();
		/* Pairs with the exchange of step R3: the reply is complete. */
		*state = atomic_read_acquire(&message->state);
		ret = 0;
		if (call_is_over(*state))
			break;
		ret = chorus_wait_interrupted(thread, call->abortable);
		if (!ret && unlikely(test_bit(CHORUS_THREAD_BARRED, &thread->attention)))
			ret = call_barred(thread, call);
		if (!ret)
			ret = chorus_wait_sleep(&call->timeout);
		if (ret)
			break;
	}
	chorus_wait_finish();
	return ret;
}

/*
 * Take a request back, wherever it is.  Returns 0 if the client owns the message
 * again unanswered, 1 if the answer came first, -1 if a server has it: then it is
 * the server's to free, and not the client's any more.
 */
static int call_cancel(struct chorus_message *message)
{
	int state;

	for (;;) {
		if (chorus_port_withdraw(message) || chorus_pool_withdraw(message) ||
		    chorus_hold_withdraw(message))
			return 0;
		if (unlikely(READ_ONCE(message->lends)) && chorus_receive_cancel(message))
			return -1;
		state = atomic_cmpxchg(&message->state, CHORUS_MESSAGE_SERVED,
				       CHORUS_MESSAGE_CANCELLED);
		if (state == CHORUS_MESSAGE_SERVED)
			return -1;
		if (unlikely(state == CHORUS_MESSAGE_FORWARDED) &&
		    atomic_cmpxchg(&message->state, state, CHORUS_MESSAGE_CANCELLED) == state)
			return -1;
		if (call_is_over(state))
			return 1;
		/* QUEUED: given back or forwarded by a server between our two looks. */
	}
}

static void call_drop(struct chorus_thread *thread, struct chorus_message *message)
{
	if (call_cancel(message) >= 0)
		client_message_put(thread, message);
}

/* ---- interrupted calls ---- */

static void call_park(struct chorus_thread *thread, struct chorus_call *call,
		      struct chorus_message *message)
{
	/* message->node is free: a QUEUED message hangs in its queue by it. */
	hlist_add_head(&message->parked_node, &thread->parked);
	thread->nr_parked++;
	call->token = chorus_message_token(message);
	chorus_count(call_signal);
	chorus_rpc_drop_parked(thread, CHORUS_PARKED_MAX);
}

static struct chorus_message *call_unpark(struct chorus_thread *thread, u64 token)
{
	struct chorus_message *message;

	hlist_for_each_entry(message, &thread->parked, parked_node) {
		if (chorus_message_token(message) != token)
			continue;
		hlist_del_init(&message->parked_node);
		thread->nr_parked--;
		return message;
	}
	return NULL;
}

/** chorus_rpc_drop_parked() - give up all but the @keep youngest interrupted calls */
void chorus_rpc_drop_parked(struct chorus_thread *thread, unsigned int keep)
{
	struct chorus_message *message;
	struct hlist_node *next;
	unsigned int nr = 0;

	hlist_for_each_entry_safe(message, next, &thread->parked, parked_node) {
		if (nr++ < keep)
			continue;
		hlist_del_init(&message->parked_node);
		thread->nr_parked--;
		chorus_count(call_dropped);
		call_drop(thread, message);
	}
}

/** chorus_rpc_drop() - give up one interrupted call */
void chorus_rpc_drop(struct chorus_thread *thread, u64 token)
{
	struct chorus_message *message = call_unpark(thread, token);

	if (!message)
		return;
	chorus_count(call_dropped);
	call_drop(thread, message);
}

/**
 * chorus_rpc_give_up() - the same right after the interruption
 * @thread: the calling thread
 * @call: parked, and nobody will be told
 *
 * The request ends in an error: pages that nobody has received are the caller's again.
 */
void chorus_rpc_give_up(struct chorus_thread *thread, struct chorus_call *call)
{
	struct chorus_message *message = call_unpark(thread, call->token);
	int cancelled;

	if (!message)
		return;
	chorus_count(call_dropped);
	cancelled = call_cancel(message);
	if (!cancelled || (cancelled > 0 && atomic_read_acquire(&message->state) < 0))
		client_message_return(thread, call, message);
	else if (cancelled > 0)
		client_message_put(thread, message);
}

/* ---- the call ---- */

/* After C3: wait, and settle what became of the message. */
static int call_finish(struct chorus_thread *thread, struct chorus_call *call,
		       struct chorus_message *message)
{
	int state, ret;

	ret = call_wait(thread, call, message, &state);
	chorus_step(C4);
	if (unlikely(ret)) {
		if (ret == -ERESTARTSYS && !fatal_signal_pending(current)) {
			call_park(thread, call, message);
			chorus_step(I1);
			return ret;
		}
		/* An abort goes on to who serves the call; nothing else does. */
		if (ret == -ECANCELED && chorus_receive_abort(message)) {
			chorus_count(call_abort);
			return ret;
		}
		switch (call_cancel(message)) {
		case 0:
			client_message_return(thread, call, message);
			break;
		case 1:
			/* The answer won the race: deliver it; an abort stays marked. */
			if (ret == -ECANCELED)
				set_bit(CHORUS_THREAD_ABORTED, &thread->attention);
			state = atomic_read_acquire(&message->state);
			goto over;
		}
		if (ret == -ETIMEDOUT)
			chorus_count(call_timeout);
		else if (ret == -ECANCELED)
			chorus_count(call_abort);
		return ret;
	}
over:
	if (unlikely(state < 0)) {
		client_message_return(thread, call, message);
		return state;
	}
	call->reply_size = message->reply.size;
	call->reply_flags = message->reply_flags;
	if (chorus_move_fits(&message->reply, &call->reply)) {
		chorus_move_land(message, &message->reply, call->reply.place);
		call->reply_flags |= CHORUS_MSG_MOVED;
		call->reply.size = 0;
	}
	ret = chorus_message_drain(message, &message->reply, message->reply_flags, &call->reply);
	client_message_put(thread, message);
	chorus_step(C5);
	return ret;
}

/*
 * The server was made runnable on this CPU and nobody else wants it: step aside
 * instead of going to sleep.  If the reply comes before we run again, which is the
 * case unless the server itself has to wait, a sleep and a wake-up are saved.  If it
 * does not, the attempt was in vain, and the next few calls do not try.
 */
static void call_hand_off(struct chorus_thread *thread, struct chorus_message *message)
{
	if (thread->handoff_pause) {
		thread->handoff_pause--;
		return;
	}
	/* A deadline task would be throttled, and a real-time task steps aside for none. */
	if (current->prio < MAX_RT_PRIO)
		return;
	yield();
	if (call_is_over(atomic_read(&message->state)))
		chorus_count(handoff);
	else
		thread->handoff_pause = HANDOFF_PAUSE;
}

/* From C1 on, with the message stamped: complete it. */
static __always_inline int call_fill(struct chorus_thread *thread, struct chorus_call *call,
				     struct chorus_message *message)
{
	message->flags = CHORUS_MSG_RPC;
	message->takes_large = call->large;
	return chorus_message_fill(message, &message->request, &message->flags, &call->request);
}

/* True: it would wait for itself, and is the caller's again, received by nobody. */
static bool call_is_cycle(struct chorus_thread *thread, struct chorus_message *message)
{
	return atomic_read(&message->state) == CHORUS_MESSAGE_QUEUED &&
	       chorus_cycle_found(thread) && chorus_port_withdraw(message);
}

static int call_server(struct chorus_thread *thread, struct chorus_call *call,
		       struct chorus_port *port, struct chorus_message *message)
{
	int woken, ret;

	if (unlikely(rcu_access_pointer(port->window)) && !call->request.place)
		chorus_window_take(port, message, call->request.size);
	ret = call_fill(thread, call, message);
	if (unlikely(ret))
		goto error;
	if (unlikely(chorus_lends(&port->lend))) {
		message->lends = true;
		chorus_level_of_current(&message->level, &port->lend);
	}
	chorus_plant_here();
	chorus_step(C2);
	trace_chorus_call(message);
	chorus_cycle_enter(thread, port, chorus_message_token(message));
	woken = chorus_port_post(port, message);
	if (unlikely(woken < 0)) {
		ret = woken;
		goto error_leave;
	}
	chorus_step(C3);
	if (unlikely(call->nocycle) && call_is_cycle(thread, message)) {
		chorus_count(call_cycle);
		ret = -EDEADLK;
		goto error_leave;
	}
	chorus_count(call);
	if (woken == CHORUS_WOKEN_HERE)
		call_hand_off(thread, message);
	else
		thread->apart = woken == CHORUS_WOKEN_APART;
	ret = call_finish(thread, call, message);
	chorus_cycle_leave(thread);
	return ret;
error_leave:
	chorus_cycle_leave(thread);
error:
	client_message_return(thread, call, message);
	return ret;
}

/* A call to the shared queue of a group: nobody is chosen, whoever is idle takes it. */
static int call_pool(struct chorus_thread *thread, struct chorus_actor *actor,
		     struct chorus_call *call)
{
	struct chorus_message *message;
	struct chorus_group *group;
	struct chorus_port *src;
	int ret;

	if (call->request.size > CHORUS_BODY_MAX)
		return -EMSGSIZE;
again:
	if (!thread->spare) {
		ret = client_message_prepare(thread);
		if (ret)
			return ret;
	}
	rcu_read_lock();
	src = chorus_port_find_li(actor, call->src_li);
	if (likely(src))
		group = chorus_group_get_shared(actor->object.site, &call->target,
						&call->cotarget);
	else
		group = ERR_PTR(chorus_object_alive(&actor->object) ? -ENOENT : -ESHUTDOWN);
	if (IS_ERR(group)) {
		rcu_read_unlock();
		return PTR_ERR(group);
	}
	message = client_message(thread);
	chorus_message_stamp(message, actor, src, &call->target, &call->cotarget);
	rcu_read_unlock();

	chorus_step(C1);
	ret = call_fill(thread, call, message);
	if (!ret) {
		chorus_step(C2);
		trace_chorus_call(message);
		ret = chorus_pool_post(group, message);
	}
	chorus_object_put(&group->object);
	if (ret) {
		client_message_return(thread, call, message);
		/* Its last member left meanwhile; there may be a new one. */
		if (ret == -EHOSTUNREACH)
			goto again;
		return ret;
	}
	chorus_step(C3);
	chorus_count(call);
	return call_finish(thread, call, message);
}

static int call_resume(struct chorus_thread *thread, struct chorus_call *call)
{
	struct chorus_message *message = call_unpark(thread, call->token);

	if (!message)
		return -ENOENT;
	chorus_count(call_resumed);
	chorus_step(I2);
	return call_finish(thread, call, message);
}

/**
 * chorus_rpc_call() - ipcCall
 * @thread: the calling thread
 * @actor: the actor in whose name it calls
 * @call: decoded; sizes judged, the timeout runs
 *
 * Returns 0; -EHOSTUNREACH, -ENOBUFS, -EMSGSIZE, -EFAULT, -EDQUOT, -ENOMEM, -ENOENT (source
 * port, or transaction), -EDEADLK with nothing sent; -EIDRM, -EOWNERDEAD, -ETIMEDOUT,
 * -ECANCELED, -ESHUTDOWN after the request was sent; -ERESTARTSYS with the
 * transaction parked as @call->token.
 */
int chorus_rpc_call(struct chorus_thread *thread, struct chorus_actor *actor,
		    struct chorus_call *call)
{
	struct chorus_handler *handler;
	struct chorus_message *message;
	struct chorus_port *port, *src;
	int ret;

	if (unlikely(call->token))
		return call_resume(thread, call);
	ret = chorus_bar_check_send(actor, &call->target);
	if (unlikely(ret))
		return ret;
again:
	chorus_brief_lock();
	src = chorus_port_find_li(actor, call->src_li);
	port = chorus_route(actor->object.site, &call->target);
	if (unlikely(!src || !port)) {
		if (src && chorus_ui_type(&call->target) == CHORUS_UI_GROUP_SHARED) {
			chorus_brief_unlock();
			return call_pool(thread, actor, call);
		}
		if (src)
			port = chorus_route_group(actor->object.site, &call->target,
						  &call->cotarget);
		if (!src || IS_ERR(port)) {
			chorus_brief_unlock();
			if (src)
				return PTR_ERR(port);
			return chorus_object_alive(&actor->object) ? -ENOENT : -ESHUTDOWN;
		}
	}
	if (chorus_port_refuses(port, call->request.size)) {
		chorus_brief_unlock();
		return -EMSGSIZE;
	}
	handler = rcu_dereference(port->handler);
	if (handler) {
		ret = chorus_handler_call(thread, actor, call, handler, src);
		if (unlikely(ret == -EHOSTUNREACH))
			goto unreachable;
		return ret;
	}
	if (unlikely(!thread->spare)) {
		/* Memory cannot be had in here; the port may be another one afterwards. */
		chorus_brief_unlock();
		ret = client_message_prepare(thread);
		if (ret)
			return ret;
		goto again;
	}
	/* Alive a moment ago is no promise: its last reference may be going. */
	if (unlikely(!kref_get_unless_zero(&port->object.ref))) {
		chorus_brief_unlock();
		ret = -EHOSTUNREACH;
		goto unreachable;
	}
	message = client_message(thread);
	chorus_message_stamp(message, actor, src, &call->target, &call->cotarget);
	chorus_brief_unlock();

	chorus_step(C1);
	ret = call_server(thread, call, port, message);
	chorus_port_put(port);
	if (likely(ret != -EHOSTUNREACH))
		return ret;
unreachable:
	/* Nothing was sent.  A member that went under our hands leaves the others. */
	if (chorus_ui_is_group(&call->target))
		goto again;
	return ret;
}

/**
 * chorus_rpc_reply() - ipcReply
 * @thread: the replying thread, not necessarily the one that received
 * @token: of the message; 0 for the thread's current one
 * @from: the reply; size judged before
 * @handoff: the replier is about to wait for the next request
 *
 * Returns 0, -ENOMSG, -ENOENT, -EMSGSIZE, -EFAULT with the message kept, -EHOSTUNREACH with the
 * message gone, because its caller is, or could not pay for the reply.
 */
int chorus_rpc_reply(struct chorus_thread *thread, u64 token, const struct chorus_buffers *from,
		     bool handoff)
{
	bool own = !token || token == READ_ONCE(thread->current_token);
	struct chorus_message *message = chorus_receive_claim(thread, token);
	bool lends;
	int ret;

	if (IS_ERR(message))
		return PTR_ERR(message);
	chorus_step(R1);
	lends = message->lends;
	token = chorus_message_token(message);
	ret = -ENOMSG;
	if (!(message->flags & CHORUS_MSG_RPC))
		goto unclaim;
	ret = -EMSGSIZE;
	if (unlikely(from->size > CHORUS_BODY_MAX) && !message->takes_large)
		goto unclaim;
	ret = chorus_message_fill(message, &message->reply, &message->reply_flags, from);
	if (unlikely(ret == -EDQUOT || ret == -ENOMEM)) {
		/* The client pays for the reply, so it is the client who is told. */
		chorus_receive_claimed(thread);
		chorus_message_fail(message, ret);
		chorus_count(reply_gone);
		ret = -EHOSTUNREACH;
		goto end_loan;
	}
	if (unlikely(ret)) {
		/* A part of the reply's annex may stand where the request's was. */
		message->hold.spoiled = true;
		goto unclaim;
	}
	chorus_step(R2);
	trace_chorus_reply(message);
	/* The next request may come before the client is here to give the slot back. */
	if (unlikely(message->window))
		chorus_message_leave_window(message);

	if (likely(chorus_message_answer(message, handoff, thread))) {
		chorus_receive_claimed(thread);
		chorus_count(reply);
		chorus_step(R3);
		ret = 0;
		goto end_loan;
	}
	chorus_receive_claimed(thread);
	chorus_move_undo(message, &message->reply, from);
	chorus_message_free(message);
	chorus_count(reply_gone);
	ret = -EHOSTUNREACH;
end_loan:
	/* Not before the client is woken: until then the server works for it. */
	if (unlikely(lends))
		chorus_lend_end(thread->actor, token);
	return ret;
unclaim:
	chorus_receive_unclaim(thread, message, own);
	return ret;
}
