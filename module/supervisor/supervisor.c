// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "supervisor/supervisor.h"

struct chorus_registration {
	struct list_head node;			/* supervisor_mutex, and so on */
	const struct chorus_supervisor_ops *ops;
	struct list_head actors;
	atomic_t leaving;			/* actors on their way out: leave_site() */
};

static DEFINE_MUTEX(supervisor_mutex);
static LIST_HEAD(sites);
static LIST_HEAD(registrations);

static bool wants_site(const struct chorus_supervisor_ops *ops, const struct chorus_site *site)
{
	return !(ops->flags & CHORUS_SUPERVISOR_INIT_SITE) || net_eq(site->net, &init_net);
}

/*
 * The end of an actor has two halves.  Under the mutex it is counted as leaving, with its
 * module and with its site; without it leave_site() waits for the handlers, for as long as
 * their callers' pages take, and holds up neither other modules nor other sites.  Module and
 * site go on when nobody of theirs is leaving any more.
 */
static void begin_to_leave(struct chorus_registration *reg, struct chorus_actor *actor,
			   struct list_head *leaving)
{
	lockdep_assert_held(&supervisor_mutex);
	atomic_inc(&reg->leaving);
	atomic_inc(&actor->object.site->leaving);
	actor->registration = reg;
	list_move(&actor->supervisor_node, leaving);
}

static void left(atomic_t *leaving)
{
	/* Whoever waits may free it as soon as it is 0: only its address is used then. */
	if (atomic_dec_and_test(leaving))
		wake_up_var(leaving);
}

static void wait_until_left(atomic_t *leaving)
{
	wait_var_event(leaving, !atomic_read_acquire(leaving));
}

/* Killing waits for the handlers: afterwards the module may free what they used. */
static void leave_site(struct chorus_actor *actor)
{
	struct chorus_registration *reg = actor->registration;
	struct chorus_site *site = actor->object.site;

	list_del(&actor->supervisor_node);
	chorus_step(V3);
	chorus_actor_kill(actor);
	chorus_step(V4);
	if (reg->ops->site_exit)
		reg->ops->site_exit(actor);
	chorus_actor_close(actor);
	left(&site->leaving);
	left(&reg->leaving);
}

static void leave_sites(struct list_head *leaving)
{
	struct chorus_actor *actor, *next;

	list_for_each_entry_safe(actor, next, leaving, supervisor_node)
		leave_site(actor);
}

static int enter_site(struct chorus_registration *reg, struct chorus_site *site,
		      struct list_head *leaving)
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
	chorus_step(V1);
	ret = reg->ops->site_init(actor);
	chorus_step(V2);
	if (ret)
		begin_to_leave(reg, actor, leaving);
	return ret;
}

static void begin_to_leave_all(struct chorus_registration *reg, struct list_head *leaving)
{
	struct chorus_actor *actor, *next;

	list_for_each_entry_safe(actor, next, &reg->actors, supervisor_node)
		begin_to_leave(reg, actor, leaving);
}

static struct chorus_registration *find_registration(const struct chorus_supervisor_ops *ops)
{
	struct chorus_registration *reg;

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
	struct chorus_registration *reg;
	LIST_HEAD(leaving);
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
			ret = enter_site(reg, site, &leaving);
			if (ret) {
				begin_to_leave_all(reg, &leaving);
				break;
			}
		}
	}
	if (!ret)
		list_add_tail(&reg->node, &registrations);
	mutex_unlock(&supervisor_mutex);
	if (ret) {
		leave_sites(&leaving);
		kfree(reg);
	}
	return ret;
}
CHORUS_EXPORT(chorus_supervisor_register);

void chorus_supervisor_unregister(const struct chorus_supervisor_ops *ops)
{
	struct chorus_registration *reg;
	LIST_HEAD(leaving);

	mutex_lock(&supervisor_mutex);
	reg = find_registration(ops);
	if (!WARN_ON_ONCE(!reg)) {
		begin_to_leave_all(reg, &leaving);
		list_del(&reg->node);
	}
	mutex_unlock(&supervisor_mutex);
	if (!reg)
		return;
	leave_sites(&leaving);
	/* And those that a dying site has taken out; they run the module's code, too. */
	wait_until_left(&reg->leaving);
	kfree(reg);
}
CHORUS_EXPORT(chorus_supervisor_unregister);

static void site_born(struct chorus_site *site)
{
	struct chorus_registration *reg;
	LIST_HEAD(leaving);
	int ret;

	mutex_lock(&supervisor_mutex);
	list_add_tail(&site->node, &sites);
	list_for_each_entry(reg, &registrations, node) {
		ret = enter_site(reg, site, &leaving);
		if (ret)
			pr_warn_ratelimited("chorus: %s is missing in site %u: error %d\n",
					    reg->ops->name, site->number, ret);
	}
	mutex_unlock(&supervisor_mutex);
	leave_sites(&leaving);
}

static void site_dying(struct chorus_site *site)
{
	struct chorus_actor *actor, *next;
	struct chorus_registration *reg;
	LIST_HEAD(leaving);

	mutex_lock(&supervisor_mutex);
	list_del(&site->node);
	list_for_each_entry(reg, &registrations, node)
		list_for_each_entry_safe(actor, next, &reg->actors, supervisor_node)
			if (actor->object.site == site)
				begin_to_leave(reg, actor, &leaving);
	mutex_unlock(&supervisor_mutex);
	leave_sites(&leaving);
	/* And those that a leaving module has taken out. */
	wait_until_left(&site->leaving);
}

const struct chorus_site_hooks chorus_supervisor_site_hooks = {
	.born = site_born,
	.dying = site_dying,
};
