// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "compat/wake.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/area.h"
#include "ipc/hold.h"
#include "ipc/lap.h"
#include "ipc/message.h"
#include "ipc/port.h"
#include "ipc/receive.h"

static DEFINE_HASHTABLE(actors_by_mm, 8);
static DEFINE_HASHTABLE(actors_by_tgid, 8);
static DEFINE_RAW_SPINLOCK(process_lock);
static struct kmem_cache *actor_cache;

static void actor_free(struct chorus_object *object)
{
	struct chorus_actor *actor = chorus_actor_of(object);

	/* Every port held a reference; an empty array owns no memory and needs no lock. */
	WARN_ON_ONCE(!xa_empty(&actor->ports));
	put_pid(actor->tgid);
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_ACTORS, 1);
	chorus_user_put(actor->user);
	kmem_cache_free(actor_cache, actor);
}

const struct chorus_object_ops chorus_actor_ops = {
	.free = actor_free,
	.list = offsetof(struct chorus_site, actors),
	.count = offsetof(struct chorus_site, nr_actors),
};

static struct chorus_actor *actor_alloc(struct chorus_site *site, struct chorus_user *user)
{
	struct chorus_actor *actor;
	int ret, i;

	if (!user)
		return ERR_PTR(-ENOMEM);
	ret = chorus_user_charge(user, CHORUS_QUOTA_ACTORS, 1);
	if (ret) {
		chorus_count(quota_refused);
		goto error_user;
	}
	ret = -ENOMEM;
	actor = kmem_cache_zalloc(actor_cache, GFP_KERNEL_ACCOUNT);
	if (!actor)
		goto error_charge;

	chorus_object_init(&actor->object, &chorus_actor_ops, site, CHORUS_UI_ACTOR);
	chorus_key_generate(&actor->key);
	actor->user = user;
	spin_lock_init(&actor->lock);
	xa_init_flags(&actor->ports, XA_FLAGS_ALLOC1);
	actor->ready = RB_ROOT_CACHED;
	INIT_HLIST_HEAD(&actor->any_waiters);
	init_waitqueue_head(&actor->claim_wait);
	init_completion(&actor->dead);
	INIT_LIST_HEAD(&actor->threads);
	INIT_LIST_HEAD(&actor->laps);
	INIT_LIST_HEAD(&actor->pool_ports);
	INIT_LIST_HEAD(&actor->windows);
	actor->areas = RB_ROOT;
	INIT_LIST_HEAD(&actor->supervisor_node);
	for (i = 0; i < ARRAY_SIZE(actor->held); i++)
		INIT_HLIST_HEAD(&actor->held[i]);
	chorus_message_cache_init(&actor->cache);
	ret = chorus_object_reserve(&actor->object);
	if (ret)
		goto error_actor;
	return actor;

error_actor:
	kmem_cache_free(actor_cache, actor);
error_charge:
	chorus_user_uncharge(user, CHORUS_QUOTA_ACTORS, 1);
error_user:
	chorus_user_put(user);
	return ERR_PTR(ret);
}

/* The default port is born with the actor and dies with it. */
static int actor_add_default_port(struct chorus_actor *actor)
{
	struct chorus_port *port = chorus_port_create_default(actor);

	if (IS_ERR(port))
		return PTR_ERR(port);
	actor->default_port = port;
	return 0;
}

/*
 * Not in actor_free(): the last mmdrop() frees page tables under a lock that is not
 * for RCU callbacks.  Nobody compares mms once the file is closed.
 */
static void actor_drop_mm(struct chorus_actor *actor)
{
	if (actor->mm)
		mmdrop(actor->mm);
}

static void actor_abort(struct chorus_actor *actor)
{
	chorus_object_abort(&actor->object);
	actor_drop_mm(actor);
	chorus_actor_put(actor);
}

/**
 * chorus_actor_publish() - end of birth
 * @actor: filled in
 */
void chorus_actor_publish(struct chorus_actor *actor)
{
	chorus_object_finalize(&actor->object);
	chorus_count(actor_born);
	trace_chorus_actor_create(actor);
}

static u16 protid_of(u32 id)
{
	return min_t(u32, id, U16_MAX);
}

static bool process_taken_locked(void)
{
	struct chorus_actor *actor;

	lockdep_assert_held(&process_lock);
	hash_for_each_possible(actors_by_mm, actor, mm_node, (unsigned long)current->mm)
		if (actor->mm == current->mm)
			return true;
	/* Who was barred does not come back as somebody else. */
	hash_for_each_possible(actors_by_tgid, actor, tgid_node, (unsigned long)task_tgid(current))
		if (actor->kept && actor->tgid == task_tgid(current))
			return true;
	return false;
}

