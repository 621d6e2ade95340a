// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys: equal only in all 128 bits, and never twice the same. */
#include "harness.h"
#include "object/key.h"

static void key_equals_its_copy(struct kunit *test)
{
	struct chorus_key key, copy;

	chorus_key_generate(&key);
	copy = key;
	KUNIT_EXPECT_TRUE(test, chorus_key_equal(&key, &copy));
}

static void key_each_bit_matters(struct kunit *test)
{
	struct chorus_key key, other;
	int bit, wrong = 0;

	chorus_key_generate(&key);
	for (bit = 0; bit < 128; bit++) {
		other = key;
		other.k[bit / 64] ^= 1ULL << (bit % 64);
		wrong += chorus_key_equal(&key, &other);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* Two differences of the same shape must not cancel out. */
static void key_differences_do_not_cancel(struct kunit *test)
{
	struct chorus_key key, other;
	int bit, wrong = 0;

	chorus_key_generate(&key);
	for (bit = 0; bit < 64; bit++) {
		other.k[0] = key.k[0] ^ 1ULL << bit;
		other.k[1] = key.k[1] ^ 1ULL << bit;
		wrong += chorus_key_equal(&key, &other);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static void key_halves_are_not_interchangeable(struct kunit *test)
{
	const struct chorus_key key = { { 1, 2 } }, swapped = { { 2, 1 } };

	KUNIT_EXPECT_FALSE(test, chorus_key_equal(&key, &swapped));
}

static void key_is_fresh_in_all_its_bits(struct kunit *test)
{
	u64 ones[2] = { 0 }, zeroes[2] = { 0 };
	struct chorus_key key, last;
	int i;

	chorus_key_generate(&last);
	for (i = 0; i < 1000; i++) {
		chorus_key_generate(&key);
		KUNIT_EXPECT_FALSE(test, chorus_key_equal(&key, &last));
		ones[0] |= key.k[0];
		ones[1] |= key.k[1];
		zeroes[0] |= ~key.k[0];
		zeroes[1] |= ~key.k[1];
		last = key;
	}
	KUNIT_EXPECT_EQ(test, ones[0] & ones[1] & zeroes[0] & zeroes[1], ~0ULL);
}

static void key_opens_its_actor_only(struct kunit *test)
{
	struct chorus_actor *actor = test_actor(test), *other = test_actor(test), *found;
	struct chorus_cap cap;

	chorus_actor_capability(actor, &cap);
	found = chorus_actor_acquire(test_site(), &cap);
	KUNIT_EXPECT_PTR_EQ(test, found, actor);
	if (!IS_ERR(found))
		chorus_object_release(&found->object);
	cap.key = other->key;
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(chorus_actor_acquire(test_site(), &cap)), -EACCES);
	/* Refused without a trace: killing does not wait for anybody. */
	chorus_actor_kill(actor);
	chorus_actor_capability(actor, &cap);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(chorus_actor_acquire(test_site(), &cap)),
			-EHOSTUNREACH);
}

static struct kunit_case key_cases[] = {
	KUNIT_CASE(key_equals_its_copy),
	KUNIT_CASE(key_each_bit_matters),
	KUNIT_CASE(key_differences_do_not_cancel),
	KUNIT_CASE(key_halves_are_not_interchangeable),
	KUNIT_CASE(key_is_fresh_in_all_its_bits),
	KUNIT_CASE(key_opens_its_actor_only),
	{}
};

static struct kunit_suite key_suite = {
	.name = "chorus_object_key",
	.init = test_init,
	.exit = test_exit,
	.test_cases = key_cases,
};

kunit_test_suite(key_suite);
