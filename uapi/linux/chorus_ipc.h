/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: messages and port groups.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_IPC_H
#define _UAPI_LINUX_CHORUS_IPC_H

#include <linux/chorus.h>

/* ---- 0x4n: messages ----------------------------------------------------- */

/*
 * Common to the calls below.  An annex pointer is 0 or the address of
 * CHORUS_ANNEX_SIZE bytes; a receiver that passes one for a message without
 * annex reads zeroes.  @timeout is in nanoseconds: negative waits for ever, 0
 * polls.  A handled signal interrupts a wait:
 *
 * - a receive restarts, or ends with EINTR, with nothing lost; @deadline
 *   carries the rest of a bounded wait;
 * - a call, once its request is queued, stores its transaction in @restart:
 *   entering again with it waits on for the same reply and never sends twice.
 *   After EINTR the caller may do the same, or drop the transaction by leaving
 *   it alone: a thread keeps its CHORUS_PARKED_MAX youngest ones;
 * - a reply-and-receive that has replied stores 1 in @restart whenever its receive
 *   ends without a message, and only receives when it is entered again.
 *
 * Both fields must be 0 on first entry and are 0 again on success.  A @restart that
 * names no transaction of the calling thread is ENOENT.
 */
#define CHORUS_MSG_ABORTABLE		(1U << 0) /* in: the wait obeys threadAbort */
#define CHORUS_MSG_NOCYCLE		(1U << 1) /* in, call: EDEADLK if it would wait for itself */

#define CHORUS_MSG_VECTOR		(1U << 2) /* in: @body has @body_size parts */
#define CHORUS_MSG_REP_VECTOR		(1U << 3) /* in: @rep_body has @rep_size parts */
#define CHORUS_MSG_LARGE		(1U << 4) /* in: bodies above CHORUS_BODY_MAX are meant */

#define CHORUS_MSG_MOVE			(1U << 5) /* in: @body may change hands, page by page */
#define CHORUS_MSG_COW			(1U << 6) /* in: what is sent may be shared until written to */
#define CHORUS_MSG_REP_MOVE		(1U << 7) /* in: CHORUS_MSG_MOVE of @rep_body */
#define CHORUS_MSG_REP_COW		(1U << 8) /* in: CHORUS_MSG_COW of @rep_body */

#define CHORUS_MSG_RPC			(1U << 0) /* out: the sender waits for a reply */
#define CHORUS_MSG_ANNEX		(1U << 1) /* out: the sender gave an annex */
#define CHORUS_MSG_MORE			(1U << 2) /* out: body not fetched, or not whole */
#define CHORUS_MSG_DEATH		(1U << 3) /* out: a notice: the annex is a struct chorus_death */
#define CHORUS_MSG_AGAIN		(1U << 4) /* out: a server that died had received it */
#define CHORUS_MSG_WINDOW		(1U << 5) /* out: the body is in the port's receive window */
#define CHORUS_MSG_MOVED		(1U << 6) /* out: the pages of the body are at @body */

#define CHORUS_PARTS_MAX		64	/* parts of a body */

/**
 * struct chorus_part - a part of a body, in the caller's memory
 * @addr: where
 * @size: bytes
 * @reserved: must be 0
 *
 * With CHORUS_MSG_VECTOR @body is the address of an array of these and @body_size says how many
 * there are, 0 to CHORUS_PARTS_MAX (else EINVAL): a body that is sent is gathered from them in
 * their order, one that is received is scattered into them.  CHORUS_MSG_REP_VECTOR says so
 * of @rep_body and @rep_size.  The body itself has no parts: what is sent in three may be received
 * in two, or in one.  Source: none, an extension of ours.
 */
struct chorus_part {
	__aligned_u64 addr;
	__u32 size;
	__u32 reserved;
};

/*
 * A body above CHORUS_BODY_MAX is sent only where both sides have said so, else it is EMSGSIZE:
 * who sends it by CHORUS_MSG_LARGE, who receives it by CHORUS_IOC_PORT_BODY_MAX of the port; who
 * replies with one, and the client who is to take it, both by CHORUS_MSG_LARGE.  CHORUS_BODY_LARGE_MAX
 * is the end in any case.  To groups in mode BROADCAST or with a shared queue, and to message
 * handlers, there are classic bodies only.
 */

