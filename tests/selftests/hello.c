// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_HELLO: the handshake. */
#include "selftest.h"

TEST(values, "the handshake tells range, site and queue length")
{
	struct chorus_hello h = { 0 }, again = { 0 };

	actor_open();
	EXPECT(hello(&h), 0);
	CHECK(h.out_abi_base == CHORUS_ABI_BASE && h.out_abi_current == CHORUS_ABI_CURRENT,
	      "serves %u..%u", h.out_abi_base, h.out_abi_current);
	CHECK(h.out_port_queue > 0);
	CHECK(!(h.out_features & ~(CHORUS_FEATURE_WAKE_LOCAL | CHORUS_FEATURE_SUPERVISOR |
				   CHORUS_FEATURE_RING | CHORUS_FEATURE_TEST)),
	      "unknown features %#llx", (unsigned long long)h.out_features);
	EXPECT(hello(&again), 0);
	CHECK(!memcmp(&h, &again, sizeof(h)));
}

TEST(closed, "a second descriptor of a process is refused, the first works on")
{
	struct chorus_hello h = { 0 };

	actor_open();
	EXPECT(try_open(), -EBUSY);
	EXPECT(hello(&h), 0);
}
