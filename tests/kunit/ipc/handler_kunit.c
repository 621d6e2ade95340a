// SPDX-License-Identifier: GPL-2.0-or-later
/* Message handlers: on the caller's task, or fed from the queue; come and go. */
#include "harness.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/invocation.h"
#include "ipc/migrate.h"

struct setting {
	struct chorus_actor *client;
	struct chorus_actor *server;
	struct chorus_ui ui;
	int li;

	/* What the handler saw and does. */
	atomic_t calls;
	u32 values[8];
	int nr;
	struct task_struct *task;
	struct chorus_message_info info;
	int result;			/* what it returns */
	int (*extra)(struct setting *set, struct chorus_invocation *inv);
	int extra_result;
	struct completion entered;
	struct completion go;
};

/* Notes the number it is sent and replies with one more. */
static int handler(struct chorus_invocation *inv, void *cookie)
{
	const struct chorus_message_info *info = chorus_invocation_message(inv);
	struct setting *set = cookie;
	u32 value = 0;

	set->task = current;
	set->info = *info;
	if (info->body_size == sizeof(value))
		chorus_invocation_read_body(inv, 0, &value, sizeof(value));
	if (set->nr < ARRAY_SIZE(set->values))
		set->values[set->nr++] = value;
	complete(&set->entered);
	if (set->extra)
		set->extra_result = set->extra(set, inv);
	else if (!set->result && info->flags & CHORUS_MSG_RPC) {
		value++;
		set->extra_result = chorus_invocation_reply(inv, NULL, &value, sizeof(value));
	}
	atomic_inc(&set->calls);
	return set->result;
}

static struct setting *prepare(struct kunit *test)
{
	struct setting *set = test_zalloc(test, sizeof(*set));

	init_completion(&set->entered);
	init_completion(&set->go);
	set->client = test_actor(test);
	set->server = test_actor(test);
	set->li = test_port(test, set->server, &set->ui);
	test_thread(test, set->client);
	return set;
}

static int connect(struct setting *set)
{
	return chorus_port_connect(set->server, set->li, handler, set);
}

static int disconnect(struct setting *set)
{
	return chorus_port_connect(set->server, set->li, NULL, NULL);
}

static int call(struct setting *set, u32 *value)
{
	return test_call(set->client, &set->ui, value, 0);
}

/* ---- calls ---- */

static void handler_runs_on_the_callers_task(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 41;

	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 42U);
	KUNIT_EXPECT_PTR_EQ(test, set->task, current);
}

static void handler_is_told_about_the_message(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->client->pi.uid = 17;
	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->info.flags, CHORUS_MSG_RPC);
	KUNIT_EXPECT_EQ(test, set->info.body_size, 4U);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->info.target, &set->ui));
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&set->info.src,
						&set->client->default_port->object.ui));
	KUNIT_EXPECT_NE(test, set->info.transid, 0ULL);
	KUNIT_EXPECT_EQ(test, set->info.actor_pi.uid, 17);
}

/* What the confused deputy would do: use an address out of a message as his own. */
static int extra_deputy(struct setting *set, struct chorus_invocation *inv)
{
	u64 word = 0;

	return chorus_invocation_copyin(inv, &word, (uintptr_t)&set->nr, sizeof(word)) == -EFAULT &&
	       chorus_invocation_copyout(inv, (uintptr_t)&set->values, &word, sizeof(word)) ==
	       -EFAULT;
}

static void handler_of_a_queued_message_reaches_no_memory(struct kunit *test)
{
	struct setting *set = prepare(test);

	set->extra = extra_deputy;
	KUNIT_EXPECT_EQ(test, connect(set), 0);
	test_send(set->client, &set->ui, 7);
	test_until(atomic_read(&set->calls) == 1);
	KUNIT_EXPECT_EQ(test, set->extra_result, 1);
	KUNIT_EXPECT_EQ(test, set->values[0], 7U);
}

