// SPDX-License-Identifier: GPL-2.0-or-later
/* The quota of watches: at the limit, one above, none, and no limit at all. */
#include "death.h"
#include "quota.h"
#include "scene.h"

enum { USER = 4342, TRIES = 6 };

struct work {
	int result[TRIES];
	int again, after;		/* after one was taken back; after one was told */
};

static long do_watches(void *work)
{
	struct work *w = work;
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port;
	int li = new_port(NULL);

	d.li = new_port(&port);
	for (int i = 0; i < TRIES; i++)
		w->result[i] = watch_for(port, li, i);
	if (w->result[0])
		return 0;
	EXPECT(watch_no_more(port, li, 0), 0);
	w->again = watch_for(port, li, 100);
	EXPECT(port_delete(&d), 0);
	/* They were told, and are in the queue: that is the quota of messages. */
	new_port(&port);
	w->after = watch_for(port, li, 0);
	return 0;
}

TEST(limit, "max_watches: deaths a user may ask about at a time")
{
	static const struct { const char *value; int limit; } rows[] = {
		{ "3", 3 }, { "0", 0 }, { "6", 6 }, { "4294967295", 6 },
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rows); r++) {
		struct puppet *p = somebody(USER + r);
		struct work *w = SHARED(struct work);
		long long old = parameter("max_watches", rows[r].value);

		EXPECT(run(p, do_watches, w), 0);
		restore("max_watches", old);
		selftest_note("max_watches = %s", rows[r].value);
		for (int i = 0; i < TRIES; i++)
			EXPECT(w->result[i], i < rows[r].limit ? 0 : -EDQUOT);
		EXPECT(w->again, 0);
		EXPECT(w->after, 0);
		kill_puppet(p);
	}
}

TEST(per_user, "over all actors of a user, and of nobody else")
{
	struct puppet *p = somebody(USER + 10), *q = somebody(USER + 10), *r = somebody(USER + 11);
	struct chorus_watch *w = SHARED(struct chorus_watch);
	long long old;
	long result[3];

	actor_open();
	new_port(&w->object);
	old = parameter("max_watches", "1");
	result[0] = run(p, do_watch, w);
	result[1] = run(q, do_watch, w);
	result[2] = run(r, do_watch, w);
	restore("max_watches", old);
	EXPECT(result[0], 0);
	EXPECT(result[1], -EDQUOT);
	EXPECT(result[2], 0);
	kill_puppet(p);
	w->cookie = 1;
	EXPECT(run(q, do_watch, w), 0);
}

static long do_starved(void *work)
{
	struct work *w = work;
	struct chorus_ui port;

	new_port(&port);
	for (int i = 0; i < TRIES; i++)
		w->result[i] = watch_for(port, 0, i);
	return 0;
}

TEST(messages, "a notice is had beforehand, out of the quota of messages")
{
	struct puppet *p = somebody(USER + 20);
	struct work *w = SHARED(struct work);
	long long old = parameter("max_messages", "2");

	EXPECT(run(p, do_starved, w), 0);
	restore("max_messages", old);
	for (int i = 0; i < TRIES; i++)
		EXPECT(w->result[i], i < 2 ? 0 : -EDQUOT);
}
