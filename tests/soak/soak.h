/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chorus-soak: the nucleus loaded and unloaded again and again under traffic, while
 * actors are born and killed at random.
 *
 * One process, the *stage*, plays rounds.  In each it loads the modules, sends a *crew*
 * of workers to work (servers, clients, senders, callers of LAPs, openers, a nursery of
 * short lives), kills some of them, takes the modules away, and sees that nothing is
 * left.  Between rounds it measures the kernel's memory.  METHOD.rst says what is
 * checked and how.
 *
 * All processes share one block of memory, which outlives each of them: what happened
 * to a request is judged also when whoever sent it was killed.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include <linux/chorus.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PTR(p)		((__u64)(uintptr_t)(p))
#define MS		1000000LL
#define SECOND		1000000000LL
#define FOREVER		(-1LL)

#define DEVICE		"/dev/chorus"
#define CGROUP		"/sys/fs/cgroup/soak"

#define CREW_MAX	32		/* workers at a time */
#define NURSERY_MAX	8		/* short lives at a time */
#define SLOTS_MAX	(2 * CREW_MAX + NURSERY_MAX)
#define SERVERS_MAX	4
#define PLACES_MAX	16		/* ports that roam */
#define HISTORY		256		/* requests of a slot that are remembered */

/* What a round is like. */
enum flavour {
	PLAIN,
	FULL,		/* short queues, slow servers, more senders */
	QUOTA,		/* quotas that are used up all the time */
	TIGHT,		/* a memory cgroup that is used up all the time */
	ROAM,		/* ports that migrate, groups that change, requests forwarded, threads aborted */
	FLAVOURS,
};

/* Faults that can be planted, to see that the checks can fail. */
enum plant {
	PLANT_NONE,
	PLANT_TWICE,	/* a server notes one request in a hundred twice */
	PLANT_MIXED,	/* a server answers one request in a hundred wrongly */
	PLANT_LOST,	/* a client does not come back */
	PLANT_LEAK,	/* the stage keeps kernel objects of each round */
	PLANT_ORDER,	/* a server notes one request in a hundred as a later one */
	PLANT_AGAIN,	/* a server notes one in a hundred as come again after its own death */
	PLANT_UNMARKED,	/* what comes again after a death is noted without the mark */
};

enum phase { WORK, LEAVE };

#define COUNTERS(_)								\
	_(born)			/* actors */					\
	_(killed)		/* processes, by SIGKILL at a random moment */	\
	_(oom_killed)		/* by the kernel, for the cgroup's limit */	\
	_(calls)		/* answered, and right */			\
	_(calls_resumed)	/* of these, entered again after a signal */	\
	_(calls_failed)		/* ended with an error that is allowed */	\
	_(handler_calls)	/* answered by a message handler */		\
	_(served)		/* requests that servers had in their hands */	\
	_(again)		/* of these, had been noted by a server that was killed */ \
	_(sent)			/* asynchronous messages */			\
	_(batched)		/* of these, in batches */			\
	_(landed)		/* bodies whose pages changed hands */		\
	_(laps)			/* invocations that came back right */		\
	_(laps_refused)		/* met a module that was leaving, or gone */	\
	_(opened)		/* opens that raced with loading */		\
	_(open_refused)		/* of these, in vain */				\
	_(full)			/* ENOBUFS */					\
	_(quota)		/* EDQUOT */					\
	_(memory)		/* ENOMEM */					\
	_(limit)		/* the cgroup's limit was met */		\
	_(dead)			/* EOWNERDEAD, EIDRM, EHOSTUNREACH */		\
	_(timeouts)							\
	_(aborts)		/* calls that ended by threadAbort */		\
	_(moves)		/* ports that migrated */			\
	_(moves_refused)	/* an end of the way was dead, or moving */	\
	_(joined)		/* members of groups */				\
	_(left_group)							\
	_(forwarded)		/* requests passed on by who received them */	\
	_(by_group)		/* calls answered by a member of a group */	\
	_(ordered)		/* messages that could be held against an earlier one */ \
	_(loads)							\
	_(reloads)		/* of the supervisor actor, under traffic */	\
	_(unload_refused)	/* rmmod with a descriptor open */		\
	_(unload_races)		/* rmmod met an opener */

