// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The loop of a server.
 */
#include <stdlib.h>
#include <string.h>

#include <ext/chServer.h>

#include "internal.h"

/*
 * Replies to a message and, unless told to stop, takes the next one in the
 * same trap.  The token is used although the message is the current one: the
 * server's function may have received messages of its own meanwhile.
 */
static int answer(const ChorusRequest *req, const KnMsgDesc *reply,
		  KnMsgDesc *msg, int *portli, ChorusToken *token, int stop)
{
	int ret;

	if (!stop)
		return chorus_ipc_reply_receive(req->token, reply, msg, portli,
						-1, token);
	ret = chorus_ipc_reply(req->token, reply);
	/* A caller that has gone is no failure of the server. */
	return ret == K_EUNKNOWN ? K_OK : ret;
}

static int serve_all(const ChorusServer *server, void *body, unsigned int size)
{
	char annex[K_CMSGANNEXSIZE];
	KnMsgDesc msg = {
		.flags = server->flags,
		.bodySize = size,
		.bodyAddr = body,
		.annexAddr = annex,
	};
	int portli = server->portLi;
	ChorusToken token = 0;
	int ret;

	ret = chorus_ipc_receive(&msg, &portli, -1, &token);
	while (ret >= 0) {
		ChorusRequest req = {
			.msg = msg, .portLi = portli, .token = token,
		};
		KnMsgDesc reply = { .flags = 0 };
		int verdict, wants;

		req.msg.bodySize = (unsigned int)ret;
		wants = msg.flags & K_MSG_RPC;
		verdict = server->serve(server->cookie, &req, &reply);
		if (verdict < 0)
			return verdict;
		if (verdict > CHORUS_STOP)
			return K_EINVAL;
		portli = server->portLi;
		if (wants && verdict != CHORUS_NOREPLY)
			ret = answer(&req, &reply, &msg, &portli, &token,
				     verdict == CHORUS_STOP);
		else if (verdict != CHORUS_STOP)
			ret = chorus_ipc_receive(&msg, &portli, -1, &token);
		else
			ret = K_OK;
		if (verdict == CHORUS_STOP)
			break;
	}
	return ret;
}

int chorus_server_loop(const ChorusServer *server)
{
	unsigned int size;
	void *body;
	int ret;

	if (!server || !server->serve)
		return K_EFAULT;
	if (server->reserved || server->bodyMax > K_CMSGSIZEMAX ||
	    server->flags & ~K_ABORTABLE)
		return K_EINVAL;
	size = server->bodyMax ? server->bodyMax : K_CMSGSIZEMAX;
	body = malloc(size);
	if (!body)
		return K_ENOMEM;
	ret = serve_all(server, body, size);
	free(body);
	return ret;
}
