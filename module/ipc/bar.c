// SPDX-License-Identifier: GPL-2.0-only
#include "compat/wake.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "executive/thread.h"
#include "ipc/bar.h"
#include "ipc/message.h"
#include "ipc/pool.h"
#include "ipc/port.h"

/* ---- judging ---- */

/** chorus_bar_judge_send() - see chorus_bar_check_send() */
int chorus_bar_judge_send(struct chorus_actor *actor, const struct chorus_ui *target)
{
	struct chorus_ui name = chorus_ui_without_mode(target);
	bool barred;

	spin_lock(&actor->lock);
	barred = (actor->bar & CHORUS_BAR_SEND) && !chorus_ui_equal(&actor->mediator, &name);
	spin_unlock(&actor->lock);
	if (!barred)
		return 0;
	chorus_count(send_barred);
	return -EPERM;
}

/**
 * chorus_bar_admits_locked() - may a message come in?
 * @actor: who would receive it
 * @message: stamped by who posts it
 */
bool chorus_bar_admits_locked(const struct chorus_actor *actor,
			      const struct chorus_message *message)
{
	lockdep_assert_held(&actor->lock);
	return !(actor->bar & CHORUS_BAR_RECEIVE) || message->owner == actor ||
	       chorus_ui_equal(&message->info.out_src, &actor->mediator);
}

/**
 * chorus_bar_admits_from_locked() - may what an actor passes on come in?
 * @actor: who would receive it
 * @from: who passes it on; NULL: a server that died
 *
 * The stamp of such a message is its sender's.  Inside an RCU read section.
 */
bool chorus_bar_admits_from_locked(const struct chorus_actor *actor,
				   const struct chorus_actor *from)
{
	struct chorus_port *port;

	lockdep_assert_held(&actor->lock);
	if (!(actor->bar & CHORUS_BAR_RECEIVE) || from == actor)
		return true;
	port = chorus_port_find(actor->object.site, &actor->mediator);
	return from && port && READ_ONCE(port->actor) == from;
}

/* ---- setting ---- */

/* Its threads look whenever they wait for a reply; those that do now are woken to look. */
static void mark_threads_locked(struct chorus_actor *actor)
{
	struct chorus_thread *thread;

	lockdep_assert_held(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		if (actor->bar & CHORUS_BAR_SEND) {
			set_bit(CHORUS_THREAD_BARRED, &thread->attention);
			chorus_wake_interruptible(thread->task);
		} else {
			clear_bit(CHORUS_THREAD_BARRED, &thread->attention);
		}
	}
}

/* What lies in the queue and would not come in any more. */
static void refuse_queued_locked(struct chorus_port *port, struct list_head *refused)
{
	struct chorus_message *message, *next;
	LIST_HEAD(kept);

	lockdep_assert_held(&port->actor->lock);
	while ((message = chorus_port_take_locked(port))) {
		port->seqnum--;		/* nobody has received it */
		if ((message->flags & CHORUS_MSG_DEATH) ||
		    chorus_bar_admits_locked(port->actor, message))
			list_add_tail(&message->node, &kept);
		else
			list_add_tail(&message->node, refused);
	}
	list_for_each_entry_safe(message, next, &kept, node) {
		list_del_init(&message->node);
		chorus_port_append_locked(port, message);
	}
}

static void refuse_queued(struct chorus_actor *actor, struct chorus_port *port)
{
	struct chorus_message *message, *next;
	LIST_HEAD(refused);

	spin_lock(&actor->lock);
	if (port->actor == actor && chorus_object_alive(&port->object))
		refuse_queued_locked(port, &refused);
	spin_unlock(&actor->lock);
	list_for_each_entry_safe(message, next, &refused, node) {
		list_del_init(&message->node);
		chorus_message_fail(message, -EPERM);
	}
}

/**
 * chorus_bar_set() - bar an actor from messages, or let it go
 * @actor: acquired; a process'
 * @set: judged; or NULL
 * @old: out: as it was
 *
 * When it returns no message comes in that the bar refuses; calls in the actor's queues have
 * got EPERM, its own calls get it.
 */
void chorus_bar_set(struct chorus_actor *actor, const struct chorus_bar *set,
		    struct chorus_bar *old)
{
	struct chorus_port *port;
	unsigned long li = 0;

	rcu_read_lock();	/* keeps the tasks of its threads */
	spin_lock(&actor->lock);
	*old = (struct chorus_bar){ .what = actor->bar, .mediator = actor->mediator };
	if (set) {
		WRITE_ONCE(actor->bar, set->what);
		actor->mediator = set->mediator;
		mark_threads_locked(actor);
		/* Members that took nothing may have threads that wait. */
		list_for_each_entry(port, &actor->pool_ports, pool_node)
			chorus_pool_settle_locked(port);
	}
	spin_unlock(&actor->lock);
	rcu_read_unlock();
	if (!set || !(set->what & CHORUS_BAR_RECEIVE))
		return;
	chorus_step(A3);
	refuse_queued(actor, actor->default_port);
	while ((port = chorus_port_get_next(actor, &li))) {
		refuse_queued(actor, port);
		chorus_port_put(port);
	}
	chorus_step(A4);
}

/**
 * chorus_bar_actor() - one actor bars another, or looks
 * @by: who asks
 * @cap: the other
 * @set: judged; or NULL
 * @old: out: as it was
 *
 * Returns 0, -EPERM (@by is no SYSTEM or supervisor actor, or is barred; nobody bars himself, or a
 * supervisor actor), -EHOSTUNREACH, -EACCES.
 */
int chorus_bar_actor(struct chorus_actor *by, const struct chorus_cap *cap,
		     const struct chorus_bar *set, struct chorus_bar *old)
{
	struct chorus_actor *actor;
	int ret = 0;

	/* Who is barred frees nobody, not by another's hand either. */
	if (!chorus_actor_trusted(by) || READ_ONCE(by->bar))
		return -EPERM;
	actor = chorus_actor_acquire(by->object.site, cap);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	if (actor == by || actor->supervisor)
		ret = -EPERM;
	else
		chorus_bar_set(actor, set, old);
	chorus_object_release(&actor->object);
	return ret;
}
