// SPDX-License-Identifier: GPL-2.0-only
/* ipcSend to a port, to one member of a group, to a shared queue; to all members: broadcast.c. */
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/bar.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "ipc/route.h"
#include "ipc/rpc.h"
#include "ipc/stamp.h"
#include "ipc/window.h"
#include "object/brief.h"

/* Up to N1, with the message stamped: complete it. */
static __always_inline int send_fill(struct chorus_message *message,
				     const struct chorus_buffers *from)
{
	int ret;

	message->flags = 0;
	ret = chorus_message_fill(message, &message->request, &message->flags, from);
	if (unlikely(ret))
		return ret;
	chorus_plant_here();
	chorus_step(N1);
	trace_chorus_send(message);
	return 0;
}

/* To a port that is referenced by us.  On success the message is not the caller's. */
static __always_inline int send_to(struct chorus_port *port, struct chorus_message *message,
				   const struct chorus_buffers *from)
{
	int ret;

	if (unlikely(rcu_access_pointer(port->window)) && !from->place)
		chorus_window_take(port, message, from->size);
	ret = send_fill(message, from);
	if (unlikely(ret))
		return ret;
	chorus_brief_lock();
	ret = chorus_port_send(port, message);
	chorus_brief_unlock();
	if (unlikely(ret)) {
		chorus_move_undo(message, &message->request, from);
		return ret;
	}
	chorus_count(send);
	chorus_step(N2);
	return 0;
}

/* ---- groups ---- */

static int send_to_pool(struct chorus_group *group, struct chorus_message *message,
			const struct chorus_buffers *from)
{
	int ret = send_fill(message, from);

	if (ret)
		return ret;
	ret = chorus_pool_post(group, message);
	if (ret) {
		chorus_move_undo(message, &message->request, from);
		return ret;
	}
	chorus_count(send);
	chorus_step(N2);
	return 0;
}

/* Returns -EAGAIN where the group has lost its last member meanwhile; there may be a new one. */
static int send_shared(struct chorus_actor *actor, s32 src_li, const struct chorus_ui *target,
		       const struct chorus_ui *cotarget, const struct chorus_buffers *from,
		       struct chorus_message *message)
{
	struct chorus_group *group = ERR_PTR(-ENOENT);
	struct chorus_port *src;
	int ret;

	rcu_read_lock();
	src = chorus_port_find_li(actor, src_li);
	if (src)
		group = chorus_group_get_shared(actor->object.site, target, cotarget);
	if (IS_ERR(group)) {
		rcu_read_unlock();
		return PTR_ERR(group);
	}
	chorus_message_stamp(message, actor, src, target, cotarget);
	rcu_read_unlock();
	ret = send_to_pool(group, message, from);
	chorus_object_put(&group->object);
	return ret == -EHOSTUNREACH ? -EAGAIN : ret;
}

/* Returns -EAGAIN where the chosen one died under our hands: that leaves the others. */
static int send_chosen(struct chorus_actor *actor, s32 src_li, const struct chorus_ui *target,
		       const struct chorus_ui *cotarget, const struct chorus_buffers *from,
		       struct chorus_message *message)
{
	struct chorus_port *src, *port = ERR_PTR(-ENOENT);
	int ret;

	rcu_read_lock();
	src = chorus_port_find_li(actor, src_li);
	if (src)
		port = chorus_route_group(actor->object.site, target, cotarget);
	ret = PTR_ERR_OR_ZERO(port);
	if (!ret && chorus_port_refuses(port, from->size))
		ret = -EMSGSIZE;
	if (!ret && !kref_get_unless_zero(&port->object.ref))
		ret = -EAGAIN;
	if (!ret)
		chorus_message_stamp(message, actor, src, target, cotarget);
	rcu_read_unlock();
	if (ret)
		return ret;
	ret = send_to(port, message, from);
	chorus_port_put(port);
	if (ret)
		chorus_message_trim(message);	/* a slot is of that port's window */
	return ret == -EHOSTUNREACH ? -EAGAIN : ret;
}

static int send_to_group(struct chorus_actor *actor, s32 src_li, const struct chorus_ui *target,
			 const struct chorus_ui *cotarget, const struct chorus_buffers *from)
{
	bool shared = chorus_ui_type(target) == CHORUS_UI_GROUP_SHARED;
	bool all = !shared && chorus_ui_mode(target) == CHORUS_MODE_BROADCAST;
	struct chorus_message *message;
	int ret;

	/* What has no one port that could have said so takes classic bodies. */
	if (from->size > CHORUS_BODY_MAX && (shared || all))
		return -EMSGSIZE;
	if (all)
		return chorus_group_broadcast(actor, src_li, target, cotarget, from);
	message = chorus_message_alloc(actor);
	if (IS_ERR(message))
		return PTR_ERR(message);
	do {
		ret = shared ? send_shared(actor, src_li, target, cotarget, from, message) :
			       send_chosen(actor, src_li, target, cotarget, from, message);
	} while (ret == -EAGAIN);
	if (ret)
		chorus_message_free(message);
	return ret;
}

