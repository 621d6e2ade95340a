// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "debug/cover.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/hold.h"
#include "ipc/notice.h"
#include "ipc/port.h"

static struct kmem_cache *group_cache;
static struct kmem_cache *member_cache;

/*
 * Held while a group takes or gives back its name, inside the lock of a group that dies:
 * who finds no group under a name may make one and finds none half made or half dead.
 */
static DEFINE_MUTEX(group_mutex);

/* ---- birth and death of a group ---- */

static void group_free(struct chorus_object *object)
{
	struct chorus_group *group = chorus_group_of(object);

	/* Here it could not be destroyed: its lock is not for RCU callbacks. */
	WARN_ON_ONCE(!xa_empty(&group->members));
	chorus_user_uncharge(group->user, CHORUS_QUOTA_GROUPS, 1);
	chorus_user_put(group->user);
	kmem_cache_free(group_cache, group);
}

const struct chorus_object_ops chorus_group_ops = {
	.free = group_free,
	.list = offsetof(struct chorus_site, groups),
	.count = offsetof(struct chorus_site, nr_groups),
};

static struct chorus_group *group_alloc(struct chorus_actor *actor, const struct chorus_ui *name)
{
	struct chorus_group *group;
	int ret = chorus_user_charge(actor->user, CHORUS_QUOTA_GROUPS, 1);

	if (ret) {
		chorus_count(quota_refused);
		return ERR_PTR(ret);
	}
	group = kmem_cache_zalloc(group_cache, GFP_KERNEL_ACCOUNT);
	if (!group) {
		chorus_user_uncharge(actor->user, CHORUS_QUOTA_GROUPS, 1);
		return ERR_PTR(-ENOMEM);
	}
	chorus_object_init(&group->object, &chorus_group_ops, actor->object.site,
			   chorus_ui_type(name));
	group->object.ui = *name;
	mutex_init(&group->lock);
	xa_init_flags(&group->members, XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);
	chorus_user_hold(actor->user);
	group->user = actor->user;
	chorus_pool_init(&group->pool);
	INIT_LIST_HEAD(&group->watchers);
	INIT_LIST_HEAD(&group->member_watchers);
	atomic_set(&group->cursor, -1);
	atomic_set(&group->cursor_except, -1);
	return group;
}

static struct chorus_group *group_acquire(struct chorus_site *site, const struct chorus_ui *name)
{
	struct chorus_object *object = chorus_object_acquire(site, name, &chorus_group_ops);

	return object ? chorus_group_of(object) : NULL;
}

/* Returns it acquired; it may be empty. */
static struct chorus_group *group_acquire_or_make(struct chorus_actor *actor,
						  const struct chorus_ui *name)
{
	struct chorus_site *site = actor->object.site;
	struct chorus_group *group = group_acquire(site, name), *made;
	int ret = 0;

	if (group)
		return group;
	made = group_alloc(actor, name);
	if (IS_ERR(made))
		return made;
	mutex_lock(&group_mutex);
	group = group_acquire(site, name);
	if (!group) {
		ret = chorus_object_reserve(&made->object);
		if (!ret) {
			group = made;
			chorus_object_finalize(&group->object);
			/* Its death needs the mutex. */
			chorus_active_acquire(&group->object.active);
		}
	}
	mutex_unlock(&group_mutex);
	if (group != made)
		chorus_object_put(&made->object);
	return group ?: ERR_PTR(ret);
}

/* A group without members dies, under its lock.  True for the one who goes on with group_end(). */
static bool group_kill_if_empty_locked(struct chorus_group *group)
{
	bool killed;

	lockdep_assert_held(&group->lock);
	if (group->nr_members)
		return false;
	mutex_lock(&group_mutex);
	killed = chorus_object_kill(&group->object);
	mutex_unlock(&group_mutex);
	return killed;
}

/* Those who found it before it died find it empty and go.  @last: NULL if it had no member. */
static void group_end(struct chorus_group *group, struct chorus_port *last)
{
	chorus_pool_close(&group->pool, last);
	chorus_notice_group_ended(group, last ? &last->object.ui : NULL);
	chorus_object_drain(&group->object);
	/* An insertion without memory may have left nodes that hold nothing. */
	xa_destroy(&group->members);
	chorus_object_put(&group->object);
}

