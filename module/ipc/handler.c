// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "compat/compat.h"
#include "debug/cover.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/handler.h"
#include "ipc/invocation.h"
#include "ipc/message.h"
#include "ipc/rpc.h"

static struct workqueue_struct *handler_wq;

/* Last reference: nobody is inside, or the gate was never opened. */
void chorus_handler_release(struct kref *ref)
{
	struct chorus_handler *handler = container_of(ref, struct chorus_handler, ref);

	chorus_gate_exit(&handler->gate);
	chorus_port_put(handler->port);
	kfree_rcu(handler, rcu);
}

static void handler_gate_empty(struct chorus_gate *gate)
{
	chorus_handler_put(container_of(gate, struct chorus_handler, gate));
}

/* ---- on the client's task ---- */

/**
 * chorus_handler_call() - a local ipcCall to a handler
 * @thread: the client thread
 * @actor: the client actor
 * @call: the call
 * @handler: of the destination port
 * @src: source port
 *
 * Called inside a brief RCU read section, which it ends: past the gate nothing else needs
 * to be kept.  Returns 0, -EHOSTUNREACH (disconnected meanwhile), -ELOOP, -ECANCELED
 * (disconnected while the handler ran), -EREMOTEIO.
 */
int chorus_handler_call(struct chorus_thread *thread, struct chorus_actor *actor,
			struct chorus_call *call, struct chorus_handler *handler,
			const struct chorus_port *src)
	__releases(RCU)
{
	struct chorus_message_info info __uninitialized;
	struct chorus_invocation inv __uninitialized;
	int ret;

	ret = chorus_gate_enter(&handler->gate, thread);
	if (unlikely(ret)) {
		chorus_brief_unlock();
		chorus_count(frame_refused);
		return ret == -ENOENT ? -EHOSTUNREACH : ret;
	}
	info.src = src->object.ui;
	info.port_pi = READ_ONCE(src->pi);
	chorus_brief_unlock();

	info.body_size = call->request.size;
	info.flags = CHORUS_MSG_RPC | (call->request.annex ? CHORUS_MSG_ANNEX : 0);
	info.target = call->target;
	info.transid = chorus_message_new_token();
	info.actor_pi = READ_ONCE(actor->pi);
	inv.actor = handler->gate.actor;
	inv.invoker = actor;
	inv.thread = thread;
	inv.arg = NULL;
	inv.kernel = call->request.kernel;
	inv.info = &info;
	inv.call = call;
	inv.message = NULL;
	inv.replied = false;
	call->reply_size = 0;
	call->reply_flags = 0;
	chorus_step(H1);
	chorus_plant_here();
	chorus_count(call_handler);
	ret = handler->fn(&inv, handler->cookie);
	chorus_step(H2);
	trace_chorus_call_handler(&info, ret);
	return chorus_gate_finish(&handler->gate, thread, ret);
}

/* ---- on a thread of the nucleus ---- */

static void queued_reply(struct chorus_message *message, bool replied, int error)
{
	if (error || !(message->flags & CHORUS_MSG_RPC)) {
		chorus_message_fail(message, error);
		return;
	}
	if (!replied) {
		message->reply.size = 0;
		message->reply_flags = 0;
	}
	if (!chorus_message_answer(message, false, NULL))
		chorus_message_free(message);
}

static void handle_queued(struct chorus_handler *handler, struct chorus_thread *thread,
			  struct chorus_message *message)
{
	struct chorus_message_info info = {
		.body_size = message->request.size,
		.flags = message->flags,
		.src = message->info.out_src,
		.target = message->info.out_target,
		.transid = chorus_message_token(message),
		.actor_pi = message->info.out_actor_pi,
		.port_pi = message->info.out_port_pi,
	};
	struct chorus_invocation inv = {
		.actor = handler->gate.actor,
		.thread = thread,
		.kernel = true,
		.info = &info,
		.message = message,
	};
	bool rpc = message->flags & CHORUS_MSG_RPC;
	int ret;

	rcu_read_lock();
	ret = chorus_gate_enter(&handler->gate, thread);
	rcu_read_unlock();
	chorus_step(Q1);
	if (ret) {
		/* Closed between our two looks: the message waits for who comes next. */
		chorus_port_requeue(handler->port, message);
		return;
	}
	ret = handler->fn(&inv, handler->cookie);
	chorus_step(Q2);
	ret = chorus_gate_finish(&handler->gate, thread, ret);
	if (!rpc)
		chorus_count(handler_async);
	queued_reply(message, inv.replied, ret);
}

