/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every object with a unique identifier shares: actor, port, LAP.
 *
 * An object embeds struct chorus_object as its first member.  Its life:
 *
 *	chorus_object_init()		memory and name exist, kref is 1
 *	chorus_object_reserve()		the name is taken; lookups see it and fail
 *	   ... fill in ...
 *	chorus_object_finalize()	published: cannot fail, must not be undone
 *	or chorus_object_abort()	as if it had never been
 *
 *	chorus_object_kill()		no lookup succeeds any more; true once
 *	chorus_object_drain()		everybody who acquired it is out
 *	chorus_object_put()		memory goes with the last reference and RCU
 *
 * Two counts: chorus_object_get/put keep the memory; a lookup acquires, and
 * chorus_object_release() gives back, the right to use it.
 */
#ifndef CHORUS_OBJECT_OBJECT_H
#define CHORUS_OBJECT_OBJECT_H

#include <linux/kref.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>

#include "object/active.h"
#include "object/site.h"
#include "object/ui.h"

struct chorus_object;

/**
 * struct chorus_object_ops - what differs between kinds of objects
 * @free: frees the memory, one RCU grace period after the last put; any context
 * @list: offset in struct chorus_site of the list the kind is kept on
 * @count: offset of the counter beside it
 */
struct chorus_object_ops {
	void (*free)(struct chorus_object *object);
	size_t list;
	size_t count;
};

struct chorus_object {
	struct chorus_active active;
	struct kref ref;
	struct chorus_ui ui;			/* constant */
	const struct chorus_object_ops *ops;	/* constant */
	struct chorus_site *site;		/* constant; valid while not dead */
	struct rhash_head table_node;		/* site->objects */
	struct list_head site_node;		/* site->lock */
	struct rcu_head rcu;
};

/* ---- the table of names; static here, so that lookups are compiled for it ---- */

static inline u32 chorus_object_hash_key(const void *data, u32 len, u32 seed)
{
	return chorus_ui_hash(data, seed);
}

static inline u32 chorus_object_hash(const void *data, u32 len, u32 seed)
{
	const struct chorus_object *object = data;

	return chorus_ui_hash(&object->ui, seed);
}

static inline int chorus_object_compare(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct chorus_object *object = data;

	return !chorus_ui_equal(arg->key, &object->ui);
}

static const struct rhashtable_params chorus_object_table_params = {
	.head_offset = offsetof(struct chorus_object, table_node),
	.key_offset = offsetof(struct chorus_object, ui),
	.key_len = sizeof(struct chorus_ui),
	.hashfn = chorus_object_hash_key,
	.obj_hashfn = chorus_object_hash,
	.obj_cmpfn = chorus_object_compare,
	.automatic_shrinking = true,
};

/**
 * chorus_object_find() - look up by name, without any count
 * @site: where
 * @ui: the name
 *
 * For the inside of an RCU read section.  The object may be unborn or dead.
 */
static inline struct chorus_object *chorus_object_find(struct chorus_site *site,
						       const struct chorus_ui *ui)
{
	return rhashtable_lookup(&site->objects, ui, chorus_object_table_params);
}

void chorus_object_init(struct chorus_object *object, const struct chorus_object_ops *ops,
			struct chorus_site *site, enum chorus_ui_type type);
int chorus_object_reserve(struct chorus_object *object);
void chorus_object_finalize(struct chorus_object *object);
void chorus_object_abort(struct chorus_object *object);
bool chorus_object_kill(struct chorus_object *object);
void chorus_object_drain(struct chorus_object *object);

struct chorus_object *chorus_object_acquire(struct chorus_site *site, const struct chorus_ui *ui,
					    const struct chorus_object_ops *ops);

static inline void chorus_object_release(struct chorus_object *object)
{
	chorus_active_release(&object->active);
}

static inline bool chorus_object_alive(const struct chorus_object *object)
{
	return chorus_active_alive(&object->active);
}

static inline void chorus_object_get(struct chorus_object *object)
{
	kref_get(&object->ref);
}

static inline void chorus_object_get_many(struct chorus_object *object, unsigned int nr)
{
	refcount_add(nr, &object->ref.refcount);
}

void chorus_object_put(struct chorus_object *object);

#endif /* CHORUS_OBJECT_OBJECT_H */
