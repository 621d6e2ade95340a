// SPDX-License-Identifier: GPL-2.0-only
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/message.h"
#include "ipc/migrate.h"
#include "ipc/port.h"
#include "ipc/window.h"

static int movable(const struct chorus_port *port)
{
	if (chorus_ui_type(&port->object.ui) != CHORUS_UI_PORT)
		return -EINVAL;
	return 0;
}

/*
 * The cut.  Waiters leave, the port is in no set, its local id is free again, and what
 * comes from here on waits in a port of @to, where nobody can name it yet.
 */
static int port_cut(struct chorus_actor *from, int li, struct chorus_actor *to, int to_li,
		    struct list_head *flushed, u64 *seqnum, struct chorus_port **moved,
		    struct chorus_window **window)
{
	struct chorus_port *port;
	int ret = -ENOENT;

	rcu_read_lock();	/* keeps the tasks of the waiters */
	spin_lock(&from->lock);
	port = chorus_port_find_li(from, li);
	if (port)
		ret = movable(port);
	if (!ret) {
		chorus_port_detach_locked(port, flushed);
		*window = chorus_window_detach_locked(port, from);
		xa_erase(&from->ports, li);
		from->nr_ports--;
		*seqnum = port->seqnum + 1;
		port->seqnum = 0;
		port->lend = CHORUS_LEND_NONE;	/* what @from may take says nothing of @to */
		WRITE_ONCE(port->body_max, CHORUS_BODY_MAX);
		port->li = to_li;
		chorus_object_get(&port->object);
		*moved = port;
		/* Whoever waits for the lock of @from looks again; see chorus_port_lock(). */
		WRITE_ONCE(port->actor, to);
	}
	spin_unlock(&from->lock);
	rcu_read_unlock();
	return ret;
}

/* False: it has died on its way. */
static bool port_attach(struct chorus_port *port, struct chorus_actor *to)
{
	struct chorus_message *message;
	bool alive;

	spin_lock(&to->lock);
	alive = chorus_object_alive(&port->object);
	if (alive) {
		/* Their places in the order of arrival were those of another actor. */
		list_for_each_entry(message, &port->queue, node)
			message->arrival = ++to->arrivals;
		/* The slot is reserved: nothing is allocated. */
		xa_store(&to->ports, port->li, port, GFP_NOWAIT);
		/* Unless it has joined on its way. */
		if (port->pool_member && list_empty(&port->pool_node))
			list_add(&port->pool_node, &to->pool_ports);
	}
	spin_unlock(&to->lock);
	smp_mb();	/* pairs with the kill of the actor: it sees the port, or we its death */
	if (alive && !chorus_object_alive(&to->object)) {
		chorus_port_kill(port);
		alive = false;
	}
	return alive;
}

/**
 * chorus_port_migrate() - portMigrate
 * @from: the actor the port is attached to, acquired
 * @li: its local id there
 * @to: where it goes, acquired, another one of the same site
 * @flush: the messages in its queue are deleted; else they go with it
 * @seqnum: out: messages received from it at @from, and one for the migration
 *
 * Returns the local id in @to, positive; -EINVAL (the same actor; a default or a static
 * port), -EPERM (a supervisor actor), -ENOENT, -EDQUOT, -ENOMEM with nothing done;
 * -EOWNERDEAD: @to died meanwhile, and the port with it.
 */
int chorus_port_migrate(struct chorus_actor *from, int li, struct chorus_actor *to, bool flush,
			u64 *seqnum)
{
	struct chorus_window *window = NULL;
	struct chorus_port *port = NULL;
	LIST_HEAD(flushed);
	u32 to_li;
	int ret;

	if (from->supervisor || to->supervisor)
		return -EPERM;
	if (from == to || li <= CHORUS_LI_DEFAULT)
		return -EINVAL;
	ret = chorus_port_charge(to);
	if (ret)
		return ret;
	ret = xa_alloc_cyclic(&to->ports, &to_li, NULL, XA_LIMIT(1, INT_MAX), &to->next_li,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0)
		goto uncharge;
	chorus_object_get(&to->object);		/* the port's */
	chorus_step(M1);
	ret = port_cut(from, li, to, to_li, flush ? &flushed : NULL, seqnum, &port, &window);
	if (ret)
		goto put;
	chorus_step(M2);
	chorus_user_uncharge(from->user, CHORUS_QUOTA_PORTS, 1);
	chorus_window_put(window);
	chorus_port_fail_messages(&flushed, -EIDRM);
	ret = port_attach(port, to) ? to_li : -EOWNERDEAD;
	chorus_step(M3);
	trace_chorus_port_migrate(port, from, to);
	chorus_count(port_migrate);
	chorus_port_put(port);
	chorus_actor_put(from);			/* the port's */
	return ret;

put:
	chorus_actor_put(to);
	xa_erase(&to->ports, to_li);
uncharge:
	chorus_port_uncharge(to);
	return ret;
}
