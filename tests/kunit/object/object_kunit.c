// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of an object: two phases of birth, two counts, two phases of death. */
#include <linux/slab.h>

#include "harness.h"
#include "object/object.h"

#define MAGIC	0x0b1ec7U

struct thing {
	struct chorus_object object;
	u32 magic;
	bool drained;		/* set by who killed it */
};

static atomic_t things_freed;

static void thing_free(struct chorus_object *object)
{
	struct thing *thing = container_of(object, struct thing, object);

	thing->magic = 0;
	atomic_inc(&things_freed);
	kfree(thing);
}

/* Those of the tests before, which may still wait for a grace period, are counted in. */
static int freed_so_far(void)
{
	rcu_barrier();
	return atomic_read(&things_freed);
}

static const struct chorus_object_ops thing_ops = {
	.free = thing_free,
	.list = offsetof(struct chorus_site, actors),
	.count = offsetof(struct chorus_site, nr_actors),
};

static const struct chorus_object_ops other_ops = {
	.free = thing_free,
	.list = offsetof(struct chorus_site, ports),
	.count = offsetof(struct chorus_site, nr_ports),
};

static struct thing *thing_new(struct kunit *test, u64 stamp)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, thing);
	thing->magic = MAGIC;
	chorus_object_init(&thing->object, &thing_ops, test_site(), CHORUS_UI_GROUP);
	if (stamp)
		chorus_ui_build(&thing->object.ui, CHORUS_UI_STATPORT, test_site()->number,
				stamp);
	return thing;
}

static struct thing *thing_publish(struct kunit *test, u64 stamp)
{
	struct thing *thing = thing_new(test, stamp);

	KUNIT_ASSERT_EQ(test, chorus_object_reserve(&thing->object), 0);
	chorus_object_finalize(&thing->object);
	return thing;
}

static void thing_end(struct thing *thing)
{
	chorus_object_kill(&thing->object);
	chorus_object_drain(&thing->object);
	chorus_object_put(&thing->object);
}

static struct chorus_object *find(const struct chorus_ui *ui)
{
	struct chorus_object *object;

	rcu_read_lock();
	object = chorus_object_find(test_site(), ui);
	rcu_read_unlock();
	return object;
}

static struct chorus_object *acquire(const struct chorus_ui *ui)
{
	return chorus_object_acquire(test_site(), ui, &thing_ops);
}

static bool listed(const struct thing *thing)
{
	struct chorus_site *site = test_site();
	struct chorus_object *object;
	bool found = false;

	spin_lock(&site->lock);
	list_for_each_entry(object, &site->actors, site_node)
		found |= object == &thing->object;
	spin_unlock(&site->lock);
	return found;
}

/* ---- birth ---- */

static void object_reserved_cannot_be_acquired(struct kunit *test)
{
	struct thing *thing = thing_new(test, 0);

	KUNIT_ASSERT_EQ(test, chorus_object_reserve(&thing->object), 0);
	KUNIT_EXPECT_PTR_EQ(test, find(&thing->object.ui), &thing->object);
	KUNIT_EXPECT_NULL(test, acquire(&thing->object.ui));
	KUNIT_EXPECT_FALSE(test, chorus_object_alive(&thing->object));
	KUNIT_EXPECT_FALSE(test, listed(thing));
	chorus_object_abort(&thing->object);
	chorus_object_put(&thing->object);
}

static void object_reserve_takes_the_name(struct kunit *test)
{
	struct thing *first = thing_new(test, 77), *second = thing_new(test, 77);

	KUNIT_EXPECT_EQ(test, chorus_object_reserve(&first->object), 0);
	KUNIT_EXPECT_EQ(test, chorus_object_reserve(&second->object), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, find(&first->object.ui), &first->object);
	chorus_object_abort(&first->object);
	chorus_object_put(&first->object);
	chorus_object_put(&second->object);
}

static void object_finalize_publishes(struct kunit *test)
{
	unsigned int before = test_site()->nr_actors;
	struct thing *thing = thing_publish(test, 0);
	struct chorus_object *object = acquire(&thing->object.ui);

	KUNIT_EXPECT_PTR_EQ(test, object, &thing->object);
	KUNIT_EXPECT_TRUE(test, listed(thing));
	KUNIT_EXPECT_EQ(test, test_site()->nr_actors, before + 1);
	if (object)
		chorus_object_release(object);
	thing_end(thing);
}

static void object_abort_leaves_nothing(struct kunit *test)
{
	struct thing *thing = thing_new(test, 78), *again;
	unsigned int before = test_site()->nr_actors;

	KUNIT_ASSERT_EQ(test, chorus_object_reserve(&thing->object), 0);
	chorus_object_abort(&thing->object);
	KUNIT_EXPECT_NULL(test, find(&thing->object.ui));
	KUNIT_EXPECT_FALSE(test, chorus_object_alive(&thing->object));
	KUNIT_EXPECT_EQ(test, test_site()->nr_actors, before);
	again = thing_publish(test, 78);
	KUNIT_EXPECT_PTR_EQ(test, find(&again->object.ui), &again->object);
	chorus_object_put(&thing->object);
	thing_end(again);
}

