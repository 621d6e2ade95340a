/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a program: its processes are born, do what it says, are killed and reaped.
 *
 * struct run lies in memory that the worker and the processes of its programs share.  A
 * program ends when all its lanes have, or when none of them has moved for a while: what is
 * still blocked then is killed where it is.
 */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "cover.h"
#include "program.h"

struct result {
	atomic_int done;		/* futex */
	struct chorus_ui ui;
	struct chorus_cap cap;
	int32_t li, thread;
	uint32_t arg_size;
	uint64_t token, restart, deadline;
};

struct run {
	struct program program;
	struct result results[CALLS_MAX];
	pid_t tids[LANES];
	pid_t pids[PROCESSES];
	bool used[LANES];
	atomic_uint moves;		/* calls made: a futex */
	atomic_uint ended;		/* lanes */
	atomic_bool limited;		/* limits were changed */
	uint32_t site;			/* of the namespace the programs start in */
	struct cover cover;
};

struct run *run_new(unsigned int worker);

/* Runs run->program.  Returns the number of calls, or -1 if a process does not die. */
long run_program(struct run *run);

void *shared_memory(size_t size);
void futex_wait(atomic_uint *word, unsigned int value, long ns);
void futex_wake(atomic_uint *word);

#endif /* FUZZ_EXECUTE_H */
