// SPDX-License-Identifier: GPL-2.0-or-later
/* What a user may hold he may hold once, not in each site of his: network namespaces multiply nothing. */
#define _GNU_SOURCE
#include <sched.h>

#include "group.h"
#include "quota.h"
#include "scene.h"

enum { USER = 4642 };

static long do_new_site(void *unused)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

/* Somebody of this user, with an actor in a site of his own. */
static struct puppet *abroad(unsigned long uid)
{
	struct puppet *p = puppet_process();
	long result = run(p, do_new_site, NULL);

	if (result)
		selftest_skip("no network namespaces: %s", error_name(result));
	MUST_SYS(chmod(DEVICE, 0666));
	result = run(p, do_become, (void *)uid);
	chmod(DEVICE, 0660);
	REQUIRE(!result, "%s", error_name(result));
	return p;
}

static long do_ports(void *result)
{
	struct chorus_port_create c = { 0 };

	for (int i = 0; i < 3; i++)
		((int *)result)[i] = port_create(&c);
	return 0;
}

/* To itself: they stay. */
static long do_sends(void *result)
{
	struct chorus_ui to = default_port();

	for (int i = 0; i < 3; i++)
		((int *)result)[i] = send_number(to, i);
	return 0;
}

static long do_bodies(void *result)
{
	static unsigned char body[4096];
	struct chorus_ipc_send s = {
		.target = default_port(), .body = PTR(body), .body_size = sizeof(body),
	};

	for (int i = 0; i < 3; i++)
		((int *)result)[i] = ipc_send(&s);
	return 0;
}

static long do_groups(void *result)
{
	struct chorus_ui to = default_port();

	for (int i = 0; i < 3; i++)
		((int *)result)[i] = join(new_group(), to);
	return 0;
}

TEST(sites, "ports, messages, bytes, groups: what one site has used up the other lacks")
{
	static const struct {
		const char *name, *value;
		long (*fn)(void *);
	} rows[] = {
		/* Each has a default port. */
		{ "max_user_ports", "5", do_ports }, { "max_messages", "3", do_sends },
		{ "max_bytes", "12288", do_bodies }, { "max_groups", "3", do_groups },
		{ "max_user_members", "3", do_groups },
	};

	for (unsigned int r = 0; r < ARRAY_SIZE(rows); r++) {
		struct puppet *p[2] = { abroad(USER + r), abroad(USER + r) };
		int *result[2] = { shared(3 * sizeof(int)), shared(3 * sizeof(int)) };
		long long old = parameter(rows[r].name, rows[r].value);

		EXPECT(run(p[0], rows[r].fn, result[0]), 0);
		EXPECT(run(p[1], rows[r].fn, result[1]), 0);
		restore(rows[r].name, old);
		selftest_note("%s = %s", rows[r].name, rows[r].value);
		for (int i = 0; i < 3; i++) {
			EXPECT(result[0][i], 0);
			EXPECT(result[1][i], -EDQUOT);
		}
		kill_puppet(p[0]);
		kill_puppet(p[1]);
	}
}

TEST(actors, "nor has a user more actors in two sites than in one")
{
	struct puppet *p = abroad(USER + 20), *q = puppet_process();
	long long old;
	long result;

	(void)p;
	REQUIRE(!run(q, do_new_site, NULL));
	MUST_SYS(chmod(DEVICE, 0666));
	old = parameter("max_actors", "1");
	result = run(q, do_become, (void *)(unsigned long)(USER + 20));
	restore("max_actors", old);
	chmod(DEVICE, 0660);
	EXPECT(result, -EDQUOT);
}
