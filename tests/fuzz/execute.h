/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a program: processes wait for one, do what it says, and wait for the next.
 *
 * struct run lies in memory that the worker and the processes of its programs share.  A
 * program has come to rest when all its lanes have ended, or when none has moved for a while
 * and none could run: then those that are still blocked are signalled until they come out, or, if the program
 * says so, killed where they are.  What a process has open is closed at the end of each
 * program, so every one begins with actors of its own.  A process that has done something
 * that does not go away (it died, became another user, lost a thread) is replaced.
 */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "cover.h"
#include "program.h"

struct result {
	atomic_int done;		/* futex */
	atomic_int awaited;		/* by so many */
	struct chorus_ui ui;
	struct chorus_cap cap;
	int32_t li, thread;
	uint32_t arg_size;
	uint64_t token, restart, deadline;
};

struct process {
	pid_t pid;			/* 0: none */
	unsigned int born;		/* the last program before it was made */
	atomic_bool spent;		/* to be replaced after this program */
	atomic_uint ready;		/* the program it has opened the device for: a futex */
	atomic_uint left;		/* lanes that have not ended */
	atomic_uint children;		/* that have used what they inherited: a futex */
};

struct run {
	struct program program;
	struct result results[CALLS_MAX];
	atomic_uint number;		/* of the program: a futex the lanes wait for */
	atomic_bool stop;		/* no further call */
	atomic_uint moves;		/* calls begun and ended: a futex */
	atomic_uint ended;		/* lanes */
	atomic_uint calls;
	struct process processes[PROCESSES];
	pid_t tids[LANES];
	bool used[LANES];
	atomic_bool over[LANES];
	atomic_bool limited;		/* limits were changed */
	bool cut;			/* it had not come to rest when its time was over */
	unsigned int patience;		/* looks without a move until it is at rest; see below */
	uint32_t site;			/* of the namespace the programs start in */
	struct cover cover;
};

#define PATIENCE_FRESH	5		/* most programs that are made up are not worth more */
#define PATIENCE_KNOWN	40		/* what is known to reach something gets the time for it */

struct run *run_new(void);

/* Runs run->program.  Returns the number of calls, or -1 if a process does not die. */
long run_program(struct run *run);

/* The end of a lane other than by coming to its end. */
void lane_over(struct run *run, unsigned int lane);

/* Does it run, or would it, if somebody let it?  On a busy machine that takes its time. */
bool lane_runs(const struct run *run, unsigned int lane);

void *shared_memory(size_t size);
void futex_wait(atomic_uint *word, unsigned int value, long ns);
void futex_wake(atomic_uint *word);

#endif /* FUZZ_EXECUTE_H */
