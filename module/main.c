// SPDX-License-Identifier: GPL-2.0-only
/*
 * chorus.ko: the nucleus.  This file is its table of contents.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "compat/exit_probe.h"
#include "debug/step.h"
#include "dev/fops.h"
#include "dev/netlink.h"
#include "executive/actor.h"
#include "executive/late.h"
#include "executive/thread.h"
#include "ipc/area.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/hold.h"
#include "ipc/lap.h"
#include "ipc/message.h"
#include "ipc/notice.h"
#include "ipc/port.h"
#include "ipc/window.h"
#include "object/site.h"
#include "supervisor/supervisor.h"

static void process_exit(struct task_struct *task, bool group_dead)
{
	chorus_thread_exit(task);
	if (group_dead)
		chorus_actor_exit(task);
}

static const struct chorus_exit_callbacks exit_callbacks = {
	.thread_exit = process_exit,
	.exec = chorus_actor_exec,
};

static int sites_init(void)
{
	return chorus_site_init(chorus_supervisor_hooks());
}

/* No file is open any more: sites lose what supervisor actors left, if anything. */
static void sites_exit(void)
{
	chorus_site_exit();
}

static int probes_init(void)
{
	return chorus_exit_probe_init(&exit_callbacks);
}

static void probes_exit(void)
{
	chorus_exit_probe_exit();
	chorus_late_flush();
	chorus_actor_forget_kept();
}

/*
 * Callbacks free into the caches.  One may queue the next, handler to port to actor
 * at the deepest, so one barrier is not enough.
 */
static void rcu_exit(void)
{
	int i;

	for (i = 0; i < 4; i++)
		rcu_barrier();
}

/* In order of birth; the dead go in reverse. */
static const struct {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ "actors", chorus_actor_init, chorus_actor_exit_module },
	{ "threads", chorus_thread_init, chorus_thread_exit_module },
	{ "ports", chorus_port_init, chorus_port_exit },
	{ "windows", chorus_window_init, chorus_window_exit },
	{ "areas", chorus_area_init, chorus_area_exit },
	{ "groups", chorus_group_init, chorus_group_exit },
	{ "notices", chorus_notice_init, chorus_notice_exit },
	{ "messages", chorus_message_init, chorus_message_exit },
	{ "holds", chorus_hold_init, chorus_hold_exit },
	{ "handlers", chorus_handler_init, chorus_handler_exit },
	{ "laps", chorus_lap_init, chorus_lap_exit },
	{ "rcu", NULL, rcu_exit },
	{ "probes", probes_init, probes_exit },
	{ "sites", sites_init, sites_exit },
	{ "steps", chorus_step_init, chorus_step_exit },
	{ "netlink", chorus_netlink_init, chorus_netlink_exit },
	{ "device", chorus_dev_init, chorus_dev_exit },
};

static void parts_exit(size_t nr)
{
	while (nr--)
		if (parts[nr].exit)
			parts[nr].exit();
}

static int __init chorus_init(void)
{
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = parts[i].init ? parts[i].init() : 0;
		if (ret) {
			pr_err("chorus: %s: error %d\n", parts[i].name, ret);
			parts_exit(i);
			return ret;
		}
	}
	return 0;
}

static void __exit chorus_exit(void)
{
	parts_exit(ARRAY_SIZE(parts));
}

module_init(chorus_init);
module_exit(chorus_exit);
MODULE_DESCRIPTION("CHORUS nucleus: actors, ports, RPC, local access points");
MODULE_AUTHOR("The chorus.ko founders");
MODULE_LICENSE("GPL");
MODULE_VERSION(CHORUS_VERSION);
