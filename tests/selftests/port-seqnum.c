// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages received from a port are counted. */
#include "scene.h"

static __u64 seqnum(int li)
{
	struct chorus_port_seqnum s = { .li = li };

	MUST(port_seqnum(&s));
	return s.out_seqnum;
}

TEST(counts, "the count moves with each receive, with nothing else, port by port")
{
	struct chorus_ui a, b;
	struct note n = { 0 };
	int la, lb;

	actor_open();
	la = new_port(&a);
	lb = new_port(&b);
	CHECK(seqnum(la) == 0 && seqnum(CHORUS_LI_DEFAULT) == 0);
	for (__u64 i = 1; i <= 5; i++) {
		EXPECT(send_number(a, i), 0);
		CHECK(seqnum(la) == i - 1);
		n.li = la;
		EXPECT(note_receive(&n), 0);
		CHECK(n.got_seqnum == i && seqnum(la) == i);
		EXPECT(note_receive(&n), -ETIMEDOUT);
		CHECK(seqnum(la) == i);
	}
	CHECK(seqnum(lb) == 0);
	EXPECT(send_number(b, 1), 0);
	EXPECT(send_number(default_port(), 1), 0);
	n.li = lb;
	EXPECT(note_receive(&n), 0);
	CHECK(n.got_seqnum == 1 && seqnum(lb) == 1 && seqnum(la) == 5);
	n.li = CHORUS_LI_DEFAULT;
	EXPECT(note_receive(&n), 0);
	CHECK(n.got_seqnum == 1 && seqnum(CHORUS_LI_DEFAULT) == 1);
}

TEST(unknown, "an unknown port is ENOENT")
{
	struct chorus_port_seqnum s = { .li = 999 };

	actor_open();
	EXPECT(port_seqnum(&s), -ENOENT);
}
