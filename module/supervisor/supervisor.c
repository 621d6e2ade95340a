// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mutex.h>
#include <linux/slab.h>

#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "executive/actor.h"
#include "supervisor/supervisor.h"

struct registration {
	struct list_head node;			/* supervisor_mutex, and so on */
	const struct chorus_supervisor_ops *ops;
	struct list_head actors;
};

static DEFINE_MUTEX(supervisor_mutex);
static LIST_HEAD(sites);
static LIST_HEAD(registrations);

static bool wants_site(const struct chorus_supervisor_ops *ops, const struct chorus_site *site)
{
	return !(ops->flags & CHORUS_SUPERVISOR_INIT_SITE) || net_eq(site->net, &init_net);
}

/* Killing waits for the handlers: afterwards the module may free what they used. */
static void leave_site(struct registration *reg, struct chorus_actor *actor)
{
	lockdep_assert_held(&supervisor_mutex);
	list_del(&actor->supervisor_node);
	chorus_actor_kill(actor);
	if (reg->ops->site_exit)
		reg->ops->site_exit(actor);
	chorus_actor_close(actor);
}

static int enter_site(struct registration *reg, struct chorus_site *site)
{
	struct chorus_actor *actor;
	int ret;

	lockdep_assert_held(&supervisor_mutex);
	if (!wants_site(reg->ops, site))
		return 0;
	actor = chorus_actor_create_supervisor(site, reg->ops);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	/* Published first: the module's LAPs and ports hang on a living actor. */
	chorus_actor_publish(actor);
	list_add(&actor->supervisor_node, &reg->actors);
	ret = reg->ops->site_init(actor);
	if (ret)
		leave_site(reg, actor);
	return ret;
}

static void leave_all_sites(struct registration *reg)
{
	struct chorus_actor *actor, *next;

	list_for_each_entry_safe(actor, next, &reg->actors, supervisor_node)
		leave_site(reg, actor);
}

static struct registration *find_registration(const struct chorus_supervisor_ops *ops)
{
	struct registration *reg;

	lockdep_assert_held(&supervisor_mutex);
	list_for_each_entry(reg, &registrations, node)
		if (reg->ops == ops)
			return reg;
	return NULL;
}

/* See the header for this and what follows. */
int chorus_supervisor_register(const struct chorus_supervisor_ops *ops)
{
	struct chorus_site *site;
	struct registration *reg;
	int ret = 0;

	if (!ops->name || !*ops->name || strlen(ops->name) > CHORUS_NAME_MAX || !ops->site_init ||
	    (ops->flags & ~CHORUS_SUPERVISOR_INIT_SITE))
		return -EINVAL;
	reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	reg->ops = ops;
	INIT_LIST_HEAD(&reg->actors);

	mutex_lock(&supervisor_mutex);
	if (find_registration(ops))
		ret = -EEXIST;
	if (!ret) {
		list_for_each_entry(site, &sites, node) {
			ret = enter_site(reg, site);
			if (ret) {
				leave_all_sites(reg);
				break;
			}
		}
	}
	if (!ret)
		list_add_tail(&reg->node, &registrations);
	mutex_unlock(&supervisor_mutex);
	if (ret)
		kfree(reg);
	return ret;
}
CHORUS_EXPORT(chorus_supervisor_register);

void chorus_supervisor_unregister(const struct chorus_supervisor_ops *ops)
{
	struct registration *reg;

	mutex_lock(&supervisor_mutex);
	reg = find_registration(ops);
	if (!WARN_ON_ONCE(!reg)) {
		leave_all_sites(reg);
		list_del(&reg->node);
	}
	mutex_unlock(&supervisor_mutex);
	kfree(reg);
}
CHORUS_EXPORT(chorus_supervisor_unregister);

static void site_born(struct chorus_site *site)
{
	struct registration *reg;
	int ret;

	mutex_lock(&supervisor_mutex);
	list_add_tail(&site->node, &sites);
	list_for_each_entry(reg, &registrations, node) {
		ret = enter_site(reg, site);
		if (ret)
			pr_warn_ratelimited("chorus: %s is missing in site %u: error %d\n",
					    reg->ops->name, site->number, ret);
	}
	mutex_unlock(&supervisor_mutex);
}

static void site_dying(struct chorus_site *site)
{
	struct chorus_actor *actor, *next;
	struct registration *reg;

	mutex_lock(&supervisor_mutex);
	list_del(&site->node);
	list_for_each_entry(reg, &registrations, node)
		list_for_each_entry_safe(actor, next, &reg->actors, supervisor_node)
			if (actor->object.site == site)
				leave_site(reg, actor);
	mutex_unlock(&supervisor_mutex);
}

const struct chorus_site_hooks chorus_supervisor_site_hooks = {
	.born = site_born,
	.dying = site_dying,
};

void chorus_actor_set_private(struct chorus_actor *actor, void *data)
{
	actor->private = data;
}
CHORUS_EXPORT(chorus_actor_set_private);

void *chorus_actor_private(const struct chorus_actor *actor)
{
	return actor->private;
}
CHORUS_EXPORT(chorus_actor_private);

void chorus_actor_capability(const struct chorus_actor *actor, struct chorus_cap *cap)
{
	cap->ui = actor->object.ui;
	cap->key = actor->key;
}
CHORUS_EXPORT(chorus_actor_capability);
