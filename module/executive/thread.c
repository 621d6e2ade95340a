// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "compat/wake.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/message.h"
#include "ipc/receive.h"
#include "ipc/rpc.h"

struct hlist_head chorus_task_hash[1 << CHORUS_TASK_HASH_BITS];
static DEFINE_RAW_SPINLOCK(thread_lock);
static struct kmem_cache *thread_cache;

/**
 * chorus_thread_unhash() - make a thread unfindable by task
 * @thread: hashed or not
 *
 * Returns true to the one caller who did it and now ends the thread.
 */
bool chorus_thread_unhash(struct chorus_thread *thread)
{
	bool hashed;

	raw_spin_lock(&thread_lock);
	hashed = !hlist_unhashed(&thread->node);
	if (hashed)
		hlist_del_init_rcu(&thread->node);
	raw_spin_unlock(&thread_lock);
	return hashed;
}

/* Returns 0, -ESHUTDOWN, -EDQUOT. */
static int thread_attach(struct chorus_thread *thread, struct chorus_actor *actor)
{
	int ret = 0;

	spin_lock(&actor->lock);
	if (!chorus_object_alive(&actor->object))
		ret = -ESHUTDOWN;
	else if (actor->nr_threads >= READ_ONCE(chorus_max_threads) && !actor->user->unlimited)
		ret = -EDQUOT;
	if (ret) {
		spin_unlock(&actor->lock);
		return ret;
	}
	thread->li = ++actor->last_thread_li;
	list_add_tail(&thread->actor_node, &actor->threads);
	actor->nr_threads++;
	if (actor->bar & CHORUS_BAR_SEND)
		set_bit(CHORUS_THREAD_BARRED, &thread->attention);
	spin_unlock(&actor->lock);
	return 0;
}

static struct chorus_thread *thread_create(struct chorus_actor *actor)
{
	struct chorus_thread *thread;
	int ret;

	/* Whoever closes the dead actor's file may be about to end its threads, too. */
	rcu_read_lock();
	thread = chorus_thread_find(current);
	if (thread && (thread->depth || chorus_object_alive(&thread->actor->object))) {
		/* In a handler: the thread stays at home, the caller runs elsewhere. */
		rcu_read_unlock();
		return ERR_PTR(-EXDEV);
	}
	if (thread && !chorus_thread_unhash(thread))
		thread = NULL;
	rcu_read_unlock();
	if (thread)
		chorus_thread_destroy(thread);
	if (current->flags & PF_EXITING)
		return ERR_PTR(-ESHUTDOWN);

	ret = chorus_user_charge(actor->user, CHORUS_QUOTA_THREADS, 1);
	if (ret)
		goto error;
	thread = kmem_cache_zalloc(thread_cache, GFP_KERNEL_ACCOUNT);
	if (!thread) {
		ret = -ENOMEM;
		goto error_charge;
	}
	thread->task = current;
	INIT_HLIST_NODE(&thread->waiter.node);
	INIT_HLIST_HEAD(&thread->parked);
	refcount_set(&thread->users, 1);
	mutex_init(&thread->loan.lock);
	ret = thread_attach(thread, actor);
	if (ret)
		goto error_thread;
	thread->actor = actor;
	chorus_object_get(&actor->object);
	chorus_step(T1);

	raw_spin_lock(&thread_lock);
	hlist_add_head_rcu(&thread->node,
			   &chorus_task_hash[hash_ptr(current, CHORUS_TASK_HASH_BITS)]);
	raw_spin_unlock(&thread_lock);
	chorus_count(thread_born);
	return thread;

error_thread:
	kmem_cache_free(thread_cache, thread);
error_charge:
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_THREADS, 1);
error:
	if (ret == -EDQUOT)
		chorus_count(quota_refused);
	return ERR_PTR(ret);
}

/**
 * chorus_thread_create() - make the state of the calling task
 * @actor: its home
 *
 * A task that belonged to an actor that has died meanwhile moves to the new one.  A worker
 * of io_uring is nobody's thread.
 */
struct chorus_thread *chorus_thread_create(struct chorus_actor *actor)
{
	return current->flags & PF_IO_WORKER ? ERR_PTR(-EXDEV) : thread_create(actor);
}

/**
 * chorus_thread_borrow_worker() - a thread for one command of a ring
 * @actor: whose ring; the caller is one of the workers of its process
 *
 * What it holds at the end is given up with it, so that the worker, which does anybody's
 * commands, keeps nothing.
 */
struct chorus_thread *chorus_thread_borrow_worker(struct chorus_actor *actor)
{
	struct chorus_thread *thread = thread_create(actor);

	if (!IS_ERR(thread))
		thread->borrowed = true;
	return thread;
}

/**
 * chorus_thread_borrow() - a thread for a call of supervisor code
 * @actor: the calling supervisor actor
 *
 * Inside a handler it is the thread that runs it, and a thread of the actor is its own.
 * Elsewhere, on a worker of the kernel for instance, which is anybody's, it is made for
 * this call alone.
 */
