// SPDX-License-Identifier: GPL-2.0-only
/* The accessors of an invocation; described in supervisor.h. */
#include <linux/mm.h>

#include "compat/compat.h"
#include "debug/stat.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/invocation.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/rpc.h"
#include "ipc/vector.h"

struct chorus_actor *chorus_invocation_actor(const struct chorus_invocation *inv)
{
	return inv->actor;
}
CHORUS_EXPORT(chorus_invocation_actor);

void *chorus_invocation_arg(struct chorus_invocation *inv)
{
	return inv->arg;
}
CHORUS_EXPORT(chorus_invocation_arg);

unsigned int chorus_invocation_depth(const struct chorus_invocation *inv)
{
	return inv->thread->depth;
}
CHORUS_EXPORT(chorus_invocation_depth);

int chorus_invocation_invoker(const struct chorus_invocation *inv, struct chorus_ui *ui)
{
	if (!inv->invoker)
		return -EINVAL;
	*ui = inv->invoker->object.ui;
	return 0;
}
CHORUS_EXPORT(chorus_invocation_invoker);

int chorus_invocation_copyin(struct chorus_invocation *inv, void *to, u64 from, size_t size)
{
	/* A queued message: whoever meant this address is not here, nor is his memory. */
	if (inv->message)
		return -EFAULT;
	return chorus_copy_in(to, from, size, inv->kernel);
}
CHORUS_EXPORT(chorus_invocation_copyin);

int chorus_invocation_copyout(struct chorus_invocation *inv, u64 to, const void *from,
			      size_t size)
{
	if (inv->message)
		return -EFAULT;
	return chorus_copy_out(to, from, size, inv->kernel);
}
CHORUS_EXPORT(chorus_invocation_copyout);

const struct chorus_message_info *chorus_invocation_message(const struct chorus_invocation *inv)
{
	return inv->info;
}
CHORUS_EXPORT(chorus_invocation_message);

int chorus_invocation_read_annex(struct chorus_invocation *inv, void *annex)
{
	if (!inv->info)
		return -EINVAL;
	if (!(inv->info->flags & CHORUS_MSG_ANNEX)) {
		memset(annex, 0, CHORUS_ANNEX_SIZE);
		return 0;
	}
	if (inv->message) {
		memcpy(annex, inv->message->annex, CHORUS_ANNEX_SIZE);
		return 0;
	}
	return chorus_copy_in(annex, inv->call->request.annex, CHORUS_ANNEX_SIZE, inv->kernel);
}
CHORUS_EXPORT(chorus_invocation_read_annex);

int chorus_invocation_read_body(struct chorus_invocation *inv, u32 offset, void *to, u32 size)
{
	if (!inv->info || offset > inv->info->body_size || size > inv->info->body_size - offset)
		return -EINVAL;
	if (inv->message) {
		struct chorus_body *body = &inv->message->request;

		if (unlikely(body->room == CHORUS_BODY_MOVED))
			chorus_move_read(body, offset, to, size);
		else
			memcpy(to, body->data + offset, size);
		return 0;
	}
	if (size)
		chorus_count(copy_direct);
	return chorus_buffers_read(to, &inv->call->request, offset, size);
}
CHORUS_EXPORT(chorus_invocation_read_body);

/* A queued call: the reply goes into the client's message. */
static int reply_to_message(struct chorus_invocation *inv, const void *annex, const void *body,
			    u32 size)
{
	struct chorus_buffers from = {
		.annex = (uintptr_t)annex,
		.body = (uintptr_t)body,
		.size = size,
		.kernel = true,
	};

	return chorus_message_fill(inv->message, &inv->message->reply,
				   &inv->message->reply_flags, &from);
}

/* A local call: straight to the client's buffers. */
static int reply_to_call(struct chorus_invocation *inv, const void *annex, const void *body,
			 u32 size)
{
	static const u8 no_annex[CHORUS_ANNEX_SIZE];
	struct chorus_buffers *to = &inv->call->reply;
	u32 room = min(size, to->size);

	if (room && to->body) {
		if (chorus_buffers_write(to, 0, body, room))
			return -EFAULT;
		chorus_count(copy_direct);
	}
	if (to->annex && chorus_copy_out(to->annex, annex ?: no_annex, CHORUS_ANNEX_SIZE,
					 inv->kernel))
		return -EFAULT;
	inv->call->reply_size = size;
	inv->call->reply_flags = annex ? CHORUS_MSG_ANNEX : 0;
	return 0;
}

int chorus_invocation_reply(struct chorus_invocation *inv, const void *annex, const void *body,
			    u32 size)
{
	int ret;

	if (!inv->info || !(inv->info->flags & CHORUS_MSG_RPC) || inv->replied)
		return -ENOMSG;
	if (size > CHORUS_BODY_MAX)
		return -EMSGSIZE;
	ret = inv->message ? reply_to_message(inv, annex, body, size) :
			     reply_to_call(inv, annex, body, size);
	inv->replied = !ret;
	return ret;
}
CHORUS_EXPORT(chorus_invocation_reply);
