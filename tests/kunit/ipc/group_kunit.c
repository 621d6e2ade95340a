// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups: names and keys, membership, the choice of a member, broadcasts. */
#include "harness.h"
#include "ipc/group.h"
#include "ipc/rpc.h"
#include "object/key.h"

#define MEMBERS	4

struct setting {
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	struct chorus_cap group;
	int li[MEMBERS];
	struct chorus_ui ui[MEMBERS];
};

static struct setting *enter(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));
	int i;

	set->actor = test_actor(test);
	set->thread = test_thread(test, set->actor);
	for (i = 0; i < MEMBERS; i++)
		set->li[i] = test_port(test, set->actor, &set->ui[i]);
	KUNIT_ASSERT_EQ(test, chorus_group_allocate(set->actor, CHORUS_UI_GROUP, 0, &set->group), 0);
	return set;
}

static int join(struct setting *set, int member)
{
	return chorus_group_insert(set->actor, &set->group, &set->ui[member]);
}

static int leave(struct setting *set, int member)
{
	return chorus_group_remove(set->actor, &set->group, &set->ui[member]);
}

static struct setting *enter_joined(struct kunit *test)
{
	struct setting *set = enter(test);
	int i;

	for (i = 0; i < MEMBERS; i++)
		KUNIT_ASSERT_EQ(test, join(set, i), 0);
	return set;
}

static struct chorus_ui address(struct setting *set, enum chorus_ui_mode mode)
{
	struct chorus_ui ui = set->group.ui;

	ui.head |= (u64)mode << CHORUS_UI_MODE_SHIFT;
	return ui;
}

/* The member that is chosen, or an error. */
static int choose(struct setting *set, enum chorus_ui_mode mode, const struct chorus_ui *co)
{
	static const struct chorus_ui nowhere;
	struct chorus_ui target = address(set, mode);
	struct chorus_port *port;
	int member, ret = -EINVAL;

	rcu_read_lock();
	port = chorus_group_choose(test_site(), &target, co ?: &nowhere);
	if (IS_ERR(port))
		ret = PTR_ERR(port);
	for (member = 0; !IS_ERR(port) && member < MEMBERS; member++)
		if (chorus_ui_equal(&port->object.ui, &set->ui[member]))
			ret = member;
	rcu_read_unlock();
	return ret;
}

static int broadcast(struct setting *set, u32 value)
{
	return test_send(set->actor, &set->group.ui, value);
}

static int receive(struct setting *set, int member)
{
	return test_poll(set->thread, set->li[member]);
}

/* ---- names and keys ---- */

static void group_name_depends_on_its_key(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_cap other;
	struct chorus_ui name;
	int bit;

	KUNIT_EXPECT_EQ(test, chorus_group_check(set->actor, &set->group, &name), 0);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&name, &set->group.ui));
	for (bit = 0; bit < 64; bit++) {
		other = set->group;
		other.ui.tail ^= BIT_ULL(bit);
		KUNIT_EXPECT_EQ(test, chorus_group_check(set->actor, &other, &name), -EACCES);
		other = set->group;
		other.key.k[bit % 2] ^= BIT_ULL(bit);
		KUNIT_EXPECT_EQ(test, chorus_group_check(set->actor, &other, &name), -EACCES);
	}
	/* The head is hashed, too: no other site or epoch goes with the key. */
	for (bit = 0; bit < CHORUS_UI_TYPE_SHIFT; bit++) {
		other = set->group;
		other.ui.head ^= BIT_ULL(bit);
		KUNIT_EXPECT_EQ(test, chorus_group_check(set->actor, &other, &name), -EACCES);
	}
}

static void group_name_is_never_drawn_twice(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_cap last = set->group, next;
	int i;

	for (i = 0; i < 1000; i++) {
		KUNIT_EXPECT_EQ(test, chorus_group_allocate(set->actor, CHORUS_UI_GROUP, 0, &next), 0);
		KUNIT_EXPECT_NE(test, next.ui.tail, last.ui.tail);
		KUNIT_EXPECT_FALSE(test, chorus_key_equal(&next.key, &last.key));
		last = next;
	}
}

