// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of rows. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_ROWS	96

static struct row list[MAX_ROWS];
struct row *rows = list;
unsigned int nr_rows;

struct row *row_add(const char *name, const struct row_ops *ops, unsigned int body)
{
	struct row *row = &list[nr_rows];

	if (nr_rows == MAX_ROWS) {
		fprintf(stderr, "chorus-bench: more than %d rows\n", MAX_ROWS);
		exit(1);
	}
	nr_rows++;
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->ops = ops;
	row->body = body;
	row->fd[0] = row->fd[1] = -1;
	return row;
}

/* The body curve.  The plain name is the null operation: 8 bytes. */
void row_add_sizes(const char *name, const struct row_ops *ops)
{
	static const struct {
		const char *suffix;
		unsigned int size;
	} sizes[] = {
		{ "", 8 }, { "_120", 120 }, { "_1k", 1024 }, { "_4k", 4096 },
		{ "_16k", 16384 }, { "_64k", BODY_MAX },
	};
	char full[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(full, sizeof(full), "%s%s", name, sizes[i].suffix);
		row_add(full, ops, sizes[i].size);
	}
}

/* The null operation once more, as a client sees it that calls now and then. */
void row_add_burst(const char *name, const struct row_ops *ops)
{
	char full[32];

	snprintf(full, sizeof(full), "%s_burst", name);
	row_add(full, ops, 8)->burst = true;
}

struct row *row_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	return NULL;
}

/* @n operations; @ns: what they took, without the drains, or NULL. */
int row_run(struct row *row, unsigned int n, uint64_t *ns)
{
	uint64_t start, sum = 0;
	unsigned int k;

	for (; n; n -= k) {
		k = row->chunk && n > row->chunk ? row->chunk : n;
		start = clock_ns();
		if (row->ops->run(row, k))
			return -1;
		sum += clock_ns() - start;
		if (row->drain && row->drain(row))
			return -1;
	}
	if (ns)
		*ns = sum;
	return 0;
}

int row_absent(struct row *row, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(row->why, sizeof(row->why), fmt, args);
	va_end(args);
	row->absent = true;
	return -1;
}

int row_wrong(struct row *row, const char *fmt, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "chorus-bench: %s answered wrongly: ", row->name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, " (errno %d, %s)\n", error, strerror(error));
	return -1;
}
