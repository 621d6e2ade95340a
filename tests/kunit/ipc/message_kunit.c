// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages: who owns them when, what they carry, and who pays. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "harness.h"
#include "ipc/rpc.h"

#define UID	5000

/* ---- the state machine ---- */

enum message_action {
	WITHDRAW,	/* client: chorus_port_withdraw() */
	DROP,		/* client: gives an interrupted call up */
	PORT_DIES,	/* chorus_port_kill() of the port it went to */
	TAKE,		/* server: takes the oldest of the queue */
	REPLY,		/* server: chorus_rpc_reply() */
	FAIL,		/* server: chorus_message_fail() */
	REQUEUE,	/* server: chorus_port_requeue() */
	ACTION_NR,
};

static const char * const action_names[] = {
	"withdraw", "drop", "port dies", "take", "reply", "fail", "requeue",
};

/* What becomes of the message: its state, and whether it went back to its maker. */
struct verdict {
	bool legal;		/* the owner in this state may do it at all */
	int ret;
	int state;
	bool freed;
};

#define STAYS(s)		{ true, 0, s, false }
#define BECOMES(s)		{ true, 0, s, false }
#define SAYS(r, s)		{ true, r, s, false }
#define FREED			{ true, 0, CHORUS_MESSAGE_IDLE, true }
#define FREED_SAYING(r)		{ true, r, CHORUS_MESSAGE_IDLE, true }
#define NOT_HIS			{ false }

#define IDLE		CHORUS_MESSAGE_IDLE
#define QUEUED		CHORUS_MESSAGE_QUEUED
#define SERVED		CHORUS_MESSAGE_SERVED
#define REPLIED		CHORUS_MESSAGE_REPLIED
#define CANCELLED	CHORUS_MESSAGE_CANCELLED
#define ABORTED		CHORUS_MESSAGE_ABORTED
#define FAILED		(-EIDRM)

/*
 * Every pair.  A client may only drop what it has sent; only who serves a message may
 * end it.  NOT_HIS are the pairs in which nobody holds what the action needs.
 */
static const struct message_row {
	const char *name;
	int state;
	struct verdict verdicts[ACTION_NR];
} message_rows[] = {
	/*	     WITHDRAW		DROP		PORT_DIES
	 *	     TAKE		REPLY		FAIL		REQUEUE
	 */
	{ "idle", IDLE, {
		     STAYS(IDLE),	NOT_HIS,	STAYS(IDLE),
		     SAYS(-ENOENT, IDLE), NOT_HIS,	NOT_HIS,	NOT_HIS } },
	{ "queued", QUEUED, {
		     SAYS(1, IDLE),	BECOMES(IDLE),	BECOMES(-EIDRM),
		     BECOMES(SERVED),	NOT_HIS,	NOT_HIS,	NOT_HIS } },
	{ "served", SERVED, {
		     STAYS(SERVED),	BECOMES(CANCELLED), STAYS(SERVED),
		     SAYS(-ENOENT, SERVED), BECOMES(REPLIED), BECOMES(-EOWNERDEAD),
		     BECOMES(QUEUED) } },
	{ "replied", REPLIED, {
		     STAYS(REPLIED),	STAYS(REPLIED),	STAYS(REPLIED),
		     SAYS(-ENOENT, REPLIED), NOT_HIS,	NOT_HIS,	NOT_HIS } },
	{ "failed", FAILED, {
		     STAYS(FAILED),	STAYS(FAILED),	STAYS(FAILED),
		     SAYS(-ENOENT, FAILED), NOT_HIS,	NOT_HIS,	NOT_HIS } },
	{ "cancelled", CANCELLED, {
		     STAYS(CANCELLED),	NOT_HIS,	STAYS(CANCELLED),
		     SAYS(-ENOENT, CANCELLED), FREED_SAYING(-EHOSTUNREACH), FREED, FREED } },
	{ "aborted", ABORTED, {
		     STAYS(ABORTED),	NOT_HIS,	STAYS(ABORTED),
		     SAYS(-ENOENT, ABORTED), FREED_SAYING(-EHOSTUNREACH), FREED, FREED } },
};

