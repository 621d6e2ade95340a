/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coverage of chorus.ko as KCOV tells it, a lane at a time.
 *
 * Each lane has a buffer of its own, opened by the worker and enabled by the thread, so that
 * what a killed thread has seen is not lost.  Without KCOV everything here does nothing.
 */
#ifndef FUZZ_COVER_H
#define FUZZ_COVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define COVER_RANGE	(1U << 20)	/* bytes of code looked at */
#define COVER_LANES	9
#define COVER_LIST	32768

struct cover {
	bool on;
	int fds[COVER_LANES];
	unsigned long *pcs[COVER_LANES];
	/* What the program that runs has reached: by offset, and as a list. */
	uint8_t hit[COVER_RANGE];
	atomic_uint nr;
	uint32_t list[COVER_LIST];
};

/* Where the code of chorus.ko is.  False: no KCOV, or nothing of ours is instrumented. */
bool cover_find(void);
void cover_open(struct cover *cover);
void cover_begin(struct cover *cover);		/* of a program */
void cover_enable(struct cover *cover, unsigned int lane);	/* on the lane's thread */
void cover_collect(struct cover *cover, unsigned int lane);
/* Writes the places reached: what tests/fuzz/coverage reads. */
void cover_write(FILE *file, const uint8_t *seen);

#endif /* FUZZ_COVER_H */
