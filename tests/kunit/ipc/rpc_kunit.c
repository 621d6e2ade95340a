// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls: at most once, one answer each, whoever dies, gives up or comes late. */
#include "ipc/rpc_setting.h"

/* Of a client that may not have called yet. */
static u64 serve_soon(struct kunit *test, struct setting *set, u32 expected)
{
	struct chorus_received out = { };
	u32 value = 0;

	KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li, TEST_LONG_NS, &value, &out), 0);
	KUNIT_EXPECT_EQ(test, value, expected);
	return out.token;
}

/*
 * Gives up a call that is served.  A server that is slow finds that call gone already, so it
 * is made again, with more time, until somebody says that it was received.
 */
static int give_up_served(struct request *request)
{
	int ret;

	do {
		ret = test_call(request->set->client, &request->set->ui, &request->value,
				request->timeout);
		request->timeout *= 2;
	} while (ret == -ETIMEDOUT && !READ_ONCE(request->served));
	return ret;
}

/* ---- answers ---- */

static void rpc_reply_reaches_the_caller(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	serve(test, set, 1);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	KUNIT_EXPECT_EQ(test, request.value, 2U);
}

struct large_call {
	struct setting *set;
	u32 size;
	long used;		/* bytes charged once the call is over */
	u8 *body;
};

/* Twice, so that what the first call left is what the second one begins with. */
static int large_client(struct test_worker *worker)
{
	struct large_call *call = worker->arg;
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct chorus_kmessage request = { .body = call->body, .size = call->size };
	struct chorus_kmessage reply = { .body = call->body };
	int i, ret = PTR_ERR_OR_ZERO(thread);

	for (i = 0; !ret && i < 2; i++) {
		reply.size = call->size;
		ret = chorus_ipc_call(worker->actor, 0, &call->set->ui, &request, &reply, -1);
		call->used = atomic_long_read(&worker->actor->user->used[CHORUS_QUOTA_BYTES]);
	}
	return ret;
}

/* What a call leaves charged is what the next one uses: a second call adds nothing. */
static void rpc_bodies_are_used_again(struct kunit *test)
{
	static const u32 sizes[] = { 100, 2048, PAGE_SIZE, PAGE_SIZE + 1, CHORUS_BODY_MAX };
	int i, k;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct setting *set = prepare(test);
		struct large_call *call = test_zalloc(test, sizeof(*call));
		struct chorus_buffers from = { .size = sizes[i], .kernel = true };
		long before = atomic_long_read(&set->client->user->used[CHORUS_QUOTA_BYTES]);
		struct test_worker *worker;

		call->set = set;
		call->size = sizes[i];
		call->body = test_zalloc(test, CHORUS_BODY_MAX);
		from.body = (uintptr_t)call->body;
		worker = test_run(test, large_client, set->client, call);
		for (k = 0; k < 2; k++) {
			struct chorus_received out = { };

			/* Asleep it may also look right after the first reply, on its way out. */
			KUNIT_EXPECT_EQ(test, test_receive(set->thread, set->li, TEST_LONG_NS, NULL,
							   &out), 0);
			KUNIT_EXPECT_EQ(test, out.body_size, sizes[i]);
			KUNIT_EXPECT_EQ(test, chorus_rpc_reply(set->thread, 0, &from, false), 0);
		}
		KUNIT_EXPECT_EQ(test, test_join(worker), 0);
		KUNIT_EXPECT_EQ(test, call->used - before,
				sizes[i] <= CHORUS_BODY_SMALL ? 0L :
				2L * roundup_pow_of_two(sizes[i]));
		test_again(test);
	}
}

static void rpc_replies_go_by_token(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request one = { }, two = { };
	struct test_worker *a = client(test, set, &one, 1, -1);
	struct test_worker *b = client(test, set, &two, 2, -1);
	u64 first = serve(test, set, 1), second = serve(test, set, 2);

	KUNIT_EXPECT_NE(test, first, second);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, first, 11), 0);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, second, 12), 0);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
	KUNIT_EXPECT_EQ(test, test_join(b), 0);
	KUNIT_EXPECT_EQ(test, one.value, 11U);
	KUNIT_EXPECT_EQ(test, two.value, 12U);
}

