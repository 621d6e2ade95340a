/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Group: one name for many ports.
 *
 * A message to a group goes to every member, or to one member that is chosen in turn; the
 * mode is part of the address (see enum chorus_ui_mode).  Knowing the name is the right to
 * send.  The key is the right to change the membership; the name of a dynamic group is a
 * one-way function of it, so that any site can tell a right key from a wrong one without
 * having heard of the group before.
 *
 * The object exists as long as the group has members.  Members stand in an xarray, by a
 * place that stays theirs: senders walk it under RCU, from a cursor on, so that choosing
 * costs the same for ten members and ten thousand.  A table of all memberships finds the
 * one of a port in a group, and a list at each port ends them with the port.
 *
 * Members are ports of this site.  Those of other sites will be known to ipc/route.h.
 */
#ifndef CHORUS_IPC_GROUP_H
#define CHORUS_IPC_GROUP_H

#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/xarray.h>

#include "ipc/pool.h"
#include "object/object.h"
#include "object/quota.h"

struct chorus_actor;
struct chorus_buffers;
struct chorus_port;

struct chorus_group {
	struct chorus_object object;
	struct mutex lock;		/* who is a member; held over allocations */
	struct xarray members;		/* by place; lock to write, RCU to read */
	unsigned int nr_members;	/* lock to write */
	u64 births;			/* lock to write: counts insertions */
	u64 departures;			/* lock to write: counts removals */
	struct list_head watchers;	/* ipc/notice.c: who is told of its end */
	struct list_head member_watchers; /* ipc/notice.c: and of each departure */
	struct chorus_user *user;	/* constant: who is charged; referenced */
	atomic_t cursor;		/* the place chosen last */
	atomic_t cursor_except;		/* the same, in the stead of an excluded one */
	struct chorus_pool pool;	/* of a shared group */
};

struct chorus_member_key {
	struct chorus_group *group;
	struct chorus_port *port;
};

struct chorus_member {
	struct rhash_head node;
	struct chorus_member_key key;	/* constant; neither referenced: it ends before both */
	struct list_head port_node;	/* the lock of the port's actor */
	struct list_head idle_node;	/* pool->lock */
	struct chorus_actor *payer;	/* constant: who inserted it; referenced */
	u32 place;			/* constant */
	u64 birth;			/* constant: group->births when it was inserted */
	struct rcu_head rcu;
};

extern const struct chorus_object_ops chorus_group_ops;

static inline struct chorus_group *chorus_group_of(struct chorus_object *object)
{
	return container_of(object, struct chorus_group, object);
}

static inline bool chorus_group_is_shared(const struct chorus_group *group)
{
	return chorus_ui_type(&group->object.ui) == CHORUS_UI_GROUP_SHARED;
}

/* A group with members, by its name in any mode, or NULL.  Inside an RCU read section. */
static inline struct chorus_group *chorus_group_find(struct chorus_site *site,
						     const struct chorus_ui *ui)
{
	struct chorus_ui name = chorus_ui_without_mode(ui);
	struct chorus_object *object = chorus_object_find(site, &name);

	if (!object || object->ops != &chorus_group_ops || !chorus_object_alive(object))
		return NULL;
	return chorus_group_of(object);
}

int chorus_group_allocate(struct chorus_actor *actor, u32 type, u32 stamp,
			  struct chorus_cap *cap);
int chorus_group_check(const struct chorus_actor *actor, const struct chorus_cap *cap,
		       struct chorus_ui *name);
int chorus_group_insert(struct chorus_actor *actor, const struct chorus_cap *cap,
			const struct chorus_ui *port);
int chorus_group_remove(struct chorus_actor *actor, const struct chorus_cap *cap,
			const struct chorus_ui *port);
void chorus_group_leave_all(struct chorus_port *port);

struct chorus_port *chorus_group_choose(struct chorus_site *site, const struct chorus_ui *target,
					const struct chorus_ui *cotarget);
struct chorus_group *chorus_group_get_shared(struct chorus_site *site,
					     const struct chorus_ui *target,
					     const struct chorus_ui *cotarget);
int chorus_group_broadcast(struct chorus_actor *actor, s32 src_li,
			   const struct chorus_ui *target, const struct chorus_ui *cotarget,
			   const struct chorus_buffers *from);

int chorus_group_init(void);
void chorus_group_exit(void);

#endif /* CHORUS_IPC_GROUP_H */
