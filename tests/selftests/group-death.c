// SPDX-License-Identifier: GPL-2.0-or-later
/* Members that die: before, during and after a message to their group. */
#include "group.h"
#include "scene.h"

enum { MEMBERS = 6 };

struct member {
	struct puppet *puppet;
	struct note *note;
	struct chorus_ui ui;
};

static struct member member_new(struct chorus_cap group)
{
	struct member m = { .puppet = puppet_actor(), .note = SHARED(struct note) };

	m.note->li = puppet_port(m.puppet, &m.ui);
	m.note->timeout = FOREVER;
	EXPECT(join(group, m.ui), 0);
	return m;
}

TEST(killed, "a killed member is no member any more, whoever inserted it")
{
	struct chorus_cap group;
	struct member m[3];

	actor_open();
	group = new_group();
	for (int i = 0; i < 3; i++)
		m[i] = member_new(group);
	kill_puppet(m[1].puppet);
	for (int i = 0; i < 8; i++)
		EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, i), 0);
	EXPECT(send_to(group.ui, NOWHERE, 100), 0);
	for (int i = 0; i < 3; i += 2)
		for (int k = 0; k < 5; k++) {
			m[i].note->timeout = POLL;
			EXPECT(run(m[i].puppet, note_receive, m[i].note), 0);
			CHECK(k < 4 ? m[i].note->got < 8 : m[i].note->got == 100);
		}
	EXPECT(leave(group, m[1].ui), -ENOENT);
	kill_puppet(m[0].puppet);
	kill_puppet(m[2].puppet);
	EXPECT(send_to(group.ui, NOWHERE, 1), -EHOSTUNREACH);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, 1), -EHOSTUNREACH);
}

TEST(inserter, "a membership outlives who made it")
{
	struct puppet *maker = puppet_actor();
	struct chorus_group_member *g = SHARED(struct chorus_group_member);
	int li;

	actor_open();
	g->cap = new_group();
	li = new_port(&g->port);
	EXPECT(run(maker, do_group_insert, g), 0);
	kill_puppet(maker);
	EXPECT(send_to(g->cap.ui, NOWHERE, 5), 0);
	expect_one(li, 5);
	EXPECT(leave(g->cap, g->port), 0);
}

TEST(in_hand, "a call to a member that dies with it ends with EOWNERDEAD, one in its queue with EIDRM")
{
	static const long ends[] = { -EIDRM, -EOWNERDEAD };

	actor_open();
	for (int served = 0; served < 2; served++) {
		struct chorus_cap group = new_group();
		struct member m = member_new(group);
		struct puppet *client = puppet_actor();
		struct note *n = SHARED(struct note);

		n->to = in_mode(group, CHORUS_MODE_ANY);
		n->timeout = FOREVER;
		begin(client, note_call, n);
		wait_blocked(client);
		if (served)
			EXPECT(run(m.puppet, note_receive, m.note), 0);
		kill_puppet(m.puppet);
		EXPECT(end(client), ends[served]);
	}
}

struct caller {
	struct chorus_ui target;
	unsigned int calls;
	unsigned int died;		/* ended with the member that had it */
	volatile bool stop;
};

static long do_calls(void *caller)
{
	struct caller *c = caller;

	for (; !c->stop; c->calls++) {
		__u64 got = 0;
		long result = call_to(c->target, NOWHERE, c->calls, &got, FOREVER);

		if (result == -EIDRM || result == -EOWNERDEAD)
			c->died++;
		else if (result)
			return result;
		else if (got != ~(__u64)c->calls)
			return -EIO;
	}
	return 0;
}

static struct member server_new(struct chorus_cap group)
{
	struct member m = { .puppet = puppet_actor(), .note = SHARED(struct note) };

	m.note->li = puppet_port(m.puppet, &m.ui);
	m.note->timeout = FOREVER;
	begin(m.puppet, do_serve_all, m.note);
	wait_blocked(m.puppet);
	EXPECT(join(group, m.ui), 0);
	return m;
}

