// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The quotas of groups: at the limit, one above, none, and no limit at all.  The tests are a
 * user of their own, so that nobody else's use counts.
 */
#include "group.h"
#include "quota.h"
#include "scene.h"

enum { USER = 4242 };

struct work {
	struct chorus_cap group[8];
	struct chorus_ui ui[8];
	int result[8];			/* of joining i to i, or to the first */
	bool one;
	bool stay;			/* or the first leaves, and the last joins again */
	int again;
};

static long do_prepare(void *work)
{
	struct work *w = work;

	for (int i = 0; i < 8; i++) {
		w->group[i] = new_group();
		new_port(&w->ui[i]);
	}
	return 0;
}

static long do_join(void *work)
{
	struct work *w = work;

	for (int i = 0; i < 8; i++)
		w->result[i] = join(w->group[w->one ? 0 : i], w->ui[i]);
	if (!w->stay && !w->result[0] && !leave(w->group[0], w->ui[0])) {
		/* Memory is counted until nobody can look at it any more. */
		for (long long limit = now_ns() + LATE; now_ns() < limit;) {
			w->again = join(w->group[w->one ? 0 : 7], w->ui[7]);
			if (w->again != -EDQUOT)
				break;
			sleep_ms(1);
		}
	}
	return 0;
}

static struct work *work_as(unsigned long uid, struct puppet **p, bool one)
{
	struct work *w = SHARED(struct work);

	*p = somebody(uid);
	w->one = one;
	MUST(run(*p, do_prepare, w));
	return w;
}

/* As users from @uid on: what others of that name have used may be counted still. */
static void at_limit(const char *name, bool one, unsigned long uid)
{
	static const struct { const char *value; int limit; } rows[] = {
		{ "3", 3 }, { "0", 0 }, { "8", 8 }, { "4294967295", 8 },
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rows); r++) {
		struct puppet *p;
		struct work *w = work_as(uid + r, &p, one);
		long long old = parameter(name, rows[r].value);

		EXPECT(run(p, do_join, w), 0);
		restore(name, old);
		selftest_note("%s = %s", name, rows[r].value);
		for (int i = 0; i < 8; i++)
			EXPECT(w->result[i], i < rows[r].limit ? 0 : -EDQUOT);
		if (rows[r].limit)
			EXPECT(w->again, 0);
		kill_puppet(p);
	}
}

TEST(members, "max_members: memberships an actor has made")
{
	at_limit("max_members", true, USER + 100);
}

TEST(user_members, "max_user_members: memberships a user has made")
{
	at_limit("max_user_members", true, USER + 200);
}

TEST(groups, "max_groups: groups a user has made")
{
	at_limit("max_groups", false, USER + 300);
}

TEST(per_user, "another actor has its own max_members, but shares max_user_members")
{
	struct puppet *p, *q, *r;
	struct work *first = work_as(USER + 10, &p, true), *same = work_as(USER + 10, &q, true),
		    *other = work_as(USER + 11, &r, true);
	long long old = parameter("max_user_members", "8");

	first->stay = same->stay = other->stay = true;
	EXPECT(run(p, do_join, first), 0);
	EXPECT(run(q, do_join, same), 0);
	EXPECT(run(r, do_join, other), 0);
	restore("max_user_members", old);
	EXPECT(first->result[7], 0);
	EXPECT(same->result[0], -EDQUOT);
	EXPECT(other->result[7], 0);
}

struct costly {
	struct chorus_cap group;
	int li[4];
	unsigned int size;
	long result;
};

static long do_costly(void *costly)
{
	static unsigned char body[CHORUS_BODY_MAX];
	struct costly *c = costly;
	struct chorus_ipc_send s = { .body = PTR(body), .body_size = c->size };

	c->group = new_group();
	s.target = c->group.ui;
	for (int i = 0; i < 4; i++) {
		struct chorus_ui ui;

		c->li[i] = new_port(&ui);
		join(c->group, ui);
	}
	c->result = ipc_send(&s);
	for (int i = 0; i < 4; i++)
		if (receive_number(c->li[i], NULL, POLL) != (c->result ? -ETIMEDOUT : 0))
			return -EIO;
	return 0;
}

TEST(bytes, "the body of a broadcast is charged once, its messages one by one, all or nothing")
{
	static const struct { const char *name, *value; unsigned int size; int result; } rows[] = {
		{ "max_bytes", "65536", 65536, 0 },
		{ "max_bytes", "65535", 65536, -EDQUOT },
		{ "max_bytes", "65535", 0, 0 },
		{ "max_messages", "4", 8, 0 },
		{ "max_messages", "3", 8, -EDQUOT },
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rows); r++) {
		struct puppet *p = somebody(USER + 20 + r);
		struct costly *c = SHARED(struct costly);
		long long old;

		c->size = rows[r].size;
		old = parameter(rows[r].name, rows[r].value);
		EXPECT(run(p, do_costly, c), 0);
		restore(rows[r].name, old);
		selftest_note("%s = %s", rows[r].name, rows[r].value);
		EXPECT(c->result, rows[r].result);
		kill_puppet(p);
	}
}