/* What must not happen. */
#define WRONGS(_)								\
	_(mixed)		/* a reply that is not the reply to its request */ \
	_(twice)		/* a request received twice, but after a death and marked so */ \
	_(order)		/* a message that overtook one of its own sender */ \
	_(ghost)		/* answered and never served, or served though the \
				 * error says that nothing happened */		\
	_(unexpected)		/* an error that is not documented for this */	\
	_(lost)			/* a call that did not come back */		\
	_(unload)		/* modules that stay, or go too early */	\
	_(left)			/* objects left behind by an unload */		\
	_(stuck)		/* a process that does not die, a task in D */

enum counter {
#define COUNTER_ENUM(name) N_##name,
	COUNTERS(COUNTER_ENUM)
	NR_COUNTERS,
};

enum wrong {
#define WRONG_ENUM(name) W_##name,
	WRONGS(WRONG_ENUM)
	NR_WRONGS,
};

/* A client's record; one living thread uses it at a time. */
struct slot {
	_Atomic uint64_t number;		/* of its last request: never repeats */
	_Atomic uint64_t history[HISTORY];	/* ticket.c */
	_Atomic uint64_t since;			/* the call in flight began then, or 0 */
	_Atomic int tid;
};

/*
 * A port of a roaming round.  @where says in one word which port it is (an incarnation that
 * never repeats), at which server, which life of that server, and whether it is on the move:
 * who has set that bit owns the entry.  A port dies with the life it is at, so an entry whose
 * life is over is free.
 */
struct place {
	_Atomic uint64_t where, head, tail;
	_Atomic int li;				/* at that server */
};

struct shared {
	_Atomic unsigned int phase;
	_Atomic unsigned int round;
	unsigned int flavour, plant;		/* constant in a round */
	struct { _Atomic uint64_t head, tail; } server[SERVERS_MAX];
	_Atomic uint64_t count[NR_COUNTERS];
	_Atomic uint64_t wrong[NR_WRONGS];
	_Atomic unsigned int notes;
	_Atomic unsigned int grave[CREW_MAX];	/* the last one of each place that is to be killed */
	struct slot slot[SLOTS_MAX];

	/* Of roaming rounds. */
	struct place place[PLACES_MAX];
	_Atomic unsigned int incarnations;
	struct {
		_Atomic unsigned int life;	/* odd while @cap changes */
		struct chorus_cap cap;
	} home[SERVERS_MAX];
	struct { struct chorus_cap cap; _Atomic int li; } thread[SLOTS_MAX];
	struct chorus_cap any, pool;
	_Atomic bool groups;			/* these two are there */
	_Atomic uint64_t last[PLACES_MAX + 1][SLOTS_MAX];	/* order.c */
};

extern struct shared *shared;

static inline void count(enum counter counter)
{
	atomic_fetch_add_explicit(&shared->count[counter], 1, memory_order_relaxed);
}

static inline uint64_t counted(enum counter counter)
{
	return atomic_load(&shared->count[counter]);
}

