/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's log: what is about to run is written there, and complaints are looked for.
 *
 * A program stands in the log before it runs, so that after a crash the log tells what the
 * last ones were, in their order among the kernel's own words.
 */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include <stdbool.h>

int watch_begin(const char *patterns);	/* a file of regular expressions */
/* True: the kernel has complained since the last look; says so once on standard output. */
bool watch_look(void);
void watch_log(unsigned int worker, unsigned int number, const char *text);

#endif /* FUZZ_WATCH_H */