/*
 * Bodies whose pages change hands: struct chorus_area_open.  CHORUS_MSG_MOVE and CHORUS_MSG_COW of
 * the same body are EINVAL.  Whether a body changes hands never decides whether it is sent:
 * what cannot is copied.  A message that ended with an error and with its pages, because nobody
 * has received them, gives them back to its sender; a reply does to its server.
 */

/**
 * struct chorus_ipc_send - CHORUS_IOC_IPC_SEND, asynchronous send
 * @size: sizeof(struct chorus_ipc_send)
 * @flags: CHORUS_MSG_VECTOR, CHORUS_MSG_LARGE, CHORUS_MSG_MOVE, CHORUS_MSG_COW
 * @src_li: local id of the source port stamped on the message
 * @body_size: bytes at @body, 0 to CHORUS_BODY_MAX
 * @target: destination port, or a group with one of enum chorus_ui_mode
 * @cotarget: for CHORUS_MODE_WITH any object, for CHORUS_MODE_EXCEPT a port; else must be 0
 * @annex: address of the annex, or 0
 * @body: address of the body
 *
 * Never waits for queue space: ENOBUFS at once.  A broadcast is refused as a whole (EDQUOT,
 * ENOMEM), or goes to every member there was when it began; a member whose queue is full
 * misses it, and ENOBUFS says that no member has got it.  EHOSTUNREACH: no such port; the
 * group has no member, or none the mode allows.  Source: ChorusOS ipcSend(2K).
 */
struct chorus_ipc_send {
	__u32 size;
	__u32 flags;
	__s32 src_li;
	__u32 body_size;
	struct chorus_ui target;
	struct chorus_ui cotarget;
	__aligned_u64 annex;
	__aligned_u64 body;
};
#define CHORUS_IOC_IPC_SEND		CHORUS_IOC(0x40)

/**
 * struct chorus_ipc_receive - CHORUS_IOC_IPC_RECEIVE
 * @size: sizeof(struct chorus_ipc_receive)
 * @flags: CHORUS_MSG_ABORTABLE, CHORUS_MSG_VECTOR, CHORUS_MSG_MOVE
 * @li: a port, CHORUS_LI_DEFAULT or CHORUS_LI_ANYENABLED
 * @body_size: room at @body in bytes
 * @annex: where the annex goes, or 0
 * @body: where the body goes, or 0 to leave it for CHORUS_IOC_IPC_GET_DATA
 * @timeout: nanoseconds; < 0 for ever, 0 poll
 * @deadline: see above
 * @out_li: the port the message came to
 * @out_body_size: size of the whole body
 * @out_flags: CHORUS_MSG_RPC, CHORUS_MSG_ANNEX, CHORUS_MSG_MORE, CHORUS_MSG_DEATH,
 *	CHORUS_MSG_AGAIN, CHORUS_MSG_WINDOW, CHORUS_MSG_MOVED
 * @out_slot: with CHORUS_MSG_WINDOW the slot in the window of @out_li; else 0
 * @out_seqnum: count of messages received from that port, this one included
 * @out_msg: token of the message; any thread of the actor may reply to it
 *
 * The message becomes the thread's current message and takes the place of the
 * one before, which a token can still reply to.  A body larger than @body_size
 * is cut, CHORUS_MSG_MORE is set, and the whole stays available once.  If the
 * results cannot be written (EFAULT) the message goes back to the head of its
 * queue.  Source: ChorusOS ipcReceive(2K).
 */
struct chorus_ipc_receive {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 body_size;
	__aligned_u64 annex;
	__aligned_u64 body;
	__s64 timeout;
	__aligned_u64 deadline;
	__s32 out_li;
	__u32 out_body_size;
	__u32 out_flags;
	__u32 out_slot;
	__aligned_u64 out_seqnum;
	__aligned_u64 out_msg;
};
#define CHORUS_IOC_IPC_RECEIVE		CHORUS_IOC(0x41)