/* While one member lives no call may find the group empty, and none may hang. */
TEST_TIMEOUT(under_load, "members die and join under load: each call is answered, or told of a death", 60)
{
	struct member m[MEMBERS];
	struct puppet *client[2];
	struct caller *c[2];
	struct chorus_cap group;

	actor_open();
	group = new_group();
	for (int i = 0; i < MEMBERS; i++)
		m[i] = server_new(group);
	for (int i = 0; i < 2; i++) {
		c[i] = SHARED(struct caller);
		c[i]->target = in_mode(group, CHORUS_MODE_ANY);
		client[i] = puppet_actor();
		begin(client[i], do_calls, c[i]);
	}
	for (int round = 0; round < 40; round++) {
		int i = round % MEMBERS;

		for (int k = 0; k < 2; k++) {
			unsigned int seen = c[k]->calls;

			while (*(volatile unsigned int *)&c[k]->calls < seen + 20 && !ended(client[k]))
				sleep_ms(1);
		}
		kill_puppet(m[i].puppet);
		m[i] = server_new(group);
	}
	for (int i = 0; i < 2; i++) {
		c[i]->stop = true;
		EXPECT(end(client[i]), 0);
		/* A killed server has one call in its hands, and few in its queue. */
		CHECK(c[i]->died <= 40 && c[i]->calls > 40 * 10, "%u of %u", c[i]->died, c[i]->calls);
	}
}

struct sender {
	struct chorus_ui target;
	__u64 sent;
	volatile bool stop;
};

static long do_broadcasts(void *sender)
{
	struct sender *s = sender;

	while (!s->stop) {
		long result = send_to(s->target, NOWHERE, s->sent + 1);

		if (result == -EDQUOT || result == -ENOBUFS) {
			sleep_ms(1);
			continue;
		}
		if (result)
			return result;
		s->sent++;
	}
	return 0;
}

#define LAST	(~0ull)

/* Receives until it is told that this was the last; each number must be above the one before. */
static long do_listen(void *note)
{
	struct note *n = note;
	__u64 last = 0;

	for (;;) {
		long result = note_receive(n);

		if (result)
			return result;
		if (n->got == LAST)
			return last;
		if (n->got <= last)
			return -EIO;
		last = n->got;
	}
}

TEST_TIMEOUT(during_broadcast, "members are killed while messages go to all: the others get each once, in order", 60)
{
	struct sender *s = SHARED(struct sender);
	struct puppet *sender = puppet_actor();
	struct chorus_cap group;
	struct member stays, dies;
	int result;

	actor_open();
	group = new_group();
	stays = member_new(group);
	s->target = group.ui;
	begin(stays.puppet, do_listen, stays.note);
	begin(sender, do_broadcasts, s);
	for (int round = 0; round < 40; round++) {
		__u64 seen = s->sent;

		dies = member_new(group);
		begin(dies.puppet, do_listen, dies.note);
		while (*(volatile __u64 *)&s->sent < seen + 3 && !ended(sender))
			sleep_ms(1);
		kill_puppet(dies.puppet);
	}
	s->stop = true;
	EXPECT(end(sender), 0);
	/* The others are dead: this one can have been missed by nobody for a full queue. */
	while ((result = send_to(group.ui, NOWHERE, s->sent + 1)) == -ENOBUFS || result == -EDQUOT)
		sleep_ms(1);
	EXPECT(result, 0);
	while ((result = send_number(stays.ui, LAST)) == -ENOBUFS || result == -EDQUOT)
		sleep_ms(1);
	EXPECT(result, 0);
	EXPECT(end(stays.puppet), s->sent + 1);
}

static long do_storm(void *members)
{
	struct chorus_group_member *g = members;

	for (int i = 0; i < 3000; i++) {
		long result;

		/* The dead are counted until they are freed. */
		while ((result = group_insert(g)) == -EDQUOT)
			sleep_ms(1);
		result = result ?: group_remove(g);
		if (result)
			return result;
	}
	return 0;
}

TEST_TIMEOUT(storm, "groups are born and die under three actors' hands while others send", 60)
{
	struct puppet *p[3], *sender = puppet_actor();
	struct chorus_cap group;
	struct chorus_ui ui;

	actor_open();
	group = new_group();
	for (int i = 0; i < 3; i++) {
		struct chorus_group_member *g = SHARED(struct chorus_group_member);

		p[i] = puppet_actor();
		puppet_port(p[i], &ui);
		g->cap = group;
		g->port = ui;
		begin(p[i], do_storm, g);
	}
	while (!ended(p[0]) || !ended(p[1]) || !ended(p[2])) {
		struct note *n = SHARED(struct note);

		n->to = group.ui;
		for (int i = 0; i < 100; i++) {
			long result = run(sender, note_send, n);

			/* What ended with its group is counted until it is freed, too. */
			CHECK(result == 0 || result == -EHOSTUNREACH || result == -ENOBUFS ||
			      result == -EDQUOT, "%s", error_name(result));
		}
	}
	for (int i = 0; i < 3; i++)
		EXPECT(end(p[i]), 0);
	EXPECT(send_to(group.ui, NOWHERE, 1), -EHOSTUNREACH);
}
