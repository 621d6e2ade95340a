// SPDX-License-Identifier: GPL-2.0-or-later
/* Notices of the death of ports: when they come, what they say, and what ends them. */
#include "death.h"
#include "scene.h"

TEST(deleted, "who asked is told once that a port was deleted, with its cookie, by the nucleus")
{
	struct chorus_ipc_sysinfo info = { 0 };
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port, other;
	int li;

	actor_open();
	d.li = new_port(&port);
	li = new_port(&other);
	EXPECT(watch_for(port, li, 0x1122334455667788), 0);
	EXPECT(watch_for(port, CHORUS_LI_DEFAULT, 2), 0);
	expect_no_notice(li);
	EXPECT(port_delete(&d), 0);
	expect_death(li, port, 0x1122334455667788);
	EXPECT(ipc_sysinfo(&info), 0);
	CHECK(same_ui(info.out_src, port) && same_ui(info.out_target, other));
	CHECK(info.out_flags == (CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH));
	expect_no_notice(li);
	expect_death(CHORUS_LI_DEFAULT, port, 2);
	expect_no_notice(CHORUS_LI_DEFAULT);
}

TEST(killed, "the death of the actor is that of all its ports")
{
	struct puppet *server = puppet_actor();
	struct chorus_ui port;
	bool first, second;
	struct notice n;
	int li;

	actor_open();
	li = new_port(NULL);
	puppet_port(server, &port);
	EXPECT(watch_for(port, li, 1), 0);
	EXPECT(watch_for(puppet_default_port(server), li, 2), 0);
	kill_puppet(server);
	n = take_notice(li, SURELY);
	first = n.death.cookie == 1 && same_ui(n.death.object, port);
	n = take_notice(li, SURELY);
	second = n.death.cookie == 2;
	CHECK(first && second);
	expect_no_notice(li);
}

static long do_exec(void *unused)
{
	execl("/proc/self/exe", "exec", "--helper", NULL);
	return -errno;
}

int selftest_helper(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 7;
}

TEST(exec, "exec, and the last close, are a death")
{
	struct puppet *server = puppet_actor(), *other = puppet_actor();
	struct chorus_ui port[2] = { puppet_default_port(server), puppet_default_port(other) };

	actor_open();
	EXPECT(watch_for(port[0], 0, 1), 0);
	EXPECT(watch_for(port[1], 0, 2), 0);
	begin(server, do_exec, NULL);
	expect_death(0, port[0], 1);
	EXPECT(run(other, do_close, NULL), 0);
	expect_death(0, port[1], 2);
}

TEST(waiting, "a thread that waits is woken by a notice; one from any enabled port, too")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.client);
	struct chorus_port_enable *on = SHARED(struct chorus_port_enable);
	struct chorus_watch *w = SHARED(struct chorus_watch);
	struct notice *n = SHARED(struct notice);

	w->object = s.port;
	n->timeout = FOREVER;
	n->li = CHORUS_LI_ANYENABLED;
	EXPECT(run(s.client, do_port_enable, on), 0);
	EXPECT(run(s.client, do_watch, w), 0);
	begin(second, do_take_notice, n);
	wait_blocked(second);
	kill_puppet(s.server);
	EXPECT(end(second), 0);
	CHECK(n->flags & CHORUS_MSG_DEATH && same_ui(n->death.object, s.port));
}

TEST(dead, "a dead port, and one that never was, are told at once: EHOSTUNREACH")
{
	struct puppet *server = puppet_actor();
	struct chorus_ui port = puppet_default_port(server), never = port;

	actor_open();
	never.tail ^= 1;
	EXPECT(watch_for(never, 0, 1), -EHOSTUNREACH);
	kill_puppet(server);
	EXPECT(watch_for(port, 0, 1), -EHOSTUNREACH);
	EXPECT(watch_for((struct chorus_ui){ 0, 0 }, 0, 1), -EHOSTUNREACH);
	EXPECT(watch_for(own_capability().ui, 0, 1), -EHOSTUNREACH);
	expect_no_notice(0);
}

