// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports: the set of enabled ones, and receiving from any of it. */
#include "ipc/port_setting.h"

static void port_any_serves_by_priority(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 0, 5);
	enable(set, 1, 0);
	enable(set, 2, CHORUS_PRIORITY_MAX);
	KUNIT_EXPECT_EQ(test, send(set, 2, 30), 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, send(set, 1, 20), 0);
	KUNIT_EXPECT_EQ(test, receive_any(set), 20);
	KUNIT_EXPECT_EQ(test, receive_any(set), 10);
	KUNIT_EXPECT_EQ(test, receive_any(set), 30);
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
}

/* Among equals the oldest message, and the port has a new place after each. */
static void port_any_serves_the_oldest_of_equals(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 1, 7);
	enable(set, 0, 7);
	send(set, 0, 1);
	send(set, 1, 2);
	send(set, 1, 3);
	send(set, 0, 4);
	KUNIT_EXPECT_EQ(test, receive_any(set), 1);
	KUNIT_EXPECT_EQ(test, receive_any(set), 2);
	KUNIT_EXPECT_EQ(test, receive_any(set), 3);
	KUNIT_EXPECT_EQ(test, receive_any(set), 4);
}

static void port_any_tells_the_port(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_received out;
	u32 value;

	enable(set, 2, 1);
	send(set, 2, 9);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, CHORUS_LI_ANYENABLED, 0, &value, &out),
			0);
	KUNIT_EXPECT_EQ(test, out.li, set->li[2]);
}

static void port_any_leaves_the_disabled_alone(struct kunit *test)
{
	struct setting *set = enter(test);

	send(set, 0, 1);
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
	enable(set, 0, 1);
	KUNIT_EXPECT_EQ(test, receive_any(set), 1);
	send(set, 0, 2);
	disable(set, 0);
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 2);
}

static void port_enable_again_changes_the_priority(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 0, 1);
	enable(set, 1, 2);
	send(set, 0, 10);
	send(set, 1, 20);
	enable(set, 1, 0);
	KUNIT_EXPECT_EQ(test, receive_any(set), 20);
	KUNIT_EXPECT_EQ(test, receive_any(set), 10);
}

static void port_default_can_be_enabled(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_ui *ui = &set->actor->default_port->object.ui;

	KUNIT_EXPECT_EQ(test, chorus_port_enable(set->actor, CHORUS_LI_DEFAULT, true, 1), 0);
	KUNIT_EXPECT_EQ(test, test_send(set->actor, ui, 1), 0);
	KUNIT_EXPECT_EQ(test, receive_any(set), 1);
}

static void port_receive_from_one_leaves_the_set_right(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 0, 1);
	enable(set, 1, 1);
	send(set, 0, 1);
	send(set, 1, 2);
	send(set, 0, 3);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	/* Port 0 now has the younger message: it had to move. */
	KUNIT_EXPECT_EQ(test, receive_any(set), 2);
	KUNIT_EXPECT_EQ(test, receive_any(set), 3);
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
}

static void port_enable_wakes_who_waits_for_any(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker = receiver(test, set, CHORUS_LI_ANYENABLED);

	send(set, 0, 3);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	enable(set, 0, 1);
	KUNIT_EXPECT_EQ(test, test_join(worker), 3);
}

/* Two messages and two who wait for any: both are served by one enable. */
static void port_enable_wakes_as_many_as_have_messages(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *a = receiver(test, set, CHORUS_LI_ANYENABLED);
	struct test_worker *b = receiver(test, set, CHORUS_LI_ANYENABLED);
	bool both;

	send(set, 0, 1);
	send(set, 0, 2);
	enable(set, 0, 1);
	both = test_until(test_ended(a) && test_ended(b));
	KUNIT_EXPECT_TRUE(test, both);
	if (both)
		KUNIT_EXPECT_EQ(test, test_join(a) + test_join(b), 3);
}

/* However a message is received, it counts once. */
static void port_enable_counts_what_it_hands_over(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker = receiver(test, set, CHORUS_LI_ANYENABLED);
	struct chorus_received out;
	u32 value;

	send(set, 0, 1);
	send(set, 0, 2);
	enable(set, 0, 1);
	KUNIT_EXPECT_EQ(test, test_join(worker), 1);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[0], 0, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, out.seqnum, 2ULL);
}

static void port_who_waits_for_one_goes_before_any(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *any = receiver(test, set, CHORUS_LI_ANYENABLED);
	struct test_worker *one;

	enable(set, 0, 1);
	one = receiver(test, set, set->li[0]);
	send(set, 0, 1);
	KUNIT_EXPECT_EQ(test, test_join(one), 1);
	send(set, 0, 2);
	KUNIT_EXPECT_EQ(test, test_join(any), 2);
}

