// SPDX-License-Identifier: GPL-2.0-or-later
/* The quota of held calls: a user's calls that wait for a successor; what is above it fails at once. */
#include "group.h"
#include "quota.h"
#include "scene.h"

enum { USER = 4442, CALLS = 4 };

static void held_at(const char *value, int limit, unsigned long uid)
{
	struct chorus_port_policy *p = SHARED(struct chorus_port_policy);
	struct puppet *server = puppet_actor(), *client[CALLS];
	struct note *call[CALLS], *receive = SHARED(struct note);
	int failed = 0, waiting = 0;
	struct chorus_ui port;
	long long old, until;

	p->flags = CHORUS_SET;
	p->policy = CHORUS_POLICY_HOLD;
	p->hold = CHORUS_HOLD_MAX;
	p->li = receive->li = puppet_port(server, &port);
	/* Nobody will ever have the name of the server's default port again; it is somebody's, though. */
	p->heir = puppet_default_port(server);
	receive->timeout = FOREVER;
	MUST(run(server, do_port_policy, p));
	for (int i = 0; i < CALLS; i++) {
		client[i] = somebody(uid);
		call[i] = SHARED(struct note);
		call[i]->to = port;
		call[i]->timeout = FOREVER;
		begin(client[i], note_call, call[i]);
		EXPECT(run(server, note_receive, receive), 0);
	}
	old = parameter("max_held", value);
	kill_puppet(server);
	for (until = now_ns() + LATE; now_ns() < until && failed < CALLS - limit;) {
		sleep_ms(10);
		failed = 0;
		for (int k = 0; k < CALLS; k++)
			failed += ended(client[k]);
	}
	restore("max_held", old);
	for (int i = 0; i < CALLS; i++) {
		if (ended(client[i]))
			EXPECT(end(client[i]), -EOWNERDEAD);
		else
			waiting++;
		kill_puppet(client[i]);
	}
	selftest_note("max_held = %s", value);
	CHECK(waiting == limit, "%d wait", waiting);
}

TEST_TIMEOUT(limit, "max_held: at the limit, one above, none, and no limit at all", 60)
{
	held_at("2", 2, USER);
	held_at("0", 0, USER + 1);
	held_at("4", 4, USER + 2);
	held_at("4294967295", 4, USER + 3);
}