struct message_setting {
	struct chorus_actor *client;
	struct chorus_actor *server;
	struct chorus_port *port;
	struct chorus_thread *thread;	/* of the server; drops for the client, too */
	struct chorus_message *message;
};

static struct chorus_message *take(struct message_setting *set)
{
	struct chorus_message *message;

	spin_lock(&set->server->lock);
	message = chorus_port_take_locked(set->port);
	spin_unlock(&set->server->lock);
	return message;
}

static void message_enter(struct kunit *test, struct message_setting *set, int state, bool rpc)
{
	struct chorus_message *message;

	set->client = test_user_actor(test, UID);
	set->server = test_actor(test);
	set->thread = test_thread(test, set->server);
	set->port = chorus_port_new(set->server, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(set->port));
	message = chorus_message_alloc(set->client);
	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	test_stamp(message, set->client, &set->port->object.ui);
	message->flags = rpc ? CHORUS_MSG_RPC : 0;
	set->message = message;
	if (state == IDLE)
		return;
	KUNIT_ASSERT_EQ(test, test_post(set->port, message), 0);
	if (state == QUEUED)
		return;
	KUNIT_ASSERT_PTR_EQ(test, take(set), message);
	atomic_set(&message->state, state);
}

static int message_act(struct message_setting *set, enum message_action action)
{
	struct chorus_message *message = set->message;
	struct chorus_thread *thread = set->thread;

	switch (action) {
	case WITHDRAW:
		return chorus_port_withdraw(message);
	case DROP:
		hlist_add_head(&message->parked_node, &thread->parked);
		thread->nr_parked++;
		chorus_rpc_drop(thread, chorus_message_token(message));
		return 0;
	case PORT_DIES:
		chorus_port_kill(set->port);
		return 0;
	case TAKE:
		return take(set) ? 0 : -ENOENT;
	case REPLY:
		thread->current_message = message;
		thread->current_token = chorus_message_token(message);
		return test_reply(thread, 0, 1);
	case FAIL:
		chorus_message_fail(message, -EOWNERDEAD);
		return 0;
	case REQUEUE:
		chorus_port_requeue(set->port, message);
		return 0;
	default:
		return -EINVAL;
	}
}

/* Back with its maker: in the cache, where its memory may still be looked at. */
static bool message_is_free(struct message_setting *set)
{
	return set->client->cache.nr == 1 && set->client->cache.free == set->message;
}

static void message_leave(struct message_setting *set)
{
	struct chorus_message *message = set->message;

	if (message_is_free(set) || set->thread->spare == message) {
		;
	} else if (atomic_read(&message->state) == QUEUED) {
		chorus_port_kill(set->port);
		if (message->flags & CHORUS_MSG_RPC)
			chorus_message_free(message);
	} else {
		chorus_message_free(message);
	}
	chorus_port_put(set->port);
}

static void message_pair(struct kunit *test, const struct message_row *row,
			 enum message_action action)
{
	const struct verdict *verdict = &row->verdicts[action];
	struct message_setting set;
	int ret;

	message_enter(test, &set, row->state, true);
	ret = message_act(&set, action);
	KUNIT_EXPECT_EQ_MSG(test, ret, verdict->ret, "%s", action_names[action]);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&set.message->state), verdict->state, "%s",
			    action_names[action]);
	KUNIT_EXPECT_EQ_MSG(test, message_is_free(&set), verdict->freed, "%s",
			    action_names[action]);
	message_leave(&set);
}

static void message_states_row(struct kunit *test, const struct message_row *row)
{
	int action;

	for (action = 0; action < ACTION_NR; action++) {
		if (!row->verdicts[action].legal)
			continue;
		message_pair(test, row, action);
		test_again(test);
	}
}

static void message_states(struct kunit *test)
{
	test_table(test, message_states_row, message_rows);
}

