// SPDX-License-Identifier: GPL-2.0-or-later
/* Execution actor, invoker, thread and depth as a handler sees them. */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "chorus_probe.h"
#include "scene.h"

TEST(who, "the handler runs on the caller's thread, in its owner's name, for the caller")
{
	struct chorus_lap_desc lap;
	struct probe_who w = { 0 };
	struct chorus_ui me;

	actor_open();
	me = own_capability().ui;
	lap = need_lap(PROBE_LAP_WHO);
	EXPECT(invoke(&lap, &w, sizeof(w)), 0);
	CHECK(w.tid == syscall(SYS_gettid));
	CHECK(w.invoker[0] == me.head && w.invoker[1] == me.tail);
	CHECK(w.self[0] >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_ACTOR);
	CHECK(w.self[0] != me.head || w.self[1] != me.tail);
	CHECK(w.depth == 1);
	/* The caller is itself again. */
	CHECK(same_ui(own_capability().ui, me));
}

static long do_who(void *who)
{
	struct chorus_lap_desc lap;

	return find_lap(PROBE_LAP_WHO, 0, &lap) ?: invoke(&lap, who, sizeof(struct probe_who));
}

TEST(others, "each thread and each actor is told apart")
{
	struct puppet *a = puppet_actor(), *b = puppet_actor(), *c = puppet_thread(a);
	struct probe_who *w = shared(3 * sizeof(*w));

	actor_open();
	need_lap(PROBE_LAP_WHO);
	EXPECT(run(a, do_who, &w[0]), 0);
	EXPECT(run(b, do_who, &w[1]), 0);
	EXPECT(run(c, do_who, &w[2]), 0);
	CHECK(w[0].tid == puppet_tid(a) && w[1].tid == puppet_tid(b) && w[2].tid == puppet_tid(c));
	CHECK(!memcmp(w[0].invoker, w[2].invoker, 16) && memcmp(w[0].invoker, w[1].invoker, 16));
	CHECK(!memcmp(w[0].self, w[1].self, 16));
}
