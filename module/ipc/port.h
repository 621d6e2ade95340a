/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port: an address and a bounded queue, attached to one actor.
 *
 * It can move to another actor (migrate.h): port->actor is read under RCU, and trusted
 * under the lock of the actor that chorus_port_lock() finds.
 *
 * A message posted to a port is handed to a thread that waits for it, or queued, or
 * refused at once when the queue is full.  Enabled ports with messages hang in their
 * actor's ready tree, ordered by priority and then by the arrival of their oldest
 * message.  All of this changes under the lock of the port's actor.
 *
 * A port with a message handler has no receivers; its queue feeds the handler.
 */
#ifndef CHORUS_IPC_PORT_H
#define CHORUS_IPC_PORT_H

#include <linux/rbtree.h>
#include <linux/workqueue.h>

#include "compat/wake.h"
#include "executive/actor.h"
#include "ipc/message.h"
#include "object/object.h"

struct chorus_handler;
struct chorus_member;
struct chorus_message;
struct chorus_thread;
struct chorus_waiter;
struct chorus_window;

struct chorus_port {
	struct chorus_object object;
	struct chorus_actor *actor;		/* its own lock; referenced; RCU */
	int li;					/* actor->lock */
	bool enabled;				/* actor->lock, and so on */
	u32 priority;
	struct chorus_lend lend;		/* what it takes of its callers' priority */
	struct list_head queue;
	unsigned int queued;
	struct hlist_head waiters;
	struct rb_node ready_node;
	u64 seqnum;
	struct chorus_protid pi;
	u32 body_max;				/* of senders who ask for more than the classic */
	struct chorus_handler __rcu *handler;
	struct chorus_window __rcu *window;	/* where its senders' bodies go, or NULL */
	struct list_head members;		/* its memberships in groups */
	unsigned int nr_groups;
	struct chorus_member *pool_member;	/* the one in a group with a shared queue */
	struct list_head pool_node;		/* actor->pool_ports */
	struct chorus_policy policy;		/* actor->lock: ipc/hold.h */
	struct list_head watchers;		/* ipc/notice.c: who is told of its death */
	struct list_head watches;		/* ipc/notice.c: what it is to be told */
};

extern const struct chorus_object_ops chorus_port_ops;

static inline struct chorus_port *chorus_port_of(struct chorus_object *object)
{
	return container_of(object, struct chorus_port, object);
}

static inline void chorus_port_put(struct chorus_port *port)
{
	if (port)
		chorus_object_put(&port->object);
}

/* A port that is alive, by name, or NULL.  Inside an RCU read section. */
static inline struct chorus_port *chorus_port_find(struct chorus_site *site,
						   const struct chorus_ui *ui)
{
	struct chorus_object *object = chorus_object_find(site, ui);

	if (unlikely(!object || object->ops != &chorus_port_ops ||
		     !chorus_object_alive(object)))
		return NULL;
	return chorus_port_of(object);
}

/* Is a body of this size, which its sender has asked for, more than the port takes? */
static inline bool chorus_port_refuses(const struct chorus_port *port, u32 size)
{
	return unlikely(size > CHORUS_BODY_MAX) && size > READ_ONCE(port->body_max);
}

struct chorus_port *chorus_port_create_default(struct chorus_actor *actor);
struct chorus_port *chorus_port_new(struct chorus_actor *actor, const struct chorus_ui *ui);
void chorus_port_kill(struct chorus_port *port);
bool chorus_port_kill_owned(struct chorus_port *port, const struct chorus_actor *actor);
int chorus_port_delete_li(struct chorus_actor *actor, int li);

/* The same, referenced, from anywhere. */
static inline struct chorus_port *chorus_port_get(struct chorus_site *site,
						  const struct chorus_ui *ui)
{
	struct chorus_port *port;

	rcu_read_lock();
	port = chorus_port_find(site, ui);
	if (port && !kref_get_unless_zero(&port->object.ref))
		port = NULL;
	rcu_read_unlock();
	return port;
}

struct chorus_port *chorus_port_find_li(struct chorus_actor *actor, int li);
struct chorus_port *chorus_port_get_li(struct chorus_actor *actor, int li);
struct chorus_port *chorus_port_get_next(struct chorus_actor *actor, unsigned long *li);

int chorus_port_enable(struct chorus_actor *actor, int li, bool enable, u32 priority);

int chorus_port_send(struct chorus_port *port, struct chorus_message *message);
int chorus_port_post(struct chorus_port *port, struct chorus_message *message);
void chorus_port_requeue(struct chorus_port *port, struct chorus_message *message);
struct chorus_message *chorus_port_take_first_locked(struct chorus_port *port);
struct chorus_message *chorus_port_take_any_locked(struct chorus_actor *actor);
bool chorus_port_withdraw(struct chorus_message *message);
void chorus_port_settle_locked(struct chorus_port *port);
bool chorus_port_is_awaited_locked(struct chorus_port *port);
void chorus_port_taken_locked(struct chorus_port *port, struct chorus_message *message);
void chorus_port_append_locked(struct chorus_port *port, struct chorus_message *message);
struct task_struct *chorus_port_hand_over_locked(struct chorus_port *port,
						 struct chorus_message *message);

/* The oldest message of a port, SERVED, or NULL. */
static inline struct chorus_message *chorus_port_take_locked(struct chorus_port *port)
{
	lockdep_assert_held(&port->actor->lock);
	return list_empty(&port->queue) ? NULL : chorus_port_take_first_locked(port);
}

/* For those who take a port apart: port.c and migrate.c. */
int chorus_port_charge(struct chorus_actor *actor);
void chorus_port_uncharge(struct chorus_actor *actor);
struct chorus_actor *chorus_port_lock(struct chorus_port *port) __acquires(&port->actor->lock);
void chorus_port_detach_locked(struct chorus_port *port, struct list_head *messages);
void chorus_port_fail_messages(struct list_head *messages, int error);

int chorus_port_init(void);
void chorus_port_exit(void);

#endif /* CHORUS_IPC_PORT_H */