static void rpc_is_replied_once(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);
	u64 token = serve(test, set, 1);

	KUNIT_EXPECT_EQ(test, test_reply(set->thread, token, 2), 0);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, token, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 3), -ENOMSG);
	test_join(worker);
	KUNIT_EXPECT_EQ(test, request.value, 2U);
}

static void rpc_no_reply_to_a_message(struct kunit *test)
{
	struct setting *set = prepare(test);

	test_send(set->client, &set->ui, 1);
	serve(test, set, 1);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -ENOMSG);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 12345, 2), -ENOENT);
}

struct token_reply {
	u64 token;
	u32 value;
};

static int other_thread(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct token_reply *reply = worker->arg;

	return IS_ERR(thread) ? PTR_ERR(thread) :
				test_reply(thread, reply->token, reply->value);
}

static void rpc_any_thread_of_the_server_may_reply(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);
	struct token_reply reply = { .token = serve(test, set, 1), .value = 5 };

	/* No thread of another actor may. */
	KUNIT_EXPECT_EQ(test, test_join(test_run(test, other_thread, set->client, &reply)),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, test_join(test_run(test, other_thread, set->server, &reply)), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	KUNIT_EXPECT_EQ(test, request.value, 5U);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 6), -ENOMSG);
}

/* ---- nobody there ---- */

static void rpc_to_nowhere(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_kmessage none = { };
	struct chorus_ui ui;
	u32 value = 1;

	chorus_ui_build(&ui, CHORUS_UI_STATPORT, test_site()->number, 1);
	KUNIT_EXPECT_EQ(test, test_call(set->server, &ui, &value, -1), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, test_call(set->server, &set->client->object.ui, &value, -1),
			-EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, chorus_ipc_call(set->server, 99, &set->ui, &none, &none, -1),
			-ENOENT);
}

static void rpc_body_above_the_limit(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_kmessage big = { .size = CHORUS_BODY_MAX + 1 }, none = { };

	KUNIT_EXPECT_EQ(test, chorus_ipc_call(set->server, 0, &set->ui, &big, &none, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, chorus_ipc_send(set->server, 0, &set->ui, &big), -EMSGSIZE);
}

/* ---- giving up ---- */

static void rpc_poll_takes_its_request_back(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	KUNIT_EXPECT_EQ(test, test_call(set->server, &set->ui, &value, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
}

static void rpc_timeout_while_queued(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, 20 * NSEC_PER_MSEC);

	KUNIT_EXPECT_EQ(test, test_join(worker), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
}

static int impatient_main(struct test_worker *worker)
{
	return give_up_served(worker->arg);
}

static void rpc_timeout_while_served(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { .set = set, .value = 1, .timeout = 50 * NSEC_PER_MSEC };
	struct test_worker *worker = test_run(test, impatient_main, set->client, &request);

	serve_soon(test, set, 1);
	WRITE_ONCE(request.served, true);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, request.value, 1U);
	/* The message is consumed all the same. */
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -ENOMSG);
}

struct two_calls {
	struct request request;	/* the first */
	int first;
	u32 value;
	struct completion again;
};

static int calls_twice(struct test_worker *worker)
{
	struct two_calls *two = worker->arg;
	struct setting *set = two->request.set;

	two->first = give_up_served(&two->request);
	complete(&two->again);
	two->value = 2;
	return test_call(set->client, &set->ui, &two->value, -1);
}

/* The answer to a call that was given up never becomes that of the next. */
static void rpc_late_reply_never_matches(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct two_calls *two = test_zalloc(test, sizeof(*two));
	struct test_worker *worker;
	u64 first, second;

	two->request = (struct request){
		.set = set, .value = 1, .timeout = 50 * NSEC_PER_MSEC,
	};
	init_completion(&two->again);
	worker = test_run(test, calls_twice, set->client, two);
	first = serve_soon(test, set, 1);
	WRITE_ONCE(two->request.served, true);
	wait_for_completion(&two->again);
	KUNIT_EXPECT_EQ(test, two->first, -ETIMEDOUT);
	test_asleep(worker);
	second = serve(test, set, 2);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, first, 666), -EHOSTUNREACH);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, second, 20), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	KUNIT_EXPECT_EQ(test, two->value, 20U);
}

