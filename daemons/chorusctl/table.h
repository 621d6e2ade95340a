/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of cells under a header, as wide as they must be.
 */
#ifndef CHORUSCTL_TABLE_H
#define CHORUSCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS	16
#define CELL_SIZE	64

struct table {
	size_t nr_columns, nr_rows, room;
	struct {
		const char *head;
		bool right;
		int width;
	} column[TABLE_COLUMNS];
	char (*cells)[CELL_SIZE];	/* row by row */
};

void table_column(struct table *table, const char *head, bool right);
/* The new row's cells, empty. */
char (*table_row(struct table *table))[CELL_SIZE];
/* Prints and empties it. */
void table_print(struct table *table);

#endif /* CHORUSCTL_TABLE_H */
