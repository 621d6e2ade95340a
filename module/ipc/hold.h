/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hold: calls in flight whose server dies, on their way to a successor.
 *
 * At most once is the default: such a call fails.  A port whose policy is to hold hands its calls
 * on instead: those in its queue, and those its actor has received from it and not answered, which
 * the successor sees flagged, because they may have had effects.  The successor is whoever has the
 * port's own name (the port has moved, or a declared name is declared again), else its heir: a
 * port, or a member of a group.  As long as there is none the calls are HELD, for a time.
 *
 *	SERVED ---> FORWARDED ---> QUEUED, POOLED, SERVED	a successor has it
 *		      \  \-> HELD ---> FORWARDED, IDLE		it is awaited
 *		       \-> CANCELLED				by the client
 *
 * Nothing is allocated: the message hangs on the list of what is held, and knows what the port had
 * declared when it was received.  Who is born looks at that list after it can be found; who puts
 * a message there looks for a successor after that: one of both sees the other.
 */
#ifndef CHORUS_IPC_HOLD_H
#define CHORUS_IPC_HOLD_H

#include <linux/types.h>

#include "ipc/message.h"
#include "object/ui.h"

struct chorus_actor;
struct chorus_group;
struct chorus_port;
struct chorus_site;

/* What a port declares, judged: 0 or -EINVAL.  @ns: 0: its calls fail, and there is no heir. */
static inline int chorus_hold_decode(struct chorus_policy *policy, u64 ns,
				     const struct chorus_ui *heir)
{
	if (ns ? ns > CHORUS_HOLD_MAX || !chorus_ui_is_address_or_null(heir) :
		 !chorus_ui_is_null(heir))
		return -EINVAL;
	*policy = (struct chorus_policy){ .heir = chorus_ui_without_mode(heir), .ns = ns };
	return 0;
}

int chorus_hold_policy(struct chorus_actor *actor, s32 li, const struct chorus_policy *set,
		       struct chorus_policy *old);

void chorus_hold_note_locked(struct chorus_port *port, struct chorus_message *message);
void chorus_hold_or_fail(struct chorus_message *message, int error);
void chorus_hold_or_fail_all(struct list_head *messages, int error);
bool chorus_hold_withdraw(struct chorus_message *message);

void chorus_hold_offer(struct chorus_site *site, const struct chorus_ui *name);
void chorus_hold_drop_owner(const struct chorus_actor *owner);

int chorus_hold_init(void);
void chorus_hold_exit(void);

#endif /* CHORUS_IPC_HOLD_H */
