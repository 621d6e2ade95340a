// SPDX-License-Identifier: GPL-2.0-only
#include <linux/highmem.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "ipc/area.h"

static struct kmem_cache *area_cache;
static DEFINE_IDA(area_numbers);

static long area_bytes(const struct chorus_area *area)
{
	return (long)(area->nr_pages << PAGE_SHIFT);
}

/* ---- birth and death ---- */

static void area_end(struct kref *ref)
{
	struct chorus_area *area = container_of(ref, struct chorus_area, ref);
	struct chorus_actor *actor = area->actor;
	unsigned long i;

	for (i = 0; i < area->nr_pages; i++) {
		if (area->pages[i])
			put_page(area->pages[i]);
		if (!(i % 1024))
			cond_resched();
	}
	kvfree(area->pages);
	ida_free(&area_numbers, area->number);
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_BYTES, area_bytes(area));
	kmem_cache_free(area_cache, area);
	chorus_actor_put(actor);
}

/** chorus_area_put() - give a reference back; process context */
void chorus_area_put(struct chorus_area *area)
{
	if (area)
		kref_put(&area->ref, area_end);
}

static struct chorus_area *area_alloc(struct chorus_actor *actor, unsigned long nr_pages)
{
	struct chorus_area *area;
	int ret;

	area = kmem_cache_zalloc(area_cache, GFP_KERNEL_ACCOUNT);
	if (!area)
		return ERR_PTR(-ENOMEM);
	kref_init(&area->ref);
	mutex_init(&area->lock);
	area->actor = actor;
	area->mapping = actor->mapping;
	area->nr_pages = nr_pages;
	ret = chorus_user_charge(actor->user, CHORUS_QUOTA_BYTES, area_bytes(area));
	if (ret) {
		chorus_count(quota_refused);
		goto error_area;
	}
	ret = ida_alloc_max(&area_numbers, CHORUS_WINDOW_NUMBER_MAX, GFP_KERNEL_ACCOUNT);
	if (ret < 0)
		goto error_charge;
	area->number = ret;
	ret = -ENOMEM;
	area->pages = kvcalloc(nr_pages, sizeof(*area->pages), GFP_KERNEL_ACCOUNT);
	if (!area->pages)
		goto error_number;
	chorus_object_get(&actor->object);
	return area;

error_number:
	ida_free(&area_numbers, area->number);
error_charge:
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_BYTES, area_bytes(area));
error_area:
	kmem_cache_free(area_cache, area);
	return ERR_PTR(ret);
}

/* ---- those of an actor ---- */

static struct chorus_area *area_of(const struct rb_node *node)
{
	return rb_entry(node, struct chorus_area, node);
}

static bool area_is_before(struct rb_node *a, const struct rb_node *b)
{
	return area_of(a)->number < area_of(b)->number;
}

static int pgoff_compare(const void *pgoff, const struct rb_node *node)
{
	unsigned long wanted = *(const unsigned long *)pgoff;
	unsigned long its = chorus_area_pgoff(area_of(node));

	return wanted < its ? -1 : wanted > its;
}

static struct chorus_area *area_find_locked(struct chorus_actor *actor, unsigned long pgoff)
{
	struct rb_node *node;

	lockdep_assert_held(&actor->lock);
	node = rb_find(&pgoff, &actor->areas, pgoff_compare);
	return node ? area_of(node) : NULL;
}

/**
 * chorus_area_open() - memory for an actor
 * @actor: who gets it
 * @length: bytes, judged
 * @out: the area, with a reference for the caller
 *
 * Returns 0, -EDQUOT, -ENOMEM, -ESHUTDOWN.
 */
