// SPDX-License-Identifier: GPL-2.0-or-later
/* What a broadcast carries, to whom, in which order, and at whose cost. */
#define _GNU_SOURCE
#include <sched.h>

#include "group.h"
#include "scene.h"

static unsigned char body[CHORUS_BODY_MAX + 1], got[CHORUS_BODY_MAX];

TEST(order, "broadcasts of one sender arrive in their order at every member")
{
	enum { SENDERS = 3, MEMBERS = 4, EACH = 30 };
	unsigned int next[MEMBERS][SENDERS] = { { 0 } };
	struct puppet *sender[SENDERS];
	struct chorus_cap group;
	int li[MEMBERS];
	struct note *n;
	__u64 value;

	actor_open();
	group = new_group();
	for (int i = 0; i < MEMBERS; i++) {
		struct chorus_ui ui;

		li[i] = new_port(&ui);
		EXPECT(join(group, ui), 0);
	}
	for (int i = 0; i < SENDERS; i++)
		sender[i] = puppet_actor();
	for (int round = 0; round < EACH; round++) {
		/* All at once, each its next. */
		for (int i = 0; i < SENDERS; i++) {
			n = SHARED(struct note);
			n->to = group.ui;
			n->value = (__u64)i << 32 | round;
			begin(sender[i], note_send, n);
		}
		for (int i = 0; i < SENDERS; i++)
			EXPECT(end(sender[i]), 0);
	}
	for (int i = 0; i < MEMBERS; i++) {
		for (int k = 0; k < SENDERS * EACH; k++) {
			REQUIRE(!receive_number(li[i], &value, POLL));
			REQUIRE(value >> 32 < SENDERS);
			CHECK((__u32)value == next[i][value >> 32]++, "member %d", i);
		}
		expect_none(li[i]);
	}
}

TEST(bodies, "bodies of all sizes and annexes arrive whole, at every member")
{
	static const unsigned int sizes[] = { 0, 1, 8, 127, 128, 129, 4096, 5000, CHORUS_BODY_MAX };
	unsigned char annex[CHORUS_ANNEX_SIZE], got_annex[CHORUS_ANNEX_SIZE];
	struct chorus_cap group;
	int li[3];

	actor_open();
	group = new_group();
	for (int i = 0; i < 3; i++) {
		struct chorus_ui ui;

		li[i] = new_port(&ui);
		EXPECT(join(group, ui), 0);
	}
	for (unsigned int i = 0; i < sizeof(body); i++)
		body[i] = i * 7 + i / 251;
	memset(annex, 0x5a, sizeof(annex));
	for (unsigned int s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct chorus_ipc_send send = {
			.target = group.ui, .body = PTR(body), .body_size = sizes[s],
			.annex = s % 2 ? PTR(annex) : 0,
		};

		EXPECT(ipc_send(&send), 0);
		for (int i = 0; i < 3; i++) {
			struct chorus_ipc_receive r = {
				.li = li[i], .body = PTR(got), .body_size = sizeof(got),
				.annex = PTR(got_annex), .timeout = POLL,
			};

			EXPECT(ipc_receive(&r), 0);
			CHECK(r.out_body_size == sizes[s] && !memcmp(got, body, sizes[s]));
			CHECK(same_bytes(got_annex, sizeof(got_annex), s % 2 ? 0x5a : 0));
			memset(got, 0, sizeof(got));
		}
	}
	struct chorus_ipc_send much = {
		.target = group.ui, .body = PTR(body), .body_size = CHORUS_BODY_MAX + 1,
	};
	EXPECT(ipc_send(&much), -EMSGSIZE);
	much.body_size = 16;
	much.body = 8;
	EXPECT(ipc_send(&much), -EFAULT);
	much.body = PTR(body);
	much.annex = 8;
	EXPECT(ipc_send(&much), -EFAULT);
	for (int i = 0; i < 3; i++)
		expect_none(li[i]);
}