/* ---- lookup ---- */

static void object_acquire_of_the_unknown(struct kunit *test)
{
	struct chorus_ui ui;

	chorus_ui_generate(&ui, CHORUS_UI_GROUP, test_site()->epoch, test_site()->number);
	KUNIT_EXPECT_NULL(test, acquire(&ui));
}

static void object_acquire_of_another_kind(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);

	KUNIT_EXPECT_NULL(test, chorus_object_acquire(test_site(), &thing->object.ui,
						      &other_ops));
	/* It was not acquired by the way, or this would wait for ever. */
	thing_end(thing);
}

static void object_names_of_one_tail_differ(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 79);
	struct chorus_ui ui = thing->object.ui;

	ui.head ^= 1;
	KUNIT_EXPECT_NULL(test, acquire(&ui));
	thing_end(thing);
}

static void object_thousands_are_found(struct kunit *test)
{
	const unsigned int nr = 3000;
	struct thing **things = kunit_kcalloc(test, nr, sizeof(*things), GFP_KERNEL);
	unsigned int i, wrong = 0, left = 0;

	KUNIT_ASSERT_NOT_NULL(test, things);
	for (i = 0; i < nr; i++)
		things[i] = thing_publish(test, i % 3 ? 0 : i + 1000);
	for (i = 0; i < nr; i++)
		wrong += find(&things[i]->object.ui) != &things[i]->object;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	for (i = 0; i < nr; i++) {
		struct chorus_ui ui = things[i]->object.ui;

		thing_end(things[i]);
		left += !!find(&ui);
	}
	KUNIT_EXPECT_EQ(test, left, 0U);
}

/* ---- death ---- */

static void object_is_killed_once(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);
	unsigned int nr = test_site()->nr_actors;

	KUNIT_EXPECT_TRUE(test, chorus_object_kill(&thing->object));
	KUNIT_EXPECT_EQ(test, test_site()->nr_actors, nr - 1);
	KUNIT_EXPECT_FALSE(test, chorus_object_kill(&thing->object));
	KUNIT_EXPECT_EQ(test, test_site()->nr_actors, nr - 1);
	chorus_object_put(&thing->object);
}

static void object_killed_is_not_found(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);

	chorus_object_kill(&thing->object);
	KUNIT_EXPECT_NULL(test, find(&thing->object.ui));
	KUNIT_EXPECT_NULL(test, acquire(&thing->object.ui));
	KUNIT_EXPECT_FALSE(test, listed(thing));
	chorus_object_put(&thing->object);
}

/* A static name is free from the kill on, also while somebody still uses the old one. */
static void object_static_name_is_free_after_kill(struct kunit *test)
{
	struct thing *old = thing_publish(test, 80), *young;

	KUNIT_ASSERT_PTR_EQ(test, acquire(&old->object.ui), &old->object);
	chorus_object_kill(&old->object);
	young = thing_publish(test, 80);
	KUNIT_EXPECT_PTR_EQ(test, find(&old->object.ui), &young->object);
	chorus_object_release(&old->object);
	thing_end(old);
	KUNIT_EXPECT_PTR_EQ(test, find(&young->object.ui), &young->object);
	thing_end(young);
}

static int drain_it(struct test_worker *worker)
{
	chorus_object_drain(worker->arg);
	return 0;
}

static void object_drain_waits_for_who_acquired(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);
	struct test_worker *worker;

	KUNIT_ASSERT_NOT_NULL(test, acquire(&thing->object.ui));
	chorus_object_kill(&thing->object);
	worker = test_run(test, drain_it, NULL, &thing->object);
	msleep(30);
	KUNIT_EXPECT_FALSE(test, test_ended(worker));
	chorus_object_release(&thing->object);
	KUNIT_EXPECT_EQ(test, test_join(worker), 0);
	chorus_object_put(&thing->object);
}

/* ---- the two counts ---- */

static void object_reference_keeps_memory_not_life(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);
	int freed = freed_so_far();

	chorus_object_get(&thing->object);
	thing_end(thing);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&things_freed), freed);
	KUNIT_EXPECT_EQ(test, thing->magic, MAGIC);
	KUNIT_EXPECT_FALSE(test, chorus_object_alive(&thing->object));
	chorus_object_put(&thing->object);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&things_freed), freed + 1);
}

static void object_acquire_keeps_life_not_memory(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);
	unsigned int refs = kref_read(&thing->object.ref);

	KUNIT_ASSERT_NOT_NULL(test, acquire(&thing->object.ui));
	KUNIT_EXPECT_EQ(test, kref_read(&thing->object.ref), refs);
	chorus_object_release(&thing->object);
	thing_end(thing);
}