static void handler_drain(struct chorus_handler *handler)
{
	struct chorus_actor *actor = handler->gate.actor;
	struct chorus_thread *thread = chorus_thread_enter(actor);
	struct chorus_message *message;

	/* Of a dead actor: who ends the port takes what is queued, and knows who gets it. */
	while (thread != ERR_PTR(-ESHUTDOWN)) {
		spin_lock(&actor->lock);
		message = rcu_access_pointer(handler->port->handler) == handler &&
			  !chorus_gate_closing(&handler->gate) ?
			  chorus_port_take_locked(handler->port) : NULL;
		spin_unlock(&actor->lock);
		if (!message)
			break;
		if (IS_ERR(thread))
			chorus_message_fail(message, PTR_ERR(thread) == -ENOMEM ? -ENOMEM : -EIDRM);
		else
			handle_queued(handler, thread, message);
		cond_resched();		/* senders may be faster than we are */
	}
	/* A worker of the kernel is nobody's thread for longer than this. */
	if (!IS_ERR(thread) && chorus_thread_unhash(thread))
		chorus_thread_destroy(thread);
	chorus_handler_put(handler);
}

static void handler_work(struct work_struct *work)
{
	bool seen = chorus_cover_begin();

	handler_drain(container_of(work, struct chorus_handler, work));
	chorus_cover_end(seen);
}

/* The caller sees that the handler is connected, under the lock of its actor. */
void chorus_handler_queue(struct chorus_handler *handler)
{
	kref_get(&handler->ref);
	if (!queue_work(handler_wq, &handler->work))
		chorus_handler_put(handler);
}

/* ---- connecting ---- */

static struct chorus_handler *handler_alloc(struct chorus_port *port, chorus_message_handler fn,
					    void *cookie)
{
	struct chorus_handler *handler = kzalloc(sizeof(*handler), GFP_KERNEL_ACCOUNT);

	if (!handler)
		return NULL;
	if (chorus_gate_init(&handler->gate, port->actor, handler_gate_empty)) {
		kfree(handler);
		return NULL;
	}
	kref_init(&handler->ref);	/* for those inside: dropped when the gate is empty */
	handler->port = port;
	chorus_object_get(&port->object);
	handler->fn = fn;
	handler->cookie = cookie;
	INIT_WORK(&handler->work, handler_work);
	return handler;
}

static int handler_connect(struct chorus_port *port, chorus_message_handler fn, void *cookie)
{
	struct chorus_handler *handler = handler_alloc(port, fn, cookie);
	struct chorus_actor *actor = port->actor;
	int ret = 0;

	if (!handler)
		return -ENOMEM;
	chorus_step(K1);
	spin_lock(&actor->lock);
	if (!chorus_object_alive(&port->object))
		ret = -ENOENT;
	else if (rcu_access_pointer(port->handler) || !hlist_empty(&port->waiters) ||
		 port->pool_member)
		ret = -EBUSY;
	if (!ret) {
		kref_get(&handler->ref);	/* for the pointer in the port */
		rcu_assign_pointer(port->handler, handler);
		/* Nobody receives from it any more. */
		chorus_port_settle_locked(port);
		if (port->queued)
			chorus_handler_queue(handler);
	}
	spin_unlock(&actor->lock);
	if (ret) {
		/* The gate was never passed: close it to get the first reference back. */
		kref_get(&handler->ref);
		chorus_gate_close(&handler->gate, false);
		chorus_handler_put(handler);
	} else {
		chorus_step(K2);
	}
	return ret;
}

/**
 * chorus_handler_disconnect() - take the handler of a port away
 * @port: referenced, or dying
 * @killable: see chorus_gate_close()
 *
 * Returns 0, -ENOENT without a handler, -EDEADLK, -EINTR.
 */
int chorus_handler_disconnect(struct chorus_port *port, bool killable)
{
	struct chorus_handler *handler = chorus_handler_get(port);
	bool ours = false;
	int ret;

	if (!handler)
		return -ENOENT;
	ret = chorus_gate_close(&handler->gate, killable);
	/* Closed by somebody else, who perhaps was killed while he waited. */
	if (ret == -ENOENT)
		ret = chorus_gate_wait(&handler->gate, killable);
	/* As long as somebody is inside, the next disconnect has to find the handler. */
	if (!ret) {
		spin_lock(&port->actor->lock);
		if (rcu_access_pointer(port->handler) == handler) {
			RCU_INIT_POINTER(port->handler, NULL);
			ours = true;
			/* What came while the last callers left is there for receivers. */
			chorus_port_settle_locked(port);
		}
		spin_unlock(&port->actor->lock);
		chorus_step(K3);
		if (cancel_work_sync(&handler->work))
			chorus_handler_put(handler);
		if (ours)
			chorus_handler_put(handler);
	}
	chorus_handler_put(handler);
	return ret;
}

/* See supervisor.h. */
int chorus_port_connect(struct chorus_actor *actor, int li, chorus_message_handler fn,
			void *cookie)
{
	struct chorus_port *port = chorus_port_get_li(actor, li);
	int ret;

	if (!port)
		return -ENOENT;
	ret = fn ? handler_connect(port, fn, cookie) : chorus_handler_disconnect(port, true);
	chorus_port_put(port);
	return ret;
}
CHORUS_EXPORT(chorus_port_connect);

int chorus_handler_init(void)
{
	handler_wq = alloc_workqueue("chorus", WQ_UNBOUND, 0);
	return handler_wq ? 0 : -ENOMEM;
}

void chorus_handler_exit(void)
{
	destroy_workqueue(handler_wq);
}