static void group_static_names_are_the_same_for_all(struct kunit *test)
{
	struct chorus_actor *a = test_actor(test), *b = test_actor(test);
	struct chorus_cap x, y;

	KUNIT_EXPECT_EQ(test, chorus_group_allocate(a, CHORUS_UI_STATGROUP_USER, 9, &x), 0);
	KUNIT_EXPECT_EQ(test, chorus_group_allocate(b, CHORUS_UI_STATGROUP_USER, 9, &y), 0);
	KUNIT_EXPECT_EQ(test, memcmp(&x, &y, sizeof(x)), 0);
	KUNIT_EXPECT_EQ(test, chorus_group_allocate(b, CHORUS_UI_STATGROUP_SYS, 9, &y), 0);
	KUNIT_EXPECT_FALSE(test, chorus_key_equal(&x.key, &y.key));
}

/* ---- membership ---- */

static void group_lives_as_long_as_it_has_members(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
	KUNIT_EXPECT_EQ(test, join(set, 0), 0);
	KUNIT_EXPECT_EQ(test, join(set, 1), 0);
	KUNIT_EXPECT_EQ(test, join(set, 0), 0);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 1U);
	KUNIT_EXPECT_EQ(test, leave(set, 0), 0);
	KUNIT_EXPECT_EQ(test, leave(set, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 1U);
	KUNIT_EXPECT_EQ(test, leave(set, 1), 0);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
	KUNIT_EXPECT_EQ(test, leave(set, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, join(set, 1), 0);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_ANY, NULL), 1);
}

static void group_that_nobody_could_join_is_gone(struct kunit *test)
{
	struct setting *set = enter(test);

	test_limit(test, chorus_max_members, 0);
	KUNIT_EXPECT_EQ(test, join(set, 0), -EDQUOT);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->actor->nr_members), 0);
}

static void group_loses_ports_that_die(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	int i;

	for (i = 0; i < MEMBERS; i++) {
		KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[i]), 0);
		KUNIT_EXPECT_EQ(test, join(set, i), -EHOSTUNREACH);
		KUNIT_EXPECT_EQ(test, leave(set, i), -ENOENT);
	}
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
}

static void group_members_of_a_dead_actor_are_gone(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	struct chorus_actor *other = test_actor(test);
	struct chorus_ui ui;

	test_port(test, other, &ui);
	KUNIT_EXPECT_EQ(test, chorus_group_insert(set->actor, &set->group, &ui), 0);
	chorus_actor_kill(set->actor);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 1U);
	chorus_actor_kill(other);
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
}

static void group_membership_is_charged_to_its_maker(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_actor *payer = test_user_actor(test, 5200);
	int i;

	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, chorus_group_insert(payer, &set->group, &set->ui[i]), 0);
	KUNIT_EXPECT_EQ(test, join(set, 0), 0);	/* is one already: nothing to pay */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&payer->user->used[CHORUS_QUOTA_MEMBERS]), MEMBERS);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&payer->user->used[CHORUS_QUOTA_GROUPS]), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&payer->nr_members), MEMBERS);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->actor->nr_members), 0);
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, leave(set, i), 0);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_long_read(&payer->user->used[CHORUS_QUOTA_MEMBERS]), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&payer->user->used[CHORUS_QUOTA_GROUPS]), 0);
}

/* ---- choosing ---- */

static void group_chooses_in_turn(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	unsigned int count[MEMBERS] = { 0 };
	int i, member;

	for (i = 0; i < 10000; i++) {
		member = choose(set, CHORUS_MODE_ANY, NULL);
		KUNIT_ASSERT_GE(test, member, 0);
		count[member]++;
	}
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, count[i], 10000U / MEMBERS);
}

