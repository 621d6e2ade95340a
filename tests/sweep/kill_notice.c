// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: the client asks to be told of the server's death, and is told of it. */
#include "death.h"
#include "kill.h"

struct watching {
	struct chorus_watch watch;
	struct chorus_port_delete delete;
	struct notice notice;
};

static void watch_prepare(struct play *play)
{
	struct watching *w = SHARED(struct watching);

	play_people(play);
	w->watch.object = play->port;
	w->watch.cookie = 5;
	w->delete.li = play->li;
	w->notice.timeout = FOREVER;
	play->data = w;
}

static void watch_act(struct play *play)
{
	struct watching *w = play->data;

	play->result[CLIENT] = run(play->party[CLIENT], do_watch, &w->watch);
}

/* Who asked is told, now or when the server goes at last; the bystander never. */
static void watch_after(struct play *play)
{
	struct watching *w = play->data;

	if (!is_victim(play, SERVER))
		MUST(run(play->party[SERVER], do_port_delete, &w->delete));
	play_stranger_calls(play, -EHOSTUNREACH);
	if (is_victim(play, CLIENT))
		return;
	if (play->result[CLIENT]) {
		w->notice.timeout = POLL;
		EXPECT(run(play->party[CLIENT], do_take_notice, &w->notice), -ETIMEDOUT);
		return;
	}
	EXPECT(run(play->party[CLIENT], do_take_notice, &w->notice), 0);
	CHECK(w->notice.flags & CHORUS_MSG_DEATH && w->notice.death.cookie == 5);
	CHECK(same_ui(w->notice.death.object, play->port));
}

static const struct kill_scene watching = {
	"a watch", watch_prepare, watch_act, watch_after,
};

/* ---- the server's port dies while the client, and the third, are to be told ---- */

static void notice_prepare(struct play *play)
{
	struct watching *w;

	watch_prepare(play);
	w = play->data;
	MUST(run(play->party[CLIENT], do_watch, &w->watch));
	MUST(run(play->party[THIRD], do_watch, &w->watch));
}

static void notice_act(struct play *play)
{
	struct watching *w = play->data;

	play->result[SERVER] = run(play->party[SERVER], do_port_delete, &w->delete);
}

static void notice_after(struct play *play)
{
	struct watching *w = play->data;
	static const enum party told[] = { CLIENT, THIRD };

	for (unsigned int i = 0; i < ARRAY_SIZE(told); i++) {
		if (is_victim(play, told[i]))
			continue;
		EXPECT(run(play->party[told[i]], do_take_notice, &w->notice), 0);
		CHECK(w->notice.flags & CHORUS_MSG_DEATH);
		CHECK(same_ui(w->notice.death.object, play->port));
	}
	play_stranger_calls(play, -EHOSTUNREACH);
}

static const struct kill_scene noticing = {
	"a notice", notice_prepare, notice_act, notice_after,
};

/* ---- the table ---- */

#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &watching, "N3", CLIENT },
	{ &watching, "N3", SERVER, { [CLIENT] = { -EHOSTUNREACH } } },
	{ &watching, "N4", CLIENT }, { &watching, "N4", SERVER, { [CLIENT] = DONE } },
	{ &noticing, "N5", CLIENT, { [SERVER] = DONE } }, { &noticing, "N5", SERVER },
	{ &noticing, "N5", THIRD, { [SERVER] = DONE } },
};
KILL_TABLE(kill_notice, rows);
