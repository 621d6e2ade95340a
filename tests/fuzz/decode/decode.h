/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoders in user space: the world that they meet.  decode.c has it, with user memory and
 * the inputs; objects.c has what they call.
 */
#ifndef DECODE_H
#define DECODE_H

#include "kernel.h"

#include "ipc/lap.h"
#include "ipc/port.h"

#define PROMISE(x)	do { if (!(x)) __builtin_trap(); } while (0)

/* One actor, one thread, one port, one LAP. */
extern struct chorus_site site;
extern struct chorus_actor actor;
extern struct chorus_thread thread;
extern struct chorus_port port;
extern struct chorus_lap lap;

extern u8 answers;			/* how the objects answer, from the input */
extern unsigned int areas_held;		/* references to areas that were given out */

/* What reached the objects: compared between the two ways. */
extern struct seen {
	unsigned int nr;
	u64 sum;
} seen;

static inline void note(u64 value)
{
	seen.sum = (seen.sum ^ value) * 0x100000001b3ULL + 1;
}

static inline int answer(const int *from, unsigned int nr)
{
	seen.nr++;
	return from[answers % nr];
}

#endif /* DECODE_H */
