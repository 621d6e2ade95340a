// SPDX-License-Identifier: GPL-2.0-only
/*
 * Broadcast: one message to every member of a group.
 *
 * All memory is had before the first member gets anything, so that a broadcast is refused
 * as a whole or goes to everybody.  The body is copied once and shared; each member's
 * queue gets a node of its own.  One after the other, in the order of their places: what
 * one thread broadcasts arrives everywhere in its order.
 */
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "ipc/message.h"
#include "ipc/port.h"

#define BATCH	64		/* members between two chances for others to run */

struct broadcast {
	struct chorus_group *group;		/* referenced */
	u64 births;				/* members born later are left out */
	unsigned int nr;			/* at least as many as were born before */
	struct chorus_ipc_sysinfo info;		/* the stamp, but for the transaction */
	struct chorus_copies copies;
	unsigned int delivered;
	unsigned int lost;
	bool full;				/* some queue was */
};

/* Returns 0, -ENOENT (source port), -ESHUTDOWN, -EHOSTUNREACH (no member). */
static int broadcast_begin(struct broadcast *b, struct chorus_actor *actor, s32 src_li,
			   const struct chorus_ui *target)
{
	struct chorus_group *group;
	struct chorus_port *src;
	int ret = -EHOSTUNREACH;

	rcu_read_lock();
	src = chorus_port_find_li(actor, src_li);
	if (!src) {
		ret = chorus_object_alive(&actor->object) ? -ENOENT : -ESHUTDOWN;
		goto out;
	}
	b->info.out_src = src->object.ui;
	b->info.out_target = *target;
	b->info.out_actor_pi = READ_ONCE(actor->pi);
	b->info.out_port_pi = READ_ONCE(src->pi);

	group = chorus_group_find(actor->object.site, target);
	if (!group || !kref_get_unless_zero(&group->object.ref))
		goto out;
	b->group = group;
	/* Who was born before this was counted before it, and who is not counted is gone. */
	b->births = smp_load_acquire(&group->births);
	b->nr = smp_load_acquire(&group->nr_members);
	ret = 0;
out:
	rcu_read_unlock();
	return ret;
}

/* Inside an RCU read section. */
static void broadcast_to(struct broadcast *b, struct chorus_member *member)
{
	struct chorus_message *message;
	int ret;

	if (unlikely(member->birth > b->births || WARN_ON_ONCE(!b->copies.nr)))
		return;
	message = chorus_copies_take(&b->copies);
	message->info = b->info;
	message->info.out_transid = chorus_message_new_token();
	trace_chorus_send(message);
	ret = chorus_port_send(member->key.port, message);
	if (likely(!ret)) {
		b->delivered++;
		return;
	}
	chorus_copies_give_back(&b->copies, message);
	b->full |= ret == -ENOBUFS;
	b->lost++;
}

/*
 * In steps of one, two, four and so on members: a group may be large, and those who
 * wait for the CPU, or for a grace period, are not to wait for all of it.
 */
static void broadcast_to_all(struct broadcast *b)
{
	XA_STATE(xas, &b->group->members, 0);
	struct chorus_member *member;
	unsigned int left = 1, batch = 1;

	rcu_read_lock();
	xas_for_each(&xas, member, INT_MAX) {
		if (xas_retry(&xas, member))
			continue;
		broadcast_to(b, member);
		if (--left)
			continue;
		batch = min(batch * 2, (unsigned int)BATCH);
		left = batch;
		xas_pause(&xas);
		rcu_read_unlock();
		chorus_step(Y2);
		cond_resched();
		rcu_read_lock();
	}
	rcu_read_unlock();
}

/**
 * chorus_group_broadcast() - ipcSend to a group
 * @actor: the sender
 * @src_li: its source port
 * @target: the group
 * @cotarget: must be null
 * @from: the message; size judged before
 *
 * Returns 0 if a member has got it; -EINVAL, -ENOENT, -ESHUTDOWN, -EHOSTUNREACH (no
 * member), -EDQUOT, -ENOMEM, -EFAULT with nothing sent; -ENOBUFS if all queues were full.
 */
int chorus_group_broadcast(struct chorus_actor *actor, s32 src_li,
			   const struct chorus_ui *target, const struct chorus_ui *cotarget,
			   const struct chorus_buffers *from)
{
	struct broadcast b = { };
	int ret;

	if (!chorus_ui_is_null(cotarget))
		return -EINVAL;
	ret = broadcast_begin(&b, actor, src_li, target);
	if (!ret && !b.nr)
		ret = -EHOSTUNREACH;
	if (!ret)
		ret = chorus_copies_alloc(&b.copies, actor, b.nr, from);
	if (ret)
		goto out;
	chorus_plant_here();
	chorus_step(Y1);
	broadcast_to_all(&b);
	chorus_copies_free(&b.copies);
	chorus_count(broadcast);
	chorus_count_add(send, b.delivered);
	chorus_count_add(broadcast_lost, b.lost);
	trace_chorus_broadcast(b.group, b.delivered, b.lost);
	chorus_step(Y3);
	ret = b.delivered ? 0 : b.full ? -ENOBUFS : -EHOSTUNREACH;
out:
	if (ret == -EHOSTUNREACH)
		chorus_count(send_unknown);
	if (b.group)
		chorus_object_put(&b.group->object);
	return ret;
}
