// SPDX-License-Identifier: GPL-2.0-or-later
/* kill -9 of each party at the labelled steps of groups, with the hooks of a test build. */
#include "group.h"
#include "hook.h"
#include "scene.h"

enum { MEMBERS = 6 };

/* Members of the test itself, and one of a puppet in their middle. */
struct setting {
	struct chorus_cap group;
	struct chorus_ui ui[MEMBERS];
	int li[MEMBERS];
	struct puppet *sender, *other;
};

static struct setting setup(void)
{
	struct setting s = { .sender = puppet_actor(), .other = puppet_actor() };

	s.group = new_group();
	for (int i = 0; i < MEMBERS; i++) {
		s.li[i] = i == 2 ? puppet_port(s.other, &s.ui[i]) : new_port(&s.ui[i]);
		EXPECT(join(s.group, s.ui[i]), 0);
	}
	return s;
}

static void broadcast_step(const char *step, bool kill_member)
{
	struct setting s = setup();
	struct note *n = SHARED(struct note);

	n->to = s.group.ui;
	n->value = 77;
	hook_arm(step, kill_member ? s.other : s.sender);
	EXPECT(run(s.sender, note_send, n), kill_member ? 0 : DIED);
	CHECK(hook_reached(step));
	for (int i = 0; i < MEMBERS; i++)
		if (i != 2)
			expect_one(s.li[i], 77);
	if (!kill_member) {
		n->li = s.li[2];
		n->timeout = POLL;
		EXPECT(run(s.other, note_receive, n), 0);
		CHECK(n->got == 77);
	}
	/* The group goes on. */
	EXPECT(send_to(s.group.ui, NOWHERE, 78), 0);
	for (int i = 0; i < MEMBERS; i++)
		if (i != 2)
			expect_one(s.li[i], 78);
}

TEST(sender, "Y1, Y2, Y3: the sender of a broadcast is killed, and has sent it to all")
{
	actor_open();
	broadcast_step("Y1", false);
	broadcast_step("Y2", false);
	broadcast_step("Y3", false);
}

TEST(member, "Y1, Y2, Y3: a member is killed, and the others have got it")
{
	actor_open();
	broadcast_step("Y1", true);
	broadcast_step("Y2", true);
	broadcast_step("Y3", true);
}

static void member_step(const char *step, bool remove, bool kill_owner)
{
	struct puppet *changer = puppet_actor(), *owner = puppet_actor();
	struct chorus_group_member *g = SHARED(struct chorus_group_member);
	bool stays = !remove && !kill_owner;
	long result;

	g->cap = new_group();
	puppet_port(owner, &g->port);
	if (remove)
		EXPECT(join(g->cap, g->port), 0);
	hook_arm(step, kill_owner ? owner : changer);
	result = run(changer, remove ? do_group_remove : do_group_insert, g);
	CHECK(hook_reached(step));
	if (!kill_owner)
		EXPECT(result, DIED);
	else
		EXPECT(result, strcmp(step, "J1") ? 0 : -EHOSTUNREACH);
	EXPECT(send_to(g->cap.ui, NOWHERE, 1), stays ? 0 : -EHOSTUNREACH);
	/* Whatever is left can be ended. */
	EXPECT(leave(g->cap, g->port), stays ? 0 : -ENOENT);
}

TEST(changer, "J1, J2, J3: who inserts or removes is killed, and has done it")
{
	actor_open();
	member_step("J1", false, false);
	member_step("J2", false, false);
	member_step("J3", true, false);
}

TEST(owner, "J1, J2, J3: the owner of the port is killed, and the port is no member")
{
	actor_open();
	member_step("J1", false, true);
	member_step("J2", false, true);
	member_step("J3", true, true);
}
