// SPDX-License-Identifier: GPL-2.0-only
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "ipc/vector.h"

static const struct chorus_vector *vector_of(const struct chorus_buffers *buffers)
{
	return (const struct chorus_vector *)(uintptr_t)buffers->body;
}

/* The bytes of all parts; more than 32 bits can say is as much as that. */
static int vector_sum(const struct chorus_vector *vector, u32 *sum)
{
	u64 size = 0;
	u32 i;

	for (i = 0; i < vector->nr; i++) {
		if (vector->parts[i].reserved)
			return -EINVAL;
		size += vector->parts[i].size;
	}
	*sum = min_t(u64, size, U32_MAX);
	return 0;
}

/**
 * chorus_vector_fetch() - parts of the calling process
 * @buffers: gets the parts as its body, and the sum of their sizes; for chorus_vector_free()
 * @addr: of an array of struct chorus_part
 * @nr: of them
 * @max: the largest sum that is allowed
 *
 * Returns 0; -EINVAL: too many, or a dirty reserved field; -EMSGSIZE, -EFAULT, -ENOMEM, with
 * nothing to free.
 */
int chorus_vector_fetch(struct chorus_buffers *buffers, u64 addr, u32 nr, u32 max)
{
	struct chorus_vector *vector;
	u32 size = 0;
	int ret;

	if (nr > CHORUS_PARTS_MAX)
		return -EINVAL;
	vector = kmalloc(struct_size(vector, parts, nr), GFP_KERNEL_ACCOUNT);
	if (!vector)
		return -ENOMEM;
	vector->nr = nr;
	ret = -EFAULT;
	if (copy_from_user(vector->parts, u64_to_user_ptr(addr), nr * sizeof(vector->parts[0])))
		goto error;
	ret = vector_sum(vector, &size);
	if (!ret && size > max)
		ret = -EMSGSIZE;
	if (ret)
		goto error;
	buffers->body = (uintptr_t)vector;
	buffers->size = size;
	buffers->vector = true;
	return 0;
error:
	kfree(vector);
	return ret;
}

/* Pages of a registered buffer.  The iterator is copied: what failed may be done again. */
static int pinned_read(void *to, const struct chorus_buffers *from, u32 offset, u32 size)
{
	struct iov_iter at = *(const struct iov_iter *)(uintptr_t)from->body;

	iov_iter_advance(&at, offset);
	return copy_from_iter(to, size, &at) == size ? 0 : -EFAULT;
}

static int pinned_write(const struct chorus_buffers *to, u32 offset, const void *from, u32 size)
{
	struct iov_iter at = *(const struct iov_iter *)(uintptr_t)to->body;

	iov_iter_advance(&at, offset);
	return copy_to_iter(from, size, &at) == size ? 0 : -EFAULT;
}

/**
 * chorus_vector_read() - gather
 * @to: the kernel's memory
 * @from: with a vector, or pinned
 * @offset: in the body
 * @size: bytes; judged: the parts have as many from @offset on
 */
int chorus_vector_read(void *to, const struct chorus_buffers *from, u32 offset, u32 size)
{
	const struct chorus_part *part;
	u32 n;

	if (from->pinned)
		return pinned_read(to, from, offset, size);
	for (part = vector_of(from)->parts; size; part++) {
		if (offset >= part->size) {
			offset -= part->size;
			continue;
		}
		n = min(size, part->size - offset);
		if (chorus_copy_in_bulk(to, part->addr + offset, n, false))
			return -EFAULT;
		to += n;
		size -= n;
		offset = 0;
	}
	return 0;
}

/** chorus_vector_write() - scatter; @size bytes, which the parts have from @offset on */
int chorus_vector_write(const struct chorus_buffers *to, u32 offset, const void *from, u32 size)
{
	const struct chorus_part *part;
	u32 n;

	if (to->pinned)
		return pinned_write(to, offset, from, size);
	for (part = vector_of(to)->parts; size; part++) {
		if (offset >= part->size) {
			offset -= part->size;
			continue;
		}
		n = min(size, part->size - offset);
		if (chorus_copy_out_bulk(part->addr + offset, from, n, false))
			return -EFAULT;
		from += n;
		size -= n;
		offset = 0;
	}
	return 0;
}
