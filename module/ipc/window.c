// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "ipc/message.h"
#include "ipc/port.h"
#include "ipc/window.h"

static struct kmem_cache *window_cache;
static DEFINE_IDA(window_numbers);

static long window_bytes(const struct chorus_window *window)
{
	return (long)window->nr_pages << PAGE_SHIFT;
}

/* ---- birth and death ---- */

static void pages_free(struct chorus_window *window)
{
	unsigned int i;

	if (window->data)
		vunmap(window->data);
	for (i = 0; window->pages && i < window->nr_pages && window->pages[i]; i++)
		__free_page(window->pages[i]);
	kvfree(window->pages);
}

static int pages_alloc(struct chorus_window *window)
{
	unsigned int i;

	window->pages = kvcalloc(window->nr_pages, sizeof(*window->pages), GFP_KERNEL_ACCOUNT);
	if (!window->pages)
		return -ENOMEM;
	for (i = 0; i < window->nr_pages; i++) {
		if (fatal_signal_pending(current))
			return -ENOMEM;
		cond_resched();
		window->pages[i] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!window->pages[i])
			return -ENOMEM;
	}
	window->data = vmap(window->pages, window->nr_pages, VM_MAP, PAGE_KERNEL);
	return window->data ? 0 : -ENOMEM;
}

static void window_free(struct rcu_head *rcu)
{
	kmem_cache_free(window_cache, container_of(rcu, struct chorus_window, rcu));
}

static void window_end(struct kref *ref)
{
	struct chorus_window *window = container_of(ref, struct chorus_window, ref);
	struct chorus_actor *actor = window->actor;

	pages_free(window);
	ida_free(&window_numbers, window->number);
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_BYTES, window_bytes(window));
	/* A sender may look at the slots of a window that ends under his eyes. */
	call_rcu(&window->rcu, window_free);
	chorus_actor_put(actor);
}

/** chorus_window_put() - give a reference back; process context */
void chorus_window_put(struct chorus_window *window)
{
	if (window)
		kref_put(&window->ref, window_end);
}

static struct chorus_window *window_alloc(struct chorus_actor *actor,
					  const struct chorus_window_open *args)
{
	struct chorus_window *window;
	int ret;

	window = kmem_cache_zalloc(window_cache, GFP_KERNEL_ACCOUNT);
	if (!window)
		return ERR_PTR(-ENOMEM);
	kref_init(&window->ref);
	window->actor = actor;
	window->slots = args->slots;
	window->slot_size = PAGE_ALIGN(args->slot_size);
	window->least = args->least;
	window->nr_pages = window->slots * (window->slot_size >> PAGE_SHIFT);
	ret = chorus_user_charge(actor->user, CHORUS_QUOTA_BYTES, window_bytes(window));
	if (ret) {
		chorus_count(quota_refused);
		goto error_window;
	}
	ret = ida_alloc_range(&window_numbers, 1, CHORUS_WINDOW_NUMBER_MAX, GFP_KERNEL_ACCOUNT);
	if (ret < 0)
		goto error_charge;
	window->number = ret;
	ret = pages_alloc(window);
	if (ret)
		goto error_pages;
	chorus_object_get(&actor->object);
	return window;

error_pages:
	pages_free(window);
	ida_free(&window_numbers, window->number);
error_charge:
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_BYTES, window_bytes(window));
error_window:
	kmem_cache_free(window_cache, window);
	return ERR_PTR(ret);
}

/**
 * chorus_window_detach_locked() - a port closes its window: by command, dying, or leaving @actor
 * @port: of @actor
 * @actor: locked
 *
 * Returns the window with the port's reference, which the caller drops without the lock, or NULL.
 */
struct chorus_window *chorus_window_detach_locked(struct chorus_port *port,
						  struct chorus_actor *actor)
{
	struct chorus_window *window;

	lockdep_assert_held(&actor->lock);
	window = rcu_dereference_protected(port->window, lockdep_is_held(&actor->lock));
	if (!window)
		return NULL;
	RCU_INIT_POINTER(port->window, NULL);
	WRITE_ONCE(window->closed, true);
	list_del_init(&window->node);
	return window;
}

/**
 * chorus_window_open() - give a port a window
 * @actor: owner of the port
 * @args: decoded; sizes judged
 * @out: the window, with a reference for the caller
 *
 * Returns 0, -ENOENT, -EBUSY, -EDQUOT, -ENOMEM.
 */
