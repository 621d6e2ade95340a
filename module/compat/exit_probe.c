// SPDX-License-Identifier: GPL-2.0-only
#include <linux/binfmts.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <trace/events/sched.h>

#include "compat/exit_probe.h"

static const struct chorus_exit_callbacks *exit_callbacks;

/*
 * A probe of the wrong shape would be called with garbage: check_trace_callback_*
 * is generated beside each tracepoint and fails the build instead.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static void probe_exit(void *data, struct task_struct *task, bool group_dead)
{
	exit_callbacks->thread_exit(task, group_dead);
}
#else
static void probe_exit(void *data, struct task_struct *task)
{
	/* do_exit() has taken this thread off signal->live before. */
	exit_callbacks->thread_exit(task, !atomic_read(&task->signal->live));
}
#endif

static void probe_exec(void *data, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	exit_callbacks->exec(task);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tracepoint;
} probes[] = {
	{ "sched_process_exit", probe_exit },
	{ "sched_process_exec", probe_exec },
};

static void match_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
}

int chorus_exit_probe_init(const struct chorus_exit_callbacks *callbacks)
{
	size_t i;
	int ret;

	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_sched_process_exec(probe_exec);

	exit_callbacks = callbacks;
	for_each_kernel_tracepoint(match_tracepoint, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		ret = -EOPNOTSUPP;
		if (probes[i].tracepoint)
			ret = tracepoint_probe_register(probes[i].tracepoint, probes[i].probe,
							NULL);
		if (ret) {
			pr_err("chorus: tracepoint %s: error %d\n", probes[i].name, ret);
			goto error;
		}
	}
	return 0;
error:
	while (i--)
		tracepoint_probe_unregister(probes[i].tracepoint, probes[i].probe, NULL);
	tracepoint_synchronize_unregister();
	return ret;
}

void chorus_exit_probe_exit(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		tracepoint_probe_unregister(probes[i].tracepoint, probes[i].probe, NULL);
	tracepoint_synchronize_unregister();
}
