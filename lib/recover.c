// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Death and recovery.
 */
#include <stddef.h>

#include <ext/chRecover.h>

#include "internal.h"

_Static_assert(sizeof(ChorusDeath) == sizeof(struct chorus_death) &&
	       offsetof(ChorusDeath, departures) ==
	       offsetof(struct chorus_death, departures), "uapi");

static int watch(struct chorus_watch *cmd, const KnUniqueId *object, int portli,
		 uint64_t cookie)
{
	if (!object)
		return K_EFAULT;
	cmd->size = sizeof(*cmd);
	cmd->object = chorus_ui_out(object);
	cmd->li = portli;
	cmd->cookie = cookie;
	return chorus_command(CHORUS_IOC_WATCH, cmd);
}

int chorus_watch(const KnUniqueId *object, int portli, uint64_t cookie)
{
	struct chorus_watch cmd = { .flags = 0 };

	return watch(&cmd, object, portli, cookie);
}

int chorus_watch_members(const KnUniqueId *group, int portli, uint64_t cookie,
			 uint64_t *departures)
{
	struct chorus_watch cmd = { .flags = CHORUS_WATCH_MEMBERS };
	int ret;

	if (departures && *departures != UINT64_MAX) {
		cmd.flags |= CHORUS_WATCH_SINCE;
		cmd.seen = *departures;
	}
	ret = watch(&cmd, group, portli, cookie);
	if (!ret && departures)
		*departures = cmd.out_departures;
	return ret;
}

int chorus_unwatch(const KnUniqueId *object, int portli, uint64_t cookie)
{
	struct chorus_watch_cancel cmd = {
		.size = sizeof(cmd), .li = portli, .cookie = cookie,
	};

	if (!object)
		return K_EFAULT;
	cmd.object = chorus_ui_out(object);
	return chorus_command(CHORUS_IOC_WATCH_CANCEL, &cmd);
}

int chorus_port_hold(int portli, const KnUniqueId *heir, int64_t timeout)
{
	struct chorus_port_policy cmd = {
		.size = sizeof(cmd), .flags = CHORUS_SET, .li = portli,
	};

	if (timeout) {
		cmd.policy = CHORUS_POLICY_HOLD;
		cmd.hold = (__u64)timeout;
	}
	if (heir)
		cmd.heir = chorus_ui_out(heir);
	return chorus_command(CHORUS_IOC_PORT_POLICY, &cmd);
}

_Static_assert(K_BARSEND == CHORUS_BAR_SEND && K_BARRECEIVE == CHORUS_BAR_RECEIVE,
	       "uapi");

int chorus_actor_bar(const KnCap *actorcap, unsigned int bar,
		     const KnUniqueId *mediator)
{
	struct chorus_actor_bar cmd = {
		.size = sizeof(cmd), .flags = CHORUS_SET, .bar = bar,
	};

	if (!actorcap)
		return K_EFAULT;
	cmd.cap = chorus_cap_out(actorcap);
	if (mediator)
		cmd.mediator = chorus_ui_out(mediator);
	return chorus_command(CHORUS_IOC_ACTOR_BAR, &cmd);
}
