// SPDX-License-Identifier: GPL-2.0-only
/* laps.ko: a supervisor actor with many LAPs that do nothing, to see what one takes. */
#include <linux/module.h>

#include "chorus/supervisor.h"
#include "compat/compat.h"

static unsigned int number = 2;
module_param(number, uint, 0444);

static int nothing(struct chorus_invocation *inv, void *cookie)
{
	return 0;
}

static int laps_site_init(struct chorus_actor *actor)
{
	struct chorus_lap_desc desc;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < number; i++)
		ret = chorus_lap_create(actor, nothing, NULL, 0, CHORUS_LAP_SAFE, &desc);
	return ret;
}

static const struct chorus_supervisor_ops laps_ops = {
	.name = "laps",
	.owner = THIS_MODULE,
	.site_init = laps_site_init,
};

static int __init laps_init(void)
{
	return chorus_supervisor_register(&laps_ops);
}

static void __exit laps_exit(void)
{
	chorus_supervisor_unregister(&laps_ops);
}

module_init(laps_init);
module_exit(laps_exit);
MODULE_DESCRIPTION("CHORUS supervisor actor with many LAPs");
MODULE_LICENSE("GPL");
CHORUS_IMPORT();
