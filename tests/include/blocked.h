/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every kind of blocking call, ready to be disturbed.  blocked_start() leaves the victim
 * asleep in the call; the test does to it what it wants; blocked_finish() lets the call
 * come to its end and checks that it does, once and with the right result.
 */
#ifndef BLOCKED_H
#define BLOCKED_H

#include "chorus_probe.h"
#include "scene.h"

enum blocked_kind {
	RECEIVE,		/* nobody sends */
	RECEIVE_ANY,		/* the same from any enabled port */
	CALL_QUEUED,		/* nobody receives */
	CALL_SERVED,		/* nobody replies */
	REPLY_RECEIVE,		/* the reply is done, nobody sends */
	DELAY,			/* threadDelay */
	RESOLVE,		/* nobody binds the name */
	BLOCKED_KINDS,
};

static const char * const blocked_name[] __attribute__((unused)) = {
	"receive", "receive from any", "call, queued", "call, served", "reply-and-receive",
	"threadDelay", "lapResolve",
};

struct blocked {
	enum blocked_kind kind;
	struct puppet *victim, *other;
	struct scene s;
	struct note *n;			/* what the victim does */
	long (*fn)(void *);
	struct lap_call late;		/* p_late, for RESOLVE */
	unsigned int restarts;		/* entered again after EINTR */
	long long start;		/* no later than its time began to run */
	bool over;			/* its time was over before it had been seen asleep */
};

static inline long blocked_resolve(void *note)
{
	struct note *n = note;

	n->kind = 0;
	n->resolve = (struct chorus_lap_resolve){ .timeout = n->timeout };
	strcpy(n->resolve.name, PROBE_LAP_BOUND);
	return lap_resolve(&n->resolve);
}

static inline long blocked_again_delay(void *note)
{
	return thread_delay(&((struct note *)note)->delay);
}

static inline long blocked_delay(void *note)
{
	struct note *n = note;

	n->delay = (struct chorus_thread_delay){ .timeout = n->timeout };
	return blocked_again_delay(n);
}

static inline long blocked_abort(void *note)
{
	struct note *n = note;
	struct chorus_thread_abort abort = { .flags = CHORUS_SELF, .li = n->li };

	return thread_abort(&abort);
}

static inline long blocked_li(void *note)
{
	struct chorus_thread_self self = { 0 };
	long result = thread_self(&self);

	((struct note *)note)->li = self.out_li;
	return result;
}

/* Bind or unbind the name that RESOLVE waits for. */
static inline void blocked_bind(struct blocked *b, long long ms)
{
	struct probe_arg *arg = b->late.arg;
	struct lap_call *c = SHARED(struct lap_call);

	arg->value = ms;
	*c = b->late;
	EXPECT(run(b->other, do_invoke, c), 0);
}

static inline long blocked_find_late(void *lap_call)
{
	struct lap_call *c = lap_call;

	return find_lap(PROBE_LAP_LATE, 0, &c->desc);
}

/* 0 if this kind cannot be had here. */
static inline bool blocked_start(struct blocked *b, enum blocked_kind kind, long long timeout,
				 unsigned int flags)
{
	struct chorus_port_enable *e;
	struct lap_call *late;
	struct note *send;
	long result;

	memset(b, 0, sizeof(*b));
	b->kind = kind;
	b->s = scene_new();
	switch (kind) {
	case RECEIVE:
	case RECEIVE_ANY:
		b->victim = b->s.server;
		b->other = b->s.client;
		b->n = b->s.receive;
		b->fn = note_receive;
		if (kind == RECEIVE_ANY) {
			e = SHARED(struct chorus_port_enable);
			e->li = b->s.li;
			MUST(run(b->victim, do_port_enable, e));
			b->n->li = CHORUS_LI_ANYENABLED;
		}
		break;
	case CALL_QUEUED:
	case CALL_SERVED:
		b->victim = b->s.client;
		b->other = b->s.server;
		b->n = b->s.call;
		b->fn = note_call;
		break;
	case REPLY_RECEIVE:
		b->victim = b->s.server;
		b->other = b->s.client;
		b->n = b->s.receive;
		b->fn = note_reply_receive;
		begin(b->other, note_call, b->s.call);
		MUST(run(b->victim, note_receive, b->n));
		b->n->msg = 0;
		b->n->value = 0x4444;
		break;
	case DELAY:
		/* The actor's other thread ends it. */
		b->victim = b->s.client;
		b->other = puppet_thread(b->s.client);
		b->n = b->s.call;
		b->fn = blocked_delay;
		MUST(run(b->victim, blocked_li, b->n));
		break;
	default:
		b->victim = b->s.client;
		b->other = b->s.server;
		b->n = b->s.call;
		b->fn = blocked_resolve;
		late = SHARED(struct lap_call);
		if (run(b->other, blocked_find_late, late))
			return false;
		b->late = *late;
		b->late.arg = SHARED(struct probe_arg);
		b->late.size = sizeof(struct probe_arg);
		blocked_bind(b, 0);
	}
	b->n->timeout = timeout;
	b->n->flags = flags;
	b->start = now_ns();
	begin(b->victim, b->fn, b->n);
	b->over = !try_wait_blocked(b->victim);
	if (kind == CALL_SERVED && !b->over) {
		send = b->s.receive;
		send->timeout = timeout;
		result = run(b->other, note_receive, send);
		b->over = result == -ETIMEDOUT;
		if (!b->over) {
			MUST(result);
			REQUIRE(send->got == b->n->value);
			b->over = !try_wait_blocked(b->victim);
		}
		send->timeout = FOREVER;
	}
	if (b->over) {
		REQUIRE(timeout > 0, "%s: it did not block", blocked_name[kind]);
		EXPECT(end(b->victim), -ETIMEDOUT);
		return true;
	}
	if (kind == REPLY_RECEIVE) {
		EXPECT(end(b->other), 0);
		CHECK(b->s.call->got == 0x4444);
	}
	return true;
}

