// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports: the queue, and what is given back to it or taken out of it. */
#include "ipc/port_setting.h"

/* ---- the queue ---- */

static void port_queue_max_and_one_more(struct kunit *test)
{
	struct setting *set = enter(test);

	test_limit(test, chorus_port_queue, 3);
	KUNIT_EXPECT_EQ(test, send(set, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 3), 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 4), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, send(set, 1, 5), 0);	/* the limit is the port's */
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, send(set, 0, 6), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 2);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 3);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 6);
}

static void port_queue_of_the_default_length(struct kunit *test)
{
	struct setting *set = enter(test);
	unsigned int i, sent = 0;

	for (i = 0; i < chorus_port_queue; i++)
		sent += !send(set, 0, i + 1);
	KUNIT_EXPECT_EQ(test, sent, chorus_port_queue);
	KUNIT_EXPECT_EQ(test, send(set, 0, 1), -ENOBUFS);
}

static void port_queue_is_first_in_first_out(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_received out;
	u32 i, value;

	for (i = 1; i <= 5; i++)
		KUNIT_EXPECT_EQ(test, send(set, 0, i * 10), 0);
	for (i = 1; i <= 5; i++) {
		KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[0], 0, &value, &out), 0);
		KUNIT_EXPECT_EQ(test, value, i * 10);
		KUNIT_EXPECT_EQ(test, out.seqnum, (u64)i);
		KUNIT_EXPECT_EQ(test, out.li, set->li[0]);
	}
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
}

/* A message for a thread that waits never sees the queue, nor its limit. */
static void port_hands_over_to_a_waiter(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;

	test_limit(test, chorus_port_queue, 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 1), -ENOBUFS);
	worker = receiver(test, set, set->li[0]);
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 2);
}

/* In which order is nobody's promise. */
static void port_each_waiter_gets_one(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *one = receiver(test, set, set->li[0]);
	struct test_worker *two = receiver(test, set, set->li[0]);

	KUNIT_EXPECT_EQ(test, send(set, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, test_join(one) + test_join(two), 3);
	KUNIT_EXPECT_NE(test, test_join(one), test_join(two));
}

/* ---- giving back ---- */

static void port_given_back_is_first_again(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_received one, two;
	u32 value;

	send(set, 0, 1);
	send(set, 0, 2);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[0], 0, &value, &one), 0);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li[0], 0, &value, &two), 0);
	KUNIT_EXPECT_EQ(test, value, 1U);
	KUNIT_EXPECT_EQ(test, two.seqnum, one.seqnum);
	KUNIT_EXPECT_EQ(test, two.token, one.token);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 2);
}

static void port_given_back_may_exceed_the_limit(struct kunit *test)
{
	struct setting *set = enter(test);

	test_limit(test, chorus_port_queue, 1);
	KUNIT_EXPECT_EQ(test, send(set, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), 0);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, send(set, 0, 3), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, send(set, 0, 3), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 2);
	KUNIT_EXPECT_EQ(test, send(set, 0, 3), 0);
}

static void port_given_back_keeps_its_age(struct kunit *test)
{
	struct setting *set = enter(test);

	enable(set, 0, 1);
	enable(set, 1, 1);
	send(set, 0, 1);
	send(set, 1, 2);
	KUNIT_EXPECT_EQ(test, receive_any(set), 1);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, receive_any(set), 1);
	KUNIT_EXPECT_EQ(test, receive_any(set), 2);
}

static void port_given_back_goes_to_who_waits(struct kunit *test)
{
	struct setting *set = enter(test);
	struct test_worker *worker;

	send(set, 0, 4);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 4);
	worker = receiver(test, set, set->li[0]);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, test_join(worker), 4);
}

/* The port died while the message was out: it ends like those in the queue. */
static void port_given_back_to_the_dead_is_dropped(struct kunit *test)
{
	struct setting *set = enter(test);
	unsigned int cached;

	send(set, 0, 4);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 4);
	cached = set->actor->cache.nr;
	chorus_port_delete(set->actor, set->li[0]);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, set->actor->cache.nr, cached + 1);
}

/* Local ids wrap around: somebody who stays in a receive for long enough sees his come again. */
static void port_given_back_not_to_another_of_its_id(struct kunit *test)
{
	struct setting *set = enter(test);

	send(set, 0, 4);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 4);
	chorus_port_delete(set->actor, set->li[0]);
	set->actor->next_li = set->li[0];
	KUNIT_EXPECT_EQ(test, chorus_port_create(set->actor, 0, NULL), set->li[0]);
	chorus_receive_undo(set->thread);
	KUNIT_EXPECT_EQ(test, receive(set, 0), -ETIMEDOUT);
}

/* ---- withdrawing ---- */

static struct chorus_message *request(struct kunit *test, struct setting *set, int port,
				      u32 value)
{
	struct chorus_message *message = chorus_message_alloc(set->actor);
	struct chorus_buffers from = {
		.body = (uintptr_t)&value, .size = sizeof(value), .kernel = true,
	};
	struct chorus_port *target = chorus_port_get_li(set->actor, set->li[port]);

	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	KUNIT_ASSERT_NOT_NULL(test, target);
	test_stamp(message, set->actor, &set->ui[port]);
	KUNIT_EXPECT_EQ(test, chorus_message_fill(message, &message->request, &message->flags,
						  &from), 0);
	KUNIT_EXPECT_EQ(test, test_post(target, message), 0);
	chorus_port_put(target);
	return message;
}

static void port_withdrawn_leaves_the_set_right(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_message *message;

	enable(set, 0, 1);
	enable(set, 1, 1);
	message = request(test, set, 0, 1);
	send(set, 1, 2);
	send(set, 0, 3);
	KUNIT_EXPECT_TRUE(test, chorus_port_withdraw(message));
	KUNIT_EXPECT_EQ(test, receive_any(set), 2);
	KUNIT_EXPECT_EQ(test, receive_any(set), 3);
	KUNIT_EXPECT_EQ(test, receive_any(set), -ETIMEDOUT);
	chorus_message_free(message);
}

static void port_withdrawn_makes_room(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_message *message;

	test_limit(test, chorus_port_queue, 1);
	message = request(test, set, 0, 1);
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), -ENOBUFS);
	KUNIT_EXPECT_TRUE(test, chorus_port_withdraw(message));
	KUNIT_EXPECT_FALSE(test, chorus_port_withdraw(message));
	KUNIT_EXPECT_EQ(test, send(set, 0, 2), 0);
	chorus_message_free(message);
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(port_queue_max_and_one_more),
	KUNIT_CASE(port_queue_of_the_default_length),
	KUNIT_CASE(port_queue_is_first_in_first_out),
	KUNIT_CASE(port_hands_over_to_a_waiter),
	KUNIT_CASE(port_each_waiter_gets_one),
	KUNIT_CASE(port_given_back_is_first_again),
	KUNIT_CASE(port_given_back_may_exceed_the_limit),
	KUNIT_CASE(port_given_back_keeps_its_age),
	KUNIT_CASE(port_given_back_goes_to_who_waits),
	KUNIT_CASE(port_given_back_to_the_dead_is_dropped),
	KUNIT_CASE(port_given_back_not_to_another_of_its_id),
	KUNIT_CASE(port_withdrawn_leaves_the_set_right),
	KUNIT_CASE(port_withdrawn_makes_room),
	{}
};

static struct kunit_suite port_suite = {
	.name = "chorus_ipc_port",
	.init = test_init,
	.exit = test_exit,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
