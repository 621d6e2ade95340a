// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports: the queue, the set of enabled ports, local ids, birth and death. */
#include "harness.h"
#include "ipc/rpc.h"

#define UID	5100

/* An actor, the case as a thread of it, and some ports. */
struct setting {
	struct chorus_actor *actor;
	struct chorus_thread *thread;
	int li[4];
	struct chorus_ui ui[4];
};

static struct setting *enter(struct kunit *test)
{
	struct setting *set = kunit_kzalloc(test, sizeof(*set), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, set);
	set->actor = test_actor(test);
	set->thread = test_thread(test, set->actor);
	for (i = 0; i < ARRAY_SIZE(set->li); i++)
		set->li[i] = test_port(test, set->actor, &set->ui[i]);
	return set;
}

static int send(struct setting *set, int port, u32 value)
{
	return test_send(set->actor, &set->ui[port], value);
}

static int enable(struct setting *set, int port, u32 priority)
{
	return chorus_port_enable(set->actor, set->li[port], true, priority);
}

static int disable(struct setting *set, int port)
{
	return chorus_port_enable(set->actor, set->li[port], false, 0);
}

/* By name; only to compare: nothing keeps it. */
static struct chorus_port *find(const struct chorus_ui *ui)
{
	struct chorus_port *port;

	rcu_read_lock();
	port = chorus_port_find(test_site(), ui);
	rcu_read_unlock();
	return port;
}

static int receive(struct setting *set, int port)
{
	return test_poll(set->thread, set->li[port]);
}

static int receive_any(struct setting *set)
{
	return test_poll(set->thread, CHORUS_LI_ANYENABLED);
}

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

static int receive_forever(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct chorus_received out;
	u32 value = 0;
	int ret;

	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ret = test_receive(thread, (long)worker->arg, -1, &value, &out);
	return ret ?: value;
}

static struct test_worker *receiver(struct kunit *test, struct setting *set, long li)
{
	struct test_worker *worker = test_run(test, receive_forever, set->actor, (void *)li);

	test_asleep(worker);
	return worker;
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

/* ---- the enabled set ---- */

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
	KUNIT_EXPECT_EQ(test, chorus_port_post(target, message, false), 0);
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
	KUNIT_EXPECT_EQ(test, chorus_port_post(port, message, false), -EHOSTUNREACH);
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

static struct kunit_case port_cases[] = {
	KUNIT_CASE(port_queue_max_and_one_more),
	KUNIT_CASE(port_queue_of_the_default_length),
	KUNIT_CASE(port_queue_is_first_in_first_out),
	KUNIT_CASE(port_hands_over_to_a_waiter),
	KUNIT_CASE(port_each_waiter_gets_one),
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
	KUNIT_CASE(port_given_back_is_first_again),
	KUNIT_CASE(port_given_back_may_exceed_the_limit),
	KUNIT_CASE(port_given_back_keeps_its_age),
	KUNIT_CASE(port_given_back_goes_to_who_waits),
	KUNIT_CASE(port_given_back_to_the_dead_is_dropped),
	KUNIT_CASE(port_given_back_not_to_another_of_its_id),
	KUNIT_CASE(port_withdrawn_leaves_the_set_right),
	KUNIT_CASE(port_withdrawn_makes_room),
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

static struct kunit_suite port_suite = {
	.name = "chorus_ipc_port",
	.init = test_init,
	.exit = test_exit,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
