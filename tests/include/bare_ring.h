/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An io_uring by its system calls, one command at a time, for programs without liburing: of
 * 32 bits, and the fuzzer.
 */
#ifndef BARE_RING_H
#define BARE_RING_H

#include <errno.h>
#include <linux/chorus.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BARE_RING_ENTRIES	4u

struct bare_ring {
	int fd;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
	__u64 given;			/* commands; each completion has its number */
};

static inline void *bare_ring_map(const struct bare_ring *ring, size_t size, __u64 what)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
		    (off_t)what);
}

static inline void bare_ring_close(struct bare_ring *ring)
{
	const struct io_uring_params *p = &ring->params;

	if (ring->sq && ring->sq != MAP_FAILED)
		munmap(ring->sq, p->sq_off.array + p->sq_entries * sizeof(__u32));
	if (ring->cq && ring->cq != MAP_FAILED)
		munmap(ring->cq, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe));
	if (ring->sqes && (void *)ring->sqes != MAP_FAILED)
		munmap(ring->sqes, p->sq_entries * sizeof(struct io_uring_sqe));
	if (ring->fd > 0)
		close(ring->fd);
	memset(ring, 0, sizeof(*ring));
}

/* 0 or -errno. */
static inline int bare_ring_open(struct bare_ring *ring)
{
	const struct io_uring_params *p = &ring->params;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(__NR_io_uring_setup, BARE_RING_ENTRIES, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->sq = bare_ring_map(ring, p->sq_off.array + p->sq_entries * sizeof(__u32),
				 IORING_OFF_SQ_RING);
	ring->cq = bare_ring_map(ring, p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe),
				 IORING_OFF_CQ_RING);
	ring->sqes = bare_ring_map(ring, p->sq_entries * sizeof(struct io_uring_sqe),
				   IORING_OFF_SQES);
	if (ring->sq == MAP_FAILED || ring->cq == MAP_FAILED || (void *)ring->sqes == MAP_FAILED) {
		bare_ring_close(ring);
		return -ENOMEM;
	}
	return 0;
}

static inline unsigned int *bare_ring_word(char *base, unsigned int at)
{
	return (unsigned int *)(base + at);
}

/*
 * One command, and what it ended with.  -EINTR may also mean that nobody knows yet: a
 * signal ended the wait, and the completion is thrown away when it comes.
 */
static inline int bare_ring_command(struct bare_ring *ring, int fd, unsigned int command,
				    __u64 arg, __u64 reserved, unsigned int sqe_flags)
{
	const struct io_uring_params *p = &ring->params;
	unsigned int tail = *bare_ring_word(ring->sq, p->sq_off.tail), head;
	unsigned int slot = tail & *bare_ring_word(ring->sq, p->sq_off.ring_mask);
	struct chorus_ring_cmd cmd = { .arg = arg, .reserved = reserved };
	struct io_uring_sqe *sqe = &ring->sqes[slot];
	int result = -EINTR, found = 0;

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->flags = (__u8)sqe_flags;
	sqe->fd = fd;
	sqe->off = command;		/* cmd_op */
	memcpy((char *)sqe + 48, &cmd, sizeof(cmd));
	sqe->user_data = ++ring->given;
	bare_ring_word(ring->sq, p->sq_off.array)[slot] = slot;
	__atomic_store_n(bare_ring_word(ring->sq, p->sq_off.tail), tail + 1, __ATOMIC_RELEASE);
	while (!found) {
		unsigned int left = tail + 1 - __atomic_load_n(bare_ring_word(ring->sq, p->sq_off.head),
							       __ATOMIC_ACQUIRE);

		if (syscall(__NR_io_uring_enter, ring->fd, left, 1, IORING_ENTER_GETEVENTS, NULL,
			    0) < 0)
			return -errno;
		head = *bare_ring_word(ring->cq, p->cq_off.head);
		while (head != __atomic_load_n(bare_ring_word(ring->cq, p->cq_off.tail),
					       __ATOMIC_ACQUIRE)) {
			const struct io_uring_cqe *cqe =
				(struct io_uring_cqe *)(ring->cq + p->cq_off.cqes) +
				(head++ & *bare_ring_word(ring->cq, p->cq_off.ring_mask));

			if (cqe->user_data == ring->given) {
				found = 1;
				result = cqe->res;
			}
		}
		__atomic_store_n(bare_ring_word(ring->cq, p->cq_off.head), head, __ATOMIC_RELEASE);
	}
	return result;
}

#endif /* BARE_RING_H */
