// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "ipc/message.h"
#include "ipc/notice.h"
#include "ipc/port.h"
#include "object/quota.h"

struct notice_key {
	struct chorus_port *port;	/* where it goes */
	struct chorus_object *object;
	u64 cookie;
};

struct notice {
	struct rhash_head node;
	struct notice_key key;		/* constant; nothing referenced: it ends before both */
	struct list_head object_node;	/* notice_lock */
	struct list_head port_node;	/* notice_lock */
	struct chorus_message *message;	/* constant: what is sent; its owner has paid */
	u64 seen;			/* constant: later departures are news */
};

static struct kmem_cache *notice_cache;

/* Taken for a moment at a time, and for each notice anew: there may be thousands. */
static DEFINE_SPINLOCK(notice_lock);

/* Who looks up holds notice_lock, so that what was taken out of it can be freed at once. */
static struct rhashtable notice_table;

static const struct rhashtable_params notice_table_params = {
	.head_offset = offsetof(struct notice, node),
	.key_offset = offsetof(struct notice, key),
	.key_len = sizeof(struct notice_key),
	.automatic_shrinking = true,
};

/* ---- one notice ---- */

static struct notice *notice_alloc(struct chorus_actor *actor)
{
	struct notice *notice;
	int ret = chorus_user_charge(actor->user, CHORUS_QUOTA_WATCHES, 1);

	if (ret) {
		chorus_count(quota_refused);
		return ERR_PTR(ret);
	}
	ret = -ENOMEM;
	notice = kmem_cache_zalloc(notice_cache, GFP_KERNEL_ACCOUNT);
	if (!notice)
		goto error_charge;
	notice->message = chorus_message_alloc(actor);
	if (IS_ERR(notice->message)) {
		ret = PTR_ERR(notice->message);
		goto error_notice;
	}
	return notice;

error_notice:
	kmem_cache_free(notice_cache, notice);
error_charge:
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_WATCHES, 1);
	return ERR_PTR(ret);
}

/* Gives back all but the message, which is returned. */
static struct chorus_message *notice_end(struct notice *notice)
{
	struct chorus_message *message = notice->message;

	chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_WATCHES, 1);
	kmem_cache_free(notice_cache, notice);
	return message;
}

static void notice_free(struct notice *notice)
{
	chorus_message_free(notice_end(notice));
}

/* Returns 0, -EEXIST, -ENOMEM (the table cannot grow). */
static int notice_link_locked(struct notice *notice, struct list_head *watchers)
{
	int ret;

	lockdep_assert_held(&notice_lock);
	ret = rhashtable_lookup_insert_fast(&notice_table, &notice->node, notice_table_params);
	if (ret)
		return ret == -EEXIST ? ret : -ENOMEM;
	list_add_tail(&notice->object_node, watchers);
	list_add_tail(&notice->port_node, &notice->key.port->watches);
	return 0;
}

static void notice_unlink_locked(struct notice *notice)
{
	lockdep_assert_held(&notice_lock);
	rhashtable_remove_fast(&notice_table, &notice->node, notice_table_params);
	list_del(&notice->object_node);
	list_del(&notice->port_node);
}

/* ---- delivery ---- */

static void message_compose(struct chorus_message *message, const struct chorus_port *port,
			    const struct chorus_death *death)
{
	BUILD_BUG_ON(sizeof(*death) > CHORUS_ANNEX_SIZE);
	memset(message->annex, 0, CHORUS_ANNEX_SIZE);
	memcpy(message->annex, death, sizeof(*death));
	message->request.size = 0;
	message->flags = CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH;
	/* No protection identifier stands for the nucleus: the flag does. */
	message->info = (struct chorus_ipc_sysinfo){
		.out_src = death->object,
		.out_target = port->object.ui,
		.out_transid = chorus_message_new_token(),
	};
}

/* To whom it may concern: the queue has room for it, because it was paid for. */
static void message_post(struct chorus_message *message, struct chorus_port *port)
{
	struct task_struct *task = NULL;
	struct chorus_actor *actor;
	bool alive;

	rcu_read_lock();	/* keeps the task of the waiter */
	actor = chorus_port_lock(port);
	alive = chorus_object_alive(&port->object);
	if (alive && chorus_port_is_awaited_locked(port)) {
		chorus_port_taken_locked(port, message);
		task = chorus_port_hand_over_locked(port, message);
	} else if (alive) {
		WRITE_ONCE(message->port, port);
		chorus_port_append_locked(port, message);
	}
	spin_unlock(&actor->lock);
	if (task)
		wake_up_process(task);
	rcu_read_unlock();
	if (alive)
		chorus_count(notice);
	else
		chorus_message_free(message);
}

