/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program: what a few threads of a few actors do to the nucleus.
 *
 * A call belongs to a lane, one thread of one process: lane 4 is thread 1 of process 1.  Each
 * lane makes its calls in order; lanes run at the same time.  A value that names the result of
 * another call (@3) makes its lane wait a moment for that one, so that most programs run
 * much the same each time.  The text of a program is what is kept, printed and replayed:
 *
 *	repeat 2
 *	kill
 *	0 port_create
 *	0 ipc_receive li=@0 body=data+0x100 body_size=64 timeout=-1
 *	3 ipc_call target=@0 body=data body_size=8 timeout=2000000
 *	0 ipc_reply at=edge fail=2
 *
 * "kill": what is blocked at the end is killed there.  Calls are numbered from 0.  A field that is not mentioned has its natural value: the right
 * size, else 0.  A value is a number, @CALL (^N: with N exclusive-ored into it), or AREA+N, N
 * bytes into (edge, cut: before the end of) an area of memory.  at= says where the structure
 * lies, fail=N lets the Nth allocation or user copy of the call fail where the kernel can do
 * that.  ring=1 gives the command by an io_uring, ring=3 to a worker of it at once, ring=5 with a
 * dirty entry.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "grammar.h"

#define PROCESSES	3
#define THREADS		3		/* of a process */
#define LANES		(PROCESSES * THREADS)
#define CALLS_MAX	96
#define REPEAT_MAX	32
#define TEXT_MAX	16384

enum value_kind {
	VALUE_NATURAL,
	VALUE_NUMBER,
	VALUE_RESULT,
	VALUE_MEMORY,
};

enum area {
	AREA_DATA,		/* plain memory */
	AREA_EDGE,		/* its end: nothing is mapped behind it */
	AREA_READ,		/* read only */
	AREA_GONE,		/* mapped and unmapped by the program */
	AREA_NONE,		/* no access */
	AREA_KERNEL,		/* no user's */
	AREA_NULL,
	AREAS,
};
extern const char *const area_names[AREAS];

struct value {
	uint8_t kind;
	uint8_t area;
	uint8_t call;
	uint64_t number;
};

#define RING_ENTRY	1
#define RING_WORKER	2
#define RING_DIRTY	4

struct call {
	uint8_t row;
	uint8_t lane;
	uint8_t at;		/* area of the structure */
	uint8_t fail;
	uint8_t ring;		/* RING_* bits; of a command */
	struct value values[FIELDS_MAX];
};

struct program {
	unsigned int nr;
	unsigned int repeat;
	bool kill;		/* its processes at the end, wherever they are */
	struct call calls[CALLS_MAX];
};

/* Returns the length. */
size_t program_print(const struct program *p, char *text, size_t size);
/* Returns NULL, or what is wrong, with the line. */
const char *program_parse(struct program *p, const char *text);

/* References are kept right. */
void program_insert(struct program *p, unsigned int at, const struct call *call);
void program_remove(struct program *p, unsigned int at);

/* generate.c */
struct random {
	uint64_t state;
};
uint64_t random_next(struct random *r);
/* 0 to @n - 1 */
static inline unsigned int random_below(struct random *r, unsigned int n)
{
	return n ? (unsigned int)((random_next(r) >> 16) % n) : 0;
}

/* One of the short sequences of idioms.h by number; false: there are not so many. */
bool program_idiom(struct program *p, unsigned int number);
void program_generate(struct program *p, struct random *r);
/* @other: another program to take from, or NULL */
void program_mutate(struct program *p, struct random *r, const struct program *other);

#endif /* FUZZ_PROGRAM_H */
