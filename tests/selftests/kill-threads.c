// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads of a living actor end at random moments of a running dialogue. */
#include "scene.h"

struct dialogue {
	struct chorus_ui to;
	unsigned int rounds, dead;
	bool stop;
};

static long do_client(void *dialogue)
{
	struct dialogue *d = dialogue;

	while (!*(volatile bool *)&d->stop) {
		__u64 got = 0;
		long result = call_number(d->to, d->rounds, &got, FOREVER);

		if (result == -EOWNERDEAD) {
			d->dead++;
			continue;
		}
		if (result)
			return result;
		if (got != ~(__u64)d->rounds)
			return -EIO;
		d->rounds++;
	}
	return 0;
}

/* One request, then the thread ends with or without its reply. */
static long do_serve_one(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	if (!result && n->value & 1)
		result = reply_number(0, ~n->got);
	return result;
}

TEST_TIMEOUT(threads, "server threads end with a request in their hands: EOWNERDEAD, no more", 40)
{
	struct puppet *server = puppet_actor(), *client = puppet_actor();
	struct dialogue *d = SHARED(struct dialogue);
	struct note *poll = SHARED(struct note);

	d->to = puppet_default_port(server);
	begin(client, do_client, d);
	for (int i = 0; i < 100; i++) {
		struct puppet *t = puppet_thread(server);
		struct note *n = SHARED(struct note);

		n->timeout = FOREVER;
		n->value = i;
		EXPECT(run(t, do_serve_one, n), 0);
		exit_thread(t);
	}
	d->stop = true;
	/* The last one is answered by the leader, whenever it comes. */
	poll->timeout = 10 * MS;
	while (!ended(client)) {
		if (run(server, note_receive, poll))
			continue;
		poll->value = ~poll->got;
		poll->msg = 0;
		EXPECT(run(server, note_reply, poll), 0);
	}
	EXPECT(end(client), 0);
	CHECK(d->dead == 50, "%u were told of a death", d->dead);
	CHECK(d->rounds >= 50 && d->rounds <= 51, "%u rounds", d->rounds);
}

TEST_TIMEOUT(callers, "client threads end in the middle of calls: the server goes on", 40)
{
	struct scene s = scene_new();
	struct puppet *t;

	for (int i = 0; i < 50; i++) {
		struct note *n = SHARED(struct note);

		*n = *s.call;
		n->timeout = (i % 5) * MS;
		t = puppet_thread(s.client);
		begin(t, note_call, n);
		if (i & 1) {
			s.receive->timeout = 3 * MS;
			if (!run(s.server, note_receive, s.receive))
				EXPECT_EITHER(scene_reply(&s, 1), 0, -EHOSTUNREACH);
		}
		end(t);
		exit_thread(t);
	}
	s.receive->timeout = FOREVER;
	scene_round_trip(&s);
	scene_empty(&s);
}