/* An asynchronous message has nobody to tell: it ends as free memory. */
static void message_without_client_is_freed(struct kunit *test)
{
	static const enum message_action actions[] = { FAIL, PORT_DIES };
	struct message_setting set;
	int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		message_enter(test, &set, actions[i] == FAIL ? SERVED : QUEUED, false);
		message_act(&set, actions[i]);
		KUNIT_EXPECT_TRUE_MSG(test, message_is_free(&set), "%s",
				      action_names[actions[i]]);
		message_leave(&set);
		test_again(test);
	}
}

/* ---- bodies ---- */

static const struct body_row {
	const char *name;
	u32 size;
	bool small;		/* kept in the message */
	u32 room;
	u32 cached;		/* of the room, with the message back in the cache */
} body_rows[] = {
	{ "0", 0, true, CHORUS_BODY_SMALL, 0 },
	{ "1", 1, true, CHORUS_BODY_SMALL, 0 },
	{ "128", 128, true, CHORUS_BODY_SMALL, 0 },
	{ "129", 129, false, 256, 256 },
	{ "4096", 4096, false, 4096, 4096 },
	/* The buffer stays with the actor then, not with the message. */
	{ "4097", 4097, false, 8192, 8192 },
	{ "65536", CHORUS_BODY_MAX, false, CHORUS_BODY_MAX, CHORUS_BODY_MAX },
};

static long used(const struct chorus_actor *actor, enum chorus_quota what)
{
	return atomic_long_read(&actor->user->used[what]);
}

static struct chorus_buffers buffers(void *annex, void *body, u32 size)
{
	return (struct chorus_buffers){
		.annex = (uintptr_t)annex,
		.body = (uintptr_t)body,
		.size = size,
		.kernel = true,
	};
}

static int fill(struct chorus_message *message, void *annex, void *body, u32 size)
{
	struct chorus_buffers from = buffers(annex, body, size);

	return chorus_message_fill(message, &message->request, &message->flags, &from);
}

static int drain(struct chorus_message *message, void *annex, void *body, u32 size)
{
	struct chorus_buffers to = buffers(annex, body, size);

	return chorus_message_drain(message, &message->request, message->flags, &to);
}

static struct chorus_message *message_new(struct kunit *test, struct chorus_actor *actor)
{
	struct chorus_message *message = chorus_message_alloc(actor);

	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	return message;
}

static void message_body_row(struct kunit *test, const struct body_row *row)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 1);
	struct chorus_message *message = message_new(test, actor);
	u8 *in = kvmalloc(CHORUS_BODY_MAX, GFP_KERNEL);
	u8 *out = kvmalloc(CHORUS_BODY_MAX + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	get_random_bytes(in, row->size);
	memset(out, 0xee, CHORUS_BODY_MAX + 1);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, row->size), 0);
	KUNIT_EXPECT_EQ(test, message->request.size, row->size);
	KUNIT_EXPECT_EQ(test, message->request.room, row->room);
	KUNIT_EXPECT_EQ(test, message->request.data == message->request.small, row->small);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), row->small ? 0L : row->room);
	KUNIT_EXPECT_EQ(test, drain(message, NULL, out, CHORUS_BODY_MAX), 0);
	KUNIT_EXPECT_EQ(test, memcmp(in, out, row->size), 0);
	KUNIT_EXPECT_EQ(test, out[row->size], 0xee);

	chorus_message_free(message);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), (long)row->cached);
	chorus_message_cache_close(&actor->cache);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 0L);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 0L);
	kvfree(in);
	kvfree(out);
}

static void message_bodies(struct kunit *test)
{
	test_table(test, message_body_row, body_rows);
}

static void message_drain_cuts_at_the_room(struct kunit *test)
{
	struct chorus_message *message = message_new(test, test_actor(test));
	char in[8] = "abcdefg", out[8] = "-------";

	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 8), 0);
	KUNIT_EXPECT_EQ(test, drain(message, NULL, out, 3), 0);
	KUNIT_EXPECT_STREQ(test, out, "abc----");
	KUNIT_EXPECT_EQ(test, drain(message, NULL, NULL, 8), 0);
	chorus_message_free(message);
}

