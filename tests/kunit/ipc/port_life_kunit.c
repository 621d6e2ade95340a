// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports: birth, local ids, names, quotas, death. */
#include "ipc/port_setting.h"
#include "ipc/rpc.h"

#define UID	5100

/* ---- death ---- */

static int call_forever(struct test_worker *worker)
{
	u32 value = 1;

	return test_call(worker->actor, worker->arg, &value, -1);
}

static void port_death_fails_queued_calls(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_actor *client = test_actor(test);
	struct test_worker *worker = test_run(test, call_forever, client, &set->ui[0]);

	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EIDRM);
}

static void port_death_wakes_receivers(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *a = receiver(test, set, set->li[0]);
	struct test_worker *b = receiver(test, set, set->li[0]);

	chorus_port_delete(set->actor, set->li[0]);
	KUNIT_EXPECT_EQ(test, test_join(a), -EIDRM);
	KUNIT_EXPECT_EQ(test, test_join(b), -EIDRM);
}

static void port_death_leaves_who_waits_for_any(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;

	enable(set, 0, 1);
	enable(set, 1, 1);
	worker = receiver(test, set, CHORUS_LI_ANYENABLED);
	chorus_port_delete(set->actor, set->li[0]);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	send(set, 1, 5);
	KUNIT_EXPECT_EQ(test, test_join(worker), 5);
}

static void port_death_gives_messages_back(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_actor *sender = test_user_actor(test, UID);

	test_send(sender, &set->ui[0], 1);
	test_send(sender, &set->ui[0], 2);
	KUNIT_EXPECT_EQ(test, sender->cache.nr, 0U);
	chorus_port_delete(set->actor, set->li[0]);
	KUNIT_EXPECT_EQ(test, sender->cache.nr, 2U);
}

static void port_death_empties_the_set(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 0, 1);
	send(set, 0, 1);
	chorus_port_delete(set->actor, set->li[0]);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&set->actor->ready.rb_root));
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
}

static void port_dead_is_nowhere(struct kunit *test)
{
	struct setting *set = enter(test);
	unsigned int nr = set->actor->nr_ports;

	chorus_port_delete(set->actor, set->li[0]);
	KUNIT_EXPECT_EQ(test, set->actor->nr_ports, nr - 1);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, send(set, 0, 1), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, enable(set, 0, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, set->li[0]), -ENOENT);
	KUNIT_EXPECT_NULL(test, find(&set->ui[0]));
}

/* Somebody found it before it died, and posts after. */
static void port_post_to_the_dead(struct kunit *test)
{
	struct chorus_message *message;
	struct setting *set = enter(test);
	struct chorus_port *port = chorus_port_get_li(set->actor, set->li[0]);

	KUNIT_ASSERT_NOT_NULL(test, port);
	message = chorus_message_alloc(set->actor);
	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	chorus_port_kill(port);
	KUNIT_EXPECT_EQ(test, test_post(port, message), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, atomic_read(&message->state), (int)CHORUS_MESSAGE_IDLE);
	chorus_message_free(message);
	chorus_port_kill(port);		/* twice is nothing */
	chorus_port_put(port);
}

static void port_default_cannot_be_deleted(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, CHORUS_LI_DEFAULT), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, CHORUS_LI_ANYENABLED), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, INT_MIN), -EINVAL);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, INT_MAX), -ENOENT);
}

static void port_dies_with_its_actor(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_actor *client = test_actor(test);
	struct test_worker *worker = test_run(test, call_forever, client, &set->ui[0]);

	test_asleep(worker);
	chorus_actor_kill(set->actor);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EIDRM);
	KUNIT_EXPECT_EQ(test, test_send(client, &set->ui[1], 1), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, set->actor->nr_ports, 0U);
}

/* ---- local ids, names, quotas ---- */

static void port_local_ids_are_not_reused_soon(struct kunit *test)
{
	struct setting *set = enter(test);
	int li;

	KUNIT_EXPECT_EQ(test, set->li[0], 1);
	KUNIT_EXPECT_EQ(test, set->li[3], 4);
	chorus_port_delete(set->actor, 4);
	li = test_port(test, set->actor, NULL);
	KUNIT_EXPECT_EQ(test, li, 5);
}

static void port_local_ids_wrap_around(struct kunit *test)
{
	struct setting *set = enter(test);

	set->actor->next_li = INT_MAX;
	KUNIT_EXPECT_EQ(test, chorus_port_create(set->actor, 0, NULL), INT_MAX);
	chorus_port_delete(set->actor, 2);
	/* 1 is taken, 2 is free again. */
	KUNIT_EXPECT_EQ(test, chorus_port_create(set->actor, 0, NULL), 2);
	KUNIT_EXPECT_EQ(test, chorus_port_create(set->actor, 0, NULL), 5);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->actor, INT_MAX), 0);
}

static void port_found_by_local_id_and_name(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_port *by_li = chorus_port_get_li(set->actor, set->li[1]);
	struct chorus_port *by_ui = find(&set->ui[1]);

	KUNIT_EXPECT_NOT_NULL(test, by_li);
	KUNIT_EXPECT_PTR_EQ(test, by_li, by_ui);
	chorus_port_put(by_li);
	KUNIT_EXPECT_NULL(test, chorus_port_get_li(set->actor, CHORUS_LI_ANYENABLED));
	KUNIT_EXPECT_NULL(test, chorus_port_get_li(set->actor, INT_MAX));
	/* An actor's name is no port's. */
	KUNIT_EXPECT_NULL(test, find(&set->actor->object.ui));
}

