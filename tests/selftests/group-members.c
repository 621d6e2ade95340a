// SPDX-License-Identifier: GPL-2.0-or-later
/* Names, keys and membership of groups. */
#include "group.h"
#include "scene.h"

TEST(names, "fresh groups have fresh names and keys; a static one has the same for all")
{
	struct chorus_cap a, b;

	actor_open();
	a = new_group();
	b = new_group();
	CHECK(!same_ui(a.ui, b.ui) && a.key.k[0] != b.key.k[0] && a.key.k[1] != b.key.k[1]);
	CHECK(a.ui.head >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_GROUP && a.ui.tail);
	a = group_of(CHORUS_UI_STATGROUP_USER, 7);
	b = group_of(CHORUS_UI_STATGROUP_USER, 7);
	CHECK(!memcmp(&a, &b, sizeof(a)));
	CHECK(a.ui.head == (__u64)CHORUS_UI_STATGROUP_USER << CHORUS_UI_TYPE_SHIFT && a.ui.tail == 7);
	b = group_of(CHORUS_UI_STATGROUP_USER, 8);
	CHECK(!same_ui(a.ui, b.ui) && memcmp(&a.key, &b.key, sizeof(a.key)));
	b = group_of(CHORUS_UI_STATGROUP_USER, ~0u);
	CHECK(b.ui.tail == 0xffffffff);
	group_of(CHORUS_UI_STATGROUP_USER, 0);
}

TEST(allocate, "no other type, no stamp for a fresh group")
{
	struct chorus_group_allocate a = { 0 };

	actor_open();
	for (a.type = 0; a.type < 256; a.type++)
		if (a.type < CHORUS_UI_GROUP || a.type > CHORUS_UI_GROUP_SHARED)
			EXPECT(group_allocate(&a), -EINVAL);
	a.type = ~0u;
	EXPECT(group_allocate(&a), -EINVAL);
	a.type = CHORUS_UI_GROUP;
	a.stamp = 1;
	EXPECT(group_allocate(&a), -EINVAL);
}

TEST(insert, "inserting twice is a success, removing what is no member is not")
{
	struct chorus_cap group;
	struct chorus_ui a, b;
	int li;

	actor_open();
	group = new_group();
	li = new_port(&a);
	new_port(&b);
	EXPECT(leave(group, a), -ENOENT);
	EXPECT(join(group, a), 0);
	EXPECT(join(group, a), 0);
	EXPECT(leave(group, b), -ENOENT);
	/* Once a member, however often inserted. */
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	expect_one(li, 1);
	EXPECT(leave(group, a), 0);
	EXPECT(leave(group, a), -ENOENT);
	EXPECT(send_to(group.ui, NOWHERE, 2), -EHOSTUNREACH);
	/* And again, after the group was gone. */
	EXPECT(join(group, a), 0);
	EXPECT(send_to(group.ui, NOWHERE, 3), 0);
	expect_one(li, 3);
}

TEST(mode_ignored, "a capability whose name has a mode is still that of the group")
{
	struct chorus_cap group, other;
	struct chorus_ui a;
	int li;

	actor_open();
	group = other = new_group();
	other.ui = in_mode(group, CHORUS_MODE_EXCEPT);
	li = new_port(&a);
	EXPECT(join(other, a), 0);
	EXPECT(join(group, a), 0);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	expect_one(li, 1);
	EXPECT(leave(other, a), 0);
	EXPECT(leave(group, a), -ENOENT);
}

TEST(key, "each bit of the key matters, to insert and to remove")
{
	static const unsigned int types[] = { CHORUS_UI_GROUP, CHORUS_UI_STATGROUP_USER };
	struct chorus_ui a;

	actor_open();
	new_port(&a);
	for (unsigned int t = 0; t < ARRAY_SIZE(types); t++) {
		struct chorus_cap group = group_of(types[t], t ? 11 : 0), wrong;

		for (int bit = 0; bit < 128; bit++) {
			wrong = group;
			wrong.key.k[bit / 64] ^= 1ULL << bit % 64;
			EXPECT(join(wrong, a), -EACCES);
		}
		EXPECT(join(group, a), 0);
		for (int bit = 0; bit < 128; bit++) {
			wrong = group;
			wrong.key.k[bit / 64] ^= 1ULL << bit % 64;
			EXPECT(leave(wrong, a), -EACCES);
		}
		EXPECT(leave(group, a), 0);
	}
}

TEST(names_of_others, "a key opens its own group only, and what is no group is EINVAL")
{
	struct chorus_cap group, other, cap;
	struct chorus_ui a;

	actor_open();
	new_port(&a);
	group = new_group();
	other = new_group();
	cap = other;
	cap.key = group.key;
	EXPECT(join(cap, a), -EACCES);
	cap = group;
	cap.ui.tail ^= 1;
	EXPECT(join(cap, a), -EACCES);
	cap = group;
	cap.ui.head ^= 1;			/* another site */
	EXPECT(join(cap, a), -EACCES);
	cap = group;
	cap.ui = a;
	EXPECT(join(cap, a), -EINVAL);
	EXPECT(leave(cap, a), -EINVAL);
	EXPECT(join(own_capability(), a), -EINVAL);
	cap.ui = NOWHERE;
	EXPECT(join(cap, a), -EINVAL);
}

