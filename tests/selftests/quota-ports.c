// SPDX-License-Identifier: GPL-2.0-or-later
/* The port quota of an actor, at the limit and beyond. */
#include "scene.h"

TEST_TIMEOUT(ports, "max_ports ports, the next is EDQUOT; one deleted makes room for one", 60)
{
	long long max = read_number("/sys/module/chorus/parameters/max_ports");
	struct chorus_port_create c = { 0 };
	struct chorus_port_delete d = { 0 };
	long long made = 0;
	int result, *li;

	if (max <= 0)
		selftest_skip("no parameter max_ports");
	actor_open();
	li = calloc(max + 2, sizeof(*li));
	REQUIRE(li);
	while (!(result = port_create(&c)) && made <= max)
		li[made++] = c.out_li;
	EXPECT(result, -EDQUOT);
	/* Whether the default port counts is the nucleus' business. */
	CHECK(made == max || made == max - 1, "made %lld of %lld", made, max);
	EXPECT(port_create(&c), -EDQUOT);
	d.li = li[made / 2];
	EXPECT(port_delete(&d), 0);
	EXPECT(port_create(&c), 0);
	li[made / 2] = c.out_li;
	EXPECT(port_create(&c), -EDQUOT);
	/* Another actor has a quota of its own. */
	EXPECT(run(puppet_actor(), do_port_create, SHARED(struct chorus_port_create)), 0);
	for (long long i = 0; i < made; i++) {
		d.li = li[i];
		EXPECT(port_delete(&d), 0);
	}
	EXPECT(port_create(&c), 0);
}