/* main.c */
void wrong(enum wrong what, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *wrong_name(enum wrong what);
const char *counter_name(enum counter counter);
long long now_ns(void);
void sleep_us(unsigned int us);
void random_seed(uint64_t seed);
unsigned int random_below(unsigned int n);

/* door.c: the device and its commands. */
extern int door;			/* this process's actor, or -1 */
bool door_open(void);			/* false: it cannot be had now, which is counted */
void door_close(void);
int command(unsigned int ioc, void *arg);	/* 0 or -errno; fills in size */
void *new_area(void);			/* BODY_ROOM bytes whose pages can change hands; or NULL */
int new_port(struct chorus_ui *ui);	/* li or -errno */
struct chorus_ui static_port(__u64 stamp);

/* ticket.c: what travels, and the judge of it. */
#define BODY_ROOM	CHORUS_BODY_MAX
enum ticket_kind {
	TICKET_PORT,		/* to a port, or to any member of a group */
	TICKET_FORWARD,		/* to a port, whose server shall pass it on */
	TICKET_POOL,		/* to a group whose members share a queue */
	TICKET_BROADCAST,	/* many may receive it */
};
#define TICKET_SIZE	40	/* of a body, what ticket_settle() needs */
/* @flags: how it is sent; whole pages, if they are to change hands. */
unsigned int ticket_write(void *body, unsigned int slot, enum ticket_kind kind,
			  unsigned int flags);
bool ticket_read(const void *body, unsigned int size, unsigned int *slot, uint64_t *number,
		 enum ticket_kind *kind);
bool ticket_pass(const void *body, unsigned int size);
/* @flags: with which it came. */
void ticket_received(const void *body, unsigned int size, unsigned int flags);
bool ticket_overtakes(const void *body, unsigned int flags);
void ticket_give_up(const void *body);
unsigned int ticket_answer(const void *request, unsigned int size, void *reply);
void ticket_settle(const void *request, int result, bool surely, const void *reply,
		   unsigned int size);

/* order.c: whether messages of a sender overtake each other. */
struct order_view { uint64_t last[PLACES_MAX + 1][SLOTS_MAX]; };
void order_look(struct order_view *view);
void order_received(const struct order_view *view, unsigned int incarnation, const void *body,
		    unsigned int size, unsigned int flags);

/* The workers: functions that do not come back before they are told to leave. */
void server_work(unsigned int index);	/* server.c */
void client_work(unsigned int index);	/* client.c */
void sender_work(unsigned int index);
void lap_work(unsigned int index);
void usher_work(unsigned int index);	/* roam.c */
void opener_work(unsigned int index);	/* birth.c */
void nursery_work(unsigned int index);
/* @flags: 0, CHORUS_MSG_MOVE or CHORUS_MSG_COW. */
int call_once(unsigned int slot, struct chorus_ui to, enum ticket_kind kind, long long timeout,
	      void *request, unsigned int flags, void *reply);
struct chorus_ui some_server(void);
bool leaving(void);
bool server_goes_on(int result);	/* after this end of a receive */
bool server_replied(int result);
/* Note the request, which came with @flags, and make its answer, whose size is returned. */
unsigned int server_answer(void *request, unsigned int size, unsigned int flags, void *reply);

/* roam.c: the same in roaming rounds. */
void roam_serve(unsigned int index);
struct chorus_ui roam_port(void);
struct chorus_ui roam_target(enum ticket_kind *kind, bool call);
bool roamed(void);
bool stressed(void);
void roam_show(unsigned int slot);	/* the calling thread may be aborted */

/* crew.c: who is at work.  A worker is his place in the crew, and which one he is there. */
extern unsigned int worker_self;
bool worker_is_doomed(unsigned int worker);
void worker_die(void) __attribute__((noreturn));	/* by his own hand */
void crew_start(enum flavour flavour);
void crew_disturb(void);		/* kill somebody, send another in his place */
void crew_reap(void);
void crew_leave(bool politely);
void crew_stop(void);			/* everybody, the openers too */

/* module.c */
bool modules_load(enum flavour flavour);
void modules_reload_actor(void);
void modules_refuse(void);
bool modules_unload(void);

/* memory.c: what the kernel uses, with nobody at work. */
#define CACHES_MAX	400

struct memory {
	unsigned int round;
	uint64_t births;
	long slab, percpu, vmalloc, stacks, tables;	/* KiB */
	unsigned int nr;
	struct { char name[32]; long objects; unsigned int a_slab; } cache[CACHES_MAX];
};

void memory_sample(struct memory *memory);
void memory_least(struct memory *least, const struct memory *samples, unsigned int n);
const char *memory_growth(const struct memory *a, const struct memory *b, long bound);
unsigned int tasks_stuck(void);

#endif /* SOAK_H */
