// SPDX-License-Identifier: GPL-2.0-only
#include "debug/stat.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "ipc/hold.h"
#include "ipc/message.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "object/quota.h"

void chorus_pool_init(struct chorus_pool *pool)
{
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->queue);
	INIT_LIST_HEAD(&pool->idle);
}

/* ---- the members' side, under the lock of the port's actor ---- */

/*
 * The oldest message, off the queue and SERVED; or NULL, and the member is idle from here
 * on.  In one section of the lock, so that a sender sees either its message taken or
 * somebody to send to it.
 */
static struct chorus_message *pool_take_locked(struct chorus_port *port)
{
	struct chorus_member *member = port->pool_member;
	struct chorus_pool *pool = &member->key.group->pool;
	struct chorus_message *message;

	lockdep_assert_held(&port->actor->lock);
	/* Not idle either: see chorus_bar_set(). */
	if (unlikely(port->actor->bar & CHORUS_BAR_RECEIVE))
		return NULL;
	spin_lock(&pool->lock);
	message = list_first_entry_or_null(&pool->queue, struct chorus_message, node);
	if (message) {
		list_del_init(&message->node);
		pool->queued--;
		/* SERVED is written once: its client may turn it into CANCELLED any time. */
		chorus_port_taken_locked(port, message);
	} else if (list_empty(&member->idle_node)) {
		list_add(&member->idle_node, &pool->idle);
	}
	spin_unlock(&pool->lock);
	return message;
}

/**
 * chorus_pool_take_locked() - for a receive from a member
 * @port: a port with a pool, whose own queue is empty
 *
 * Returns a message, SERVED, or NULL: then the caller's thread may wait on the port.
 */
struct chorus_message *chorus_pool_take_locked(struct chorus_port *port)
{
	struct chorus_message *message;

	lockdep_assert_held(&port->actor->lock);
	message = pool_take_locked(port);
	if (message)
		chorus_count(receive_queued);
	return message;
}

/** chorus_pool_take_any_locked() - the same for a receive from any enabled port */
struct chorus_message *chorus_pool_take_any_locked(struct chorus_actor *actor)
{
	struct chorus_message *message;
	struct chorus_port *port;

	lockdep_assert_held(&actor->lock);
	list_for_each_entry(port, &actor->pool_ports, pool_node) {
		if (!port->enabled)
			continue;
		message = chorus_pool_take_locked(port);
		if (message)
			return message;
	}
	return NULL;
}

/*
 * Give one message to a thread that waits on a member: its task, to be woken, or NULL, and
 * then nobody waits, or the member is idle.  Inside an RCU read section.
 */
static struct task_struct *pool_feed_locked(struct chorus_port *port)
{
	struct chorus_message *message;

	lockdep_assert_held(&port->actor->lock);
	if (!chorus_port_is_awaited_locked(port))
		return NULL;
	message = pool_take_locked(port);
	return message ? chorus_port_hand_over_locked(port, message) : NULL;
}

/**
 * chorus_pool_settle_locked() - give to those who wait on a member what its pool has
 * @port: a port with a pool
 */
void chorus_pool_settle_locked(struct chorus_port *port)
{
	struct task_struct *task;

	lockdep_assert_held(&port->actor->lock);
	rcu_read_lock();
	while ((task = pool_feed_locked(port)))
		wake_up_process(task);
	rcu_read_unlock();
}

/* The same for a sender, which wakes them without the lock. */
static void pool_serve(struct chorus_port *port)
{
	struct chorus_actor *actor;
	struct task_struct *task;
	bool more;

	rcu_read_lock();
	do {
		actor = chorus_port_lock(port);
		task = port->pool_member ? pool_feed_locked(port) : NULL;
		more = task && chorus_port_is_awaited_locked(port);
		spin_unlock(&actor->lock);
		if (task)
			wake_up_process(task);
	} while (more);
	rcu_read_unlock();
}

/* ---- the senders' side ---- */

/* A member that may take what is queued, off the idle list; its port is referenced. */
static struct chorus_port *pool_pop_idle(struct chorus_pool *pool)
{
	struct chorus_port *port = NULL;
	struct chorus_member *member;

	spin_lock(&pool->lock);
	while (!port && pool->queued) {
		member = list_first_entry_or_null(&pool->idle, struct chorus_member, idle_node);
		if (!member)
			break;
		list_del_init(&member->idle_node);
		port = member->key.port;
		if (!kref_get_unless_zero(&port->object.ref))
			port = NULL;
	}
	spin_unlock(&pool->lock);
	return port;
}

/* Until nothing is queued or nobody is idle. */
static void pool_run(struct chorus_pool *pool)
{
	struct chorus_port *port;

	while ((port = pool_pop_idle(pool))) {
		pool_serve(port);
		chorus_port_put(port);
	}
}

/**
 * chorus_pool_post() - deliver a message to a group with a shared queue (step C3, N2)
 * @group: referenced
 * @message: the caller's, complete; on success it is not any more
 *
 * Returns 0, -EHOSTUNREACH (the last member has left), -ENOBUFS.
 */
