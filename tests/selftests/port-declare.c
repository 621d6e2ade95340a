// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_PORT_DECLARE: ports with an identifier of the caller's choice. */
#include "scene.h"

static int declare(struct chorus_ui ui, int *li)
{
	struct chorus_port_create c = { .flags = CHORUS_PORT_DECLARE, .ui = ui };
	int result = port_create(&c);

	if (!result) {
		CHECK(same_ui(c.out_ui, ui));
		CHECK(c.out_li > 0);
		if (li)
			*li = c.out_li;
	}
	return result;
}

TEST(privilege, "SYSTEM actors only")
{
	actor_open();
	EXPECT(declare(static_port(0x51a71c), NULL), -EPERM);
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(declare(static_port(0x51a71c), NULL), 0);
	MUST(set_privilege(CHORUS_ACTOR_USER));
	EXPECT(declare(static_port(0x51a71d), NULL), -EPERM);
}

TEST(twice, "the second is EEXIST while the first lives")
{
	struct chorus_port_delete d = { 0 };
	struct chorus_ui ui;
	__u64 got;
	int li;

	actor_open();
	ui = static_port(0x51a71e);
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(declare(ui, &d.li), 0);
	EXPECT(declare(ui, NULL), -EEXIST);
	EXPECT(send_number(ui, 4), 0);
	EXPECT(receive_number(d.li, &got, POLL), 0);
	CHECK(got == 4);
	EXPECT(port_delete(&d), 0);
	EXPECT(send_number(ui, 4), -EHOSTUNREACH);
	EXPECT(declare(ui, &li), 0);
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

TEST(type, "identifiers of any other type are EINVAL")
{
	actor_open();
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	for (unsigned int type = 0; type < 256; type++) {
		struct chorus_ui ui = static_port(0x51a71f + type);

		ui.head &= ~(0xffull << CHORUS_UI_TYPE_SHIFT);
		ui.head |= (__u64)type << CHORUS_UI_TYPE_SHIFT;
		if (type != CHORUS_UI_STATPORT)
			EXPECT(declare(ui, NULL), -EINVAL);
	}
	EXPECT(declare(default_port(), NULL), -EINVAL);
}
