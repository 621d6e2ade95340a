// SPDX-License-Identifier: GPL-2.0-only
/* Death and recovery for supervisor actors; described in supervisor.h. */
#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "executive/actor.h"
#include "ipc/bar.h"
#include "ipc/hold.h"
#include "ipc/notice.h"

static const struct chorus_ui nobody;

int chorus_watch(struct chorus_actor *actor, const struct chorus_ui *object, int li, u64 cookie)
{
	const struct chorus_notice_request request = {
		.object = *object, .li = li, .cookie = cookie,
	};
	u64 departures;

	return chorus_notice_ask(actor, &request, &departures);
}
CHORUS_EXPORT(chorus_watch);

int chorus_watch_members(struct chorus_actor *actor, const struct chorus_ui *group, int li,
			 u64 cookie, u64 *departures)
{
	struct chorus_notice_request request = {
		.object = *group, .li = li, .cookie = cookie, .members = true,
	};
	u64 unused = U64_MAX;

	if (!departures)
		departures = &unused;
	if (*departures != U64_MAX) {
		request.since = true;
		request.seen = *departures;
	}
	return chorus_notice_ask(actor, &request, departures);
}
CHORUS_EXPORT(chorus_watch_members);

int chorus_unwatch(struct chorus_actor *actor, const struct chorus_ui *object, int li, u64 cookie)
{
	return chorus_notice_cancel(actor, object, li, cookie);
}
CHORUS_EXPORT(chorus_unwatch);

int chorus_port_hold(struct chorus_actor *actor, int li, const struct chorus_ui *heir, u64 hold)
{
	struct chorus_policy set, old;

	return chorus_hold_decode(&set, hold, heir ?: &nobody) ?:
	       chorus_hold_policy(actor, li, &set, &old);
}
CHORUS_EXPORT(chorus_port_hold);

int chorus_actor_bar(struct chorus_actor *actor, const struct chorus_cap *other, u32 bar,
		     const struct chorus_ui *mediator)
{
	struct chorus_bar set, old;

	return chorus_bar_decode(&set, bar, mediator ?: &nobody) ?:
	       chorus_bar_actor(actor, other, &set, &old);
}
CHORUS_EXPORT(chorus_actor_bar);