/* ---- members ---- */

static struct rhashtable member_table;

static const struct rhashtable_params member_table_params = {
	.head_offset = offsetof(struct chorus_member, node),
	.key_offset = offsetof(struct chorus_member, key),
	.key_len = sizeof(struct chorus_member_key),
	.automatic_shrinking = true,
};

/* It stays as long as the caller holds the lock of the group. */
static struct chorus_member *member_find_locked(struct chorus_group *group,
						struct chorus_port *port)
{
	struct chorus_member_key key = { group, port };

	lockdep_assert_held(&group->lock);
	return rhashtable_lookup_fast(&member_table, &key, member_table_params);
}

static void member_free(struct chorus_member *member)
{
	struct chorus_actor *payer = member->payer;

	atomic_dec(&payer->nr_members);
	chorus_user_uncharge(payer->user, CHORUS_QUOTA_MEMBERS, 1);
	kmem_cache_free(member_cache, member);
	chorus_actor_put(payer);
}

static void member_free_rcu(struct rcu_head *rcu)
{
	bool seen = chorus_cover_begin();

	member_free(container_of(rcu, struct chorus_member, rcu));
	chorus_cover_end(seen);
}

static int member_charge(struct chorus_actor *payer)
{
	int ret = chorus_user_charge(payer->user, CHORUS_QUOTA_MEMBERS, 1);

	if (ret)
		goto refused;
	/* Unsigned, because a limit may be UINT_MAX. */
	if ((unsigned int)atomic_inc_return(&payer->nr_members) <= READ_ONCE(chorus_max_members))
		return 0;
	atomic_dec(&payer->nr_members);
	chorus_user_uncharge(payer->user, CHORUS_QUOTA_MEMBERS, 1);
	ret = -EDQUOT;
refused:
	chorus_count(quota_refused);
	return ret;
}

static struct chorus_member *member_alloc(struct chorus_group *group, struct chorus_port *port,
					  struct chorus_actor *payer)
{
	struct chorus_member *member;
	int ret = member_charge(payer);

	if (ret)
		return ERR_PTR(ret);
	member = kmem_cache_zalloc(member_cache, GFP_KERNEL_ACCOUNT);
	if (!member) {
		atomic_dec(&payer->nr_members);
		chorus_user_uncharge(payer->user, CHORUS_QUOTA_MEMBERS, 1);
		return ERR_PTR(-ENOMEM);
	}
	/* Padding is part of a key that is hashed as bytes: there is none. */
	member->key.group = group;
	member->key.port = port;
	INIT_LIST_HEAD(&member->port_node);
	INIT_LIST_HEAD(&member->idle_node);
	member->payer = payer;
	chorus_object_get(&payer->object);
	return member;
}

/* The port's side.  A port that is dead, or dies after us, finds all that is on its list. */
static int member_hang_on_port(struct chorus_member *member)
{
	struct chorus_port *port = member->key.port;
	bool shared = chorus_group_is_shared(member->key.group);
	struct chorus_actor *actor;
	int ret = -EHOSTUNREACH;

	rcu_read_lock();
	actor = chorus_port_lock(port);
	if (shared && (port->pool_member || rcu_access_pointer(port->handler))) {
		ret = -EBUSY;	/* one queue more, and somebody to wait for it */
	} else if (chorus_object_alive(&port->object)) {
		list_add(&member->port_node, &port->members);
		port->nr_groups++;
		if (shared)
			chorus_pool_join_locked(member);
		ret = 0;
	}
	spin_unlock(&actor->lock);
	rcu_read_unlock();
	return ret;
}

static void member_take_off_port(struct chorus_member *member)
{
	struct chorus_port *port = member->key.port;
	struct chorus_actor *actor;

	rcu_read_lock();
	actor = chorus_port_lock(port);
	list_del_init(&member->port_node);
	port->nr_groups--;
	chorus_pool_leave_locked(member);
	spin_unlock(&actor->lock);
	rcu_read_unlock();
}

