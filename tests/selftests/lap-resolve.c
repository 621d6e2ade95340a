// SPDX-License-Identifier: GPL-2.0-or-later
/* lapResolve: names, protection, waiting. */
#include "blocked.h"

static int resolve(const char *name, unsigned int flags, long long timeout)
{
	struct chorus_lap_resolve r = { .flags = flags, .timeout = timeout };

	memcpy(r.name, name, 8);
	return lap_resolve(&r);
}

TEST(names, "bad names are EINVAL, an unbound name is ENOENT with NOBLOCK")
{
	actor_open();
	EXPECT(resolve("no_such", CHORUS_LAP_NOBLOCK, 0), -ENOENT);
	EXPECT(resolve("no_such", CHORUS_LAP_NOBLOCK, FOREVER), -ENOENT);
	EXPECT(resolve("\0\0\0\0\0\0\0", CHORUS_LAP_NOBLOCK, 0), -EINVAL);
	EXPECT(resolve("12345678", CHORUS_LAP_NOBLOCK, 0), -EINVAL);
	EXPECT(resolve("1234567", CHORUS_LAP_NOBLOCK, 0), -ENOENT);
	EXPECT(resolve("echo\0\0x", CHORUS_LAP_NOBLOCK, 0), -EINVAL);
	EXPECT(resolve("a\nb\0\0\0\0", CHORUS_LAP_NOBLOCK, 0), -EINVAL);
}

TEST(found, "a bound name is found, with and without waiting")
{
	struct chorus_lap_desc desc;

	actor_open();
	desc = need_lap(ECHO_LAP_ECHO);
	CHECK(desc.arg_size == sizeof(struct echo_arg));
	EXPECT(resolve("echo\0\0\0", 0, 0), 0);
	EXPECT(resolve("echo\0\0\0", 0, FOREVER), 0);
	EXPECT(resolve("echo\0\0\0", CHORUS_LAP_NOBLOCK, 0), 0);
}

TEST(protected, "a protected name is for SYSTEM actors that ask for it")
{
	struct chorus_lap_desc desc;

	actor_open();
	need_lap(PROBE_LAP_FAIL);
	EXPECT(find_lap(PROBE_LAP_PROTECTED, 0, &desc), -ENOENT);
	EXPECT(find_lap(PROBE_LAP_PROTECTED, CHORUS_LAP_PROTECTED, &desc), -EPERM);
	EXPECT(find_lap("no_such", CHORUS_LAP_PROTECTED, &desc), -EPERM);
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(find_lap(PROBE_LAP_PROTECTED, CHORUS_LAP_PROTECTED, &desc), 0);
	EXPECT(find_lap("no_such", CHORUS_LAP_PROTECTED, &desc), -ENOENT);
	MUST(set_privilege(CHORUS_ACTOR_USER));
	EXPECT(find_lap(PROBE_LAP_PROTECTED, CHORUS_LAP_PROTECTED, &desc), -EPERM);
}

TEST(timeout, "waiting for a name: poll, bounded")
{
	long long start;

	actor_open();
	EXPECT(resolve("no_such", 0, 0), -ETIMEDOUT);
	start = now_ns();
	EXPECT(resolve("no_such", 0, 120 * MS), -ETIMEDOUT);
	CHECK(now_ns() - start >= 120 * MS && now_ns() - start < LATE);
}

TEST(late, "a resolve that waits wakes when the name is bound, all of them")
{
	struct blocked b;
	struct puppet *second = puppet_actor();
	struct note *n = SHARED(struct note);
	struct chorus_lap_desc desc, fail;

	actor_open();
	need_lap(PROBE_LAP_LATE);
	fail = need_lap(PROBE_LAP_FAIL);
	n->timeout = FOREVER;
	REQUIRE(blocked_start(&b, RESOLVE, FOREVER, 0));
	begin(second, blocked_resolve, n);
	wait_blocked(second);
	blocked_bind(&b, 50);
	EXPECT(end(b.victim), 0);
	EXPECT(end(second), 0);
	desc = b.n->resolve.out_desc;
	CHECK(same_ui(desc.lap, n->resolve.out_desc.lap) && same_ui(desc.lap, fail.lap));
	EXPECT(invoke(&desc, NULL, 0), -EREMOTEIO);
	/* Unbound, it is gone; the descriptor is as good as before. */
	blocked_bind(&b, 0);
	EXPECT(find_lap(PROBE_LAP_BOUND, 0, &desc), -ENOENT);
	EXPECT(invoke(&desc, NULL, 0), -EREMOTEIO);
}

TEST(killed, "killed while it waits")
{
	struct puppet *p = puppet_actor();
	struct note *n = SHARED(struct note);

	n->timeout = FOREVER;
	begin(p, blocked_resolve, n);
	wait_blocked(p);
	kill_puppet(p);
}
