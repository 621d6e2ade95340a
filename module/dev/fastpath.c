// SPDX-License-Identifier: GPL-2.0-only
/* The fast paths of messages: ipcSend, ipcCall, reply-and-receive. */
#include "debug/step.h"
#include "dev/fastpath.h"
#include "ipc/receive.h"
#include "ipc/rpc.h"

static __always_inline int send_here(struct chorus_actor *actor, void __user *user,
				     struct chorus_way *way)
{
	struct chorus_ipc_send p __uninitialized;
	struct chorus_buffers from;
	int ret;

	if (fetch_struct(&p, user))
		return MISSED(size);
	if (p.flags | p.cotarget.head | p.cotarget.tail)
		return MISSED(size);
	if (p.body_size > CHORUS_BODY_MAX)
		return MISSED(size);
	ret = chorus_ioctl_check_actor(actor);
	if (unlikely(ret))
		return ret;
	chorus_count(fast_send);
	from = (struct chorus_buffers){ p.annex, p.body, p.body_size, false };
	return way ? chorus_rpc_send_along(way, actor, p.src_li, &p.target, &from) :
		     chorus_rpc_send(actor, p.src_li, &p.target, &p.cotarget, &from);
}

/**
 * chorus_fastpath_send() - ipcSend
 * @actor: of the file
 * @cmd: the command, for the table
 * @user: the caller's structure
 */
long chorus_fastpath_send(struct chorus_actor *actor, unsigned int cmd, void __user *user)
{
	int ret = send_here(actor, user, NULL);

	return likely(ret != CHORUS_MISSED) ? ret : chorus_ioctl_by_table(actor, cmd, user);
}

/**
 * chorus_fastpath_send_along() - the same in a batch, or in the submission of a ring
 * @actor: of the file
 * @user: the structure
 * @way: of the batch, or NULL
 */
int chorus_fastpath_send_along(struct chorus_actor *actor, void __user *user,
			       struct chorus_way *way)
{
	return send_here(actor, user, way);
}

/**
 * chorus_fastpath_call() - ipcCall on first entry
 * @actor: of the file
 * @cmd: the command, for the table
 * @user: the caller's structure
 */
long chorus_fastpath_call(struct chorus_actor *actor, unsigned int cmd, void __user *user)
{
	struct chorus_ipc_call __user *to = user;
	struct chorus_ipc_call p __uninitialized;
	struct chorus_call call __uninitialized;
	struct chorus_thread *thread;
	int ret;

	if (fetch_struct(&p, user))
		return MISS(size);
	if (p.restart | p.deadline)
		return MISS(restart);
	if ((p.flags & ~(CHORUS_MSG_ABORTABLE | CHORUS_MSG_NOCYCLE)) | p.reserved |
	    p.cotarget.head | p.cotarget.tail)
		return MISS(size);
	if (p.body_size > CHORUS_BODY_MAX)
		return MISS(size);
	ret = chorus_ioctl_check_actor(actor);
	if (unlikely(ret))
		return ret;
	thread = chorus_thread_of(actor);
	if (unlikely(!thread))
		return MISS(thread);

	chorus_count(fast_call);
	call.target = p.target;
	call.cotarget = p.cotarget;
	call.src_li = p.src_li;
	call.abortable = p.flags & CHORUS_MSG_ABORTABLE;
	call.nocycle = p.flags & CHORUS_MSG_NOCYCLE;
	call.large = false;
	call.request = (struct chorus_buffers){ p.annex, p.body, p.body_size, false };
	call.reply = (struct chorus_buffers){ p.rep_annex, p.rep_body, p.rep_size, false };
	call.token = 0;
	chorus_timeout_init(&call.timeout, p.timeout, 0);
	ret = chorus_rpc_call(thread, actor, &call);
	if (unlikely(ret))
		return ret == -ERESTARTSYS ? chorus_call_interrupted(thread, &call, to) : ret;
	if (!user_write_access_begin(&to->out_rep_size, sizeof(u64)))
		return -EFAULT;
	unsafe_put_user(call.reply_size, &to->out_rep_size, fault);
	unsafe_put_user(call.reply_flags, &to->out_flags, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/* The results of a receive, at the end of the structure. */
static __always_inline int store_received(struct chorus_ipc_reply_receive __user *to,
					  const struct chorus_received *out)
{
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	unsafe_put_user(out->li, &to->out_li, fault);
	unsafe_put_user(out->body_size, &to->out_body_size, fault);
	unsafe_put_user(out->flags, &to->out_flags, fault);
	unsafe_put_user(out->slot, &to->out_slot, fault);
	unsafe_put_user(out->seqnum, &to->out_seqnum, fault);
	unsafe_put_user(out->token, &to->out_msg, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/**
 * chorus_fastpath_reply_receive() - reply to the current message, wait for the next
 * @actor: of the file
 * @cmd: the command, for the table
 * @user: the caller's structure
 */
long chorus_fastpath_reply_receive(struct chorus_actor *actor, unsigned int cmd,
				   void __user *user)
{
	struct chorus_ipc_reply_receive __user *to = user;
	struct chorus_ipc_reply_receive p __uninitialized;
	struct chorus_receive receive __uninitialized;
	struct chorus_received out __uninitialized;
	struct chorus_buffers from __uninitialized;
	struct chorus_thread *thread;
	int ret;

	if (fetch_struct(&p, user))
		return MISS(size);
	if (p.restart | p.deadline)
		return MISS(restart);
	if (p.rep_msg)
		return MISS(token);
	if ((p.flags & ~CHORUS_MSG_ABORTABLE) | p.reserved)
		return MISS(size);
	if (p.rep_size > CHORUS_BODY_MAX)
		return MISS(size);
	ret = chorus_ioctl_check_actor(actor);
	if (unlikely(ret))
		return ret;
	thread = chorus_thread_of(actor);
	if (unlikely(!thread))
		return MISS(thread);

	chorus_count(fast_reply);
	from = (struct chorus_buffers){ p.rep_annex, p.rep_body, p.rep_size, false };
	ret = chorus_rpc_reply(thread, 0, &from, true);
	if (unlikely(ret && ret != -EHOSTUNREACH))
		return ret;
	receive.li = p.li;
	receive.abortable = p.flags & CHORUS_MSG_ABORTABLE;
	receive.to = (struct chorus_buffers){ p.annex, p.body, p.body_size, false };
	chorus_timeout_init(&receive.timeout, p.timeout, 0);
	ret = chorus_receive(thread, &receive, &out);
	if (unlikely(ret))
		return chorus_reply_receive_failed(ret, &receive, to);
	if (unlikely(store_received(to, &out))) {
		chorus_receive_undo(thread);
		return chorus_reply_receive_failed(-EFAULT, &receive, to);
	}
	return 0;
}
