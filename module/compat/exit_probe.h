/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Probes on the end of tasks: thread exit and exec.
 *
 * The tracepoints are found by name, because they are not exported one by one.  On
 * 6.1 and 6.12 the exit probe runs after exit_mm with preemption off; on 7.2 it has
 * one more argument, runs before exit_mm, and may sleep.  The callbacks below are
 * written for the stricter of both: atomic, and no use of task->mm.
 */
#ifndef CHORUS_COMPAT_EXIT_PROBE_H
#define CHORUS_COMPAT_EXIT_PROBE_H

#include <linux/types.h>

struct task_struct;

/* Both run on the task itself.  @group_dead: it is the last thread of its process. */
struct chorus_exit_callbacks {
	void (*thread_exit)(struct task_struct *task, bool group_dead);
	void (*exec)(struct task_struct *task);
};

int chorus_exit_probe_init(const struct chorus_exit_callbacks *callbacks);
void chorus_exit_probe_exit(void);

#endif /* CHORUS_COMPAT_EXIT_PROBE_H */
