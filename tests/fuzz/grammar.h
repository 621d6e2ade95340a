/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar: what can be said to /dev/chorus, as one table.
 *
 * A row is one thing a thread of a program can do: a command of the uapi header, with each
 * field of its structure, or something around it (a signal, a close, an unmapped buffer),
 * with arguments of the same kinds.  A kind says what values make sense, which do not, and
 * what of the answer later calls may use.  Everything else (making programs up, reading and
 * writing them, performing them) goes by this table; tests/fuzz/check-tables compares it
 * with the header, so that no command and no field is forgotten.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/chorus.h>

enum kind {
	KIND_SIZE,		/* of the structure; left alone it is right */
	KIND_FLAGS,		/* limit: the bits that are known */
	KIND_ZERO,		/* reserved: 0, or the call is refused */
	KIND_LI,		/* a port of the caller */
	KIND_THREAD,		/* local id of a thread */
	KIND_TARGET,		/* identifier of a port, or of a group with a mode */
	KIND_COTARGET,		/* beside a group */
	KIND_STATIC,		/* identifier to declare */
	KIND_LAP,		/* identifier of a LAP */
	KIND_ARG_SIZE,		/* what the LAP named before it takes */
	KIND_CAP,		/* capability of an actor */
	KIND_GROUP,		/* capability of a group */
	KIND_GROUP_TYPE,
	KIND_LENGTH,		/* bytes; limit: the most that is valid */
	KIND_FROM,		/* address of what is read */
	KIND_TO,		/* address of what is written */
	KIND_TIMEOUT,
	KIND_DEADLINE,
	KIND_RESTART,		/* transaction of an interrupted call */
	KIND_MARK,		/* which half of a reply-and-receive */
	KIND_TOKEN,		/* of a received message */
	KIND_LAP_NAME,
	KIND_ACTOR_NAME,
	KIND_PRIORITY,
	KIND_PRIVILEGE,
	KIND_PROTID,
	KIND_NUMBER,		/* limit: up to which it means something */
	KIND_LANE,		/* a thread of the program */
	KIND_OUT,		/* written by the nucleus, of no further use */
};

/* What an answer leaves for the calls that follow. */
enum gives {
	GIVES_NOTHING,
	GIVES_LI,
	GIVES_UI,
	GIVES_CAP,
	GIVES_GROUP,		/* its name and its capability */
	GIVES_TOKEN,
	GIVES_DESC,
	GIVES_THREAD,
	GIVES_RESTART,		/* these two after a failure, too */
	GIVES_DEADLINE,
};

struct field {
	const char *name;
	uint16_t offset, size;
	uint8_t kind;
	uint8_t gives;
	uint32_t limit;
};

/* The most fields a row has. */
#define FIELDS_MAX	20

struct act;			/* execute.h: one call in the making */

struct row {
	const char *name;
	uint32_t command;	/* 0: not a command of the nucleus */
	uint16_t size;		/* of its structure */
	uint8_t weight;		/* how often it is made up */
	uint8_t nr_fields;
	bool fails;		/* where the kernel can, on demand */
	const struct field *fields;
	long (*perform)(struct act *act);
};

extern const struct row rows[];
extern const unsigned int nr_rows;

/* Names of LAPs and actors that values of these kinds choose from. */
extern const char lap_names[][8];
extern const unsigned int nr_lap_names;
extern const char actor_names[][16];
extern const unsigned int nr_actor_names;

int row_find(const char *name);			/* or -1 */
/* Says what is wrong with the table (a field beside its structure, a gap), or NULL. */
const char *grammar_judge(void);

#endif /* FUZZ_GRAMMAR_H */