static void rpc_abort_while_queued(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	KUNIT_EXPECT_EQ(test, chorus_thread_abort(set->client, 1), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, chorus_thread_abort(set->client, 1), -ENOENT);
}

static void rpc_abort_while_served(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	serve(test, set, 1);
	KUNIT_EXPECT_EQ(test, chorus_thread_abort(set->client, 1), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ECANCELED);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -EHOSTUNREACH);
}

static void rpc_abort_before_the_wait(struct kunit *test)
{
	struct setting *set = prepare(test);
	u32 value = 1;

	KUNIT_EXPECT_EQ(test, chorus_thread_abort(set->server, set->thread->li), 0);
	KUNIT_EXPECT_EQ(test, test_call(set->server, &set->ui, &value, -1), -ECANCELED);
	/* Once. */
	KUNIT_EXPECT_EQ(test, test_call(set->server, &set->ui, &value, 1000), -ETIMEDOUT);
}

/* ---- signals ---- */

static void rpc_signal_ends_a_call_of_supervisor_code(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { .signals = true };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	send_sig(SIGUSR1, worker->task, 1);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EINTR);
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
}

static int call_of(struct setting *set, u32 *value, u64 *token)
{
	struct chorus_call call = {
		.target = set->ui,
		.src_li = CHORUS_LI_DEFAULT,
		.request = { .body = (uintptr_t)value, .size = 4, .kernel = true },
		.reply = { .body = (uintptr_t)value, .size = 4, .kernel = true },
		.token = *token,
	};
	int ret;

	chorus_timeout_init(&call.timeout, -1, 0);
	ret = chorus_rpc_call(set->thread, set->server, &call);
	*token = call.token;
	return ret;
}

/* The case calls its own actor, with a signal there before the wait. */
static int interrupted_call(struct setting *set, u32 *value, u64 *token)
{
	int ret;

	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	ret = call_of(set, value, token);
	flush_signals(current);
	return ret;
}

static void rpc_interrupted_call_goes_on(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 token = 0, request;
	u32 value = 1;

	KUNIT_EXPECT_EQ(test, interrupted_call(set, &value, &token), -ERESTARTSYS);
	KUNIT_EXPECT_NE(test, token, 0ULL);
	request = serve(test, set, 1);
	KUNIT_EXPECT_EQ(test, request, token);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, request, 2), 0);
	KUNIT_EXPECT_EQ(test, call_of(set, &value, &token), 0);
	KUNIT_EXPECT_EQ(test, value, 2U);
	/* Nothing was sent twice, and it cannot be entered again. */
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, call_of(set, &value, &token), -ENOENT);
}

static void rpc_interrupted_calls_max_and_one_more(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 tokens[CHORUS_PARKED_MAX + 1] = { };
	u32 value;
	int i;

	for (i = 0; i <= CHORUS_PARKED_MAX; i++) {
		value = i + 1;
		KUNIT_EXPECT_EQ(test, interrupted_call(set, &value, &tokens[i]), -ERESTARTSYS);
	}
	/* The oldest was given up, and taken back from the queue. */
	KUNIT_EXPECT_EQ(test, set->thread->nr_parked, (unsigned int)CHORUS_PARKED_MAX);
	KUNIT_EXPECT_EQ(test, call_of(set, &value, &tokens[0]), -ENOENT);
	for (i = 1; i <= CHORUS_PARKED_MAX; i++) {
		u64 token = serve(test, set, i + 1);

		KUNIT_EXPECT_EQ(test, token, tokens[i]);
		KUNIT_EXPECT_EQ(test, test_reply(set->thread, token, 10 + i), 0);
		KUNIT_EXPECT_EQ(test, call_of(set, &value, &tokens[i]), 0);
		KUNIT_EXPECT_EQ(test, value, 10U + i);
	}
	KUNIT_EXPECT_EQ(test, test_poll(set->thread, set->li), -ETIMEDOUT);
}

