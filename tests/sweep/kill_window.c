// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: receive windows are opened and closed, and bodies go into them. */
#include "kill.h"
#include "window.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

static void serve_on(struct play *play)
{
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

/* ---- opened ---- */

static long do_open_window(void *window)
{
	struct window *w = window;

	return window_try(w, w->li, 2, 4096, 1);
}

static long do_drop_window(void *window)
{
	return window_drop(window);
}

static void open_prepare(struct play *play)
{
	struct window *w = SHARED(struct window);

	play_people(play);
	w->li = play->li;
	play->data = w;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void open_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_open_window, play->data);
	if (server_died(play))
		play->result[CLIENT] = end(play->party[CLIENT]);
}

/* Its window is there, once. */
static void open_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	EXPECT(run(play->party[SERVER], do_open_window, play->data), -EBUSY);
	EXPECT(run(play->party[SERVER], do_drop_window, play->data), 0);
	serve_on(play);
}

static const struct kill_scene opening = {
	"a window is opened", open_prepare, open_act, open_after,
};

/* ---- closed, with a body in it ---- */

static void close_prepare(struct play *play)
{
	struct window *w = SHARED(struct window);

	play_people(play);
	w->li = play->li;
	play->data = w;
	MUST(run(play->party[SERVER], do_open_window, w));
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void close_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_drop_window, play->data);
	if (server_died(play))
		play->result[CLIENT] = end(play->party[CLIENT]);
}

/* What lay in it is received like any other body. */
static void close_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	serve_on(play);
	EXPECT(end(play->party[CLIENT]), 0);
	CHECK(play->note[CLIENT]->got == ~play->note[CLIENT]->value);
}

static const struct kill_scene closing = {
	"a window is closed", close_prepare, close_act, close_after,
};

/* ---- a body goes into it ---- */

static void body_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], note_send, play->note[CLIENT]);
}

static void body_prepare(struct play *play)
{
	struct window *w = SHARED(struct window);

	play_people(play);
	w->li = play->li;
	play->data = w;
	MUST(run(play->party[SERVER], do_open_window, w));
}

static void body_after(struct play *play)
{
	struct note *n = play->note[SERVER];

	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	/* It had been copied before its sender died, and is delivered. */
	n->timeout = POLL;
	EXPECT(run(play->party[SERVER], note_receive, n), 0);
	CHECK(n->got_flags & CHORUS_MSG_WINDOW);
	EXPECT(run(play->party[SERVER], do_drop_window, play->data), 0);
	serve_on(play);
}

static const struct kill_scene body = {
	"a body goes into a window", body_prepare, body_act, body_after,
};

/* ---- the table ---- */

static const struct kill_row rows[] = {
	{ &opening, "W3", SERVER, { [CLIENT] = { -EIDRM } } },
	{ &opening, "W3", CLIENT, { [SERVER] = { OK } } },
	{ &opening, "W4", SERVER, { [CLIENT] = { -EIDRM } } },
	{ &opening, "W4", CLIENT, { [SERVER] = { OK } } },
	{ &closing, "W5", SERVER, { [CLIENT] = { -EIDRM } } },
	{ &closing, "W5", THIRD, { [SERVER] = { OK } } },
	{ &body, "W6", CLIENT },
	{ &body, "W6", SERVER, { [CLIENT] = { -EHOSTUNREACH } } },
};
KILL_TABLE(kill_window, rows);
