// SPDX-License-Identifier: GPL-2.0-or-later
/* The quotas of threads that call: of an actor, of a user, at the limit, one above, none, no limit. */
#include "quota.h"
#include "scene.h"

enum { USER = 4542, THREADS = 5 };

/* What each of so many threads of two actors of a user gets when it asks for its local id. */
struct crew {
	struct puppet *p[2 * THREADS];
	int result[2 * THREADS];
};

static struct crew crew_of(unsigned long uid)
{
	struct crew c;

	/* None of them has called yet. */
	for (int i = 0; i < 2 * THREADS; i++)
		c.p[i] = i % THREADS ? puppet_thread(c.p[i - i % THREADS]) : somebody(uid);
	return c;
}

static void crew_call(struct crew *c)
{
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);

	for (int i = 0; i < 2 * THREADS; i++)
		c->result[i] = run(c->p[i], do_thread_self, self);
}

TEST(limit, "max_threads: threads of an actor; a send needs none; one that ends makes room")
{
	static const struct { const char *value; int limit; } rows[] = {
		{ "3", 3 }, { "0", 0 }, { "5", 5 }, { "4294967295", 5 },
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rows); r++) {
		struct crew c = crew_of(USER + r);
		struct note *n = SHARED(struct note);
		long long old = parameter("max_threads", rows[r].value);
		int limit = rows[r].limit;
		long long until;
		long again = 0;

		crew_call(&c);
		n->to = puppet_default_port(c.p[0]);
		EXPECT(run(c.p[THREADS - 1], note_send, n), 0);
		if (limit == 3) {
			exit_thread(c.p[1]);
			/* It is cleaned up on its way out. */
			for (until = now_ns() + LATE; now_ns() < until; sleep_ms(1)) {
				again = run(c.p[4], do_thread_self,
					    SHARED(struct chorus_thread_self));
				if (again != -EDQUOT)
					break;
			}
		}
		restore("max_threads", old);
		EXPECT(again, 0);
		selftest_note("max_threads = %s", rows[r].value);
		for (int i = 0; i < 2 * THREADS; i++)
			EXPECT(c.result[i], i % THREADS < limit ? 0 : -EDQUOT);
		kill_puppet(c.p[0]);
		kill_puppet(c.p[THREADS]);
	}
}

TEST(user, "max_user_threads: of all actors of a user, of nobody else")
{
	struct crew c = crew_of(USER + 10), other = crew_of(USER + 11);
	long long old = parameter("max_user_threads", "7");

	crew_call(&c);
	crew_call(&other);
	restore("max_user_threads", old);
	for (int i = 0; i < 2 * THREADS; i++) {
		EXPECT(c.result[i], i < 7 ? 0 : -EDQUOT);
		EXPECT(other.result[i], i < 7 ? 0 : -EDQUOT);
	}
}
