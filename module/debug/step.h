/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps: the labels of the protocols, and what a test build can do at them.
 *
 * The same labels stand in the code and in Documentation/internals/rpc-paths.rst.
 * A test build (CHORUS_TEST=1) counts each step and can be told, through debugfs,
 * to kill a process there and wait until it is dead before going on.  In any other
 * build a step is nothing at all.  A step stands where sleeping is allowed.
 */
#ifndef CHORUS_DEBUG_STEP_H
#define CHORUS_DEBUG_STEP_H

#define CHORUS_STEPS(_)							\
	_(C1)	/* client: request decoded, destination acquired */	\
	_(C2)	/* client: request copied, not queued */		\
	_(C3)	/* client: queued, or handed to a waiting server */	\
	_(C4)	/* client: woken, reply or error is there */		\
	_(C5)	/* client: reply copied out */				\
	_(S1)	/* server: decoded, not waiting yet */			\
	_(S2)	/* server: message taken, not copied out */		\
	_(S3)	/* server: message is current */			\
	_(R1)	/* server: message claimed for the reply */		\
	_(R2)	/* server: reply copied in, not delivered */		\
	_(R3)	/* server: reply delivered, client woken */		\
	_(L1)	/* LAP caller: inside the gate, handler not called */	\
	_(L2)	/* LAP caller: handler returned, inside the gate */	\
	_(L3)	/* LAP caller: outside, argument block not copied out */ \
	_(H1)	/* call to a handler: inside the gate */		\
	_(H2)	/* call to a handler: handler returned */		\
	_(N1)	/* send: message copied, not queued */			\
	_(N2)	/* send: queued */					\
	_(M1)	/* migration: paid for, nothing moved */		\
	_(M2)	/* migration: cut, no local id at the destination */	\
	_(M3)	/* migration: done */					\
	_(D1)	/* dying actor: not found any more */			\
	_(D2)	/* dying actor: ports dead */				\
	_(D3)	/* dying actor: messages in service failed */

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
