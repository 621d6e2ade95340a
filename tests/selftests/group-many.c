// SPDX-License-Identifier: GPL-2.0-or-later
/* 10,000 members of a group, and 10,000 groups. */
#include "group.h"
#include "scene.h"

enum { ACTORS = 4, EACH = 2500, GROUPS = 10000 };

struct many {
	struct chorus_cap group;
	int li[EACH];
	__u64 got;			/* sum of what was received */
	unsigned int count;
};

static long do_ports(void *many)
{
	struct many *m = many;

	for (int i = 0; i < EACH; i++) {
		struct chorus_port_create c = { 0 };
		long result = port_create(&c);

		if (!result)
			result = join(m->group, c.out_ui);
		if (result)
			return result;
		m->li[i] = c.out_li;
	}
	return 0;
}

static long do_collect(void *many)
{
	struct many *m = many;

	m->count = 0;
	m->got = 0;
	for (int i = 0; i < EACH; i++) {
		__u64 got;
		long result;

		while (!(result = receive_number(m->li[i], &got, POLL))) {
			m->count++;
			m->got += got;
		}
		if (result != -ETIMEDOUT)
			return result;
	}
	return 0;
}

TEST_TIMEOUT(members, "10,000 members: a broadcast reaches each once, each gets its turn", 100)
{
	struct puppet *p[ACTORS];
	struct many *m[ACTORS];
	struct chorus_cap group;

	actor_open();
	group = new_group();
	for (int i = 0; i < ACTORS; i++) {
		p[i] = puppet_actor();
		m[i] = SHARED(struct many);
		m[i]->group = group;
		EXPECT(run(p[i], do_ports, m[i]), 0);
	}
	EXPECT(send_to(group.ui, NOWHERE, 3), 0);
	for (int i = 0; i < ACTORS; i++) {
		EXPECT(run(p[i], do_collect, m[i]), 0);
		CHECK(m[i]->count == EACH && m[i]->got == 3ULL * EACH, "%u", m[i]->count);
	}
	for (int i = 0; i < ACTORS * EACH; i++)
		EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, 1), 0);
	for (int i = 0; i < ACTORS; i++) {
		EXPECT(run(p[i], do_collect, m[i]), 0);
		CHECK(m[i]->count == EACH, "%u", m[i]->count);
	}
	/* A quarter of them dies at once. */
	kill_puppet(p[1]);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	for (int i = 0; i < ACTORS; i++)
		if (i != 1) {
			EXPECT(run(p[i], do_collect, m[i]), 0);
			CHECK(m[i]->count == EACH);
		}
}

TEST_TIMEOUT(groups, "10,000 groups of one port, which leaves all of them", 100)
{
	struct chorus_cap *group = calloc(GROUPS, sizeof(*group));
	struct chorus_port_delete d = { 0 };
	struct chorus_ui ui;

	REQUIRE(group);
	actor_open();
	d.li = new_port(&ui);
	for (int i = 0; i < GROUPS; i++) {
		group[i] = new_group();
		REQUIRE(!join(group[i], ui));
	}
	for (int i = 0; i < GROUPS; i += 97) {
		EXPECT(send_to(group[i].ui, NOWHERE, i), 0);
		expect_one(d.li, i);
	}
	EXPECT(port_delete(&d), 0);
	for (int i = 0; i < GROUPS; i += 97)
		EXPECT(send_to(group[i].ui, NOWHERE, i), -EHOSTUNREACH);
}
