/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Coverage of chorus.ko as KCOV tells it, a lane at a time.
 *
 * Each lane has a buffer of its own, opened by the worker and enabled by the thread, so that
 * what a killed thread has seen is not lost; and so has the child that a process may have.
 * What workers of the kernel and RCU callbacks run for the programs is told to one task of
 * all (module/debug/cover.h).  Without KCOV everything here does nothing.
 */
#ifndef FUZZ_COVER_H
#define FUZZ_COVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define COVER_RANGE	(1U << 20)	/* bytes of code looked at */
#define COVER_LANES	12		/* those of the programs, and a child of each process */
#define COVER_LIST	32768

struct cover_buffer {
	int fd;
	unsigned long *pcs;		/* NULL: not opened */
};

struct cover {
	bool on;
	struct cover_buffer lanes[COVER_LANES], remote;
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
void cover_disable(struct cover *cover, unsigned int lane);
void cover_collect(struct cover *cover, unsigned int lane);
/* What runs on nobody's task; of all tasks one may ask.  False: it is told to somebody else. */
bool cover_open_remote(struct cover *cover);
void cover_collect_remote(struct cover *cover);
/* Writes the places reached: what tests/fuzz/coverage reads. */
void cover_write(FILE *file, const uint8_t *seen);

#endif /* FUZZ_COVER_H */
