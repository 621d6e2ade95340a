// SPDX-License-Identifier: GPL-2.0-or-later
/* Protection identifiers: who sets them, what they are stamped on. */
#include "scene.h"

static int set_pi(int uid, int gid, int did)
{
	struct chorus_actor_pi p = {
		.flags = CHORUS_SET | CHORUS_SELF, .pi = { uid, gid, did, 0 },
	};

	return actor_pi(&p);
}

static struct chorus_protid pi_of_port(int li)
{
	struct chorus_port_pi p = { .li = li };

	MUST(port_pi(&p));
	return p.out_pi;
}

static bool is_pi(struct chorus_protid p, int uid, int gid, int did)
{
	return p.uid == uid && p.gid == gid && p.did == did && !p.reserved;
}

TEST(user, "a USER actor reads but never sets: EPERM, also as root")
{
	struct chorus_actor_pi read = { .flags = CHORUS_SELF };
	struct chorus_port_pi port = { .flags = CHORUS_SET, .pi = { 1, 2, 3, 0 } };

	actor_open();
	EXPECT(actor_pi(&read), 0);
	CHECK(is_pi(read.out_pi, 0, 0, 0));
	EXPECT(set_pi(1, 2, 3), -EPERM);
	EXPECT(port_pi(&port), -EPERM);
	port.li = new_port(NULL);
	EXPECT(port_pi(&port), -EPERM);
	CHECK(is_pi(pi_of_port(port.li), 0, 0, 0));
	EXPECT(actor_pi(&read), 0);
	CHECK(is_pi(read.out_pi, 0, 0, 0));
}

TEST(system, "a SYSTEM actor sets; later ports inherit, existing ports keep theirs")
{
	struct chorus_actor_pi swap = { .flags = CHORUS_SET | CHORUS_SELF, .pi = { 9, 8, 7, 0 } };
	int before, after;

	actor_open();
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	before = new_port(NULL);
	EXPECT(set_pi(11, 22, 33), 0);
	after = new_port(NULL);
	CHECK(is_pi(pi_of_port(before), 0, 0, 0));
	CHECK(is_pi(pi_of_port(CHORUS_LI_DEFAULT), 0, 0, 0));
	CHECK(is_pi(pi_of_port(after), 11, 22, 33));
	EXPECT(actor_pi(&swap), 0);
	CHECK(is_pi(swap.out_pi, 11, 22, 33));
	/* Back to USER: nothing is lost, nothing can be set. */
	MUST(set_privilege(CHORUS_ACTOR_USER));
	EXPECT(set_pi(1, 1, 1), -EPERM);
	CHECK(is_pi(pi_of_port(after), 11, 22, 33));
}

TEST(port, "a SYSTEM actor sets the identifier of a port, the default port too")
{
	struct chorus_port_pi p = { .flags = CHORUS_SET, .pi = { 5, 6, 7, 0 } };

	actor_open();
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(port_pi(&p), 0);
	CHECK(is_pi(p.out_pi, 0, 0, 0));
	CHECK(is_pi(pi_of_port(0), 5, 6, 7));
	p.pi.reserved = 1;
	EXPECT(port_pi(&p), -EINVAL);
	p.pi.reserved = 0;
	p.li = 12345;
	EXPECT(port_pi(&p), -ENOENT);
}

TEST(stamped, "messages carry the actor's and the source port's")
{
	struct chorus_port_pi p = { .flags = CHORUS_SET, .pi = { 71, 72, 73, 0 } };
	struct chorus_ipc_sysinfo info = { 0 };
	struct chorus_ipc_send send = { 0 };
	struct chorus_ui to;
	int li;

	actor_open();
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	li = new_port(&to);
	p.li = send.src_li = new_port(NULL);
	EXPECT(port_pi(&p), 0);
	EXPECT(set_pi(81, 82, 83), 0);
	send.target = to;
	EXPECT(ipc_send(&send), 0);
	/* What was stamped stays stamped. */
	EXPECT(set_pi(91, 92, 93), 0);
	EXPECT(receive_number(li, NULL, POLL), 0);
	EXPECT(ipc_sysinfo(&info), 0);
	CHECK(is_pi(info.out_actor_pi, 81, 82, 83));
	CHECK(is_pi(info.out_port_pi, 71, 72, 73));
}

TEST(other, "another actor's is set with its capability by a SYSTEM actor only")
{
	struct puppet *other = puppet_actor();
	struct chorus_actor_pi p = {
		.flags = CHORUS_SET, .cap = puppet_capability(other), .pi = { 1, 2, 3, 0 },
	};

	actor_open();
	EXPECT(actor_pi(&p), -EPERM);
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(actor_pi(&p), 0);
	p.flags = 0;
	EXPECT(actor_pi(&p), 0);
	CHECK(is_pi(p.out_pi, 1, 2, 3));
	p.cap.key.k[0] ^= 1;
	EXPECT(actor_pi(&p), -EACCES);
}
