// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The skeleton of a supervisor actor: LAP "hello" counts its callers, site by site.
 */
#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/version.h>

#include <chorus/supervisor.h>

/* What one site has. */
struct hello {
	atomic64_t callers;
};

/* In and out; the same for 32-bit callers. */
struct hello_arg {
	u64 number;		/* out: how many have called, this one included */
	struct chorus_ui who;	/* out: the actor that called */
};

/* Runs on the caller's own task. */
static int hello_handler(struct chorus_invocation *inv, void *cookie)
{
	struct hello_arg *arg = chorus_invocation_arg(inv);
	struct hello *hello = cookie;

	arg->number = atomic64_inc_return(&hello->callers);
	return chorus_invocation_invoker(inv, &arg->who);
}

static int hello_site_init(struct chorus_actor *actor)
{
	struct hello *hello = kzalloc(sizeof(*hello), GFP_KERNEL);
	struct chorus_lap_desc desc;

	if (!hello)
		return -ENOMEM;
	chorus_actor_set_private(actor, hello);
	return chorus_lap_create(actor, hello_handler, hello, sizeof(struct hello_arg),
				 CHORUS_LAP_SAFE, &desc) ?:
	       chorus_lap_bind(actor, &desc, "hello", 0);
}

/* The LAP and its name are gone, and nobody is in the handler any more. */
static void hello_site_exit(struct chorus_actor *actor)
{
	kfree(chorus_actor_private(actor));
}

static const struct chorus_supervisor_ops hello_ops = {
	.name = "hello",
	.owner = THIS_MODULE,
	.site_init = hello_site_init,
	.site_exit = hello_site_exit,
};

static int __init hello_init(void)
{
	return chorus_supervisor_register(&hello_ops);
}

static void __exit hello_exit(void)
{
	chorus_supervisor_unregister(&hello_ops);
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_DESCRIPTION("CHORUS supervisor actor: a skeleton");
MODULE_LICENSE("GPL");
/* The namespace of the nucleus' exports became a string in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
MODULE_IMPORT_NS("CHORUS");
#else
MODULE_IMPORT_NS(CHORUS);
#endif