static int extra_invoker(struct setting *set, struct chorus_invocation *inv)
{
	struct chorus_ui ui;
	int ret = chorus_invocation_invoker(inv, &ui);

	if (ret)
		return ret;
	return chorus_ui_equal(&ui, &set->client->object.ui) &&
	       chorus_invocation_actor(inv) == set->server &&
	       chorus_invocation_depth(inv) == 1;
}

static void handler_knows_its_invoker(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->extra = extra_invoker;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, 1);
	/* Nobody local invokes for an asynchronous message. */
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui, 1), 0);
	test_until(atomic_read(&set->calls) == 2);
	KUNIT_EXPECT_EQ(test, set->extra_result, -EINVAL);
}

static int extra_nothing(struct setting *set, struct chorus_invocation *inv)
{
	return 0;
}

static void handler_without_reply_gives_an_empty_one(struct kunit *test)
{
	struct chorus_kmessage request = { }, reply = { .size = 4 };
	struct setting *set = prepare(test);

	set->extra = extra_nothing;
	connect(set);
	KUNIT_EXPECT_EQ(test, chorus_ipc_call(set->client, 0, &set->ui, &request, &reply, 0), 0);
	KUNIT_EXPECT_EQ(test, reply.size, 0U);
}

static void handler_error_reaches_the_caller(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->result = -ENODEV;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), -EREMOTEIO);
	KUNIT_EXPECT_EQ(test, value, 1U);
}

static int extra_two_replies(struct setting *set, struct chorus_invocation *inv)
{
	u32 value = 7;
	int ret = chorus_invocation_reply(inv, NULL, &value, CHORUS_BODY_MAX + 1);

	if (ret != -EMSGSIZE)
		return -1;
	ret = chorus_invocation_reply(inv, NULL, &value, sizeof(value));
	if (ret)
		return -2;
	value = 8;
	return chorus_invocation_reply(inv, NULL, &value, sizeof(value));
}

static void handler_replies_once(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->extra = extra_two_replies;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, -ENOMSG);
	KUNIT_EXPECT_EQ(test, value, 7U);
}

static int extra_long_reply(struct setting *set, struct chorus_invocation *inv)
{
	u32 values[4] = { 1, 2, 3, 4 };

	return chorus_invocation_reply(inv, NULL, values, sizeof(values));
}

static void handler_long_reply_is_cut_and_told(struct kunit *test)
{
	u32 room[3] = { 0, 0, 0xeeee };
	struct chorus_kmessage request = { }, reply = { .body = room, .size = 8 };
	struct setting *set = prepare(test);

	set->extra = extra_long_reply;
	connect(set);
	KUNIT_EXPECT_EQ(test, chorus_ipc_call(set->client, 0, &set->ui, &request, &reply, 0), 0);
	KUNIT_EXPECT_EQ(test, reply.size, 16U);
	KUNIT_EXPECT_EQ(test, room[1], 2U);
	KUNIT_EXPECT_EQ(test, room[2], 0xeeeeU);
}

static int extra_reads(struct setting *set, struct chorus_invocation *inv)
{
	u8 annex[CHORUS_ANNEX_SIZE], byte = 0;

	memset(annex, 1, sizeof(annex));
	if (chorus_invocation_read_annex(inv, annex) || memchr_inv(annex, 0, sizeof(annex)))
		return 1;
	if (chorus_invocation_read_body(inv, 3, &byte, 1))
		return 2;
	if (chorus_invocation_read_body(inv, 4, &byte, 0))
		return 3;
	if (chorus_invocation_read_body(inv, 4, &byte, 1) != -EINVAL)
		return 4;
	if (chorus_invocation_read_body(inv, 5, &byte, 0) != -EINVAL)
		return 5;
	if (chorus_invocation_read_body(inv, 1, annex, 4) != -EINVAL)
		return 6;
	if (chorus_invocation_read_body(inv, 1, annex, U32_MAX) != -EINVAL)
		return 7;
	return 0;
}