/* A reader inside RCU may look at the memory of what has just lost its last reference. */
static void object_memory_outlives_readers(struct kunit *test)
{
	struct thing *thing = thing_publish(test, 0);
	int freed = freed_so_far();
	struct chorus_ui ui = thing->object.ui;
	struct chorus_object *object;

	rcu_read_lock();
	object = chorus_object_find(test_site(), &ui);
	chorus_object_kill(&thing->object);
	chorus_object_put(&thing->object);
	KUNIT_EXPECT_PTR_EQ(test, object, &thing->object);
	KUNIT_EXPECT_EQ(test, atomic_read(&things_freed), freed);
	KUNIT_EXPECT_FALSE(test, object && chorus_active_acquire(&object->active));
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&things_freed), freed + 1);
}

static void object_put_of_nothing(struct kunit *test)
{
	int freed = freed_so_far();

	chorus_object_put(NULL);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&things_freed), freed);
}

/* ---- many at once ---- */

#define NR_WORKERS	4
#define NR_ROUNDS	100

struct object_storm {
	struct chorus_ui ui;
	atomic_t acquired;
	atomic_t wrong;
	bool stop;
};

static int storm_user(struct test_worker *worker)
{
	struct object_storm *storm = worker->arg;

	while (!READ_ONCE(storm->stop)) {
		struct chorus_object *object = acquire(&storm->ui);

		if (object) {
			struct thing *thing = container_of(object, struct thing, object);

			test_mix();
			if (thing->magic != MAGIC || READ_ONCE(thing->drained))
				atomic_inc(&storm->wrong);
			atomic_inc(&storm->acquired);
			chorus_object_release(object);
		}
		test_mix();
		cond_resched();
	}
	return 0;
}

/* One name, born and killed over and over under the hands of its users. */
static void object_users_never_see_a_drained_one(struct kunit *test)
{
	struct object_storm *storm = test_zalloc(test, sizeof(*storm));
	struct test_worker *workers[NR_WORKERS];
	bool used = true;
	int round, seen, i;

	chorus_ui_build(&storm->ui, CHORUS_UI_STATPORT, test_site()->number, 81);
	for (i = 0; i < NR_WORKERS; i++)
		workers[i] = test_run(test, storm_user, NULL, storm);
	for (round = 0; used && round < NR_ROUNDS; round++) {
		struct thing *thing = thing_publish(test, 81);

		seen = atomic_read(&storm->acquired);
		used = test_until(atomic_read(&storm->acquired) > seen + 3);
		chorus_object_kill(&thing->object);
		chorus_object_drain(&thing->object);
		WRITE_ONCE(thing->drained, true);
		chorus_object_put(&thing->object);
	}
	WRITE_ONCE(storm->stop, true);
	for (i = 0; i < NR_WORKERS; i++)
		test_join(workers[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&storm->wrong), 0);
	KUNIT_EXPECT_TRUE(test, used);
	KUNIT_EXPECT_GT(test, atomic_read(&storm->acquired), NR_ROUNDS);
}

static int kill_it(struct test_worker *worker)
{
	test_mix();
	return chorus_object_kill(worker->arg);
}

static void object_one_of_many_kills(struct kunit *test)
{
	struct test_worker *workers[NR_WORKERS];
	int round, winners, i;

	for (round = 0; round < 20; round++) {
		struct thing *thing = thing_publish(test, 0);

		for (i = 0; i < NR_WORKERS; i++)
			workers[i] = test_run(test, kill_it, NULL, &thing->object);
		for (winners = 0, i = 0; i < NR_WORKERS; i++)
			winners += test_join(workers[i]);
		KUNIT_EXPECT_EQ(test, winners, 1);
		chorus_object_put(&thing->object);
	}
}

/* The memory of all objects is gone before the text that frees it. */
static void object_suite_exit(struct kunit_suite *suite)
{
	rcu_barrier();
}

static struct kunit_case object_cases[] = {
	KUNIT_CASE(object_reserved_cannot_be_acquired),
	KUNIT_CASE(object_reserve_takes_the_name),
	KUNIT_CASE(object_finalize_publishes),
	KUNIT_CASE(object_abort_leaves_nothing),
	KUNIT_CASE(object_acquire_of_the_unknown),
	KUNIT_CASE(object_acquire_of_another_kind),
	KUNIT_CASE(object_names_of_one_tail_differ),
	KUNIT_CASE(object_thousands_are_found),
	KUNIT_CASE(object_is_killed_once),
	KUNIT_CASE(object_killed_is_not_found),
	KUNIT_CASE(object_static_name_is_free_after_kill),
	KUNIT_CASE(object_drain_waits_for_who_acquired),
	KUNIT_CASE(object_reference_keeps_memory_not_life),
	KUNIT_CASE(object_acquire_keeps_life_not_memory),
	KUNIT_CASE(object_memory_outlives_readers),
	KUNIT_CASE(object_put_of_nothing),
	KUNIT_CASE(object_users_never_see_a_drained_one),
	KUNIT_CASE(object_one_of_many_kills),
	{}
};

static struct kunit_suite object_suite = {
	.name = "chorus_object_object",
	.init = test_init,
	.exit = test_exit,
	.suite_exit = object_suite_exit,
	.test_cases = object_cases,
};

kunit_test_suite(object_suite);
