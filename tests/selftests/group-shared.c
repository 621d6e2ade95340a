// SPDX-License-Identifier: GPL-2.0-or-later
/* A group with a shared queue: who is idle takes the next message. */
#include "group.h"
#include "scene.h"

struct member {
	struct puppet *puppet;
	struct note *note;
	struct chorus_ui ui;
};

static struct chorus_cap group;

static struct member member_new(void)
{
	struct member m = { .puppet = puppet_actor(), .note = SHARED(struct note) };

	m.note->li = puppet_port(m.puppet, &m.ui);
	m.note->timeout = POLL;
	EXPECT(join(group, m.ui), 0);
	return m;
}

static void setup(struct member *m, int n)
{
	actor_open();
	group = group_of(CHORUS_UI_GROUP_SHARED, 0);
	for (int i = 0; i < n; i++)
		m[i] = member_new();
}

static void expect_at(struct member *m, __u64 value)
{
	EXPECT(run(m->puppet, note_receive, m->note), 0);
	CHECK(m->note->got == value, "%llx", (unsigned long long)m->note->got);
}

TEST(queue, "messages wait in the group, in their order, for whoever comes")
{
	struct member m[3];

	setup(m, 3);
	for (int i = 1; i <= 6; i++)
		EXPECT(send_to(group.ui, NOWHERE, i), 0);
	expect_at(&m[2], 1);
	expect_at(&m[0], 2);
	expect_at(&m[0], 3);
	expect_at(&m[1], 4);
	expect_at(&m[2], 5);
	expect_at(&m[1], 6);
	for (int i = 0; i < 3; i++)
		EXPECT(run(m[i].puppet, note_receive, m[i].note), -ETIMEDOUT);
}

TEST(idle, "a busy member gets nothing while another waits")
{
	struct member m[2];

	setup(m, 2);
	m[1].note->timeout = FOREVER;
	for (int i = 0; i < 20; i++) {
		begin(m[1].puppet, note_receive, m[1].note);
		wait_blocked(m[1].puppet);
		EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, i), 0);
		EXPECT(end(m[1].puppet), 0);
		CHECK(m[1].note->got == (__u64)i);
	}
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
}

TEST(left, "who waited in vain and left is passed over")
{
	struct member m[3];

	setup(m, 3);
	for (int i = 0; i < 2; i++) {
		m[i].note->timeout = 5 * MS;
		EXPECT(run(m[i].puppet, note_receive, m[i].note), -ETIMEDOUT);
	}
	m[2].note->timeout = FOREVER;
	begin(m[2].puppet, note_receive, m[2].note);
	wait_blocked(m[2].puppet);
	m[0].note->timeout = 5 * MS;
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
	EXPECT(send_to(group.ui, NOWHERE, 7), 0);
	EXPECT(end(m[2].puppet), 0);
	CHECK(m[2].note->got == 7);
}

TEST(threads, "several threads of one member wait; each gets one")
{
	struct member m[1];
	struct puppet *more[3];
	struct note *n[3];
	__u64 sum = 0;

	setup(m, 1);
	for (int i = 0; i < 3; i++) {
		n[i] = SHARED(struct note);
		n[i]->li = m[0].note->li;
		n[i]->timeout = FOREVER;
		more[i] = puppet_thread(m[0].puppet);
		begin(more[i], note_receive, n[i]);
		wait_blocked(more[i]);
	}
	for (int i = 0; i < 3; i++)
		EXPECT(send_to(group.ui, NOWHERE, 1 << i), 0);
	for (int i = 0; i < 3; i++) {
		EXPECT(end(more[i]), 0);
		sum += n[i]->got;
	}
	CHECK(sum == 7);
}

TEST(own, "the member's own port works beside it, and its messages come first")
{
	struct member m[1];

	setup(m, 1);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	EXPECT(send_number(m[0].ui, 2), 0);
	expect_at(&m[0], 2);
	expect_at(&m[0], 1);
	m[0].note->timeout = FOREVER;
	begin(m[0].puppet, note_receive, m[0].note);
	wait_blocked(m[0].puppet);
	EXPECT(send_number(m[0].ui, 3), 0);
	EXPECT(end(m[0].puppet), 0);
	CHECK(m[0].note->got == 3);
	begin(m[0].puppet, note_receive, m[0].note);
	wait_blocked(m[0].puppet);
	EXPECT(send_to(group.ui, NOWHERE, 4), 0);
	EXPECT(end(m[0].puppet), 0);
	CHECK(m[0].note->got == 4);
}

