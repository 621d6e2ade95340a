// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages.
 *
 * Each call builds one command on its stack and traps once.  A signal handler
 * with SA_RESTART makes the kernel enter again with the same structure, in
 * which the nucleus keeps what it needs (restart, deadline), so the library has
 * no loop for it.
 */
#include <errno.h>

#include <ext/chMsg.h>
#include <ipc/chIpc.h>

#include "internal.h"

_Static_assert(K_CMSGANNEXSIZE == CHORUS_ANNEX_SIZE, "uapi");
_Static_assert(K_CMSGSIZEMAX == CHORUS_BODY_MAX, "uapi");
_Static_assert(K_CMSGSAVEDMAX == CHORUS_SAVED_MAX, "uapi");
_Static_assert(K_ANYENABLED == CHORUS_LI_ANYENABLED, "uapi");
_Static_assert(K_NONEPORT == CHORUS_LI_NONE, "uapi");
_Static_assert(K_ABORTABLE == CHORUS_MSG_ABORTABLE, "uapi");
_Static_assert(K_NOCYCLE == CHORUS_MSG_NOCYCLE, "uapi");
_Static_assert(K_PARTS == CHORUS_MSG_VECTOR, "uapi");
_Static_assert(K_LARGE == CHORUS_MSG_LARGE, "uapi");
_Static_assert(K_PARTS << 1 == CHORUS_MSG_REP_VECTOR, "uapi");
_Static_assert(K_MOVE == CHORUS_MSG_MOVE && K_MOVE << 2 == CHORUS_MSG_REP_MOVE, "uapi");
_Static_assert(K_COW == CHORUS_MSG_COW && K_COW << 2 == CHORUS_MSG_REP_COW, "uapi");
_Static_assert(K_CMSGPARTSMAX == CHORUS_PARTS_MAX, "uapi");
_Static_assert(sizeof(ChorusPart) == sizeof(struct chorus_part), "uapi");

/*
 * In the device's structures the flags in and the flags out share bits; in a
 * KnMsgDesc, which programs use over and over, they must not, or a message from
 * a caller would make the next receive abortable.
 */
#define OUT_SHIFT	8
#define SLOT_SHIFT	16
#define OUT_FLAGS	(K_MSG_RPC | K_MSG_ANNEX | K_MSG_MORE | K_MSG_DEATH | \
			 K_MSG_AGAIN | K_MSG_WINDOW | K_MSG_MOVED | ~0u << SLOT_SHIFT)

_Static_assert(K_MSG_RPC == CHORUS_MSG_RPC << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_ANNEX == CHORUS_MSG_ANNEX << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_AGAIN == CHORUS_MSG_AGAIN << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_DEATH == CHORUS_MSG_DEATH << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_MORE == CHORUS_MSG_MORE << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_WINDOW == CHORUS_MSG_WINDOW << OUT_SHIFT, "uapi");
_Static_assert(K_MSG_MOVED == CHORUS_MSG_MOVED << OUT_SHIFT, "uapi");
_Static_assert(CHORUS_WINDOW_SLOTS_MAX <= 1 << SLOT_SHIFT, "uapi");

/* Flags of a message to send: unknown ones go down and are refused there. */
static inline __u32 send_flags(const KnMsgDesc *msg)
{
	return msg->flags & ~(OUT_FLAGS | K_ABORTABLE | K_NOCYCLE);
}

static inline __u32 wait_flags(const KnMsgDesc *msg)
{
	return msg->flags & ~OUT_FLAGS;
}

/*
 * Where a command has two bodies the flags of both descriptors go down in one word: K_PARTS,
 * K_MOVE and K_COW of the reply have bits of their own there, which in a descriptor are unknown
 * ones.
 */
#define UNKNOWN		(1u << 30)
#define TWICE		(K_PARTS | K_MOVE | K_COW)

static inline __u32 of_request(__u32 flags)
{
	return flags & (CHORUS_MSG_REP_VECTOR | CHORUS_MSG_REP_MOVE | CHORUS_MSG_REP_COW) ?
	       flags | UNKNOWN : flags;
}

