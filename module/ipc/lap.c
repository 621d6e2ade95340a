// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/lap.h"
#include "ipc/lap_run.h"

static struct kmem_cache *lap_cache;
atomic_long_t chorus_lap_epoch = ATOMIC_LONG_INIT(1);

/* A name in a site's list. */
struct lap_name {
	struct list_head node;		/* site->lock, and so on */
	struct chorus_actor *actor;	/* who bound it; unbinds before it dies */
	struct chorus_lap_desc desc;
	u32 options;
	char name[CHORUS_LAP_NAME_MAX + 1];
};

/* ---- birth and death ---- */

static void lap_free(struct chorus_object *object)
{
	struct chorus_lap *lap = chorus_lap_of(object);
	struct chorus_actor *actor = lap->gate.actor;

	chorus_gate_exit(&lap->gate);
	kmem_cache_free(lap_cache, lap);
	chorus_actor_put(actor);
}

const struct chorus_object_ops chorus_lap_ops = {
	.free = lap_free,
	.list = offsetof(struct chorus_site, laps),
	.count = offsetof(struct chorus_site, nr_laps),
};

static void lap_gate_empty(struct chorus_gate *gate)
{
	chorus_object_put(&container_of(gate, struct chorus_lap, gate)->object);
}

static struct chorus_lap *lap_alloc(struct chorus_actor *actor)
{
	struct chorus_lap *lap = kmem_cache_zalloc(lap_cache, GFP_KERNEL_ACCOUNT);

	if (!lap)
		return NULL;
	if (chorus_gate_init(&lap->gate, actor, lap_gate_empty)) {
		kmem_cache_free(lap_cache, lap);
		return NULL;
	}
	chorus_object_init(&lap->object, &chorus_lap_ops, actor->object.site, CHORUS_UI_LAP);
	chorus_object_get(&actor->object);
	return lap;
}

/*
 * The end of birth is one section of the actor's lock, so that a dying actor finds the
 * LAP whole or not at all.
 */
static int lap_publish(struct chorus_actor *actor, struct chorus_lap *lap)
{
	int ret = 0;

	spin_lock(&actor->lock);
	if (!chorus_object_alive(&actor->object)) {
		ret = -ESHUTDOWN;
	} else if (actor->nr_laps >= READ_ONCE(chorus_max_laps)) {
		ret = -EDQUOT;
	} else {
		actor->nr_laps++;
		list_add_tail(&lap->actor_node, &actor->laps);
		/* For those inside; the first reference is the list's. */
		chorus_object_get(&lap->object);
		chorus_object_finalize(&lap->object);
	}
	spin_unlock(&actor->lock);
	return ret;
}

static struct chorus_lap *lap_left_locked(struct chorus_actor *actor)
{
	struct chorus_lap *lap;

	lockdep_assert_held(&actor->lock);
	list_for_each_entry(lap, &actor->laps, actor_node)
		if (completion_done(&lap->gate.empty))
			return lap;
	return NULL;
}

/*
 * Whoever was killed while he waited for the last caller of a LAP has left it on the
 * list; the last caller cannot take it off, because he leaves in any context.  A deleter
 * whose wait ends just now may be faster: only one of both finds it there.
 */
static void lap_reap(struct chorus_actor *actor)
{
	struct chorus_lap *lap;

	do {
		spin_lock(&actor->lock);
		lap = lap_left_locked(actor);
		if (lap) {
			list_del_init(&lap->actor_node);
			actor->nr_laps--;
		}
		spin_unlock(&actor->lock);
		if (lap)
			chorus_object_put(&lap->object);
	} while (lap);
}