TEST(ports, "any living port of the site, nothing else")
{
	struct puppet *other = puppet_actor();
	struct chorus_port_delete d = { 0 };
	struct chorus_cap group;
	struct chorus_ui a, far;
	struct note *n = SHARED(struct note);

	actor_open();
	group = new_group();
	EXPECT(join(group, NOWHERE), -EHOSTUNREACH);
	EXPECT(join(group, group.ui), -EHOSTUNREACH);
	EXPECT(join(group, own_capability().ui), -EHOSTUNREACH);
	d.li = new_port(&a);
	EXPECT(port_delete(&d), 0);
	EXPECT(join(group, a), -EHOSTUNREACH);
	/* None of these left a group behind. */
	EXPECT(send_to(group.ui, NOWHERE, 1), -EHOSTUNREACH);
	/* Another actor's port, by who knows its name. */
	n->li = puppet_port(other, &far);
	EXPECT(join(group, far), 0);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	n->timeout = POLL;
	EXPECT(run(other, note_receive, n), 0);
	CHECK(n->got == 2);
	EXPECT(join(group, default_port()), 0);
	EXPECT(leave(group, far), 0);
}

static long do_system_group(void *cap)
{
	struct chorus_group_allocate a = { .type = CHORUS_UI_STATGROUP_SYS, .stamp = 5 };
	int result = group_allocate(&a);

	*(struct chorus_cap *)cap = a.out_cap;
	return result;
}

TEST(system, "a static system group is for system actors, also with the right key")
{
	struct chorus_cap *cap = SHARED(struct chorus_cap), user;
	struct chorus_ui a;
	int li;

	actor_open();
	li = new_port(&a);
	EXPECT(do_system_group(cap), -EPERM);
	EXPECT(set_privilege(CHORUS_ACTOR_SYSTEM), 0);
	EXPECT(do_system_group(cap), 0);
	EXPECT(join(*cap, a), 0);
	EXPECT(set_privilege(CHORUS_ACTOR_USER), 0);
	EXPECT(join(*cap, a), -EPERM);
	EXPECT(leave(*cap, a), -EPERM);
	/* The user group of that stamp is another one. */
	user = group_of(CHORUS_UI_STATGROUP_USER, 5);
	EXPECT(leave(user, a), -ENOENT);
	/* Anybody may send. */
	EXPECT(send_to(cap->ui, NOWHERE, 3), 0);
	expect_one(li, 3);
}

TEST(several, "a port may be in many groups, and leaves all of them when it is deleted")
{
	struct chorus_cap group[40];
	struct chorus_port_delete d = { 0 };
	struct chorus_ui a, b;
	int stays;

	actor_open();
	d.li = new_port(&a);
	stays = new_port(&b);
	for (unsigned int i = 0; i < ARRAY_SIZE(group); i++) {
		group[i] = new_group();
		EXPECT(join(group[i], a), 0);
		if (i % 2)
			EXPECT(join(group[i], b), 0);
	}
	EXPECT(port_delete(&d), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(group); i++) {
		EXPECT(send_to(group[i].ui, NOWHERE, i), i % 2 ? 0 : -EHOSTUNREACH);
		EXPECT(leave(group[i], a), -ENOENT);
	}
	for (unsigned int i = 1; i < ARRAY_SIZE(group); i += 2) {
		__u64 got = 0;

		EXPECT(receive_number(stays, &got, POLL), 0);
		CHECK(got == i);
	}
}

TEST(migrates, "a port that moves to another actor stays a member, and leaves with its new one")
{
	struct scene s = scene_new();
	struct puppet *to = puppet_actor();
	struct chorus_port_migrate *m = SHARED(struct chorus_port_migrate);
	struct note *n = SHARED(struct note);
	struct chorus_cap group;

	actor_open();
	group = new_group();
	EXPECT(join(group, s.port), 0);
	m->from = puppet_capability(s.server);
	m->to = puppet_capability(to);
	m->li = s.li;
	EXPECT(port_migrate(m), 0);
	kill_puppet(s.server);
	EXPECT(send_to(group.ui, NOWHERE, 5), 0);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, 6), 0);
	n->li = m->out_li;
	n->timeout = POLL;
	EXPECT(run(to, note_receive, n), 0);
	CHECK(n->got == 5);
	EXPECT(run(to, note_receive, n), 0);
	CHECK(n->got == 6);
	EXPECT(join(group, s.port), 0);
	kill_puppet(to);
	EXPECT(send_to(group.ui, NOWHERE, 7), -EHOSTUNREACH);
	EXPECT(leave(group, s.port), -ENOENT);
}