static inline __u32 of_reply(__u32 flags)
{
	return (of_request(flags) & ~TWICE) | (flags & K_PARTS) << 1 |
	       (flags & (K_MOVE | K_COW)) << 2;
}

/* Bytes that fit into a body that is received. */
static __u32 capacity(const KnMsgDesc *msg)
{
	const ChorusPart *part = msg->bodyAddr;
	uint64_t sum = 0;
	unsigned int i;

	if (!part)
		return 0;
	if (chorus_likely(!(msg->flags & K_PARTS)))
		return msg->bodySize;
	for (i = 0; i < msg->bodySize; i++)
		sum += part[i].size;
	return sum < UINT32_MAX ? (__u32)sum : UINT32_MAX;
}

/* Room at the body: none without an address, whatever bodySize says. */
static inline __u32 room(const KnMsgDesc *msg)
{
	return msg->bodyAddr ? msg->bodySize : 0;
}

static inline void set_flags(KnMsgDesc *msg, __u32 out)
{
	msg->flags = (msg->flags & ~OUT_FLAGS) |
		     ((out << OUT_SHIFT) & OUT_FLAGS);
}

/* Fills in a received message and returns what the call returns. */
static inline int received(KnMsgDesc *msg, __u32 flags, __u32 slot, __u32 size,
			   __u64 seqnum)
{
	set_flags(msg, flags);
	msg->seqNum = seqnum;
	if (chorus_unlikely(flags & CHORUS_MSG_WINDOW)) {
		msg->flags |= slot << SLOT_SHIFT;
		return (int)size;
	}
	if (msg->bodyAddr && size > capacity(msg))
		size = capacity(msg);
	return (int)size;
}

/* ChorusOS: to receive from a port with a handler is K_EINVAL. */
static int receive_code(int code)
{
	return code == K_EBUSY ? K_EINVAL : code;
}

void chorus_build_send(struct chorus_ipc_send *cmd, const KnMsgDesc *msg, int srcportli,
		       const KnIpcDest *dest)
{
	*cmd = (struct chorus_ipc_send){
		.size = sizeof(*cmd),
		.flags = send_flags(msg),
		.src_li = srcportli,
		.body_size = msg->bodySize,
		.target = chorus_ui_out(&dest->target),
		.cotarget = chorus_ui_out(&dest->coTarget),
		.annex = chorus_address(msg->annexAddr),
		.body = chorus_address(msg->bodyAddr),
	};
}

int ipcSend(const KnMsgDesc *msg, int srcportli, const KnIpcDest *dest)
{
	struct chorus_ipc_send cmd;

	if (chorus_unlikely(!msg || !dest))
		return K_EFAULT;
	chorus_build_send(&cmd, msg, srcportli, dest);
	return chorus_command(CHORUS_IOC_IPC_SEND, &cmd);
}

int chorus_ipc_receive(KnMsgDesc *msg, int *portli, int64_t timeout,
		       ChorusToken *token)
{
	struct chorus_ipc_receive cmd;
	int ret;

	if (chorus_unlikely(!msg || !portli))
		return K_EFAULT;
	cmd = (struct chorus_ipc_receive){
		.size = sizeof(cmd),
		.flags = wait_flags(msg),
		.li = *portli,
		.body_size = room(msg),
		.annex = chorus_address(msg->annexAddr),
		.body = chorus_address(msg->bodyAddr),
		.timeout = timeout,
	};
	ret = chorus_command(CHORUS_IOC_IPC_RECEIVE, &cmd);
	if (chorus_unlikely(ret))
		return receive_code(ret);
	*portli = cmd.out_li;
	if (token)
		*token = cmd.out_msg;
	return received(msg, cmd.out_flags, cmd.out_slot, cmd.out_body_size,
			cmd.out_seqnum);
}

int ipcReceive(KnMsgDesc *msg, int *portli, int delay)
{
	return chorus_ipc_receive(msg, portli, chorus_ns(delay), NULL);
}

