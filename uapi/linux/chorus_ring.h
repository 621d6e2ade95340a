/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Commands of /dev/chorus by io_uring.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_RING_H
#define _UAPI_LINUX_CHORUS_RING_H

#include <linux/chorus.h>

/**
 * DOC: Commands by io_uring
 *
 * An entry of a ring (IORING_OP_URING_CMD, @fd: the open device) takes one of the commands
 * below: its number as @cmd_op, and struct chorus_ring_cmd at @cmd, the address of the same
 * structure that ioctl(2) takes.  The structure and what it points to belong to the
 * nucleus until the completion is there.  @res of the completion is 0 or a negative errno
 * with the meaning of <linux/chorus.h>; what the structure has of out_* is written before it.
 *
 * - CHORUS_IOC_IPC_SEND
 * - CHORUS_IOC_IPC_RECEIVE
 * - CHORUS_IOC_IPC_CALL
 * - CHORUS_IOC_IPC_REPLY and CHORUS_IOC_IPC_FORWARD, with a token
 * - CHORUS_IOC_IPC_REPLY_RECEIVE, with a token
 * - CHORUS_IOC_LAP_INVOKE
 *
 * Every other command is EOPNOTSUPP, one that does not exist ENOTTY.  What differs from
 * ioctl(2):
 *
 * - A ring is no thread, so it has no current message.  A message that is received belongs
 *   to the actor: @out_msg names it to any thread and any ring of the actor, until it is
 *   replied to, forwarded or restored (CHORUS_IOC_IPC_RESTORE makes it current, to fetch
 *   the rest of a body that was cut).  It is lost, EOWNERDEAD for its sender, when the actor dies.
 *   An asynchronous message that came whole is done with: @out_msg is 0.  A reply without
 *   token is ENOMSG.
 * - A command that has nothing to wait for is complete when io_uring_enter(2) returns.  Any
 *   other goes on in a worker of the ring: a receive from an empty port, every call, a LAP
 *   without CHORUS_LAP_PROMPT.  A ring has few workers (IORING_REGISTER_IOWQ_MAX_WORKERS);
 *   commands beyond them wait for one.
 * - A wait that is cancelled, by IORING_OP_ASYNC_CANCEL, the close of the ring or a stop of the
 *   process, ends with EINTR.  A receive has lost nothing then; a call is given up, and its request
 *   may have had effects: it has no @restart, which must be 0.
 * - threadAbort reaches no command of a ring.
 * - IORING_URING_CMD_FIXED says that the bodies of the command, in and out, lie in the
 *   registered buffer @buf_index (else EFAULT).  Annexes need not.  For a LAP it is EINVAL.
 *
 * The ring may belong to any thread of the actor's process; entered by another process it is EXDEV.
 */

/**
 * struct chorus_ring_cmd - what an entry carries in its 16 bytes at @cmd
 * @arg: address of the structure of the command
 * @reserved: must be 0
 */
struct chorus_ring_cmd {
	__aligned_u64 arg;
	__aligned_u64 reserved;
};

#endif /* _UAPI_LINUX_CHORUS_RING_H */