static inline void blocked_end(struct blocked *b)
{
	kill_puppet(b->s.server);
	kill_puppet(b->s.client);
}

/* With a bound of @timeout, or as much more as it takes to be seen asleep; 0: cannot be had here. */
static inline long long blocked_start_timed(struct blocked *b, enum blocked_kind kind,
					    long long timeout)
{
	for (; blocked_start(b, kind, timeout, 0); timeout *= 2) {
		if (!b->over)
			return timeout;
		blocked_end(b);
	}
	return 0;
}

static inline void blocked_enter_again(struct blocked *b)
{
	begin(b->victim, b->kind == DELAY ? blocked_again_delay : note_again, b->n);
}

/* The call that ended with EINTR is entered again with what the nucleus left in it. */
static inline void blocked_again(struct blocked *b)
{
	b->restarts++;
	blocked_enter_again(b);
	wait_blocked(b->victim);
}

static inline void blocked_finish(struct blocked *b)
{
	struct note *n = SHARED(struct note);

	switch (b->kind) {
	case RECEIVE:
	case RECEIVE_ANY:
	case REPLY_RECEIVE:
		n->to = b->s.port;
		n->value = 0x5555;
		EXPECT(run(b->other, note_send, n), 0);
		EXPECT(end(b->victim), 0);
		CHECK(b->n->got == 0x5555 && b->n->got_li == b->s.li, "%s: got %llx",
		      blocked_name[b->kind], (unsigned long long)b->n->got);
		scene_empty(&b->s);
		break;
	case CALL_QUEUED:
		EXPECT(run(b->other, note_receive, b->s.receive), 0);
		CHECK(b->s.receive->got == b->n->value);
		__attribute__((fallthrough));
	case CALL_SERVED:
		scene_empty(&b->s);		/* once, not twice */
		EXPECT(scene_reply(&b->s, 0x6666), 0);
		EXPECT(end(b->victim), 0);
		CHECK(b->n->got == 0x6666);
		scene_empty(&b->s);
		break;
	case DELAY:
		EXPECT(run(b->other, blocked_abort, b->n), 0);
		EXPECT(end(b->victim), -ECANCELED);
		break;
	default:
		blocked_bind(b, 1);
		EXPECT(end(b->victim), 0);
		CHECK(b->n->resolve.out_desc.lap.head >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_LAP);
		blocked_bind(b, 0);
	}
}

/* The rig looks for this word and repeats the program with the test build. */
static inline void blocked_left_out(int kind)
{
	selftest_note("SKIP %s: no chorus_probe.ko", blocked_name[kind]);
}

/* Run disturb() on every kind of blocked call and see that it survives. */
static inline void blocked_sweep(void (*disturb)(struct blocked *b))
{
	struct blocked b;

	for (int kind = 0; kind < BLOCKED_KINDS; kind++) {
		if (!blocked_start(&b, kind, FOREVER, 0)) {
			blocked_left_out(kind);
			blocked_end(&b);
			continue;
		}
		selftest_note("%s", blocked_name[kind]);
		disturb(&b);
		blocked_finish(&b);
		blocked_end(&b);
	}
}

#endif /* BLOCKED_H */