TEST(any_enabled, "a receive from any enabled port takes from the queue, too")
{
	struct chorus_port_enable *e = SHARED(struct chorus_port_enable);
	struct member m[1];

	setup(m, 1);
	e->li = m[0].note->li;
	m[0].note->li = CHORUS_LI_ANYENABLED;
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
	EXPECT(run(m[0].puppet, do_port_enable, e), 0);
	expect_at(&m[0], 1);
	CHECK(m[0].note->got_li == e->li);
	m[0].note->timeout = FOREVER;
	begin(m[0].puppet, note_receive, m[0].note);
	wait_blocked(m[0].puppet);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	EXPECT(end(m[0].puppet), 0);
	CHECK(m[0].note->got == 2);
}

TEST(enable, "a port that is enabled while a thread waits brings what its group has")
{
	struct chorus_port_enable *e = SHARED(struct chorus_port_enable);
	struct puppet *second;
	struct member m[1];

	setup(m, 1);
	second = puppet_thread(m[0].puppet);
	e->li = m[0].note->li;
	EXPECT(send_to(group.ui, NOWHERE, 9), 0);
	m[0].note->li = CHORUS_LI_ANYENABLED;
	m[0].note->timeout = FOREVER;
	begin(m[0].puppet, note_receive, m[0].note);
	wait_blocked(m[0].puppet);
	EXPECT(run(second, do_port_enable, e), 0);
	EXPECT(end(m[0].puppet), 0);
	CHECK(m[0].note->got == 9);
}

TEST(joins, "who joins with a thread that waits serves at once")
{
	struct puppet *p = puppet_actor();
	struct note *n = SHARED(struct note);
	struct chorus_ui ui;
	struct member m[1];

	setup(m, 1);
	n->li = puppet_port(p, &ui);
	n->timeout = FOREVER;
	begin(p, note_receive, n);
	wait_blocked(p);
	EXPECT(send_to(group.ui, NOWHERE, 5), 0);
	EXPECT(join(group, ui), 0);
	EXPECT(end(p), 0);
	CHECK(n->got == 5);
	/* And takes no more once it has left. */
	EXPECT(leave(group, ui), 0);
	EXPECT(send_to(group.ui, NOWHERE, 6), 0);
	n->timeout = POLL;
	EXPECT(run(p, note_receive, n), -ETIMEDOUT);
	expect_at(&m[0], 6);
}

TEST(timeout, "a call that nobody took in time is taken back")
{
	struct member m[1];
	__u64 got;

	setup(m, 1);
	EXPECT(call_to(group.ui, NOWHERE, 1, &got, 10 * MS), -ETIMEDOUT);
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	expect_at(&m[0], 2);
}

TEST(stays, "what nobody has taken stays for the others when a member is killed")
{
	struct member m[2];
	struct puppet *client = puppet_actor();
	struct note *n = SHARED(struct note);

	setup(m, 2);
	n->to = group.ui;
	n->timeout = FOREVER;
	n->value = 3;
	begin(client, note_call, n);
	wait_blocked(client);
	kill_puppet(m[0].puppet);
	expect_at(&m[1], 3);
	m[1].note->value = 4;
	EXPECT(run(m[1].puppet, note_reply, m[1].note), 0);
	EXPECT(end(client), 0);
	CHECK(n->got == 4);
	/* What it has taken dies with it. */
	begin(client, note_call, n);
	wait_blocked(client);
	expect_at(&m[1], 3);
	kill_puppet(m[1].puppet);
	EXPECT(end(client), -EOWNERDEAD);
}

TEST(last, "when the last member leaves, what is queued ends with EIDRM")
{
	struct puppet *client = puppet_actor();
	struct note *n = SHARED(struct note);
	struct member m[1];

	setup(m, 1);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	n->to = group.ui;
	n->timeout = FOREVER;
	begin(client, note_call, n);
	wait_blocked(client);
	EXPECT(leave(group, m[0].ui), 0);
	EXPECT(end(client), -EIDRM);
	EXPECT(run(client, note_call, n), -EHOSTUNREACH);
	EXPECT(send_to(group.ui, NOWHERE, 1), -EHOSTUNREACH);
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
}

TEST(killed_client, "the request of a client that is killed vanishes from the queue")
{
	struct puppet *client = puppet_actor();
	struct note *n = SHARED(struct note);
	struct member m[1];

	setup(m, 1);
	n->to = group.ui;
	n->timeout = FOREVER;
	begin(client, note_call, n);
	wait_blocked(client);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	kill_puppet(client);
	expect_at(&m[0], 2);
}