int chorus_area_open(struct chorus_actor *actor, u64 length, struct chorus_area **out)
{
	struct chorus_area *area = area_alloc(actor, DIV_ROUND_UP(length, PAGE_SIZE));
	bool alive;

	if (IS_ERR(area))
		return PTR_ERR(area);
	chorus_step(O3);
	/* Who kills the actor marks it first, and then closes what he finds under the lock. */
	spin_lock(&actor->lock);
	alive = chorus_object_alive(&actor->object);
	if (alive) {
		kref_get(&area->ref);
		rb_add(&area->node, &actor->areas, area_is_before);
	}
	spin_unlock(&actor->lock);
	if (!alive) {
		chorus_area_put(area);
		return -ESHUTDOWN;
	}
	chorus_count(area_open);
	chorus_step(O4);
	*out = area;
	return 0;
}

/** chorus_area_close() - nobody maps it any more; 0 or -ENOENT */
int chorus_area_close(struct chorus_actor *actor, u64 offset)
{
	struct chorus_area *area = NULL;

	spin_lock(&actor->lock);
	if (!offset_in_page(offset))
		area = area_find_locked(actor, offset >> PAGE_SHIFT);
	if (area)
		rb_erase(&area->node, &actor->areas);
	spin_unlock(&actor->lock);
	if (!area)
		return -ENOENT;
	chorus_step(O5);
	chorus_area_put(area);
	return 0;
}

/** chorus_area_close_all() - the actor is dead */
void chorus_area_close_all(struct chorus_actor *actor)
{
	struct chorus_area *area, *next;
	struct rb_root closed;

	spin_lock(&actor->lock);
	closed = actor->areas;
	actor->areas = RB_ROOT;
	spin_unlock(&actor->lock);
	rbtree_postorder_for_each_entry_safe(area, next, &closed, node)
		chorus_area_put(area);
}

/** chorus_area_get() - the area at an offset of the device, referenced, or NULL */
struct chorus_area *chorus_area_get(struct chorus_actor *actor, unsigned long pgoff)
{
	struct chorus_area *area;

	spin_lock(&actor->lock);
	area = area_find_locked(actor, pgoff);
	if (area)
		kref_get(&area->ref);
	spin_unlock(&actor->lock);
	return area;
}

/* ---- pages ---- */

/**
 * chorus_area_unmap_locked() - nobody has a way to these places until he faults again
 * @area: locked
 * @index: the first place
 * @nr: how many
 */
void chorus_area_unmap_locked(struct chorus_area *area, unsigned long index, unsigned long nr)
{
	lockdep_assert_held(&area->lock);
	if (area->mapping && atomic_read(&area->nr_mappings))
		unmap_mapping_pages(area->mapping, chorus_area_pgoff(area) + index, nr, false);
}

/**
 * chorus_area_touch_locked() - a page for a place
 * @area: locked
 * @index: the place
 * @write: the page is to be this place's alone
 *
 * Returns an enum chorus_area_touched, or -ENOMEM with nothing changed.
 */
int chorus_area_touch_locked(struct chorus_area *area, unsigned long index, bool write)
{
	struct page *old = area->pages[index], *new;

	lockdep_assert_held(&area->lock);
	if (old && (!write || chorus_area_is_own(old)))
		return CHORUS_AREA_THERE;
	new = alloc_page(GFP_KERNEL_ACCOUNT | (old ? 0 : __GFP_ZERO));
	if (!new)
		return -ENOMEM;
	area->pages[index] = new;
	if (!old)
		return CHORUS_AREA_NEW;
	/* Nobody writes to it: who began to share it has unmapped it before. */
	copy_highpage(new, old);
	/*
	 * Even where a fault has found nothing mapped: until it had the area another thread's fault
	 * may have mapped the old page there, which is somebody else's, or free, from here on.
	 */
	chorus_area_unmap_locked(area, index, 1);
	put_page(old);
	chorus_count(area_unshared);
	return CHORUS_AREA_COPIED;
}

int chorus_area_init(void)
{
	area_cache = kmem_cache_create("chorus_area", sizeof(struct chorus_area), 0, 0, NULL);
	return area_cache ? 0 : -ENOMEM;
}

void chorus_area_exit(void)
{
	kmem_cache_destroy(area_cache);
}
