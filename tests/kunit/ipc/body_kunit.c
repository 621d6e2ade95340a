// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies in parts, and bodies above the classic size: what is refused, where bytes go, who pays. */
#include <linux/mm.h>
#include <linux/uio.h>

#include "ipc/rpc_setting.h"
#include "ipc/vector.h"

#define UID	5600
#define ROOM	(4 * PAGE_SIZE)
#define LARGE	(CHORUS_BODY_MAX + 1)

static bool is_pattern(const u8 *at, u32 offset, u32 size)
{
	u32 i;

	for (i = 0; i < size; i++)
		if (at[i] != (u8)(3 * (offset + i) + ((offset + i) >> 8)))
			return false;
	return true;
}

static void make_pattern(u8 *at, u32 size)
{
	u32 i;

	for (i = 0; i < size; i++)
		at[i] = (u8)(3 * i + (i >> 8));
}

/* ---- parts ---- */

/* A process' array of parts, at the start of its memory, and where they lie: @first + @gap apart. */
struct parts {
	u64 base;
	struct chorus_part part[CHORUS_PARTS_MAX + 1];
};

static struct parts *parts_new(struct kunit *test)
{
	struct parts *parts = test_zalloc(test, sizeof(*parts));

	parts->base = test_user_memory(test, ROOM);
	return parts;
}

static u64 place_of(const struct parts *parts, u32 nr)
{
	return parts->base + PAGE_SIZE + nr * 211;
}

static int fetch(struct kunit *test, struct parts *parts, u32 nr, u32 max,
		 struct chorus_buffers *buffers)
{
	u32 known = min_t(u32, nr, ARRAY_SIZE(parts->part));

	KUNIT_EXPECT_EQ(test, copy_to_user(u64_to_user_ptr(parts->base), parts->part,
					   known * sizeof(parts->part[0])), 0UL);
	memset(buffers, 0, sizeof(*buffers));
	return chorus_vector_fetch(buffers, parts->base, nr, max);
}

static const struct fetch_row {
	const char *name;
	u32 nr, size, last, max, reserved;
	int result;
	u32 sum;
} fetch_rows[] = {
	{ "none", 0, 0, 0, 0, 0, 0, 0 },
	{ "one, of nothing", 1, 0, 0, 0, 0, 0, 0 },
	{ "up to the limit", 3, 100, 56, 256, 0, 0, 256 },
	{ "one byte above it", 3, 100, 57, 256, 0, -EMSGSIZE, 0 },
	{ "as many as there may be", CHORUS_PARTS_MAX, 1, 1, 64, 0, 0, 64 },
	{ "one more", CHORUS_PARTS_MAX + 1, 1, 1, 65, 0, -EINVAL, 0 },
	{ "as many as can be said", U32_MAX, 1, 1, U32_MAX, 0, -EINVAL, 0 },
	{ "a sum of 32 bits", 2, U32_MAX, 1, CHORUS_BODY_LARGE_MAX, 0, -EMSGSIZE, 0 },
	{ "a sum that is small in 32 bits", 2, U32_MAX, 9, 8, 0, -EMSGSIZE, 0 },
	{ "a reserved field", 2, 8, 8, 64, 1, -EINVAL, 0 },
};

static void fetch_row(struct kunit *test, const struct fetch_row *row)
{
	struct parts *parts = parts_new(test);
	struct chorus_buffers buffers;
	u32 i;

	for (i = 0; i < min_t(u32, row->nr, ARRAY_SIZE(parts->part)); i++)
		parts->part[i] = (struct chorus_part){
			.addr = parts->base, .size = row->size,
		};
	if (i) {
		parts->part[i - 1].size = row->last;
		parts->part[i - 1].reserved = row->reserved;
	}
	KUNIT_EXPECT_EQ(test, fetch(test, parts, row->nr, row->max, &buffers), row->result);
	KUNIT_EXPECT_EQ(test, buffers.size, row->sum);
	KUNIT_EXPECT_EQ(test, buffers.vector, !row->result);
	chorus_vector_free(&buffers);
	test_user_end(parts->base, ROOM);
	test_again(test);
}

static void vector_is_judged(struct kunit *test)
{
	test_table(test, fetch_row, fetch_rows);
}

