// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rate of this box's time stamp counter in kHz, which an emulated guest sees as its own.
 *
 * A guest finds it out by itself, against timers that are emulated too: on a box that is busy
 * with others it may be wrong by any factor, and its clock with it.  Here the clock is the
 * host's.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct pair {
	unsigned long long ticks;
	long long ns;
};

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Both at the same moment: of many tries the one that took the least time. */
static struct pair read_pair(void)
{
	struct pair best = { 0, 0 };
	unsigned long long least = ~0ULL;

	for (int i = 0; i < 200; i++) {
		unsigned long long before = __rdtsc();
		long long ns = now_ns();
		unsigned long long took = __rdtsc() - before;

		if (took < least) {
			least = took;
			best.ticks = before + took / 2;
			best.ns = ns;
		}
	}
	return best;
}

int main(void)
{
	struct timespec wait = { 0, 100000000 };
	struct pair first = read_pair(), last;

	nanosleep(&wait, NULL);
	last = read_pair();
	printf("%.0f\n", (double)(last.ticks - first.ticks) * 1e6 / (double)(last.ns - first.ns));
	return last.ns <= first.ns;
}