TEST(refused, "unknown ports of one's own, and what is said of members of a port")
{
	struct chorus_watch w = { .flags = CHORUS_WATCH_MEMBERS };
	struct chorus_ui port;

	actor_open();
	new_port(&port);
	EXPECT(watch_for(port, 0x7ffffff0, 1), -ENOENT);
	EXPECT(watch_for(port, CHORUS_LI_ANYENABLED, 1), -ENOENT);
	EXPECT(watch_for(port, CHORUS_LI_NONE, 1), -ENOENT);
	w.object = port;
	EXPECT(watch(&w), -EINVAL);
	w.flags = CHORUS_WATCH_SINCE;
	EXPECT(watch(&w), -EINVAL);
	w.flags = 0;
	w.seen = 1;
	EXPECT(watch(&w), -EINVAL);
}

TEST(same, "the same watch stands once; another cookie, or another port, is another")
{
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port;
	int li;

	actor_open();
	li = new_port(NULL);
	d.li = new_port(&port);
	EXPECT(watch_for(port, li, 1), 0);
	EXPECT(watch_for(port, li, 1), -EEXIST);
	EXPECT(watch_for(port, li, 2), 0);
	EXPECT(watch_for(port, 0, 1), 0);
	EXPECT(port_delete(&d), 0);
	expect_death(li, port, 1);
	expect_death(li, port, 2);
	expect_death(0, port, 1);
	expect_no_notice(li);
}

TEST(cancelled, "what was taken back is not told; what was told cannot be taken back")
{
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port;

	actor_open();
	d.li = new_port(&port);
	EXPECT(watch_no_more(port, 0, 1), -ENOENT);
	EXPECT(watch_for(port, 0, 1), 0);
	EXPECT(watch_for(port, 0, 2), 0);
	EXPECT(watch_no_more(port, 0, 3), -ENOENT);
	EXPECT(watch_no_more(port, 0x7ffffff0, 1), -ENOENT);
	EXPECT(watch_no_more(port, 0, 1), 0);
	EXPECT(watch_no_more(port, 0, 1), -ENOENT);
	EXPECT(watch_for(port, 0, 1), 0);
	EXPECT(watch_no_more(port, 0, 1), 0);
	EXPECT(port_delete(&d), 0);
	EXPECT(watch_no_more(port, 0, 2), -ENOENT);
	expect_death(0, port, 2);
	expect_no_notice(0);
}

TEST(full, "a full queue refuses senders, and takes notices")
{
	struct chorus_ui port[3], to;
	struct chorus_port_delete d = { 0 };
	int li, dying[3], queued = 0;

	actor_open();
	li = new_port(&to);
	for (int i = 0; i < 3; i++) {
		dying[i] = new_port(&port[i]);
		EXPECT(watch_for(port[i], li, i), 0);
	}
	while (!send_number(to, queued))
		queued++;
	for (int i = 0; i < 3; i++) {
		d.li = dying[i];
		EXPECT(port_delete(&d), 0);
	}
	EXPECT(send_number(to, 0), -ENOBUFS);
	for (int i = 0; i < queued; i++)
		EXPECT(receive_number(li, NULL, POLL), 0);
	for (int i = 0; i < 3; i++)
		expect_death(li, port[i], i);
	expect_no_notice(li);
}

TEST(migrates, "a port that moves lives: the watch goes on, at either end")
{
	struct puppet *p[2] = { puppet_actor(), puppet_actor() };
	struct chorus_port_migrate m = { .flags = CHORUS_SELF };
	struct notice *n = SHARED(struct notice);
	struct chorus_ui mine, watched;

	actor_open();
	m.li = new_port(&watched);
	m.to = puppet_capability(p[0]);
	EXPECT(watch_for(watched, 0, 1), 0);
	EXPECT(port_migrate(&m), 0);
	expect_no_notice(0);
	/* Where notices go moves, too. */
	m.li = new_port(&mine);
	EXPECT(watch_for(watched, m.li, 2), 0);
	m.to = puppet_capability(p[1]);
	EXPECT(port_migrate(&m), 0);
	n->li = m.out_li;
	n->timeout = FOREVER;
	kill_puppet(p[0]);
	expect_death(0, watched, 1);
	EXPECT(run(p[1], do_take_notice, n), 0);
	CHECK(same_ui(n->death.object, watched) && n->death.cookie == 2);
}