/* See supervisor.h. */
int chorus_lap_create(struct chorus_actor *actor, chorus_lap_handler handler, void *cookie,
		      u32 arg_size, u32 options, struct chorus_lap_desc *desc)
{
	struct chorus_lap *lap;
	int ret;

	if (!handler || arg_size > CHORUS_LAP_ARG_MAX ||
	    (options & ~(CHORUS_LAP_SAFE | CHORUS_LAP_PROMPT)) || !actor->supervisor)
		return -EINVAL;
	lap_reap(actor);
	lap = lap_alloc(actor);
	if (!lap)
		return -ENOMEM;
	lap->fn = handler;
	lap->cookie = cookie;
	lap->arg_size = arg_size;
	lap->options = options;
	ret = chorus_object_reserve(&lap->object);
	if (ret)
		goto error;
	desc->lap = lap->object.ui;
	desc->arg_size = arg_size;
	desc->options = options;
	chorus_step(B1);
	ret = lap_publish(actor, lap);
	if (ret) {
		chorus_object_abort(&lap->object);
		goto error;
	}
	return 0;
error:
	chorus_object_put(&lap->object);
	return ret;
}
CHORUS_EXPORT(chorus_lap_create);

/* Off its actor's list, which held the first reference; once. */
static void lap_detach(struct chorus_lap *lap)
{
	struct chorus_actor *actor = lap->gate.actor;
	bool attached;

	spin_lock(&actor->lock);
	attached = !list_empty(&lap->actor_node);
	if (attached) {
		list_del_init(&lap->actor_node);
		actor->nr_laps--;
	}
	spin_unlock(&actor->lock);
	if (attached)
		chorus_object_put(&lap->object);
}

/*
 * The gate decides who deletes: closing it succeeds once.  With -EDEADLK nothing has
 * happened; after -EINTR the LAP is dead, but stays on its actor's list, so that the
 * module does not leave before the last caller.
 */
static int lap_kill(struct chorus_lap *lap, bool killable)
{
	int ret = chorus_gate_close(&lap->gate, killable);

	if (ret == -EDEADLK || ret == -ENOENT)
		return ret;
	chorus_object_kill(&lap->object);
	/* Before the caller's reference goes, and so before the memory may. */
	atomic_long_inc(&chorus_lap_epoch);
	if (!ret)
		lap_detach(lap);
	return ret;
}

static struct chorus_lap *lap_get(struct chorus_actor *actor, const struct chorus_ui *ui)
{
	struct chorus_object *object;

	rcu_read_lock();
	object = chorus_object_find(actor->object.site, ui);
	if (object && (object->ops != &chorus_lap_ops ||
		       chorus_lap_of(object)->gate.actor != actor ||
		       !kref_get_unless_zero(&object->ref)))
		object = NULL;
	rcu_read_unlock();
	return object ? chorus_lap_of(object) : NULL;
}

/* See supervisor.h. */
int chorus_lap_delete(struct chorus_actor *actor, const struct chorus_lap_desc *desc)
{
	struct chorus_lap *lap = lap_get(actor, &desc->lap);
	int ret;

	if (!lap)
		return -ENOENT;
	ret = lap_kill(lap, true);
	chorus_object_put(&lap->object);
	return ret;
}
CHORUS_EXPORT(chorus_lap_delete);

/* ---- names ---- */

static struct lap_name *name_find_locked(struct chorus_site *site, const char *name)
{
	struct lap_name *entry;

