// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/mm.h>

#include "compat/vma.h"
#include "debug/step.h"
#include "dev/ioctl.h"
#include "dev/mmap.h"
#include "dev/mmap_area.h"
#include "ipc/area.h"
#include "ipc/window.h"

/* Part of the mapping becomes one of its own, or moves. */
static void window_vma_open(struct vm_area_struct *vma)
{
	struct chorus_window *window = vma->vm_private_data;

	kref_get(&window->ref);
}

static void window_vma_close(struct vm_area_struct *vma)
{
	chorus_window_put(vma->vm_private_data);
}

/* All pages are mapped from the start on; one that madvise(2) has dropped comes back. */
static vm_fault_t window_vma_fault(struct vm_fault *vmf)
{
	struct chorus_window *window = vmf->vma->vm_private_data;
	unsigned long index = vmf->pgoff - chorus_window_pgoff(window);

	if (index >= window->nr_pages)
		return VM_FAULT_SIGBUS;
	get_page(window->pages[index]);
	vmf->page = window->pages[index];
	return 0;
}

static const struct vm_operations_struct window_vm_ops = {
	.open = window_vma_open,
	.close = window_vma_close,
	.fault = window_vma_fault,
};

static int window_map(struct chorus_window *window, struct vm_area_struct *vma)
{
	int ret;

	if (vma_pages(vma) != window->nr_pages || !(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	chorus_vma_change(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			  VM_MAYWRITE | VM_MAYEXEC);
	ret = vm_map_pages_zero(vma, window->pages, window->nr_pages);
	if (ret)
		return ret;
	vma->vm_private_data = window;
	vma->vm_ops = &window_vm_ops;
	return 0;
}

/**
 * chorus_mmap() - mmap(2) of the device
 * @file: an open /dev/chorus
 * @vma: what is asked for
 *
 * Returns 0; -EXDEV, -ESHUTDOWN as for a command; -EINVAL: no window or area begins there, not the
 * whole of it, or a private mapping; -EACCES: for executing, or a window for writing; -ENOMEM.
 */
int chorus_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct chorus_actor *actor = file->private_data;
	struct chorus_window *window;
	int ret = chorus_ioctl_check_actor(actor);

	if (ret)
		return ret;
	if (chorus_area_is_pgoff(vma->vm_pgoff))
		return chorus_mmap_area(actor, vma);
	window = chorus_window_get(actor, vma->vm_pgoff);
	if (!window)
		return -EINVAL;
	ret = window_map(window, vma);
	if (ret)
		chorus_window_put(window);
	return ret;
}
