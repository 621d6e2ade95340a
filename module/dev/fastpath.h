/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fast paths: the commands that make up the traffic, without the table.
 *
 * Each is a ladder of checks.  A check that fails sends the call to the slow path with
 * nothing done and its reason counted; past the last one the same code runs that the
 * slow path calls.  What is saved is the general way of copying structures of any
 * size in and out.
 */
#ifndef CHORUS_DEV_FASTPATH_H
#define CHORUS_DEV_FASTPATH_H

#include <linux/uaccess.h>

#include "dev/ioctl.h"
#include "ipc/copy.h"

/* Nothing is done yet: the table does it all. */
#define MISSED(reason)						\
({								\
	chorus_count(miss_##reason);				\
	CHORUS_MISSED;						\
})

#define MISS(reason)						\
({								\
	chorus_count(miss_##reason);				\
	chorus_ioctl_by_table(actor, cmd, user);		\
})

/* A structure of this ABI's size, or a miss: the slow path tells what is wrong with it. */
#define fetch_struct(to, user)							\
({										\
	BUILD_BUG_ON(sizeof(*(to)) % sizeof(u64));				\
	chorus_fetch_words((u64 *)(to), (uintptr_t)(user),			\
			   sizeof(*(to)) / sizeof(u64)) ||			\
		(to)->size != sizeof(*(to));					\
})

#endif /* CHORUS_DEV_FASTPATH_H */