static void vector_array_is_not_there(struct kunit *test)
{
	struct parts *parts = parts_new(test);
	struct chorus_buffers buffers = { };

	KUNIT_EXPECT_EQ(test, chorus_vector_fetch(&buffers, parts->base + ROOM - 8, 1, 64), -EFAULT);
	KUNIT_EXPECT_EQ(test, chorus_vector_fetch(&buffers, ~0ULL << 4, 1, 64), -EFAULT);
	KUNIT_EXPECT_FALSE(test, buffers.vector);
	/* None are nowhere. */
	KUNIT_EXPECT_EQ(test, chorus_vector_fetch(&buffers, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, buffers.size, 0U);
	chorus_vector_free(&buffers);
	test_user_end(parts->base, ROOM);
}

/* Parts of 0, 7, 14, 0, 7, ... bytes, some way apart. */
static void lay(struct parts *parts, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		parts->part[i] = (struct chorus_part){
			.addr = place_of(parts, i), .size = i % 3 * 7,
		};
}

/* Whatever piece is asked for comes from, and goes to, where it belongs. */
static void vector_any_piece(struct kunit *test)
{
	struct parts *parts = parts_new(test);
	struct chorus_buffers buffers;
	u32 size, offset, n;
	u8 out[64], in[64];

	lay(parts, 8);
	KUNIT_EXPECT_EQ(test, fetch(test, parts, 8, U32_MAX, &buffers), 0);
	size = buffers.size;
	KUNIT_EXPECT_EQ(test, size, 49U);
	/* The array is looked at no more. */
	KUNIT_EXPECT_EQ(test, clear_user(u64_to_user_ptr(parts->base), PAGE_SIZE), 0UL);
	make_pattern(out, size);
	for (offset = 0; offset <= size; offset++)
		for (n = 0; n <= size - offset; n++) {
			KUNIT_EXPECT_EQ(test, clear_user(u64_to_user_ptr(place_of(parts, 0)), 2000),
					0UL);
			KUNIT_EXPECT_EQ(test, chorus_vector_write(&buffers, offset, out + offset, n),
					0);
			memset(in, 0xee, sizeof(in));
			KUNIT_EXPECT_EQ(test, chorus_vector_read(in, &buffers, 0, size), 0);
			KUNIT_EXPECT_TRUE(test, is_pattern(in + offset, offset, n));
			KUNIT_EXPECT_NULL(test, memchr_inv(in, 0, offset));
			KUNIT_EXPECT_NULL(test, memchr_inv(in + offset + n, 0, size - offset - n));
			memset(in, 0xee, sizeof(in));
			KUNIT_EXPECT_EQ(test, chorus_vector_read(in, &buffers, offset, n), 0);
			KUNIT_EXPECT_TRUE(test, is_pattern(in, offset, n));
			KUNIT_EXPECT_EQ(test, in[n], 0xee);
		}
	chorus_vector_free(&buffers);
	test_user_end(parts->base, ROOM);
}

static void vector_part_is_not_there(struct kunit *test)
{
	struct parts *parts = parts_new(test);
	struct chorus_buffers buffers;
	u8 in[64] = { };

	lay(parts, 8);
	parts->part[4].addr = parts->base + ROOM;	/* bytes 21 to 27 */
	KUNIT_EXPECT_EQ(test, fetch(test, parts, 8, U32_MAX, &buffers), 0);
	KUNIT_EXPECT_EQ(test, chorus_vector_read(in, &buffers, 0, 21), 0);
	KUNIT_EXPECT_EQ(test, chorus_vector_read(in, &buffers, 28, 21), 0);
	KUNIT_EXPECT_EQ(test, chorus_vector_read(in, &buffers, 0, 22), -EFAULT);
	KUNIT_EXPECT_EQ(test, chorus_vector_write(&buffers, 27, in, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, chorus_vector_write(&buffers, 0, in, 49), -EFAULT);
	chorus_vector_free(&buffers);
	test_user_end(parts->base, ROOM);
}

/* What failed is done again from the start: the iterator of a registered buffer stays. */
static void pinned_any_piece(struct kunit *test)
{
	u8 *memory = kunit_kzalloc(test, 64, GFP_KERNEL);
	struct kvec vec = { .iov_base = memory, .iov_len = 64 };
	struct chorus_buffers buffers = { .size = 64, .pinned = true };
	struct iov_iter iter;
	u8 out[64], in[64];
	u32 offset;

	KUNIT_ASSERT_NOT_NULL(test, memory);
	make_pattern(out, sizeof(out));
	buffers.body = (uintptr_t)&iter;
	for (offset = 0; offset < 64; offset++) {
		iov_iter_kvec(&iter, READ, &vec, 1, 64);
		KUNIT_EXPECT_EQ(test, chorus_buffers_write(&buffers, offset, out + offset,
							   64 - offset), 0);
		KUNIT_EXPECT_EQ(test, iov_iter_count(&iter), (size_t)64);
		KUNIT_EXPECT_TRUE(test, is_pattern(memory + offset, offset, 64 - offset));
		iov_iter_kvec(&iter, WRITE, &vec, 1, 64);
		KUNIT_EXPECT_EQ(test, chorus_buffers_read(in, &buffers, offset, 64 - offset), 0);
		KUNIT_EXPECT_EQ(test, iov_iter_count(&iter), (size_t)64);
		KUNIT_EXPECT_TRUE(test, is_pattern(in, offset, 64 - offset));
		/* More than there is. */
		KUNIT_EXPECT_EQ(test, chorus_buffers_read(in, &buffers, offset, 64 - offset + 1),
				-EFAULT);
		memset(memory, 0, 64);
	}
}

/* ---- above the classic size ---- */

static struct chorus_port *port_of(struct setting *set)
{
	struct chorus_port *port;

	rcu_read_lock();
	port = chorus_port_find(test_site(), &set->ui);
	rcu_read_unlock();
	return port;
}

static int send_of(struct setting *set, u8 *body, u32 size)
{
	struct chorus_buffers from = {
		.body = (uintptr_t)body, .size = size, .kernel = true,
	};
	struct chorus_ui none = { };

	return chorus_rpc_send(set->client, CHORUS_LI_DEFAULT, &set->ui, &none, &from);
}

static int receive_of(struct setting *set, u8 *body, u32 room, struct chorus_received *out)
{
	struct chorus_receive receive = {
		.li = set->li, .to = { .body = (uintptr_t)body, .size = room, .kernel = true },
	};

	chorus_timeout_init(&receive.timeout, TEST_LONG_NS, 0);
	return chorus_receive(set->thread, &receive, out);
}

static u8 *large_body(struct kunit *test, u32 size)
{
	u8 *body = test_zalloc(test, size);

	make_pattern(body, size);
	return body;
}

static void large_goes_where_it_is_taken(struct kunit *test)
{
	struct setting *set = prepare(test);
	u8 *out = large_body(test, LARGE + 1), *in = test_zalloc(test, LARGE + 1);
	struct chorus_received got = { };

	KUNIT_EXPECT_EQ(test, send_of(set, out, LARGE), -EMSGSIZE);
	WRITE_ONCE(port_of(set)->body_max, LARGE);
	KUNIT_EXPECT_EQ(test, send_of(set, out, LARGE + 1), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, send_of(set, out, LARGE), 0);
	KUNIT_EXPECT_EQ(test, send_of(set, out, CHORUS_BODY_MAX), 0);
	/* What is there is received, whatever the port takes now. */
	WRITE_ONCE(port_of(set)->body_max, CHORUS_BODY_MAX);
	KUNIT_EXPECT_EQ(test, receive_of(set, in, 100, &got), 0);
	KUNIT_EXPECT_EQ(test, got.body_size, (u32)LARGE);
	KUNIT_EXPECT_TRUE(test, got.flags & CHORUS_MSG_MORE);
	KUNIT_EXPECT_TRUE(test, is_pattern(in, 0, 100) && !in[100]);
	KUNIT_EXPECT_EQ(test, receive_of(set, in, LARGE, &got), 0);
	KUNIT_EXPECT_EQ(test, got.body_size, (u32)CHORUS_BODY_MAX);
	KUNIT_EXPECT_TRUE(test, is_pattern(in, 0, CHORUS_BODY_MAX) && !in[CHORUS_BODY_MAX]);
}

/* By whole pages, as long as it is there: nothing of it is kept for the next one. */
static void large_is_charged_while_it_lives(struct kunit *test)
{
	struct chorus_actor *actor = test_user_actor(test, UID);
	atomic_long_t *used = &actor->user->used[CHORUS_QUOTA_BYTES];
	struct chorus_message *message = chorus_message_alloc(actor);
	struct chorus_buffers from = { .kernel = true };
	long before;

	KUNIT_ASSERT_FALSE(test, IS_ERR(message));
	from.body = (uintptr_t)large_body(test, LARGE);
	before = atomic_long_read(used);
	from.size = LARGE;
	KUNIT_EXPECT_EQ(test, chorus_message_fill(message, &message->request, &message->flags,
						  &from), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used) - before, (long)PAGE_ALIGN(LARGE));
	test_limit(test, chorus_max_bytes, atomic_long_read(used) + CHORUS_BODY_MAX);
	KUNIT_EXPECT_EQ(test, chorus_message_fill(message, &message->reply, &message->reply_flags,
						  &from), -EDQUOT);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used) - before, (long)PAGE_ALIGN(LARGE));
	KUNIT_EXPECT_TRUE(test, is_pattern(message->request.data, 0, LARGE));
	chorus_message_free(message);
	KUNIT_EXPECT_EQ(test, atomic_long_read(used), before);
}

