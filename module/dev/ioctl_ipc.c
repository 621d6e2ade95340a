// SPDX-License-Identifier: GPL-2.0-only
/* Commands about messages. */
#include <linux/uaccess.h>

#include "debug/step.h"
#include "dev/ioctl.h"
#include "dev/mmap_area.h"
#include "dev/uring.h"
#include "ipc/area.h"
#include "ipc/forward.h"
#include "ipc/receive.h"
#include "ipc/rpc.h"
#include "ipc/vector.h"

/* Of a structure with two bodies: the flags of @rep_body, as those of a body. */
static u32 flags_of_reply(u32 flags)
{
	BUILD_BUG_ON(CHORUS_MSG_REP_MOVE >> 2 != CHORUS_MSG_MOVE);
	BUILD_BUG_ON(CHORUS_MSG_REP_COW >> 2 != CHORUS_MSG_COW);
	return (flags & CHORUS_MSG_LARGE) |
	       (flags & CHORUS_MSG_REP_VECTOR ? CHORUS_MSG_VECTOR : 0) |
	       (flags & (CHORUS_MSG_REP_MOVE | CHORUS_MSG_REP_COW)) >> 2;
}

/* Pages that are in the right place may change hands; all else is copied, and no error. */
static void find_place(struct chorus_request *request, struct chorus_buffers *buffers, u32 flags,
		       bool write, struct chorus_place *place)
{
	if (!(flags & (CHORUS_MSG_MOVE | CHORUS_MSG_COW)) || buffers->pinned)
		return;
	if (!chorus_mmap_place(request->actor, buffers->body, buffers->size, write, place))
		return;
	place->share = flags & CHORUS_MSG_COW;
	buffers->place = place;
}

/* What a body has got from outgoing() or incoming(). */
static void body_done(const struct chorus_buffers *buffers)
{
	chorus_vector_free(buffers);
	if (buffers->place)
		chorus_area_put(buffers->place->area);
}

/*
 * A body that is sent: judged here, copied where it is needed.  For body_done().  Parts do not
 * lie in a registered buffer.
 */
static int outgoing(struct chorus_request *request, struct chorus_buffers *buffers, u64 annex,
		    u64 body, u32 size, u32 flags, struct chorus_place *place)
{
	u32 max = flags & CHORUS_MSG_LARGE ? CHORUS_BODY_LARGE_MAX : CHORUS_BODY_MAX;
	int ret;

	*buffers = (struct chorus_buffers){ .annex = annex };
	if ((flags & CHORUS_MSG_MOVE) && (flags & CHORUS_MSG_COW))
		return -EINVAL;
	if (flags & CHORUS_MSG_VECTOR)
		return request->ring && request->ring->pinned ? -EINVAL :
		       chorus_vector_fetch(buffers, body, size, max);
	if (size > max)
		return -EMSGSIZE;
	buffers->body = body;
	buffers->size = size;
	ret = request->ring ? chorus_uring_import(request, buffers, ITER_SOURCE) : 0;
	if (!ret)
		find_place(request, buffers, flags, false, place);
	return ret;
}

/* Room for one that comes; more than its size is never written. */
static int incoming(struct chorus_request *request, struct chorus_buffers *buffers, u64 annex,
		    u64 body, u32 size, u32 flags, struct chorus_place *place)
{
	int ret;

	*buffers = (struct chorus_buffers){ .annex = annex };
	if ((flags & CHORUS_MSG_VECTOR) && body)
		return request->ring && request->ring->pinned ? -EINVAL :
		       chorus_vector_fetch(buffers, body, size, U32_MAX);
	buffers->body = body;
	buffers->size = size;
	ret = request->ring ? chorus_uring_import(request, buffers, ITER_DEST) : 0;
	if (!ret)
		find_place(request, buffers, flags, true, place);
	return ret;
}

static bool must_not_wait(const struct chorus_request *request)
{
	return request->ring && request->ring->nowait;
}

/* To a port a coTarget says nothing: an error rather than ignored. */
static int check_cotarget(const struct chorus_ui *target, const struct chorus_ui *cotarget)
{
	return chorus_ui_is_null(cotarget) || chorus_ui_is_group(target) ? 0 : -EINVAL;
}