/* One actor a mm: also a vfork child shares the mm of its parent's actor. */
static int process_claim(struct chorus_actor *actor)
{
	int ret = -EBUSY;

	raw_spin_lock(&process_lock);
	if (!process_taken_locked()) {
		hash_add(actors_by_mm, &actor->mm_node, (unsigned long)actor->mm);
		hash_add(actors_by_tgid, &actor->tgid_node, (unsigned long)actor->tgid);
		ret = 0;
	}
	raw_spin_unlock(&process_lock);
	return ret;
}

static void process_unclaim(struct chorus_actor *actor)
{
	raw_spin_lock(&process_lock);
	hash_del(&actor->mm_node);
	if (READ_ONCE(actor->bar) && hash_hashed(&actor->tgid_node)) {
		actor->kept = true;
		chorus_object_get(&actor->object);
	} else {
		hash_del(&actor->tgid_node);
	}
	raw_spin_unlock(&process_lock);
}

/**
 * chorus_actor_create_process() - the calling process becomes an actor
 * @site: of which site
 *
 * Returns the actor, or -EBUSY, -EDQUOT, -ENOMEM as an ERR_PTR.
 */
struct chorus_actor *chorus_actor_create_process(struct chorus_site *site)
{
	struct chorus_actor *actor;
	int ret;

	if (!current->mm || (current->flags & (PF_KTHREAD | PF_EXITING)))
		return ERR_PTR(-EXDEV);
	actor = actor_alloc(site, chorus_user_get(current_uid()));
	if (IS_ERR(actor))
		return actor;

	actor->mm = current->mm;
	mmgrab(actor->mm);
	actor->tgid = get_pid(task_tgid(current));
	actor->privilege = CHORUS_ACTOR_USER;
	actor->pi.uid = protid_of(from_kuid_munged(&init_user_ns, current_euid()));
	actor->pi.gid = protid_of(from_kgid_munged(&init_user_ns, current_egid()));
	strscpy(actor->name, current->comm, sizeof(actor->name));

	ret = process_claim(actor);
	if (ret)
		goto error;
	chorus_step(O1);
	ret = actor_add_default_port(actor);
	if (ret) {
		process_unclaim(actor);
		goto error;
	}
	chorus_actor_publish(actor);
	chorus_step(O2);
	return actor;
error:
	actor_abort(actor);
	return ERR_PTR(ret);
}

/**
 * chorus_actor_create_supervisor() - the actor of a module in one site
 * @site: the site
 * @ops: the module's
 *
 * Not published: the module's site_init runs first.
 */
struct chorus_actor *chorus_actor_create_supervisor(struct chorus_site *site,
						    const struct chorus_supervisor_ops *ops)
{
	struct chorus_actor *actor = actor_alloc(site, chorus_user_get_supervisor());
	int ret;

	if (IS_ERR(actor))
		return actor;
	actor->privilege = CHORUS_ACTOR_SUPERVISOR;
	actor->supervisor = ops;
	strscpy(actor->name, ops->name, sizeof(actor->name));
	ret = actor_add_default_port(actor);
	if (ret) {
		actor_abort(actor);
		return ERR_PTR(ret);
	}
	return actor;
}

/* Threads asleep in a call or a receive leave it; the others find out by themselves. */
static void actor_wake_threads(struct chorus_actor *actor)
{
	struct chorus_thread *thread;

	spin_lock(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		set_bit(CHORUS_THREAD_DYING, &thread->attention);
		chorus_wake_interruptible(thread->task);
	}
	spin_unlock(&actor->lock);
}

/**
 * chorus_actor_kill() - death of an actor, wherever its threads are
 * @actor: any; killing twice is nothing
 *
 * Process context; waits only for others that are in the middle of a short
 * operation on the actor, and, for a supervisor actor, for its handlers.  When it
 * returns nobody reaches the actor, its ports are gone, every caller it owed a
 * reply has got EOWNERDEAD, or its server a successor (ipc/hold.h), and its sleeping
 * threads are on their way out.
 * Returns true to the one caller who did it.
 */
bool chorus_actor_kill(struct chorus_actor *actor)
{
	struct chorus_port *port;
	unsigned long li = 0;

	if (!chorus_object_kill(&actor->object))
		return false;
	if (actor->mm)
		process_unclaim(actor);
	chorus_step(D1);
	trace_chorus_actor_kill(actor);

	chorus_lap_delete_all(actor);
	while ((port = chorus_port_get_next(actor, &li))) {
		/* It may be another's by now. */
		chorus_port_kill_owned(port, actor);
		chorus_port_put(port);
	}
	chorus_port_kill(actor->default_port);
	chorus_area_close_all(actor);
	chorus_step(D2);

	chorus_receive_drop_all(actor);
	actor_wake_threads(actor);
	chorus_step(D3);

	chorus_object_drain(&actor->object);
	chorus_message_cache_close(&actor->cache);
	chorus_count(actor_dead);
	complete_all(&actor->dead);
	return true;
}

