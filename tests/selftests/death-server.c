// SPDX-License-Identifier: GPL-2.0-or-later
/* The death of a server is an answer. */
#include "scene.h"

TEST(queued, "killed before it received the request: EIDRM or EOWNERDEAD")
{
	struct scene s = scene_queued();

	kill_puppet(s.server);
	EXPECT_EITHER(end(s.client), -EIDRM, -EOWNERDEAD);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
	EXPECT(run(s.client, note_send, s.call), -EHOSTUNREACH);
}

TEST(served, "killed with the request in its hands: EOWNERDEAD")
{
	struct scene s = scene_served();

	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(replaced, "killed with the request replaced by a later one: both EOWNERDEAD")
{
	struct scene s = scene_served();
	struct puppet *client2 = puppet_actor();
	struct note *call2 = SHARED(struct note);

	*call2 = *s.call;
	begin(client2, note_call, call2);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	EXPECT(end(client2), -EOWNERDEAD);
}

TEST(thread, "the serving thread exits with the message current: EOWNERDEAD")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);

	begin(s.client, note_call, s.call);
	EXPECT(run(second, note_receive, s.receive), 0);
	exit_thread(second);
	EXPECT(end(s.client), -EOWNERDEAD);
	/* The actor lives and serves on. */
	scene_round_trip(&s);
}

TEST(no_matter, "a thread without the message exits: nothing happens")
{
	struct scene s = scene_served();
	struct puppet *second = puppet_thread(s.server);
	struct note *n = SHARED(struct note);

	n->li = s.li;
	EXPECT(run(second, note_receive, n), -ETIMEDOUT);
	exit_thread(second);
	sleep_ms(50);
	CHECK(!ended(s.client));
	EXPECT(scene_reply(&s, 2), 0);
	EXPECT(end(s.client), 0);
}

TEST(many, "killed with threads everywhere: receiving, serving, calling, running")
{
	struct scene s = scene_new();
	struct puppet *third = puppet_actor(), *t[8], *client[4];
	struct chorus_ui other, empty;
	int li = puppet_port(third, &other), lone = puppet_port(s.server, &empty);

	(void)li;
	for (int i = 0; i < 8; i++) {
		struct note *n = SHARED(struct note);

		n->timeout = FOREVER;
		n->li = i % 2 ? s.li : lone;
		n->to = other;
		t[i] = puppet_thread(s.server);
		begin(t[i], i < 5 ? note_receive : note_call, n);
		wait_blocked(t[i]);
	}
	for (int i = 0; i < 4; i++) {
		struct note *n = SHARED(struct note);

		*n = *s.call;
		client[i] = puppet_actor();
		begin(client[i], note_call, n);
	}
	for (int i = 0; i < 4; i++)
		wait_blocked(client[i]);
	sleep_ms(20);
	kill_puppet(s.server);
	for (int i = 0; i < 4; i++)
		EXPECT_EITHER(end(client[i]), -EOWNERDEAD, -EIDRM);
	/* The calls of the dead vanished from the third party's queue. */
	{
		struct note *n = SHARED(struct note);

		n->li = li;
		EXPECT(run(third, note_receive, n), -ETIMEDOUT);
	}
}

TEST(chain, "in a chain of calls each learns of the death next to it")
{
	struct puppet *a = puppet_actor(), *b = puppet_actor(), *c = puppet_actor();
	struct note *ab = SHARED(struct note), *bc = SHARED(struct note);
	struct note *rb = SHARED(struct note), *rc = SHARED(struct note);
	struct note *reply = SHARED(struct note);

	ab->timeout = bc->timeout = rb->timeout = rc->timeout = FOREVER;
	ab->to = puppet_default_port(b);
	bc->to = puppet_default_port(c);
	begin(a, note_call, ab);
	MUST(run(b, note_receive, rb));
	begin(b, note_call, bc);
	MUST(run(c, note_receive, rc));
	kill_puppet(c);
	EXPECT(end(b), -EOWNERDEAD);
	CHECK(!ended(a));
	reply->value = 1;
	EXPECT(run(b, note_reply, reply), 0);
	EXPECT(end(a), 0);
	CHECK(ab->got == 1);
}

TEST(own_port, "a call to a port of one's own actor dies with it")
{
	struct puppet *p = puppet_actor();
	struct note *n = SHARED(struct note);

	n->to = puppet_default_port(p);
	n->timeout = FOREVER;
	begin(p, note_call, n);
	wait_blocked(p);
	kill_puppet(p);
	EXPECT(end(p), DIED);
}
