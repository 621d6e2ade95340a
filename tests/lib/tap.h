/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The least TAP a test needs: one line a check, the plan at the end.
 */
#ifndef TESTS_LIB_TAP_H
#define TESTS_LIB_TAP_H

#include <stdio.h>

/* Prints "ok N - text" or "not ok N - text"; returns @cond. */
int tap_ok(int cond, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Prints the plan; returns the exit status of the program. */
int tap_done(void);

#define ok(cond, ...)	tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)

/* Compares integers and says both when they differ. */
#define is(got, want, ...) do {						\
	long long is_got = (long long)(got), is_want = (long long)(want);	\
	if (!ok(is_got == is_want, __VA_ARGS__))			\
		printf("#   got %lld (0x%llx), want %lld (0x%llx)\n",	\
		       is_got, (unsigned long long)is_got, is_want,	\
		       (unsigned long long)is_want);			\
} while (0)

#endif /* TESTS_LIB_TAP_H */
