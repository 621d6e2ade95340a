/* SPDX-License-Identifier: GPL-2.0-only */
/* The flags of a mapping: written by functions since 6.3. */
#ifndef CHORUS_COMPAT_VMA_H
#define CHORUS_COMPAT_VMA_H

#include <linux/mm.h>
#include <linux/version.h>

/* In ->mmap(), before anybody else sees the mapping. */
static inline void chorus_vma_change(struct vm_area_struct *vma, unsigned long set,
				     unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#endif
}

#endif /* CHORUS_COMPAT_VMA_H */
