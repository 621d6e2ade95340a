// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "debug/cover.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/forward.h"
#include "ipc/group.h"
#include "ipc/hold.h"
#include "ipc/lend.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "object/quota.h"

static void hold_expire(struct work_struct *work);

static LIST_HEAD(held);			/* hold_lock; in state HELD */
static DEFINE_SPINLOCK(hold_lock);
static ktime_t hold_next = KTIME_MAX;	/* hold_lock: when the work is due */
static DECLARE_DELAYED_WORK(hold_work, hold_expire);
static struct workqueue_struct *hold_wq;

/* ---- what a port declares ---- */

/**
 * chorus_hold_policy() - what becomes of a port's calls when it dies
 * @actor: owner
 * @li: local id
 * @set: judged; or NULL
 * @old: out: as it was
 *
 * What was received before keeps what held then.  Returns 0 or -ENOENT.
 */
int chorus_hold_policy(struct chorus_actor *actor, s32 li, const struct chorus_policy *set,
		       struct chorus_policy *old)
{
	struct chorus_port *port;

	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, li);
	if (port) {
		*old = port->policy;
		if (set)
			port->policy = *set;
	}
	spin_unlock(&actor->lock);
	return port ? 0 : -ENOENT;
}

/** chorus_hold_note_locked() - a message is taken from a port that holds */
void chorus_hold_note_locked(struct chorus_port *port, struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	message->hold.policy = port->policy;
	message->hold.port = port->object.ui;
}

/* ---- on the way ---- */

static int deliver_to_member(struct chorus_site *site, const struct chorus_ui *group,
			     struct chorus_message *message)
{
	static const struct chorus_ui nowhere;
	struct chorus_ui target = *group;
	struct chorus_port *port;
	int ret;

	target.head |= (u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	do {
		rcu_read_lock();
		port = chorus_group_choose(site, &target, &nowhere);
		if (!IS_ERR(port) && !kref_get_unless_zero(&port->object.ref))
			port = NULL;
		rcu_read_unlock();
		if (IS_ERR(port))
			return PTR_ERR(port);
		ret = port ? chorus_forward_accept(port, message, NULL) : -EHOSTUNREACH;
		chorus_port_put(port);
		/* A member that died under our hands leaves the others. */
	} while (ret == -EHOSTUNREACH);
	/* Who may not receive it is no successor. */
	return ret == -EPERM ? -EHOSTUNREACH : ret;
}

static int deliver_to_pool(struct chorus_site *site, const struct chorus_ui *name,
			   struct chorus_message *message)
{
	struct chorus_group *group;
	int ret;

	rcu_read_lock();
	group = chorus_group_find(site, name);
	if (group && !kref_get_unless_zero(&group->object.ref))
		group = NULL;
	rcu_read_unlock();
	if (!group)
		return -EHOSTUNREACH;
	ret = chorus_pool_accept(group, message);
	chorus_object_put(&group->object);
	return ret;
}

/* Returns 0, -EHOSTUNREACH (there is nobody), -ECANCELED (the client has left it to us). */
static int deliver_to(struct chorus_site *site, const struct chorus_ui *name,
		      struct chorus_message *message)
{
	struct chorus_port *port;
	int ret;

	if (chorus_ui_type(name) == CHORUS_UI_GROUP_SHARED)
		return deliver_to_pool(site, name, message);
	if (chorus_ui_is_group(name))
		return deliver_to_member(site, name, message);
	port = chorus_port_get(site, name);
	if (!port)
		return -EHOSTUNREACH;
	ret = chorus_forward_accept(port, message, NULL);
	chorus_port_put(port);
	return ret == -EPERM ? -EHOSTUNREACH : ret;
}

static int deliver(struct chorus_site *site, struct chorus_message *message)
{
	int ret = deliver_to(site, &message->hold.port, message);

	if (ret == -EHOSTUNREACH)
		ret = deliver_to(site, &message->hold.policy.heir, message);
	if (!ret)
		chorus_count(call_again);
	return ret;
}

/* ---- held ---- */

/* Off the list, and in nobody's hands but the caller's. */
static void held_take_locked(struct chorus_message *message, struct list_head *to)
{
	lockdep_assert_held(&hold_lock);
	list_move_tail(&message->node, to);
	chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_HELD, 1);
	atomic_set(&message->state, CHORUS_MESSAGE_FORWARDED);
}

