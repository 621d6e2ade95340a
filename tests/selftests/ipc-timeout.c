// SPDX-License-Identifier: GPL-2.0-or-later
/* Poll, bounded and unbounded waits: never early, and not late without reason. */
#include "scene.h"

/* How long the wrapped call took. */
static long long took;

static long timed(long (*fn)(void *), void *arg)
{
	long long start = now_ns();
	long result = fn(arg);

	took = now_ns() - start;
	return result;
}

TEST(receive, "receive: poll at once, bounded not early")
{
	struct note n = { 0 };

	actor_open();
	EXPECT(timed(note_receive, &n), -ETIMEDOUT);
	CHECK(took < LATE, "a poll took %lld ns", took);
	for (long long ms = 1; ms <= 300; ms *= 7) {
		n.timeout = ms * MS;
		EXPECT(timed(note_receive, &n), -ETIMEDOUT);
		CHECK(took >= ms * MS, "%lld ms ended after %lld ns", ms, took);
		CHECK(took < ms * MS + LATE, "%lld ms took %lld ns", ms, took);
	}
	n.timeout = 1;
	EXPECT(timed(note_receive, &n), -ETIMEDOUT);
}

TEST(call, "call: poll at once, bounded not early, queued and served alike")
{
	struct note n = { 0 };
	struct puppet *server = puppet_actor();

	n.to = puppet_default_port(server);
	actor_open();
	EXPECT(timed(note_call, &n), -ETIMEDOUT);
	CHECK(took < LATE);
	for (long long ms = 1; ms <= 300; ms *= 7) {
		n.timeout = ms * MS;
		EXPECT(timed(note_call, &n), -ETIMEDOUT);
		CHECK(took >= ms * MS && took < ms * MS + LATE, "%lld: %lld", ms, took);
	}
}

TEST(huge, "the longest timeout is no overflow")
{
	struct scene s = scene_new();

	s.receive->timeout = 0x7fffffffffffffffLL;
	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	s.call->timeout = 0x7fffffffffffffffLL;
	EXPECT(run(s.client, note_send, s.call), 0);
	EXPECT(end(s.server), 0);
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
}

TEST(forever, "every negative timeout waits for ever")
{
	struct scene s = scene_new();

	s.receive->timeout = -0x7fffffffffffffffLL - 1;
	begin(s.server, note_receive, s.receive);
	sleep_ms(100);
	CHECK(!ended(s.server));
	s.call->timeout = -2;
	begin(s.client, note_call, s.call);
	EXPECT(end(s.server), 0);
	sleep_ms(100);
	CHECK(!ended(s.client));
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
}

TEST(there, "what is there comes also by a poll, and a deadline in the past sees it")
{
	struct note n = { 0 };

	actor_open();
	EXPECT(send_number(default_port(), 5), 0);
	EXPECT(note_receive(&n), 0);
	CHECK(n.got == 5);
}
