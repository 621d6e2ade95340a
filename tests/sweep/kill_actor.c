// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: actors and threads are born and die. */
#include "kill.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* ---- opening the device ---- */

static void open_prepare(struct play *play)
{
	for (int i = 0; i < PARTIES; i++)
		play->party[i] = puppet_process();
}

static void open_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_open, NULL);
	if (play->result[SERVER] > 0)
		play->result[SERVER] = 0;
}

static void open_after(struct play *play)
{
	if (!server_died(play))
		EXPECT(run(play->party[SERVER], do_close, NULL), 0);
	if (!is_victim(play, THIRD))
		CHECK(run(play->party[THIRD], do_open, NULL) >= 0);
}

static const struct kill_scene opening = {
	"the device is opened", open_prepare, open_act, open_after,
};

/* ---- the first call of a thread ---- */

static void thread_prepare(struct play *play)
{
	play_people(play);
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
	begin(play->party[THIRD], note_call, play->note[THIRD]);
	wait_blocked(play->party[THIRD]);
}

/* Its first command that makes it a thread is the receive. */
static void thread_act(struct play *play)
{
	begin(play->party[SERVER], do_serve, play->serving);
	play->result[CLIENT] = end(play->party[CLIENT]);
	play->result[THIRD] = end(play->party[THIRD]);
	if (server_died(play))
		play->result[SERVER] = end(play->party[SERVER]);
}

static void serve_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene entering = {
	"the first call of a thread", thread_prepare, thread_act, serve_after,
};

/* ---- a thread ends with a request in its hands and one behind it ---- */

static void leave_prepare(struct play *play)
{
	struct puppet *t;

	thread_prepare(play);
	t = puppet_thread(play->party[SERVER]);
	MUST(run(t, note_receive, play->note[SERVER]));
	play->data = t;
}

static void leave_act(struct play *play)
{
	exit_thread(play->data);
	play->result[CLIENT] = end(play->party[CLIENT]);
	if (server_died(play)) {
		play->result[THIRD] = end(play->party[THIRD]);
		return;
	}
	begin(play->party[SERVER], do_serve, play->serving);
	play->result[THIRD] = end(play->party[THIRD]);
}

static const struct kill_scene leaving = {
	"a thread ends with a request", leave_prepare, leave_act, serve_after,
};

/* ---- an actor dies with one call in its hands and one in its queue ---- */

static void death_prepare(struct play *play)
{
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);

	play_people(play);
	d->cap = puppet_capability(play->party[SERVER]);
	play->data = d;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
	MUST(run(play->party[SERVER], note_receive, play->note[SERVER]));
}

/* The client's call is in the server's hands, the bystander's in its queue. */
static void delete_prepare(struct play *play)
{
	death_prepare(play);
	play->bystander = puppet_actor();
	begin(play->bystander, note_call, play->note[THIRD]);
	wait_blocked(play->bystander);
}

static void death_end(struct play *play)
{
	EXPECT(end(play->bystander), -EIDRM);
	play->result[CLIENT] = end(play->party[CLIENT]);
	play_stranger_calls(play, -EHOSTUNREACH);
}

static void delete_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_actor_delete, play->data);
	death_end(play);
	/* The process goes with its actor, whoever deleted it. */
	CHECK(puppet_status(play->party[SERVER]) == -SIGKILL);
	play->result[SERVER] = DIED;
}

static const struct kill_scene deletion = {
	"actorDelete", delete_prepare, delete_act, NULL,
};

static void close_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_close, NULL);
	death_end(play);
}

/* A process that closed its last descriptor lives on and may open another. */
static void close_after(struct play *play)
{
	if (!server_died(play))
		CHECK(run(play->party[SERVER], do_open, NULL) >= 0);
}

static const struct kill_scene closing = {
	"the last close", delete_prepare, close_act, close_after,
};

/* ---- the table ---- */

#define DEAD	{ -EOWNERDEAD }
#define ENDED	{ -EIDRM }
#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &opening, "O1", SERVER }, { &opening, "O1", THIRD, { [SERVER] = DONE } },
	{ &opening, "O2", SERVER }, { &opening, "O2", THIRD, { [SERVER] = DONE } },

	/* It takes one from the queue before it looks at its signals. */
	{ &entering, "T1", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &entering, "T1", CLIENT, { [THIRD] = DONE } },
	{ &entering, "T1", THIRD, { [CLIENT] = DONE } },
	{ &leaving, "T2", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	/* It was told of the thread's end before, and may be back in user mode. */
	{ &leaving, "T2", CLIENT, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &leaving, "T2", THIRD, { [CLIENT] = DEAD } },

	{ &deletion, "D1", THIRD, { [CLIENT] = DEAD } },
	{ &deletion, "D1", CLIENT, { [THIRD] = DONE } },
	{ &deletion, "D1", SERVER, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &deletion, "D2", THIRD, { [CLIENT] = DEAD } },
	{ &deletion, "D2", CLIENT, { [THIRD] = DONE } },
	{ &deletion, "D2", SERVER, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &deletion, "D3", THIRD, { [CLIENT] = DEAD } },
	{ &deletion, "D3", CLIENT, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &deletion, "D3", SERVER, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &deletion, "D5", THIRD, { [CLIENT] = DEAD } },
	{ &deletion, "D5", SERVER, { [CLIENT] = DEAD, [THIRD] = DONE } },
	{ &deletion, "D4", THIRD, { [CLIENT] = DEAD, [THIRD] = DONE } },

	{ &closing, "D1", SERVER, { [CLIENT] = DEAD } },
	{ &closing, "D1", CLIENT, { [SERVER] = DONE } },
	{ &closing, "D2", SERVER, { [CLIENT] = DEAD } },
	{ &closing, "D2", CLIENT, { [SERVER] = DONE } },
	{ &closing, "D3", SERVER, { [CLIENT] = DEAD } },
	{ &closing, "D4", SERVER, { [CLIENT] = DEAD } },
	{ &closing, "D4", CLIENT, { [CLIENT] = DEAD, [SERVER] = DONE } },
};
KILL_TABLE(kill_actor, rows);