/* @port: where it goes, referenced for us. */
static void notice_deliver(struct notice *notice, struct chorus_port *port,
			   const struct chorus_death *what)
{
	struct chorus_death death = *what;
	struct chorus_message *message;

	death.cookie = notice->key.cookie;
	message = notice_end(notice);
	message_compose(message, port, &death);
	trace_chorus_notice(port, &death);
	message_post(message, port);
	chorus_port_put(port);
}

/*
 * The first of a list that does not know of @departures yet, off it; and its port, which cannot
 * go while the notice is on its list, referenced.
 */
static struct notice *notice_take(struct list_head *watchers, u64 departures,
				  struct chorus_port **port)
{
	struct notice *notice;

	spin_lock(&notice_lock);
	notice = list_first_entry_or_null(watchers, struct notice, object_node);
	/* Who came later knows of more. */
	if (notice && notice->seen >= departures)
		notice = NULL;
	if (notice) {
		notice_unlink_locked(notice);
		*port = notice->key.port;
		chorus_object_get(&(*port)->object);
	}
	spin_unlock(&notice_lock);
	return notice;
}

#define EVERYBODY	U64_MAX

static void notice_tell(struct list_head *watchers, u64 departures,
			const struct chorus_death *death)
{
	struct chorus_port *port;
	struct notice *notice;

	while ((notice = notice_take(watchers, departures, &port))) {
		chorus_step(N5);
		notice_deliver(notice, port, death);
		cond_resched();
	}
}

static struct notice *notice_take_own(struct chorus_port *port)
{
	struct notice *notice;

	spin_lock(&notice_lock);
	notice = list_first_entry_or_null(&port->watches, struct notice, port_node);
	if (notice)
		notice_unlink_locked(notice);
	spin_unlock(&notice_lock);
	return notice;
}

/**
 * chorus_notice_port_died() - nobody gets to a port any more
 * @port: dead, its memory the caller's for now
 *
 * What it asked for ends; who asked about it is told.
 */
void chorus_notice_port_died(struct chorus_port *port)
{
	struct chorus_death death = { .object = port->object.ui };
	struct notice *notice;

	while ((notice = notice_take_own(port))) {
		notice_free(notice);
		cond_resched();
	}
	notice_tell(&port->watchers, EVERYBODY, &death);
}

/**
 * chorus_notice_member_left() - a group has a member less
 * @group: referenced
 * @member: who left
 * @departures: its number
 * @members: how many were left then
 */
void chorus_notice_member_left(struct chorus_group *group, const struct chorus_ui *member,
			       u64 departures, unsigned int members)
{
	struct chorus_death death = {
		.object = group->object.ui, .member = *member,
		.departures = departures, .members = members,
	};

	notice_tell(&group->member_watchers, departures, &death);
}

/**
 * chorus_notice_group_ended() - a group has lost its last member
 * @group: dead, its memory the caller's for now
 * @member: who that was; NULL if it never had one
 */
void chorus_notice_group_ended(struct chorus_group *group, const struct chorus_ui *member)
{
	struct chorus_death death = {
		.object = group->object.ui, .departures = READ_ONCE(group->departures),
	};

	if (member)
		death.member = *member;
	notice_tell(&group->member_watchers, EVERYBODY, &death);
	notice_tell(&group->watchers, EVERYBODY, &death);
}

/* ---- asking ---- */

/*
 * What is watched, and the list to hang on; or -EHOSTUNREACH, -EINVAL.  Inside an RCU read section
 * and under the lock, so that who is alive here has not looked at its list for the last time.
 * @now: how things stand.
 */
static struct chorus_object *watched_find_locked(struct chorus_site *site,
						 const struct chorus_notice_request *request,
						 struct list_head **watchers,
						 struct chorus_death *now)
{
	struct chorus_group *group;
	struct chorus_port *port;