/* ---- death of the server ---- */

static int receive_and_die(struct test_worker *worker)
{
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct setting *set = worker->arg;
	struct chorus_received out;
	u32 value;

	return IS_ERR(thread) ? PTR_ERR(thread) :
				test_receive(thread, set->li, -1, &value, &out);
}

static void rpc_server_thread_dies_with_the_request(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	KUNIT_EXPECT_EQ(test, test_join(test_run(test, receive_and_die, set->server, set)), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EOWNERDEAD);
}

static int receive_and_exit(struct test_worker *worker)
{
	int ret = receive_and_die(worker);

	/* As from the exit probe; the rest happens as task work of the exiting task. */
	chorus_thread_exit(current);
	return ret;
}

static void rpc_server_task_exits_with_the_request(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	KUNIT_EXPECT_EQ(test, test_join(test_run(test, receive_and_exit, set->server, set)), 0);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EOWNERDEAD);
}

static void rpc_server_dies_with_the_current_request(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	serve(test, set, 1);
	chorus_actor_kill(set->server);
	KUNIT_EXPECT_EQ(test, test_join(worker), -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -ENOMSG);
}

static void rpc_server_dies_with_held_and_saved_requests(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request one = { }, two = { }, three = { };
	struct test_worker *a = client(test, set, &one, 1, -1);
	struct test_worker *b = client(test, set, &two, 2, -1);
	struct test_worker *c = client(test, set, &three, 3, -1);
	u64 token;

	serve(test, set, 1);
	KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &token), 0);
	serve(test, set, 2);
	serve(test, set, 3);
	chorus_actor_kill(set->server);
	KUNIT_EXPECT_EQ(test, test_join(a), -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, test_join(b), -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, test_join(c), -EOWNERDEAD);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, token, 4), -ENOENT);
}

static void rpc_request_dies_with_its_port_only_while_queued(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request one = { }, two = { };
	struct test_worker *a = client(test, set, &one, 1, -1);
	struct test_worker *b = client(test, set, &two, 2, -1);
	u64 token = serve(test, set, 1);

	chorus_port_delete(set->server, set->li);
	KUNIT_EXPECT_EQ(test, test_join(b), -EIDRM);
	KUNIT_EXPECT_FALSE(test, test_ended(a));
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, token, 9), 0);
	KUNIT_EXPECT_EQ(test, test_join(a), 0);
}

static void rpc_client_dies(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);

	serve(test, set, 1);
	chorus_actor_kill(set->client);
	KUNIT_EXPECT_EQ(test, test_join(worker), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -EHOSTUNREACH);
}

/* ---- the current message ---- */

static void rpc_body_is_fetched_once(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct chorus_receive receive = { .li = set->li, .to = { .kernel = true } };
	struct chorus_buffers to = { .kernel = true, .size = 4 };
	struct chorus_received out;
	u32 value = 0, size = 0;

	to.body = (uintptr_t)&value;
	KUNIT_EXPECT_EQ(test, chorus_receive_get_data(set->thread, &to, &size), -ENOMSG);
	test_send(set->client, &set->ui, 77);
	KUNIT_EXPECT_EQ(test, chorus_receive(set->thread, &receive, &out), 0);
	KUNIT_EXPECT_EQ(test, out.flags, CHORUS_MSG_MORE);
	KUNIT_EXPECT_EQ(test, chorus_receive_get_data(set->thread, &to, &size), 0);
	KUNIT_EXPECT_EQ(test, value, 77U);
	KUNIT_EXPECT_EQ(test, size, 4U);
	KUNIT_EXPECT_EQ(test, chorus_receive_get_data(set->thread, &to, &size), -ENOMSG);
}