TEST(refused, "one shared queue a port; no exclusion, no coTarget; a full queue")
{
	struct chorus_cap other;
	struct chorus_hello h = { 0 };
	struct member m[1];
	__u64 got;

	setup(m, 1);
	other = group_of(CHORUS_UI_GROUP_SHARED, 0);
	EXPECT(join(other, m[0].ui), -EBUSY);
	EXPECT(join(group, m[0].ui), 0);
	EXPECT(join(group, static_port(0x6563686f)), -EBUSY);	/* it has a handler */
	EXPECT(send_to(in_mode(group, CHORUS_MODE_WITH), m[0].ui, 1), -EINVAL);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_EXCEPT), m[0].ui, 1), -EINVAL);
	EXPECT(send_to(group.ui, m[0].ui, 1), -EINVAL);
	EXPECT(call_to(in_mode(group, CHORUS_MODE_EXCEPT), m[0].ui, 1, &got, POLL), -EINVAL);
	EXPECT(hello(&h), 0);
	for (unsigned int i = 0; i < h.out_port_queue; i++)
		EXPECT(send_to(group.ui, NOWHERE, i), 0);
	EXPECT(send_to(group.ui, NOWHERE, 1), -ENOBUFS);
	EXPECT(call_to(group.ui, NOWHERE, 1, &got, FOREVER), -ENOBUFS);
	for (unsigned int i = 0; i < h.out_port_queue; i++)
		expect_at(&m[0], i);
}

TEST(fault, "what could not be written out to a member stays with it, and is the first it gets")
{
	struct chorus_ipc_receive r = { .timeout = POLL, .body = 8, .body_size = 8 };
	struct chorus_ui ui;
	struct member m[1];

	setup(m, 1);
	r.li = new_port(&ui);
	EXPECT(join(group, ui), 0);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	EXPECT(ipc_receive(&r), -EFAULT);
	expect_at(&m[0], 2);
	EXPECT(run(m[0].puppet, note_receive, m[0].note), -ETIMEDOUT);
	expect_one(r.li, 1);
}

TEST(migrates, "a port that moves takes from the shared queue for its new actor")
{
	struct chorus_port_migrate *mi = SHARED(struct chorus_port_migrate);
	struct puppet *to = puppet_actor();
	struct note *n = SHARED(struct note);
	struct member m[1];

	setup(m, 1);
	m[0].note->timeout = FOREVER;
	mi->from = puppet_capability(puppet_thread(m[0].puppet));
	mi->to = puppet_capability(to);
	mi->li = m[0].note->li;
	begin(m[0].puppet, note_receive, m[0].note);
	wait_blocked(m[0].puppet);
	EXPECT(port_migrate(mi), 0);
	EXPECT(end(m[0].puppet), -EIDRM);
	EXPECT(send_to(group.ui, NOWHERE, 1), 0);
	n->li = mi->out_li;
	n->timeout = FOREVER;
	EXPECT(run(to, note_receive, n), 0);
	CHECK(n->got == 1);
	begin(to, note_receive, n);
	wait_blocked(to);
	EXPECT(send_to(group.ui, NOWHERE, 2), 0);
	EXPECT(end(to), 0);
	CHECK(n->got == 2);
	kill_puppet(to);
	EXPECT(send_to(group.ui, NOWHERE, 3), -EHOSTUNREACH);
}

enum { SERVERS = 4, CLIENTS = 3, ROUNDS = 40, CALLS_MAX = 200000 };

struct ledger {
	unsigned char executed[CLIENTS][CALLS_MAX];
	volatile bool stop;
};

struct client {
	struct ledger *ledger;
	unsigned int number, calls, died;
};

static struct ledger *ledger;

static long do_calls(void *client)
{
	struct client *c = client;

	for (; !c->ledger->stop && c->calls < CALLS_MAX; c->calls++) {
		__u64 value = (__u64)c->number << 32 | c->calls, got = 0;
		long result = call_to(group.ui, NOWHERE, value, &got, FOREVER);

		/* EIDRM: it was killed while the request was copied to it, and had given it back. */
		if (result == -EOWNERDEAD || result == -EIDRM)
			c->died++;
		else if (result)
			return result;
		else if (got != ~value)
			return -EIO;
		else if (c->ledger->executed[c->number][c->calls] != 1)
			return -EPROTO;
	}
	return 0;
}

