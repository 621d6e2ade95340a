// SPDX-License-Identifier: GPL-2.0-or-later
/* The abort of a client goes on to the thread that serves its call, and nothing else does. */
#include "scene.h"

/* The server has the abortable call of the client, who sleeps. */
static struct scene served(struct chorus_thread_abort *abort)
{
	struct scene s = scene_new();

	actor_open();
	*abort = abort_of(s.client);
	s.call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.client, note_call, s.call);
	MUST(run(s.server, note_receive, s.receive));
	wait_blocked(s.client);
	return s;
}

TEST(one, "a serving thread that runs is marked, once, and its reply is EHOSTUNREACH")
{
	struct chorus_thread_abort abort;
	struct scene s = served(&abort);

	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 1);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	/* The abort of the client was consumed by the call. */
	EXPECT(run(s.client, do_is_marked, NULL), 0);
	s.call->flags = 0;
	scene_round_trip(&s);
}

TEST(waiting, "a serving thread in an abortable wait leaves it with ECANCELED")
{
	struct chorus_thread_abort abort;
	struct scene s = served(&abort);
	struct note *own = SHARED(struct note);

	/* The current call is kept: the wait is on another port, and it ends without a message. */
	own->li = CHORUS_LI_DEFAULT;
	own->timeout = FOREVER;
	own->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_receive, own);
	wait_blocked(s.server);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(end(s.server), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST(two, "over two hops: client, server, and the server's server")
{
	struct chorus_thread_abort abort;
	struct scene s = served(&abort);
	struct puppet *last = puppet_actor();
	struct note *call = SHARED(struct note), *receive = SHARED(struct note);
	struct note *reply = SHARED(struct note);

	receive->li = puppet_port(last, &call->to);
	receive->timeout = FOREVER;
	call->timeout = FOREVER;
	call->value = 0x2222;
	call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.server, note_call, call);
	MUST(run(last, note_receive, receive));
	wait_blocked(s.server);

	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(end(s.server), -ECANCELED);
	EXPECT(run(last, do_is_marked, NULL), 1);
	reply->msg = receive->msg;
	EXPECT(run(last, note_reply, reply), -EHOSTUNREACH);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST(queued, "a request still in the queue has no server: nobody is marked")
{
	struct scene s = scene_new();
	struct chorus_thread_abort abort = abort_of(s.client);

	actor_open();
	s.call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	scene_empty(&s);
}

TEST(saved, "a saved request, and one another thread has displaced, have no serving thread")
{
	struct chorus_thread_abort abort;
	struct scene s = served(&abort);
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);

	EXPECT(run(s.server, do_ipc_save, save), 0);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST(others, "a timeout and the death of a client are not passed on")
{
	struct scene s = scene_new();

	s.call->flags = CHORUS_MSG_ABORTABLE;
	scene_served_for(&s, 100 * MS);
	EXPECT(end(s.client), -ETIMEDOUT);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);

	s.call->timeout = FOREVER;
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.client);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST_TIMEOUT(storm, "aborts at any moment: who was answered has marked nobody, and the mark never outlives its call", 60)
{
	struct scene s = scene_new();
	struct chorus_thread_abort abort = abort_of(s.client);
	unsigned int answered = 0, marked = 0, unheard = 0;

	actor_open();
	s.call->flags = CHORUS_MSG_ABORTABLE;
	for (int i = 0; i < 80; i++) {
		long result, server;

		s.receive->timeout = 100 * MS;
		begin(s.server, do_serve_marked, s.receive);
		begin(s.client, note_call, s.call);
		for (volatile int spin = 0; spin < i * 200; spin++)
			;
		EXPECT(thread_abort(&abort), 0);
		result = end(s.client);
		CHECK(!result || result == -ECANCELED, "%s", error_name(result));
		if (result) {
			/* Nothing may have reached the server: then it waits in vain. */
			server = end(s.server);
			CHECK(server == 0 || server == 1 || server == -ETIMEDOUT, "%ld", server);
			marked += server == 1;
			unheard += server != 1;
		} else {
			CHECK(end(s.server) == 2);
			answered++;
		}
		run(s.client, do_is_marked, NULL);
		EXPECT(run(s.server, do_is_marked, NULL), 0);
	}
	selftest_note("%u answered, %u aborted and heard of, %u not", answered, marked, unheard);
}
