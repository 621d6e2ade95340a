// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chorus_kunit.ko: the nucleus without its device, its netlink family and the exit
 * probes, and the unit tests.
 *
 * The order of birth is that of module/main.c.  Nothing is replaced: sites come from the
 * network namespaces through the hooks of the nucleus, parameters have their defaults.
 * What the exit probe does for a task is done by the tests for theirs.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "harness.h"
#include "executive/late.h"
#include "ipc/area.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/hold.h"
#include "ipc/lap.h"
#include "ipc/notice.h"
#include "ipc/window.h"
#include "object/site.h"
#include "supervisor/supervisor.h"

static int sites_init(void)
{
	return chorus_site_init(chorus_supervisor_hooks());
}

static void rcu_exit(void)
{
	int i;

	for (i = 0; i < 4; i++)
		rcu_barrier();
}

static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ chorus_actor_init, chorus_actor_exit_module },
	{ chorus_thread_init, chorus_thread_exit_module },
	{ chorus_port_init, chorus_port_exit },
	{ chorus_window_init, chorus_window_exit },
	{ chorus_area_init, chorus_area_exit },
	{ chorus_group_init, chorus_group_exit },
	{ chorus_notice_init, chorus_notice_exit },
	{ chorus_message_init, chorus_message_exit },
	{ chorus_hold_init, chorus_hold_exit },
	{ chorus_handler_init, chorus_handler_exit },
	{ chorus_lap_init, chorus_lap_exit },
	{ NULL, rcu_exit },
	{ NULL, chorus_late_flush },
	{ sites_init, chorus_site_exit },
};

static void parts_exit(size_t nr)
{
	while (nr--)
		if (parts[nr].exit)
			parts[nr].exit();
}

static bool started;

/* Some kernels run the suites of a module before its init, some after. */
int test_start(void)
{
	size_t i;
	int ret;

	if (started)
		return 0;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		ret = parts[i].init ? parts[i].init() : 0;
		if (ret) {
			parts_exit(i);
			return ret;
		}
	}
	started = true;
	return 0;
}

static int __init chorus_kunit_init(void)
{
	return test_start();
}

static void __exit chorus_kunit_exit(void)
{
	parts_exit(ARRAY_SIZE(parts));
}

module_init(chorus_kunit_init);
module_exit(chorus_kunit_exit);
MODULE_DESCRIPTION("CHORUS nucleus: unit tests");
MODULE_LICENSE("GPL");