struct chorus_thread *chorus_thread_borrow(struct chorus_actor *actor)
{
	struct chorus_thread *thread = chorus_thread_inside() ?: chorus_thread_of(actor);

	if (thread)
		return thread;
	thread = chorus_thread_create(actor);
	if (!IS_ERR(thread))
		thread->borrowed = true;
	return thread;
}

void chorus_thread_give_back(struct chorus_thread *thread)
{
	if (thread->borrowed && !thread->depth && chorus_thread_unhash(thread))
		chorus_thread_destroy(thread);
}

static void thread_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(thread_cache, container_of(rcu, struct chorus_thread, rcu));
}

/** chorus_thread_put() - after refcount_inc(&thread->users), under its actor's lock */
void chorus_thread_put(struct chorus_thread *thread)
{
	/* Closers of gates walk the table under RCU. */
	if (refcount_dec_and_test(&thread->users))
		call_rcu(&thread->rcu, thread_free_rcu);
}

/**
 * chorus_thread_destroy() - end a thread
 * @thread: unhashed by the caller; its task is outside the nucleus
 *
 * The caller of its current message gets EOWNERDEAD, or another server (ipc/hold.h); its
 * own interrupted calls are dropped.  Process context.
 */
void chorus_thread_destroy(struct chorus_thread *thread)
{
	struct chorus_actor *actor = thread->actor;

	chorus_receive_end_thread(thread);
	chorus_rpc_drop_parked(thread, 0);
	chorus_message_free(thread->spare);
	thread->spare = NULL;
	chorus_step(T2);
	if (thread->loan.token)
		chorus_loan_end(thread, 0);

	spin_lock(&actor->lock);
	list_del(&thread->actor_node);
	actor->nr_threads--;
	spin_unlock(&actor->lock);

	chorus_user_uncharge(actor->user, CHORUS_QUOTA_THREADS, 1);
	chorus_count(thread_dead);
	chorus_thread_put(thread);
	chorus_object_put(&actor->object);
}

static void thread_late_exit(struct chorus_late *late)
{
	chorus_thread_destroy(container_of(late, struct chorus_thread, late));
}

/* From the exit probe: on the task itself, atomic. */
void chorus_thread_exit(struct task_struct *task)
{
	struct chorus_thread *thread;

	rcu_read_lock();
	thread = chorus_thread_find(task);
	if (thread && !chorus_thread_unhash(thread))
		thread = NULL;
	rcu_read_unlock();
	if (thread)
		chorus_late_queue(&thread->late, thread_late_exit, TWA_NONE);
}

/**
 * chorus_thread_destroy_all() - end the threads of an actor whose file is closed
 * @actor: dead, with nobody inside
 *
 * A thread whose task is exiting right now is ended by its late work instead.
 */
void chorus_thread_destroy_all(struct chorus_actor *actor)
{
	struct chorus_thread *thread, *found;

	do {
		found = NULL;
		spin_lock(&actor->lock);
		list_for_each_entry(thread, &actor->threads, actor_node) {
			if (chorus_thread_unhash(thread)) {
				found = thread;
				break;
			}
		}
		spin_unlock(&actor->lock);
		if (found)
			chorus_thread_destroy(found);
	} while (found);
}

/* The mark before the wake-up: a thread on its way into a wait sees it there. */
void chorus_thread_abort_locked(struct chorus_thread *thread)
{
	lockdep_assert_held(&thread->actor->lock);
	set_bit(CHORUS_THREAD_ABORTED, &thread->attention);
	chorus_wake_interruptible(thread->task);
}

/**
 * chorus_thread_abort() - threadAbort
 * @actor: the thread's home actor
 * @li: local id of the thread
 *
 * Returns 0 or -ENOENT.
 */
int chorus_thread_abort(struct chorus_actor *actor, int li)
{
	struct chorus_thread *thread;
	int ret = -ENOENT;

	chorus_step(A1);
	spin_lock(&actor->lock);
	list_for_each_entry(thread, &actor->threads, actor_node) {
		if (thread->li != li)
			continue;
		chorus_thread_abort_locked(thread);
		ret = 0;
		break;
	}
	spin_unlock(&actor->lock);
	chorus_step(A2);
	return ret;
}

/* Calls @fn for every thread, under RCU; @fn must not sleep. */
void chorus_thread_for_each(void (*fn)(struct chorus_thread *thread, void *data), void *data)
{
	struct chorus_thread *thread;
	int bucket;

	rcu_read_lock();
	for (bucket = 0; bucket < ARRAY_SIZE(chorus_task_hash); bucket++)
		hlist_for_each_entry_rcu(thread, &chorus_task_hash[bucket], node)
			fn(thread, data);
	rcu_read_unlock();
}

int chorus_thread_init(void)
{
	thread_cache = kmem_cache_create("chorus_thread", sizeof(struct chorus_thread), 0,
					 SLAB_HWCACHE_ALIGN, NULL);
	return thread_cache ? 0 : -ENOMEM;
}

void chorus_thread_exit_module(void)
{
	kmem_cache_destroy(thread_cache);
}