int chorus_pool_post(struct chorus_group *group, struct chorus_message *message)
{
	struct chorus_pool *pool = &group->pool;
	int ret = 0;

	message->group = group;	/* before the state that lets the client look at it */
	spin_lock(&pool->lock);
	if (pool->closed) {
		ret = -EHOSTUNREACH;
	} else if (pool->queued >= chorus_port_queue) {
		ret = -ENOBUFS;
	} else {
		atomic_set(&message->state, CHORUS_MESSAGE_POOLED);
		list_add_tail(&message->node, &pool->queue);
		pool->queued++;
	}
	spin_unlock(&pool->lock);
	if (ret) {
		if (ret == -ENOBUFS)
			chorus_count(send_full);
		return ret;
	}
	pool_run(pool);
	return 0;
}

/**
 * chorus_pool_accept() - take a message that a dead server has left
 * @group: referenced
 * @message: FORWARDED; on success not the caller's any more
 *
 * Above the limit of the queue if need be.  Returns 0, -EHOSTUNREACH (the last member has left),
 * -ECANCELED: the client has left it to the caller.
 */
int chorus_pool_accept(struct chorus_group *group, struct chorus_message *message)
{
	struct chorus_pool *pool = &group->pool;
	int ret = 0;

	WRITE_ONCE(message->group, group);
	spin_lock(&pool->lock);
	if (pool->closed) {
		ret = -EHOSTUNREACH;
	} else if (atomic_cmpxchg(&message->state, CHORUS_MESSAGE_FORWARDED,
				  CHORUS_MESSAGE_POOLED) != CHORUS_MESSAGE_FORWARDED) {
		ret = -ECANCELED;
	} else {
		list_add_tail(&message->node, &pool->queue);
		pool->queued++;
	}
	spin_unlock(&pool->lock);
	if (!ret)
		pool_run(pool);
	return ret;
}

/**
 * chorus_pool_withdraw() - a client takes its request back
 * @message: its request, in any state
 *
 * As chorus_port_withdraw(): a group lives while a message is POOLED in it.
 */
bool chorus_pool_withdraw(struct chorus_message *message)
{
	struct chorus_group *group;
	struct chorus_pool *pool;
	bool mine = false;

	rcu_read_lock();
	if (atomic_read_acquire(&message->state) == CHORUS_MESSAGE_POOLED) {
		group = READ_ONCE(message->group);
		pool = &group->pool;
		spin_lock(&pool->lock);
		/* A dead server may have left it to another pool meanwhile. */
		if (atomic_read(&message->state) == CHORUS_MESSAGE_POOLED &&
		    message->group == group) {
			list_del_init(&message->node);
			pool->queued--;
			atomic_set(&message->state, CHORUS_MESSAGE_IDLE);
			mine = true;
		}
		spin_unlock(&pool->lock);
	}
	rcu_read_unlock();
	return mine;
}

/* ---- members come and go ---- */

/** chorus_pool_join_locked() - a port becomes a member: it may have threads that wait */
void chorus_pool_join_locked(struct chorus_member *member)
{
	struct chorus_port *port = member->key.port;

	lockdep_assert_held(&port->actor->lock);
	port->pool_member = member;
	list_add(&port->pool_node, &port->actor->pool_ports);
	chorus_pool_settle_locked(port);
}

/** chorus_pool_leave_locked() - the port takes nothing from the pool any more, if it did */
void chorus_pool_leave_locked(struct chorus_member *member)
{
	struct chorus_pool *pool = &member->key.group->pool;
	struct chorus_port *port = member->key.port;

	lockdep_assert_held(&port->actor->lock);
	if (port->pool_member != member)
		return;
	port->pool_member = NULL;
	list_del_init(&port->pool_node);
	spin_lock(&pool->lock);
	list_del_init(&member->idle_node);
	spin_unlock(&pool->lock);
}

/**
 * chorus_pool_close() - the last member has left: what nobody took fails, or waits for a successor
 * @pool: of a dead group
 * @last: the port of that member, referenced; NULL if there was none
 */
void chorus_pool_close(struct chorus_pool *pool, struct chorus_port *last)
{
	struct chorus_hold hold = { };
	struct chorus_message *message;
	struct chorus_actor *actor;
	LIST_HEAD(messages);

	/* It speaks for the group. */
	if (last) {
		rcu_read_lock();
		actor = chorus_port_lock(last);
		hold.policy = last->policy;
		spin_unlock(&actor->lock);
		rcu_read_unlock();
		hold.port = last->object.ui;
	}

	spin_lock(&pool->lock);
	pool->closed = true;
	list_for_each_entry(message, &pool->queue, node) {
		/* Nobody serves it; its maker will do for who looks. */
		message->server = message->owner;
		message->hold.policy = hold.policy;
		message->hold.port = hold.port;
		atomic_set(&message->state, CHORUS_MESSAGE_SERVED);
	}
	list_splice_init(&pool->queue, &messages);
	pool->queued = 0;
	spin_unlock(&pool->lock);
	chorus_hold_or_fail_all(&messages, -EIDRM);
}
