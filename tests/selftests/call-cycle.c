// SPDX-License-Identifier: GPL-2.0-or-later
/* A call that would wait for itself is reported to a caller who asks, and to nobody else. */
#include "scene.h"

#define HOPS	4

/* An actor that serves one port with one thread, and the message it has. */
struct member {
	struct puppet *puppet;
	struct chorus_ui ui;
	struct note *receive, *call;
};

static struct member member_new(void)
{
	struct member m = { .puppet = puppet_actor() };

	/* A thread that the nucleus knows and that never receives makes no difference. */
	MUST(run(puppet_thread(m.puppet), do_thread_self, SHARED(struct chorus_thread_self)));
	m.receive = SHARED(struct note);
	m.call = SHARED(struct note);
	m.receive->li = puppet_port(m.puppet, &m.ui);
	m.receive->timeout = FOREVER;
	m.call->timeout = FOREVER;
	return m;
}

/* @from is in a call that @to has received. */
static void call_served(struct member *from, struct member *to)
{
	from->call->to = to->ui;
	begin(from->puppet, note_call, from->call);
	MUST(run(to->puppet, note_receive, to->receive));
	wait_blocked(from->puppet);
}

static long call_asking(struct member *from, struct member *to)
{
	from->call->to = to->ui;
	from->call->flags = CHORUS_MSG_NOCYCLE;
	return run(from->puppet, note_call, from->call);
}

static void answer(struct member *server, struct member *client)
{
	struct note *reply = SHARED(struct note);

	reply->msg = server->receive->msg;
	EXPECT(run(server->puppet, note_reply, reply), 0);
	EXPECT(end(client->puppet), 0);
}

/* One message through the port, so that its thread has served before; nothing is left. */
static void serve_once(struct member *m)
{
	m->call->to = m->ui;
	MUST(run(m->puppet, note_send, m->call));
	MUST(run(m->puppet, note_receive, m->receive));
}

TEST(back, "A calls B, and B calls A, which has no other thread to serve: EDEADLK")
{
	struct member a = member_new(), b = member_new();
	struct note *poll = SHARED(struct note);

	serve_once(&a);
	call_served(&a, &b);
	EXPECT(call_asking(&b, &a), -EDEADLK);
	/* And once more: nothing of it is left. */
	EXPECT(call_asking(&b, &a), -EDEADLK);
	answer(&b, &a);
	poll->li = a.receive->li;
	poll->timeout = POLL;
	EXPECT(run(a.puppet, note_receive, poll), -ETIMEDOUT);
	/* A is free now: the same call is a good one. */
	begin(b.puppet, note_call, b.call);
	MUST(run(a.puppet, note_receive, a.receive));
	answer(&a, &b);
}

TEST(own, "a call to its own port, from the only thread that serves it")
{
	struct member a = member_new();

	serve_once(&a);
	EXPECT(call_asking(&a, &a), -EDEADLK);
}

TEST(hops, "over two to three hops, to whichever member of the chain")
{
	for (int hops = 3; hops <= HOPS; hops++) {
		struct member m[HOPS];

		for (int i = 0; i < hops; i++) {
			m[i] = member_new();
			serve_once(&m[i]);
		}
		for (int i = 0; i + 1 < hops; i++)
			call_served(&m[i], &m[i + 1]);
		for (int i = 0; i < hops; i++)
			EXPECT(call_asking(&m[hops - 1], &m[i]), -EDEADLK);
		for (int i = hops - 1; i > 0; i--)
			answer(&m[i], &m[i - 1]);
	}
}

TEST(crossed, "two that call each other, neither request received")
{
	struct member a = member_new(), b = member_new();

	serve_once(&a);
	serve_once(&b);
	a.call->to = b.ui;
	begin(a.puppet, note_call, a.call);
	wait_blocked(a.puppet);
	EXPECT(call_asking(&b, &a), -EDEADLK);
	MUST(run(b.puppet, note_receive, b.receive));
	answer(&b, &a);
}

TEST(unasked, "without the flag it waits, and ends with its timeout")
{
	struct member a = member_new(), b = member_new();

	serve_once(&a);
	call_served(&a, &b);
	b.call->to = a.ui;
	b.call->timeout = 50 * MS;
	EXPECT(run(b.puppet, note_call, b.call), -ETIMEDOUT);
	answer(&b, &a);
}

static long poll_own(void *note)
{
	struct note *n = note;

	n->timeout = POLL;
	return note_receive(n);
}

TEST(pool, "A has another thread that serves: no cycle, and that thread answers")
{
	struct member a = member_new(), b = member_new();
	struct puppet *second = puppet_thread(a.puppet);
	struct note *other = SHARED(struct note);

	serve_once(&a);
	/* From whichever port of the actor: it serves. */
	other->li = CHORUS_LI_DEFAULT;
	EXPECT(run(second, poll_own, other), -ETIMEDOUT);
	call_served(&a, &b);
	b.call->to = a.ui;
	b.call->flags = CHORUS_MSG_NOCYCLE;
	begin(b.puppet, note_call, b.call);
	wait_blocked(b.puppet);
	other->li = a.receive->li;
	other->timeout = FOREVER;
	EXPECT(run(second, note_receive, other), 0);
	other->value = 5;
	EXPECT(run(second, note_reply, other), 0);
	EXPECT(end(b.puppet), 0);
	CHECK(b.call->got == 5);
	b.call->flags = 0;
	answer(&b, &a);
}

