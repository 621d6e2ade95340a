// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Commands by io_uring, for batches and the server loop.
 *
 * Without liburing at build time, a kernel that takes no commands by a ring, or
 * an administrator who has turned io_uring off there is no ring, and those who
 * asked for one go by ioctl.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#ifdef CHORUS_HAVE_URING

#include <errno.h>
#include <liburing.h>

struct chorus_ring {
	struct io_uring uring;
	unsigned int waiting;		/* entries given, not completed */
};

static int has_feature(int fd)
{
	struct chorus_hello hello = { .size = sizeof(hello) };

	return !chorus_trap(fd, CHORUS_IOC_HELLO, &hello) &&
	       hello.out_features & CHORUS_FEATURE_RING;
}

/* So many commands may wait at a time, and each takes a worker. */
static void set_workers(struct chorus_ring *ring, unsigned int entries)
{
	unsigned int max[2] = { entries, 0 };

	/* Fewer is slower, and no failure. */
	(void)io_uring_register_iowq_max_workers(&ring->uring, max);
}

struct chorus_ring *chorus_ring_open(unsigned int entries)
{
	int saved = errno, fd = chorus_open();
	struct chorus_ring *ring;

	if (fd < 0 || !has_feature(fd))
		return NULL;
	ring = calloc(1, sizeof(*ring));
	if (ring && io_uring_queue_init(entries, &ring->uring, 0)) {
		free(ring);
		ring = NULL;
	}
	if (ring)
		set_workers(ring, entries);
	errno = saved;
	return ring;
}

void chorus_ring_close(struct chorus_ring *ring)
{
	if (!ring)
		return;
	io_uring_queue_exit(&ring->uring);
	free(ring);
}

int chorus_ring_submit(struct chorus_ring *ring)
{
	int ret;

	do {
		ret = io_uring_submit(&ring->uring);
	} while (ret == -EINTR || ret == -EAGAIN);
	return ret < 0 ? chorus_code(-ret) : 0;
}

static struct io_uring_sqe *get_entry(struct chorus_ring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);

	if (!sqe && !chorus_ring_submit(ring))
		sqe = io_uring_get_sqe(&ring->uring);
	if (sqe) {
		memset(sqe, 0, sizeof(*sqe));
		ring->waiting++;
	}
	return sqe;
}

int chorus_ring_add(struct chorus_ring *ring, unsigned int command, void *arg,
		    void *cookie)
{
	struct chorus_ring_cmd cmd = { .arg = chorus_address(arg) };
	struct io_uring_sqe *sqe = get_entry(ring);

	if (!sqe)
		return K_ENOMEM;
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = __atomic_load_n(&chorus_device, __ATOMIC_RELAXED);
	sqe->cmd_op = command;
	memcpy(sqe->cmd, &cmd, sizeof(cmd));
	sqe->user_data = chorus_address(cookie);
	return 0;
}

int chorus_ring_cancel(struct chorus_ring *ring, void *cookie)
{
	struct io_uring_sqe *sqe = get_entry(ring);

	if (!sqe)
		return K_ENOMEM;
	sqe->opcode = IORING_OP_ASYNC_CANCEL;
	sqe->fd = -1;
	sqe->addr = chorus_address(cookie);
	return 0;
}

int chorus_ring_next(struct chorus_ring *ring, void **cookie, int *error)
{
	struct io_uring_cqe *cqe;
	int ret;

	for (;;) {
		if (!ring->waiting)
			return K_EINVAL;
		ret = io_uring_peek_cqe(&ring->uring, &cqe);
		if (ret) {
			ret = io_uring_submit_and_wait(&ring->uring, 1);
			if (ret < 0 && ret != -EINTR && ret != -EAGAIN)
				return chorus_code(-ret);
			continue;
		}
		*cookie = (void *)(uintptr_t)cqe->user_data;
		*error = cqe->res < 0 ? -cqe->res : 0;
		io_uring_cqe_seen(&ring->uring, cqe);
		ring->waiting--;
		return 0;
	}
}

#else /* no liburing */

struct chorus_ring *chorus_ring_open(unsigned int entries)
{
	(void)entries;
	return NULL;
}

void chorus_ring_close(struct chorus_ring *ring)
{
	(void)ring;
}

int chorus_ring_submit(struct chorus_ring *ring)
{
	(void)ring;
	return K_ENOTIMP;
}

int chorus_ring_add(struct chorus_ring *ring, unsigned int command, void *arg,
		    void *cookie)
{
	(void)ring;
	(void)command;
	(void)arg;
	(void)cookie;
	return K_ENOTIMP;
}

int chorus_ring_cancel(struct chorus_ring *ring, void *cookie)
{
	(void)ring;
	(void)cookie;
	return K_ENOTIMP;
}

int chorus_ring_next(struct chorus_ring *ring, void **cookie, int *error)
{
	(void)ring;
	(void)cookie;
	(void)error;
	return K_ENOTIMP;
}

#endif
