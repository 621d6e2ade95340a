// SPDX-License-Identifier: GPL-2.0-or-later
/* Where tasks run, and under which scheduling policy: METHOD.rst says why. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

int bench_cpu;
const char *bench_policy = "batch";

void place_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(bench_cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		fprintf(stderr, "chorus-bench: cannot pin to CPU %d: %s\n", bench_cpu,
			strerror(errno));
		exit(1);
	}
}

/* -1: no such policy, or not allowed, told already. */
int place_policy(const char *name)
{
	struct sched_param param = { .sched_priority = 0 };
	int policy = SCHED_OTHER;

	if (!strcmp(name, "batch")) {
		policy = SCHED_BATCH;
	} else if (!strcmp(name, "fifo")) {
		policy = SCHED_FIFO;
		param.sched_priority = 10;
	} else if (strcmp(name, "other")) {
		fprintf(stderr, "chorus-bench: no policy %s: other, batch or fifo\n", name);
		return -1;
	}
	if (sched_setscheduler(0, policy, &param)) {
		fprintf(stderr, "chorus-bench: policy %s: %s\n", name, strerror(errno));
		return -1;
	}
	return 0;
}
