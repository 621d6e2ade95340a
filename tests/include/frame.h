/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the parts of the frame: selftest.c, puppet.c, nucleus.c. */
#ifndef FRAME_H
#define FRAME_H

#include <stdatomic.h>

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

int read_text(const char *path, char *text, size_t size);	/* bytes, or -errno */

#endif /* FRAME_H */
