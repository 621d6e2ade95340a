/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: several commands by one.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_BATCH_H
#define _UAPI_LINUX_CHORUS_BATCH_H

#include <linux/chorus.h>

/* ---- 0xan: several commands by one ---------------------------------------- */

#define CHORUS_BATCH_ENTRIES_MAX	1024	/* of one batch */

/**
 * struct chorus_batch_entry - one command of a batch
 * @command: CHORUS_IOC_IPC_SEND, CHORUS_IOC_IPC_REPLY, CHORUS_IOC_IPC_FORWARD or
 *	CHORUS_IOC_LAP_INVOKE
 * @out_result: 0 or a negative errno, what the command by itself would have ended with
 * @arg: address of its structure, the same that ioctl(2) takes
 *
 * Of every other command the result is EOPNOTSUPP, of one that does not exist ENOTTY.
 */
struct chorus_batch_entry {
	__u32 command;
	__s32 out_result;
	__aligned_u64 arg;
};

/**
 * struct chorus_batch - CHORUS_IOC_BATCH, do commands one after another
 * @size: sizeof(struct chorus_batch)
 * @flags: CHORUS_BATCH_STOP: end with the first that fails
 * @entries: address of @count struct chorus_batch_entry
 * @count: up to CHORUS_BATCH_ENTRIES_MAX
 * @out_done: entries that were done, those that failed among them
 * @restart: must be 0 at first; how many are done, if the batch ended before its end
 *
 * The entries are done in their order, each as if it had been given by itself, and each at most
 * once: its result is there before the next one is done.  They are read some at a time, a structure
 * when its turn comes.  A command that fails is no failure of the batch.
 *
 * Between two entries, and nowhere else, a batch can end before its end, with @restart as the
 * number of those that are done; given again with it, the batch goes on behind them.  EINTR: a
 * signal, after which the kernel gives it again by itself where it restarts system calls; or, by
 * a ring, a cancellation or a stop of the process.  EFAULT: an entry cannot be read, or its result
 * not written; the latter has been done, and is among @restart.  Source: none, an extension of
 * ours.
 */
struct chorus_batch {
	__u32 size;
	__u32 flags;
	__aligned_u64 entries;
	__u32 count;
	__u32 out_done;
	__aligned_u64 restart;
};
#define CHORUS_IOC_BATCH		CHORUS_IOC(0xa0)
#define CHORUS_BATCH_STOP		(1U << 0)

#endif /* _UAPI_LINUX_CHORUS_BATCH_H */
