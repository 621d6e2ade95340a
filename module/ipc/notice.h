/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notice: the message that tells a port of the death of another, or of what happens to a group.
 *
 * It is had when it is asked for: its message, paid for by who asks, lies ready, and it is
 * queued above the limit of the queue if need be.  So no notice is lost for lack of anything,
 * and their number is bounded by the quotas of those who asked.
 *
 * A notice hangs on two lists, that of the object and that of the port it goes to, and stands in
 * a table; all of that changes under one lock for all of them, in which no other is taken.  Who
 * takes it off owns it.  An object is dead before its list is emptied, and only added to while it
 * is alive under the lock: nothing is added to a list that nobody will look at again.
 */
#ifndef CHORUS_IPC_NOTICE_H
#define CHORUS_IPC_NOTICE_H

#include <linux/list.h>
#include <linux/types.h>

#include "object/ui.h"

struct chorus_actor;
struct chorus_group;
struct chorus_port;

/* What is asked for. */
struct chorus_notice_request {
	struct chorus_ui object;
	s32 li;				/* the asking actor's port */
	u64 cookie;
	bool members;			/* a group: when a member leaves; else when none is left */
	bool since;			/* at once, if more have left than these */
	u64 seen;
};

int chorus_notice_ask(struct chorus_actor *actor, const struct chorus_notice_request *request,
		      u64 *departures);
int chorus_notice_cancel(struct chorus_actor *actor, const struct chorus_ui *object, s32 li,
			 u64 cookie);

void chorus_notice_port_died(struct chorus_port *port);
void chorus_notice_member_left(struct chorus_group *group, const struct chorus_ui *member,
			       u64 departures, unsigned int members);
void chorus_notice_group_ended(struct chorus_group *group, const struct chorus_ui *member);

int chorus_notice_init(void);
void chorus_notice_exit(void);

#endif /* CHORUS_IPC_NOTICE_H */