static void held_arm_locked(ktime_t until)
{
	s64 left = ktime_to_ns(ktime_sub(until, ktime_get()));

	lockdep_assert_held(&hold_lock);
	if (until >= hold_next)
		return;
	hold_next = until;
	mod_delayed_work(hold_wq, &hold_work, left > 0 ? nsecs_to_jiffies(left) + 1 : 0);
}

/*
 * Returns 0: it is HELD and anybody's; -ECANCELED: the client has left it to us; -EDQUOT,
 * -EHOSTUNREACH: nobody will ever come, or not in time.
 */
static int held_add(struct chorus_message *message)
{
	struct chorus_hold *hold = &message->hold;
	int ret;

	if (chorus_ui_is_null(&hold->policy.heir) &&
	    chorus_ui_type(&hold->port) != CHORUS_UI_STATPORT)
		return -EHOSTUNREACH;
	if (ktime_after(ktime_get(), hold->until))
		return -EHOSTUNREACH;
	ret = chorus_user_charge(message->owner->user, CHORUS_QUOTA_HELD, 1);
	if (ret) {
		chorus_count(quota_refused);
		return ret;
	}
	spin_lock(&hold_lock);
	if (chorus_message_move(message, CHORUS_MESSAGE_FORWARDED, CHORUS_MESSAGE_HELD)) {
		list_add_tail(&message->node, &held);
		held_arm_locked(hold->until);
		chorus_count(call_held);
	} else {
		chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_HELD, 1);
		ret = -ECANCELED;
	}
	spin_unlock(&hold_lock);
	return ret;
}

static bool hold_waits_for(const struct chorus_message *message, const struct chorus_site *site,
			   const struct chorus_ui *name)
{
	const struct chorus_hold *hold = &message->hold;

	return message->owner->object.site == site &&
	       (chorus_ui_equal(&hold->policy.heir, name) || chorus_ui_equal(&hold->port, name));
}

/* All that waits for this name, in its order. */
static void held_take(struct chorus_site *site, const struct chorus_ui *name,
		      struct list_head *messages)
{
	struct chorus_message *message, *next;

	spin_lock(&hold_lock);
	list_for_each_entry_safe(message, next, &held, node)
		if (hold_waits_for(message, site, name))
			held_take_locked(message, messages);
	spin_unlock(&hold_lock);
}

static bool lives(struct chorus_site *site, const struct chorus_ui *name)
{
	struct chorus_object *object;
	bool alive;

	rcu_read_lock();
	object = chorus_object_find(site, name);
	alive = object && chorus_object_alive(object);
	rcu_read_unlock();
	return alive;
}

/* What a client is told in the end: only what nobody has received had no effects. */
static void give_up(struct chorus_message *message)
{
	bool received = message->flags & CHORUS_MSG_AGAIN;

	if (received)
		chorus_count(call_server_dead);
	else
		chorus_count(call_port_dead);
	chorus_message_end(message, CHORUS_MESSAGE_FORWARDED, received ? -EOWNERDEAD : -EIDRM);
}

/* Messages in state FORWARDED: to a successor, onto the list of what is held, or to their end. */
static void settle(struct chorus_site *site, struct list_head *messages)
{
	struct chorus_message *message;
	struct chorus_hold hold;
	int ret;

	while ((message = list_first_entry_or_null(messages, struct chorus_message, node))) {
		list_del_init(&message->node);
		ret = deliver(site, message);
		if (ret == -EHOSTUNREACH) {
			hold = message->hold;
			ret = held_add(message);
			if (!ret) {
				chorus_step(R5);
				/* Whoever came before it was on the list has not seen it. */
				smp_mb();
				if (lives(site, &hold.port))
					held_take(site, &hold.port, messages);
				if (lives(site, &hold.policy.heir))
					held_take(site, &hold.policy.heir, messages);
			}
		}
		if (ret == -ECANCELED)
			chorus_message_free(message);
		else if (ret)
			give_up(message);
		cond_resched();
	}
}

/* ---- the ends of the way ---- */

static bool hold_applies(const struct chorus_message *message)
{
	const struct chorus_hold *hold = &message->hold;

	return (message->flags & CHORUS_MSG_RPC) && hold->policy.ns && !hold->spoiled &&
	       hold->times < CHORUS_AGAIN_MAX;
}

static void fail(struct chorus_message *message, int error)
{
	bool rpc = message->flags & CHORUS_MSG_RPC;

	if (rpc && error == -EIDRM)
		chorus_count(call_port_dead);
	else if (rpc)
		chorus_count(call_server_dead);
	chorus_message_fail(message, error);
}

