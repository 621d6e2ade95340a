// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel uses when nobody is at work and the module is gone, and who is stuck. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shrink.h"
#include "soak.h"

#define LOOKS	4

static void read_meminfo(struct memory *m)
{
	const struct {
		const char *name;
		long *value;
	} wanted[] = {
		{ "SUnreclaim:", &m->slab }, { "Percpu:", &m->percpu },
		{ "VmallocUsed:", &m->vmalloc }, { "KernelStack:", &m->stacks },
		{ "PageTables:", &m->tables },
	};
	FILE *f = fopen("/proc/meminfo", "re");
	char name[64];
	unsigned int i;
	long value;

	while (f && fscanf(f, "%63s %ld%*[^\n]", name, &value) == 2)
		for (i = 0; i < ARRAY_SIZE(wanted); i++)
			if (!strcmp(name, wanted[i].name))
				*wanted[i].value = value;
	if (f)
		fclose(f);
}

static void read_caches(struct memory *m)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	char line[256];

	m->nr = 0;
	while (f && m->nr < CACHES_MAX && fgets(line, sizeof(line), f)) {
		long objects, all;
		unsigned int size, a_slab;
		char name[64];

		if (sscanf(line, "%63s %ld %ld %u %u", name, &objects, &all, &size, &a_slab) != 5)
			continue;
		snprintf(m->cache[m->nr].name, sizeof(m->cache[0].name), "%.31s", name);
		m->cache[m->nr].objects = objects;
		m->cache[m->nr++].a_slab = a_slab;
	}
	if (f)
		fclose(f);
}

static void keep_least(struct memory *least, const struct memory *m)
{
	unsigned int i;

#define LEAST(field) do { if (m->field < least->field) least->field = m->field; } while (0)
	LEAST(slab);
	LEAST(percpu);
	LEAST(vmalloc);
	LEAST(stacks);
	LEAST(tables);
	for (i = 0; i < least->nr && i < m->nr; i++)
		if (!strcmp(least->cache[i].name, m->cache[i].name))
			LEAST(cache[i].objects);
#undef LEAST
}

/* The least of some looks: what is on its way out does not count. */
void memory_sample(struct memory *memory)
{
	static struct memory look;
	unsigned int i;

	memset(memory, 0, sizeof(*memory));
	for (i = 0; i < LOOKS; i++) {
		sleep_us(i ? 150000 : 300000);
		shrink_all();
		memset(&look, 0, sizeof(look));
		read_meminfo(&look);
		read_caches(&look);
		if (i)
			keep_least(memory, &look);
		else
			*memory = look;
	}
	memory->round = atomic_load(&shared->round);
	memory->births = counted(N_born);
}

/* The least of some samples, each for itself: what comes and goes is not growth. */
void memory_least(struct memory *least, const struct memory *samples, unsigned int n)
{
	unsigned int i;

	*least = samples[0];
	for (i = 1; i < n; i++)
		keep_least(least, &samples[i]);
}

/*
 * The caches that have grown by more than @bound objects, as text, or NULL.  The slab that a
 * CPU has in use counts as full, and there is one more or less of them: two slabs are noise.
 */
const char *memory_growth(const struct memory *a, const struct memory *b, long bound)
{
	static char text[512];
	size_t used = 0;
	unsigned int i, k;

	*text = 0;
	for (i = 0; i < b->nr; i++)
		for (k = 0; k < a->nr && used < sizeof(text) - 64; k++)
			if (!strcmp(a->cache[k].name, b->cache[i].name) &&
			    b->cache[i].objects - a->cache[k].objects >
			    bound + 2 * (long)b->cache[i].a_slab)
				used += snprintf(text + used, sizeof(text) - used, " %s %ld to %ld",
						 b->cache[i].name, a->cache[k].objects,
						 b->cache[i].objects);
	return *text ? text : NULL;
}

/* Is this task in uninterruptible sleep? */
static bool task_in_d(const char *pid)
{
	char path[300], line[512], *mark;
	FILE *f;
	bool stuck = false;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (f && fgets(line, sizeof(line), f)) {
		mark = strrchr(line, ')');
		stuck = mark && mark[1] && mark[2] == 'D';
	}
	if (f)
		fclose(f);
	return stuck;
}

/* Tasks that are in uninterruptible sleep whenever one looks, for some seconds. */
unsigned int tasks_stuck(void)
{
	unsigned int stuck = 0, look;
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		for (look = 0; look < 100 && task_in_d(entry->d_name); look++)
			sleep_us(50000);
		if (look == 100) {
			wrong(W_stuck, "task %s is in uninterruptible sleep", entry->d_name);
			stuck++;
		}
	}
	if (dir)
		closedir(dir);
	return stuck;
}
