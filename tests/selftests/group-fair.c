// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is chosen: 10,000 calls from two clients at once to the members of a group. */
#include "group.h"
#include "scene.h"

enum { MEMBERS = 7, CLIENTS = 2, EACH = 5000 };

struct server {
	struct note note;
	unsigned int served;
};

/* Ends with its port. */
static long do_serve(void *server)
{
	struct server *s = server;
	long result = note_receive(&s->note);

	while (!result) {
		s->served++;
		s->note.value = s->note.got;
		s->note.msg = 0;
		result = note_reply_receive(&s->note);
	}
	return result;
}

struct client {
	struct chorus_ui target, cotarget;
	unsigned int calls;
};

static long do_calls(void *client)
{
	struct client *c = client;

	for (unsigned int i = 0; i < c->calls; i++) {
		__u64 got = 0;
		int result = call_to(c->target, c->cotarget, i, &got, FOREVER);

		if (result)
			return result;
		if (got != i)
			return -EIO;
	}
	return 0;
}

static void fair(enum chorus_ui_mode mode, int excluded)
{
	struct puppet *server[MEMBERS], *client[CLIENTS];
	unsigned int least = ~0u, most = 0, all = 0;
	struct server *s[MEMBERS];
	struct chorus_ui ui[MEMBERS];
	struct chorus_cap group;

	actor_open();
	group = new_group();
	for (int i = 0; i < MEMBERS; i++) {
		server[i] = puppet_actor();
		s[i] = SHARED(struct server);
		s[i]->note.li = puppet_port(server[i], &ui[i]);
		s[i]->note.timeout = FOREVER;
		EXPECT(join(group, ui[i]), 0);
		begin(server[i], do_serve, &s[i]->note);
	}
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = SHARED(struct client);

		c->target = in_mode(group, mode);
		c->calls = EACH;
		if (excluded >= 0)
			c->cotarget = ui[excluded];
		client[i] = puppet_actor();
		begin(client[i], do_calls, c);
	}
	for (int i = 0; i < CLIENTS; i++)
		EXPECT(end(client[i]), 0);
	for (int i = 0; i < MEMBERS; i++) {
		if (i == excluded) {
			CHECK(!s[i]->served);
			continue;
		}
		all += s[i]->served;
		least = s[i]->served < least ? s[i]->served : least;
		most = s[i]->served > most ? s[i]->served : most;
	}
	CHECK(all == CLIENTS * EACH, "%u calls served", all);
	CHECK(most <= least * 1.2, "%u to %u", least, most);
	selftest_note("%u to %u calls a member", least, most);
}

TEST_TIMEOUT(any, "any member: most and least differ by a fifth at most", 90)
{
	fair(CHORUS_MODE_ANY, -1);
}

TEST_TIMEOUT(except, "anyone but one: the same among the others", 90)
{
	fair(CHORUS_MODE_EXCEPT, 3);
}
