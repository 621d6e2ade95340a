// SPDX-License-Identifier: GPL-2.0-or-later
/* The reply to a call that gave up never reaches another call. */
#include "scene.h"

TEST(timeout, "a late reply is EHOSTUNREACH, the next call gets its own")
{
	struct scene s = scene_new();
	struct note *late = SHARED(struct note);

	scene_served_for(&s, 50 * MS);
	EXPECT(end(s.client), -ETIMEDOUT);
	late->msg = s.receive->msg;
	late->value = 0xbad;
	/* The next call is under way when the late reply comes. */
	s.call->timeout = FOREVER;
	s.call->value = 0x2222;
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	EXPECT(run(s.server, note_reply, late), -EHOSTUNREACH);
	sleep_ms(20);
	CHECK(!ended(s.client));
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 0x2222);
	/* It was consumed all the same. */
	EXPECT_EITHER(run(s.server, note_reply, late), -ENOENT, -ENOMSG);
	EXPECT(scene_reply(&s, 0x900d), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 0x900d);
}

TEST(queued, "a call that times out in the queue is never received")
{
	struct scene s = scene_new();

	s.call->timeout = 30 * MS;
	EXPECT(run(s.client, note_call, s.call), -ETIMEDOUT);
	scene_empty(&s);
	s.call->timeout = POLL;
	EXPECT(run(s.client, note_call, s.call), -ETIMEDOUT);
	scene_empty(&s);
	scene_round_trip(&s);
}

TEST(killed, "the reply to a caller that died is EHOSTUNREACH")
{
	struct scene s = scene_served();

	kill_puppet(s.client);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	EXPECT_EITHER(scene_reply(&s, 1), -ENOENT, -ENOMSG);
}

struct race {
	struct chorus_ui to;
	unsigned int good, timeouts;
};

static long do_race(void *race)
{
	struct race *r = race;

	for (__u64 i = 1; i <= 300; i++) {
		__u64 got = 0;
		int result = call_number(r->to, i, &got, (i % 7) * 200000ll + 1000);

		if (!result && got != ~i)
			return -EIO;
		if (result && result != -ETIMEDOUT)
			return result;
		*(result ? &r->timeouts : &r->good) += 1;
	}
	return 0;
}

TEST(many, "300 calls that race with their timeouts: no reply goes astray")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_actor();
	struct race *r = SHARED(struct race), *q = SHARED(struct race);

	(void)s.server;
	r->to = q->to = s.port;
	begin(s.client, do_race, r);
	begin(second, do_race, q);
	s.receive->timeout = 100 * MS;
	while (!ended(s.client) || !ended(second)) {
		long result = run(s.server, note_receive, s.receive);

		if (result == -ETIMEDOUT)
			continue;
		REQUIRE(!result, "%s", error_name(result));
		EXPECT_EITHER(scene_reply(&s, ~s.receive->got), 0, -EHOSTUNREACH);
	}
	EXPECT(end(s.client), 0);
	EXPECT(end(second), 0);
	selftest_note("%u answered, %u timed out", r->good + q->good, r->timeouts + q->timeouts);
}
