// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: a server deletes a port that holds, with the client's call in its queue; the third succeeds it. */
#include "group.h"
#include "kill.h"

struct holding {
	struct chorus_port_policy policy;
	struct chorus_port_delete delete;
	struct chorus_group_member member;	/* the third's port */
	struct serving serving;
};

static void hold_prepare(struct play *play, bool member)
{
	struct holding *h = SHARED(struct holding);
	struct chorus_cap group;

	play_people(play);
	play->data = h;
	group = new_group();
	h->member.cap = group;
	h->serving.li = puppet_port(play->party[THIRD], &h->member.port);
	h->policy.flags = CHORUS_SET;
	h->policy.li = h->delete.li = play->li;
	h->policy.policy = CHORUS_POLICY_HOLD;
	h->policy.hold = CHORUS_HOLD_MAX;
	h->policy.heir = group.ui;
	MUST(run(play->party[SERVER], do_port_policy, &h->policy));
	if (member)
		MUST(join(group, h->member.port));
	play->note[CLIENT]->value = LAST;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

/* The third, or somebody after its death, answers the client. */
static void succeed(struct play *play, bool member)
{
	struct holding *h = play->data;
	struct puppet *next = play->party[THIRD];

	if (is_victim(play, CLIENT))
		return;
	if (is_victim(play, THIRD)) {
		next = puppet_actor();
		h->serving.li = puppet_port(next, &h->member.port);
		member = false;
	}
	if (!member)
		MUST(join(h->member.cap, h->member.port));
	EXPECT(run(next, do_serve, &h->serving), 0);
	CHECK(h->serving.served == 1 && !h->serving.gone);
	EXPECT(end(play->party[CLIENT]), 0);
}

static void leave_act(struct play *play)
{
	struct holding *h = play->data;

	play->result[SERVER] = run(play->party[SERVER], do_port_delete, &h->delete);
}

static void there_prepare(struct play *play)
{
	hold_prepare(play, true);
}

static void there_after(struct play *play)
{
	succeed(play, true);
}

static const struct kill_scene there = {
	"a held call, its successor there", there_prepare, leave_act, there_after,
};

static void late_prepare(struct play *play)
{
	hold_prepare(play, false);
}

static void late_after(struct play *play)
{
	succeed(play, false);
}

static const struct kill_scene late = {
	"a held call, its successor late", late_prepare, leave_act, late_after,
};

/* ---- the successor comes, the server is long gone ---- */

static void come_prepare(struct play *play)
{
	struct holding *h;

	hold_prepare(play, false);
	h = play->data;
	MUST(run(play->party[SERVER], do_port_delete, &h->delete));
}

static void come_act(struct play *play)
{
	struct holding *h = play->data;

	play->result[THIRD] = run(play->party[THIRD], do_group_insert, &h->member);
}

/* The third's own port declares nothing: what it was given when it died is over. */
static void come_after(struct play *play)
{
	struct holding *h = play->data;

	if (is_victim(play, CLIENT))
		return;
	if (is_victim(play, THIRD)) {
		EXPECT(end(play->party[CLIENT]), -EIDRM);
		return;
	}
	EXPECT(run(play->party[THIRD], do_serve, &h->serving), 0);
	EXPECT(end(play->party[CLIENT]), 0);
}

static const struct kill_scene coming = {
	"a held call, its successor comes", come_prepare, come_act, come_after,
};

/* ---- the table ---- */

#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &there, "R4", CLIENT, { [SERVER] = DONE } }, { &there, "R4", SERVER },
	{ &there, "R4", THIRD, { [SERVER] = DONE } },
	{ &late, "R5", CLIENT, { [SERVER] = DONE } }, { &late, "R5", SERVER },
	{ &late, "R5", THIRD, { [SERVER] = DONE } },
	{ &coming, "R6", CLIENT, { [THIRD] = DONE } }, { &coming, "R6", THIRD },
	{ &coming, "R6", SERVER, { [THIRD] = DONE } },
};
KILL_TABLE(kill_hold, rows);