/**
 * struct chorus_ipc_call - CHORUS_IOC_IPC_CALL, request and reply
 * @size: sizeof(struct chorus_ipc_call)
 * @flags: CHORUS_MSG_ABORTABLE, CHORUS_MSG_NOCYCLE, CHORUS_MSG_VECTOR, CHORUS_MSG_REP_VECTOR,
 *	CHORUS_MSG_LARGE: of request and reply; CHORUS_MSG_MOVE, CHORUS_MSG_COW; CHORUS_MSG_REP_MOVE:
 *	of the reply that is received
 * @src_li: local id of the source port
 * @body_size: bytes at @body, 0 to CHORUS_BODY_MAX
 * @target: destination port, or a group with a mode other than CHORUS_MODE_BROADCAST (EINVAL)
 * @cotarget: as in struct chorus_ipc_send
 * @annex: address of the request's annex, or 0
 * @body: address of the request's body
 * @rep_annex: where the annex of the reply goes, or 0
 * @rep_body: where the body of the reply goes
 * @rep_size: room at @rep_body in bytes
 * @reserved: must be 0
 * @timeout: nanoseconds from first entry to the reply; < 0 for ever
 * @restart: transaction of an interrupted call; see above
 * @deadline: see above
 * @out_rep_size: size of the whole reply body; what exceeds @rep_size is lost
 * @out_flags: CHORUS_MSG_ANNEX if the reply has an annex, CHORUS_MSG_MOVED
 *
 * A port with a message handler runs it on the calling thread: @timeout does not
 * bound it, and the handler's own waits obey aborts.  At most once: the request is received by at most one server, one time, and
 * the reply is the reply to this request.  Errors of the far side: EIDRM, the
 * port died with the request queued; EOWNERDEAD, the server died with the
 * request in its hands.
 *
 * With CHORUS_MSG_NOCYCLE a call that would wait for itself is EDEADLK, and nobody has received
 * the request: when it is queued, every thread that serves the port's actor is in a call
 * that waits, over one or more hops, for a thread that is in such a call, and the caller is one
 * of them.  A thread serves an actor from its first receive on; a received request is waited for
 * from the thread whose current message it is.  Looked at once, over CHORUS_CYCLE_MAX
 * threads; a cycle closed by a later call is that call's.  Source: ChorusOS ipcCall(2K); the
 * flag is an extension.
 */
#define CHORUS_CYCLE_MAX		16	/* threads looked at for CHORUS_MSG_NOCYCLE */

struct chorus_ipc_call {
	__u32 size;
	__u32 flags;
	__s32 src_li;
	__u32 body_size;
	struct chorus_ui target;
	struct chorus_ui cotarget;
	__aligned_u64 annex;
	__aligned_u64 body;
	__aligned_u64 rep_annex;
	__aligned_u64 rep_body;
	__u32 rep_size;
	__u32 reserved;
	__s64 timeout;
	__aligned_u64 restart;
	__aligned_u64 deadline;
	__u32 out_rep_size;
	__u32 out_flags;
};
#define CHORUS_IOC_IPC_CALL		CHORUS_IOC(0x42)

/**
 * struct chorus_ipc_reply - CHORUS_IOC_IPC_REPLY
 * @size: sizeof(struct chorus_ipc_reply)
 * @flags: CHORUS_MSG_VECTOR, CHORUS_MSG_LARGE, CHORUS_MSG_MOVE, CHORUS_MSG_COW
 * @body_size: bytes at @body
 * @reserved: must be 0
 * @annex: address of the annex, or 0
 * @body: address of the body
 * @msg: token of the message replied to; 0 for the current message
 *
 * Consumes the message.  EHOSTUNREACH: the caller is gone (died, timed out,
 * aborted, or its user has no room left for this reply, which it is told), the
 * message is consumed all the same.  On every other error it is kept.
 * A message that another thread is just replying to or fetching is waited for.  ENOMSG: no current message, or it was not a call.
 * Source: ChorusOS ipcReply(2K).
 */