	lockdep_assert_held(&notice_lock);
	if (!chorus_ui_is_group(&request->object)) {
		if (request->members)
			return ERR_PTR(-EINVAL);
		port = chorus_port_find(site, &request->object);
		if (!port)
			return ERR_PTR(-EHOSTUNREACH);
		*watchers = &port->watchers;
		return &port->object;
	}
	group = chorus_group_find(site, &request->object);
	if (!group)
		return ERR_PTR(-EHOSTUNREACH);
	*watchers = request->members ? &group->member_watchers : &group->watchers;
	now->object = group->object.ui;
	now->departures = READ_ONCE(group->departures);
	now->members = READ_ONCE(group->nr_members);
	return &group->object;
}

/* Returns 0, or 1: it hangs nowhere, but is to be delivered at once; or an error. */
static int notice_place_locked(struct notice *notice, struct chorus_site *site,
			       const struct chorus_notice_request *request,
			       struct chorus_death *now)
{
	struct chorus_object *object;
	struct list_head *watchers;

	lockdep_assert_held(&notice_lock);
	if (!chorus_object_alive(&notice->key.port->object))
		return -ENOENT;
	object = watched_find_locked(site, request, &watchers, now);
	if (IS_ERR(object))
		return PTR_ERR(object);
	notice->key.object = object;
	notice->seen = now->departures;
	if (request->since && request->seen < now->departures)
		return 1;
	return notice_link_locked(notice, watchers);
}

/**
 * chorus_notice_ask() - to be told of a death
 * @actor: who asks, and pays
 * @request: decoded
 * @departures: out: members that have left the group
 *
 * Returns 0, -ENOENT (no such port of the actor's), -EHOSTUNREACH, -EINVAL (members of a port),
 * -EEXIST, -EDQUOT, -ENOMEM with nothing done.
 */
int chorus_notice_ask(struct chorus_actor *actor, const struct chorus_notice_request *request,
		      u64 *departures)
{
	struct notice *notice = notice_alloc(actor);
	struct chorus_death now = { };
	struct chorus_port *port;
	int ret;

	if (IS_ERR(notice))
		return PTR_ERR(notice);
	chorus_step(N3);
	port = chorus_port_get_li(actor, request->li);
	if (!port) {
		notice_free(notice);
		return -ENOENT;
	}
	notice->key.port = port;
	notice->key.cookie = request->cookie;
	rcu_read_lock();
	spin_lock(&notice_lock);
	ret = notice_place_locked(notice, actor->object.site, request, &now);
	spin_unlock(&notice_lock);
	rcu_read_unlock();
	if (ret < 0) {
		notice_free(notice);
		chorus_port_put(port);
		return ret;
	}
	*departures = now.departures;
	chorus_count(watch);
	if (ret)
		notice_deliver(notice, port, &now);	/* puts the port */
	else
		chorus_port_put(port);
	chorus_step(N4);
	return 0;
}

/**
 * chorus_notice_cancel() - not to be told
 * @actor: who asked
 * @object: about what
 * @li: for which of its ports
 * @cookie: with this
 *
 * Returns 0: no notice comes; or -ENOENT.
 */
int chorus_notice_cancel(struct chorus_actor *actor, const struct chorus_ui *object, s32 li,
			 u64 cookie)
{
	struct notice_key key = { .cookie = cookie };
	struct chorus_ui name = *object;
	struct notice *notice = NULL;

	if (chorus_ui_is_group(object))
		name = chorus_ui_without_mode(object);
	rcu_read_lock();
	key.port = chorus_port_find_li(actor, li);
	key.object = chorus_object_find(actor->object.site, &name);
	spin_lock(&notice_lock);
	if (key.port && key.object)
		notice = rhashtable_lookup_fast(&notice_table, &key, notice_table_params);
	if (notice)
		notice_unlink_locked(notice);
	spin_unlock(&notice_lock);
	rcu_read_unlock();
	if (!notice)
		return -ENOENT;
	notice_free(notice);
	return 0;
}

int chorus_notice_init(void)
{
	int ret;

	/* Padding is part of a key that is hashed as bytes: there is none. */
	BUILD_BUG_ON(sizeof(struct notice_key) != 2 * sizeof(void *) + sizeof(u64));
	notice_cache = kmem_cache_create("chorus_notice", sizeof(struct notice), 0, 0, NULL);
	ret = notice_cache ? rhashtable_init(&notice_table, &notice_table_params) : -ENOMEM;
	if (ret)
		kmem_cache_destroy(notice_cache);
	return ret;
}

void chorus_notice_exit(void)
{
	rhashtable_destroy(&notice_table);
	kmem_cache_destroy(notice_cache);
}
