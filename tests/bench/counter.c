// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of tasks, counted by the kernel's own tracepoints through
 * perf_event_open(2): nothing of the module's is trusted.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

/* Kernels differ in how many tracepoints their slab has; a must marks the ones all have. */
static const struct {
	const char *event;
	enum counter counter;
	bool must;
} points[] = {
	{ "raw_syscalls/sys_enter", COUNTER_TRAPS, true },
	{ "exceptions/page_fault_user", COUNTER_TRAPS, true },
	{ "sched/sched_switch", COUNTER_SWITCHES, true },
	{ "kmem/kmalloc", COUNTER_ALLOCATIONS, true },
	{ "kmem/kmalloc_node", COUNTER_ALLOCATIONS, false },
	{ "kmem/kmem_cache_alloc", COUNTER_ALLOCATIONS, true },
	{ "kmem/kmem_cache_alloc_node", COUNTER_ALLOCATIONS, false },
	{ "kmem/mm_page_alloc", COUNTER_ALLOCATIONS, true },
	{ "percpu/percpu_alloc_percpu", COUNTER_ALLOCATIONS, false },
};

#define MAX_TASKS	2

struct counters {
	unsigned int tasks;
	int fd[MAX_TASKS][ARRAY_SIZE(points)];	/* the first of a task leads its group */
};

/* Number of a tracepoint; 0 if this kernel has not got it. */
static long tracepoint(const char *event)
{
	static const char *const mounts[] = {
		"/sys/kernel/tracing", "/sys/kernel/debug/tracing",
	};
	char path[128];
	unsigned int i;
	long id = 0;
	FILE *f;

	for (i = 0; i < ARRAY_SIZE(mounts) && !id; i++) {
		snprintf(path, sizeof(path), "%s/events/%s/id", mounts[i], event);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fscanf(f, "%ld", &id) != 1)
			id = 0;
		fclose(f);
	}
	return id;
}

static int point_open(long id, pid_t pid, int leader)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .config = id,
		.disabled = leader < 0,
	};

	return syscall(SYS_perf_event_open, &attr, pid, -1, leader, PERF_FLAG_FD_CLOEXEC);
}

/* Count for the @n tasks @pid, all events of a task as one group. */
struct counters *counters_open(const pid_t *pid, unsigned int n, char *why, size_t len)
{
	struct counters *c = calloc(1, sizeof(*c));
	unsigned int t, p;
	long id;

	if (!c || n > MAX_TASKS)
		abort();
	memset(c->fd, -1, sizeof(c->fd));
	c->tasks = n;
	for (p = 0; p < ARRAY_SIZE(points); p++) {
		id = tracepoint(points[p].event);
		if (!id && !points[p].must)
			continue;
		if (!id) {
			snprintf(why, len, "no tracepoint %s in tracefs", points[p].event);
			goto fail;
		}
		for (t = 0; t < n; t++) {
			c->fd[t][p] = point_open(id, pid[t], c->fd[t][0]);
			if (c->fd[t][p] < 0) {
				snprintf(why, len, "perf_event_open: %s", strerror(errno));
				goto fail;
			}
		}
	}
	return c;
fail:
	counters_close(c);
	return NULL;
}

static int each_group(struct counters *c, unsigned long request)
{
	unsigned int t;

	for (t = 0; t < c->tasks; t++)
		if (ioctl(c->fd[t][0], request, PERF_IOC_FLAG_GROUP))
			return -1;
	return 0;
}

int counters_start(struct counters *c)
{
	return each_group(c, PERF_EVENT_IOC_RESET) || each_group(c, PERF_EVENT_IOC_ENABLE) ? -1 : 0;
}

int counters_stop(struct counters *c, double total[NR_COUNTERS])
{
	unsigned int t, p;
	uint64_t value;

	if (each_group(c, PERF_EVENT_IOC_DISABLE))
		return -1;
	memset(total, 0, NR_COUNTERS * sizeof(*total));
	for (t = 0; t < c->tasks; t++)
		for (p = 0; p < ARRAY_SIZE(points); p++) {
			if (c->fd[t][p] < 0)
				continue;
			if (read(c->fd[t][p], &value, sizeof(value)) != sizeof(value))
				return -1;
			total[points[p].counter] += value;
		}
	return 0;
}

void counters_close(struct counters *c)
{
	unsigned int t, p;

	for (t = 0; t < MAX_TASKS; t++)
		for (p = ARRAY_SIZE(points); p--; )
			if (c->fd[t][p] >= 0)
				close(c->fd[t][p]);
	free(c);
}
