// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdarg.h>

#include "tap.h"

static int checks, failures;

int tap_ok(int cond, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	printf("%sok %d - ", cond ? "" : "not ", ++checks);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	if (!cond) {
		printf("#   at %s:%d\n", file, line);
		failures++;
	}
	fflush(stdout);
	return cond;
}

int tap_done(void)
{
	printf("1..%d\n", checks);
	return failures || !checks;
}