static void group_turn_survives_joins_and_leaves(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	unsigned int count[MEMBERS] = { 0 };
	int i, member;

	for (i = 0; i < 1200; i++) {
		KUNIT_EXPECT_EQ(test, i % 2 ? join(set, 1) : leave(set, 1), 0);
		member = choose(set, CHORUS_MODE_ANY, NULL);
		KUNIT_ASSERT_GE(test, member, 0);
		count[member]++;
	}
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_GE(test, count[i], i == 1 ? 1U : 280U);
}

static void group_spreads_what_the_excluded_would_get(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	unsigned int count[MEMBERS] = { 0 };
	int i, member;

	for (i = 0; i < 1200; i++) {
		member = choose(set, CHORUS_MODE_EXCEPT, &set->ui[0]);
		KUNIT_ASSERT_GE(test, member, 0);
		count[member]++;
	}
	KUNIT_EXPECT_EQ(test, count[0], 0U);
	for (i = 1; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, count[i], 400U);
}

static void group_refuses_cotargets_that_do_not_belong(struct kunit *test)
{
	struct setting *set = enter_joined(test);

	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_BROADCAST, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_ANY, &set->ui[0]), -EINVAL);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_WITH, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_EXCEPT, NULL), -EINVAL);
}

static void group_of_one_excluded_has_nobody(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_ANY, NULL), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, join(set, 2), 0);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_EXCEPT, &set->ui[2]), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_EXCEPT, &set->ui[1]), 2);
	KUNIT_EXPECT_EQ(test, choose(set, CHORUS_MODE_WITH, &set->ui[1]), 2);
}

/* ---- broadcasts ---- */

static void group_broadcast_reaches_all_once(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	int i;

	KUNIT_EXPECT_EQ(test, broadcast(set, 71), 0);
	for (i = 0; i < MEMBERS; i++) {
		KUNIT_EXPECT_EQ(test, receive(set, i), 71);
		KUNIT_EXPECT_EQ(test, receive(set, i), -ETIMEDOUT);
	}
}

static void group_broadcast_passes_full_queues(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	int i;

	test_limit(test, chorus_port_queue, 1);
	KUNIT_EXPECT_EQ(test, test_send(set->actor, &set->ui[1], 5), 0);
	KUNIT_EXPECT_EQ(test, broadcast(set, 72), 0);
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, receive(set, i), i == 1 ? 5 : 72);
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, test_send(set->actor, &set->ui[i], 5), 0);
	KUNIT_EXPECT_EQ(test, broadcast(set, 73), -ENOBUFS);
}

/* Nothing is sent and nothing stays charged, whatever is short. */
static void group_broadcast_is_refused_as_a_whole(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, 5201);
	struct setting *set = enter_joined(test);
	static u8 body[4096];
	struct chorus_buffers from = { .body = (uintptr_t)body, .size = sizeof(body), .kernel = true };
	static const struct chorus_ui nowhere;
	int i;

	test_limit(test, chorus_max_messages, MEMBERS - 1);
	KUNIT_EXPECT_EQ(test, chorus_group_broadcast(actor, 0, &set->group.ui, &nowhere, &from),
			-EDQUOT);
	test_limit(test, chorus_max_messages, MEMBERS);
	test_limit(test, chorus_max_bytes, sizeof(body) - 1);
	KUNIT_EXPECT_EQ(test, chorus_group_broadcast(actor, 0, &set->group.ui, &nowhere, &from),
			-EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_MESSAGES]), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_BYTES]), 0);
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_EQ(test, receive(set, i), -ETIMEDOUT);
	test_limit(test, chorus_max_bytes, sizeof(body));
	KUNIT_EXPECT_EQ(test, chorus_group_broadcast(actor, 0, &set->group.ui, &nowhere, &from), 0);
	/* One body for all, until the last one is done with it. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_BYTES]),
			(long)sizeof(body));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_MESSAGES]), MEMBERS);
	for (i = 0; i < MEMBERS; i++) {
		KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_BYTES]),
				(long)sizeof(body));
		KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[i]), 0);
	}
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_BYTES]), 0);
}

static void group_broadcast_checks_its_source(struct kunit *test)
{
	struct setting *set = enter_joined(test);
	struct chorus_buffers from = { .kernel = true };
	static const struct chorus_ui nowhere;

	KUNIT_EXPECT_EQ(test, chorus_group_broadcast(set->actor, 12345, &set->group.ui, &nowhere,
						     &from), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_group_broadcast(set->actor, 0, &set->group.ui, &set->ui[0],
						     &from), -EINVAL);
}

/* ---- races ---- */