static void port_declared_twice(struct kunit *test)
{
	struct chorus_actor *one = test_actor(test), *two = test_actor(test);
	unsigned int nr = two->nr_ports;
	struct chorus_ui ui;
	int li = chorus_port_create(one, 12345, &ui);

	KUNIT_EXPECT_GT(test, li, 0);
	KUNIT_EXPECT_TRUE(test, chorus_ui_valid_static(&ui, test_site()->number));
	KUNIT_EXPECT_EQ(test, ui.tail, 12345ULL);
	KUNIT_EXPECT_EQ(test, chorus_port_create(two, 12345, NULL), -EEXIST);
	KUNIT_EXPECT_EQ(test, chorus_port_create(one, 12345, NULL), -EEXIST);
	KUNIT_EXPECT_EQ(test, two->nr_ports, nr);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(one, li), 0);
	KUNIT_EXPECT_GT(test, chorus_port_create(two, 12345, NULL), 0);
}

static void port_quota_of_an_actor(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 1);
	unsigned int nr = test_site()->nr_ports;
	int li;

	test_limit(test, chorus_max_ports, 3);	/* with the default port */
	KUNIT_EXPECT_GT(test, chorus_port_create(actor, 0, NULL), 0);
	li = chorus_port_create(actor, 0, NULL);
	KUNIT_EXPECT_GT(test, li, 0);
	KUNIT_EXPECT_EQ(test, chorus_port_create(actor, 0, NULL), -EDQUOT);
	KUNIT_EXPECT_EQ(test, actor->nr_ports, 3U);
	KUNIT_EXPECT_EQ(test, test_site()->nr_ports, nr + 2);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&actor->user->used[CHORUS_QUOTA_PORTS]), 3L);
	chorus_port_delete(actor, li);
	KUNIT_EXPECT_GT(test, chorus_port_create(actor, 0, NULL), 0);
}

static void port_of_a_dead_actor_is_refused(struct kunit *test)
{
	struct chorus_actor *actor = test_actor(test);
	unsigned int nr;

	chorus_actor_kill(actor);
	nr = test_site()->nr_ports;
	KUNIT_EXPECT_EQ(test, chorus_port_create(actor, 0, NULL), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, chorus_port_create(actor, 99, NULL), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, test_site()->nr_ports, nr);
	KUNIT_EXPECT_EQ(test, actor->nr_ports, 0U);
}

static void port_inherits_the_protection_id(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_port *port;

	set->actor->pi = (struct chorus_protid){ .uid = 8, .gid = 9, .did = 10 };
	port = chorus_port_get_li(set->actor, test_port(test, set->actor, NULL));
	KUNIT_ASSERT_NOT_NULL(test, port);
	KUNIT_EXPECT_EQ(test, port->pi.uid, 8);
	KUNIT_EXPECT_EQ(test, port->pi.did, 10);
	chorus_port_put(port);
	port = chorus_port_get_li(set->actor, set->li[0]);
	KUNIT_ASSERT_NOT_NULL(test, port);
	KUNIT_EXPECT_EQ(test, port->pi.uid, 0);
	chorus_port_put(port);
}

/* ---- many at once ---- */

static int make_and_delete(struct test_worker *worker)
{
	int round, li;

	for (round = 0; round < 200; round++) {
		li = chorus_port_create(worker->actor, 0, NULL);
		if (li < 0)
			return li;
		if (!(get_random_u32() & 3))
			test_mix();
		if (get_random_u32() & 1 && chorus_port_delete(worker->actor, li))
			return -EIO;
	}
	return 0;
}

/* An actor that dies while its threads make ports: no port is left behind. */
static void port_birth_races_with_death_of_the_actor(struct kunit *test)
{
	struct test_worker *workers[3];
	struct chorus_actor *actor;
	int round, i, ret;

	for (round = 0; round < 10; round++) {
		actor = test_actor(test);
		for (i = 0; i < ARRAY_SIZE(workers); i++)
			workers[i] = test_run(test, make_and_delete, actor, NULL);
		usleep_range(500, 3000);
		chorus_actor_kill(actor);
		for (i = 0; i < ARRAY_SIZE(workers); i++) {
			ret = test_join(workers[i]);
			KUNIT_EXPECT_TRUE(test, ret == 0 || ret == -ESHUTDOWN || ret == -EIO);
		}
		KUNIT_EXPECT_EQ(test, actor->nr_ports, 0U);
		KUNIT_EXPECT_TRUE(test, xa_empty(&actor->ports));
	}
}

static struct kunit_case life_cases[] = {
	KUNIT_CASE(port_death_fails_queued_calls),
	KUNIT_CASE(port_death_wakes_receivers),
	KUNIT_CASE(port_death_leaves_who_waits_for_any),
	KUNIT_CASE(port_death_gives_messages_back),
	KUNIT_CASE(port_death_empties_the_set),
	KUNIT_CASE(port_dead_is_nowhere),
	KUNIT_CASE(port_post_to_the_dead),
	KUNIT_CASE(port_default_cannot_be_deleted),
	KUNIT_CASE(port_dies_with_its_actor),
	KUNIT_CASE(port_local_ids_are_not_reused_soon),
	KUNIT_CASE(port_local_ids_wrap_around),
	KUNIT_CASE(port_found_by_local_id_and_name),
	KUNIT_CASE(port_declared_twice),
	KUNIT_CASE(port_quota_of_an_actor),
	KUNIT_CASE(port_of_a_dead_actor_is_refused),
	KUNIT_CASE(port_inherits_the_protection_id),
	KUNIT_CASE(port_birth_races_with_death_of_the_actor),
	{}
};

static struct kunit_suite life_suite = {
	.name = "chorus_ipc_port_life",
	.init = test_init,
	.exit = test_exit,
	.test_cases = life_cases,
};

kunit_test_suite(life_suite);
