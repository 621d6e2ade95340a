// SPDX-License-Identifier: GPL-2.0-or-later
/* Several sends along one way: each goes where its target leads now. */
#include "ipc/port_setting.h"
#include "ipc/rpc.h"

static int send_along(struct setting *set, struct chorus_way *way, const struct chorus_ui *to,
		      u32 value)
{
	struct chorus_buffers from = {
		.body = (uintptr_t)&value, .size = sizeof(value), .kernel = true,
	};

	return chorus_rpc_send_along(way, set->actor, CHORUS_LI_DEFAULT, to, &from);
}

static void way_follows_the_target(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_way way = { .port = NULL };

	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 1), 0);
	KUNIT_EXPECT_PTR_EQ(test, way.port, find(&set->ui[0]));
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 2), 0);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[1], 3), 0);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 4), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 2);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 4);
	KUNIT_EXPECT_EQ(test, receive(set, 1), 3);
	chorus_rpc_way_end(&way);
	KUNIT_EXPECT_NULL(test, way.port);
	chorus_rpc_way_end(&way);
}

static void way_sees_a_port_die(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_way way = { .port = NULL };

	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 1), 0);
	KUNIT_EXPECT_EQ(test, chorus_port_delete_li(set->actor, set->li[0]), 0);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 2), -EHOSTUNREACH);
	KUNIT_EXPECT_NULL(test, way.port);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 3), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[1], 4), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 1), 4);
	chorus_rpc_way_end(&way);
}

/* What is refused leaves nothing behind, and the way as it was. */
static void way_refusals(struct kunit *test)
{
	struct setting *set = enter(test);
	struct chorus_way way = { .port = NULL };
	struct chorus_ui nobody = set->ui[0];
	struct chorus_buffers empty = { .kernel = true };

	nobody.tail ^= 1;
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &nobody, 1), -EHOSTUNREACH);
	test_limit(test, chorus_port_queue, 1);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 1), 0);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 2), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, chorus_rpc_send_along(&way, set->actor, 4711, &set->ui[0], &empty),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 1);
	KUNIT_EXPECT_EQ(test, send_along(set, &way, &set->ui[0], 3), 0);
	KUNIT_EXPECT_EQ(test, receive(set, 0), 3);
	chorus_rpc_way_end(&way);
}

static struct kunit_case way_cases[] = {
	KUNIT_CASE(way_follows_the_target),
	KUNIT_CASE(way_sees_a_port_die),
	KUNIT_CASE(way_refusals),
	{}
};

static struct kunit_suite way_suite = {
	.name = "chorus_ipc_way",
	.init = test_init,
	.exit = test_exit,
	.test_cases = way_cases,
};

kunit_test_suite(way_suite);
