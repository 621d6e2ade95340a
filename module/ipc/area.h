/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Area: memory of the nucleus that an actor has mapped, and whose pages can change hands.
 *
 * An area is a row of places for pages.  A place is empty until it is touched, and reads zero.
 * What is mapped of it is at any time a part of what is in the row: a page comes into a page
 * table by a fault, under area->lock, and whoever takes a page out of the row, or begins to
 * share it, unmaps it under the same lock.  So nobody has a way to a page that is not his, and
 * what is taken is not written to any more.  Pages are mapped as VM_PFNMAP: neither
 * get_user_pages() nor a reference of anybody else keeps one.  Therefore:
 *
 * - a page with one reference belongs to its place alone, and is mapped for writing;
 * - a page with more is shared by copy-on-write, between areas and messages, and is mapped for
 *   reading only; a write fault gives the writer a page of his own.
 *
 * All bytes of an area are charged to its owner when it is made, whatever is in it, so that
 * pages that come or go change nothing.  Its memory lives as long as the actor's tree, a
 * mapping, or a caller in the middle of a command has a reference.
 *
 * area->lock is a mutex, taken under the lock of the mm by a fault, and by others with nothing
 * held; under it memory is allocated and page tables are changed.  Never copy from or to a user
 * with it.
 *
 * Who may call: dev/ for mappings, move.c for bodies.
 */
#ifndef CHORUS_IPC_AREA_H
#define CHORUS_IPC_AREA_H

#include <linux/kref.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/page_ref.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "ipc/window.h"

struct address_space;
struct chorus_actor;

struct chorus_area {
	struct kref ref;
	struct chorus_actor *actor;	/* constant: whose it is, who pays; referenced */
	struct address_space *mapping;	/* constant: of all its mappings, NULL: none can be */
	struct rb_node node;		/* actor->areas, actor->lock */
	int number;			/* constant: its place among the offsets of mmap */
	unsigned long nr_pages;		/* constant */
	atomic_t nr_mappings;		/* grows and shrinks under the lock of the mm */
	struct mutex lock;
	struct page **pages;		/* lock; NULL: an empty place */
};

/* A row of places, as a part of an area: where a body comes from, or goes to. */
struct chorus_place {
	struct chorus_area *area;	/* referenced */
	unsigned long index;
	unsigned long nr;
	bool share;			/* what is taken from there stays, copy-on-write */
};

int chorus_area_open(struct chorus_actor *actor, u64 length, struct chorus_area **area);
int chorus_area_close(struct chorus_actor *actor, u64 offset);
void chorus_area_close_all(struct chorus_actor *actor);
void chorus_area_put(struct chorus_area *area);

/*
 * For mappings: pages from the start of the device's address space, where windows, see
 * ipc/window.h, and areas take turns, with room for 1 GiB in small pages each.  So both begin
 * where a 32-bit program, whose offsets end at 2^32 pages, can reach them.
 */
static inline bool chorus_area_is_pgoff(unsigned long pgoff)
{
	return pgoff & (1UL << CHORUS_WINDOW_SHIFT);
}

static inline unsigned long chorus_area_pgoff(const struct chorus_area *area)
{
	return (2UL * area->number + 1) << CHORUS_WINDOW_SHIFT;
}

struct chorus_area *chorus_area_get(struct chorus_actor *actor, unsigned long pgoff);

/* A page in a place: does nobody share it?  (It is one by itself, and no part of a larger one.) */
static inline bool chorus_area_is_own(const struct page *page)
{
	return page_ref_count(page) == 1;
}

/* What became of a place that is to be touched. */
enum chorus_area_touched {
	CHORUS_AREA_THERE,		/* as it was */
	CHORUS_AREA_NEW,		/* a page of zeroes */
	CHORUS_AREA_COPIED,		/* a page of its own, for a shared one */
};

int chorus_area_touch_locked(struct chorus_area *area, unsigned long index, bool write);
void chorus_area_unmap_locked(struct chorus_area *area, unsigned long index, unsigned long nr);

int chorus_area_init(void);
void chorus_area_exit(void);

#endif /* CHORUS_IPC_AREA_H */