static void port_enable_of_none(struct kunit *test)
{
	struct setting *set = enter(test);

	KUNIT_EXPECT_EQ(test, chorus_port_enable(set->actor, 1000, true, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, chorus_port_enable(set->actor, CHORUS_LI_NONE, true, 1), -ENOENT);
}

/*
 * Against a model: of all enabled ports with messages the one of the least priority
 * number, and of these the one with the oldest message.
 */
#define MODEL_QUEUE	8

struct model_port {
	bool enabled;
	u32 priority;
	unsigned int nr;
	u32 queue[MODEL_QUEUE];		/* values rise with age, so they are the age */
};

static int model_best(const struct model_port *ports)
{
	int best = -1, i;

	for (i = 0; i < 4; i++) {
		if (!ports[i].enabled || !ports[i].nr)
			continue;
		if (best < 0 || ports[i].priority < ports[best].priority ||
		    (ports[i].priority == ports[best].priority &&
		     ports[i].queue[0] < ports[best].queue[0]))
			best = i;
	}
	return best;
}

static int model_take(struct model_port *port)
{
	int value;

	if (!port->nr)
		return -ETIMEDOUT;
	value = port->queue[0];
	memmove(port->queue, port->queue + 1, sizeof(port->queue) - sizeof(port->queue[0]));
	port->nr--;
	return value;
}

static void port_set_is_like_its_model(struct kunit *test)
{
	struct model_port ports[4] = { };
	struct setting *set = enter(test);
	u32 round, priority, value = 0;
	int i, best, got, want;

	test_limit(test, chorus_port_queue, MODEL_QUEUE);
	for (round = 0; round < 5000; round++) {
		i = get_random_u32() % 4;
		got = 0;
		want = 0;
		switch (get_random_u32() % 8) {
		case 0:
		case 1:
		case 2:
			want = ports[i].nr < MODEL_QUEUE ? 0 : -ENOBUFS;
			got = send(set, i, ++value);
			if (!want)
				ports[i].queue[ports[i].nr++] = value;
			break;
		case 3:
			priority = get_random_u32() % 3;
			enable(set, i, priority);
			ports[i].enabled = true;
			ports[i].priority = priority;
			break;
		case 4:
			disable(set, i);
			ports[i].enabled = false;
			break;
		case 5:
			want = model_take(&ports[i]);
			got = receive(set, i);
			break;
		default:
			best = model_best(ports);
			want = best < 0 ? -ETIMEDOUT : model_take(&ports[best]);
			got = receive_any(set);
			if (got > 0 && get_random_u32() % 4 == 0 && best >= 0) {
				/* Given back, it is the oldest of its port again. */
				chorus_receive_undo(set->thread);
				memmove(ports[best].queue + 1, ports[best].queue,
					sizeof(ports[best].queue) - sizeof(ports[best].queue[0]));
				ports[best].queue[0] = want;
				/* (The model has no room above the limit.) */
				if (ports[best].nr == MODEL_QUEUE)
					receive(set, best);
				else
					ports[best].nr++;
			}
		}
		KUNIT_ASSERT_EQ_MSG(test, got, want, "round %u", round);
	}
}

static struct kunit_case enabled_cases[] = {
	KUNIT_CASE(port_any_serves_by_priority),
	KUNIT_CASE(port_any_serves_the_oldest_of_equals),
	KUNIT_CASE(port_any_tells_the_port),
	KUNIT_CASE(port_any_leaves_the_disabled_alone),
	KUNIT_CASE(port_enable_again_changes_the_priority),
	KUNIT_CASE(port_default_can_be_enabled),
	KUNIT_CASE(port_receive_from_one_leaves_the_set_right),
	KUNIT_CASE(port_enable_wakes_who_waits_for_any),
	KUNIT_CASE(port_enable_wakes_as_many_as_have_messages),
	KUNIT_CASE(port_enable_counts_what_it_hands_over),
	KUNIT_CASE(port_who_waits_for_one_goes_before_any),
	KUNIT_CASE(port_enable_of_none),
	KUNIT_CASE(port_set_is_like_its_model),
	{}
};

static struct kunit_suite enabled_suite = {
	.name = "chorus_ipc_port_enabled",
	.init = test_init,
	.exit = test_exit,
	.test_cases = enabled_cases,
};

kunit_test_suite(enabled_suite);
