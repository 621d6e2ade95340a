// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: a broadcast to a group, and ports that become and cease to be members. */
#include "group.h"
#include "kill.h"

/* A group of four ports: of the test, the server, the third party, and the test again. */
enum { MEMBERS = 4 };

struct members {
	struct chorus_cap group;
	struct chorus_group_member change;
	struct chorus_ui ui[MEMBERS];
	int li[MEMBERS];
};

static void members_prepare(struct play *play)
{
	struct members *m = SHARED(struct members);

	play_people(play);
	play->data = m;
	m->group = new_group();
	m->li[0] = new_port(&m->ui[0]);
	m->ui[1] = play->port;
	m->li[2] = puppet_port(play->party[THIRD], &m->ui[2]);
	m->li[3] = new_port(&m->ui[3]);
	for (int i = 0; i < MEMBERS; i++)
		MUST(join(m->group, m->ui[i]));
}

static void broadcast_act(struct play *play)
{
	struct members *m = play->data;

	play->note[CLIENT]->to = m->group.ui;
	play->result[CLIENT] = run(play->party[CLIENT], note_send, play->note[CLIENT]);
}

/* Everybody alive has got it, once, whoever died; and the group goes on. */
static void broadcast_after(struct play *play)
{
	struct members *m = play->data;
	struct note *n = SHARED(struct note);

	expect_one(m->li[0], play->note[CLIENT]->value);
	expect_one(m->li[3], play->note[CLIENT]->value);
	n->timeout = POLL;
	if (!is_victim(play, SERVER)) {
		n->li = play->li;
		EXPECT(run(play->party[SERVER], note_receive, n), 0);
		CHECK(n->got == play->note[CLIENT]->value);
	}
	if (!is_victim(play, THIRD)) {
		n->li = m->li[2];
		EXPECT(run(play->party[THIRD], note_receive, n), 0);
		CHECK(n->got == play->note[CLIENT]->value);
	}
	EXPECT(send_to(m->group.ui, NOWHERE, 1), 0);
	expect_one(m->li[0], 1);
	expect_one(m->li[3], 1);
}

static const struct kill_scene broadcast = {
	"a broadcast", members_prepare, broadcast_act, broadcast_after,
};

/* ---- the client inserts the server's port, or removes it ---- */

static void insert_prepare(struct play *play)
{
	struct members *m = SHARED(struct members);

	play_people(play);
	play->data = m;
	m->change.cap = m->group = new_group();
	m->change.port = play->port;
}

static void insert_act(struct play *play)
{
	struct members *m = play->data;

	play->result[CLIENT] = run(play->party[CLIENT], do_group_insert, &m->change);
}

static void insert_after(struct play *play)
{
	struct members *m = play->data;
	bool lives = !is_victim(play, SERVER);

	EXPECT(send_to(m->group.ui, NOWHERE, LAST), lives ? 0 : -EHOSTUNREACH);
	EXPECT(leave(m->group, play->port), lives ? 0 : -ENOENT);
}

static const struct kill_scene insertion = {
	"grpPortInsert", insert_prepare, insert_act, insert_after,
};

static void remove_prepare(struct play *play)
{
	struct members *m;

	insert_prepare(play);
	m = play->data;
	MUST(join(m->group, play->port));
}

static void remove_act(struct play *play)
{
	struct members *m = play->data;

	play->result[CLIENT] = run(play->party[CLIENT], do_group_remove, &m->change);
}

static void remove_after(struct play *play)
{
	struct members *m = play->data;

	EXPECT(send_to(m->group.ui, NOWHERE, 1), -EHOSTUNREACH);
	EXPECT(leave(m->group, play->port), -ENOENT);
}

static const struct kill_scene removal = {
	"grpPortRemove", remove_prepare, remove_act, remove_after,
};

/* ---- the table ---- */

#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &broadcast, "Y1", CLIENT }, { &broadcast, "Y1", SERVER, { [CLIENT] = DONE } },
	{ &broadcast, "Y1", THIRD, { [CLIENT] = DONE } },
	{ &broadcast, "Y2", CLIENT }, { &broadcast, "Y2", SERVER, { [CLIENT] = DONE } },
	{ &broadcast, "Y2", THIRD, { [CLIENT] = DONE } },
	{ &broadcast, "Y3", CLIENT }, { &broadcast, "Y3", SERVER, { [CLIENT] = DONE } },
	{ &broadcast, "Y3", THIRD, { [CLIENT] = DONE } },

	{ &insertion, "J1", CLIENT },
	{ &insertion, "J1", SERVER, { [CLIENT] = { -EHOSTUNREACH } } },
	{ &insertion, "J2", CLIENT }, { &insertion, "J2", SERVER, { [CLIENT] = DONE } },
	{ &removal, "J3", CLIENT }, { &removal, "J3", SERVER, { [CLIENT] = DONE } },
};
KILL_TABLE(kill_group, rows);
