// SPDX-License-Identifier: GPL-2.0-or-later
/* Bars: who may send to whom, but for a mediator, and what becomes of what is queued. */
#include "port_setting.h"
#include "ipc/bar.h"
#include "ipc/rpc.h"

#define UID	2345

/* The setting's actor is the rest of the world; this is the one that is barred. */
struct barred {
	struct setting *set;
	struct chorus_actor *actor;
	int li;
	struct chorus_ui ui;
};

static struct barred *enter_barred(struct kunit *test, u32 what, int mediator)
{
	struct barred *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	struct chorus_bar bar = { .what = what }, old;

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->set = enter(test);
	b->actor = test_user_actor(test, UID);
	b->li = test_port(test, b->actor, &b->ui);
	if (mediator >= 0)
		bar.mediator = b->set->ui[mediator];
	chorus_bar_set(b->actor, &bar, &old);
	KUNIT_EXPECT_EQ(test, old.what, 0);
	return b;
}

static void lift(struct barred *b)
{
	const struct chorus_bar none = { };
	struct chorus_bar old;

	chorus_bar_set(b->actor, &none, &old);
}

static int send_from(struct chorus_actor *actor, int li, const struct chorus_ui *to)
{
	static const struct chorus_ui nowhere;
	const struct chorus_buffers nothing = { .kernel = true };

	return chorus_rpc_send(actor, li, to, &nowhere, &nothing);
}

static void bar_of_sends(struct kunit *test)
{
	struct barred *b = enter_barred(test, CHORUS_BAR_SEND, 1);

	KUNIT_EXPECT_EQ(test, send_from(b->actor, b->li, &b->set->ui[0]), -EPERM);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, b->li, &b->ui), -EPERM);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, b->li, &b->set->ui[1]), 0);
	KUNIT_EXPECT_EQ(test, send_from(b->set->actor, 0, &b->ui), 0);
	lift(b);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, b->li, &b->set->ui[0]), 0);
}

static void bar_of_receptions(struct kunit *test)
{
	struct barred *b = enter_barred(test, CHORUS_BAR_RECEIVE, 1);

	KUNIT_EXPECT_EQ(test, send_from(b->set->actor, b->set->li[0], &b->ui), -EPERM);
	/* From the mediator's port, and from itself. */
	KUNIT_EXPECT_EQ(test, send_from(b->set->actor, b->set->li[1], &b->ui), 0);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, 0, &b->ui), 0);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, 0, &b->set->ui[0]), 0);
	lift(b);
	KUNIT_EXPECT_EQ(test, send_from(b->set->actor, b->set->li[0], &b->ui), 0);
}

static unsigned int queued(struct barred *b)
{
	struct chorus_port *port = chorus_port_get_li(b->actor, b->li);
	unsigned int nr = port->queued;

	chorus_port_put(port);
	return nr;
}

static void bar_empties_the_queues(struct kunit *test)
{
	const struct chorus_bar bar = { .what = CHORUS_BAR_RECEIVE };
	struct barred *b = enter_barred(test, 0, -1);
	struct chorus_bar old;
	int i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, send_from(b->set->actor, 0, &b->ui), 0);
	KUNIT_EXPECT_EQ(test, send_from(b->actor, 0, &b->ui), 0);
	chorus_bar_set(b->actor, &bar, &old);
	/* Its own stays. */
	KUNIT_EXPECT_EQ(test, queued(b), 1U);
	chorus_bar_set(b->actor, NULL, &old);
	KUNIT_EXPECT_EQ(test, old.what, CHORUS_BAR_RECEIVE);
}

static struct kunit_case bar_cases[] = {
	KUNIT_CASE(bar_of_sends),
	KUNIT_CASE(bar_of_receptions),
	KUNIT_CASE(bar_empties_the_queues),
	{}
};

static struct kunit_suite bar_suite = {
	.name = "chorus_ipc_bar",
	.init = test_init,
	.exit = test_exit,
	.test_cases = bar_cases,
};

kunit_test_suite(bar_suite);
