// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "debug/cover.h"
#include "object/object.h"

/**
 * chorus_object_init() - first breath of an object
 * @object: zeroed memory
 * @ops: its kind
 * @site: where it is born
 * @type: type of its fresh identifier; a static one is written over it before
 *	chorus_object_reserve()
 */
void chorus_object_init(struct chorus_object *object, const struct chorus_object_ops *ops,
			struct chorus_site *site, enum chorus_ui_type type)
{
	chorus_active_init(&object->active);
	kref_init(&object->ref);
	object->ops = ops;
	object->site = site;
	INIT_LIST_HEAD(&object->site_node);
	chorus_ui_generate(&object->ui, type, site->epoch, site->number);
}

/**
 * chorus_object_reserve() - take the name, unusable yet
 * @object: initialised
 *
 * Returns 0, -EEXIST, or -ENOMEM (the table says -E2BIG when it cannot grow).
 */
int chorus_object_reserve(struct chorus_object *object)
{
	int ret = rhashtable_lookup_insert_key(&object->site->objects, &object->ui,
					       &object->table_node, chorus_object_table_params);

	return ret == -E2BIG ? -ENOMEM : ret;
}

static struct list_head *site_list(struct chorus_object *object)
{
	return (void *)object->site + object->ops->list;
}

static unsigned int *site_count(struct chorus_object *object)
{
	return (void *)object->site + object->ops->count;
}

/** chorus_object_finalize() - publish a reserved object; cannot fail */
void chorus_object_finalize(struct chorus_object *object)
{
	struct chorus_site *site = object->site;

	spin_lock(&site->lock);
	list_add_tail(&object->site_node, site_list(object));
	++*site_count(object);
	spin_unlock(&site->lock);
	WARN_ON_ONCE(!chorus_active_activate(&object->active));
}

/** chorus_object_abort() - undo chorus_object_reserve(); the memory stays the caller's */
void chorus_object_abort(struct chorus_object *object)
{
	chorus_active_deactivate(&object->active);
	rhashtable_remove_fast(&object->site->objects, &object->table_node,
			       chorus_object_table_params);
}

/**
 * chorus_object_kill() - nobody finds or acquires it any more
 * @object: published
 *
 * Returns true for the one caller who killed it, who goes on with the rest of its
 * death.  The name is free for another static object from here on.
 */
bool chorus_object_kill(struct chorus_object *object)
{
	struct chorus_site *site = object->site;

	if (!chorus_active_deactivate(&object->active))
		return false;
	rhashtable_remove_fast(&site->objects, &object->table_node, chorus_object_table_params);
	spin_lock(&site->lock);
	list_del_init(&object->site_node);
	--*site_count(object);
	spin_unlock(&site->lock);
	return true;
}

/** chorus_object_drain() - wait for those who acquired it before it was killed */
void chorus_object_drain(struct chorus_object *object)
{
	chorus_active_drain(&object->active);
}

/**
 * chorus_object_acquire() - look up a living object of one kind
 * @site: where
 * @ui: its name
 * @ops: its kind
 *
 * Returns it acquired, for chorus_object_release(), or NULL.
 */
struct chorus_object *chorus_object_acquire(struct chorus_site *site, const struct chorus_ui *ui,
					    const struct chorus_object_ops *ops)
{
	struct chorus_object *object;

	rcu_read_lock();
	object = chorus_object_find(site, ui);
	if (object && (object->ops != ops || !chorus_active_acquire(&object->active)))
		object = NULL;
	rcu_read_unlock();
	return object;
}

static void object_free_rcu(struct rcu_head *rcu)
{
	struct chorus_object *object = container_of(rcu, struct chorus_object, rcu);
	bool seen = chorus_cover_begin();

	object->ops->free(object);
	chorus_cover_end(seen);
}

static void object_release(struct kref *ref)
{
	struct chorus_object *object = container_of(ref, struct chorus_object, ref);

	/* Lookups may still look at the memory of an object they cannot acquire. */
	call_rcu(&object->rcu, object_free_rcu);
}

void chorus_object_put(struct chorus_object *object)
{
	if (object)
		kref_put(&object->ref, object_release);
}
