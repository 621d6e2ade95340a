/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vector: a body that lies in several parts in the memory of a process.
 *
 * The parts are copied in once, before anything else, and judged then; what the process does
 * to its array afterwards does not matter.  A body has no parts of its own: they are only
 * how it is gathered from the sender's memory, or scattered into the receiver's.
 *
 * Who may call: dev/ makes vectors and frees them, those who copy bodies use them.
 */
#ifndef CHORUS_IPC_VECTOR_H
#define CHORUS_IPC_VECTOR_H

#include <linux/chorus.h>
#include <linux/slab.h>

#include "ipc/message.h"

struct chorus_vector {
	u32 nr;				/* constant, and so on */
	struct chorus_part parts[];
};

int chorus_vector_fetch(struct chorus_buffers *buffers, u64 addr, u32 nr, u32 max);
int chorus_vector_read(void *to, const struct chorus_buffers *from, u32 offset, u32 size);
int chorus_vector_write(const struct chorus_buffers *to, u32 offset, const void *from, u32 size);

/* What chorus_vector_fetch() has made of them; other buffers own nothing. */
static inline void chorus_vector_free(const struct chorus_buffers *buffers)
{
	if (buffers->vector)
		kfree((const void *)(uintptr_t)buffers->body);
}

/* Gather the body, or a piece of it, into the kernel's memory: 0 or -EFAULT. */
static inline int chorus_buffers_read(void *to, const struct chorus_buffers *from, u32 offset,
				      u32 size)
{
	if (unlikely(from->vector | from->pinned))
		return chorus_vector_read(to, from, offset, size);
	return chorus_copy_in(to, from->body + offset, size, from->kernel);
}

/* Scatter a body, or a piece of it, which has been cut to the room. */
static inline int chorus_buffers_write(const struct chorus_buffers *to, u32 offset,
				       const void *from, u32 size)
{
	if (unlikely(to->vector | to->pinned))
		return chorus_vector_write(to, offset, from, size);
	return chorus_copy_out(to->body + offset, from, size, to->kernel);
}

#endif /* CHORUS_IPC_VECTOR_H */