static int ipc_send(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_send *p = &payload->send;
	struct chorus_buffers from;
	struct chorus_place place;
	int ret;

	ret = check_cotarget(&p->target, &p->cotarget) ?:
	      outgoing(request, &from, p->annex, p->body, p->body_size, p->flags, &place);
	if (ret)
		return ret;
	ret = chorus_rpc_send(request->actor, p->src_li, &p->target, &p->cotarget, &from);
	body_done(&from);
	return ret;
}

static int receive_setup(struct chorus_request *request, struct chorus_receive *receive, s32 li,
			 u32 flags, u64 annex, u64 body, u32 room, struct chorus_place *place)
{
	receive->li = li;
	receive->abortable = flags & CHORUS_MSG_ABORTABLE;
	return incoming(request, &receive->to, annex, body, room,
			flags & (CHORUS_MSG_VECTOR | CHORUS_MSG_MOVE), place);
}

/* The same fields stand at the end of two structures. */
#define RECEIVED_TO(p, received)			\
do {							\
	(p)->deadline = 0;				\
	(p)->out_li = (received)->li;			\
	(p)->out_body_size = (received)->body_size;	\
	(p)->out_flags = (received)->flags;		\
	(p)->out_slot = (received)->slot;		\
	(p)->out_seqnum = (received)->seqnum;		\
	(p)->out_msg = (received)->token;		\
} while (0)

/* By a ring there is no current message; a submission looks once. */
static int receive_message(struct chorus_request *request, struct chorus_receive *receive,
			   struct chorus_received *out, struct chorus_message **message)
{
	s64 ns = receive->timeout.ns;

	if (!request->ring)
		return chorus_receive(request->thread, receive, out);
	if (request->ring->nowait)
		receive->timeout.ns = 0;
	*message = chorus_receive_detached(request->thread, receive, out);
	receive->timeout.ns = ns;
	if (!IS_ERR(*message))
		return 0;
	if (PTR_ERR(*message) == -ETIMEDOUT && request->ring->nowait && ns)
		return -EAGAIN;
	return PTR_ERR(*message);
}

/* The caller must hear what it received, or it is given back; a body lands after that. */
static int receive_write_back(struct chorus_request *request, struct chorus_message *message,
			      const struct chorus_receive *receive,
			      const struct chorus_received *out, const void *payload, size_t size)
{
	int ret = chorus_ioctl_write_back(request, payload, size);

	if (!request->ring) {
		if (ret)
			chorus_receive_undo(request->thread);
		else if (unlikely(out->lands))
			chorus_receive_land(request->thread, receive);
	} else if (ret) {
		chorus_receive_give_back(request->actor, message);
	} else {
		if (unlikely(out->lands))
			chorus_receive_land_detached(message, receive);
		chorus_receive_hold(request->actor, message);
	}
	return ret;
}

static int ipc_receive(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_receive *p = &payload->receive;
	struct chorus_ipc_receive __user *user = request->user;
	struct chorus_message *message = NULL;
	struct chorus_receive receive;
	struct chorus_received out;
	struct chorus_place place;
	int ret;

	ret = receive_setup(request, &receive, p->li, p->flags, p->annex, p->body, p->body_size,
			    &place);
	if (ret)
		return ret;
	chorus_timeout_init(&receive.timeout, p->timeout, p->deadline);
	ret = receive_message(request, &receive, &out, &message);
	if (ret == -ERESTARTSYS &&
	    put_user(chorus_timeout_deadline(&receive.timeout), &user->deadline))
		ret = -EFAULT;
	if (!ret) {
		RECEIVED_TO(p, &out);
		ret = receive_write_back(request, message, &receive, &out, p, sizeof(*p));
	}
	body_done(&receive.to);
	return ret;
}

/**
 * chorus_call_interrupted() - tell the caller how to enter again
 * @thread: the calling thread
 * @call: parked
 * @user: the caller's structure
 *
 * Without the token nobody could wait on, and nothing must be sent twice.
 */
int chorus_call_interrupted(struct chorus_thread *thread, struct chorus_call *call,
			    struct chorus_ipc_call __user *user)
{
	if (put_user(call->token, &user->restart) ||
	    put_user(chorus_timeout_deadline(&call->timeout), &user->deadline)) {
		chorus_rpc_give_up(thread, call);
		return -EFAULT;
	}
	return -ERESTARTSYS;
}

/* The thread of a ring ends with the command, and what is parked with it. */
static int ring_call_interrupted(struct chorus_thread *thread, struct chorus_call *call)
{
	chorus_rpc_give_up(thread, call);
	return -EINTR;
}

