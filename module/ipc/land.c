// SPDX-License-Identifier: GPL-2.0-only
/* Landing: a body that moved comes to its receiver, once he has been told; described in move.h. */
#include "debug/step.h"
#include "executive/thread.h"
#include "ipc/move.h"
#include "ipc/receive.h"

/**
 * chorus_receive_land_detached() - whoever received it has been told: its body lands
 * @message: owned by the caller, its body to land
 * @receive: where
 *
 * From here on the message cannot be received again as it was sent.
 */
void chorus_receive_land_detached(struct chorus_message *message,
				  const struct chorus_receive *receive)
{
	chorus_step(M5);
	message->hold.spoiled = true;
	message->flags |= CHORUS_MSG_MOVED;
	chorus_move_land(message, &message->request, receive->to.place);
}

/**
 * chorus_receive_land() - the same for the current message
 * @thread: the calling thread, right after a chorus_receive()
 * @receive: what it asked for, and where the body lands
 *
 * Another thread of the actor may have seen the token before our caller has returned, and have
 * replied to the message: then nothing lands.
 */
void chorus_receive_land(struct chorus_thread *thread, const struct chorus_receive *receive)
{
	struct chorus_message *message = chorus_receive_claim(thread, 0);

	if (IS_ERR(message))
		return;
	chorus_receive_land_detached(message, receive);
	chorus_receive_unclaim(thread, message, true);
}
