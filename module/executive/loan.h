/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loan: a client's priority, lent to the thread that serves its call.
 *
 * Only a port that opted in takes loans, up to its limit; FIFO, RR and nice only; and only
 * what makes the server's thread more urgent than it is.  The thread gets its own priority
 * back when it replies, saves, forwards or receives the next message, when its client
 * leaves the call, and when it ends; unless somebody has set another one meanwhile, which
 * then stays.  Children it forks have the priority of nobody.
 *
 *	a client in call, or the server	-> chorus_loan_open_locked()	which call (token)
 *	the same, without any lock	-> chorus_loan_give()		set it
 *	the server, or the client	-> chorus_loan_end()		give it back
 *
 * The token says which call a loan is for: whoever comes late, to give or to end, finds
 * another one and does nothing.  loan->lock is a mutex, because the scheduler's own
 * calls may sleep; so nothing here is for atomic context, nor for an interrupt.
 */
#ifndef CHORUS_EXECUTIVE_LOAN_H
#define CHORUS_EXECUTIVE_LOAN_H

#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/types.h>

struct chorus_thread;

/* How urgent: a real-time policy with its priority, or a nice value. */
struct chorus_level {
	u8 policy;			/* SCHED_FIFO, SCHED_RR, SCHED_NORMAL */
	u8 rt;				/* 0: @nice counts */
	s8 nice;
};

/* What a port takes at most; none: CHORUS_LEND_NONE. */
struct chorus_lend {
	u8 rt;
	s8 nice;
};

#define CHORUS_LEND_NONE	((struct chorus_lend){ .rt = 0, .nice = MAX_NICE })

struct chorus_loan {
	struct mutex lock;		/* of what follows */
	u64 token;			/* whose call; 0: none.  lock to end it */
	struct task_struct *task;	/* lock: to whom, referenced; NULL: nothing is set */
	struct chorus_level set;	/* lock: what we set */
	u32 policy;			/* lock: what it had, and so on */
	u32 rt;
	s32 nice;
	bool reset_on_fork;
};

static inline bool chorus_lends(const struct chorus_lend *lend)
{
	return lend->rt || lend->nice < MAX_NICE;
}

void chorus_level_of_current(struct chorus_level *level, const struct chorus_lend *lend);
void chorus_level_cap(struct chorus_level *level, const struct chorus_lend *lend);
bool chorus_level_above(const struct chorus_level *level, const struct task_struct *task);
bool chorus_lend_allowed(const struct chorus_lend *lend);

void chorus_loan_open(struct chorus_thread *thread, u64 token);
void chorus_loan_give(struct chorus_thread *thread, struct task_struct *task, u64 token,
		      const struct chorus_level *level);
void chorus_loan_end(struct chorus_thread *thread, u64 token);

#endif /* CHORUS_EXECUTIVE_LOAN_H */
