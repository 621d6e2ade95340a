// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <net/netns/generic.h>

#include "object/object.h"
#include "object/site.h"

static unsigned int site_number = 1;
module_param_named(site, site_number, uint, 0444);
MODULE_PARM_DESC(site, "Number of the site of the initial network namespace");

static unsigned int site_net_id __read_mostly;
static const struct chorus_site_hooks *site_hooks;

struct chorus_site *chorus_site_of(const struct net *net)
{
	return net_generic(net, site_net_id);
}

static int __net_init site_net_init(struct net *net)
{
	struct chorus_site *site = chorus_site_of(net);
	int ret;

	/*
	 * Further namespaces have no administrator to number them, so they draw;
	 * the hint only has to be right often.
	 */
	site->number = net_eq(net, &init_net) ? site_number : (get_random_u32() | 1U << 31);
	/* 24 bits of minutes: an identifier of before a reboot differs in its head. */
	site->epoch = (u32)(ktime_get_real_seconds() / 60);
	site->net = net;
	spin_lock_init(&site->lock);
	INIT_LIST_HEAD(&site->node);
	INIT_LIST_HEAD(&site->actors);
	INIT_LIST_HEAD(&site->ports);
	INIT_LIST_HEAD(&site->laps);
	INIT_LIST_HEAD(&site->groups);
	INIT_LIST_HEAD(&site->names);
	init_waitqueue_head(&site->names_wait);
	ret = rhashtable_init(&site->objects, &chorus_object_table_params);
	if (ret)
		return ret;
	if (site_hooks)
		site_hooks->born(site);
	return 0;
}

static void __net_exit site_net_exit(struct net *net)
{
	struct chorus_site *site = chorus_site_of(net);

	if (site_hooks)
		site_hooks->dying(site);
	WARN_ON_ONCE(!list_empty(&site->actors));
	WARN_ON_ONCE(!list_empty(&site->ports));
	WARN_ON_ONCE(!list_empty(&site->laps));
	WARN_ON_ONCE(!list_empty(&site->groups));
	WARN_ON_ONCE(!list_empty(&site->names));
	rhashtable_destroy(&site->objects);
}

static struct pernet_operations site_net_ops = {
	.init = site_net_init,
	.exit = site_net_exit,
	.id = &site_net_id,
	.size = sizeof(struct chorus_site),
};

/** chorus_site_init() - make a site of every network namespace; @hooks may be NULL */
int chorus_site_init(const struct chorus_site_hooks *hooks)
{
	site_hooks = hooks;
	return register_pernet_subsys(&site_net_ops);
}

void chorus_site_exit(void)
{
	unregister_pernet_subsys(&site_net_ops);
}