/* The second, smaller body stands in the first one's memory: nothing of it may show. */
static void message_smaller_body_hides_the_larger(struct kunit *test)
{
	struct chorus_message *message = message_new(test, test_actor(test));
	u8 in[300], out[300];

	memset(in, 1, sizeof(in));
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 300), 0);
	memset(in, 2, sizeof(in));
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 5), 0);
	memset(out, 0, sizeof(out));
	KUNIT_EXPECT_EQ(test, drain(message, NULL, out, sizeof(out)), 0);
	KUNIT_EXPECT_EQ(test, out[4], 2);
	KUNIT_EXPECT_EQ(test, out[5], 0);
	chorus_message_free(message);
}

static void message_growing_gives_the_old_buffer_back(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 2);
	struct chorus_message *message = message_new(test, actor);
	u8 *in = kunit_kzalloc(test, 2048, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 200), 0);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 256L);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 2000), 0);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 2048L);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 200), 0);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 2048L);
	chorus_message_free(message);
}

/* ---- the annex ---- */

static void message_annex_travels(struct kunit *test)
{
	struct chorus_message *message = message_new(test, test_actor(test));
	u8 in[CHORUS_ANNEX_SIZE], out[CHORUS_ANNEX_SIZE + 1];

	get_random_bytes(in, sizeof(in));
	out[CHORUS_ANNEX_SIZE] = 0xee;
	KUNIT_EXPECT_EQ(test, fill(message, in, NULL, 0), 0);
	KUNIT_EXPECT_TRUE(test, message->flags & CHORUS_MSG_ANNEX);
	KUNIT_EXPECT_EQ(test, drain(message, out, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, memcmp(in, out, sizeof(in)), 0);
	KUNIT_EXPECT_EQ(test, out[CHORUS_ANNEX_SIZE], 0xee);
	chorus_message_free(message);
}

/* Also when an older message had one in the same memory. */
static void message_absent_annex_reads_zero(struct kunit *test)
{
	struct chorus_message *message = message_new(test, test_actor(test));
	u8 annex[CHORUS_ANNEX_SIZE];

	memset(annex, 0x55, sizeof(annex));
	KUNIT_EXPECT_EQ(test, fill(message, annex, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, NULL, 0), 0);
	KUNIT_EXPECT_FALSE(test, message->flags & CHORUS_MSG_ANNEX);
	KUNIT_EXPECT_EQ(test, drain(message, annex, NULL, 0), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(annex, 0, sizeof(annex)));
	chorus_message_free(message);
}

static void message_annex_not_asked_for(struct kunit *test)
{
	struct chorus_message *message = message_new(test, test_actor(test));
	u8 annex[CHORUS_ANNEX_SIZE] = { 1 }, body = 2, out = 0;

	KUNIT_EXPECT_EQ(test, fill(message, annex, &body, 1), 0);
	KUNIT_EXPECT_EQ(test, drain(message, NULL, &out, 1), 0);
	KUNIT_EXPECT_EQ(test, out, 2);
	/* It was not lost by that. */
	memset(annex, 0, sizeof(annex));
	KUNIT_EXPECT_EQ(test, drain(message, annex, &out, 1), 0);
	KUNIT_EXPECT_EQ(test, annex[0], 1);
	chorus_message_free(message);
}

/* ---- the cache ---- */

/* However many messages come back, two large buffers is what an actor keeps; and uses again. */
static void message_large_buffers_are_bounded(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 5);
	struct chorus_message *messages[5];
	u8 *body = kunit_kzalloc(test, CHORUS_BODY_MAX, GFP_KERNEL);
	void *kept;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, body);
	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		messages[i] = message_new(test, actor);
		KUNIT_EXPECT_EQ(test, fill(messages[i], NULL, body, CHORUS_BODY_MAX), 0);
	}
	kept = messages[0]->request.data;
	for (i = 0; i < ARRAY_SIZE(messages); i++)
		chorus_message_free(messages[i]);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 2L * CHORUS_BODY_MAX);
	messages[0] = message_new(test, actor);
	KUNIT_EXPECT_EQ(test, fill(messages[0], NULL, body, 10000), 0);
	KUNIT_EXPECT_PTR_EQ(test, messages[0]->request.data, kept);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 2L * CHORUS_BODY_MAX);
	chorus_message_free(messages[0]);
	chorus_message_cache_close(&actor->cache);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 0L);
}

