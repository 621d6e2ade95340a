// SPDX-License-Identifier: GPL-2.0-or-later
/* threadAbort: blocked and abortable, blocked and not, running, self. */
#include "blocked.h"

struct target {
	struct puppet *helper;		/* another thread of the actor */
	struct chorus_thread_abort *abort;
};

static struct target target_of(struct puppet *p)
{
	struct target t = { puppet_thread(p), SHARED(struct chorus_thread_abort) };

	t.abort->flags = CHORUS_SELF;
	t.abort->li = thread_li(p);
	return t;
}

static long abort_now(struct target *t)
{
	return run(t->helper, do_thread_abort, t->abort);
}

TEST(receive, "a thread in an abortable receive leaves with ECANCELED, unmarked")
{
	struct scene s = scene_new();
	struct target t = target_of(s.server);

	s.receive->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(s.server), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	s.receive->flags = 0;
	scene_round_trip(&s);
}

TEST(any, "so does one in a receive from any port, and in reply-and-receive after its reply")
{
	struct scene s = scene_new();
	struct target t = target_of(s.server);

	s.receive->li = CHORUS_LI_ANYENABLED;
	s.receive->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(s.server), -ECANCELED);
	s.receive->li = s.li;
	s.receive->flags = 0;
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	s.receive->msg = 0;
	s.receive->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_reply_receive, s.receive);
	EXPECT(end(s.client), 0);
	wait_blocked(s.server);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(s.server), -ECANCELED);
}

TEST(call, "an aborted call: the queued request vanishes, the served one is answered in vain")
{
	struct scene s = scene_new();
	struct target t = target_of(s.client);

	s.call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(s.client), -ECANCELED);
	scene_empty(&s);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(s.client);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	EXPECT(run(s.client, do_is_marked, NULL), 0);
	scene_round_trip(&s);
}

TEST(not_abortable, "a call that is not abortable completes; the mark stays")
{
	struct scene s = scene_new();
	struct target t = target_of(s.client);

	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(s.client);
	EXPECT(abort_now(&t), 0);
	sleep_ms(50);
	CHECK(!ended(s.client));
	EXPECT(scene_reply(&s, 5), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 5);
	/* Test and clear. */
	EXPECT(run(s.client, do_is_marked, NULL), 1);
	EXPECT(run(s.client, do_is_marked, NULL), 0);
}

TEST(next, "the mark is consumed by the next abortable blocking call, at once")
{
	struct scene s = scene_new();
	struct target t = target_of(s.client);
	struct note *own = SHARED(struct note);

	EXPECT(abort_now(&t), 0);
	own->timeout = FOREVER;
	own->flags = CHORUS_MSG_ABORTABLE;
	EXPECT(run(s.client, note_receive, own), -ECANCELED);
	EXPECT(run(s.client, do_is_marked, NULL), 0);
	own->timeout = 10 * MS;
	EXPECT(run(s.client, note_receive, own), -ETIMEDOUT);
	/* Calls that are not abortable leave it alone. */
	EXPECT(abort_now(&t), 0);
	scene_round_trip(&s);
	s.call->flags = CHORUS_MSG_ABORTABLE;
	EXPECT(run(s.client, note_call, s.call), -ECANCELED);
	scene_empty(&s);
	s.call->flags = 0;
	/* Twice is as good as once. */
	EXPECT(abort_now(&t), 0);
	EXPECT(abort_now(&t), 0);
	EXPECT(run(s.client, do_is_marked, NULL), 1);
	EXPECT(run(s.client, do_is_marked, NULL), 0);
}

TEST(self, "a thread aborts itself, by 0 and by its local id")
{
	struct chorus_thread_abort a = { .flags = CHORUS_SELF };
	struct chorus_thread_self self = { 0 };

	actor_open();
	EXPECT(thread_abort(&a), 0);
	EXPECT(do_is_marked(NULL), 1);
	EXPECT(thread_self(&self), 0);
	a.li = self.out_li;
	EXPECT(thread_abort(&a), 0);
	EXPECT(do_is_marked(NULL), 1);
	EXPECT(do_is_marked(NULL), 0);
}

TEST(others, "with the capability from another actor; wrong key, unknown thread, unknown actor")
{
	struct scene s = scene_new();
	struct chorus_thread_abort a = { .cap = puppet_capability(s.server) };

	a.li = thread_li(s.server);
	actor_open();
	s.receive->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	a.cap.key.k[0] ^= 1;
	EXPECT(thread_abort(&a), -EACCES);
	a.cap.key.k[0] ^= 1;
	a.li += 1000;
	EXPECT(thread_abort(&a), -ENOENT);
	a.li -= 1000;
	a.cap.ui.tail ^= 1;
	EXPECT(thread_abort(&a), -EHOSTUNREACH);
	a.cap.ui.tail ^= 1;
	CHECK(!ended(s.server));
	EXPECT(thread_abort(&a), 0);
	EXPECT(end(s.server), -ECANCELED);
	/* A thread that is gone. */
	{
		struct puppet *t = puppet_thread(s.server);

		a.li = thread_li(t);
		exit_thread(t);
		EXPECT(thread_abort(&a), -ENOENT);
	}
}

TEST(resolve, "lapResolve is always abortable")
{
	struct blocked b;
	struct target t;
	struct puppet *victim;

	actor_open();
	need_lap(PROBE_LAP_LATE);
	actor_close();
	victim = puppet_actor();
	t = target_of(victim);
	b.n = SHARED(struct note);
	b.n->timeout = FOREVER;
	begin(victim, blocked_resolve, b.n);
	wait_blocked(victim);
	EXPECT(abort_now(&t), 0);
	EXPECT(end(victim), -ECANCELED);
	EXPECT(abort_now(&t), 0);
	EXPECT(run(victim, blocked_resolve, b.n), -ECANCELED);
	EXPECT(run(victim, do_is_marked, NULL), 0);
}

TEST(storm, "aborts that race with replies: every call ends with one or the other")
{
	struct scene s = scene_new();
	struct target t = target_of(s.client);
	unsigned int aborted = 0, answered = 0;

	s.call->flags = CHORUS_MSG_ABORTABLE;
	for (int i = 0; i < 200; i++) {
		long result, replied, received;

		begin(s.client, note_call, s.call);
		s.receive->timeout = 5 * MS;
		if (i % 3 == 0)
			EXPECT(abort_now(&t), 0);
		/* The request comes, unless the client has gone home without it. */
		do
			received = run(s.server, note_receive, s.receive);
		while (received == -ETIMEDOUT && !ended(s.client));
		if (!received) {
			begin(t.helper, do_thread_abort, t.abort);
			replied = scene_reply(&s, 7);
			EXPECT(end(t.helper), 0);
			CHECK(!replied || replied == -EHOSTUNREACH);
		} else {
			replied = -EHOSTUNREACH;
		}
		result = end(s.client);
		CHECK(!result || result == -ECANCELED, "%s", error_name(result));
		if (!result)
			CHECK(!replied && s.call->got == 7);
		*(result ? &aborted : &answered) += 1;
		run(s.client, do_is_marked, NULL);
	}
	selftest_note("%u aborted, %u answered", aborted, answered);
}
