/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actor: container of resources and protection domain.
 *
 * A user or system actor is a Linux process that opened /dev/chorus: one mm, one
 * thread group, one open file.  A supervisor actor is a kernel module, with one
 * actor in each site.  A process actor dies at the first of: exec, the exit of the
 * last thread of its group, actorDelete, the last close of its file.  Its memory
 * goes with the file, because a duplicate of the descriptor may sit anywhere.
 *
 * Everything that receives and sends on an actor's ports meets under one lock,
 * actor->lock: queues, waiting threads and the enabled set change together.
 */
#ifndef CHORUS_EXECUTIVE_ACTOR_H
#define CHORUS_EXECUTIVE_ACTOR_H

#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/xarray.h>

#include "executive/late.h"
#include "object/key.h"
#include "object/object.h"
#include "object/quota.h"

struct address_space;
struct chorus_port;
struct chorus_registration;
struct chorus_supervisor_ops;

#define CHORUS_HELD_BITS	4

#define CHORUS_LARGE_KEPT	2	/* a request and its reply */

/* Free messages and large buffers kept for the next send: see ipc/message.c. */
struct chorus_message_cache {
	spinlock_t lock;
	struct {
		void *data;		/* lock; NULL: none */
		u32 room;		/* lock; above CHORUS_BODY_KEPT, charged to the user */
	} large[CHORUS_LARGE_KEPT];
	struct chorus_message *free;	/* lock: a chain */
	unsigned int nr;		/* lock */
	unsigned int max;		/* lock: how many are worth keeping */
	bool closed;			/* lock */
};

struct chorus_actor {
	struct chorus_object object;
	struct chorus_key key;			/* constant */
	struct mm_struct *mm;			/* constant; NULL: supervisor actor */
	struct pid *tgid;			/* constant */
	struct address_space *mapping;		/* of its file, from the open to the release */
	struct chorus_user *user;		/* constant: who is charged */
	struct hlist_node mm_node;		/* process_lock */
	struct hlist_node tgid_node;		/* process_lock */

	spinlock_t lock;
	u32 bar;				/* lock to write: ipc/bar.h */
	bool kept;				/* process_lock: dead, its process is not */
	struct chorus_ui mediator;		/* lock */
	struct xarray ports;			/* by li; changes under its own lock, RCU */
	u32 next_li;				/* the xarray's lock */
	struct chorus_port *default_port;	/* constant once published */
	unsigned int nr_ports;			/* lock */
	struct list_head pool_ports;		/* lock: members of groups with a shared queue */
	struct list_head windows;		/* lock: open ones, of its ports */
	struct rb_root areas;			/* lock: those that can be mapped, by number */
	u64 port_epoch;				/* lock: counts the deaths of ports */
	struct rb_root_cached ready;		/* lock: enabled ports with messages */
	struct hlist_head any_waiters;		/* lock: receive from any enabled port */
	u64 arrivals;				/* lock: stamps the order of messages */
	struct list_head threads;		/* lock */
	unsigned int nr_threads;		/* lock */
	int last_thread_li;			/* lock */
	struct hlist_head held[1 << CHORUS_HELD_BITS]; /* lock: received, not current */
	unsigned int nr_saved;			/* lock */
	struct wait_queue_head claim_wait;	/* for messages in other threads' hands */
	u32 privilege;				/* lock to write */
	struct chorus_protid pi;		/* lock */
	char name[CHORUS_NAME_MAX + 1];		/* lock */

	struct chorus_message_cache cache;
	atomic_t nr_messages;			/* allocated by it */
	atomic_t nr_members;			/* memberships it made */

	const struct chorus_supervisor_ops *supervisor; /* constant */
	void *private;				/* the module's */
	struct list_head supervisor_node;	/* supervisor_mutex; then the leaver's */
	struct chorus_registration *registration; /* once it is leaving: supervisor.c */
	struct list_head laps;			/* lock */
	unsigned int nr_laps;			/* lock */
	struct completion dead;			/* chorus_actor_kill() has come to its end */
	struct chorus_late late;
	struct chorus_late late_end;		/* of @kept */
};

extern const struct chorus_object_ops chorus_actor_ops;

static inline struct chorus_actor *chorus_actor_of(struct chorus_object *object)
{
	return container_of(object, struct chorus_actor, object);
}

static inline void chorus_actor_put(struct chorus_actor *actor)
{
	if (actor)
		chorus_object_put(&actor->object);
}

/* May the calling task act as a thread of this process actor? */
static inline bool chorus_actor_is_current(const struct chorus_actor *actor)
{
	return current->mm == actor->mm && task_tgid(current) == actor->tgid;
}

static inline bool chorus_actor_trusted(const struct chorus_actor *actor)
{
	return READ_ONCE(actor->privilege) != CHORUS_ACTOR_USER;
}

struct chorus_actor *chorus_actor_create_process(struct chorus_site *site);
struct chorus_actor *chorus_actor_create_supervisor(struct chorus_site *site,
						    const struct chorus_supervisor_ops *ops);
void chorus_actor_publish(struct chorus_actor *actor);
bool chorus_actor_kill(struct chorus_actor *actor);
void chorus_actor_close(struct chorus_actor *actor);
void chorus_actor_exit(struct task_struct *task);
void chorus_actor_exec(struct task_struct *task);
void chorus_actor_forget_kept(void);

struct chorus_actor *chorus_actor_acquire(struct chorus_site *site, const struct chorus_cap *cap);

int chorus_actor_init(void);
void chorus_actor_exit_module(void);

#endif /* CHORUS_EXECUTIVE_ACTOR_H */