TEST(watcher_dies, "the watches of a port that dies end with it, and are paid back")
{
	struct puppet *watcher = puppet_actor();
	struct chorus_watch *w = SHARED(struct chorus_watch);
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port;
	int li;

	actor_open();
	new_port(&port);
	li = new_port(NULL);
	w->object = port;
	for (int i = 0; i < 100; i++) {
		w->cookie = i;
		EXPECT(run(watcher, do_watch, w), 0);
		EXPECT(watch_for(port, li, i), 0);
	}
	kill_puppet(watcher);
	d.li = li;
	EXPECT(port_delete(&d), 0);
	EXPECT(watch_for(port, 0, 1), 0);
	EXPECT(watch_no_more(port, 0, 1), 0);
}

TEST(itself, "a port told of its own death, and two that watch each other, end")
{
	struct chorus_port_delete d = { 0 };
	struct chorus_ui a, b;
	int la, lb;

	actor_open();
	la = new_port(&a);
	lb = new_port(&b);
	EXPECT(watch_for(a, la, 1), 0);
	EXPECT(watch_for(a, lb, 1), 0);
	EXPECT(watch_for(b, la, 1), 0);
	d.li = la;
	EXPECT(port_delete(&d), 0);
	expect_death(lb, a, 1);
	d.li = lb;
	EXPECT(port_delete(&d), 0);
}

TEST(plain, "nobody sends what looks like a notice, and a notice is not passed on")
{
	unsigned char annex[CHORUS_ANNEX_SIZE] = { 1 };
	struct chorus_ipc_send s = { .annex = PTR(annex), .flags = CHORUS_MSG_DEATH };
	struct chorus_ipc_forward f = { 0 };
	struct chorus_port_delete d = { 0 };
	struct notice n = { .timeout = POLL };
	struct chorus_ui port;

	actor_open();
	f.target = s.target = default_port();
	EXPECT(ipc_send(&s), -EINVAL);
	s.flags = 0;
	EXPECT(ipc_send(&s), 0);
	EXPECT(do_take_notice(&n), 0);
	CHECK(n.flags == CHORUS_MSG_ANNEX);
	d.li = new_port(&port);
	EXPECT(watch_for(port, 0, 1), 0);
	EXPECT(port_delete(&d), 0);
	expect_death(0, port, 1);
	EXPECT(ipc_forward(&f), -EPERM);
	/* It is current still. */
	EXPECT(ipc_forward(&f), -EPERM);
	EXPECT(reply_number(0, 1), -ENOMSG);
}

struct asker {
	struct chorus_ui object;
	volatile __u64 asked;
	__u64 standing;			/* not taken back: to be told */
};

enum { STANDING_MAX = 500 };		/* far below the quota, however slow the other's death */

/* Asks until the port is dead; each second one, and all above a number, is taken back. */
static long do_ask(void *asker)
{
	struct asker *a = asker;
	__u64 cookie;
	long result;

	while (!(result = watch_for(a->object, 0, cookie = a->asked))) {
		a->asked++;
		a->standing++;
		if (cookie % 2 && a->standing <= STANDING_MAX)
			continue;
		result = watch_no_more(a->object, 0, cookie);
		if (!result)
			a->standing--;
		else if (result != -ENOENT)
			return result;
	}
	return result == -EHOSTUNREACH ? 0 : result;
}

static long do_count(void *asker)
{
	struct asker *a = asker;
	struct notice n = { .timeout = SURELY };
	long result = 0;

	for (__u64 i = 0; i < a->standing && !result; i++)
		result = do_take_notice(&n) ?: n.flags & CHORUS_MSG_DEATH ? 0 : -EIO;
	n.timeout = POLL;
	return result ?: do_take_notice(&n) == -ETIMEDOUT ? 0 : -EIO;
}

TEST_TIMEOUT(race, "who asks while a port dies is refused, or told: never neither, never twice", 60)
{
	unsigned int told = 0;

	for (int round = 0; round < 20; round++) {
		struct puppet *server = puppet_actor(), *client[2];
		struct asker *a[2];

		for (int i = 0; i < 2; i++) {
			client[i] = puppet_actor();
			a[i] = SHARED(struct asker);
			a[i]->object = puppet_default_port(server);
			begin(client[i], do_ask, a[i]);
		}
		while (a[0]->asked < 5 && !ended(client[0]))
			sleep_ms(1);
		kill_puppet(server);
		for (int i = 0; i < 2; i++) {
			EXPECT(end(client[i]), 0);
			EXPECT(run(client[i], do_count, a[i]), 0);
			told += a[i]->standing;
			kill_puppet(client[i]);
		}
	}
	selftest_note("told %u times", told);
	CHECK(told);
}
