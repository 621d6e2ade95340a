// SPDX-License-Identifier: GPL-2.0-or-later
/* A port's queue is bounded: at the limit ENOBUFS at once, nobody waits for space. */
#include "scene.h"

static unsigned int limit(void)
{
	struct chorus_hello h = { 0 };

	MUST(hello(&h));
	return h.out_port_queue;
}

TEST(send, "as many messages as the handshake says fit, the next is ENOBUFS, at once")
{
	struct chorus_ui ui;
	unsigned int max;
	int li;

	actor_open();
	max = limit();
	li = new_port(&ui);
	for (int round = 0; round < 2; round++) {
		long long start;

		for (unsigned int i = 0; i < max; i++)
			if (!EXPECT(send_number(ui, i), 0)) {
				selftest_note("message %u of %u", i + 1, max);
				return;
			}
		start = now_ns();
		EXPECT(send_number(ui, max), -ENOBUFS);
		EXPECT(call_number(ui, max, NULL, FOREVER), -ENOBUFS);
		CHECK(now_ns() - start < LATE);
		/* Other ports are not concerned. */
		EXPECT(send_number(default_port(), 1), 0);
		EXPECT(receive_number(CHORUS_LI_DEFAULT, NULL, POLL), 0);
		/* One out, one in. */
		for (unsigned int i = 0; i < max; i++) {
			__u64 got = ~0ull;

			EXPECT(receive_number(li, &got, POLL), 0);
			CHECK(got == i, "got %llu for %u", (unsigned long long)got, i);
			if (i == 0) {
				EXPECT(send_number(ui, max), 0);
				EXPECT(send_number(ui, max + 1), -ENOBUFS);
			}
		}
		EXPECT(receive_number(li, NULL, POLL), 0);
		EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
	}
}

TEST(call, "calls take their place in the queue too, and give it back when they leave")
{
	struct scene s = scene_queued();
	struct note *n = SHARED(struct note);
	struct puppet *second = puppet_actor();
	unsigned int max;

	actor_open();
	max = limit();
	for (unsigned int i = 0; i < max - 1; i++)
		EXPECT(send_number(s.port, i), 0);
	n->to = s.port;
	n->timeout = 20 * MS;
	EXPECT(run(second, note_call, n), -ENOBUFS);
	EXPECT(send_number(s.port, 1), -ENOBUFS);
	kill_puppet(s.client);
	EXPECT(run(second, note_call, n), -ETIMEDOUT);
	EXPECT(send_number(s.port, 1), 0);
	EXPECT(send_number(s.port, 1), -ENOBUFS);
}
