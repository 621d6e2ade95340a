// SPDX-License-Identifier: GPL-2.0-only
/* Commands about death and recovery. */
#include "dev/ioctl.h"
#include "ipc/hold.h"
#include "ipc/notice.h"

static int watch(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_watch *p = &payload->watch;
	const struct chorus_notice_request notice = {
		.object = p->object,
		.li = p->li,
		.cookie = p->cookie,
		.members = p->flags & CHORUS_WATCH_MEMBERS,
		.since = p->flags & CHORUS_WATCH_SINCE,
		.seen = p->seen,
	};
	int ret;

	if (p->reserved || (notice.since ? !notice.members : p->seen))
		return -EINVAL;
	ret = chorus_notice_ask(request->actor, &notice, &p->out_departures);
	if (ret)
		return ret;
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	/* Unless it has come to be told. */
	if (ret)
		chorus_notice_cancel(request->actor, &p->object, p->li, p->cookie);
	return ret;
}

static int watch_cancel(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_watch_cancel *p = &payload->watch_cancel;

	if (p->reserved)
		return -EINVAL;
	return chorus_notice_cancel(request->actor, &p->object, p->li, p->cookie);
}

static int port_policy(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_policy *p = &payload->port_policy;
	struct chorus_policy set, old;
	int ret;

	if (p->flags & CHORUS_SET) {
		if (p->policy != (p->hold ? CHORUS_POLICY_HOLD : CHORUS_POLICY_FAIL))
			return -EINVAL;
		ret = chorus_hold_decode(&set, p->hold, &p->heir);
		if (ret)
			return ret;
	}
	ret = chorus_hold_policy(request->actor, p->li, p->flags & CHORUS_SET ? &set : NULL, &old);
	if (ret)
		return ret;
	p->out_policy = old.ns ? CHORUS_POLICY_HOLD : CHORUS_POLICY_FAIL;
	p->out_reserved = 0;
	p->out_hold = old.ns;
	p->out_heir = old.heir;
	return 0;
}

const struct chorus_row chorus_rows_recover[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_watch, out_departures, watch,
		   CHORUS_WATCH_MEMBERS | CHORUS_WATCH_SINCE, 0),
	CHORUS_ROW(0x2, chorus_port_policy, out_heir, port_policy, CHORUS_SET, 0),
	CHORUS_ROW(0x1, chorus_watch_cancel, cookie, watch_cancel, 0, CHORUS_ROW_QUIET),
};
