// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads come and go; the actor lives with its process. */
#include <pthread.h>

#include "scene.h"

TEST(exit, "a thread that used the nucleus exits, the others go on")
{
	struct puppet *p = puppet_actor();
	struct chorus_ui before = puppet_capability(p).ui;

	for (int i = 0; i < 30; i++) {
		struct puppet *t = puppet_thread(p);
		struct chorus_thread_self *self = SHARED(struct chorus_thread_self);

		EXPECT(run(t, do_thread_self, self), 0);
		CHECK(self->out_li > 0);
		exit_thread(t);
	}
	CHECK(same_ui(puppet_capability(p).ui, before));
}

TEST(leader, "the leader exits first: the actor lives until the last thread goes")
{
	struct puppet *leader = puppet_actor(), *second = puppet_thread(leader);
	struct scene s = scene_new();

	s.li = s.receive->li = puppet_port(leader, &s.port);
	s.call->to = s.port;
	kill_puppet(s.server);

	exit_thread(leader);
	s.server = second;
	scene_round_trip(&s);
	/* Now with a request in the hands of the last thread. */
	begin(s.client, note_call, s.call);
	EXPECT(run(second, note_receive, s.receive), 0);
	exit_thread(second);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(ids, "threads have different local ids, a thread keeps its own")
{
	struct chorus_thread_self *self[3] = { 0 };
	struct puppet *p = puppet_actor(), *t[3] = { p, puppet_thread(p), puppet_thread(p) };

	for (int i = 0; i < 3; i++) {
		self[i] = SHARED(struct chorus_thread_self);
		EXPECT(run(t[i], do_thread_self, self[i]), 0);
		for (int j = 0; j < i; j++)
			CHECK(self[i]->out_li != self[j]->out_li);
	}
	for (int i = 0; i < 3; i++) {
		int before = self[i]->out_li;

		EXPECT(run(t[i], do_thread_self, self[i]), 0);
		CHECK(self[i]->out_li == before);
	}
}
