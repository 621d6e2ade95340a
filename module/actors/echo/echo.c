// SPDX-License-Identifier: GPL-2.0-only
/*
 * chorus_echo.ko: the smallest useful supervisor actor, for the tutorial and the
 * benchmark.
 *
 *	LAP "null"	does nothing
 *	LAP "echo"	64-byte block; increments its first 64-bit word
 *	a static port	replies with the annex and the body of the request
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "chorus/supervisor.h"
#include "compat/compat.h"

#define ECHO_PORT_STAMP	0x6563686fULL	/* "echo" */
#define ECHO_ON_STACK	128

struct echo_arg {
	u64 sequence;
	u8 data[56];
};

static int null_handler(struct chorus_invocation *inv, void *cookie)
{
	return 0;
}

static int echo_handler(struct chorus_invocation *inv, void *cookie)
{
	struct echo_arg *arg = chorus_invocation_arg(inv);

	arg->sequence++;
	return 0;
}

static int message_handler(struct chorus_invocation *inv, void *cookie)
{
	const struct chorus_message_info *info = chorus_invocation_message(inv);
	bool annexed = info->flags & CHORUS_MSG_ANNEX;
	u8 small[ECHO_ON_STACK], annex[CHORUS_ANNEX_SIZE];
	void *body = small;
	int ret = 0;

	if (!(info->flags & CHORUS_MSG_RPC))
		return 0;
	if (info->body_size > sizeof(small)) {
		body = kvmalloc(info->body_size, GFP_KERNEL_ACCOUNT);
		if (!body)
			return -ENOMEM;
	}
	if (annexed)
		ret = chorus_invocation_read_annex(inv, annex);
	if (!ret)
		ret = chorus_invocation_read_body(inv, 0, body, info->body_size);
	if (!ret)
		ret = chorus_invocation_reply(inv, annexed ? annex : NULL, body, info->body_size);
	if (body != small)
		kvfree(body);
	return ret;
}

static int add_lap(struct chorus_actor *actor, chorus_lap_handler handler, u32 size,
		   const char *name)
{
	struct chorus_lap_desc desc;

	return chorus_lap_create(actor, handler, NULL, size, CHORUS_LAP_SAFE | CHORUS_LAP_PROMPT,
				 &desc) ?:
	       chorus_lap_bind(actor, &desc, name, 0);
}

/* What is made here dies with the actor: nothing to take back. */
static int echo_site_init(struct chorus_actor *actor)
{
	int li, ret;

	ret = add_lap(actor, null_handler, 0, "null") ?:
	      add_lap(actor, echo_handler, sizeof(struct echo_arg), "echo");
	if (ret)
		return ret;
	li = chorus_port_create(actor, ECHO_PORT_STAMP, NULL);
	return li < 0 ? li : chorus_port_connect(actor, li, message_handler, NULL);
}

static const struct chorus_supervisor_ops echo_ops = {
	.name = "echo",
	.owner = THIS_MODULE,
	.site_init = echo_site_init,
};

static int __init echo_init(void)
{
	return chorus_supervisor_register(&echo_ops);
}

static void __exit echo_exit(void)
{
	chorus_supervisor_unregister(&echo_ops);
}

module_init(echo_init);
module_exit(echo_exit);
MODULE_DESCRIPTION("CHORUS supervisor actor: echo");
MODULE_LICENSE("GPL");
CHORUS_IMPORT();
