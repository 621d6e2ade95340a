// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chorusctl.h"
#include "table.h"

void table_column(struct table *table, const char *head, bool right)
{
	if (table->nr_columns == TABLE_COLUMNS)
		abort();
	table->column[table->nr_columns].head = head;
	table->column[table->nr_columns].right = right;
	table->nr_columns++;
}

char (*table_row(struct table *table))[CELL_SIZE]
{
	char (*row)[CELL_SIZE];

	if (table->nr_rows == table->room) {
		table->room = table->room ? 2 * table->room : 16;
		table->cells = reallocarray(table->cells, table->room * table->nr_columns,
					    CELL_SIZE);
		if (!table->cells)
			err(FAILED, "table");
	}
	row = table->cells + table->nr_rows * table->nr_columns;
	memset(row, 0, table->nr_columns * CELL_SIZE);
	table->nr_rows++;
	return row;
}

static void put(const struct table *table, size_t column, const char *text)
{
	int width = table->column[column].width;
	bool last = column == table->nr_columns - 1;

	if (table->column[column].right)
		printf("%*s", width, text);
	else
		printf("%-*s", last ? 0 : width, text);
	fputs(last ? "\n" : "  ", stdout);
}

void table_print(struct table *table)
{
	size_t i, row;

	for (i = 0; i < table->nr_columns; i++) {
		int width = strlen(table->column[i].head);

		for (row = 0; row < table->nr_rows; row++) {
			int length = strlen(table->cells[row * table->nr_columns + i]);

			if (length > width)
				width = length;
		}
		table->column[i].width = width;
	}
	for (i = 0; i < table->nr_columns; i++)
		put(table, i, table->column[i].head);
	for (row = 0; row < table->nr_rows; row++)
		for (i = 0; i < table->nr_columns; i++)
			put(table, i, table->cells[row * table->nr_columns + i]);
	free(table->cells);
	table->cells = NULL;
	table->nr_rows = 0;
	table->room = 0;
}
