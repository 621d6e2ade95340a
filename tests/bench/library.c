// SPDX-License-Identifier: GPL-2.0-or-later
/* lap_invoke_lib: lap_invoke through libchorus, where it was built. */
#include "bench.h"

static int library_open(struct row *row)
{
	return row_absent(row, "built without libchorus");
}

static const struct row_ops library_ops = { library_open, NULL };

void library_rows(void)
{
	row_add("lap_invoke_lib", &library_ops, 0);
}