TEST(both, "both threads of A wait for the caller: a cycle again")
{
	struct member a = member_new(), b = member_new(), c = member_new();
	struct puppet *second = puppet_thread(a.puppet);
	struct note *other = SHARED(struct note), *reply = SHARED(struct note);

	serve_once(&a);
	other->li = CHORUS_LI_DEFAULT;
	EXPECT(run(second, poll_own, other), -ETIMEDOUT);
	/* The first over C, the second directly, in the queue of B. */
	serve_once(&b);
	call_served(&a, &c);
	call_served(&c, &b);
	other->to = b.ui;
	other->timeout = FOREVER;
	begin(second, note_call, other);
	wait_blocked(second);
	EXPECT(call_asking(&b, &a), -EDEADLK);
	answer(&b, &c);
	MUST(run(b.puppet, note_receive, b.receive));
	reply->msg = b.receive->msg;
	EXPECT(run(b.puppet, note_reply, reply), 0);
	EXPECT(end(second), 0);
	answer(&c, &a);
}

TEST(never, "an actor nobody has received for yet is waited for")
{
	struct member a = member_new(), b = member_new();

	call_served(&a, &b);
	b.call->to = a.ui;
	b.call->flags = CHORUS_MSG_NOCYCLE;
	b.call->timeout = 50 * MS;
	EXPECT(run(b.puppet, note_call, b.call), -ETIMEDOUT);
	answer(&b, &a);
}

TEST(saved, "a request that was saved, or forwarded, has no thread: no cycle")
{
	struct member a = member_new(), b = member_new(), c = member_new();
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);
	struct chorus_ipc_forward *forward = SHARED(struct chorus_ipc_forward);

	serve_once(&a);
	call_served(&a, &b);
	MUST(run(b.puppet, do_ipc_save, save));
	b.call->timeout = 50 * MS;
	EXPECT(call_asking(&b, &a), -ETIMEDOUT);
	MUST(run(b.puppet, do_ipc_restore, save));
	EXPECT(call_asking(&b, &a), -EDEADLK);
	forward->target = c.ui;
	MUST(run(b.puppet, do_ipc_forward, forward));
	EXPECT(call_asking(&b, &a), -ETIMEDOUT);
	MUST(run(c.puppet, note_receive, c.receive));
	answer(&c, &a);
}

TEST(handler, "where a handler serves, nobody is waited for")
{
	struct member a = member_new();
	struct chorus_lap_desc desc;

	actor_open();
	if (find_lap("echo", CHORUS_LAP_NOBLOCK, &desc))
		selftest_skip("no supervisor actors here");
	serve_once(&a);
	a.call->to = static_port(0x6563686f);
	a.call->flags = CHORUS_MSG_NOCYCLE;
	EXPECT(run(a.puppet, note_call, a.call), 0);
}

/* Calls with the flag in a circle, each after a receive that finds nothing or something. */
struct dancer {
	struct chorus_ui to;
	int li;
	unsigned int cycles, calls, served;
};

static long dance(void *dancer)
{
	struct dancer *d = dancer;
	struct note n = { .to = d->to, .li = d->li };
	long result;

	for (int i = 0; i < 200; i++) {
		n.flags = CHORUS_MSG_NOCYCLE;
		n.timeout = 20 * MS;
		result = note_call(&n);
		if (result == -EDEADLK)
			d->cycles++;
		else if (!result)
			d->calls++;
		else if (result != -ETIMEDOUT)
			return result;
		n.flags = 0;
		n.timeout = POLL;
		while (!(result = note_receive(&n))) {
			n.msg = 0;
			result = note_reply(&n);
			if (result && result != -EHOSTUNREACH)
				return result;
			d->served++;
		}
		if (result != -ETIMEDOUT)
			return result;
	}
	return 0;
}

TEST_TIMEOUT(storm, "three that call one another in a circle at once: what is not a cycle is served", 60)
{
	struct dancer *d[3];
	struct member m[3];
	unsigned int served = 0, calls = 0, cycles = 0;

	for (int i = 0; i < 3; i++) {
		m[i] = member_new();
		d[i] = SHARED(struct dancer);
		d[i]->li = m[i].receive->li;
	}
	for (int i = 0; i < 3; i++) {
		d[i]->to = m[(i + 1) % 3].ui;
		begin(m[i].puppet, dance, d[i]);
	}
	for (int i = 0; i < 3; i++) {
		EXPECT(end(m[i].puppet), 0);
		served += d[i]->served;
		calls += d[i]->calls;
		cycles += d[i]->cycles;
	}
	selftest_note("%u calls, %u served, %u cycles", calls, served, cycles);
	CHECK(served >= calls, "a reply without a request");
	CHECK(calls + cycles, "nobody came through");
}