TEST(cut, "a member that has no room for the body gets it later, whatever the others do")
{
	struct chorus_cap group;
	int li[2];

	actor_open();
	group = new_group();
	for (int i = 0; i < 2; i++) {
		struct chorus_ui ui;

		li[i] = new_port(&ui);
		EXPECT(join(group, ui), 0);
	}
	memset(body, 0x77, 300);
	struct chorus_ipc_send send = { .target = group.ui, .body = PTR(body), .body_size = 300 };
	struct chorus_ipc_receive r = { .li = li[0], .timeout = POLL };
	struct chorus_ipc_get_data g = { .body = PTR(got), .body_size = sizeof(got) };

	EXPECT(ipc_send(&send), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags & CHORUS_MSG_MORE);
	/* The other one is done with it. */
	r = (struct chorus_ipc_receive){ .li = li[1], .body = PTR(body + 1000), .body_size = 300 };
	EXPECT(run(puppet_thread(NULL), do_ipc_receive, &r), 0);
	CHECK(same_bytes(body + 1000, 300, 0x77));
	EXPECT(ipc_get_data(&g), 0);
	CHECK(g.out_body_size == 300 && same_bytes(got, 300, 0x77));
}

TEST(full, "a member whose queue is full misses it; ENOBUFS when no member has got it")
{
	struct chorus_hello h = { 0 };
	struct chorus_cap group;
	struct chorus_ui a, b;
	int la, lb;

	actor_open();
	EXPECT(hello(&h), 0);
	group = new_group();
	la = new_port(&a);
	lb = new_port(&b);
	EXPECT(join(group, a), 0);
	EXPECT(join(group, b), 0);
	for (unsigned int i = 0; i < h.out_port_queue; i++)
		EXPECT(send_number(a, i), 0);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	expect_one(lb, 1);
	for (unsigned int i = 0; i < h.out_port_queue; i++)
		EXPECT(send_number(b, i), 0);
	EXPECT(send_to(group.ui, NOWHERE, 2), -ENOBUFS);
	/* To one member: its turn is its turn. */
	EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, 3), -ENOBUFS);
	for (unsigned int i = 0; i < h.out_port_queue; i++) {
		EXPECT(receive_number(la, NULL, POLL), 0);
		EXPECT(receive_number(lb, NULL, POLL), 0);
	}
	expect_none(la);
	expect_none(lb);
}

TEST(waiting, "members that wait are woken with it, those of other actors too")
{
	struct scene s = scene_waiting(), t = scene_waiting();
	struct chorus_cap group;

	actor_open();
	group = new_group();
	EXPECT(join(group, s.port), 0);
	EXPECT(join(group, t.port), 0);
	EXPECT(send_to(group.ui, NOWHERE, 9), 0);
	EXPECT(end(s.server), 0);
	EXPECT(end(t.server), 0);
	CHECK(s.receive->got == 9 && t.receive->got == 9);
	CHECK(!(s.receive->got_flags & CHORUS_MSG_RPC));
}

static long do_new_site(void *unused)
{
	return unshare(CLONE_NEWNET) ? -errno : do_open(unused);
}

struct abroad {
	struct chorus_cap group;
	int li, joined, sent, received;
};

static long do_abroad(void *abroad)
{
	struct abroad *a = abroad;
	struct chorus_ui ui;
	__u64 got;

	a->li = new_port(&ui);
	a->sent = send_to(a->group.ui, NOWHERE, 1);
	a->joined = join(a->group, ui);
	if (a->joined)
		return 0;
	a->received = send_to(a->group.ui, NOWHERE, 2) ?: receive_number(a->li, &got, POLL);
	return 0;
}

TEST(site, "a static group has the same name on every site, and members on one")
{
	struct puppet *far = puppet_process();
	struct abroad *a = SHARED(struct abroad);
	struct chorus_ui ui;
	long result;
	int li;

	result = run(far, do_new_site, NULL);
	if (result)
		selftest_skip("no network namespaces: %s", error_name(result));
	actor_open();
	a->group = group_of(CHORUS_UI_STATGROUP_USER, 77);
	li = new_port(&ui);
	EXPECT(join(a->group, ui), 0);
	EXPECT(run(far, do_abroad, a), 0);
	EXPECT(a->sent, -EHOSTUNREACH);
	EXPECT(a->joined, 0);
	EXPECT(a->received, 0);
	expect_none(li);
	EXPECT(send_to(a->group.ui, NOWHERE, 3), 0);
	expect_one(li, 3);
}
