// SPDX-License-Identifier: GPL-2.0-or-later
/* The enabled set and its priorities. */
#include "scene.h"

static void enable(int li, unsigned int priority)
{
	struct chorus_port_enable e = { .li = li, .priority = priority };

	EXPECT(port_enable(&e), 0);
}

static void disable(int li)
{
	struct chorus_port_enable e = { .li = li };

	EXPECT(port_disable(&e), 0);
}

static void expect_any(__u64 value)
{
	__u64 got = 0;

	EXPECT(receive_number(CHORUS_LI_ANYENABLED, &got, POLL), 0);
	CHECK(got == value, "got %llu, expected %llu", (unsigned long long)got,
	      (unsigned long long)value);
}

TEST(born, "a port is born disabled: any-enabled ignores it, the port itself does not")
{
	struct chorus_ui ui;
	int li;
	__u64 got;

	actor_open();
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, POLL), -ETIMEDOUT);
	li = new_port(&ui);
	CHECK(li > 0);
	EXPECT(send_number(ui, 1), 0);
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, POLL), -ETIMEDOUT);
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, 50 * MS), -ETIMEDOUT);
	enable(li, 3);
	expect_any(1);
	EXPECT(send_number(ui, 2), 0);
	disable(li);
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, POLL), -ETIMEDOUT);
	EXPECT(receive_number(li, &got, POLL), 0);
	CHECK(got == 2);
}

TEST(priority, "0 beats 5 beats 255; among equals the first arrival wins")
{
	struct chorus_ui a, b, c, d;
	int la, lb, lc, ld;

	actor_open();
	la = new_port(&a), lb = new_port(&b), lc = new_port(&c), ld = new_port(&d);
	enable(la, 5), enable(lb, 0), enable(lc, CHORUS_PRIORITY_MAX), enable(ld, 5);
	EXPECT(send_number(c, 31), 0);
	EXPECT(send_number(d, 41), 0);
	EXPECT(send_number(a, 11), 0);
	EXPECT(send_number(b, 21), 0);
	EXPECT(send_number(d, 42), 0);
	EXPECT(send_number(b, 22), 0);
	EXPECT(send_number(a, 12), 0);
	expect_any(21);
	expect_any(22);
	expect_any(41);
	expect_any(11);
	expect_any(42);
	expect_any(12);
	expect_any(31);
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, POLL), -ETIMEDOUT);
}

TEST(change, "enabling again changes the priority, also of what is queued")
{
	struct chorus_ui a, b;
	int la, lb;

	actor_open();
	la = new_port(&a), lb = new_port(&b);
	enable(la, 1), enable(lb, 2);
	EXPECT(send_number(a, 1), 0);
	EXPECT(send_number(b, 2), 0);
	enable(la, 3);
	expect_any(2);
	expect_any(1);
}

TEST(default_port, "the default port takes part like any other")
{
	actor_open();
	EXPECT(send_number(default_port(), 5), 0);
	EXPECT(receive_number(CHORUS_LI_ANYENABLED, NULL, POLL), -ETIMEDOUT);
	enable(CHORUS_LI_DEFAULT, 0);
	expect_any(5);
	disable(CHORUS_LI_DEFAULT);
}

static long do_enable(void *e)
{
	return port_enable(e);
}

TEST(wakes, "a waiting any-enabled receive wakes for a port enabled with messages queued")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p);
	struct note *n = SHARED(struct note), *send = SHARED(struct note);
	struct chorus_port_enable *e = SHARED(struct chorus_port_enable);

	e->li = puppet_port(p, &send->to);
	send->value = 99;
	MUST(run(p, note_send, send));
	n->li = CHORUS_LI_ANYENABLED;
	n->timeout = FOREVER;
	begin(second, note_receive, n);
	wait_blocked(second);
	EXPECT(run(p, do_enable, e), 0);
	EXPECT(end(second), 0);
	CHECK(n->got == 99 && n->got_li == e->li);
	/* And for a message that comes to an enabled port. */
	begin(second, note_receive, n);
	wait_blocked(second);
	MUST(run(p, note_send, send));
	EXPECT(end(second), 0);
	/* But not for one that comes to a port disabled meanwhile. */
	begin(second, note_receive, n);
	wait_blocked(second);
	MUST(run(p, do_port_disable, e));
	MUST(run(p, note_send, send));
	sleep_ms(50);
	CHECK(!ended(second));
}

TEST(unknown, "unknown local ids are ENOENT")
{
	struct chorus_port_enable e = { .li = 4711 };

	actor_open();
	EXPECT(port_enable(&e), -ENOENT);
	EXPECT(port_disable(&e), -ENOENT);
	e.li = 0x7fffffff;
	EXPECT(port_enable(&e), -ENOENT);
	e.li = -1;
	EXPECT_EITHER(port_enable(&e), -EINVAL, -ENOENT);
	e.li = (int)0x80000000;
	EXPECT_EITHER(port_enable(&e), -EINVAL, -ENOENT);
}
