/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page at which the kernel has to wait for its owner, by userfaultfd. */
#ifndef STALL_H
#define STALL_H

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <linux/userfaultfd.h>

#include "selftest.h"

/* A page of a puppet that nobody fills. */
struct stall {
	__u64 page;
	int fd;
};

static inline long do_stall(void *stall)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range.len = 4096, .mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct stall *s = stall;
	void *page;

	s->fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (s->fd < 0 || ioctl(s->fd, UFFDIO_API, &api))
		return -errno;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	range.range.start = s->page = PTR(page);
	return ioctl(s->fd, UFFDIO_REGISTER, &range) ? -errno : 0;
}

/* Returns when somebody stands there. */
static inline long do_await(void *stall)
{
	struct stall *s = stall;
	struct uffd_msg message;

	if (read(s->fd, &message, sizeof(message)) != sizeof(message))
		return -errno;
	return message.event == UFFD_EVENT_PAGEFAULT ? 0 : -EPROTO;
}

static inline long do_let_go(void *stall)
{
	struct stall *s = stall;
	struct uffdio_zeropage zero = { .range = { .start = s->page, .len = 4096 } };

	return ioctl(s->fd, UFFDIO_ZEROPAGE, &zero) ? -errno : 0;
}

static inline struct stall *stall_in(struct puppet *puppet)
{
	struct stall *s = SHARED(struct stall);
	long result = run(puppet, do_stall, s);

	if (result == -ENOSYS || result == -EPERM)
		selftest_skip("no userfaultfd for the faults of the kernel here");
	MUST(result);
	return s;
}

/* Start it on @puppet, and return when it stands at the page; @other is another thread of the same process. */
static inline void begin_stalled(struct puppet *puppet, long (*fn)(void *), void *arg, struct puppet *other,
			  struct stall *stall)
{
	begin(puppet, fn, arg);
	MUST(run(other, do_await, stall));
	CHECK(!ended(puppet));
}

#endif /* STALL_H */
