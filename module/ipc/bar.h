/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bar: an actor that may not send, or to whom nobody may send, but for a mediator.
 *
 * A subsystem, a SYSTEM or supervisor actor, sets it, and stands between an actor and the rest,
 * or shuts it off.  What is sent is judged where it is posted: sends by the name they go to, before
 * anything is copied; receptions under the lock of the actor that would receive, so that after the
 * bar nothing comes in.  An actor without a bar pays one look at one word.
 *
 * Replies are no sends: whoever asked before the bar is answered.
 */
#ifndef CHORUS_IPC_BAR_H
#define CHORUS_IPC_BAR_H

#include "executive/actor.h"
#include "object/ui.h"

struct chorus_message;

struct chorus_bar {
	u32 what;			/* CHORUS_BAR_* */
	struct chorus_ui mediator;	/* a port or a group, or null */
};

/* What is asked for, judged: 0 or -EINVAL. */
static inline int chorus_bar_decode(struct chorus_bar *bar, u32 what,
				    const struct chorus_ui *mediator)
{
	if ((what & ~(CHORUS_BAR_SEND | CHORUS_BAR_RECEIVE)) ||
	    !chorus_ui_is_address_or_null(mediator))
		return -EINVAL;
	*bar = (struct chorus_bar){ .what = what, .mediator = chorus_ui_without_mode(mediator) };
	return 0;
}

int chorus_bar_actor(struct chorus_actor *by, const struct chorus_cap *cap,
		     const struct chorus_bar *set, struct chorus_bar *old);
void chorus_bar_set(struct chorus_actor *actor, const struct chorus_bar *set,
		    struct chorus_bar *old);
int chorus_bar_judge_send(struct chorus_actor *actor, const struct chorus_ui *target);
bool chorus_bar_admits_locked(const struct chorus_actor *actor,
			      const struct chorus_message *message);
bool chorus_bar_admits_from_locked(const struct chorus_actor *actor,
				   const struct chorus_actor *from);

/* May the actor send there?  0 or -EPERM. */
static inline int chorus_bar_check_send(struct chorus_actor *actor,
					const struct chorus_ui *target)
{
	return likely(!READ_ONCE(actor->bar)) ? 0 : chorus_bar_judge_send(actor, target);
}

#endif /* CHORUS_IPC_BAR_H */
