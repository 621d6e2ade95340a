/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: The loop of a server (extension)
 *
 * Most servers receive, work, reply, for ever.  chorus_server_loop() does that
 * with one trap a request and leaves only the work to be written.  Several
 * threads may run the loop on one port.  chorus_servers_loop() serves several ports,
 * and may go by io_uring: then requests that are there together cost less than a trap each.
 */
#ifndef CHORUS_EXT_CHSERVER_H
#define CHORUS_EXT_CHSERVER_H

#include <chError.h>
#include <chTypes.h>
#include <ext/chMsg.h>
#include <ipc/chIpc.h>

/* What a server's function returns, beside a negative code. */
#define CHORUS_REPLY	0	/* send the reply, go on */
#define CHORUS_NOREPLY	1	/* go on; somebody replies by token, or nobody does */
#define CHORUS_STOP	2	/* send the reply, leave the loop with K_OK */

/**
 * struct ChorusRequest - a message to work on
 * @msg: bodyAddr and bodySize: what was received, valid until the function
 *	returns; annexAddr: K_CMSGANNEXSIZE bytes, zero if none was sent; flags:
 *	K_MSG_RPC, K_MSG_ANNEX, K_MSG_MORE; seqNum
 * @portLi: the port it came to
 * @reserved: 0
 * @token: for chorus_ipc_reply() by whoever finishes the work
 */
typedef struct ChorusRequest {
	KnMsgDesc msg;
	int portLi;
	int reserved;
	ChorusToken token;
} ChorusRequest;

/**
 * typedef ChorusServerFn - the work of a server
 * @cookie: of the struct ChorusServer
 * @request: the message; it is the thread's current message, unless it came by a ring
 * @reply: empty; the function points it at the reply, which must stay valid
 *	after it returns: memory of the server, or the request's own buffers
 *
 * The reply is ignored if the sender does not wait for one.  Returns
 * CHORUS_REPLY, CHORUS_NOREPLY, CHORUS_STOP, or a negative code: the loop then
 * ends with that code and does not reply; a caller that waits gets K_EDEAD at
 * the latest when the actor dies.
 */
typedef int (*ChorusServerFn)(void *cookie, const ChorusRequest *request,
			      KnMsgDesc *reply);

/**
 * struct ChorusServer - a server
 * @portLi: a port, K_DEFAULTPORT or K_ANYENABLED
 * @flags: K_ABORTABLE: threadAbort() ends the loop with K_EABORT
 * @bodyMax: bytes of the request buffer, 0 for K_CMSGSIZEMAX; a longer body is
 *	cut, and the function may fetch the whole by ipcGetData()
 * @reserved: must be 0
 * @serve: the work
 * @cookie: its first argument
 */
typedef struct ChorusServer {
	int portLi;
	unsigned int flags;
	unsigned int bodyMax;
	unsigned int reserved;
	ChorusServerFn serve;
	void *cookie;
} ChorusServer;

/**
 * struct ChorusLend - what a port takes of its callers' priority
 * @rt: highest real-time priority taken, 1 to 99, or 0 for none
 * @nice: least nice value taken, -20 to 19; 19 takes none
 */
typedef struct ChorusLend {
	unsigned int rt;
	int nice;
} ChorusLend;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_server_loop - serve until something ends it
 * @server: the server, unchanged
 *
 * Returns K_OK after CHORUS_STOP, the function's negative code, or the reason
 * the receive or a reply failed: K_ENOPORT, K_EABORT, K_EINTR (no request and
 * no reply is lost; call again to go on), K_ENOMEM, and for a bad reply
 * K_EFAULT or K_ETOOMUCH.
 */
int chorus_server_loop(const ChorusServer *server);

/**
 * chorus_servers_loop - serve several ports, by io_uring if asked for and there
 * @servers: one for each port, with the same flags; a port only once
 * @count: how many
 * @options: 0 or CHORUS_BY_RING (ext/chBatch.h)
 *
 * Of more than one server the ports must be enabled (portEnable()), and no other port of
 * the actor; their priorities hold.  By a ring the message is not the thread's current one:
 * ipcReply(), ipcGetData(), ipcSave() and ipcSysInfo() do not see it, its token does, and a
 * signal does not end the loop; requests that are there together are served in any order, as
 * by several threads.  With K_ABORTABLE, or where no ring can be had, the loop goes
 * by ioctl.  Whatever ends the loop, what it has received is served before.
 *
 * Returns as chorus_server_loop(), and K_EINVAL for a message to a port without server.
 */
int chorus_servers_loop(const ChorusServer *servers, unsigned int count, unsigned int options);

/**
 * chorus_port_lend - serve callers with their priority
 * @portli: a port of the caller's
 * @set: the limits, or null to ask
 * @was: the limits before, or null
 *
 * A thread that serves a call to the port is as urgent as the caller, within
 * the limits, until it replies.  K_EPRIV: more than the process could give
 * itself; K_EINVAL: no such port, or a limit that cannot be.
 */
int chorus_port_lend(int portli, const ChorusLend *set, ChorusLend *was);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHSERVER_H */