#define CACHE_BURST	256	/* as in ipc/message.c */

/* As many as were out at a time, up to a limit. */
static void message_cache_is_bounded(struct kunit *test)
{
	static const struct {
		int out, kept;
	} rows[] = {
		{ 2, 2 }, { 16, 16 }, { 17, 17 }, { CACHE_BURST, CACHE_BURST },
		{ CACHE_BURST + 1, CACHE_BURST }, { 1, CACHE_BURST },
	};
	struct chorus_actor *actor = test_user_actor(test, UID + 3);
	struct chorus_message *message, *next;
	LIST_HEAD(out);
	int i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < rows[i].out; k++)
			list_add(&message_new(test, actor)->node, &out);
		KUNIT_EXPECT_GE(test, used(actor, CHORUS_QUOTA_MESSAGES), (long)rows[i].out);
		list_for_each_entry_safe(message, next, &out, node)
			chorus_message_free(message);
		INIT_LIST_HEAD(&out);
		KUNIT_EXPECT_EQ(test, actor->cache.nr, (unsigned int)rows[i].kept);
		KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), (long)rows[i].kept);
		KUNIT_EXPECT_EQ(test, atomic_read(&actor->nr_messages), rows[i].kept);
	}
	chorus_message_cache_close(&actor->cache);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 0L);
	KUNIT_EXPECT_EQ(test, atomic_read(&actor->nr_messages), 0);
}

static void message_cache_is_used(struct kunit *test)
{
	struct chorus_actor *actor = test_actor(test);
	struct chorus_message *message = message_new(test, actor), *again;

	atomic_set(&message->state, CHORUS_MESSAGE_SERVED);
	message->flags = CHORUS_MSG_RPC | CHORUS_MSG_ANNEX;
	chorus_message_free(message);
	again = message_new(test, actor);
	KUNIT_EXPECT_PTR_EQ(test, again, message);
	KUNIT_EXPECT_EQ(test, atomic_read(&again->state), IDLE);
	KUNIT_EXPECT_EQ(test, again->flags, 0U);
	chorus_message_free(again);
}

static void message_cache_closed_keeps_nothing(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 4);
	struct chorus_message *message = message_new(test, actor);

	chorus_actor_kill(actor);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 1L);
	chorus_message_free(message);
	KUNIT_EXPECT_EQ(test, actor->cache.nr, 0U);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 0L);
}

static void message_holds_its_maker(struct kunit *test)
{
	struct chorus_actor *actor = test_actor(test);
	unsigned int refs = kref_read(&actor->object.ref);
	struct chorus_message *message = message_new(test, actor);

	KUNIT_EXPECT_EQ(test, kref_read(&actor->object.ref), refs + 1);
	chorus_message_free(message);
	/* A cached message must not hold it, or an actor would keep itself. */
	KUNIT_EXPECT_EQ(test, kref_read(&actor->object.ref), refs);
}

/* ---- quotas ---- */

static void message_quota_of_messages(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 5);
	struct chorus_message *one, *two, *three;

	test_limit(test, chorus_max_messages, 2);
	one = message_new(test, actor);
	two = message_new(test, actor);
	three = chorus_message_alloc(actor);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(three), -EDQUOT);
	chorus_message_free(one);
	one = chorus_message_alloc(actor);
	KUNIT_EXPECT_FALSE(test, IS_ERR(one));
	chorus_message_free(one);
	chorus_message_free(two);
}

