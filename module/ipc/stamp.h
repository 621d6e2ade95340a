/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stamp: who sends what to whom, written into a message by the nucleus.
 *
 * Whoever owns the message stamps it, inside the RCU read section in which the source port was
 * found; a new transaction begins.  What a message was to its last server goes with that.
 */
#ifndef CHORUS_IPC_STAMP_H
#define CHORUS_IPC_STAMP_H

#include "executive/actor.h"
#include "ipc/message.h"
#include "ipc/port.h"

static inline void chorus_message_stamp(struct chorus_message *message,
					const struct chorus_actor *sender,
					const struct chorus_port *src,
					const struct chorus_ui *target,
					const struct chorus_ui *cotarget)
{
	struct chorus_ipc_sysinfo *info = &message->info;

	message->saved = false;		/* as its last server may have left it */
	message->lends = false;
	message->hold.times = 0;
	message->hold.spoiled = false;
	info->out_src = src->object.ui;
	info->out_target = *target;
	info->out_cotarget = *cotarget;
	info->out_transid = chorus_message_new_token();
	info->out_actor_pi = READ_ONCE(sender->pi);
	info->out_port_pi = READ_ONCE(src->pi);
}

#endif /* CHORUS_IPC_STAMP_H */
