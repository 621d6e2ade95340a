// SPDX-License-Identifier: GPL-2.0-or-later
/* lap_invoke_lib: lap_invoke as a program calls it, lapInvoke() of libchorus. */
#include <lap/chLap.h>

#include "bench.h"
#include "chorus.h"

static KnLapDesc null_lap;

static int library_open(struct row *row)
{
	struct chorus_hello hello;
	int error;

	if (chorus_door(row, &hello) < 0)
		return -1;
	error = lapResolve(&null_lap, ECHO_LAP_NULL, K_LAP_NOBLOCK);
	if (error)
		return row_absent(row, "lapResolve: %s", chorus_strerror(error));
	return 0;
}

static int library_run(struct row *row, unsigned int n)
{
	while (n--)
		if (lapInvoke(&null_lap, NULL))
			return row_wrong(row, "lapInvoke");
	return 0;
}

static const struct row_ops library_ops = { library_open, library_run };

void library_rows(void)
{
	row_add("lap_invoke_lib", &library_ops, 0);
}
