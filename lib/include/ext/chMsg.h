/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Messages beyond ChorusOS (extensions)
 *
 * Three things ChorusOS lacks: a message has a token, by which any thread of
 * the actor may reply to it, current or not; a server replies and receives in
 * one trap; a call interrupted by a signal can be resumed without being sent
 * again.  Timeouts are in nanoseconds: negative waits for ever, 0 not at all.
 */
#ifndef CHORUS_EXT_CHMSG_H
#define CHORUS_EXT_CHMSG_H

#include <chError.h>
#include <chTypes.h>
#include <ipc/chIpc.h>

/** typedef ChorusToken - names a received message; 0 is the current message */
typedef uint64_t ChorusToken;

/**
 * struct ChorusResume - an interrupted call, opaque
 *
 * All zero before the first chorus_ipc_call(); owned by the library until
 * that returns anything but K_EINTR, after which it is all zero again.  It
 * belongs to the thread that called.
 */
typedef struct ChorusResume {
	uint64_t restart;
	uint64_t deadline;
} ChorusResume;

#define K_CMSGPARTSMAX	64	/* parts of a body */

/**
 * struct ChorusPart - a part of a body, made by CHORUS_PART()
 * @addr: where
 * @size: bytes
 * @reserved: 0
 *
 * With K_PARTS in the flags of a KnMsgDesc its bodyAddr is an array of these
 * and its bodySize says how many, up to K_CMSGPARTSMAX.  A body that is sent is
 * gathered from them in their order, one that is received is scattered into
 * them.  The body itself has no parts.
 */
typedef struct ChorusPart {
	uint64_t addr;
	uint32_t size;
	uint32_t reserved;
} ChorusPart;

#define CHORUS_PART(addr, size)	{ (uint64_t)(uintptr_t)(addr), (uint32_t)(size), 0 }

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_ipc_receive - ipcReceive() with nanoseconds and a token
 * @msg: as for ipcReceive()
 * @portli: as for ipcReceive()
 * @timeout: nanoseconds
 * @token: where the message's token goes, or null
 */
int chorus_ipc_receive(KnMsgDesc *msg, int *portli, int64_t timeout,
		       ChorusToken *token);

/**
 * chorus_ipc_call - ipcCall() with nanoseconds, resumable
 * @request: as for ipcCall()
 * @srcportli: as for ipcCall()
 * @dest: as for ipcCall()
 * @reply: as for ipcCall()
 * @timeout: nanoseconds from the first entry to the reply
 * @resume: null, or the state of the call
 *
 * After K_EINTR call again with the same arguments and the same @resume to
 * wait on for the same reply; the request is not sent again.  To give up
 * instead, zero *@resume.  The nucleus keeps the 4 youngest interrupted calls
 * of a thread.
 */
int chorus_ipc_call(const KnMsgDesc *request, int srcportli,
		    const KnIpcDest *dest, KnMsgDesc *reply, int64_t timeout,
		    ChorusResume *resume);

/**
 * chorus_ipc_reply - ipcReply() to any received message
 * @token: the message, or 0 for the current one
 * @msg: the reply
 *
 * Any thread of the actor.  Codes as for ipcReply().
 */
int chorus_ipc_reply(ChorusToken token, const KnMsgDesc *msg);

/**
 * ipcForward - pass the current message on to another port
 * @target: a port, not a group
 *
 * As its sender sent it: whoever receives it next reads the sender's stamp in
 * ipcSysInfo(), and a reply goes straight to the client, whose delay runs on.
 * K_OK also when the sender has given up meanwhile: then the message ends
 * here.  K_EUNKNOWN: no such port; K_EFULL: no room in its queue; K_EINVAL:
 * there is no current message.  After an error it is current still.  Any
 * thread.  Source: none, an extension.
 */
int ipcForward(const KnUniqueId *target);

/**
 * chorus_ipc_forward - ipcForward() of any received message
 * @token: the message, or 0 for the current one
 * @target: a port
 *
 * Any thread of the actor.  Codes as for ipcForward().
 */
int chorus_ipc_forward(ChorusToken token, const KnUniqueId *target);

/**
 * ipcReplyReceive - ipcReply() and ipcReceive() in one trap
 * @reply: the reply to the current message
 * @msg: where the next message shall go, and K_ABORTABLE
 * @portli: as for ipcReceive()
 * @delay: milliseconds, of the receive
 *
 * Returns as ipcReceive() does.  A caller that is gone does not stop the
 * receive; any other failure of the reply does.  After K_ETIMEOUT, K_EABORT,
 * K_EINTR and K_ENOPORT the reply has been sent: go on with ipcReceive().
 */
int ipcReplyReceive(const KnMsgDesc *reply, KnMsgDesc *msg, int *portli,
		    int delay);

/**
 * chorus_ipc_reply_receive - ipcReplyReceive() by token, in nanoseconds
 * @token: the message replied to, or 0 for the current one
 * @reply: the reply
 * @msg: as for ipcReceive()
 * @portli: as for ipcReceive()
 * @timeout: nanoseconds, of the receive
 * @next: where the token of the message received goes, or null
 */
int chorus_ipc_reply_receive(ChorusToken token, const KnMsgDesc *reply,
			     KnMsgDesc *msg, int *portli, int64_t timeout,
			     ChorusToken *next);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHMSG_H */
