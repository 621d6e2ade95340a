// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last program: actors, calls, messages, LAPs and sites, killed in the middle, and
 * then every object cache is as it was before the first program of this guest ran.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "chorus_probe.h"
#include "scene.h"

#define BASELINE "/tmp/chorus-selftests.baseline"

static long do_new_site(void *unused)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

TEST_TIMEOUT(use, "a bit of everything, killed in the middle", 60)
{
	for (int round = 0; round < 5; round++) {
		struct scene q = scene_queued(), s = scene_served(), w = scene_waiting();
		struct puppet *p = puppet_process();
		struct lap_call *c = SHARED(struct lap_call);
		struct probe_wait *wait = SHARED(struct probe_wait);
		struct chorus_lap_desc lap;
		struct puppet *in = puppet_actor();

		MUST(run(p, do_new_site, NULL));
		MUST(run(p, do_open, NULL));
		actor_open();
		for (int i = 0; i < 10; i++) {
			EXPECT(send_number(default_port(), i), 0);
			EXPECT(send_number(q.port, i), 0);
			new_port(NULL);
		}
		if (!find_lap(PROBE_LAP_WAIT, 0, &lap)) {
			wait->timeout = FOREVER;
			*c = (struct lap_call){ lap, wait, sizeof(*wait) };
			begin(in, do_invoke, c);
			wait_blocked(in);
		}
		actor_close();
		kill_puppet(in);
		kill_puppet(q.server);
		kill_puppet(s.client);
		kill_puppet(w.server);
		kill_puppet(p);
		kill_puppet(q.client);
		kill_puppet(s.server);
		kill_puppet(w.client);
	}
}

TEST_TIMEOUT(baseline, "every object cache is as before the first program", 120)
{
	static char before[4096], now[4096];
	long long limit = now_ns() + 60 * slow() * SECOND;
	FILE *f = fopen(BASELINE, "r");

	if (!f || !object_counts(now, sizeof(now)))
		selftest_skip("no object counts here");
	before[fread(before, 1, sizeof(before) - 1, f)] = 0;
	fclose(f);
	while (strcmp(before, now) && now_ns() < limit) {
		sleep_ms(50);
		object_counts(now, sizeof(now));
	}
	for (char *line = strtok(now, "\n"); line; line = strtok(NULL, "\n")) {
		char *same = strstr(before, line);

		/* The line as a whole, not the beginning of a longer number. */
		CHECK(same && (same[strlen(line)] == '\n' || !same[strlen(line)]),
		      "now %s", line);
		selftest_note("%s", line);
	}
}