static int join_and_leave(struct test_worker *worker)
{
	struct setting *set = worker->arg;
	unsigned long end = test_deadline();
	int i, ret;

	for (i = 0; i < 300 && time_before(jiffies, end); i++) {
		ret = chorus_group_insert(worker->actor, &set->group, &set->ui[i % MEMBERS]);
		if (ret)
			return ret;
		test_mix();
		ret = chorus_group_remove(worker->actor, &set->group, &set->ui[i % MEMBERS]);
		if (ret && ret != -ENOENT)
			return ret;
		test_mix();
	}
	return 0;
}

static int broadcast_on(struct test_worker *worker)
{
	struct setting *set = worker->arg;
	unsigned long end = test_deadline();
	int i, ret;

	for (i = 0; i < 300 && time_before(jiffies, end); i++) {
		ret = test_send(worker->actor, &set->group.ui, i + 1);
		if (ret && ret != -EHOSTUNREACH && ret != -ENOBUFS)
			return ret;
		test_mix();
	}
	return 0;
}

static void group_races_of_members_and_senders(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker[4];
	int i, ret;

	for (i = 0; i < 4; i++)
		worker[i] = test_run(test, i ? join_and_leave : broadcast_on, set->actor, set);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, test_join(worker[i]), 0);
	for (i = 0; i < MEMBERS; i++) {
		ret = leave(set, i);
		KUNIT_EXPECT_TRUE(test, ret == 0 || ret == -ENOENT);
	}
	KUNIT_EXPECT_EQ(test, test_site()->nr_groups, 0U);
}

static struct kunit_case group_cases[] = {
	KUNIT_CASE(group_name_depends_on_its_key),
	KUNIT_CASE(group_name_is_never_drawn_twice),
	KUNIT_CASE(group_static_names_are_the_same_for_all),
	KUNIT_CASE(group_lives_as_long_as_it_has_members),
	KUNIT_CASE(group_that_nobody_could_join_is_gone),
	KUNIT_CASE(group_loses_ports_that_die),
	KUNIT_CASE(group_members_of_a_dead_actor_are_gone),
	KUNIT_CASE(group_membership_is_charged_to_its_maker),
	KUNIT_CASE(group_chooses_in_turn),
	KUNIT_CASE(group_turn_survives_joins_and_leaves),
	KUNIT_CASE(group_spreads_what_the_excluded_would_get),
	KUNIT_CASE(group_refuses_cotargets_that_do_not_belong),
	KUNIT_CASE(group_of_one_excluded_has_nobody),
	KUNIT_CASE(group_broadcast_reaches_all_once),
	KUNIT_CASE(group_broadcast_passes_full_queues),
	KUNIT_CASE(group_broadcast_is_refused_as_a_whole),
	KUNIT_CASE(group_broadcast_checks_its_source),
	KUNIT_CASE(group_races_of_members_and_senders),
	{ }
};

static struct kunit_suite group_suite = {
	.name = "chorus_ipc_group",
	.init = test_init,
	.exit = test_exit,
	.test_cases = group_cases,
};
kunit_test_suite(group_suite);
