// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "executive/actor.h"
#include "ipc/cycle.h"
#include "ipc/message.h"
#include "ipc/port.h"

/* One thread on the way, and the call it waits in. */
struct cycle_step {
	struct chorus_thread *thread;
	u64 token;
};

struct cycle_walk {
	struct cycle_step steps[CHORUS_CYCLE_MAX];
	unsigned int nr;
	bool closed;			/* it leads back to the first thread */
};

/* False: the thread is free, or there are too many. */
static bool walk_add(struct cycle_walk *walk, struct chorus_thread *thread)
{
	u64 token = smp_load_acquire(&thread->call_token);
	unsigned int i;

	if (!token)
		return false;
	for (i = 0; i < walk->nr; i++) {
		if (walk->steps[i].thread != thread)
			continue;
		walk->closed |= !i;
		return walk->steps[i].token == token;
	}
	if (walk->nr == CHORUS_CYCLE_MAX)
		return false;
	walk->steps[walk->nr].thread = thread;
	walk->steps[walk->nr++].token = token;
	return true;
}

static bool is_queued_locked(struct chorus_port *port, u64 token)
{
	struct chorus_message *message;

	lockdep_assert_held(&port->actor->lock);
	list_for_each_entry(message, &port->queue, node)
		if (chorus_message_token(message) == token)
			return true;
	return false;
}

/* Everybody who serves the actor; false: nobody does, or one of them is free. */
static bool add_servers_locked(struct cycle_walk *walk, struct chorus_actor *actor)
{
	struct chorus_thread *thread;
	bool any = false;

	lockdep_assert_held(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		if (!READ_ONCE(thread->serves))
			continue;
		if (!walk_add(walk, thread))
			return false;
		any = true;
	}
	return any;
}

/* The one thread whose current message it is. */
static bool add_current_locked(struct cycle_walk *walk, struct chorus_actor *actor, u64 token)
{
	struct chorus_thread *thread;

	lockdep_assert_held(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node)
		if (READ_ONCE(thread->current_token) == token)
			return walk_add(walk, thread);
	return false;
}

/* Adds those whom a step waits for; false: one of them is free, or it cannot be told. */
static bool walk_follow(struct cycle_walk *walk, const struct cycle_step *step)
{
	struct chorus_port *port = READ_ONCE(step->thread->call_port);
	struct chorus_actor *actor;
	bool stuck;

	actor = chorus_port_lock(port);
	if (is_queued_locked(port, step->token))
		stuck = !rcu_access_pointer(port->handler) && add_servers_locked(walk, actor);
	else
		stuck = add_current_locked(walk, actor, step->token);
	spin_unlock(&actor->lock);
	return stuck;
}

/* Inside an RCU read section.  True: everybody reached waits, @thread among them. */
static bool walk_from(struct cycle_walk *walk, struct chorus_thread *thread)
{
	unsigned int i;

	/* Both copies are compared as a whole. */
	memset(walk, 0, sizeof(*walk));
	if (!walk_add(walk, thread))
		return false;
	for (i = 0; i < walk->nr; i++)
		if (!walk_follow(walk, &walk->steps[i]))
			return false;
	return walk->closed;
}

/**
 * chorus_cycle_found() - would this call wait for itself?
 * @thread: the calling thread, after chorus_cycle_enter() and with its request posted
 *
 * A thread, and the port it is at, were there when it was read in this RCU section, so
 * their memory stays to the end of it.
 */
bool chorus_cycle_found(struct chorus_thread *thread)
{
	struct cycle_walk first, second;
	bool found;

	smp_mb();	/* our own edge before the look at the others': they do the same */
	rcu_read_lock();
	found = walk_from(&first, thread) && walk_from(&second, thread) &&
		!memcmp(&first, &second, sizeof(first));
	rcu_read_unlock();
	return found;
}