struct large_call {
	struct setting *set;
	bool large;		/* takes such a reply */
	u8 *reply;
	u32 got;
};

static int large_client(struct test_worker *worker)
{
	struct large_call *large = worker->arg;
	struct chorus_thread *thread = chorus_thread_enter(worker->actor);
	struct chorus_call call = {
		.target = large->set->ui, .large = large->large,
		.reply = { .body = (uintptr_t)large->reply, .size = LARGE, .kernel = true },
	};
	int ret = PTR_ERR_OR_ZERO(thread);

	chorus_timeout_init(&call.timeout, -1, 0);
	if (!ret)
		ret = chorus_rpc_call(thread, worker->actor, &call);
	large->got = call.reply_size;
	return ret;
}

/* A reply that its client does not take is no reply: the server has the request still. */
static void large_reply_only_to_who_takes_it(struct kunit *test)
{
	int takes;

	for (takes = 0; takes < 2; takes++) {
		struct setting *set = prepare(test);
		struct large_call *call = test_zalloc(test, sizeof(*call));
		struct chorus_buffers from = { .kernel = true };
		struct chorus_received got = { };
		struct test_worker *worker;

		call->set = set;
		call->large = takes;
		call->reply = test_zalloc(test, LARGE);
		from.body = (uintptr_t)large_body(test, LARGE);
		from.size = LARGE;
		worker = test_run(test, large_client, set->client, call);
		KUNIT_EXPECT_EQ(test, receive_of(set, NULL, 0, &got), 0);
		KUNIT_EXPECT_EQ(test, chorus_rpc_reply(set->thread, 0, &from, false),
				takes ? 0 : -EMSGSIZE);
		from.size = CHORUS_BODY_MAX;
		if (!takes)
			KUNIT_EXPECT_EQ(test, chorus_rpc_reply(set->thread, got.token, &from, false),
					0);
		KUNIT_EXPECT_EQ(test, test_join(worker), 0);
		KUNIT_EXPECT_EQ(test, call->got, takes ? (u32)LARGE : (u32)CHORUS_BODY_MAX);
		KUNIT_EXPECT_TRUE(test, is_pattern(call->reply, 0, call->got));
		test_again(test);
	}
}

static struct kunit_case body_cases[] = {
	KUNIT_CASE(vector_is_judged),
	KUNIT_CASE(vector_array_is_not_there),
	KUNIT_CASE(vector_any_piece),
	KUNIT_CASE(vector_part_is_not_there),
	KUNIT_CASE(pinned_any_piece),
	KUNIT_CASE(large_goes_where_it_is_taken),
	KUNIT_CASE(large_is_charged_while_it_lives),
	KUNIT_CASE(large_reply_only_to_who_takes_it),
	{}
};

static struct kunit_suite body_suite = {
	.name = "chorus_ipc_body",
	.init = test_init,
	.exit = test_exit,
	.test_cases = body_cases,
};

kunit_test_suite(body_suite);