/* The bounds are those of the message, called or queued. */
static void handler_reads_within_the_body(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->extra = extra_reads;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, 0);
	set->extra_result = -1;
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui, 1), 0);
	test_until(atomic_read(&set->calls) == 2);
	KUNIT_EXPECT_EQ(test, set->extra_result, 0);
}

/* ---- connecting ---- */

static void handler_gets_what_was_queued_before(struct kunit *test)
{
	struct setting *set = prepare(test);

	test_send(set->client, &set->ui, 1);
	test_send(set->client, &set->ui, 2);
	test_send(set->client, &set->ui, 3);
	KUNIT_EXPECT_EQ(test, connect(set), 0);
	test_until(atomic_read(&set->calls) == 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->calls), 3);
	KUNIT_EXPECT_EQ(test, set->values[0], 1U);
	KUNIT_EXPECT_EQ(test, set->values[1], 2U);
	KUNIT_EXPECT_EQ(test, set->values[2], 3U);
	KUNIT_EXPECT_PTR_NE(test, set->task, current);
}

static int call_forever(struct test_worker *worker)
{
	struct setting *set = worker->arg;
	u32 value = 10;
	int ret = test_call(set->client, &set->ui, &value, -1);

	return ret ?: value;
}

static void handler_answers_a_call_queued_before(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker = test_run(test, call_forever, set->client, set);

	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 11);
}

static void handler_fails_a_call_queued_before(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker = test_run(test, call_forever, set->client, set);

	test_asleep(worker);
	set->result = -ENODEV;
	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EREMOTEIO);
}

static void handler_gets_asynchronous_messages(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui, 5), 0);
	test_until(atomic_read(&set->calls) == 1);
	KUNIT_EXPECT_EQ(test, set->values[0], 5U);
	KUNIT_EXPECT_EQ(test, set->info.flags, 0U);
}

/* An enabled port with messages is received from; not so once it has a handler. */
static void handler_port_is_not_received_from(struct kunit *test)
{
	struct setting *set = prepare(test);
	int got;

	chorus_port_enable(set->client, CHORUS_LI_DEFAULT, true, 1);
	test_send(set->server, &set->client->default_port->object.ui, 6);
	KUNIT_EXPECT_EQ(test, chorus_port_connect(set->client, CHORUS_LI_DEFAULT, handler, set),
			0);
	/* The thread of the handler has it, or is about to have it. */
	got = test_poll(test_thread_current(), CHORUS_LI_ANYENABLED);
	KUNIT_EXPECT_EQ(test, got, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_poll(test_thread_current(), CHORUS_LI_DEFAULT), -EBUSY);
	test_until(atomic_read(&set->calls) == 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->calls), 1);
}

static void handler_one_a_port(struct kunit *test)
{
	struct setting *set = prepare(test);

	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, connect(set), -EBUSY);
	KUNIT_EXPECT_EQ(test, disconnect(set), 0);
	KUNIT_EXPECT_EQ(test, disconnect(set), -ENOENT);
	KUNIT_EXPECT_EQ(test, connect(set), 0);
}

/* Only supervisor actors have handlers, and none of their ports migrates. */
static void handler_port_does_not_migrate(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 seqnum = 0;

	KUNIT_EXPECT_EQ(test, connect(set), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_migrate(set->server, set->li, set->client, false, &seqnum),
			-EPERM);
	KUNIT_EXPECT_EQ(test, disconnect(set), 0);
}

static void handler_of_no_port(struct kunit *test)
{
	struct setting *set = prepare(test);

	set->li += 1000;
	KUNIT_EXPECT_EQ(test, connect(set), -ENOENT);
	KUNIT_EXPECT_EQ(test, disconnect(set), -ENOENT);
}

