/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cover: coverage of what runs on nobody's task.
 *
 * KCOV tells the fuzzer what its own threads reach.  What a worker of the kernel or an RCU
 * callback runs for them is told to whoever has asked for CHORUS_COVER (tests/fuzz/cover.c),
 * and only between these two calls.  In a test build for a kernel with KCOV; anywhere else
 * they are nothing at all.
 *
 *	bool begun = chorus_cover_begin();
 *	... what is to be seen; not the function that does this ...
 *	chorus_cover_end(begun);
 *
 * In a softirq, or where sleeping is allowed: KCOV may need memory.  Where somebody is looking
 * already, on a task of the fuzzer or inside of another pair, nothing begins.
 */
#ifndef CHORUS_DEBUG_COVER_H
#define CHORUS_DEBUG_COVER_H

#include <linux/types.h>

#define CHORUS_COVER	0x63686f72	/* "chor": the instance of KCOV's common handle */

#if defined(CHORUS_TEST) && defined(CONFIG_KCOV)
bool chorus_cover_begin(void);
void chorus_cover_end(bool begun);
#else
static inline bool chorus_cover_begin(void) { return false; }
static inline void chorus_cover_end(bool begun) { }
#endif

#endif /* CHORUS_DEBUG_COVER_H */
