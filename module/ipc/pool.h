/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pool: the one queue of a group whose members share it.
 *
 * A message to such a group waits in the group, not at a member, until a member is idle:
 * a thread waits on the member's port.  So no message is stuck behind a slow server, or
 * lost with a dead one that has not taken it.
 *
 * A member with a waiting thread stands on the idle list of its pool.  It may stand there for
 * nothing, because its thread left meanwhile; it never waits with messages in the pool
 * without standing there or somebody on the way to serve it.  Senders queue, and then send
 * idle members to the queue until one of both is empty.
 *
 * pool->lock is taken inside the lock of a member's actor.
 */
#ifndef CHORUS_IPC_POOL_H
#define CHORUS_IPC_POOL_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct chorus_actor;
struct chorus_group;
struct chorus_member;
struct chorus_message;
struct chorus_port;

struct chorus_pool {
	spinlock_t lock;		/* what is queued, who is idle */
	struct list_head queue;		/* lock; messages in state POOLED */
	unsigned int queued;		/* lock */
	struct list_head idle;		/* lock; members */
	bool closed;			/* lock: the group is dead */
};

void chorus_pool_init(struct chorus_pool *pool);
int chorus_pool_post(struct chorus_group *group, struct chorus_message *message);
bool chorus_pool_withdraw(struct chorus_message *message);
int chorus_pool_accept(struct chorus_group *group, struct chorus_message *message);
void chorus_pool_close(struct chorus_pool *pool, struct chorus_port *last);

struct chorus_message *chorus_pool_take_locked(struct chorus_port *port);
struct chorus_message *chorus_pool_take_any_locked(struct chorus_actor *actor);
void chorus_pool_settle_locked(struct chorus_port *port);

void chorus_pool_join_locked(struct chorus_member *member);
void chorus_pool_leave_locked(struct chorus_member *member);

#endif /* CHORUS_IPC_POOL_H */