static int receive_forever(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct setting *set = worker->arg;
	struct chorus_received out;
	u32 value = 0;

	return IS_ERR(thread) ? PTR_ERR(thread) :
				(test_receive(thread, set->li, -1, &value, &out) ?: value);
}

static void handler_not_where_somebody_waits(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker = test_run(test, receive_forever, set->server, set);

	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, connect(set), -EBUSY);
	test_send(set->client, &set->ui, 3);
	KUNIT_EXPECT_EQ(test, test_join(worker), 3);
}

/* ---- disconnecting ---- */

static void handler_gone_the_queue_is_back(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	connect(set);
	KUNIT_EXPECT_EQ(test, disconnect(set), 0);
	KUNIT_EXPECT_EQ(test, call(set, &value), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui, 1), 0);
	KUNIT_EXPECT_EQ(test, set->nr, 0);
}

static int extra_delay(struct setting *set, struct chorus_invocation *inv)
{
	return chorus_thread_delay(-1);
}

static void handler_disconnect_aborts_who_is_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker;

	set->extra = extra_delay;
	connect(set);
	worker = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, disconnect(set), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, set->extra_result, -ECANCELED);
}

static int extra_hold(struct setting *set, struct chorus_invocation *inv)
{
	wait_for_completion(&set->go);
	return 0;
}

/* Has somebody begun to take the handler away?  From then on no message reaches it. */
static bool disconnecting(struct setting *set)
{
	struct chorus_port *port = chorus_port_get_li(set->server, set->li);
	struct chorus_handler *handler = port ? chorus_handler_get(port) : NULL;
	bool closing = handler && chorus_gate_closing(&handler->gate);

	if (handler)
		chorus_handler_put(handler);
	chorus_port_put(port);
	return closing;
}

static int disconnecter(struct test_worker *worker)
{
	return disconnect(worker->arg);
}

/*
 * While the last caller is still inside, and after, messages find the queue again and
 * stay there for whoever receives them.
 */
static void handler_disconnecting_loses_nothing(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *inside, *closer;

	set->extra = extra_hold;
	connect(set);
	chorus_port_enable(set->server, set->li, true, 1);
	inside = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	closer = test_run(test, disconnecter, set->server, set);
	test_until(disconnecting(set));
	msleep(50);
	KUNIT_EXPECT_FALSE(test, test_ended(closer));
	KUNIT_EXPECT_EQ(test, test_send(set->client, &set->ui, 5), 0);
	msleep(50);
	complete_all(&set->go);
	KUNIT_EXPECT_EQ(test, test_join(inside), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_join(closer), 0);
	KUNIT_EXPECT_EQ(test, set->nr, 1);
	test_thread_end();
	test_thread(test, set->server);
	KUNIT_EXPECT_EQ(test, test_poll(test_thread_current(), CHORUS_LI_ANYENABLED), 5);
}

/* The members of a group take the turns of one whose handler goes; alone it is out of reach. */
static void handler_that_leaves_is_passed_over_by_its_group(struct kunit *test)
{
	struct setting *set = prepare(test), *other = test_zalloc(test, sizeof(*other));
	struct test_worker *inside, *closer;
	struct chorus_cap group;
	struct chorus_ui any;
	u32 value;
	int i;

	init_completion(&other->entered);
	other->server = test_actor(test);
	other->li = test_port(test, other->server, &other->ui);
	set->extra = extra_hold;
	connect(set);
	connect(other);
	KUNIT_ASSERT_EQ(test, chorus_group_allocate(set->server, CHORUS_UI_GROUP, 0, &group), 0);
	KUNIT_ASSERT_EQ(test, chorus_group_insert(set->server, &group, &set->ui), 0);
	any = group.ui;
	any.head |= (u64)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	inside = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	closer = test_run(test, disconnecter, set->server, set);
	test_until(disconnecting(set));
	KUNIT_EXPECT_EQ(test, test_call(set->client, &any, &value, 0), -EHOSTUNREACH);
	KUNIT_ASSERT_EQ(test, chorus_group_insert(set->server, &group, &other->ui), 0);
	for (i = 0; i < 4; i++) {
		value = i;
		KUNIT_EXPECT_EQ(test, test_call(set->client, &any, &value, 0), 0);
		KUNIT_EXPECT_EQ(test, value, i + 1U);
	}
	complete_all(&set->go);
	KUNIT_EXPECT_EQ(test, test_join(inside), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_join(closer), 0);
}