int chorus_window_open(struct chorus_actor *actor, const struct chorus_window_open *args,
		       struct chorus_window **out)
{
	struct chorus_window *window = window_alloc(actor, args);
	struct chorus_port *port;
	int ret = 0;

	if (IS_ERR(window))
		return PTR_ERR(window);
	chorus_step(W3);
	/* A port that is found alive under the lock is buried, with its window, after us. */
	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, args->li);
	if (!port)
		ret = -ENOENT;
	else if (rcu_access_pointer(port->window) || rcu_access_pointer(port->handler))
		ret = -EBUSY;
	if (!ret) {
		kref_get(&window->ref);
		window->port = port;
		list_add(&window->node, &actor->windows);
		rcu_assign_pointer(port->window, window);
	}
	spin_unlock(&actor->lock);
	if (ret) {
		chorus_window_put(window);
		return ret;
	}
	chorus_count(window_open);
	chorus_step(W4);
	*out = window;
	return 0;
}

/** chorus_window_undo() - close a window nobody knows; it may be closed by now */
void chorus_window_undo(struct chorus_window *window)
{
	struct chorus_actor *actor = window->actor;
	struct chorus_window *ours = NULL;

	spin_lock(&actor->lock);
	if (!window->closed)
		ours = chorus_window_detach_locked(window->port, actor);
	spin_unlock(&actor->lock);
	chorus_window_put(ours);
}

/** chorus_window_close() - take the window of a port away; 0 or -ENOENT */
int chorus_window_close(struct chorus_actor *actor, int li)
{
	struct chorus_window *window = NULL;
	struct chorus_port *port;

	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, li);
	if (port)
		window = chorus_window_detach_locked(port, actor);
	spin_unlock(&actor->lock);
	if (!window)
		return -ENOENT;
	chorus_step(W5);
	chorus_window_put(window);
	return 0;
}

/** chorus_window_get() - the open window at an offset of the device, referenced, or NULL */
struct chorus_window *chorus_window_get(struct chorus_actor *actor, unsigned long pgoff)
{
	struct chorus_window *window, *found = NULL;

	spin_lock(&actor->lock);
	list_for_each_entry(window, &actor->windows, node) {
		if (chorus_window_pgoff(window) != pgoff)
			continue;
		kref_get(&window->ref);
		found = window;
		break;
	}
	spin_unlock(&actor->lock);
	return found;
}

/* ---- slots ---- */

/* The number of a free slot, which is the caller's now, or -1. */
static int slot_take(struct chorus_window *window)
{
	unsigned long slot;

	for (;;) {
		slot = find_first_zero_bit(window->busy, window->slots);
		if (slot >= window->slots)
			return -1;
		if (!test_and_set_bit_lock(slot, window->busy))
			return slot;
	}
}

/**
 * chorus_window_take() - a slot for the body that is about to be copied
 * @port: where it is sent, referenced
 * @message: the caller's; its request has no body of its own
 * @size: of the body
 *
 * Without one the message is as before.
 */
void chorus_window_take(struct chorus_port *port, struct chorus_message *message, u32 size)
{
	struct chorus_window *window;
	int slot = -1;

	rcu_read_lock();
	window = rcu_dereference(port->window);
	if (!window || size < window->least || !size || !kref_get_unless_zero(&window->ref))
		window = NULL;
	rcu_read_unlock();
	if (!window)
		return;
	if (size > window->slot_size) {
		chorus_count(window_small);
	} else {
		slot = slot_take(window);
		if (slot < 0)
			chorus_count(window_full);
	}
	if (slot < 0) {
		chorus_window_put(window);
		return;
	}
	chorus_message_place(message, window, slot);
	chorus_step(W6);
}

/**
 * chorus_window_release() - the body in a slot is not needed any more
 * @message: owned by the caller, its request in a slot
 */
void chorus_window_release(struct chorus_message *message)
{
	struct chorus_window *window = message->window;

	message->window = NULL;
	clear_bit_unlock(message->slot, window->busy);
	chorus_window_put(window);
}

int chorus_window_init(void)
{
	window_cache = kmem_cache_create("chorus_window", sizeof(struct chorus_window), 0, 0, NULL);
	return window_cache ? 0 : -ENOMEM;
}

void chorus_window_exit(void)
{
	kmem_cache_destroy(window_cache);
}