/**
 * chorus_hold_or_fail() - nobody serves a message any more
 * @message: SERVED, by an actor that is there still; owned by the caller
 * @error: -EOWNERDEAD: it was received, and may have had effects; -EIDRM: it was not
 *
 * Process context.
 */
void chorus_hold_or_fail(struct chorus_message *message, int error)
{
	struct chorus_site *site = message->owner->object.site;
	LIST_HEAD(messages);

	if (likely(!hold_applies(message))) {
		fail(message, error);
		return;
	}
	if (error == -EOWNERDEAD)
		message->flags |= CHORUS_MSG_AGAIN;
	/*
	 * Threads of a dying process leave it to each other, and it may lie in the queue again
	 * when the process ends; that counts once.
	 */
	if ((message->flags & CHORUS_MSG_AGAIN) && !chorus_object_alive(&message->server->object))
		message->hold.times++;
	/* Of a dead actor whose threads live on: what was lent for the call goes back. */
	if (unlikely(message->lends))
		chorus_lend_end(message->server, chorus_message_token(message));
	message->saved = false;
	message->hold.until = ktime_add_ns(ktime_get(), message->hold.policy.ns);
	if (!chorus_forward_begin(message->server, message)) {
		chorus_message_free(message);
		return;
	}
	chorus_step(R4);
	list_add(&message->node, &messages);
	settle(site, &messages);
}

/** chorus_hold_or_fail_all() - the same for all of a list, by @node, in its order */
void chorus_hold_or_fail_all(struct list_head *messages, int error)
{
	struct chorus_message *message, *next;

	list_for_each_entry_safe(message, next, messages, node) {
		list_del_init(&message->node);
		chorus_hold_or_fail(message, error);
	}
}

/**
 * chorus_hold_withdraw() - a client takes its request back
 * @message: its request, in any state
 *
 * As chorus_port_withdraw().
 */
bool chorus_hold_withdraw(struct chorus_message *message)
{
	bool mine = false;

	if (likely(atomic_read_acquire(&message->state) != CHORUS_MESSAGE_HELD))
		return false;
	spin_lock(&hold_lock);
	if (atomic_read(&message->state) == CHORUS_MESSAGE_HELD) {
		list_del_init(&message->node);
		chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_HELD, 1);
		atomic_set(&message->state, CHORUS_MESSAGE_IDLE);
		mine = true;
	}
	spin_unlock(&hold_lock);
	return mine;
}

/**
 * chorus_hold_offer() - somebody lives under a name
 * @site: where
 * @name: of a port, or of a group that has got a member
 */
void chorus_hold_offer(struct chorus_site *site, const struct chorus_ui *name)
{
	LIST_HEAD(messages);

	smp_mb();	/* pairs with the one in settle() */
	if (likely(list_empty_careful(&held)))
		return;
	held_take(site, name, &messages);
	chorus_step(R6);
	settle(site, &messages);
}

/** chorus_hold_drop_owner() - a dead client's interrupted calls wait for nobody */
void chorus_hold_drop_owner(const struct chorus_actor *owner)
{
	struct chorus_message *message, *next;
	LIST_HEAD(messages);

	if (likely(list_empty_careful(&held)))
		return;
	spin_lock(&hold_lock);
	list_for_each_entry_safe(message, next, &held, node)
		if (message->owner == owner)
			held_take_locked(message, &messages);
	spin_unlock(&hold_lock);
	list_for_each_entry_safe(message, next, &messages, node) {
		list_del_init(&message->node);
		give_up(message);
	}
}

static void hold_expire(struct work_struct *work)
{
	struct chorus_message *message, *next;
	bool seen = chorus_cover_begin();
	ktime_t now = ktime_get();
	LIST_HEAD(messages);

	spin_lock(&hold_lock);
	hold_next = KTIME_MAX;
	list_for_each_entry_safe(message, next, &held, node) {
		if (ktime_after(message->hold.until, now))
			held_arm_locked(message->hold.until);
		else
			held_take_locked(message, &messages);
	}
	spin_unlock(&hold_lock);
	list_for_each_entry_safe(message, next, &messages, node) {
		list_del_init(&message->node);
		chorus_count(hold_expired);
		give_up(message);
	}
	chorus_cover_end(seen);
}

int chorus_hold_init(void)
{
	hold_wq = alloc_workqueue("chorus_hold", WQ_UNBOUND, 0);
	return hold_wq ? 0 : -ENOMEM;
}

void chorus_hold_exit(void)
{
	cancel_delayed_work_sync(&hold_work);
	destroy_workqueue(hold_wq);
	WARN_ON_ONCE(!list_empty(&held));
}
