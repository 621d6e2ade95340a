/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forwarding: a message in service goes on to another port, as its sender sent it.
 *
 * Our extension: CHORUS has none.  Whoever receives it next sees the sender, his
 * protection identifiers and the whole body; the reply, if it was a call, goes straight to the
 * client, who notices nothing.  What stands between (a mediator, a dispatcher, a server that
 * has moved) copies nothing and keeps nothing.
 *
 * The message passes through a state of its own, FORWARDED, in which nobody serves it:
 *
 *	SERVED ---> FORWARDED ---> QUEUED, SERVED	by the target
 *		      \  \-> SERVED			again: refused
 *		       \-> CANCELLED			by the client
 *
 * It leaves SERVED under the lock of the actor that serves it, so that an abort, which goes
 * to the serving thread under the same lock, never goes to the wrong one.
 */
#ifndef CHORUS_IPC_FORWARD_H
#define CHORUS_IPC_FORWARD_H

#include <linux/chorus.h>

struct chorus_actor;
struct chorus_message;
struct chorus_port;
struct chorus_thread;

bool chorus_forward_begin(struct chorus_actor *server, struct chorus_message *message);
int chorus_forward_accept(struct chorus_port *port, struct chorus_message *message,
			  const struct chorus_actor *from);
int chorus_forward(struct chorus_thread *thread, u64 token, const struct chorus_ui *target);

#endif /* CHORUS_IPC_FORWARD_H */
