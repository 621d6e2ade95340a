/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring: the commands of the table that a ring may give, <linux/chorus_ring.h>.
 *
 * The number and the structure are those of ioctl, and so is the code that judges them: a
 * row looks at request->ring where the ring makes a difference, of which there are three.
 *
 * - A ring is entered with its lock held, so a submission does not wait: what would wait is
 *   -EAGAIN, and io_uring gives the command once more, on a worker.  There our waits are
 *   what they always are, and io_uring ends them by a signal to the worker, when the ring
 *   or the process goes, or when the command is cancelled.  So no command is ever parked,
 *   there is nothing of ours to cancel, and every kernel can do it.
 * - The worker is a task of the process and nobody's thread.  It borrows a struct
 *   chorus_thread for the length of the command.  So does the thread that polls a ring.
 * - Nobody has a current message: see chorus_receive_detached().
 */
#ifndef CHORUS_DEV_URING_H
#define CHORUS_DEV_URING_H

#include <linux/uio.h>

struct chorus_buffers;
struct chorus_request;
struct chorus_thread;
struct io_uring_cmd;

/* How a command came. */
struct chorus_ring {
	struct io_uring_cmd *cmd;
	unsigned int issue_flags;	/* io_uring's */
	bool nowait;			/* in a submission */
	bool pinned;			/* bodies lie in a registered buffer */
	struct iov_iter body[2];	/* @pinned: by direction, ITER_SOURCE and ITER_DEST */
};

int chorus_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags);

/* For the rows; request->ring is there. */
struct chorus_thread *chorus_uring_thread(struct chorus_request *request);
void chorus_uring_thread_done(struct chorus_request *request);
int chorus_uring_import(struct chorus_request *request, struct chorus_buffers *buffers,
			int direction);

#endif /* CHORUS_DEV_URING_H */
