// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "compat/vma.h"
#include "dev/mmap_area.h"
#include "executive/actor.h"
#include "ipc/area.h"

/* Part of the mapping becomes one of its own, or moves. */
static void area_vma_open(struct vm_area_struct *vma)
{
	struct chorus_area *area = vma->vm_private_data;

	kref_get(&area->ref);
	atomic_inc(&area->nr_mappings);
}

static void area_vma_close(struct vm_area_struct *vma)
{
	struct chorus_area *area = vma->vm_private_data;

	atomic_dec(&area->nr_mappings);
	chorus_area_put(area);
}

static unsigned long index_at(const struct chorus_area *area, const struct vm_area_struct *vma,
			      unsigned long addr)
{
	return vma->vm_pgoff - chorus_area_pgoff(area) + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* Places that are to be mapped, one after the other. */
struct filling {
	struct page **next;
	struct mm_struct *mm;
	pgprot_t own, shared;
};

/* An entry that is there already shows the same page: the area is locked. */
static int fill_one(pte_t *pte, unsigned long addr, void *data)
{
	struct filling *f = data;
	struct page *page = *f->next++;
	pgprot_t prot;

	if (!page || !pte_none(ptep_get(pte)))
		return 0;
	prot = chorus_area_is_own(page) ? f->own : f->shared;
	set_pte_at(f->mm, addr, pte, pte_mkspecial(pfn_pte(page_to_pfn(page), prot)));
	return 0;
}

/*
 * Map places of a mapping.  With the area locked, and so nobody takes the pages before they are
 * mapped, or finds them mapped for writing when they are shared.
 */
static vm_fault_t fill_locked(struct chorus_area *area, struct vm_area_struct *vma,
			      unsigned long addr, unsigned long nr)
{
	struct filling f = {
		.next = area->pages + index_at(area, vma, addr),
		.mm = vma->vm_mm,
		.own = vm_get_page_prot(vma->vm_flags),
		.shared = vm_get_page_prot(vma->vm_flags & ~VM_SHARED), /* as for private copies */
	};

	lockdep_assert_held(&area->lock);
	/* What is in a page is to be seen by whoever sees the entry. */
	smp_wmb();
	return apply_to_page_range(vma->vm_mm, addr, nr << PAGE_SHIFT, fill_one, &f) ?
	       VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

/*
 * A page that is there probably came with others, by a move: all those that share a page table
 * with it are mapped at once.  One that is made now is mapped alone.
 */
static vm_fault_t map_touched_locked(struct chorus_area *area, struct vm_fault *vmf, int touched)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & PAGE_MASK, first, end;

	lockdep_assert_held(&area->lock);
	if (touched < 0)
		return VM_FAULT_OOM;
	if (touched != CHORUS_AREA_THERE)
		return fill_locked(area, vma, addr, 1);
	first = max(addr & PMD_MASK, vma->vm_start);
	end = min((addr & PMD_MASK) + PMD_SIZE, vma->vm_end);
	return fill_locked(area, vma, first, (end - first) >> PAGE_SHIFT);
}

static unsigned long place_of(const struct vm_fault *vmf, const struct chorus_area *area)
{
	return vmf->pgoff - chorus_area_pgoff(area);
}

static vm_fault_t area_vma_fault(struct vm_fault *vmf)
{
	struct chorus_area *area = vmf->vma->vm_private_data;
	unsigned long index = place_of(vmf, area);
	vm_fault_t ret;
	int touched;

	if (index >= area->nr_pages)
		return VM_FAULT_SIGBUS;
	mutex_lock(&area->lock);
	touched = chorus_area_touch_locked(area, index, vmf->flags & FAULT_FLAG_WRITE);
	ret = map_touched_locked(area, vmf, touched);
	mutex_unlock(&area->lock);
	return ret;
}

/*
 * A write to what is mapped for reading.  A page that is not shared any more is made writable by
 * the caller, unless it has been unmapped again before he is there, because it was taken.
 */
static vm_fault_t area_vma_mkwrite(struct vm_fault *vmf)
{
	struct chorus_area *area = vmf->vma->vm_private_data;
	unsigned long index = place_of(vmf, area);
	vm_fault_t ret = VM_FAULT_NOPAGE;
	int touched;

	if (index >= area->nr_pages)
		return VM_FAULT_SIGBUS;
	mutex_lock(&area->lock);
	touched = chorus_area_touch_locked(area, index, true);
	if (touched != CHORUS_AREA_THERE)
		ret = map_touched_locked(area, vmf, touched);
	else
		chorus_area_unmap_locked(area, index, 1);
	mutex_unlock(&area->lock);
	return ret;
}

static const struct vm_operations_struct area_vm_ops = {
	.open = area_vma_open,
	.close = area_vma_close,
	.fault = area_vma_fault,
	.pfn_mkwrite = area_vma_mkwrite,
};

static int area_map(struct chorus_area *area, struct vm_area_struct *vma)
{
	if (vma_pages(vma) != area->nr_pages || !(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EACCES;
	if (!area->mapping || vma->vm_file->f_mapping != area->mapping)
		return -EINVAL;
	/*
	 * No private copies of its pages, and nobody pins one: see ipc/area.h.  VM_IO so that
	 * madvise(2) cannot take VM_DONTCOPY away.
	 */
	chorus_vma_change(vma, VM_PFNMAP | VM_IO | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			  VM_MAYEXEC);
	vma->vm_private_data = area;
	vma->vm_ops = &area_vm_ops;
	atomic_inc(&area->nr_mappings);
	return 0;
}

/** chorus_mmap_area() - mmap(2) at the offset of an area; errors as chorus_mmap() */
int chorus_mmap_area(struct chorus_actor *actor, struct vm_area_struct *vma)
{
	struct chorus_area *area = chorus_area_get(actor, vma->vm_pgoff);
	int ret;

	if (!area)
		return -EINVAL;
	ret = area_map(area, vma);
	if (ret)
		chorus_area_put(area);
	return ret;
}

/**
 * chorus_mmap_place() - which places an address of the calling process means
 * @actor: the caller's
 * @addr: where
 * @size: bytes; whole pages, unless @write: then what is left over does not count
 * @write: a body is to come there
 * @place: gets the area, referenced
 *
 * Returns false, and leaves @place alone, if they are not whole pages in one mapping of an area of
 * @actor that may be read, or written.
 */
bool chorus_mmap_place(const struct chorus_actor *actor, u64 addr, u32 size, bool write,
		       struct chorus_place *place)
{
	unsigned long nr = size >> PAGE_SHIFT;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool found = false;

	if (!nr || offset_in_page(addr) || (!write && offset_in_page(size)) ||
	    addr >= TASK_SIZE || mmap_read_lock_killable(mm))
		return false;
	vma = find_vma(mm, addr);
	if (vma && vma->vm_ops == &area_vm_ops && addr >= vma->vm_start &&
	    vma->vm_end - addr >= nr << PAGE_SHIFT &&
	    (vma->vm_flags & (write ? VM_WRITE : VM_READ))) {
		struct chorus_area *area = vma->vm_private_data;

		found = area->actor == actor;
		if (found) {
			kref_get(&area->ref);
			place->area = area;
			place->index = index_at(area, vma, addr);
			place->nr = nr;
			place->share = false;
		}
	}
	mmap_read_unlock(mm);
	return found;
}
