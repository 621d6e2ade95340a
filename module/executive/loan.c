// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/sched/prio.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <uapi/linux/sched/types.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "executive/loan.h"
#include "executive/thread.h"

/** chorus_level_cap() - no more than a port takes */
void chorus_level_cap(struct chorus_level *level, const struct chorus_lend *lend)
{
	level->rt = min(level->rt, lend->rt);
	/* Real-time above all that the port takes of it is worth its best nice value. */
	if (!level->rt)
		level->policy = SCHED_NORMAL;
	level->nice = max(level->nice, lend->nice);
}

/**
 * chorus_level_of_current() - what the calling thread lends to a port
 * @level: out
 * @lend: the port's limit
 *
 * A deadline thread lends nothing: there is no priority to it.
 */
void chorus_level_of_current(struct chorus_level *level, const struct chorus_lend *lend)
{
	bool rt = current->policy == SCHED_FIFO || current->policy == SCHED_RR;

	level->policy = rt ? current->policy : SCHED_NORMAL;
	level->rt = rt ? current->rt_priority : 0;
	level->nice = rt ? MIN_NICE : task_nice(current);
	if (current->policy == SCHED_DEADLINE || current->policy == SCHED_IDLE)
		level->nice = MAX_NICE;
	chorus_level_cap(level, lend);
}

/** chorus_level_above() - is it more urgent than what the task has by itself? */
bool chorus_level_above(const struct chorus_level *level, const struct task_struct *task)
{
	unsigned int policy = READ_ONCE(task->policy);

	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return level->rt > READ_ONCE(task->rt_priority);
	case SCHED_NORMAL:
	case SCHED_BATCH:
		return level->rt || level->nice < task_nice(task);
	default:
		return false;		/* idle by its own will, or a deadline */
	}
}

/**
 * chorus_lend_allowed() - may the caller's port take so much?
 * @lend: what it asks for
 *
 * No more than the calling process could give itself: a loan raises nobody above that,
 * whoever calls.
 */
bool chorus_lend_allowed(const struct chorus_lend *lend)
{
	bool rt = !lend->rt || lend->rt <= rlimit(RLIMIT_RTPRIO);
	bool nice = lend->nice >= task_nice(current) ||
		    nice_to_rlimit(lend->nice) <= rlimit(RLIMIT_NICE);

	return (rt && nice) || capable(CAP_SYS_NICE);
}

/* Returns 0 or the scheduler's refusal. */
static int set_priority(struct task_struct *task, u32 policy, u32 rt, s32 nice, bool reset)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = policy,
		.sched_flags = reset ? SCHED_FLAG_RESET_ON_FORK : 0,
		.sched_nice = nice,
		.sched_priority = rt,
	};

	return sched_setattr_nocheck(task, &attr);
}

static bool is_as_we_set_it(const struct chorus_loan *loan)
{
	const struct task_struct *task = loan->task;

	if (loan->set.rt)
		return task->policy == loan->set.policy && task->rt_priority == loan->set.rt;
	return task->policy == loan->policy && task_nice(task) == loan->set.nice;
}

/**
 * chorus_loan_open() - from here on a loan for this call can be given
 * @thread: serves the call: the caller itself, or a waiter under its actor's lock
 * @token: of the call
 *
 * The thread has ended the loan before by itself.
 */
void chorus_loan_open(struct chorus_thread *thread, u64 token)
{
	WRITE_ONCE(thread->loan.token, token);
}

/**
 * chorus_loan_give() - lend
 * @thread: serves the call; referenced, or the caller itself
 * @task: its task, the same
 * @token: of the call
 * @level: what is lent
 *
 * Nothing happens if the call is over, or the loan was given already, or the task is as
 * urgent by itself.
 */
void chorus_loan_give(struct chorus_thread *thread, struct task_struct *task, u64 token,
		      const struct chorus_level *level)
{
	struct chorus_loan *loan = &thread->loan;

	chorus_step(T3);
	mutex_lock(&loan->lock);
	if (READ_ONCE(loan->token) == token && !loan->task && chorus_level_above(level, task)) {
		loan->set = *level;
		loan->policy = task->policy;
		loan->rt = task->rt_priority;
		loan->nice = task_nice(task);
		loan->reset_on_fork = task->sched_reset_on_fork;
		/* A nice value leaves a batch task one. */
		if (!set_priority(task, level->rt ? level->policy : loan->policy, level->rt,
				  level->rt ? loan->nice : level->nice, true)) {
			loan->task = get_task_struct(task);
			chorus_count(loan);
		}
	}
	mutex_unlock(&loan->lock);
	chorus_step(T4);
}

/**
 * chorus_loan_end() - give back what was lent
 * @thread: referenced, or the caller itself
 * @token: for which call; 0: for any
 */
void chorus_loan_end(struct chorus_thread *thread, u64 token)
{
	struct chorus_loan *loan = &thread->loan;
	struct task_struct *task = NULL;

	mutex_lock(&loan->lock);
	if (loan->token && (!token || loan->token == token)) {
		task = loan->task;
		if (task && is_as_we_set_it(loan))
			set_priority(task, loan->policy, loan->rt, loan->nice,
				     loan->reset_on_fork);
		else if (task)
			chorus_count(loan_kept);
		loan->task = NULL;
		WRITE_ONCE(loan->token, 0);
	}
	mutex_unlock(&loan->lock);
	if (task)
		put_task_struct(task);
	chorus_step(T5);
}
