// SPDX-License-Identifier: GPL-2.0-only
#include "debug/stat.h"

DEFINE_PER_CPU(struct chorus_stats, chorus_stats);

static const char * const stat_names[] = {
#define CHORUS_STAT_NAME(name) #name,
	CHORUS_STATS(CHORUS_STAT_NAME)
};

const char *chorus_stat_name(enum chorus_stat stat)
{
	return stat_names[stat];
}

/* A sum over CPUs that count on: exact only when nothing runs. */
u64 chorus_stat_sum(enum chorus_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(chorus_stats, cpu).count[stat];
	return sum;
}
