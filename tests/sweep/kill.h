/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kill sweep: in each *scene* some parties go through a protocol; each *row* kills
 * one party at one step of it and says what the others are told.
 *
 * A row is played in a process of its own: prepare() makes the parties and brings them
 * to where the protocol begins, then the step is armed, act() goes through it, and the
 * results are compared with the row.  after() lets the survivors go on and sees that they
 * can.  The steps are those of module/debug/step.h; every one of them has a row.
 */
#ifndef SWEEP_KILL_H
#define SWEEP_KILL_H

#include "chorus_probe.h"
#include "scene.h"

enum party { CLIENT, SERVER, THIRD, PARTIES };

/* In a row: success.  No entry: nobody asks. */
#define OK		1
#define WANT_MAX	3

struct play;

struct kill_scene {
	const char *name;
	void (*prepare)(struct play *play);
	void (*act)(struct play *play);
	void (*after)(struct play *play);
};

struct kill_row {
	const struct kill_scene *scene;
	const char *step;
	enum party victim;
	long want[PARTIES][WANT_MAX];	/* one of these; the victim need not end its act */
};

struct play {
	const struct kill_row *row;
	struct puppet *party[PARTIES];
	long result[PARTIES];		/* of its act; UNASKED: it did none, or is at it */
	struct note *note[PARTIES];
	struct serving *serving;	/* what the server does */
	struct lap_call *lap[PARTIES];
	struct puppet *bystander;	/* somebody who is never killed */
	struct chorus_ui port;
	int li;				/* of the port, in its actor */
	void *data;
};

#define UNASKED		0x7fffffffL

/* One a file; kill.c has the list. */
struct kill_table {
	const struct kill_row *rows;
	unsigned int count;
};
#define KILL_TABLE(name, rows)	const struct kill_table name = { rows, ARRAY_SIZE(rows) }
extern const struct kill_table kill_call, kill_message, kill_port, kill_lap, kill_handler,
	kill_actor, kill_module, kill_group, kill_notice, kill_hold, kill_window,
	kill_area, kill_ring, kill_batch, kill_body;

static inline bool is_victim(const struct play *play, enum party party)
{
	return play->row->victim == party;
}

/* ---- what parties do ---- */

/* A server that answers every request with its complement until it has served @last. */
#define LAST		0x1a57ULL
struct serving {
	int li;
	bool combined;			/* by reply-and-receive */
	unsigned int served, gone;	/* requests; of these, replies nobody waited for */
};
long do_serve(void *serving);

/* The parties with what they usually need: a server with a port, clients that call it. */
void play_people(struct play *play);
/* Somebody who was not there before calls the port: served, or told that it is gone. */
void play_stranger_calls(struct play *play, long want);
/* Prepared to be done: the LAP @name of chorus_probe.ko with an argument of 8 bytes. */
void play_lap(struct play *play, enum party party, const char *name, long long value);
long play_value(const struct play *play, enum party party);

#endif /* SWEEP_KILL_H */
