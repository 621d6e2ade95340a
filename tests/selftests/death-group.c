// SPDX-License-Identifier: GPL-2.0-or-later
/* Notices of members that leave a group, and of its end. */
#include "death.h"
#include "group.h"
#include "scene.h"

static struct chorus_watch members_of(struct chorus_ui group, int li, __u64 cookie)
{
	return (struct chorus_watch){
		.flags = CHORUS_WATCH_MEMBERS, .object = group, .li = li, .cookie = cookie,
	};
}

static void expect_left(int li, __u64 cookie, struct chorus_ui group, struct chorus_ui member,
			__u64 departures, unsigned int members)
{
	struct notice n = take_notice(li, SURELY);

	CHECK(n.death.cookie == cookie && same_ui(n.death.object, group));
	CHECK(same_ui(n.death.member, member));
	CHECK(n.death.departures == departures && n.death.members == members,
	      "%llu have left, %u are there", (unsigned long long)n.death.departures,
	      n.death.members);
}

TEST(empty, "the end of a group is told when the last member is gone, removed or dead")
{
	struct puppet *server = puppet_actor();
	struct chorus_ui mine, theirs;
	struct chorus_cap group;

	actor_open();
	group = new_group();
	EXPECT(watch_for(group.ui, 0, 1), -EHOSTUNREACH);
	new_port(&mine);
	puppet_port(server, &theirs);
	EXPECT(join(group, mine), 0);
	EXPECT(join(group, theirs), 0);
	/* In whatever mode it is named. */
	EXPECT(watch_for(in_mode(group, CHORUS_MODE_EXCEPT), 0, 1), 0);
	EXPECT(watch_for(group.ui, 0, 1), -EEXIST);
	EXPECT(leave(group, mine), 0);
	expect_no_notice(0);
	kill_puppet(server);
	expect_left(0, 1, group.ui, theirs, 2, 0);
	expect_no_notice(0);
	EXPECT(watch_for(group.ui, 0, 1), -EHOSTUNREACH);
	/* Whoever comes next makes another group of the same name. */
	EXPECT(join(group, mine), 0);
	EXPECT(watch_for(group.ui, 0, 1), 0);
	EXPECT(leave(group, mine), 0);
	expect_left(0, 1, group.ui, mine, 1, 0);
}

TEST(member, "each departure can be told, with who left and how many are there")
{
	struct chorus_ui ui[4];
	struct chorus_port_delete d = { 0 };
	struct chorus_cap group;
	struct chorus_watch w;
	int li[4];

	actor_open();
	group = new_group();
	for (int i = 0; i < 4; i++) {
		li[i] = new_port(&ui[i]);
		EXPECT(join(group, ui[i]), 0);
	}
	w = members_of(group.ui, 0, 7);
	EXPECT(watch(&w), 0);
	CHECK(!w.out_departures);
	EXPECT(leave(group, ui[0]), 0);
	expect_left(0, 7, group.ui, ui[0], 1, 3);
	/* Once: the next has to be asked for. */
	d.li = li[1];
	EXPECT(port_delete(&d), 0);
	expect_no_notice(0);
	EXPECT(watch(&w), 0);
	CHECK(w.out_departures == 2);
	d.li = li[2];
	EXPECT(port_delete(&d), 0);
	expect_left(0, 7, group.ui, ui[2], 3, 1);
	EXPECT(watch(&w), 0);
	EXPECT(leave(group, ui[3]), 0);
	expect_left(0, 7, group.ui, ui[3], 4, 0);
	EXPECT(watch(&w), -EHOSTUNREACH);
}

TEST(since, "a departure between two watches is not missed")
{
	struct chorus_ui ui[3];
	struct chorus_cap group;
	struct chorus_watch w;

	actor_open();
	group = new_group();
	for (int i = 0; i < 3; i++) {
		new_port(&ui[i]);
		EXPECT(join(group, ui[i]), 0);
	}
	EXPECT(leave(group, ui[0]), 0);
	w = members_of(group.ui, 0, 1);
	w.flags |= CHORUS_WATCH_SINCE;
	w.seen = 1;
	EXPECT(watch(&w), 0);
	expect_no_notice(0);
	EXPECT(watch(&w), -EEXIST);
	w.seen = 0;
	w.cookie = 2;
	EXPECT(watch(&w), 0);
	CHECK(w.out_departures == 1);
	expect_left(0, 2, group.ui, NOWHERE, 1, 2);
	/* That one is used up. */
	w.seen = 5;
	EXPECT(watch(&w), 0);
	EXPECT(leave(group, ui[1]), 0);
	expect_left(0, 1, group.ui, ui[1], 2, 1);
	expect_left(0, 2, group.ui, ui[1], 2, 1);
	expect_no_notice(0);
}

TEST(shared, "a group with a shared queue is told of, too; so is a static one")
{
	struct puppet *server = puppet_actor();
	struct chorus_cap group[2];
	struct chorus_watch w;
	struct chorus_ui ui;

	actor_open();
	group[0] = group_of(CHORUS_UI_GROUP_SHARED, 0);
	group[1] = group_of(CHORUS_UI_STATGROUP_USER, 0xdea7);
	puppet_port(server, &ui);
	for (int i = 0; i < 2; i++) {
		EXPECT(join(group[i], ui), 0);
		w = members_of(group[i].ui, 0, i);
		EXPECT(watch(&w), 0);
		EXPECT(watch_for(group[i].ui, 0, 10 + i), 0);
	}
	kill_puppet(server);
	for (int i = 0; i < 4; i++) {
		struct notice n = take_notice(0, SURELY);
		int which = n.death.cookie % 10;

		REQUIRE(which < 2);
		CHECK(same_ui(n.death.object, group[which].ui) && same_ui(n.death.member, ui));
	}
	expect_no_notice(0);
}

struct counter {
	struct chorus_ui group;
	__u64 told;
	unsigned int notices;
};

/* From notice to watch, until the group has ended: its last count. */
static long do_follow(void *counter)
{
	struct counter *c = counter;
	struct chorus_watch w = members_of(c->group, 0, 1);
	struct notice n = { .timeout = SURELY };
	long result;

	w.flags |= CHORUS_WATCH_SINCE;
	do {
		w.seen = c->told;
		result = watch(&w) ?: do_take_notice(&n);
		if (result)
			return result;
		c->notices++;
		if (n.death.departures <= c->told)
			return -EIO;
		c->told = n.death.departures;
	} while (n.death.members);
	return 0;
}

TEST_TIMEOUT(all, "who goes from notice to watch knows of every departure, however fast they come", 60)
{
	enum { MEMBERS = 200 };
	struct counter *c = SHARED(struct counter);
	struct puppet *watcher = puppet_actor();
	struct chorus_ui ui[MEMBERS];
	struct chorus_cap group;

	actor_open();
	group = new_group();
	for (int i = 0; i < MEMBERS; i++) {
		new_port(&ui[i]);
		EXPECT(join(group, ui[i]), 0);
	}
	c->group = group.ui;
	begin(watcher, do_follow, c);
	for (int i = 0; i < MEMBERS - 1; i++)
		EXPECT(leave(group, ui[i]), 0);
	/* It must not find the group gone. */
	while (*(volatile __u64 *)&c->told < MEMBERS - 1 && !ended(watcher))
		sleep_ms(1);
	wait_blocked(watcher);
	EXPECT(leave(group, ui[MEMBERS - 1]), 0);
	EXPECT(end(watcher), 0);
	CHECK(c->told == MEMBERS);
	selftest_note("%u notices", c->notices);
}