/* Returns 0, also if it was a member before; -EDQUOT, -ENOMEM, -EHOSTUNREACH. */
static int member_add_locked(struct chorus_group *group, struct chorus_port *port,
			     struct chorus_actor *payer)
{
	struct chorus_member *member;
	int ret;

	lockdep_assert_held(&group->lock);
	if (member_find_locked(group, port))
		return 0;
	member = member_alloc(group, port, payer);
	if (IS_ERR(member))
		return PTR_ERR(member);
	/* Who sees the birth of a member has counted it: see broadcast_begin(). */
	smp_store_release(&group->nr_members, group->nr_members + 1);
	member->birth = group->births + 1;
	smp_store_release(&group->births, member->birth);

	/* It says -E2BIG or -EBUSY when it cannot grow. */
	ret = rhashtable_insert_fast(&member_table, &member->node, member_table_params);
	if (ret) {
		ret = -ENOMEM;
		goto error_member;
	}
	ret = member_hang_on_port(member);
	if (ret)
		goto error_table;
	ret = xa_alloc(&group->members, &member->place, member, XA_LIMIT(0, INT_MAX),
		       GFP_KERNEL_ACCOUNT);
	if (ret)
		goto error_port;
	chorus_count(group_insert);
	trace_chorus_group_insert(group, port);
	return 0;

error_port:
	member_take_off_port(member);
error_table:
	rhashtable_remove_fast(&member_table, &member->node, member_table_params);
error_member:
	WRITE_ONCE(group->nr_members, group->nr_members - 1);
	/* The table's readers may still look at it. */
	call_rcu(&member->rcu, member_free_rcu);
	return ret;
}

static void member_remove_locked(struct chorus_group *group, struct chorus_member *member)
{
	lockdep_assert_held(&group->lock);
	xa_erase(&group->members, member->place);
	/* Who does not count it does not meet it any more: the same. */
	smp_store_release(&group->nr_members, group->nr_members - 1);
	WRITE_ONCE(group->departures, group->departures + 1);
	rhashtable_remove_fast(&member_table, &member->node, member_table_params);
	member_take_off_port(member);
	chorus_count(group_remove);
	trace_chorus_group_remove(group, member->key.port);
	call_rcu(&member->rcu, member_free_rcu);
}

/**
 * chorus_group_insert() - grpPortInsert
 * @actor: who asks, and pays
 * @cap: the group
 * @ui: the port, of any actor of the site
 *
 * Returns 0; -EINVAL, -EPERM, -EACCES, -EHOSTUNREACH, -EDQUOT, -ENOMEM with nothing done.
 */
int chorus_group_insert(struct chorus_actor *actor, const struct chorus_cap *cap,
			const struct chorus_ui *ui)
{
	struct chorus_group *group;
	struct chorus_port *port;
	struct chorus_ui name;
	bool died, killed;
	int ret;

	ret = chorus_group_check(actor, cap, &name);
	if (ret)
		return ret;
	port = chorus_port_get(actor->object.site, ui);
	if (!port)
		return -EHOSTUNREACH;
	do {
		group = group_acquire_or_make(actor, &name);
		if (IS_ERR(group)) {
			ret = PTR_ERR(group);
			break;
		}
		chorus_step(J1);
		mutex_lock(&group->lock);
		/* Its last member may have left while we waited for the lock. */
		died = !chorus_object_alive(&group->object);
		if (!died)
			ret = member_add_locked(group, port, actor);
		killed = !died && group_kill_if_empty_locked(group);
		mutex_unlock(&group->lock);
		chorus_object_release(&group->object);
		if (killed)
			group_end(group, NULL);
	} while (died);
	chorus_port_put(port);
	if (!ret) {
		chorus_hold_offer(actor->object.site, &name);
		chorus_step(J2);
	}
	return ret;
}