/* ---- a port ---- */

/* Find it, and stamp the message: 0, and it is referenced; -ENOENT, -EHOSTUNREACH, -EMSGSIZE. */
static __always_inline int send_begin(struct chorus_actor *actor, s32 src_li,
				      const struct chorus_ui *target,
				      const struct chorus_ui *cotarget, u32 size,
				      struct chorus_message *message, struct chorus_port **to)
{
	struct chorus_port *src, *port;
	int ret = 0;

	chorus_brief_lock();
	src = chorus_port_find_li(actor, src_li);
	port = chorus_route(actor->object.site, target);
	if (unlikely(!src)) {
		ret = -ENOENT;
	} else if (unlikely(!port)) {
		chorus_count(send_unknown);
		ret = -EHOSTUNREACH;
	} else if (chorus_port_refuses(port, size)) {
		ret = -EMSGSIZE;
	} else if (unlikely(!kref_get_unless_zero(&port->object.ref))) {
		/* Alive a moment ago is no promise: its last reference may be going. */
		ret = -EHOSTUNREACH;
	} else {
		chorus_message_stamp(message, actor, src, target, cotarget);
		*to = port;
	}
	chorus_brief_unlock();
	return ret;
}

/**
 * chorus_rpc_send() - ipcSend
 * @actor: the sender
 * @src_li: its source port
 * @target: destination
 * @cotarget: coTarget
 * @from: the message; size judged before
 *
 * Returns 0; -ENOENT (source port), -EHOSTUNREACH, -EINVAL (mode and coTarget), -EMSGSIZE,
 * -ENOBUFS, -EPERM, -EDQUOT, -ENOMEM, -EFAULT with nothing sent.
 */
int chorus_rpc_send(struct chorus_actor *actor, s32 src_li, const struct chorus_ui *target,
		    const struct chorus_ui *cotarget, const struct chorus_buffers *from)
{
	struct chorus_message *message;
	struct chorus_port *port;
	int ret;

	ret = chorus_bar_check_send(actor, target);
	if (unlikely(ret))
		return ret;
	if (unlikely(chorus_ui_is_group(target)))
		return send_to_group(actor, src_li, target, cotarget, from);
	message = chorus_message_alloc(actor);
	if (IS_ERR(message))
		return PTR_ERR(message);
	ret = send_begin(actor, src_li, target, cotarget, from->size, message, &port);
	if (unlikely(ret))
		goto error;
	ret = send_to(port, message, from);
	chorus_port_put(port);
	if (unlikely(ret))
		goto error;
	return 0;
error:
	chorus_message_free(message);
	return ret;
}

/* ---- several ---- */

/* A living port is the one that its name means; else the one that does now, or NULL. */
static struct chorus_port *way_port(struct chorus_way *way, struct chorus_site *site,
				    const struct chorus_ui *target)
{
	struct chorus_port *port = way->port;

	if (likely(port && chorus_ui_equal(&port->object.ui, target) &&
		   chorus_object_alive(&port->object)))
		return port;
	chorus_port_put(port);
	way->port = chorus_port_get(site, target);
	return way->port;
}

/**
 * chorus_rpc_send_along() - ipcSend, one of several
 * @way: of the one before
 * @actor: the sender, the same for all
 * @src_li: its source port
 * @target: destination
 * @from: the message, no larger than CHORUS_BODY_MAX
 *
 * As chorus_rpc_send() without coTarget, which has what is no port.
 */
int chorus_rpc_send_along(struct chorus_way *way, struct chorus_actor *actor, s32 src_li,
			  const struct chorus_ui *target, const struct chorus_buffers *from)
{
	static const struct chorus_ui nobody;
	struct chorus_port *port = way_port(way, actor->object.site, target), *src;
	struct chorus_message *message;
	int ret;

	if (unlikely(!port))
		return chorus_rpc_send(actor, src_li, target, &nobody, from);
	ret = chorus_bar_check_send(actor, target);
	if (unlikely(ret))
		return ret;
	message = chorus_message_alloc(actor);
	if (IS_ERR(message))
		return PTR_ERR(message);
	chorus_brief_lock();
	src = chorus_port_find_li(actor, src_li);
	if (likely(src))
		chorus_message_stamp(message, actor, src, target, &nobody);
	chorus_brief_unlock();
	ret = likely(src) ? send_to(port, message, from) : -ENOENT;
	if (unlikely(ret))
		chorus_message_free(message);	/* which gives a slot back, too */
	return ret;
}

/** chorus_rpc_way_end() - nothing more is sent along it */
void chorus_rpc_way_end(struct chorus_way *way)
{
	chorus_port_put(way->port);
	way->port = NULL;
}