/**
 * chorus_actor_close() - the last reference of the creator goes
 * @actor: for a process: nobody is inside any more, because its file is closed
 */
void chorus_actor_close(struct chorus_actor *actor)
{
	/* Another task may be in the middle of it, and needs the site until it is done. */
	if (!chorus_actor_kill(actor))
		wait_for_completion(&actor->dead);
	chorus_step(D4);
	chorus_hold_drop_owner(actor);
	chorus_thread_destroy_all(actor);
	/* Threads inside a dead actor may still follow the pointer, until here. */
	chorus_port_put(actor->default_port);
	actor_drop_mm(actor);
	chorus_actor_put(actor);
}

static void actor_late_kill(struct chorus_late *late)
{
	struct chorus_actor *actor = container_of(late, struct chorus_actor, late);

	chorus_actor_kill(actor);
	chorus_actor_put(actor);
}

static void actor_late_end(struct chorus_late *late)
{
	chorus_actor_put(container_of(late, struct chorus_actor, late_end));
}

/*
 * From the probes: on a thread of the process, atomic.  Only the first of exec and
 * exit finds an actor alive, so its late work is queued once; a barred one is found by
 * each exec until it is dead, and again at the end of its process.
 */
static void actor_end_of_process(struct pid *tgid, bool exit)
{
	struct chorus_actor *actor, *killed = NULL, *ended = NULL;

	raw_spin_lock(&process_lock);
	hash_for_each_possible(actors_by_tgid, actor, tgid_node, (unsigned long)tgid) {
		if (actor->tgid != tgid)
			continue;
		if (actor->kept) {
			if (!exit)
				break;
			ended = actor;		/* with the reference that kept it */
			hash_del(&actor->tgid_node);
		} else if (kref_get_unless_zero(&actor->object.ref)) {
			killed = actor;
			/* Its death decides whether it is kept. */
			if (exit || !READ_ONCE(actor->bar))
				hash_del(&actor->tgid_node);
		}
		break;
	}
	raw_spin_unlock(&process_lock);
	if (killed)
		chorus_late_queue(&killed->late, actor_late_kill, exit ? TWA_NONE : TWA_RESUME);
	if (ended)
		chorus_late_queue(&ended->late_end, actor_late_end, TWA_NONE);
}

void chorus_actor_exit(struct task_struct *task)
{
	if (!hash_empty(actors_by_tgid))
		actor_end_of_process(task_tgid(task), true);
}

void chorus_actor_exec(struct task_struct *task)
{
	if (!hash_empty(actors_by_tgid))
		actor_end_of_process(task_tgid(task), false);
}

/** chorus_actor_forget_kept() - the module goes: processes that were barred live on */
void chorus_actor_forget_kept(void)
{
	struct chorus_actor *actor;
	struct hlist_node *next;
	HLIST_HEAD(kept);
	int bucket;

	raw_spin_lock(&process_lock);
	hash_for_each_safe(actors_by_tgid, bucket, next, actor, tgid_node) {
		hash_del(&actor->tgid_node);
		hlist_add_head(&actor->tgid_node, &kept);
	}
	raw_spin_unlock(&process_lock);
	hlist_for_each_entry_safe(actor, next, &kept, tgid_node)
		chorus_actor_put(actor);
}

/**
 * chorus_actor_acquire() - the actor a capability names
 * @site: where to look
 * @cap: name and key
 *
 * Returns it acquired, for chorus_object_release(); -EHOSTUNREACH or -EACCES as an
 * ERR_PTR.
 */
struct chorus_actor *chorus_actor_acquire(struct chorus_site *site, const struct chorus_cap *cap)
{
	struct chorus_object *object = chorus_object_acquire(site, &cap->ui, &chorus_actor_ops);
	struct chorus_actor *actor;

	if (!object)
		return ERR_PTR(-EHOSTUNREACH);
	actor = chorus_actor_of(object);
	if (!chorus_key_equal(&actor->key, &cap->key)) {
		chorus_object_release(object);
		return ERR_PTR(-EACCES);
	}
	return actor;
}

int chorus_actor_init(void)
{
	actor_cache = kmem_cache_create("chorus_actor", sizeof(struct chorus_actor), 0,
					SLAB_HWCACHE_ALIGN, NULL);
	return actor_cache ? 0 : -ENOMEM;
}

void chorus_actor_exit_module(void)
{
	kmem_cache_destroy(actor_cache);
}