void chorus_build_call(struct chorus_ipc_call *cmd, const KnMsgDesc *request, int srcportli,
		       const KnIpcDest *dest, const KnMsgDesc *reply, int64_t timeout)
{
	*cmd = (struct chorus_ipc_call){
		.size = sizeof(*cmd),
		.flags = of_request(send_flags(request)) | of_reply(wait_flags(reply)),
		.src_li = srcportli,
		.body_size = request->bodySize,
		.target = chorus_ui_out(&dest->target),
		.cotarget = chorus_ui_out(&dest->coTarget),
		.annex = chorus_address(request->annexAddr),
		.body = chorus_address(request->bodyAddr),
		.rep_annex = chorus_address(reply->annexAddr),
		.rep_body = chorus_address(reply->bodyAddr),
		.rep_size = room(reply),
		.timeout = timeout,
	};
}

int chorus_take_reply(const struct chorus_ipc_call *cmd, KnMsgDesc *reply)
{
	__u32 size = cmd->out_rep_size;
	__u32 flags = cmd->out_flags & ~(__u32)CHORUS_MSG_MORE;

	if (chorus_unlikely(size > cmd->rep_size || cmd->flags & CHORUS_MSG_REP_VECTOR) &&
	    size > capacity(reply)) {
		size = capacity(reply);
		flags |= CHORUS_MSG_MORE;
	}
	set_flags(reply, flags);
	return (int)size;
}

static inline int call(const KnMsgDesc *request, int srcportli,
		       const KnIpcDest *dest, KnMsgDesc *reply, int64_t timeout,
		       ChorusResume *resume)
{
	struct chorus_ipc_call cmd;
	int ret;

	if (chorus_unlikely(!request || !dest || !reply))
		return K_EFAULT;
	chorus_build_call(&cmd, request, srcportli, dest, reply, timeout);
	if (resume) {
		cmd.restart = resume->restart;
		cmd.deadline = resume->deadline;
	}
	ret = chorus_command(CHORUS_IOC_IPC_CALL, &cmd);
	if (resume) {
		int again = ret == K_EINTR;

		resume->restart = again ? cmd.restart : 0;
		resume->deadline = again ? cmd.deadline : 0;
	}
	return chorus_likely(!ret) ? chorus_take_reply(&cmd, reply) : ret;
}

int ipcCall(const KnMsgDesc *request, int srcportli, const KnIpcDest *dest,
	    KnMsgDesc *reply, int delay)
{
	return call(request, srcportli, dest, reply, chorus_ns(delay), NULL);
}

int chorus_ipc_call(const KnMsgDesc *request, int srcportli,
		    const KnIpcDest *dest, KnMsgDesc *reply, int64_t timeout,
		    ChorusResume *resume)
{
	return call(request, srcportli, dest, reply, timeout, resume);
}

/*
 * A message answered by token may have been saved under an id of ipcSave().
 * After these codes it is gone; after the others it may still be there.
 */
static inline void answered(ChorusToken token, int ret)
{
	if (!token)
		return;
	if (ret >= 0 || ret == K_EUNKNOWN || ret == K_ETIMEOUT ||
	    ret == K_EABORT || ret == K_EINTR || ret == K_ENOPORT)
		chorus_saved_forget(token);
}

int chorus_ipc_reply(ChorusToken token, const KnMsgDesc *msg)
{
	struct chorus_ipc_reply cmd;
	int ret;

	if (chorus_unlikely(!msg))
		return K_EFAULT;
	cmd = (struct chorus_ipc_reply){
		.size = sizeof(cmd),
		.flags = send_flags(msg),
		.body_size = msg->bodySize,
		.annex = chorus_address(msg->annexAddr),
		.body = chorus_address(msg->bodyAddr),
		.msg = token,
	};
	ret = chorus_command(CHORUS_IOC_IPC_REPLY, &cmd);
	answered(token, ret);
	return ret;
}

int ipcReply(const KnMsgDesc *msg)
{
	return chorus_ipc_reply(0, msg);
}

