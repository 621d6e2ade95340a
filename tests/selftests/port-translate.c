// SPDX-License-Identifier: GPL-2.0-or-later
/* Local id to unique identifier and back. */
#include "scene.h"

TEST(both, "a port translates both ways")
{
	struct chorus_port_ui t = { 0 };
	struct chorus_ui ui;

	actor_open();
	t.li = new_port(&ui);
	EXPECT(port_ui(&t), 0);
	CHECK(same_ui(t.ui, ui));
	t.li = 0;
	EXPECT(port_li(&t), 0);
	CHECK(t.li > 0);
	EXPECT(port_ui(&t), 0);
	CHECK(same_ui(t.ui, ui));
}

TEST(default_port, "the default port translates")
{
	struct chorus_port_ui t = { .li = CHORUS_LI_DEFAULT };

	actor_open();
	EXPECT(port_ui(&t), 0);
	CHECK(same_ui(t.ui, default_port()));
	EXPECT(port_li(&t), 0);
	EXPECT(port_ui(&t), 0);
	CHECK(same_ui(t.ui, default_port()));
}

TEST(foreign, "ports of other actors, dead ports and non-ports are ENOENT")
{
	struct puppet *p = puppet_actor();
	struct chorus_port_ui t = { 0 };
	struct chorus_port_delete d = { 0 };
	struct chorus_ui foreign;

	puppet_port(p, &foreign);
	actor_open();
	t.ui = foreign;
	EXPECT(port_li(&t), -ENOENT);
	t.ui = puppet_default_port(p);
	EXPECT(port_li(&t), -ENOENT);
	d.li = new_port(&t.ui);
	EXPECT(port_delete(&d), 0);
	EXPECT(port_li(&t), -ENOENT);
	t.li = d.li;
	EXPECT(port_ui(&t), -ENOENT);
	t.ui = own_capability().ui;
	EXPECT(port_li(&t), -ENOENT);
	t.ui = (struct chorus_ui){ 0, 0 };
	EXPECT_EITHER(port_li(&t), -ENOENT, -EINVAL);
	t.li = 0x7fffffff;
	EXPECT(port_ui(&t), -ENOENT);
	t.li = -1;
	EXPECT_EITHER(port_ui(&t), -ENOENT, -EINVAL);
}