static void message_quota_of_bytes(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 6);
	struct chorus_message *one = message_new(test, actor), *two = message_new(test, actor);
	u8 in[512] = { 7 }, out = 0;

	test_limit(test, chorus_max_bytes, 512);
	KUNIT_EXPECT_EQ(test, fill(one, NULL, in, 512), 0);
	KUNIT_EXPECT_EQ(test, fill(two, NULL, in, 129), -EDQUOT);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 512L);
	/* The message is as good as before: a body that costs nothing fits. */
	KUNIT_EXPECT_EQ(test, fill(two, NULL, in, 128), 0);
	KUNIT_EXPECT_EQ(test, drain(two, NULL, &out, 1), 0);
	KUNIT_EXPECT_EQ(test, out, 7);
	chorus_message_free(one);
	chorus_message_free(two);
}

static void message_quota_counts_the_room_of_the_cached(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 7);
	struct chorus_message *message = message_new(test, actor);
	u8 in[256] = { 0 };

	test_limit(test, chorus_max_bytes, 256);
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 256), 0);
	chorus_message_free(message);
	message = message_new(test, actor);
	/* The buffer is there already, and paid for. */
	KUNIT_EXPECT_EQ(test, fill(message, NULL, in, 256), 0);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 256L);
	chorus_message_free(message);
}

/* ---- names ---- */

static void message_tokens_are_unique(struct kunit *test)
{
	u64 token, last = chorus_message_new_token();
	unsigned int wrong = 0;
	int i;

	for (i = 0; i < 100000; i++) {
		token = chorus_message_new_token();
		/* On one CPU they rise. */
		wrong += !token || token == last;
		last = token;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static void message_stamp_tells_who_sends(struct kunit *test)
{
	struct chorus_actor *actor = test_actor(test);
	struct chorus_message *message = message_new(test, actor);
	struct chorus_port *port = actor->default_port;
	struct chorus_ui target;

	port->pi = (struct chorus_protid){ .uid = 1, .gid = 2, .did = 3 };
	actor->pi = (struct chorus_protid){ .uid = 4, .gid = 5, .did = 6 };
	chorus_ui_build(&target, CHORUS_UI_STATPORT, 1, 1);
	test_stamp(message, actor, &target);
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&message->info.out_src, &port->object.ui));
	KUNIT_EXPECT_TRUE(test, chorus_ui_equal(&message->info.out_target, &target));
	KUNIT_EXPECT_EQ(test, message->info.out_port_pi.uid, 1);
	KUNIT_EXPECT_EQ(test, message->info.out_port_pi.did, 3);
	KUNIT_EXPECT_EQ(test, message->info.out_actor_pi.gid, 5);
	KUNIT_EXPECT_NE(test, chorus_message_token(message), 0ULL);
	chorus_message_free(message);
}

/* ---- copies ---- */

/* Three new, then two from the cache, the first with a body that a call has left. */
static void message_copies_share_a_body(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 7);
	struct chorus_message *one = message_new(test, actor), *two = message_new(test, actor);
	unsigned int refs, i;
	struct chorus_copies copies = { };
	struct chorus_message *made[4];
	char in[300] = "shared", out[300];
	struct chorus_buffers from = buffers(NULL, in, sizeof(in));

	KUNIT_EXPECT_EQ(test, fill(one, NULL, in, 300), 0);
	chorus_message_free(two);
	chorus_message_free(one);
	refs = kref_read(&actor->object.ref);
	KUNIT_ASSERT_EQ(test, chorus_copies_alloc(&copies, actor, 5, &from), 0);
	KUNIT_EXPECT_EQ(test, copies.nr, 5U);
	KUNIT_EXPECT_EQ(test, kref_read(&actor->object.ref), refs + 5);
	for (i = 0; i < 4; i++) {
		made[i] = chorus_copies_take(&copies);
		memset(out, 0, sizeof(out));
		KUNIT_EXPECT_EQ(test, drain(made[i], NULL, out, sizeof(out)), 0);
		KUNIT_EXPECT_STREQ(test, out, "shared");
		KUNIT_EXPECT_EQ(test, atomic_read(&made[i]->state), IDLE);
	}
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 5L);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 300L);

	/* One comes back, and is taken once more; the fifth is never sent. */
	chorus_copies_give_back(&copies, made[3]);
	KUNIT_EXPECT_EQ(test, copies.nr, 2U);
	KUNIT_EXPECT_PTR_EQ(test, chorus_copies_take(&copies), made[3]);
	chorus_copies_free(&copies);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 300L);
		chorus_message_free(made[i]);
	}
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 0L);
	KUNIT_EXPECT_EQ(test, kref_read(&actor->object.ref), refs);
	chorus_message_cache_close(&actor->cache);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 0L);
}

