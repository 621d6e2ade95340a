/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Remote procedure call: a request, its reply, and at most one execution.
 *
 * The client sleeps on the state of its message; see ipc/message.h for who owns it
 * when.  The steps, with the same labels as in Documentation/internals/rpc-paths.rst:
 *
 *	client				server
 *	C1 decode, find the port	S1 decode, look into the queue, wait
 *	C2 copy the request in
 *	C3 queue or hand over  ------->	S2 take, copy out
 *	   sleep			S3 current; the server works
 *					R1 claim the message
 *					R2 copy the reply in
 *	C4 awake <---------------------	R3 SERVED -> REPLIED, wake the client
 *	C5 copy the reply out
 *
 * A signal after C3 does not end the transaction: it is *parked* with the thread,
 * and entering the call again with its token waits on.
 */
#ifndef CHORUS_IPC_RPC_H
#define CHORUS_IPC_RPC_H

#include "executive/wait.h"
#include "ipc/message.h"

struct chorus_actor;
struct chorus_port;
struct chorus_thread;

struct chorus_call {
	struct chorus_ui target;
	struct chorus_ui cotarget;
	s32 src_li;
	bool abortable;
	bool large;		/* request and reply may be larger than the classic ones */
	bool nocycle;
	struct chorus_buffers request;
	struct chorus_buffers reply;
	struct chorus_timeout timeout;
	u64 token;		/* in: interrupted transaction; out: the same, parked */
	u32 reply_size;		/* out */
	u32 reply_flags;	/* out */
};

/*
 * Where the last of several sends went: who sends many mostly sends to one port.  Its
 * reference keeps the memory, no more; whether the port lives is looked at each time.
 */
struct chorus_way {
	struct chorus_port *port;	/* referenced; NULL at first */
};

int chorus_rpc_call(struct chorus_thread *thread, struct chorus_actor *actor,
		    struct chorus_call *call);
int chorus_rpc_reply(struct chorus_thread *thread, u64 token, const struct chorus_buffers *from,
		     bool handoff);
int chorus_rpc_send(struct chorus_actor *actor, s32 src_li, const struct chorus_ui *target,
		    const struct chorus_ui *cotarget, const struct chorus_buffers *from);
int chorus_rpc_send_along(struct chorus_way *way, struct chorus_actor *actor, s32 src_li,
			  const struct chorus_ui *target, const struct chorus_buffers *from);
void chorus_rpc_way_end(struct chorus_way *way);
void chorus_rpc_drop(struct chorus_thread *thread, u64 token);
void chorus_rpc_give_up(struct chorus_thread *thread, struct chorus_call *call);
void chorus_rpc_drop_parked(struct chorus_thread *thread, unsigned int keep);

#endif /* CHORUS_IPC_RPC_H */