static int receive_any_forever(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct chorus_received out;
	u32 value = 0;

	return IS_ERR(thread) ? PTR_ERR(thread) :
		(test_receive(thread, CHORUS_LI_ANYENABLED, -1, &value, &out) ?: value);
}

/* Who waited for any enabled port gets what the handler has left. */
static void handler_gone_wakes_who_waits_for_any(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *inside, *closer, *waiter;

	set->extra = extra_hold;
	connect(set);
	chorus_port_enable(set->server, set->li, true, 1);
	waiter = test_run(test, receive_any_forever, set->server, set);
	test_asleep(waiter);
	inside = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	closer = test_run(test, disconnecter, set->server, set);
	test_until(disconnecting(set));
	test_send(set->client, &set->ui, 6);
	complete_all(&set->go);
	test_join(inside);
	test_join(closer);
	test_until(test_ended(waiter));
	KUNIT_EXPECT_TRUE(test, test_ended(waiter));
	if (test_ended(waiter))
		KUNIT_EXPECT_EQ(test, test_join(waiter), 6);
}

static int killed_disconnecter(struct test_worker *worker)
{
	allow_signal(SIGKILL);
	return disconnect(worker->arg);
}

/* Who comes after a disconnecter that was killed takes its place. */
static void handler_disconnecter_killed(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *inside, *killed, *next;

	set->extra = extra_hold;
	connect(set);
	inside = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	killed = test_run(test, killed_disconnecter, set->server, set);
	/* Before that it may not have allowed the signal, which would be lost. */
	test_until(disconnecting(set));
	send_sig(SIGKILL, killed->task, 1);
	KUNIT_EXPECT_EQ(test, test_join(killed), -EINTR);
	KUNIT_EXPECT_EQ(test, connect(set), -EBUSY);
	next = test_run(test, disconnecter, set->server, set);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, test_ended(next));
	complete_all(&set->go);
	KUNIT_EXPECT_EQ(test, test_join(inside), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_join(next), 0);
	KUNIT_EXPECT_EQ(test, connect(set), 0);
}

static int extra_delete_port(struct setting *set, struct chorus_invocation *inv)
{
	return chorus_port_delete(set->server, set->li);
}

/* Refused, with the port as alive as before. */
static void handler_deletes_its_port_from_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->extra = extra_delete_port;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, -EDEADLK);
	set->extra = NULL;
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 2U);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->server, set->li), 0);
}

static int extra_disconnect(struct setting *set, struct chorus_invocation *inv)
{
	return disconnect(set);
}

static void handler_disconnect_from_inside(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	set->extra = extra_disconnect;
	connect(set);
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, set->extra_result, -EDEADLK);
	set->extra = NULL;
	KUNIT_EXPECT_EQ(test, call(set, &value), 0);
	KUNIT_EXPECT_EQ(test, value, 2U);
}

static void handler_dies_with_its_port(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker;

	set->extra = extra_delay;
	connect(set);
	worker = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	test_asleep(worker);
	KUNIT_EXPECT_EQ(test, chorus_port_delete(set->server, set->li), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
}

static void handler_dies_with_its_actor(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct test_worker *worker;
	u32 value = 1;

	set->extra = extra_delay;
	connect(set);
	worker = test_run(test, call_forever, set->client, set);
	wait_for_completion(&set->entered);
	test_asleep(worker);
	chorus_actor_kill(set->server);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, call(set, &value), -EHOSTUNREACH);
}

