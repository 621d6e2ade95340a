// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The loop of a server by a ring.
 *
 * Some receives are always with the nucleus, each with a buffer of its own: a *slot*.
 * A request that comes back in one is served, and its reply goes with the slot's next
 * receive.  What is ready at the same time is served together, with one system call
 * for all its replies and receives.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ext/chServer.h>

#include "internal.h"

#define SLOTS		4
#define REPLIED		1	/* as restart: there is nothing to reply to */

struct slot {
	struct chorus_ipc_reply_receive cmd;
	int given;			/* the nucleus has it */
	char *body;
	char annex[K_CMSGANNEXSIZE];
};

struct loop {
	struct chorus_ring *ring;
	const struct chorus_serving *serving;
	struct slot slots[SLOTS];
	int stopping;
	int code;			/* of the end */
};

static void stop(struct loop *l, int code)
{
	if (!l->stopping)
		l->code = code;
	l->stopping = 1;
}

/* Receives into the slot, after a reply if @reply is there. */
static void give(struct loop *l, struct slot *s, const KnMsgDesc *reply, ChorusToken token)
{
	int ret;

	s->cmd = (struct chorus_ipc_reply_receive){
		.size = sizeof(s->cmd),
		.flags = reply ? chorus_reply_flags(reply) : 0,
		.rep_size = reply ? reply->bodySize : 0,
		.rep_annex = reply ? chorus_address(reply->annexAddr) : 0,
		.rep_body = reply ? chorus_address(reply->bodyAddr) : 0,
		.rep_msg = token,
		.restart = reply ? 0 : REPLIED,
		.li = l->serving->portli,
		.body_size = l->serving->size,
		.annex = chorus_address(s->annex),
		.body = chorus_address(s->body),
		.timeout = -1,
	};
	ret = chorus_ring_add(l->ring, CHORUS_IOC_IPC_REPLY_RECEIVE, &s->cmd, s);
	s->given = !ret;
	if (ret)
		stop(l, ret);
}

static int within(const void *p, size_t size, const char *start, size_t room)
{
	uint64_t at = chorus_address(p) - chorus_address(start);

	return at <= room && size <= room - at;
}

/* Will the reply still be there when the next request has been served? */
static int stays(const struct loop *l, const struct slot *s, const KnMsgDesc *reply)
{
	return !(reply->flags & K_PARTS) &&
	       (!reply->bodySize ||
		within(reply->bodyAddr, reply->bodySize, s->body, l->serving->size)) &&
	       (!reply->annexAddr ||
		within(reply->annexAddr, K_CMSGANNEXSIZE, s->annex, K_CMSGANNEXSIZE));
}

static void answer(struct loop *l, struct slot *s, const KnMsgDesc *reply, ChorusToken token,
		   int last)
{
	int ret;

	if (last) {
		ret = chorus_ipc_reply(token, reply);
		if (ret && ret != K_EUNKNOWN)	/* a caller that has gone is no failure */
			stop(l, ret);
		return;
	}
	give(l, s, reply, token);
	if (!stays(l, s, reply)) {
		ret = chorus_ring_submit(l->ring);
		if (ret)
			stop(l, ret);
	}
}

static void serve(struct loop *l, struct slot *s)
{
	const ChorusServer *server = chorus_server_of(l->serving, s->cmd.out_li);
	KnMsgDesc reply = { .flags = 0 };
	ChorusRequest req = {
		.msg = {
			.flags = 0, .bodySize = l->serving->size, .bodyAddr = s->body,
			.annexAddr = s->annex,
		},
		.portLi = s->cmd.out_li,
		.token = s->cmd.out_msg,
	};
	int verdict;

	if (!server) {
		stop(l, K_EINVAL);
		return;
	}
	req.msg.bodySize = (unsigned int)chorus_take_request(&s->cmd, &req.msg);
	verdict = server->serve(server->cookie, &req, &reply);
	if (verdict < 0 || verdict > CHORUS_STOP) {
		stop(l, verdict < 0 ? verdict : K_EINVAL);
		return;
	}
	if (verdict == CHORUS_STOP)
		stop(l, K_OK);
	if (req.msg.flags & K_MSG_RPC && verdict != CHORUS_NOREPLY)
		answer(l, s, &reply, req.token, l->stopping);
	else if (!l->stopping)
		give(l, s, NULL, 0);
}

/* Receives that wait are taken back; what has come meanwhile is served. */
static int cancel(struct loop *l)
{
	int given = 0;

	for (int i = 0; i < SLOTS; i++) {
		if (!l->slots[i].given)
			continue;
		given = 1;
		chorus_ring_cancel(l->ring, &l->slots[i]);
	}
	return given;
}

static int any_given(const struct loop *l)
{
	for (int i = 0; i < SLOTS; i++)
		if (l->slots[i].given)
			return 1;
	return 0;
}

static int failed(const struct slot *s, int error)
{
	int code = chorus_code(error);

	/* As by ioctl: to receive from a port with a handler is K_EINVAL. */
	return code == K_EBUSY && s->cmd.restart == REPLIED ? K_EINVAL : code;
}

static int run(struct loop *l)
{
	int cancelled = 0, error, ret;
	struct slot *s;
	void *cookie;

	for (int i = 0; i < SLOTS; i++)
		give(l, &l->slots[i], NULL, 0);
	while (any_given(l)) {
		if (l->stopping && !cancelled)
			cancelled = cancel(l);
		ret = chorus_ring_next(l->ring, &cookie, &error);
		if (ret)
			return ret;	/* the ring itself: its close takes all back */
		if (!cookie) {
			/* 6.1 does not find what a worker takes from its list just now. */
			if (error == ENOENT)
				cancelled = 0;
			continue;
		}
		s = cookie;
		s->given = 0;
		if (!error)
			serve(l, s);
		else if (cancelled && (error == EINTR || error == ECANCELED))
			continue;
		else if (error == EINTR && s->cmd.restart == REPLIED && !l->stopping)
			give(l, s, NULL, 0);	/* the process was stopped and went on */
		else
			stop(l, failed(s, error));
	}
	return l->code;
}

int chorus_serve_by_ring(struct chorus_ring *ring, const struct chorus_serving *serving)
{
	struct loop *l = calloc(1, sizeof(*l));
	int i, ret = K_ENOMEM;

	if (!l)
		return ret;
	l->ring = ring;
	l->serving = serving;
	for (i = 0; i < SLOTS; i++) {
		l->slots[i].body = malloc(serving->size);
		if (!l->slots[i].body)
			break;
	}
	if (i == SLOTS)
		ret = run(l);
	/* A ring that failed may still write there. */
	if (any_given(l))
		return ret;
	for (i = 0; i < SLOTS; i++)
		free(l->slots[i].body);
	free(l);
	return ret;
}
