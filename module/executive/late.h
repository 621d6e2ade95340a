/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Late work: from an atomic probe on a task to a context of that task that sleeps.
 *
 * The exit and exec probes may not sleep, but the end of a thread or an actor
 * must.  Late work runs as task work of the current task, or on a workqueue when
 * the task takes no more task work.  The module counts what is pending and does
 * not unload before all of it has run.
 */
#ifndef CHORUS_EXECUTIVE_LATE_H
#define CHORUS_EXECUTIVE_LATE_H

#include <linux/task_work.h>
#include <linux/workqueue.h>

struct chorus_late {
	struct callback_head task_work;
	struct work_struct work;
	void (*fn)(struct chorus_late *late);
};

void chorus_late_queue(struct chorus_late *late, void (*fn)(struct chorus_late *late),
		       enum task_work_notify_mode notify);
void chorus_late_flush(void);

#endif /* CHORUS_EXECUTIVE_LATE_H */
