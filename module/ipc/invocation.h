/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Invocation: what a handler is given in place of its caller's pointers.
 *
 * Lives on the stack of the task that runs the handler.  It knows whether addresses
 * that the caller passes are a process's or the kernel's, so a handler cannot be
 * made to touch kernel memory in the name of a process (the confused deputy).
 */
#ifndef CHORUS_IPC_INVOCATION_H
#define CHORUS_IPC_INVOCATION_H

#include "chorus/supervisor.h"
#include "ipc/message.h"

struct chorus_call;
struct chorus_thread;

struct chorus_invocation {
	struct chorus_actor *actor;		/* execution actor: owner of the handler */
	const struct chorus_actor *invoker;	/* NULL: nobody local */
	struct chorus_thread *thread;
	void *arg;				/* argument block of a LAP */
	bool kernel;				/* the caller is supervisor code */

	/* A message handler only. */
	const struct chorus_message_info *info;	/* NULL in a LAP handler */
	struct chorus_call *call;		/* a local call: the client's own buffers */
	struct chorus_message *message;		/* a queued message: its kernel buffers */
	bool replied;
};

#endif /* CHORUS_IPC_INVOCATION_H */
