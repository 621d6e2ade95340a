// SPDX-License-Identifier: GPL-2.0-only
/* Ports and messages for supervisor actors; described in supervisor.h. */
#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/port.h"
#include "ipc/rpc.h"

int chorus_port_create(struct chorus_actor *actor, u64 stamp, struct chorus_ui *ui)
{
	struct chorus_port *port;
	struct chorus_ui fixed;
	int li;

	if (stamp)
		chorus_ui_build(&fixed, CHORUS_UI_STATPORT, actor->object.site->number, stamp);
	port = chorus_port_new(actor, stamp ? &fixed : NULL);
	if (IS_ERR(port))
		return PTR_ERR(port);
	if (ui)
		*ui = port->object.ui;
	li = port->li;
	chorus_port_put(port);
	return li;
}
CHORUS_EXPORT(chorus_port_create);

int chorus_port_delete(struct chorus_actor *actor, int li)
{
	return chorus_port_delete_li(actor, li);
}
CHORUS_EXPORT(chorus_port_delete);

static int buffers_of(const struct chorus_kmessage *message, struct chorus_buffers *buffers)
{
	if (message->size > CHORUS_BODY_MAX)
		return -EMSGSIZE;
	*buffers = (struct chorus_buffers){
		.annex = (uintptr_t)message->annex,
		.body = (uintptr_t)message->body,
		.size = message->size,
		.kernel = true,
	};
	return 0;
}

int chorus_ipc_send(struct chorus_actor *actor, int src_li, const struct chorus_ui *target,
		    const struct chorus_kmessage *message)
{
	static const struct chorus_ui nowhere;
	struct chorus_buffers from;
	int ret = buffers_of(message, &from);

	return ret ?: chorus_rpc_send(actor, src_li, target, &nowhere, &from);
}
CHORUS_EXPORT(chorus_ipc_send);

int chorus_ipc_call(struct chorus_actor *actor, int src_li, const struct chorus_ui *target,
		    const struct chorus_kmessage *request, struct chorus_kmessage *reply, s64 ns)
{
	struct chorus_thread *thread;
	struct chorus_call call = {
		.target = *target,
		.src_li = src_li,
		.abortable = true,
	};
	int ret;

	ret = buffers_of(request, &call.request) ?: buffers_of(reply, &call.reply);
	if (ret)
		return ret;
	thread = chorus_thread_borrow(actor);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	chorus_timeout_init(&call.timeout, ns, 0);
	ret = chorus_rpc_call(thread, actor, &call);
	if (ret == -ERESTARTSYS) {
		/* Nobody would enter again: the youngest parked call is this one. */
		chorus_rpc_drop(thread, call.token);
		ret = -EINTR;
	}
	if (!ret)
		reply->size = call.reply_size;
	chorus_thread_give_back(thread);
	return ret;
}
CHORUS_EXPORT(chorus_ipc_call);
