/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring commands: where they are declared, and how what they carry is reached.
 *
 * The commands of a ring exist since 5.19.  Their header moved in 6.8; they point at the whole
 * entry of the ring since 6.4; a registered buffer is imported with the flags of the issue
 * since 6.15.
 */
#ifndef CHORUS_COMPAT_URING_H
#define CHORUS_COMPAT_URING_H

#include <linux/bits.h>
#include <linux/io_uring.h>
#include <linux/uio.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#include <linux/io_uring/cmd.h>
#endif

/*
 * The words that a command carries: memory that the process writes.
 */
static inline u64 chorus_uring_word(const struct io_uring_cmd *cmd, unsigned int nr)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	const u64 *words = (const u64 *)cmd->sqe->cmd;
#else
	const u64 *words = cmd->cmd;
#endif
	return READ_ONCE(words[nr]);
}

/*
 * What a submission has read goes with the command to the worker, in memory that is ours:
 * 6.12 lets the worker look at the entry of the ring, where the next one may stand by then.
 * The flag is none of io_uring's, which sets the flags anew for each entry.
 */
#define CHORUS_URING_KEPT	BIT(23)

static inline void chorus_uring_keep(struct io_uring_cmd *cmd, u64 word)
{
	memcpy(cmd->pdu, &word, sizeof(word));
	cmd->flags |= CHORUS_URING_KEPT;
}

/* False: the command has not been in a submission. */
static inline bool chorus_uring_kept(const struct io_uring_cmd *cmd, u64 *word)
{
	memcpy(word, cmd->pdu, sizeof(*word));
	return cmd->flags & CHORUS_URING_KEPT;
}

/* The pages of the registered buffer that @addr and @size lie in; 0 or -errno. */
static inline int chorus_uring_import_pages(struct io_uring_cmd *cmd, unsigned int issue_flags,
					    u64 addr, u32 size, int direction,
					    struct iov_iter *iter)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return io_uring_cmd_import_fixed(addr, size, direction, iter, cmd, issue_flags);
#else
	return io_uring_cmd_import_fixed(addr, size, direction, iter, cmd);
#endif
}

/* The flags of the process; the eight bits at the top are io_uring's own, and one is ours. */
static inline u32 chorus_uring_flags(const struct io_uring_cmd *cmd)
{
	return cmd->flags & 0x007fffff;
}

#endif /* CHORUS_COMPAT_URING_H */