static int ipc_call(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_call *p = &payload->call;
	struct chorus_call call = {
		.target = p->target,
		.cotarget = p->cotarget,
		.src_li = p->src_li,
		.abortable = p->flags & CHORUS_MSG_ABORTABLE,
		.large = p->flags & CHORUS_MSG_LARGE,
		.nocycle = p->flags & CHORUS_MSG_NOCYCLE,
		.token = p->restart,
	};
	struct chorus_place from, to;
	int ret;

	ret = check_cotarget(&p->target, &p->cotarget);
	if (ret)
		return ret;
	if (p->reserved || (request->ring && (p->restart || p->deadline)))
		return -EINVAL;
	/* The request of an interrupted call is out, and not looked at again. */
	ret = outgoing(request, &call.request, p->annex, p->body, p->body_size,
		       p->restart ? p->flags & ~CHORUS_MSG_VECTOR : p->flags, &from);
	if (ret)
		return ret;
	ret = incoming(request, &call.reply, p->rep_annex, p->rep_body, p->rep_size,
		       flags_of_reply(p->flags), &to);
	if (!ret) {
		if (must_not_wait(request)) {
			ret = -EAGAIN;
		} else {
			chorus_timeout_init(&call.timeout, p->timeout, p->deadline);
			ret = chorus_rpc_call(request->thread, request->actor, &call);
		}
		body_done(&call.reply);
	}
	if (ret == -ERESTARTSYS)
		ret = request->ring ? ring_call_interrupted(request->thread, &call) :
		      chorus_call_interrupted(request->thread, &call, request->user);
	body_done(&call.request);
	if (ret)
		return ret;
	p->restart = 0;
	p->deadline = 0;
	p->out_rep_size = call.reply_size;
	p->out_flags = call.reply_flags;
	return 0;
}

static int ipc_reply(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_reply *p = &payload->reply;
	struct chorus_buffers from;
	struct chorus_place place;
	int ret;

	if (p->reserved)
		return -EINVAL;
	if (request->ring && !p->msg)
		return -ENOMSG;
	ret = outgoing(request, &from, p->annex, p->body, p->body_size, p->flags, &place);
	if (ret)
		return ret;
	ret = chorus_rpc_reply(request->thread, p->msg, &from, false);
	body_done(&from);
	return ret;
}

#define RESTART_REPLIED		1

/**
 * chorus_reply_receive_failed() - the reply is out, the receive was not successful
 * @error: of the receive
 * @receive: what was asked for
 * @user: the caller's structure
 *
 * The mark tells which half failed, and keeps a second entry from replying twice.
 */
int chorus_reply_receive_failed(int error, const struct chorus_receive *receive,
				struct chorus_ipc_reply_receive __user *user)
{
	if (put_user(RESTART_REPLIED, &user->restart))
		return -EFAULT;
	if (error == -ERESTARTSYS &&
	    put_user(chorus_timeout_deadline(&receive->timeout), &user->deadline))
		return -EFAULT;
	return error;
}

static int reply_first(struct chorus_request *request, const struct chorus_ipc_reply_receive *p)
{
	u32 flags = flags_of_reply(p->flags);
	struct chorus_buffers from;
	struct chorus_place place;
	int ret;

	/* It is out: judged, and not looked at again. */
	if (p->restart)
		flags &= ~(CHORUS_MSG_VECTOR | CHORUS_MSG_MOVE | CHORUS_MSG_COW);
	ret = outgoing(request, &from, p->rep_annex, p->rep_body, p->rep_size, flags, &place);
	if (ret || p->restart)
		return ret;
	if (request->ring && !p->rep_msg)
		ret = -ENOMSG;
	else
		ret = chorus_rpc_reply(request->thread, p->rep_msg, &from, !request->ring);
	body_done(&from);
	return ret == -EHOSTUNREACH ? 0 : ret;
}

/* By a ring: the next attempt, on a worker, finds the mark. */
static int ring_receive_later(struct chorus_ipc_reply_receive __user *user)
{
	if (put_user(RESTART_REPLIED, &user->restart))
		return -EFAULT;
	chorus_step(R7);
	return -EAGAIN;
}

