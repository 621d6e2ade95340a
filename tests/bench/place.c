// SPDX-License-Identifier: GPL-2.0-or-later
/* Where tasks run, and under which scheduling policy: METHOD.rst says why. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Ticks that the CPU of the measurement has been idle, and all of them. */
static int ticks(long *idle, long *all)
{
	char line[256], name[16];
	long v[8];
	bool found = false;
	FILE *f = fopen("/proc/stat", "re");
	unsigned int i;

	snprintf(name, sizeof(name), "cpu%d ", bench_cpu);
	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, name, strlen(name)) &&
			sscanf(line + strlen(name), "%ld %ld %ld %ld %ld %ld %ld %ld", &v[0], &v[1],
			       &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 8;
	if (f)
		fclose(f);
	*idle = v[3] + v[4];
	for (*all = 0, i = 0; i < 8 && found; i++)
		*all += v[i];
	return found ? 0 : -1;
}

/* After boot the kernel still tests its ciphers, for a second or so: wait until it is through. */
void place_settle(void)
{
	long idle, all, idle_now, all_now;
	int tries;

	for (tries = 0; tries < 50; tries++) {
		if (ticks(&idle, &all))
			return;
		usleep(200000);
		if (ticks(&idle_now, &all_now))
			return;
		if (all_now > all && (idle_now - idle) * 10 >= (all_now - all) * 9)
			return;
	}
	fprintf(stderr, "chorus-bench: CPU %d does not get idle; the spread will tell\n", bench_cpu);
}
