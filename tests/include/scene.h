/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenes that many tests begin with: a server, a client, and a call between them. */
#ifndef SCENE_H
#define SCENE_H

#include "selftest.h"

struct scene {
	struct puppet *server, *client;
	struct chorus_ui port;
	int li;				/* of the port, in the server */
	struct note *call, *receive;	/* what the client does, what the server does */
};

/* A server with a port and a client; nobody does anything yet. */
static inline struct scene scene_new(void)
{
	struct scene s = { .server = puppet_actor(), .client = puppet_actor() };

	/* So that somebody is free in each when the first thread sleeps. */
	puppet_thread(s.server);
	puppet_thread(s.client);
	s.li = puppet_port(s.server, &s.port);
	s.call = SHARED(struct note);
	s.call->to = s.port;
	s.call->timeout = FOREVER;
	s.call->value = 0x1111;
	s.receive = SHARED(struct note);
	s.receive->li = s.li;
	s.receive->timeout = FOREVER;
	return s;
}

/* The client's request lies in the queue and the client sleeps. */
static inline struct scene scene_queued(void)
{
	struct scene s = scene_new();

	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	return s;
}

/* The server has the request in its hands and the client sleeps. */
static inline struct scene scene_served(void)
{
	struct scene s = scene_queued();

	MUST(run(s.server, note_receive, s.receive));
	REQUIRE(s.receive->got == s.call->value);
	return s;
}

/*
 * As scene_served(), with a call that gives up after @timeout, or a multiple: a server that comes too late
 * for it would wait for ever.
 */
static inline void scene_served_for(struct scene *s, long long timeout)
{
	long result;

	for (;; timeout *= 2) {
		s->call->timeout = s->receive->timeout = timeout;
		begin(s->client, note_call, s->call);
		result = run(s->server, note_receive, s->receive);
		if (result != -ETIMEDOUT)
			break;
		EXPECT(end(s->client), -ETIMEDOUT);
	}
	MUST(result);
	s->receive->timeout = FOREVER;
}

/* The server waits for a request. */
static inline struct scene scene_waiting(void)
{
	struct scene s = scene_new();

	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	return s;
}

static inline long scene_reply(struct scene *s, __u64 value)
{
	struct note *reply = SHARED(struct note);

	reply->msg = s->receive->msg;
	reply->value = value;
	return run(s->server, note_reply, reply);
}

/* Nothing (more) is queued at the server's port. */
static inline void scene_empty(struct scene *s)
{
	struct note *poll = SHARED(struct note);

	poll->li = s->li;
	poll->timeout = POLL;
	EXPECT(run(s->server, note_receive, poll), -ETIMEDOUT);
}

/* A whole call and reply: both are well. */
static inline void scene_round_trip(struct scene *s)
{
	s->call->value += 0x10;
	s->call->timeout = FOREVER;
	s->receive->timeout = FOREVER;
	begin(s->client, note_call, s->call);
	EXPECT(run(s->server, note_receive, s->receive), 0);
	CHECK(s->receive->got == s->call->value);
	EXPECT(scene_reply(s, s->call->value + 1), 0);
	EXPECT(end(s->client), 0);
	CHECK(s->call->got == s->call->value + 1);
}

/* For puppets: 1 if the thread was marked by threadAbort, and is not any more. */
static inline long do_is_marked(void *unused)
{
	struct chorus_thread_aborted a = { 0 };
	int result = thread_aborted(&a);

	return result ?: (long)a.out_aborted;
}

/*
 * One request: 2 if it was answered, 1 if its client was gone and the thread marked for it, 0 if it was gone
 * without a mark; 3 would be both.
 */
static inline long do_serve_marked(void *note)
{
	struct note *n = note;
	long result = note_receive(n), marked;

	if (result)
		return result;
	marked = do_is_marked(NULL);
	result = reply_number(0, ~n->got);
	/* The abort may come between our look and the reply. */
	marked |= do_is_marked(NULL);
	return result == -EHOSTUNREACH ? marked : result ?: 2 + marked;
}

/* A server that answers every request with its complement, until it cannot. */
static inline long do_serve_all(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	while (!result) {
		n->value = ~n->got;
		n->msg = 0;
		result = note_reply_receive(n);
	}
	return result;
}

/* The local id of a puppet's thread, asked while it is free. */
static inline int thread_li(struct puppet *p)
{
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);

	MUST(run(p, do_thread_self, self));
	return self->out_li;
}

/* How to abort the first thread of a puppet that will be asleep; the TEST is an actor. */
static inline struct chorus_thread_abort abort_of(struct puppet *p)
{
	return (struct chorus_thread_abort){ .cap = puppet_capability(p), .li = thread_li(p) };
}

#endif /* SCENE_H */
