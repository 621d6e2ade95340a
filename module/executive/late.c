// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait_bit.h>

#include "executive/late.h"

static atomic_t late_pending = ATOMIC_INIT(0);

static void late_run(struct chorus_late *late)
{
	late->fn(late);		/* may free @late */
	if (atomic_dec_and_test(&late_pending))
		wake_up_var(&late_pending);
}

static void late_task_work(struct callback_head *head)
{
	late_run(container_of(head, struct chorus_late, task_work));
}

static void late_work(struct work_struct *work)
{
	late_run(container_of(work, struct chorus_late, work));
}

/**
 * chorus_late_queue() - run something on the current task, soon
 * @late: not queued
 * @fn: what to run; may sleep and free @late
 * @notify: TWA_NONE for an exiting task, TWA_RESUME to run before user mode
 */
void chorus_late_queue(struct chorus_late *late, void (*fn)(struct chorus_late *late),
		       enum task_work_notify_mode notify)
{
	late->fn = fn;
	atomic_inc(&late_pending);
	init_task_work(&late->task_work, late_task_work);
	if (!task_work_add(current, &late->task_work, notify))
		return;
	/* The task is past its last task work. */
	INIT_WORK(&late->work, late_work);
	schedule_work(&late->work);
}

/**
 * chorus_late_flush() - wait until all late work is over
 *
 * For module exit, with the probes gone.  A callback that has counted itself out may
 * still be on its last instructions of our text: synchronize_rcu_tasks() waits until
 * every task has scheduled voluntarily since.
 */
void chorus_late_flush(void)
{
	wait_var_event(&late_pending, !atomic_read(&late_pending));
	synchronize_rcu_tasks();
}