/* Returns 0 or -ENOENT.  The caller keeps the group's memory. */
static int group_leave(struct chorus_group *group, struct chorus_port *port, bool acquired)
{
	struct chorus_member *member;
	unsigned int members = 0;
	u64 departures = 0;
	bool killed = false;

	mutex_lock(&group->lock);
	member = member_find_locked(group, port);
	if (member) {
		member_remove_locked(group, member);
		departures = group->departures;
		members = group->nr_members;
		killed = group_kill_if_empty_locked(group);
	}
	mutex_unlock(&group->lock);
	if (member && !killed)
		chorus_notice_member_left(group, &port->object.ui, departures, members);
	if (acquired)
		chorus_object_release(&group->object);
	if (killed)
		group_end(group, port);
	return member ? 0 : -ENOENT;
}

/**
 * chorus_group_remove() - grpPortRemove
 * @actor: who asks
 * @cap: the group
 * @ui: the port
 *
 * Returns 0; -EINVAL, -EPERM, -EACCES, -ENOENT (no member) with nothing done.  When it
 * returns no message that is sent to the group from then on reaches the port.
 */
int chorus_group_remove(struct chorus_actor *actor, const struct chorus_cap *cap,
			const struct chorus_ui *ui)
{
	struct chorus_site *site = actor->object.site;
	struct chorus_group *group;
	struct chorus_port *port;
	struct chorus_ui name;
	int ret;

	ret = chorus_group_check(actor, cap, &name);
	if (ret)
		return ret;
	port = chorus_port_get(site, ui);
	if (!port)
		return -ENOENT;
	group = group_acquire(site, &name);
	ret = group ? group_leave(group, port, true) : -ENOENT;
	chorus_port_put(port);
	if (!ret)
		chorus_step(J3);
	return ret;
}

/**
 * chorus_group_leave_all() - a port is dead: it is no member of anything any more
 * @port: killed
 */
void chorus_group_leave_all(struct chorus_port *port)
{
	struct chorus_member *member;
	struct chorus_group *group;
	struct chorus_actor *actor;

	for (;;) {
		rcu_read_lock();
		actor = chorus_port_lock(port);
		member = list_first_entry_or_null(&port->members, struct chorus_member,
						  port_node);
		group = member ? member->key.group : NULL;
		/* A group lives as long as it has members, and this one is on our list. */
		if (group)
			chorus_object_get(&group->object);
		spin_unlock(&actor->lock);
		rcu_read_unlock();
		if (!group)
			return;
		group_leave(group, port, false);
		chorus_object_put(&group->object);
		cond_resched();
	}
}

/* ---- choosing one ---- */

#define CURSOR_TRIES	8	/* then two senders may choose the same member */

/* The next member in turn, dead or alive, or NULL.  Inside an RCU read section. */
static struct chorus_member *group_next(struct chorus_group *group, atomic_t *cursor)
{
	struct chorus_member *member;
	unsigned long place;
	int last, i;

	for (i = 0; i < CURSOR_TRIES; i++) {
		last = atomic_read(cursor);
		place = (u32)last + 1;
		member = xa_find(&group->members, &place, INT_MAX, XA_PRESENT);
		if (!member) {
			place = 0;
			member = xa_find(&group->members, &place, INT_MAX, XA_PRESENT);
		}
		if (!member || atomic_cmpxchg(cursor, last, place) == last)
			break;
	}
	return member;
}

/*
 * A port that lives, in turn.  A dead port is no member for long, so that few are met, and a
 * handler is not long on its way out; but when many go at once the walk has an end.
 */
static struct chorus_port *group_next_alive(struct chorus_group *group, atomic_t *cursor,
					    const struct chorus_ui *except)
{
	unsigned int left = READ_ONCE(group->nr_members) + 1;
	struct chorus_member *member;
	struct chorus_port *port;

	while (left--) {
		member = group_next(group, cursor);
		if (!member)
			return NULL;
		port = member->key.port;
		if (likely(chorus_object_alive(&port->object)) && !chorus_handler_leaves(port) &&
		    !(except && chorus_ui_equal(&port->object.ui, except)))
			return port;
	}
	return NULL;
}

/*
 * Who stands behind the excluded member would get its share, too; a second cursor spreads
 * it over all the others.
 */
