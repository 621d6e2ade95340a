// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: areas are opened and closed, and bodies change hands. */
#include "area.h"
#include "kill.h"

#define BODY	(2 * PAGE)

struct mover {
	struct area a;
	struct chorus_ui to;
	int li;
	long long timeout;
	bool right;			/* what was received, or kept */
};

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* A mover for each, in play->data. */
static struct mover *mover_of(const struct play *play, enum party party)
{
	return (struct mover *)play->data + party;
}

static void people(struct play *play)
{
	struct mover *m = shared(PARTIES * sizeof(*m));

	play_people(play);
	play->data = m;
	for (int i = 0; i < PARTIES; i++) {
		m[i].to = play->port;
		m[i].li = play->li;
		m[i].timeout = FOREVER;
	}
}

static long do_prepare(void *mover)
{
	struct mover *m = mover;

	m->a = area_make(2);
	pages_fill(m->a.base, 2, 1);
	return 0;
}

static void serve_on(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

/* ---- opened, closed ---- */

static long do_open_area(void *mover)
{
	struct mover *m = mover;

	return area_try(&m->a, BODY);
}

static long do_close_area(void *mover)
{
	return area_drop(&((struct mover *)mover)->a);
}

static void open_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_open_area, mover_of(play, SERVER));
}

static void open_after(struct play *play)
{
	if (!server_died(play))
		EXPECT(run(play->party[SERVER], do_close_area, mover_of(play, SERVER)), 0);
	serve_on(play);
}

static const struct kill_scene opening = { "an area is opened", people, open_act, open_after };

/* Mapped, and with pages in it. */
static void close_prepare(struct play *play)
{
	people(play);
	MUST(run(play->party[SERVER], do_prepare, mover_of(play, SERVER)));
}

static void close_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_close_area, mover_of(play, SERVER));
}

static const struct kill_scene closing = {
	"an area is closed", close_prepare, close_act, serve_on,
};

/* ---- a body is taken ---- */

static long do_send_moving(void *mover)
{
	struct mover *m = mover;

	return body_send(m->to, m->a.base, BODY, CHORUS_MSG_MOVE);
}

static long do_land(void *mover)
{
	struct mover *m = mover;
	struct chorus_ipc_receive r = {
		.li = m->li, .timeout = m->timeout, .flags = CHORUS_MSG_MOVE,
		.body = PTR(m->a.base), .body_size = BODY,
	};
	long result = ipc_receive(&r);

	m->right = !result && (r.out_flags & CHORUS_MSG_MOVED) && pages_are(m->a.base, 2, 1);
	return result;
}

static void take_prepare(struct play *play)
{
	people(play);
	for (enum party i = CLIENT; i <= SERVER; i++)
		MUST(run(play->party[i], do_prepare, mover_of(play, i)));
}

static void take_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_send_moving, mover_of(play, CLIENT));
}

static long do_look(void *mover)
{
	struct mover *m = mover;

	return pages_are(m->a.base, 2, 1);
}

static void take_after(struct play *play)
{
	struct mover *m = mover_of(play, SERVER);

	if (server_died(play)) {
		EXPECT(run(play->party[CLIENT], do_look, mover_of(play, CLIENT)), 1);
		return serve_on(play);
	}
	/* It had left its sender before he died, and is delivered. */
	m->timeout = POLL;
	EXPECT(run(play->party[SERVER], do_land, m), 0);
	CHECK(m->right);
	serve_on(play);
}

static const struct kill_scene taking = {
	"a body is moved", take_prepare, take_act, take_after,
};

/* ---- it lands ---- */

static long do_call_moving(void *mover)
{
	struct mover *m = mover;
	struct chorus_ipc_call c = {
		.target = m->to, .timeout = m->timeout, .flags = CHORUS_MSG_MOVE,
		.body = PTR(m->a.base), .body_size = BODY,
	};
	long result = ipc_call(&c);

	m->right = pages_are(m->a.base, 2, 1);
	return result;
}

static void land_prepare(struct play *play)
{
	take_prepare(play);
	begin(play->party[CLIENT], do_call_moving, mover_of(play, CLIENT));
	wait_blocked(play->party[CLIENT]);
}

static void land_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_land, mover_of(play, SERVER));
	if (server_died(play))
		play->result[CLIENT] = end(play->party[CLIENT]);
}

static void land_after(struct play *play)
{
	struct note *n = play->note[SERVER];

	if (server_died(play))
		return serve_on(play);
	CHECK(mover_of(play, SERVER)->right);
	EXPECT(run(play->party[SERVER], note_reply, n), -EHOSTUNREACH);
	serve_on(play);
}

static const struct kill_scene landing = { "a body lands", land_prepare, land_act, land_after };

/* ---- it goes back ---- */

static void return_prepare(struct play *play)
{
	take_prepare(play);
	mover_of(play, CLIENT)->timeout = POLL;
}

static void return_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_call_moving, mover_of(play, CLIENT));
}

static void return_after(struct play *play)
{
	if (server_died(play))
		CHECK(mover_of(play, CLIENT)->right);
	serve_on(play);
}

static const struct kill_scene returning = {
	"a call with a moved body fails", return_prepare, return_act, return_after,
};

/* ---- the table ---- */

static const struct kill_row rows[] = {
	{ &opening, "O3", SERVER },
	{ &opening, "O3", CLIENT, { [SERVER] = { OK } } },
	{ &opening, "O4", SERVER },
	{ &opening, "O4", CLIENT, { [SERVER] = { OK } } },
	{ &closing, "O5", SERVER },
	{ &closing, "O5", CLIENT, { [SERVER] = { OK } } },
	{ &taking, "M4", CLIENT },
	{ &taking, "M4", SERVER, { [CLIENT] = { -EHOSTUNREACH } } },
	{ &landing, "M5", SERVER, { [CLIENT] = { -EOWNERDEAD } } },
	{ &landing, "M5", CLIENT, { [SERVER] = { OK } } },
	{ &landing, "M6", SERVER, { [CLIENT] = { -EOWNERDEAD } } },
	{ &landing, "M6", CLIENT, { [SERVER] = { OK } } },
	{ &returning, "M7", CLIENT },
	{ &returning, "M7", SERVER, { [CLIENT] = { -ETIMEDOUT } } },
};
KILL_TABLE(kill_area, rows);
