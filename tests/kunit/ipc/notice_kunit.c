// SPDX-License-Identifier: GPL-2.0-or-later
/* Notices: who is told of which death, once, and what ends an asking. */
#include "port_setting.h"
#include "ipc/group.h"
#include "ipc/notice.h"

static int ask(struct setting *set, int about, int port, u64 cookie)
{
	const struct chorus_notice_request request = {
		.object = set->ui[about], .li = set->li[port], .cookie = cookie,
	};
	u64 departures;

	return chorus_notice_ask(set->actor, &request, &departures);
}

static int cancel(struct setting *set, int about, int port, u64 cookie)
{
	return chorus_notice_cancel(set->actor, &set->ui[about], set->li[port], cookie);
}

/* What comes next to a port: the annex, or an error. */
static int take(struct setting *set, int port, struct chorus_death *death)
{
	u8 annex[CHORUS_ANNEX_SIZE];
	struct chorus_receive receive = {
		.li = set->li[port],
		.to = { .annex = (uintptr_t)annex, .kernel = true },
	};
	struct chorus_received out;
	int ret;

	chorus_timeout_init(&receive.timeout, 0, 0);
	ret = chorus_receive(set->thread, &receive, &out);
	if (ret)
		return ret;
	memcpy(death, annex, sizeof(*death));
	return out.flags == (CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH) && !out.body_size ? 0 : -EPROTO;
}

static void notice_tells_of_a_port_once(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_death death;

	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 7), -EEXIST);
	KUNIT_EXPECT_EQ(test, take(set, 1, &death), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, take(set, 1, &death), 0);
	KUNIT_EXPECT_EQ(test, death.cookie, 7);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&death.object, &set->ui[0]));
	KUNIT_EXPECT_EQ(test, take(set, 1, &death), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 7), -EHOSTUNREACH);
}

static void notice_is_taken_back_once(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_death death;

	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 1, 8), -ENOENT);
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 2, 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, cancel(set, 1, 1, 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 1, 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, take(set, 1, &death), -ETIMEDOUT);
}

static void notice_ends_with_the_port_it_goes_to(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_user *user = set->actor->user;
	struct chorus_death death;
	int i;

	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, ask(set, 0, 1, i), 0);
		KUNIT_EXPECT_EQ(test, ask(set, 0, 2, i), 0);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&user->used[CHORUS_QUOTA_WATCHES]), 20);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[1]), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&user->used[CHORUS_QUOTA_WATCHES]), 10);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&user->used[CHORUS_QUOTA_WATCHES]), 0);
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, take(set, 2, &death), 0);
		KUNIT_EXPECT_EQ(test, death.cookie, i);
	}
}

static void notice_is_above_the_limit_of_the_queue(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_death death;
	int i;

	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 1), 0);
	test_limit(test, chorus_port_queue, 2);
	KUNIT_EXPECT_EQ(test, send(set, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1, 3), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	for (i = 1; i <= 2; i++)
		KUNIT_EXPECT_EQ(test, receive(set, 1), i);
	KUNIT_EXPECT_EQ(test, take(set, 1, &death), 0);
}

static void notice_quota(struct kunit *test)
{
	struct setting *set = enter(test);

	/* Kernel code has no limits: a user, and a port of his. */
	set->actor = test_user_actor(test, 1234);
	set->li[1] = test_port(test, set->actor, &set->ui[1]);
	test_limit(test, chorus_max_watches, 2);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 3), -EDQUOT);
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 3), 0);
	/* One refused for another reason costs nothing. */
	KUNIT_EXPECT_EQ(test, cancel(set, 0, 1, 3), 0);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 2), -EEXIST);
	KUNIT_EXPECT_EQ(test, ask(set, 0, 1, 3), 0);
}

static void notice_of_members(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_notice_request request = { .li = set->li[3], .members = true };
	struct chorus_death death;
	struct chorus_cap group;
	u64 departures;
	int i;

	KUNIT_ASSERT_EQ(test, chorus_group_allocate(set->actor, CHORUS_UI_GROUP, 0, &group), 0);
	request.object = group.ui;
	KUNIT_EXPECT_EQ(test, chorus_notice_ask(set->actor, &request, &departures), -EHOSTUNREACH);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, chorus_group_insert(set->actor, &group, &set->ui[i]), 0);
	KUNIT_EXPECT_EQ(test, chorus_notice_ask(set->actor, &request, &departures), 0);
	KUNIT_EXPECT_EQ(test, chorus_group_remove(set->actor, &group, &set->ui[0]), 0);
	KUNIT_EXPECT_EQ(test, take(set, 3, &death), 0);
	KUNIT_EXPECT_EQ(test, death.departures, 1);
	KUNIT_EXPECT_EQ(test, death.members, 2);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&death.member, &set->ui[0]));
	/* What the asker does not know yet comes at once. */
	request.since = true;
	KUNIT_EXPECT_EQ(test, chorus_notice_ask(set->actor, &request, &departures), 0);
	KUNIT_EXPECT_EQ(test, departures, 1);
	KUNIT_EXPECT_EQ(test, take(set, 3, &death), 0);
	KUNIT_EXPECT_EQ(test, death.departures, 1);
	request.seen = 1;
	KUNIT_EXPECT_EQ(test, chorus_notice_ask(set->actor, &request, &departures), 0);
	KUNIT_EXPECT_EQ(test, take(set, 3, &death), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[1]), 0);
	KUNIT_EXPECT_EQ(test, take(set, 3, &death), 0);
	KUNIT_EXPECT_EQ(test, death.members, 1);
	request.members = request.since = false;
	KUNIT_EXPECT_EQ(test, chorus_notice_ask(set->actor, &request, &departures), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[2]), 0);
	KUNIT_EXPECT_EQ(test, take(set, 3, &death), 0);
	KUNIT_EXPECT_EQ(test, death.members, 0);
	KUNIT_EXPECT_EQ(test, death.departures, 3);
}

static struct kunit_case notice_cases[] = {
	KUNIT_CASE(notice_tells_of_a_port_once),
	KUNIT_CASE(notice_is_taken_back_once),
	KUNIT_CASE(notice_ends_with_the_port_it_goes_to),
	KUNIT_CASE(notice_is_above_the_limit_of_the_queue),
	KUNIT_CASE(notice_quota),
	KUNIT_CASE(notice_of_members),
	{ }
};

static struct kunit_suite notice_suite = {
	.name = "chorus_ipc_notice",
	.init = test_init,
	.exit = test_exit,
	.test_cases = notice_cases,
};
kunit_test_suite(notice_suite);
