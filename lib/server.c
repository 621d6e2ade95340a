// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The loop of a server.
 */
#include <stdlib.h>
#include <string.h>

#include <ext/chBatch.h>
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

const ChorusServer *chorus_server_of(const struct chorus_serving *serving, int portli)
{
	unsigned int i;

	if (serving->count == 1)
		return serving->servers;
	for (i = 0; i < serving->count; i++)
		if (serving->servers[i].portLi == portli)
			return &serving->servers[i];
	return NULL;
}

static int serve_all(const struct chorus_serving *serving, void *body)
{
	char annex[K_CMSGANNEXSIZE];
	KnMsgDesc msg = {
		.flags = serving->servers->flags,
		.bodySize = serving->size,
		.bodyAddr = body,
		.annexAddr = annex,
	};
	const ChorusServer *server;
	int portli = serving->portli;
	ChorusToken token = 0;
	int ret;

	ret = chorus_ipc_receive(&msg, &portli, -1, &token);
	while (ret >= 0) {
		ChorusRequest req = {
			.msg = msg, .portLi = portli, .token = token,
		};
		KnMsgDesc reply = { .flags = 0 };
		int verdict, wants;

		server = chorus_server_of(serving, portli);
		if (!server)
			return K_EINVAL;
		req.msg.bodySize = (unsigned int)ret;
		wants = msg.flags & K_MSG_RPC;
		verdict = server->serve(server->cookie, &req, &reply);
		if (verdict < 0)
			return verdict;
		if (verdict > CHORUS_STOP)
			return K_EINVAL;
		portli = serving->portli;
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

static int judge(const ChorusServer *server, struct chorus_serving *serving)
{
	unsigned int size = server->bodyMax ? server->bodyMax : K_CMSGSIZEMAX;

	if (!server->serve)
		return K_EFAULT;
	if (server->reserved || server->bodyMax > K_CMSGSIZEMAX ||
	    server->flags & ~K_ABORTABLE)
		return K_EINVAL;
	/* They receive together: with one buffer, and as one. */
	if (server->flags != serving->servers->flags ||
	    (serving->count > 1 && server->portLi == K_ANYENABLED))
		return K_EINVAL;
	if (size > serving->size)
		serving->size = size;
	return K_OK;
}

static int serve_by_ioctl(const struct chorus_serving *serving)
{
	void *body = malloc(serving->size);
	int ret;

	if (!body)
		return K_ENOMEM;
	ret = serve_all(serving, body);
	free(body);
	return ret;
}

/* threadAbort() finds no thread in a ring. */
static struct chorus_ring *ring_for(const struct chorus_serving *serving, unsigned int options)
{
	if (!(options & CHORUS_BY_RING) || serving->servers->flags & K_ABORTABLE)
		return NULL;
	return chorus_ring_open(CHORUS_SERVER_ENTRIES);
}

int chorus_servers_loop(const ChorusServer *servers, unsigned int count, unsigned int options)
{
	struct chorus_serving serving = { .servers = servers, .count = count };
	struct chorus_ring *ring;
	unsigned int i;
	int ret;

	if (!servers)
		return K_EFAULT;
	if (!count || options & ~CHORUS_BY_RING)
		return K_EINVAL;
	for (i = 0; i < count; i++) {
		ret = judge(&servers[i], &serving);
		if (ret)
			return ret;
	}
	serving.portli = count == 1 ? servers->portLi : K_ANYENABLED;
	ring = ring_for(&serving, options);
	if (!ring)
		return serve_by_ioctl(&serving);
	ret = chorus_serve_by_ring(ring, &serving);
	chorus_ring_close(ring);
	return ret;
}

int chorus_server_loop(const ChorusServer *server)
{
	return chorus_servers_loop(server, 1, 0);
}
