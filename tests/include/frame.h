/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the parts of the frame: selftest.c, puppet.c, nucleus.c. */
#ifndef FRAME_H
#define FRAME_H

#include <stdatomic.h>
#include <sys/syscall.h>

#include "selftest.h"

#define ARENA_SIZE	(24u << 20)
#define PIDS_MAX	4096

/* Seen by every process of a TEST. */
struct arena {
	const char *at;			/* what the test was about to do: string constant */
	atomic_int failures;
	char skip[160];
	unsigned int signals_seen;
	atomic_int pids;
	pid_t pid[PIDS_MAX];		/* every process made, 0 once it is reaped */
	atomic_size_t used;
	unsigned char memory[] __attribute__((aligned(64)));
};

extern struct arena *arena;

/*
 * Waits of 32-bit programs: by the calls that every kernel has.  One without CONFIG_COMPAT_32BIT_TIME
 * answers the older ones, which the C library prefers, with ENOSYS, and whoever waits spins.
 */
struct frame_time { long long sec, nsec; };
#ifdef SYS_futex_time64
#define FRAME_FUTEX	SYS_futex_time64
#define FRAME_NANOSLEEP	SYS_clock_nanosleep_time64
#else
#define FRAME_FUTEX	SYS_futex
#define FRAME_NANOSLEEP	SYS_clock_nanosleep
#endif

int read_text(const char *path, char *text, size_t size);	/* bytes, or -errno */

#endif /* FRAME_H */
