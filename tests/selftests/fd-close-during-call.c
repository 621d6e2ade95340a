// SPDX-License-Identifier: GPL-2.0-or-later
/* close() by one thread while another is inside the nucleus. */
#include <fcntl.h>

#include "scene.h"

TEST(call, "a call under way gets its reply, then the actor is gone")
{
	struct scene s = scene_served();
	struct puppet *other = puppet_thread(s.client);

	MUST(run(other, do_close, NULL));
	sleep_ms(20);
	CHECK(!ended(s.client), "the call ended with %s", error_name(end(s.client)));
	EXPECT(scene_reply(&s, 9), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 9);
	/* Nothing of the old actor stands in the way of a new one. */
	EXPECT(run(other, do_open, NULL), 0);
	scene_round_trip(&s);
}

TEST(receive, "a receive under way goes on, or ends for the actor is dead")
{
	struct scene s = scene_waiting();
	struct puppet *other = puppet_thread(s.server);
	long sent;

	MUST(run(other, do_close, NULL));
	/* The file lives as long as the call that uses it, and so does the actor. */
	s.call->value = 0x77;
	sent = run(s.client, note_send, s.call);
	EXPECT(sent, 0);
	EXPECT(end(s.server), 0);
	CHECK(s.receive->got == 0x77);
}

TEST(killed, "the server dies under a call whose descriptor is closed")
{
	struct scene s = scene_queued();
	struct puppet *other = puppet_thread(s.client);

	MUST(run(other, do_close, NULL));
	kill_puppet(s.server);
	EXPECT_EITHER(end(s.client), -EOWNERDEAD, -EIDRM);
	EXPECT(run(other, do_open, NULL), 0);
}