struct chorus_ipc_reply {
	__u32 size;
	__u32 flags;
	__u32 body_size;
	__u32 reserved;
	__aligned_u64 annex;
	__aligned_u64 body;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_REPLY		CHORUS_IOC(0x43)

/**
 * struct chorus_ipc_reply_receive - CHORUS_IOC_IPC_REPLY_RECEIVE
 * @size: sizeof(struct chorus_ipc_reply_receive)
 * @flags: CHORUS_MSG_ABORTABLE, CHORUS_MSG_VECTOR, CHORUS_MSG_REP_VECTOR, CHORUS_MSG_LARGE: of the
 *	reply; CHORUS_MSG_MOVE: of what is received; CHORUS_MSG_REP_MOVE, CHORUS_MSG_REP_COW
 * @rep_size: bytes at @rep_body
 * @reserved: must be 0
 * @rep_annex: address of the reply's annex, or 0
 * @rep_body: address of the reply's body
 * @rep_msg: token of the message replied to; 0 for the current message
 * @restart: 0; 1 once the reply is done; see above
 * @li: as in struct chorus_ipc_receive, and so on down to @out_msg
 * @body_size: room at @body
 * @annex: where the annex goes
 * @body: where the body goes
 * @timeout: of the receive
 * @deadline: of the receive
 * @out_li: port
 * @out_body_size: size of the whole body
 * @out_flags: flags of the message
 * @out_slot: with CHORUS_MSG_WINDOW the slot in the window of @out_li; else 0
 * @out_seqnum: sequence number
 * @out_msg: token
 *
 * One trap for the loop of a server.  A caller that is gone does not stop the
 * receive; any other failure of the reply does, with nothing received.  @restart
 * tells after a failure which half it was: 0 the reply, 1 the receive.
 */
struct chorus_ipc_reply_receive {
	__u32 size;
	__u32 flags;
	__u32 rep_size;
	__u32 reserved;
	__aligned_u64 rep_annex;
	__aligned_u64 rep_body;
	__aligned_u64 rep_msg;
	__aligned_u64 restart;
	__s32 li;
	__u32 body_size;
	__aligned_u64 annex;
	__aligned_u64 body;
	__s64 timeout;
	__aligned_u64 deadline;
	__s32 out_li;
	__u32 out_body_size;
	__u32 out_flags;
	__u32 out_slot;
	__aligned_u64 out_seqnum;
	__aligned_u64 out_msg;
};
#define CHORUS_IOC_IPC_REPLY_RECEIVE	CHORUS_IOC(0x44)

/**
 * struct chorus_ipc_get_data - CHORUS_IOC_IPC_GET_DATA
 * @size: sizeof(struct chorus_ipc_get_data)
 * @flags: CHORUS_MSG_VECTOR
 * @body_size: room at @body
 * @out_body_size: size of the whole body
 * @body: where the body of the current message goes
 *
 * Once a message, and only if it was received with CHORUS_MSG_MORE; else
 * ENOMSG.  Source: ChorusOS ipcGetData(2K).
 */
struct chorus_ipc_get_data {
	__u32 size;
	__u32 flags;
	__u32 body_size;
	__u32 out_body_size;
	__aligned_u64 body;
};
#define CHORUS_IOC_IPC_GET_DATA		CHORUS_IOC(0x45)

/**
 * struct chorus_ipc_save - CHORUS_IOC_IPC_SAVE, CHORUS_IOC_IPC_RESTORE
 * @size: sizeof(struct chorus_ipc_save)
 * @flags: must be 0
 * @msg: IPC_SAVE: out, token of the saved message; IPC_RESTORE: in
 *
 * IPC_SAVE parks the current message (ENOMSG if there is none, EDQUOT above
 * CHORUS_SAVED_MAX saved ones of the actor); IPC_RESTORE makes a saved message
 * the current one of the calling thread (ENOENT).  A saved message can also be
 * replied to by its token.
 * Source: ChorusOS ipcSave(2K), ipcRestore(2K).
 */
struct chorus_ipc_save {
	__u32 size;
	__u32 flags;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_SAVE		CHORUS_IOC(0x46)
#define CHORUS_IOC_IPC_RESTORE		CHORUS_IOC(0x47)

/**
 * struct chorus_ipc_sysinfo - CHORUS_IOC_IPC_SYSINFO
 * @size: sizeof(struct chorus_ipc_sysinfo)
 * @flags: must be 0
 * @out_body_size: size of the body
 * @out_flags: CHORUS_MSG_RPC, CHORUS_MSG_ANNEX, CHORUS_MSG_DEATH, CHORUS_MSG_AGAIN
 * @out_src: unique identifier of the source port
 * @out_target: what the sender addressed
 * @out_cotarget: coTarget of the sender
 * @out_transid: transaction id
 * @out_actor_pi: protection id of the sending actor
 * @out_port_pi: protection id of the source port
 *
 * About the last message the thread received, also after the reply.
 * Source: ChorusOS ipcSysInfo(2K), KnMsgHead.
 */
struct chorus_ipc_sysinfo {
	__u32 size;
	__u32 flags;
	__u32 out_body_size;
	__u32 out_flags;
	struct chorus_ui out_src;
	struct chorus_ui out_target;
	struct chorus_ui out_cotarget;
	__aligned_u64 out_transid;
	struct chorus_protid out_actor_pi;
	struct chorus_protid out_port_pi;
};
#define CHORUS_IOC_IPC_SYSINFO		CHORUS_IOC(0x48)

/**
 * struct chorus_ipc_forward - CHORUS_IOC_IPC_FORWARD
 * @size: sizeof(struct chorus_ipc_forward)
 * @flags: must be 0
 * @target: a port of this site; no group
 * @msg: token of the message; 0 for the current message
 *
 * Passes a received message on as it was sent: sender, protection identifiers, annex and the
 * whole body.  A reply goes from who serves it then straight to the client, whose
 * timeout runs on.  Nobody pays again: it is the sender's message still.  A message
 * whose sender gave up meanwhile ends here, with success.  The message is kept on
 * every error: EHOSTUNREACH, no such port; ENOBUFS, its queue is full; EMSGSIZE, it takes no
 * body of this size; ENOENT, no such token; ENOMSG, no current message; EPERM, a notice of the
 * nucleus (CHORUS_MSG_DEATH), which is for its receiver, or a message whose body is the receiver's
 * memory by now (CHORUS_MSG_MOVED).  Source: none, an extension of ours.
 */
struct chorus_ipc_forward {
	__u32 size;
	__u32 flags;
	struct chorus_ui target;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_FORWARD		CHORUS_IOC(0x49)

/* ---- 0x6n: groups --------------------------------------------------------- */

/**
 * struct chorus_group_allocate - CHORUS_IOC_GROUP_ALLOCATE, the capability of a group
 * @size: sizeof(struct chorus_group_allocate)
 * @flags: must be 0
 * @type: CHORUS_UI_GROUP, CHORUS_UI_GROUP_SHARED: a fresh one; CHORUS_UI_STATGROUP_USER: the well-known one of
 *	@stamp; CHORUS_UI_STATGROUP_SYS: the same, SYSTEM actors only (else EPERM)
 * @stamp: 0 for a fresh one, else which one
 * @out_cap: its name and its key
 *
 * A message to a CHORUS_UI_GROUP_SHARED, in mode BROADCAST or ANY, is queued in the group, and
 * received by the first member that is idle.
 *
 * Makes a name and no object: a group exists while it has members.  The name of a fresh group
 * is a one-way function of its key, so that the name is enough to send, and does not give the
 * key away.  The key of a static group is a public function of its name.
 * Source: ChorusOS grpAllocate(2K).
 */
struct chorus_group_allocate {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 stamp;
	struct chorus_cap out_cap;
};
#define CHORUS_IOC_GROUP_ALLOCATE	CHORUS_IOC(0x60)

/**
 * struct chorus_group_member - CHORUS_IOC_GROUP_INSERT, CHORUS_IOC_GROUP_REMOVE
 * @size: sizeof(struct chorus_group_member)
 * @flags: must be 0
 * @cap: the group (EINVAL if it is none); its key must be right (EACCES); the mode is ignored
 * @port: a port of this site, of any actor (EHOSTUNREACH)
 *
 * To insert a member again is a success and changes nothing; to remove what is no member is
 * ENOENT.  A port is in one CHORUS_UI_GROUP_SHARED at most, and has no message handler then
 * (EBUSY).  A membership is charged to who made it, EDQUOT, and ends with the port.  Static
 * system groups are for SYSTEM actors (EPERM).
 * Source: ChorusOS grpPortInsert(2K), grpPortRemove(2K).
 */
struct chorus_group_member {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	struct chorus_ui port;
};
#define CHORUS_IOC_GROUP_INSERT		CHORUS_IOC(0x61)
#define CHORUS_IOC_GROUP_REMOVE		CHORUS_IOC(0x62)

#endif /* _UAPI_LINUX_CHORUS_IPC_H */