static struct chorus_port *group_next_except(struct chorus_group *group,
					     const struct chorus_ui *except)
{
	struct chorus_port *port = group_next_alive(group, &group->cursor, NULL);

	if (port && chorus_ui_equal(&port->object.ui, except))
		port = group_next_alive(group, &group->cursor_except, except);
	return port;
}

/* Is this the name of something that lives on the site, or of the site itself? */
static bool group_site_has(struct chorus_site *site, const struct chorus_ui *ui)
{
	struct chorus_ui name = chorus_ui_without_mode(ui);
	struct chorus_object *object;

	if (chorus_ui_type(&name) == CHORUS_UI_SITE)
		return chorus_ui_site(&name) == site->number;
	object = chorus_object_find(site, &name);
	return object && chorus_object_alive(object);
}

/**
 * chorus_group_choose() - the member that a message goes to
 * @site: of the sender
 * @target: what it addresses
 * @cotarget: coTarget
 *
 * Inside an RCU read section, which keeps the port's memory.  Returns a port that was alive a
 * moment ago, or ERR_PTR: -EHOSTUNREACH (no group, no member, none that the mode allows),
 * -EINVAL (a broadcast has no one receiver; a coTarget too much or too few).
 */
struct chorus_port *chorus_group_choose(struct chorus_site *site, const struct chorus_ui *target,
					const struct chorus_ui *cotarget)
{
	enum chorus_ui_mode mode = chorus_ui_mode(target);
	struct chorus_port *port = NULL;
	struct chorus_group *group;

	if (!chorus_ui_is_group(target))
		goto unknown;
	if (mode == CHORUS_MODE_BROADCAST)
		return ERR_PTR(-EINVAL);
	if (chorus_ui_is_null(cotarget) ? mode != CHORUS_MODE_ANY : mode == CHORUS_MODE_ANY)
		return ERR_PTR(-EINVAL);
	group = chorus_group_find(site, target);
	if (!group)
		goto unknown;
	if (mode == CHORUS_MODE_EXCEPT)
		port = group_next_except(group, cotarget);
	else if (mode == CHORUS_MODE_ANY || group_site_has(site, cotarget))
		port = group_next_alive(group, &group->cursor, NULL);
	if (port) {
		chorus_count(send_group);
		return port;
	}
unknown:
	chorus_count(send_unknown);
	return ERR_PTR(-EHOSTUNREACH);
}

/**
 * chorus_group_get_shared() - the group whose shared queue a message goes to
 * @site: of the sender
 * @target: what it addresses, by its type such a group
 * @cotarget: coTarget
 *
 * Inside an RCU read section.  Returns it referenced, for chorus_object_put(), or ERR_PTR:
 * -EHOSTUNREACH (no member), -EINVAL (who takes it cannot be told).
 */
struct chorus_group *chorus_group_get_shared(struct chorus_site *site,
					     const struct chorus_ui *target,
					     const struct chorus_ui *cotarget)
{
	struct chorus_group *group;

	if (chorus_ui_mode(target) > CHORUS_MODE_ANY || !chorus_ui_is_null(cotarget))
		return ERR_PTR(-EINVAL);
	group = chorus_group_find(site, target);
	if (!group || !kref_get_unless_zero(&group->object.ref)) {
		chorus_count(send_unknown);
		return ERR_PTR(-EHOSTUNREACH);
	}
	chorus_count(send_group);
	return group;
}

int chorus_group_init(void)
{
	int ret;

	group_cache = kmem_cache_create("chorus_group", sizeof(struct chorus_group), 0,
					SLAB_HWCACHE_ALIGN, NULL);
	member_cache = kmem_cache_create("chorus_member", sizeof(struct chorus_member), 0, 0,
					 NULL);
	ret = group_cache && member_cache ? rhashtable_init(&member_table, &member_table_params) :
					    -ENOMEM;
	if (ret) {
		kmem_cache_destroy(member_cache);
		kmem_cache_destroy(group_cache);
	}
	return ret;
}

void chorus_group_exit(void)
{
	rhashtable_destroy(&member_table);
	kmem_cache_destroy(member_cache);
	kmem_cache_destroy(group_cache);
}
