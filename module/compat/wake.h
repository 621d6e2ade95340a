/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hand-off: wake a task that the waker is about to wait for.
 *
 * default_wake_function() is the exported way to try_to_wake_up() with wake flags.
 * WF_SYNC tells the scheduler that the waker goes to sleep; WF_CURRENT_CPU, since
 * 6.6, puts the woken task on the waker's CPU.  Both are private to the scheduler,
 * so their values stand here.
 */
#ifndef CHORUS_COMPAT_WAKE_H
#define CHORUS_COMPAT_WAKE_H

#include <linux/sched.h>
#include <linux/version.h>
#include <linux/wait.h>

#define CHORUS_WF_SYNC		0x10

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define CHORUS_WF_CURRENT_CPU	0x40
#define CHORUS_HAVE_WAKE_LOCAL	1
#else
#define CHORUS_WF_CURRENT_CPU	0
#define CHORUS_HAVE_WAKE_LOCAL	0
#endif

/* The caller keeps @task's memory: a reference, or an RCU read section. */
static inline void chorus_wake_handoff(struct task_struct *task)
{
	struct wait_queue_entry entry __uninitialized;

	entry.private = task;	/* nothing else is looked at */
	default_wake_function(&entry, TASK_NORMAL, CHORUS_WF_SYNC | CHORUS_WF_CURRENT_CPU, NULL);
}

enum chorus_woken {
	CHORUS_WOKEN_SOMEHOW,	/* nobody, or on our CPU, where others wait, too */
	CHORUS_WOKEN_HERE,	/* on our CPU, where we had been alone */
	CHORUS_WOKEN_APART,	/* on another CPU */
};

/*
 * Where was the woken task put?  If it is here, giving up the CPU gives it to that task.
 * @alone is from before the wake-up.
 */
static inline enum chorus_woken chorus_wake_where(const struct task_struct *task, bool alone)
{
	if (task_cpu(task) != raw_smp_processor_id())
		return CHORUS_WOKEN_APART;
	return alone ? CHORUS_WOKEN_HERE : CHORUS_WOKEN_SOMEHOW;
}

/*
 * Wake a task from a wait of ours that it may have left meanwhile: only interruptible
 * sleeps are touched, and those have to bear a wake-up for nothing.
 */
static inline void chorus_wake_interruptible(struct task_struct *task)
{
	struct wait_queue_entry entry = { .private = task };

	default_wake_function(&entry, TASK_INTERRUPTIBLE, 0, NULL);
}

#endif /* CHORUS_COMPAT_WAKE_H */