/* In time or not: what is answered is what was asked, and what was given up is given up. */
static long do_hurried_calls(void *client)
{
	struct client *c = client;

	for (; !c->ledger->stop && c->calls < CALLS_MAX; c->calls++) {
		__u64 value = (__u64)c->number << 32 | c->calls, got = 0;
		long long hurry = c->calls % 64;	/* squared: mostly moments, up to 8 ms */
		/* As long as nothing was answered in time: a slow machine has longer moments. */
		int patience = c->died == c->calls ? c->calls / 128 : 0;
		long result = call_to(group.ui, NOWHERE, value, &got,
				      hurry * hurry * 2000 << (patience < 10 ? patience : 10));

		if (result == -ETIMEDOUT)
			c->died++;
		else if (result)
			return result;
		else if (got != ~value)
			return -EIO;
	}
	return 0;
}

/* A request that comes twice is seen here. */
static long do_serve(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	while (!result) {
		if (ledger->executed[n->got >> 32][(__u32)n->got]++)
			return -EEXIST;
		n->value = ~n->got;
		n->msg = 0;
		result = note_reply_receive(n);
	}
	return result;
}

static struct member server_new(void)
{
	struct member m = member_new();

	m.note->timeout = FOREVER;
	begin(m.puppet, do_serve, m.note);
	return m;
}

TEST_TIMEOUT(under_load, "members die and join under load: each call is answered once, or was in the hands of the dead", 60)
{
	struct puppet *client[CLIENTS];
	struct client *c[CLIENTS];
	struct member m[SERVERS];
	unsigned int died = 0;

	ledger = SHARED(struct ledger);
	setup(m, 0);
	for (int i = 0; i < SERVERS; i++)
		m[i] = server_new();
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = SHARED(struct client);
		c[i]->ledger = ledger;
		c[i]->number = i;
		client[i] = puppet_actor();
		begin(client[i], do_calls, c[i]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int seen = c[0]->calls;
		int i = round % SERVERS;

		while (c[0]->calls < seen + 20 && !ended(client[0]))
			sleep_ms(1);
		kill_puppet(m[i].puppet);
		m[i] = server_new();
	}
	ledger->stop = true;
	for (int i = 0; i < CLIENTS; i++) {
		EXPECT(end(client[i]), 0);
		died += c[i]->died;
	}
	/* A server has one request in its hands at most. */
	CHECK(died <= ROUNDS, "%u calls ended for %u kills", died, ROUNDS);
}

/* What is taken while it is given up has one owner, who frees it: zz-nothing-left counts. */
TEST_TIMEOUT(hurried, "clients that wait for moments: each call is answered once or given up", 60)
{
	struct puppet *client[CLIENTS];
	struct client *c[CLIENTS];
	struct member m[2];
	unsigned int given_up, calls;
	long long limit;

	ledger = SHARED(struct ledger);
	setup(m, 0);
	m[0] = server_new();
	m[1] = server_new();
	for (int i = 0; i < CLIENTS; i++) {
		c[i] = SHARED(struct client);
		c[i]->ledger = ledger;
		c[i]->number = i;
		client[i] = puppet_actor();
		begin(client[i], do_hurried_calls, c[i]);
	}
	/* Thousands, or what there is time for, some in time and some not. */
	limit = now_ns() + LATE;
	do {
		sleep_ms(1);
		calls = *(volatile unsigned int *)&c[0]->calls;
		given_up = *(volatile unsigned int *)&c[0]->died;
	} while ((!given_up || given_up >= calls || (calls < 4000 && now_ns() < limit)) &&
		 !ended(client[0]));
	calls = given_up = 0;
	ledger->stop = true;
	for (int i = 0; i < CLIENTS; i++) {
		EXPECT(end(client[i]), 0);
		given_up += c[i]->died;
		calls += c[i]->calls;
	}
	CHECK(given_up && given_up < calls, "%u of %u given up", given_up, calls);
	selftest_note("%u of %u calls given up", given_up, calls);
	for (int i = 0; i < 2; i++)
		CHECK(!ended(m[i].puppet), "server %d ended", i);
	/* And they serve on. */
	for (int i = 0; i < 8; i++) {
		__u64 value = (__u64)(CLIENTS - 1) << 32 | (CALLS_MAX - 8 + i), got = 0;

		EXPECT(call_to(group.ui, NOWHERE, value, &got, FOREVER), 0);
		CHECK(got == ~value);
	}
}
