// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors that were dupped are one actor, which lives until the last is closed. */
#include "scene.h"

TEST(same, "a dup is the same actor, whichever is closed first")
{
	struct chorus_ui before;
	int copy;

	actor_open();
	before = own_capability().ui;
	copy = MUST_SYS(dup(dev));
	close(dev);
	dev = copy;
	CHECK(same_ui(own_capability().ui, before));
	EXPECT(try_open(), -EBUSY);
	close(dev);
	dev = -1;
	actor_open();
	CHECK(!same_ui(own_capability().ui, before));
}

TEST(last_close, "the last close kills the actor while its process lives on")
{
	struct scene s = scene_queued();

	MUST(run(s.server, do_close, NULL));
	EXPECT_EITHER(end(s.client), -EOWNERDEAD, -EIDRM);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
	/* It is alive and may begin anew. */
	EXPECT(run(s.server, do_open, NULL), 0);
	s.li = puppet_port(s.server, &s.port);
	s.call->to = s.port;
	s.receive->li = s.li;
	scene_round_trip(&s);
}

TEST(last_close_served, "also with a request in its hands")
{
	struct scene s = scene_served();

	MUST(run(s.server, do_close, NULL));
	EXPECT(end(s.client), -EOWNERDEAD);
}

static long dup_away(void *fd)
{
	*(int *)fd = dup(dev);
	close(dev);
	dev = *(int *)fd;
	return 0;
}

TEST(served_by_dup, "a request received through one descriptor is answered through the other")
{
	struct scene s = scene_served();

	MUST(run(s.server, dup_away, SHARED(int)));
	EXPECT(scene_reply(&s, 7), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 7);
}
