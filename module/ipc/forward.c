// SPDX-License-Identifier: GPL-2.0-only
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/bar.h"
#include "ipc/forward.h"
#include "ipc/lend.h"
#include "ipc/message.h"
#include "ipc/port.h"
#include "ipc/receive.h"

/**
 * chorus_forward_begin() - a message is nobody's who serves it any more
 * @server: who does until now
 * @message: SERVED, owned by the caller
 *
 * Returns false if the client has left it to the caller.
 */
bool chorus_forward_begin(struct chorus_actor *server, struct chorus_message *message)
{
	bool ours;

	/* An abort goes to the serving thread under the same lock. */
	spin_lock(&server->lock);
	ours = chorus_message_move(message, CHORUS_MESSAGE_SERVED, CHORUS_MESSAGE_FORWARDED);
	spin_unlock(&server->lock);
	return ours;
}

static struct task_struct *hand_over_locked(struct chorus_port *port,
					    struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	chorus_port_taken_locked(port, message);
	return chorus_port_hand_over_locked(port, message);
}

/**
 * chorus_forward_accept() - a port takes a message that is on its way to it
 * @port: referenced
 * @message: FORWARDED; on success not the caller's any more
 * @from: who passes it on; NULL: a server that died, and it goes above the limit of the queue if
 *	need be, and as it was addressed
 *
 * Returns 0, -EHOSTUNREACH (the port died), -ENOBUFS, -EPERM (see ipc/bar.h) with nothing changed;
 * -ECANCELED: the client has left it to the caller.
 */
int chorus_forward_accept(struct chorus_port *port, struct chorus_message *message,
			  const struct chorus_actor *from)
{
	struct task_struct *task = NULL;
	struct chorus_actor *actor;
	bool awaited;
	int ret = 0;

	rcu_read_lock();	/* keeps the task of the waiter */
	actor = chorus_port_lock(port);
	awaited = chorus_port_is_awaited_locked(port);
	if (!chorus_object_alive(&port->object)) {
		ret = -EHOSTUNREACH;
	} else if (unlikely(actor->bar) && !chorus_bar_admits_from_locked(actor, from)) {
		ret = -EPERM;
	} else if (!awaited && from && port->queued >= chorus_port_queue) {
		ret = -ENOBUFS;
	} else {
		/* Before the state that lets the client look at it. */
		WRITE_ONCE(message->port, port);
		if (from)
			message->info.out_target = port->object.ui;
		if (!chorus_message_move(message, CHORUS_MESSAGE_FORWARDED, CHORUS_MESSAGE_QUEUED))
			ret = -ECANCELED;
		else if (awaited)
			task = hand_over_locked(port, message);
		else
			chorus_port_append_locked(port, message);
	}
	spin_unlock(&actor->lock);
	if (task)
		wake_up_process(task);
	rcu_read_unlock();
	return ret;
}

/**
 * chorus_forward() - pass a message in service on to another port
 * @thread: the calling thread
 * @token: of the message; 0 for the thread's current one
 * @target: a port of this site
 *
 * Returns 0, also when the client is gone: then the message ends here; -ENOMSG, -ENOENT,
 * -ERESTARTSYS as chorus_receive_claim(); -EHOSTUNREACH, -ENOBUFS, -EMSGSIZE, -EPERM (a notice:
 * another receiver would take it for one of his own; its body has landed; or a bar) with the
 * message kept.
 */
int chorus_forward(struct chorus_thread *thread, u64 token, const struct chorus_ui *target)
{
	bool own = !token || token == READ_ONCE(thread->current_token);
	struct chorus_actor *actor = thread->actor;
	struct chorus_message *message;
	struct chorus_port *port;
	bool saved, lends;
	int ret;

	ret = chorus_bar_check_send(actor, target);
	if (unlikely(ret))
		return ret;
	port = chorus_port_get(actor->object.site, target);
	if (!port) {
		chorus_count(send_unknown);
		return -EHOSTUNREACH;
	}
	message = chorus_receive_claim(thread, token);
	if (IS_ERR(message)) {
		ret = PTR_ERR(message);
		goto put;
	}
	if (message->flags & (CHORUS_MSG_DEATH | CHORUS_MSG_MOVED)) {
		chorus_receive_unclaim(thread, message, own);
		ret = -EPERM;
		goto put;
	}
	chorus_step(Z1);
	if (chorus_port_refuses(port, message->request.size)) {
		chorus_receive_unclaim(thread, message, own);
		chorus_count(forward_refused);
		ret = -EMSGSIZE;
		goto put;
	}
	/* From the acceptance on it is the target's. */
	saved = message->saved;
	message->saved = false;
	lends = message->lends;
	token = chorus_message_token(message);
	trace_chorus_forward(message);
	ret = chorus_forward_begin(actor, message) ?
	      chorus_forward_accept(port, message, actor) : -ECANCELED;
	if (!ret) {
		chorus_receive_claimed(thread);
		chorus_count(forward);
		if (unlikely(lends))
			chorus_lend_end(actor, token);
		chorus_step(Z2);
	} else if (ret != -ECANCELED &&
		   chorus_message_move(message, CHORUS_MESSAGE_FORWARDED, CHORUS_MESSAGE_SERVED)) {
		message->saved = saved;
		chorus_receive_unclaim(thread, message, own);
		chorus_count(forward_refused);
	} else {
		chorus_receive_claimed(thread);
		chorus_message_free(message);
		chorus_count(forward_gone);
		if (unlikely(lends))
			chorus_lend_end(actor, token);
		ret = 0;
	}
put:
	chorus_port_put(port);
	return ret;
}