/* ---- coming and going under load ---- */

struct handler_storm {
	struct setting *set;
	atomic_t sent;
	bool stop;
};

static int storm_sender(struct test_worker *worker)
{
	struct handler_storm *storm = worker->arg;

	while (!READ_ONCE(storm->stop)) {
		if (!test_send(worker->actor, &storm->set->ui, 1))
			atomic_inc(&storm->sent);
		usleep_range(20, 100);
	}
	return 0;
}

/* Every message is handled, or still in the queue at the end. */
static void handler_comes_and_goes_without_loss(struct kunit *test)
{
	struct handler_storm *storm = test_zalloc(test, sizeof(*storm));
	struct setting *set = prepare(test);
	struct test_worker *worker;
	int round, left = 0;

	storm->set = set;
	test_limit(test, chorus_port_queue, 100000);
	worker = test_run(test, storm_sender, set->client, storm);
	for (round = 0; round < 30; round++) {
		KUNIT_EXPECT_EQ(test, connect(set), 0);
		/* A slow machine may not get to the handler in any of these times. */
		if (!round)
			test_until(atomic_read(&set->calls));
		usleep_range(200, 2000);
		KUNIT_EXPECT_EQ(test, disconnect(set), 0);
		usleep_range(200, 2000);
	}
	WRITE_ONCE(storm->stop, true);
	test_join(worker);
	test_thread_end();
	test_thread(test, set->server);
	while (test_poll(test_thread_current(), set->li) > 0)
		left++;
	KUNIT_EXPECT_GT(test, atomic_read(&set->calls), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&set->calls) + left, atomic_read(&storm->sent));
}

static struct kunit_case handler_cases[] = {
	KUNIT_CASE(handler_runs_on_the_callers_task),
	KUNIT_CASE(handler_is_told_about_the_message),
	KUNIT_CASE(handler_knows_its_invoker),
	KUNIT_CASE(handler_without_reply_gives_an_empty_one),
	KUNIT_CASE(handler_error_reaches_the_caller),
	KUNIT_CASE(handler_replies_once),
	KUNIT_CASE(handler_long_reply_is_cut_and_told),
	KUNIT_CASE(handler_reads_within_the_body),
	KUNIT_CASE(handler_gets_what_was_queued_before),
	KUNIT_CASE(handler_answers_a_call_queued_before),
	KUNIT_CASE(handler_fails_a_call_queued_before),
	KUNIT_CASE(handler_gets_asynchronous_messages),
	KUNIT_CASE(handler_port_is_not_received_from),
	KUNIT_CASE(handler_one_a_port),
	KUNIT_CASE(handler_port_does_not_migrate),
	KUNIT_CASE(handler_of_no_port),
	KUNIT_CASE(handler_not_where_somebody_waits),
	KUNIT_CASE(handler_gone_the_queue_is_back),
	KUNIT_CASE(handler_disconnect_aborts_who_is_inside),
	KUNIT_CASE(handler_disconnect_from_inside),
	KUNIT_CASE(handler_disconnecting_loses_nothing),
	KUNIT_CASE(handler_that_leaves_is_passed_over_by_its_group),
	KUNIT_CASE(handler_gone_wakes_who_waits_for_any),
	KUNIT_CASE(handler_disconnecter_killed),
	KUNIT_CASE(handler_deletes_its_port_from_inside),
	KUNIT_CASE(handler_dies_with_its_port),
	KUNIT_CASE(handler_dies_with_its_actor),
	KUNIT_CASE(handler_comes_and_goes_without_loss),
	KUNIT_CASE(handler_of_a_queued_message_reaches_no_memory),
	{}
};

static struct kunit_suite handler_suite = {
	.name = "chorus_ipc_handler",
	.init = test_init,
	.exit = test_exit,
	.test_cases = handler_cases,
};

kunit_test_suite(handler_suite);
