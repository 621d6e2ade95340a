// SPDX-License-Identifier: GPL-2.0-or-later
/* A box without io_uring: everything is there by ioctl. */
#include "scene.h"

#include "ring.h"

#define DISABLED	"/proc/sys/kernel/io_uring_disabled"

TEST(disabled, "kernel.io_uring_disabled=2: no ring, and every call works")
{
	long long before = read_number(DISABLED);
	struct io_uring ring;
	struct scene s;
	char text[16];
	int error;

	if (before < 0)
		selftest_skip("this kernel cannot turn io_uring off");
	REQUIRE(write_text(DISABLED, "2") == 0);
	error = io_uring_queue_init(8, &ring, 0);
	s = scene_new();
	scene_round_trip(&s);
	snprintf(text, sizeof(text), "%lld", before);
	REQUIRE(write_text(DISABLED, text) == 0);
	EXPECT(error, -EPERM);
}
