/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps: the labels of the protocols, and what a test build can do at them.
 *
 * The same labels stand in the code, in the tables of Documentation/internals and in
 * those of tests/sweep/, and a check compares them.  A test build (CHORUS_TEST=1)
 * counts each step and can be told, through debugfs, to kill a process there and wait
 * until it is dead before going on.  In any other build a step is nothing at all.  A
 * step stands where sleeping is allowed, and wherever a party may die in the middle of
 * a protocol: a new protocol brings its own.
 */
#ifndef CHORUS_DEBUG_STEP_H
#define CHORUS_DEBUG_STEP_H

#include <linux/types.h>

#define CHORUS_STEPS(_)							\
	_(C1)	/* client: request decoded, destination acquired */	\
	_(C2)	/* client: request copied, not queued */		\
	_(C3)	/* client: queued, or handed to a waiting server */	\
	_(C4)	/* client: woken, reply or error is there */		\
	_(C5)	/* client: reply copied out */				\
	_(I1)	/* interrupted client: parked, its number not told */	\
	_(I2)	/* client entering again: unparked, not waiting yet */	\
	_(S1)	/* server: decoded, not waiting yet */			\
	_(S2)	/* server: message taken, not copied out */		\
	_(S3)	/* server: message is current */			\
	_(S4)	/* server by ring: told, message not held */		\
	_(S5)	/* server by ring: message is the actor's */		\
	_(R1)	/* server: message claimed for the reply */		\
	_(R2)	/* server: reply copied in, not delivered */		\
	_(R3)	/* server: reply delivered, client woken */		\
	_(R4)	/* dead server: a call off it, with nobody */		\
	_(R5)	/* dead server: a call waits for a successor */		\
	_(R6)	/* successor: calls that waited off the list, with nobody */ \
	_(R7)	/* server by ring: replied, the receive goes to a worker */ \
	_(F1)	/* save: message claimed, not held */			\
	_(F2)	/* save: held, its token not told */			\
	_(F3)	/* restore: not held any more, not current */		\
	_(F4)	/* get data: message claimed, not copied out */		\
	_(Z1)	/* forward: message claimed, in its service still */	\
	_(Z2)	/* forward: accepted by the next port */		\
	_(U1)	/* receive undone: message not requeued */		\
	_(N1)	/* send: message copied, not queued */			\
	_(N2)	/* send: queued */					\
	_(N3)	/* watch: paid for, on no list */			\
	_(N4)	/* watch: on its object's list */			\
	_(N5)	/* dying object: a watch off its list, nobody told */	\
	_(H1)	/* call to a handler: inside the gate */		\
	_(H2)	/* call to a handler: handler returned */		\
	_(Q1)	/* queued message to a handler: at the gate */		\
	_(Q2)	/* queued message: handler returned, not answered */	\
	_(K1)	/* connect: handler made, port untouched */		\
	_(K2)	/* connect: handler on its port */			\
	_(K3)	/* disconnect: handler off its port */			\
	_(L1)	/* LAP caller: inside the gate, handler not called */	\
	_(L2)	/* LAP caller: handler returned, inside the gate */	\
	_(L3)	/* LAP caller: outside, argument block not copied out */ \
	_(G1)	/* closer of a gate: marked, still open */		\
	_(G2)	/* closer of a gate: empty, or killed while waiting */	\
	_(B1)	/* LAP create: name taken, not published */		\
	_(B2)	/* LAP bind: LAP found, name not in the list */		\
	_(B3)	/* LAP bind: in the list, resolvers not woken */	\
	_(B4)	/* batch: a command is done, its result not told */	\
	_(B5)	/* batch: left before its end, how far it came is told */ \
	_(W1)	/* LAP resolve: not found, not asleep */		\
	_(W2)	/* LAP resolve: the wait is over */			\
	_(W3)	/* window open: made, on no port */			\
	_(W4)	/* window open: on its port, the caller not told */	\
	_(W5)	/* window close: off its port, not given up */		\
	_(W6)	/* sender: has a slot of a window, body not copied */	\
	_(P1)	/* port create: name taken, no local id */		\
	_(P2)	/* port create: published */				\
	_(P3)	/* port create: the caller not told */			\
	_(P4)	/* port delete: handler gone, port alive */		\
	_(P5)	/* dying port: off its actor, its callers not told */	\
	_(M1)	/* migration: paid for, nothing moved */		\
	_(M2)	/* migration: cut, no local id at the destination */	\
	_(M3)	/* migration: done */					\
	_(M4)	/* move: pages taken, message not queued */		\
	_(M5)	/* move: receiver told, pages not landed */		\
	_(M6)	/* move: landed, what was there not freed */		\
	_(M7)	/* move: message ended in an error, pages not back */	\
	_(Y1)	/* broadcast: body copied, sent to nobody */		\
	_(Y2)	/* broadcast: sent to some members */			\
	_(Y3)	/* broadcast: sent to all of them */			\
	_(J1)	/* insertion into a group: group found or made */	\
	_(J2)	/* insertion into a group: member */			\
	_(J3)	/* removal from a group: not a member any more */	\
	_(E1)	/* enable, disable: decoded */				\
	_(E2)	/* enable, disable: done, waiters woken */		\
	_(A1)	/* abort: target acquired, not marked */		\
	_(A2)	/* abort: marked and woken */				\
	_(A3)	/* bar: set, what is queued not told */			\
	_(A4)	/* bar: all is told */					\
	_(O1)	/* open: process claimed, no port */			\
	_(O2)	/* open: actor published */				\
	_(O3)	/* area open: made, not the actor's */			\
	_(O4)	/* area open: the actor's, the caller not told */	\
	_(O5)	/* area close: off the actor, not given up */		\
	_(T1)	/* thread: of the actor, not found by its task */	\
	_(T2)	/* ending thread: messages given up */			\
	_(T3)	/* lender: server known, nothing lent */		\
	_(T4)	/* lender: lent, server not woken */			\
	_(T5)	/* borrower's priority given back, or never lent */	\
	_(D1)	/* dying actor: not found any more */			\
	_(D2)	/* dying actor: ports dead */				\
	_(D3)	/* dying actor: messages in service failed */		\
	_(D4)	/* closed actor: dead, its threads not ended */		\
	_(D5)	/* actorDelete: actor dead, process not killed */	\
	_(V1)	/* supervisor actor: published, module not asked */	\
	_(V2)	/* supervisor actor: the module has answered */		\
	_(V3)	/* supervisor actor leaving: alive */			\
	_(V4)	/* supervisor actor leaving: dead, module not told */	\
	_(X1)	/* listing: objects referenced, not shown */

enum chorus_step {
#define CHORUS_STEP_ENUM(name) CHORUS_STEP_##name,
	CHORUS_STEPS(CHORUS_STEP_ENUM)
	CHORUS_STEP_NR,
};

/* Faults a test build can plant, to show that a count contract can turn red. */
enum chorus_plant {
	CHORUS_PLANT_NONE,
	CHORUS_PLANT_COPY,
	CHORUS_PLANT_SWITCH,
	CHORUS_PLANT_ALLOC,
};

#ifdef CHORUS_TEST
void chorus_step_reached(enum chorus_step step);
bool chorus_planted(enum chorus_plant plant);
void chorus_plant_here(void);
int chorus_step_init(void);
void chorus_step_exit(void);
#define chorus_step(name) chorus_step_reached(CHORUS_STEP_##name)
#else
static inline bool chorus_planted(enum chorus_plant plant) { return false; }
static inline void chorus_plant_here(void) { }
static inline int chorus_step_init(void) { return 0; }
static inline void chorus_step_exit(void) { }
#define chorus_step(name) do { } while (0)
#endif

#endif /* CHORUS_DEBUG_STEP_H */
