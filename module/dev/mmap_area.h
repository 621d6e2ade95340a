/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of areas, and the way from an address to a place.
 *
 * A mapping is of one whole area, shared, for reading and writing, and for this process
 * only: a fork does not inherit it.
 */
#ifndef CHORUS_DEV_MMAP_AREA_H
#define CHORUS_DEV_MMAP_AREA_H

#include <linux/types.h>

struct chorus_actor;
struct chorus_place;
struct vm_area_struct;

int chorus_mmap_area(struct chorus_actor *actor, struct vm_area_struct *vma);
bool chorus_mmap_place(const struct chorus_actor *actor, u64 addr, u32 size, bool write,
		       struct chorus_place *place);

#endif /* CHORUS_DEV_MMAP_AREA_H */
