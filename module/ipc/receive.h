/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receiving, and what a thread does with the message it has received.
 *
 * A received message is *current* to its thread until the thread replies or receives
 * the next one; then, if it was a call, it is *held* by the actor, where its token or
 * ipcRestore finds it.  One received by a ring is held at once.  Whichever way it is
 * reached, it has to be claimed first, and a claim succeeds once.
 */
#ifndef CHORUS_IPC_RECEIVE_H
#define CHORUS_IPC_RECEIVE_H

#include <linux/chorus.h>

#include "executive/wait.h"
#include "ipc/message.h"

struct chorus_actor;
struct chorus_thread;

/* What a receive asks for. */
struct chorus_receive {
	s32 li;				/* a port, or CHORUS_LI_ANYENABLED */
	bool abortable;
	struct chorus_timeout timeout;
	struct chorus_buffers to;
};

/* What it got. */
struct chorus_received {
	s32 li;
	u32 body_size;
	u32 flags;
	u64 seqnum;
	u64 token;
	u32 slot;			/* with CHORUS_MSG_WINDOW */
	bool lands;			/* when the caller has been told: chorus_receive_land() */
};

int chorus_receive(struct chorus_thread *thread, struct chorus_receive *receive,
		   struct chorus_received *out);
void chorus_receive_undo(struct chorus_thread *thread);
void chorus_receive_land(struct chorus_thread *thread, const struct chorus_receive *receive);

/*
 * For who has no current message: the message is the caller's until its own caller has been
 * told, and then the actor's.
 */
struct chorus_message *chorus_receive_detached(struct chorus_thread *thread,
					       struct chorus_receive *receive,
					       struct chorus_received *out);
void chorus_receive_hold(struct chorus_actor *actor, struct chorus_message *message);
void chorus_receive_give_back(struct chorus_actor *actor, struct chorus_message *message);
void chorus_receive_land_detached(struct chorus_message *message,
				  const struct chorus_receive *receive);

struct chorus_message *chorus_receive_claim(struct chorus_thread *thread, u64 token);
void chorus_receive_claimed(struct chorus_thread *thread);
void chorus_receive_unclaim(struct chorus_thread *thread, struct chorus_message *message,
			    bool current_again);

int chorus_receive_get_data(struct chorus_thread *thread, const struct chorus_buffers *to,
			    u32 *size);
void chorus_receive_get_data_undo(struct chorus_thread *thread);
int chorus_receive_save(struct chorus_thread *thread, u64 *token);
int chorus_receive_restore(struct chorus_thread *thread, u64 token);

bool chorus_receive_abort(struct chorus_message *message);
bool chorus_receive_cancel(struct chorus_message *message);
void chorus_receive_drop_current(struct chorus_thread *thread);
void chorus_receive_end_thread(struct chorus_thread *thread);
void chorus_receive_drop_all(struct chorus_actor *actor);

#endif /* CHORUS_IPC_RECEIVE_H */