static int ipc_reply_receive(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_reply_receive *p = &payload->reply_receive;
	struct chorus_message *message = NULL;
	struct chorus_receive receive;
	struct chorus_received out;
	struct chorus_place place;
	int ret;

	if (p->reserved || p->restart > RESTART_REPLIED)
		return -EINVAL;
	/* All that can be wrong with either half is told before the reply is out. */
	ret = receive_setup(request, &receive, p->li, p->flags, p->annex, p->body, p->body_size,
			    &place);
	if (ret)
		return ret;
	ret = reply_first(request, p);
	if (ret)
		goto free;
	chorus_timeout_init(&receive.timeout, p->timeout, p->deadline);
	ret = receive_message(request, &receive, &out, &message);
	if (ret == -EAGAIN) {
		ret = ring_receive_later(request->user);
		goto free;
	}
	if (!ret) {
		p->restart = 0;
		RECEIVED_TO(p, &out);
		ret = receive_write_back(request, message, &receive, &out, p, sizeof(*p));
	}
	if (ret)
		ret = chorus_reply_receive_failed(ret, &receive, request->user);
free:
	body_done(&receive.to);
	return ret;
}

static int ipc_get_data(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_get_data *p = &payload->get_data;
	struct chorus_buffers to;
	int ret;

	if (!p->body && p->body_size)
		return -EFAULT;
	ret = incoming(request, &to, 0, p->body, p->body_size, p->flags, NULL);
	if (ret)
		return ret;
	ret = chorus_receive_get_data(request->thread, &to, &p->out_body_size);
	body_done(&to);
	if (ret)
		return ret;
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	if (ret)
		chorus_receive_get_data_undo(request->thread);
	return ret;
}

static int ipc_save(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_save *p = &payload->save;
	int ret;

	ret = chorus_receive_save(request->thread, &p->msg);
	if (ret)
		return ret;
	/* A message saved under a token nobody knows would be lost. */
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	if (ret)
		chorus_receive_restore(request->thread, p->msg);
	return ret;
}

static int ipc_restore(struct chorus_request *request, union chorus_payload *payload)
{
	return chorus_receive_restore(request->thread, payload->save.msg);
}

static int ipc_sysinfo(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_sysinfo *p = &payload->sysinfo;
	u32 size = p->size;

	if (!request->thread->info.out_transid)
		return -ENOMSG;
	*p = request->thread->info;
	p->size = size;
	p->flags = 0;
	return 0;
}

static int ipc_forward(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_ipc_forward *p = &payload->forward;

	if (request->ring && !p->msg)
		return -ENOMSG;
	return chorus_forward(request->thread, p->msg, &p->target);
}

const struct chorus_row chorus_rows_ipc[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_ipc_send, body, ipc_send,
		   CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW,
		   CHORUS_ROW_QUIET | CHORUS_ROW_RING | CHORUS_ROW_BATCH),
	CHORUS_ROW(0x1, chorus_ipc_receive, out_msg, ipc_receive,
		   CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR | CHORUS_MSG_MOVE,
		   CHORUS_ROW_THREAD | CHORUS_ROW_RING),
	CHORUS_ROW(0x2, chorus_ipc_call, out_flags, ipc_call,
		   CHORUS_MSG_ABORTABLE | CHORUS_MSG_NOCYCLE | CHORUS_MSG_VECTOR |
		   CHORUS_MSG_REP_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW |
		   CHORUS_MSG_REP_MOVE, CHORUS_ROW_THREAD | CHORUS_ROW_RING),
	CHORUS_ROW(0x3, chorus_ipc_reply, msg, ipc_reply,
		   CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET | CHORUS_ROW_RING | CHORUS_ROW_BATCH),
	CHORUS_ROW(0x4, chorus_ipc_reply_receive, out_msg, ipc_reply_receive,
		   CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR |
		   CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_REP_MOVE | CHORUS_MSG_REP_COW,
		   CHORUS_ROW_THREAD | CHORUS_ROW_RING),
	CHORUS_ROW(0x5, chorus_ipc_get_data, body, ipc_get_data, CHORUS_MSG_VECTOR,
		   CHORUS_ROW_THREAD),
	CHORUS_ROW(0x6, chorus_ipc_save, msg, ipc_save, 0, CHORUS_ROW_THREAD),
	CHORUS_ROW(0x7, chorus_ipc_save, msg, ipc_restore, 0,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET),
	CHORUS_ROW(0x8, chorus_ipc_sysinfo, out_port_pi, ipc_sysinfo, 0, CHORUS_ROW_THREAD),
	CHORUS_ROW(0x9, chorus_ipc_forward, msg, ipc_forward, 0,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET | CHORUS_ROW_RING | CHORUS_ROW_BATCH),
};
