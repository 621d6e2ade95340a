/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of /dev/chorus: the receive windows of the calling actor, and its areas (mmap_area.h).
 *
 * The mapping of a window is of one whole window, shared, for reading, and for this process
 * only: a fork does not inherit it.  It keeps the window's memory, and, like any mapping, the file.
 */
#ifndef CHORUS_DEV_MMAP_H
#define CHORUS_DEV_MMAP_H

struct file;
struct vm_area_struct;

int chorus_mmap(struct file *file, struct vm_area_struct *vma);

#endif /* CHORUS_DEV_MMAP_H */