	lockdep_assert_held(&site->lock);
	list_for_each_entry(entry, &site->names, node)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

static bool name_valid(const char *name)
{
	size_t len = strnlen(name, CHORUS_LAP_NAME_MAX + 1), i;

	if (!len || len > CHORUS_LAP_NAME_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || !isprint(name[i]))
			return false;
	return true;
}

/* See supervisor.h. */
int chorus_lap_bind(struct chorus_actor *actor, const struct chorus_lap_desc *desc,
		    const char *name, u32 options)
{
	struct chorus_site *site = actor->object.site;
	struct lap_name *entry;
	struct chorus_lap *lap;
	int ret = 0;

	if (!name_valid(name) || (options & ~CHORUS_LAP_PROTECTED))
		return -EINVAL;
	lap = lap_get(actor, &desc->lap);
	if (!lap)
		return -ENOENT;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry) {
		ret = -ENOMEM;
		goto out;
	}
	entry->actor = actor;
	entry->desc.lap = lap->object.ui;
	entry->desc.arg_size = lap->arg_size;
	entry->desc.options = lap->options;
	entry->options = options;
	strscpy(entry->name, name, sizeof(entry->name));
	chorus_step(B2);
	spin_lock(&site->lock);
	/* A dying actor takes its names off under this lock, once. */
	if (!chorus_object_alive(&actor->object))
		ret = -ESHUTDOWN;
	else if (name_find_locked(site, name))
		ret = -EBUSY;
	else
		list_add_tail(&entry->node, &site->names);
	spin_unlock(&site->lock);
	if (ret) {
		kfree(entry);
	} else {
		chorus_step(B3);
		wake_up_all(&site->names_wait);
	}
out:
	chorus_object_put(&lap->object);
	return ret;
}
CHORUS_EXPORT(chorus_lap_bind);

/* See supervisor.h. */
int chorus_lap_unbind(struct chorus_actor *actor, const char *name)
{
	struct chorus_site *site = actor->object.site;
	struct lap_name *entry;

	spin_lock(&site->lock);
	entry = name_find_locked(site, name);
	if (entry && entry->actor == actor)
		list_del(&entry->node);
	else
		entry = NULL;
	spin_unlock(&site->lock);
	kfree(entry);
	return entry ? 0 : -ENOENT;
}
CHORUS_EXPORT(chorus_lap_unbind);

/**
 * chorus_lap_name() - a name of a LAP, for listings
 * @lap: referenced
 * @name: out: CHORUS_LAP_NAME_MAX + 1 bytes
 */
bool chorus_lap_name(const struct chorus_lap *lap, char *name)
{
	struct chorus_site *site = lap->object.site;
	struct lap_name *entry;
	bool found = false;

	spin_lock(&site->lock);
	list_for_each_entry(entry, &site->names, node) {
		found = chorus_ui_equal(&entry->desc.lap, &lap->object.ui);
		if (found) {
			memcpy(name, entry->name, sizeof(entry->name));
			break;
		}
	}
	spin_unlock(&site->lock);
	return found;
}

/**
 * chorus_lap_delete_all() - names and LAPs of a dying actor
 * @actor: not found any more
 *
 * Waits for the handlers; not killable, because their code is about to go.
 */
void chorus_lap_delete_all(struct chorus_actor *actor)
{
	struct chorus_site *site = actor->object.site;
	struct lap_name *entry, *next;
	struct chorus_lap *lap;
	LIST_HEAD(names);

	if (!actor->supervisor)
		return;
	spin_lock(&site->lock);
	list_for_each_entry_safe(entry, next, &site->names, node)
		if (entry->actor == actor)
			list_move(&entry->node, &names);
	spin_unlock(&site->lock);
	list_for_each_entry_safe(entry, next, &names, node)
		kfree(entry);

	for (;;) {
		spin_lock(&actor->lock);
		lap = list_first_entry_or_null(&actor->laps, struct chorus_lap, actor_node);
		if (lap)
			chorus_object_get(&lap->object);
		spin_unlock(&actor->lock);
		if (!lap)
			break;
		/* Somebody else may have closed it, and may have been killed meanwhile. */
		if (lap_kill(lap, false)) {
			wait_for_completion(&lap->gate.empty);
			lap_detach(lap);
		}
		chorus_object_put(&lap->object);
	}
}

static bool name_lookup(struct chorus_site *site, const char *name, bool protected,
			struct chorus_lap_desc *desc)
{
	struct lap_name *entry;

	spin_lock(&site->lock);
	entry = name_find_locked(site, name);
	if (entry && !!(entry->options & CHORUS_LAP_PROTECTED) != protected)
		entry = NULL;
	if (entry)
		*desc = entry->desc;
	spin_unlock(&site->lock);
	return entry;
}