int chorus_ipc_forward(ChorusToken token, const KnUniqueId *target)
{
	struct chorus_ipc_forward cmd;
	int ret;

	if (!target)
		return K_EFAULT;
	cmd = (struct chorus_ipc_forward){
		.size = sizeof(cmd),
		.target = chorus_ui_out(target),
		.msg = token,
	};
	ret = chorus_command(CHORUS_IOC_IPC_FORWARD, &cmd);
	if (!ret)
		answered(token, ret);
	return ret;
}

int ipcForward(const KnUniqueId *target)
{
	return chorus_ipc_forward(0, target);
}

int chorus_ipc_reply_receive(ChorusToken token, const KnMsgDesc *reply,
			     KnMsgDesc *msg, int *portli, int64_t timeout,
			     ChorusToken *next)
{
	struct chorus_ipc_reply_receive cmd;
	int ret;

	if (chorus_unlikely(!reply || !msg || !portli))
		return K_EFAULT;
	cmd = (struct chorus_ipc_reply_receive){
		.size = sizeof(cmd),
		.flags = of_reply(send_flags(reply)) | of_request(wait_flags(msg)),
		.rep_size = reply->bodySize,
		.rep_annex = chorus_address(reply->annexAddr),
		.rep_body = chorus_address(reply->bodyAddr),
		.rep_msg = token,
		.li = *portli,
		.body_size = room(msg),
		.annex = chorus_address(msg->annexAddr),
		.body = chorus_address(msg->bodyAddr),
		.timeout = timeout,
	};
	ret = chorus_command(CHORUS_IOC_IPC_REPLY_RECEIVE, &cmd);
	answered(token, ret);
	if (chorus_unlikely(ret))
		return receive_code(ret);
	*portli = cmd.out_li;
	if (next)
		*next = cmd.out_msg;
	return received(msg, cmd.out_flags, cmd.out_slot, cmd.out_body_size,
			cmd.out_seqnum);
}

int chorus_take_request(const struct chorus_ipc_reply_receive *cmd, KnMsgDesc *msg)
{
	return received(msg, cmd->out_flags, cmd->out_slot, cmd->out_body_size,
			cmd->out_seqnum);
}

unsigned int chorus_reply_flags(const KnMsgDesc *reply)
{
	return of_reply(send_flags(reply));
}

int ipcReplyReceive(const KnMsgDesc *reply, KnMsgDesc *msg, int *portli,
		    int delay)
{
	return chorus_ipc_reply_receive(0, reply, msg, portli,
					chorus_ns(delay), NULL);
}

int ipcGetData(KnMsgDesc *msg)
{
	struct chorus_ipc_get_data cmd;
	__u32 size;
	int ret;

	if (!msg || (!msg->bodyAddr && msg->bodySize))
		return K_EFAULT;
	cmd = (struct chorus_ipc_get_data){
		.size = sizeof(cmd),
		.flags = msg->flags & K_PARTS,
		.body_size = msg->bodySize,
		.body = chorus_address(msg->bodyAddr),
	};
	ret = chorus_command(CHORUS_IOC_IPC_GET_DATA, &cmd);
	if (ret)
		return ret;
	size = cmd.out_body_size;
	if (size > capacity(msg)) {
		size = capacity(msg);
		set_flags(msg, CHORUS_MSG_MORE);
	}
	return (int)size;
}

int ipcSysInfo(KnMsgHead *head)
{
	struct chorus_ipc_sysinfo cmd = { .size = sizeof(cmd) };
	int ret;

	if (!head)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_IPC_SYSINFO, &cmd);
	if (ret)
		return ret;
	*head = (KnMsgHead){
		.bodySize = (int)cmd.out_body_size,
		.flags = {
			!!(cmd.out_flags & CHORUS_MSG_RPC),
			!!(cmd.out_flags & CHORUS_MSG_ANNEX),
		},
		.transId = cmd.out_transid,
	};
	chorus_ui_in(&head->srcPort, &cmd.out_src);
	chorus_ui_in(&head->target, &cmd.out_target);
	chorus_ui_in(&head->coTarget, &cmd.out_cotarget);
	chorus_pi_in(&head->actorId, &cmd.out_actor_pi);
	chorus_pi_in(&head->portId, &cmd.out_port_pi);
	return K_OK;
}
