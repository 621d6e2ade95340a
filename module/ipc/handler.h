/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message handler: a port whose messages call a routine instead of waiting.
 *
 * A local ipcCall runs the routine on the client's task (steps H1, H2), with the
 * client's own buffers: no kernel buffer, no switch.  Everything else, asynchronous
 * messages and what was queued before the handler came, goes through the queue and
 * is handled by a thread of the nucleus, one message at a time.
 */
#ifndef CHORUS_IPC_HANDLER_H
#define CHORUS_IPC_HANDLER_H

#include <linux/workqueue.h>

#include "chorus/supervisor.h"
#include "ipc/gate.h"
#include "ipc/port.h"

struct chorus_call;

struct chorus_handler {
	struct chorus_gate gate;
	struct kref ref;
	struct rcu_head rcu;
	struct chorus_port *port;	/* referenced */
	chorus_message_handler fn;
	void *cookie;
	struct work_struct work;	/* drains the queue; holds a reference while queued */
};

void chorus_handler_release(struct kref *ref);

/* The handler of a port, referenced, or NULL. */
static inline struct chorus_handler *chorus_handler_get(struct chorus_port *port)
{
	struct chorus_handler *handler;

	if (likely(!rcu_access_pointer(port->handler)))
		return NULL;
	rcu_read_lock();
	handler = rcu_dereference(port->handler);
	if (handler && !kref_get_unless_zero(&handler->ref))
		handler = NULL;
	rcu_read_unlock();
	return handler;
}

/*
 * Is the port's handler being taken away?  Then it turns calls away.  Inside an RCU read section.
 */
static inline bool chorus_handler_leaves(const struct chorus_port *port)
{
	struct chorus_handler *handler = rcu_dereference(port->handler);

	return unlikely(handler) && chorus_gate_closing(&handler->gate);
}

static inline void chorus_handler_put(struct chorus_handler *handler)
{
	kref_put(&handler->ref, chorus_handler_release);
}

int chorus_handler_call(struct chorus_thread *thread, struct chorus_actor *actor,
			struct chorus_call *call, struct chorus_handler *handler,
			const struct chorus_port *src) __releases(RCU);
int chorus_handler_disconnect(struct chorus_port *port, bool killable);
void chorus_handler_queue(struct chorus_handler *handler);

/* A message was queued: have it handled.  Under the lock of the port's actor. */
static inline void chorus_handler_kick_locked(struct chorus_port *port)
{
	struct chorus_handler *handler;

	lockdep_assert_held(&port->actor->lock);
	if (likely(!rcu_access_pointer(port->handler)))
		return;
	handler = rcu_dereference_protected(port->handler,
					    lockdep_is_held(&port->actor->lock));
	chorus_handler_queue(handler);
}

int chorus_handler_init(void);
void chorus_handler_exit(void);

#endif /* CHORUS_IPC_HANDLER_H */
