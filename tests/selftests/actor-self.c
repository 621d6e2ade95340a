// SPDX-License-Identifier: GPL-2.0-or-later
/* What a fresh actor is. */
#include "scene.h"

TEST(self, "identifier, key, default port and privilege of a fresh actor")
{
	struct chorus_actor_self self = { 0 }, again = { 0 };

	actor_open();
	EXPECT(actor_self(&self), 0);
	CHECK(self.out_cap.ui.head >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_ACTOR);
	CHECK(self.out_default_port.head >> CHORUS_UI_TYPE_SHIFT == CHORUS_UI_PORT);
	CHECK(self.out_privilege == CHORUS_ACTOR_USER);
	CHECK(self.out_reserved == 0);
	CHECK(self.out_cap.key.k[0] || self.out_cap.key.k[1]);
	CHECK(self.out_cap.ui.tail && self.out_default_port.tail);
	EXPECT(actor_self(&again), 0);
	CHECK(!memcmp(&self, &again, sizeof(self)));
}

TEST(site, "identifiers carry the number of their site")
{
	struct chorus_hello h = { 0 };
	struct chorus_ui port;

	actor_open();
	EXPECT(hello(&h), 0);
	new_port(&port);
	CHECK((__u32)own_capability().ui.head == h.out_site);
	CHECK((__u32)port.head == h.out_site);
	CHECK((__u32)default_port().head == h.out_site);
}

TEST(unique, "actors and ports share no identifier and no key")
{
	enum { N = 40 };
	struct chorus_cap cap[N];
	struct chorus_ui port[N];

	for (int i = 0; i < N; i++) {
		actor_open();
		cap[i] = own_capability();
		new_port(&port[i]);
		actor_close();
		for (int j = 0; j < i; j++) {
			CHECK(!same_ui(cap[i].ui, cap[j].ui) && !same_ui(port[i], port[j]));
			CHECK(cap[i].ui.tail != cap[j].ui.tail && port[i].tail != port[j].tail);
			CHECK(cap[i].key.k[0] != cap[j].key.k[0]);
		}
	}
}