/* New ones are not zeroed, and this one is where another was: what a call adds to is written. */
static void message_copies_are_good_for_a_call(struct kunit *test)
{
	struct chorus_actor *first = test_user_actor(test, UID + 8);
	struct chorus_actor *actor = test_user_actor(test, UID + 9);
	struct chorus_message *message = message_new(test, first);
	struct chorus_buffers none = buffers(NULL, NULL, 0);
	struct chorus_copies copies = { };

	message->reply_flags = ~0U;
	chorus_message_cache_close(&first->cache);
	chorus_message_free(message);
	KUNIT_ASSERT_EQ(test, chorus_copies_alloc(&copies, actor, 1, &none), 0);
	message = chorus_copies_take(&copies);
	KUNIT_EXPECT_EQ(test, message->reply_flags, 0U);
	chorus_message_free(message);
}

static void message_copies_are_paid_for_as_a_whole(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID + 10);
	struct chorus_message *one = message_new(test, actor);
	struct chorus_copies copies = { };
	u8 in[8] = { 1 };
	struct chorus_buffers from = buffers(NULL, in, sizeof(in));

	chorus_message_free(one);
	test_limit(test, chorus_max_messages, 3);
	KUNIT_EXPECT_EQ(test, chorus_copies_alloc(&copies, actor, 4, &from), -EDQUOT);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_MESSAGES), 1L);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 0L);
	KUNIT_EXPECT_PTR_EQ(test, actor->cache.free, one);
	copies = (struct chorus_copies){ };
	KUNIT_EXPECT_EQ(test, chorus_copies_alloc(&copies, actor, 3, &from), 0);
	chorus_copies_free(&copies);
	KUNIT_EXPECT_EQ(test, used(actor, CHORUS_QUOTA_BYTES), 0L);
}

static struct kunit_case message_cases[] = {
	KUNIT_CASE(message_states),
	KUNIT_CASE(message_without_client_is_freed),
	KUNIT_CASE(message_bodies),
	KUNIT_CASE(message_drain_cuts_at_the_room),
	KUNIT_CASE(message_smaller_body_hides_the_larger),
	KUNIT_CASE(message_growing_gives_the_old_buffer_back),
	KUNIT_CASE(message_annex_travels),
	KUNIT_CASE(message_absent_annex_reads_zero),
	KUNIT_CASE(message_annex_not_asked_for),
	KUNIT_CASE(message_large_buffers_are_bounded),
	KUNIT_CASE(message_cache_is_bounded),
	KUNIT_CASE(message_cache_is_used),
	KUNIT_CASE(message_cache_closed_keeps_nothing),
	KUNIT_CASE(message_holds_its_maker),
	KUNIT_CASE(message_quota_of_messages),
	KUNIT_CASE(message_quota_of_bytes),
	KUNIT_CASE(message_quota_counts_the_room_of_the_cached),
	KUNIT_CASE(message_tokens_are_unique),
	KUNIT_CASE(message_stamp_tells_who_sends),
	KUNIT_CASE(message_copies_share_a_body),
	KUNIT_CASE(message_copies_are_good_for_a_call),
	KUNIT_CASE(message_copies_are_paid_for_as_a_whole),
	{}
};

static struct kunit_suite message_suite = {
	.name = "chorus_ipc_message",
	.init = test_init,
	.exit = test_exit,
	.test_cases = message_cases,
};

kunit_test_suite(message_suite);
