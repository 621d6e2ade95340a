// SPDX-License-Identifier: GPL-2.0-or-later
/* The four ways to address a group, and the group without members. */
#include "group.h"
#include "scene.h"

enum { MEMBERS = 5 };

static struct chorus_cap group;
static struct chorus_ui ui[MEMBERS];
static int li[MEMBERS];

static void setup(void)
{
	actor_open();
	group = new_group();
	for (int i = 0; i < MEMBERS; i++) {
		li[i] = new_port(&ui[i]);
		EXPECT(join(group, ui[i]), 0);
	}
}

/* Which member has got the one message there is. */
static int who(__u64 value)
{
	int found = -1;
	__u64 got;

	for (int i = 0; i < MEMBERS; i++) {
		int result = receive_number(li[i], &got, POLL);

		if (result)
			continue;
		CHECK(got == value && found < 0);
		found = i;
	}
	CHECK(found >= 0, "nobody has got it");
	return found;
}

TEST(broadcast, "without ipcTarget every member gets a message, once")
{
	struct chorus_ipc_sysinfo info = { 0 };

	setup();
	EXPECT(send_to(group.ui, NOWHERE, 42), 0);
	for (int i = 0; i < MEMBERS; i++)
		expect_one(li[i], 42);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_BROADCAST), NOWHERE, 43), 0);
	for (int i = 0; i < MEMBERS; i++)
		expect_one(li[i], 43);
	/* The receiver sees what was addressed. */
	EXPECT(ipc_sysinfo(&info), 0);
	CHECK(same_ui(info.out_target, group.ui) && same_ui(info.out_src, default_port()));
}

TEST(call, "a call to all members is refused")
{
	__u64 got;

	setup();
	EXPECT(call_to(group.ui, NOWHERE, 1, &got, POLL), -EINVAL);
	for (int i = 0; i < MEMBERS; i++)
		expect_none(li[i]);
}

TEST(any, "one member gets it, and each its turn")
{
	bool met[MEMBERS] = { false };

	setup();
	for (int i = 0; i < MEMBERS; i++) {
		EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, i), 0);
		met[who(i)] = true;
	}
	for (int i = 0; i < MEMBERS; i++)
		CHECK(met[i], "member %d was left out", i);
}

TEST(with, "on the site of the coTarget: any object of this site will do, no other")
{
	struct chorus_ui far = ui[0];
	struct puppet *other = puppet_actor();
	struct chorus_hello h = { 0 };

	setup();
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), puppet_default_port(other), 1), 0);
	who(1);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), own_capability().ui, 2), 0);
	who(2);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), ui[1], 3), 0);
	who(3);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), in_mode(group, CHORUS_MODE_ANY), 4), 0);
	who(4);
	/* The site by its own name. */
	EXPECT(hello(&h), 0);
	far = (struct chorus_ui){ .head = (__u64)CHORUS_UI_SITE << CHORUS_UI_TYPE_SHIFT | h.out_site };
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), far, 5), 0);
	who(5);
	far.head ^= 1;
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), far, 6), -EHOSTUNREACH);
	far = ui[0];
	far.tail = ~far.tail;
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), far, 7), -EHOSTUNREACH);
}

TEST(except, "anyone but the coTarget: never that one, each of the others")
{
	unsigned int count[MEMBERS] = { 0 };
	struct chorus_ui stranger;

	setup();
	for (int i = 0; i < 100; i++) {
		EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), ui[2], i), 0);
		count[who(i)]++;
	}
	CHECK(!count[2]);
	for (int i = 0; i < MEMBERS; i++)
		CHECK(i == 2 || (count[i] >= 24 && count[i] <= 26), "member %d: %u", i, count[i]);
	/* Who is no member keeps nobody away. */
	new_port(&stranger);
	for (int i = 0; i < MEMBERS; i++) {
		EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), stranger, i), 0);
		who(i);
	}
	/* Only the excluded one is left. */
	for (int i = 0; i < MEMBERS; i++)
		if (i != 2)
			EXPECT(leave(group, ui[i]), 0);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), ui[2], 1), -EHOSTUNREACH);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), ui[0], 2), 0);
	CHECK(who(2) == 2);
}

TEST(cotarget, "a coTarget where none belongs, and none where one does, is EINVAL")
{
	__u64 got;

	setup();
	EXPECT(send_to(group.ui, ui[0], 1), -EINVAL);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), ui[0], 1), -EINVAL);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), NOWHERE, 1), -EINVAL);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), NOWHERE, 1), -EINVAL);
	EXPECT(send_to(ui[0], ui[1], 1), -EINVAL);
	EXPECT(call_to(in_mode(group, CHORUS_MODE_ANY), ui[0], 1, &got, POLL), -EINVAL);
	EXPECT(call_to(in_mode(group, CHORUS_MODE_WITH), NOWHERE, 1, &got, POLL), -EINVAL);
	for (int i = 0; i < MEMBERS; i++)
		expect_none(li[i]);
}

TEST(no_mode, "a mode on what is no group leads nowhere")
{
	struct chorus_ui odd;

	setup();
	odd = ui[0];
	odd.head |= (__u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	EXPECT(send_to(odd, NOWHERE, 1), -EHOSTUNREACH);
	EXPECT(join(group, odd), -EHOSTUNREACH);
	expect_none(li[0]);
}

TEST(empty, "a group without members is EHOSTUNREACH in every mode")
{
	struct chorus_cap nobody;
	struct chorus_ui port;
	__u64 got;

	actor_open();
	nobody = new_group();
	new_port(&port);
	for (int mode = CHORUS_MODE_BROADCAST; mode <= CHORUS_MODE_EXCEPT; mode++) {
		struct chorus_ui co = mode < CHORUS_MODE_WITH ? NOWHERE : port;

		EXPECT(send_to(in_mode(nobody, mode), co, 1), -EHOSTUNREACH);
		if (mode)
			EXPECT(call_to(in_mode(nobody, mode), co, 1, &got, FOREVER), -EHOSTUNREACH);
	}
}

/* A member of another actor answers a call. */
static long do_serve_one(void *note)
{
	struct note *n = note;

	return note_receive(n) ?: reply_number(n->msg, n->got + 1);
}

TEST(called, "a call in the three modes is served by a member and answered")
{
	struct scene s = scene_new();
	struct chorus_ui mine;
	__u64 got = 0;

	actor_open();
	group = new_group();
	new_port(&mine);
	EXPECT(join(group, s.port), 0);
	for (int mode = CHORUS_MODE_ANY; mode <= CHORUS_MODE_EXCEPT; mode++) {
		begin(s.server, do_serve_one, s.receive);
		EXPECT(call_to(in_mode(group, mode), mode == CHORUS_MODE_ANY ? NOWHERE : mine, mode,
			       &got, FOREVER), 0);
		CHECK(got == (__u64)mode + 1);
		EXPECT(end(s.server), 0);
	}
}