/**
 * chorus_lap_lookup() - lapResolve
 * @thread: the calling thread
 * @site: its site
 * @name: NUL-terminated
 * @options: CHORUS_LAP_NOBLOCK, CHORUS_LAP_PROTECTED; the privilege is the caller's
 *	business
 * @timeout: runs
 * @desc: out
 *
 * Returns 0, -EINVAL, -ENOENT, -ETIMEDOUT, -ECANCELED, -ESHUTDOWN, -ERESTARTSYS.
 */
int chorus_lap_lookup(struct chorus_thread *thread, struct chorus_site *site, const char *name,
		      u32 options, struct chorus_timeout *timeout, struct chorus_lap_desc *desc)
{
	bool protected = options & CHORUS_LAP_PROTECTED;
	DEFINE_WAIT(wait);
	int ret = 0;

	if (!name_valid(name))
		return -EINVAL;
	if (name_lookup(site, name, protected, desc))
		return 0;
	if (options & CHORUS_LAP_NOBLOCK)
		return -ENOENT;
	chorus_step(W1);
	for (;;) {
		prepare_to_wait(&site->names_wait, &wait, TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (name_lookup(site, name, protected, desc)) {
			ret = 0;
			break;
		}
		if (ret)
			break;
		ret = chorus_wait_interrupted(thread, true);
		if (ret)
			break;
		ret = chorus_wait_sleep(timeout);
	}
	finish_wait(&site->names_wait, &wait);
	chorus_step(W2);
	return ret;
}

/* See supervisor.h. */
int chorus_lap_resolve(struct chorus_actor *actor, const char *name, u32 options, s64 ns,
		       struct chorus_lap_desc *desc)
{
	struct chorus_thread *thread = chorus_thread_borrow(actor);
	struct chorus_timeout timeout;
	int ret;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	chorus_timeout_init(&timeout, ns, 0);
	ret = chorus_lap_lookup(thread, actor->object.site, name, options, &timeout, desc);
	chorus_thread_give_back(thread);
	return ret == -ERESTARTSYS ? -EINTR : ret;
}
CHORUS_EXPORT(chorus_lap_resolve);

/* ---- invoking ---- */

/**
 * chorus_lap_run() - call the handler and leave (steps L1, L2)
 * @lap: entered
 * @thread: the calling thread
 * @invoker: in whose name
 * @arg: the argument block, in kernel memory
 * @kernel: the invoker is supervisor code
 *
 * Returns 0, -ECANCELED, -EREMOTEIO.
 */
int chorus_lap_run(struct chorus_lap *lap, struct chorus_thread *thread,
		   struct chorus_actor *invoker, void *arg, bool kernel)
{
	return chorus_lap_run_here(lap, thread, invoker, arg, kernel);
}

/* See supervisor.h. */
int chorus_lap_invoke(struct chorus_actor *actor, const struct chorus_lap_desc *desc,
		      void *arg, u32 arg_size)
{
	struct chorus_thread *thread = chorus_thread_borrow(actor);
	struct chorus_lap *lap;
	int ret;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	rcu_read_lock();
	lap = chorus_lap_find(actor->object.site, &desc->lap);
	ret = chorus_lap_enter(lap, thread);
	rcu_read_unlock();
	if (ret) {
		chorus_count(lap_refused);
	} else if (lap->arg_size != arg_size) {
		chorus_gate_leave(&lap->gate, thread);
		chorus_count(lap_refused);
		ret = -EINVAL;
	} else {
		ret = chorus_lap_run(lap, thread, actor, arg, true);
	}
	chorus_thread_give_back(thread);
	return ret;
}
CHORUS_EXPORT(chorus_lap_invoke);

int chorus_lap_init(void)
{
	lap_cache = kmem_cache_create("chorus_lap", sizeof(struct chorus_lap), 0,
				      SLAB_HWCACHE_ALIGN, NULL);
	return lap_cache ? 0 : -ENOMEM;
}

void chorus_lap_exit(void)
{
	kmem_cache_destroy(lap_cache);
}
