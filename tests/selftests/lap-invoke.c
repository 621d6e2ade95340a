// SPDX-License-Identifier: GPL-2.0-or-later
/* lapInvoke from a process: null, echo, the argument block, refusals. */
#include "chorus_probe.h"
#include "scene.h"

TEST(null, "a LAP without argument")
{
	struct chorus_lap_desc lap;

	actor_open();
	lap = need_lap(ECHO_LAP_NULL);
	CHECK(lap.lap.head >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_LAP);
	CHECK(lap.arg_size == 0 && lap.options & CHORUS_LAP_SAFE);
	for (int i = 0; i < 100; i++)
		EXPECT(invoke(&lap, NULL, 0), 0);
	/* With no bytes the pointer is not looked at. */
	EXPECT(invoke(&lap, (void *)8, 0), 0);
	EXPECT(invoke(&lap, &lap, 8), -EINVAL);
}

TEST(echo, "the block goes in and out")
{
	struct { struct echo_arg arg; unsigned char beyond[64]; } a;
	struct chorus_lap_desc lap;

	actor_open();
	lap = need_lap(ECHO_LAP_ECHO);
	CHECK(lap.arg_size == sizeof(struct echo_arg));
	memset(&a, POISON, sizeof(a));
	for (int i = 0; i < 56; i++)
		a.arg.data[i] = i * 3;
	a.arg.sequence = 41;
	EXPECT(invoke(&lap, &a, sizeof(a.arg)), 0);
	CHECK(a.arg.sequence == 42);
	for (int i = 0; i < 56; i++)
		CHECK(a.arg.data[i] == i * 3);
	CHECK(same_bytes(a.beyond, 64, POISON));
}

TEST(size, "any other size is EINVAL, and nothing ran")
{
	static const unsigned int sizes[] = { 0, 1, 8, 63, 65, 128, 256, 257, 65536, 1u << 31, ~0u };
	struct echo_arg a = { .sequence = 7 };
	struct chorus_lap_desc lap;

	actor_open();
	lap = need_lap(ECHO_LAP_ECHO);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		EXPECT(invoke(&lap, &a, sizes[i]), -EINVAL);
	CHECK(a.sequence == 7);
}

TEST(pointer, "a bad block is EFAULT")
{
	static const unsigned long bad[] = { 0, 8, (unsigned long)-4096, (unsigned long)-8 };
	struct chorus_lap_desc lap;
	static const struct echo_arg readonly = { .sequence = 1 };

	actor_open();
	lap = need_lap(ECHO_LAP_ECHO);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(invoke(&lap, (void *)bad[i], sizeof(struct echo_arg)), -EFAULT);
	EXPECT(invoke(&lap, (void *)&readonly, sizeof(readonly)), -EFAULT);
}

TEST(big, "a block of 256 bytes, every byte is handled")
{
	struct chorus_lap_desc lap;
	unsigned char a[256];

	actor_open();
	lap = need_lap(PROBE_LAP_BIG);
	CHECK(lap.arg_size == 256);
	for (int i = 0; i < 256; i++)
		a[i] = i;
	EXPECT(invoke(&lap, a, 256), 0);
	for (int i = 0; i < 256; i++)
		CHECK(a[i] == (unsigned char)~i);
}

TEST(unknown, "no such LAP is ENOENT, whatever the descriptor claims")
{
	struct chorus_lap_desc lap, forged;

	actor_open();
	lap = forged = need_lap(ECHO_LAP_NULL);
	forged.lap.tail ^= 1;
	EXPECT(invoke(&forged, NULL, 0), -ENOENT);
	forged = lap;
	forged.lap.head ^= 1ull << CHORUS_UI_EPOCH_SHIFT;
	EXPECT(invoke(&forged, NULL, 0), -ENOENT);
	forged.lap = default_port();
	EXPECT_EITHER(invoke(&forged, NULL, 0), -ENOENT, -EINVAL);
	forged.lap = own_capability().ui;
	EXPECT_EITHER(invoke(&forged, NULL, 0), -ENOENT, -EINVAL);
	forged.lap = (struct chorus_ui){ 0, 0 };
	EXPECT_EITHER(invoke(&forged, NULL, 0), -ENOENT, -EINVAL);
	EXPECT(invoke(&lap, NULL, 0), 0);
}

TEST(fails, "a handler that fails is EREMOTEIO")
{
	struct chorus_lap_desc lap;

	actor_open();
	lap = need_lap(PROBE_LAP_FAIL);
	for (int i = 0; i < 10; i++)
		EXPECT(invoke(&lap, NULL, 0), -EREMOTEIO);
}

TEST(raw, "a LAP that is not CHORUS_LAP_SAFE is EPERM for a process, SYSTEM or not")
{
	struct chorus_lap_desc lap;

	actor_open();
	lap = need_lap(PROBE_LAP_RAW);
	CHECK(!(lap.options & CHORUS_LAP_SAFE));
	EXPECT(invoke(&lap, NULL, lap.arg_size), -EPERM);
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(invoke(&lap, NULL, lap.arg_size), -EPERM);
	/* A descriptor is a plain value: claiming it is safe changes nothing. */
	lap.options |= CHORUS_LAP_SAFE;
	EXPECT(invoke(&lap, NULL, lap.arg_size), -EPERM);
}

static long do_many(void *desc)
{
	struct echo_arg a = { 0 };

	for (__u64 i = 0; i < 500; i++) {
		int result = invoke(desc, &a, sizeof(a));

		if (result)
			return result;
		if (a.sequence != i + 1)
			return -EIO;
	}
	return 0;
}

TEST(many, "threads and processes at once")
{
	struct chorus_lap_desc *lap = SHARED(struct chorus_lap_desc);
	struct puppet *p[6];

	actor_open();
	*lap = need_lap(ECHO_LAP_ECHO);
	for (int i = 0; i < 6; i++)
		p[i] = i % 2 ? puppet_actor() : puppet_thread(NULL);
	for (int i = 0; i < 6; i++)
		begin(p[i], do_many, lap);
	for (int i = 0; i < 6; i++)
		EXPECT(end(p[i]), 0);
}
