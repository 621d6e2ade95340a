// SPDX-License-Identifier: GPL-2.0-or-later
/* Two threads of a server want the same request: one has it, once. */
#include "scene.h"

enum { ROUNDS = 150 };

/* Start @a and @b on two threads as close together as can be; their results. */
static void both(struct puppet *p, long (*a)(void *), void *for_a, struct puppet *q,
		 long (*b)(void *), void *for_b, long result[2])
{
	begin(p, a, for_a);
	begin(q, b, for_b);
	result[0] = end(p);
	result[1] = end(q);
}

static bool nothing(long result)
{
	return result == -ENOENT || result == -ENOMSG;
}

TEST_TIMEOUT(reply, "two threads reply to one token: one succeeds, its reply arrives", 60)
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);
	struct note *x = SHARED(struct note), *y = SHARED(struct note);

	for (int i = 0; i < ROUNDS; i++) {
		long result[2];

		begin(s.client, note_call, s.call);
		EXPECT(run(s.server, note_receive, s.receive), 0);
		x->msg = i & 1 ? s.receive->msg : 0;
		y->msg = s.receive->msg;
		x->value = 1;
		y->value = 2;
		both(s.server, note_reply, x, second, note_reply, y, result);
		CHECK((!result[0] && nothing(result[1])) || (!result[1] && nothing(result[0])),
		      "%s and %s", error_name(result[0]), error_name(result[1]));
		EXPECT(end(s.client), 0);
		CHECK(s.call->got == (result[0] ? 2 : 1));
	}
	scene_empty(&s);
}

TEST_TIMEOUT(restore, "two threads restore one saved message: one has it", 60)
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);
	struct chorus_ipc_save *x = SHARED(struct chorus_ipc_save);
	struct chorus_ipc_save *y = SHARED(struct chorus_ipc_save);
	struct note *reply = SHARED(struct note);

	for (int i = 0; i < ROUNDS; i++) {
		long result[2];

		begin(s.client, note_call, s.call);
		EXPECT(run(s.server, note_receive, s.receive), 0);
		EXPECT(run(s.server, do_ipc_save, x), 0);
		*y = *x;
		both(s.server, do_ipc_restore, x, second, do_ipc_restore, y, result);
		CHECK((!result[0] && result[1] == -ENOENT) || (!result[1] && result[0] == -ENOENT),
		      "%s and %s", error_name(result[0]), error_name(result[1]));
		EXPECT(run(result[0] ? second : s.server, note_reply, reply), 0);
		EXPECT(end(s.client), 0);
	}
}

TEST_TIMEOUT(exit, "the receiver exits while another thread replies: reply or EOWNERDEAD", 60)
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);
	struct note *y = SHARED(struct note);
	unsigned int answered = 0, dead = 0;

	for (int i = 0; i < 60; i++) {
		struct puppet *t = puppet_thread(s.server);
		long replied, result;

		begin(s.client, note_call, s.call);
		EXPECT(run(t, note_receive, s.receive), 0);
		y->msg = s.receive->msg;
		y->value = 9;
		begin(second, note_reply, y);
		exit_thread(t);
		replied = end(second);
		result = end(s.client);
		if (!result) {
			EXPECT(replied, 0);
			CHECK(s.call->got == 9);
			answered++;
		} else {
			EXPECT(result, -EOWNERDEAD);
			CHECK(nothing(replied) || replied == -EHOSTUNREACH, "%s",
			      error_name(replied));
			dead++;
		}
	}
	selftest_note("%u answered, %u told", answered, dead);
	scene_empty(&s);
}

TEST_TIMEOUT(close, "the server closes its descriptor while another thread replies", 60)
{
	unsigned int answered = 0;

	for (int i = 0; i < 40; i++) {
		struct scene s = scene_served();
		struct puppet *second = puppet_thread(s.server);
		struct note *y = SHARED(struct note);
		long result[2], call;

		y->msg = s.receive->msg;
		both(s.server, do_close, NULL, second, note_reply, y, result);
		call = end(s.client);
		CHECK(!call || call == -EOWNERDEAD, "%s", error_name(call));
		if (!call)
			EXPECT(result[1], 0);
		answered += !call;
		kill_puppet(s.server);
		kill_puppet(s.client);
	}
	selftest_note("%u of 40 answered", answered);
}

TEST_TIMEOUT(data, "two threads fetch one body: the thread that received has it, once", 60)
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	struct chorus_ipc_get_data *g = SHARED(struct chorus_ipc_get_data);
	struct chorus_ipc_get_data *h = SHARED(struct chorus_ipc_get_data);
	struct note *reply = SHARED(struct note);
	__u64 *body = SHARED(__u64);

	for (int i = 0; i < ROUNDS; i++) {
		long result[2];

		*r = (struct chorus_ipc_receive){ .li = s.li, .timeout = FOREVER };
		*g = *h = (struct chorus_ipc_get_data){ .body = PTR(body), .body_size = 8 };
		begin(s.client, note_call, s.call);
		EXPECT(run(s.server, do_ipc_receive, r), 0);
		reply->msg = r->out_msg;
		/* The body goes away with the reply of another thread. */
		both(s.server, do_ipc_get_data, g, second, note_reply, reply, result);
		CHECK(!result[0] || result[0] == -ENOMSG, "%s", error_name(result[0]));
		EXPECT(result[1], 0);
		EXPECT(end(s.client), 0);
		EXPECT(run(second, do_ipc_get_data, h), -ENOMSG);
	}
}
