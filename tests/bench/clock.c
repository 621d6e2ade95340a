// SPDX-License-Identifier: GPL-2.0-or-later
/* Time, and what to say of many measurements of it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which a share @q of @v lies, between neighbours by proportion. */
static double quantile(const double *v, unsigned int n, double q)
{
	double *copy = malloc(n * sizeof(*v));
	double at = q * (n - 1), r;
	unsigned int i = at;

	if (!copy)
		abort();
	memcpy(copy, v, n * sizeof(*v));
	qsort(copy, n, sizeof(*v), compare);
	r = copy[i];
	if (i + 1 < n)
		r += (copy[i + 1] - r) * (at - i);
	free(copy);
	return r;
}

double median(const double *v, unsigned int n)
{
	return quantile(v, n, 0.5);
}

/* Width of the middle eight tenths, as a share of the median. */
double spread(const double *v, unsigned int n)
{
	return (quantile(v, n, 0.9) - quantile(v, n, 0.1)) / median(v, n);
}