static void rpc_save_and_restore(struct kunit *test)
{
	struct setting *set = prepare(test);
	struct request request = { };
	struct test_worker *worker = client(test, set, &request, 1, -1);
	u64 token = serve(test, set, 1), saved = 0;

	KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &saved), 0);
	KUNIT_EXPECT_EQ(test, saved, token);
	KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &saved), -ENOMSG);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 2), -ENOMSG);
	KUNIT_EXPECT_EQ(test, chorus_receive_restore(set->thread, token), 0);
	KUNIT_EXPECT_EQ(test, chorus_receive_restore(set->thread, token), -ENOENT);
	KUNIT_EXPECT_EQ(test, set->server->nr_saved, 0U);
	KUNIT_EXPECT_EQ(test, test_reply(set->thread, 0, 3), 0);
	test_join(worker);
	KUNIT_EXPECT_EQ(test, request.value, 3U);
}

static void rpc_saved_max_and_one_more(struct kunit *test)
{
	struct setting *set = prepare(test);
	u64 tokens[CHORUS_SAVED_MAX + 1];
	int i;

	for (i = 0; i < CHORUS_SAVED_MAX; i++) {
		test_send(set->client, &set->ui, i);
		serve(test, set, i);
		KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &tokens[i]), 0);
	}
	test_send(set->client, &set->ui, 1000);
	serve(test, set, 1000);
	KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &tokens[i]), -EDQUOT);
	KUNIT_EXPECT_EQ(test, set->server->nr_saved, (unsigned int)CHORUS_SAVED_MAX);
	/* It is still the current one. */
	KUNIT_EXPECT_EQ(test, chorus_receive_restore(set->thread, tokens[0]), 0);
	KUNIT_EXPECT_EQ(test, chorus_receive_save(set->thread, &tokens[0]), 0);
}

static struct kunit_case rpc_cases[] = {
	KUNIT_CASE(rpc_reply_reaches_the_caller),
	KUNIT_CASE(rpc_bodies_are_used_again),
	KUNIT_CASE(rpc_replies_go_by_token),
	KUNIT_CASE(rpc_is_replied_once),
	KUNIT_CASE(rpc_no_reply_to_a_message),
	KUNIT_CASE(rpc_any_thread_of_the_server_may_reply),
	KUNIT_CASE(rpc_to_nowhere),
	KUNIT_CASE(rpc_body_above_the_limit),
	KUNIT_CASE(rpc_poll_takes_its_request_back),
	KUNIT_CASE(rpc_timeout_while_queued),
	KUNIT_CASE(rpc_timeout_while_served),
	KUNIT_CASE(rpc_late_reply_never_matches),
	KUNIT_CASE(rpc_abort_while_queued),
	KUNIT_CASE(rpc_abort_while_served),
	KUNIT_CASE(rpc_abort_before_the_wait),
	KUNIT_CASE(rpc_signal_ends_a_call_of_supervisor_code),
	KUNIT_CASE(rpc_interrupted_call_goes_on),
	KUNIT_CASE(rpc_interrupted_calls_max_and_one_more),
	KUNIT_CASE(rpc_server_thread_dies_with_the_request),
	KUNIT_CASE(rpc_server_task_exits_with_the_request),
	KUNIT_CASE(rpc_server_dies_with_the_current_request),
	KUNIT_CASE(rpc_server_dies_with_held_and_saved_requests),
	KUNIT_CASE(rpc_request_dies_with_its_port_only_while_queued),
	KUNIT_CASE(rpc_client_dies),
	KUNIT_CASE(rpc_body_is_fetched_once),
	KUNIT_CASE(rpc_save_and_restore),
	KUNIT_CASE(rpc_saved_max_and_one_more),
	{}
};

static struct kunit_suite rpc_suite = {
	.name = "chorus_ipc_rpc",
	.init = test_init,
	.exit = test_exit,
	.test_cases = rpc_cases,
};

kunit_test_suite(rpc_suite);
