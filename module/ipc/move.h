/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Move: a body whose pages change hands.
 *
 * Its pages are *taken* from places of the sender's area: they leave it, or, copy-on-write, are
 * shared with it from then on.  They belong to the message, charged to who pays for that, until
 * they
 *
 *	land	in an area of the receiver, where he wanted them;
 *	return	to where they came from, when the message ends in an error and nobody has them;
 *	end	with the message; a receiver who wanted the body elsewhere has copied it.
 *
 * To take may fail, and then nothing has changed.  To land and to return cannot: pages of an area
 * were paid for by its owner when it was made.  The labels of the steps, by who moves:
 *
 *	M4	sender, or server who replies: pages taken, the message not queued
 *	M5	receiver: told, pages not landed
 *	M6	receiver: landed, what was there not freed
 *	M7	sender: the message ended in an error, pages not back
 *
 * A receiver is told before his body lands, because a message whose receiver could not be told
 * goes back to its queue with its body.  From the landing on the message has none: it is neither
 * forwarded nor given to a successor.
 *
 * Who may call: message.c, rpc.c, receive.c and invocation.c, for a message they own.
 */
#ifndef CHORUS_IPC_MOVE_H
#define CHORUS_IPC_MOVE_H

#include "ipc/area.h"
#include "ipc/message.h"

/* The data of a body in state CHORUS_BODY_MOVED. */
struct chorus_moved {
	unsigned long nr;
	bool empty;			/* no pages but those that are not there */
	bool shared;			/* its sender has the pages, too */
	struct page *pages[];		/* referenced; NULL: zeroes */
};

int chorus_move_take(struct chorus_message *message, struct chorus_body *body,
		     const struct chorus_place *place);
void chorus_move_land(struct chorus_message *message, struct chorus_body *body,
		      const struct chorus_place *place);
void chorus_move_return(struct chorus_message *message, struct chorus_body *body,
			const struct chorus_place *place);
int chorus_move_copy(const struct chorus_body *body, const struct chorus_buffers *to, u32 size);
void chorus_move_read(const struct chorus_body *body, u32 offset, void *to, u32 size);
void chorus_move_end(struct chorus_message *message, struct chorus_body *body);

/* Does the body land where the receiver wants it? */
static inline bool chorus_move_fits(const struct chorus_body *body,
				    const struct chorus_buffers *to)
{
	const struct chorus_moved *moved = body->data;

	return unlikely(body->room == CHORUS_BODY_MOVED) && to->place &&
	       moved->nr <= to->place->nr;
}

/* The message ended in an error. */
static inline void chorus_move_undo(struct chorus_message *message, struct chorus_body *body,
				    const struct chorus_buffers *from)
{
	if (unlikely(body->room == CHORUS_BODY_MOVED) && from->place)
		chorus_move_return(message, body, from->place);
}

#endif /* CHORUS_IPC_MOVE_H */
