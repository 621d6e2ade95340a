// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: calls between processes, and what interrupts them. */
#include <sys/resource.h>

#include "kill.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* Whoever is left is served, and what is not left is known to be gone. */
static void call_after(struct play *play)
{
	if (server_died(play)) {
		play_stranger_calls(play, -EHOSTUNREACH);
		return;
	}
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

/* ---- the server waits, the client calls ---- */

static void waiting_prepare(struct play *play)
{
	play_people(play);
	begin(play->party[SERVER], do_serve, play->serving);
	wait_blocked(play->party[SERVER]);
}

static void waiting_combined_prepare(struct play *play)
{
	struct note *first = SHARED(struct note);

	play_people(play);
	play->serving->combined = true;
	begin(play->party[SERVER], do_serve, play->serving);
	/* Its first receive is a plain one: bring it to the combined one. */
	*first = *play->note[THIRD];
	EXPECT(run(play->party[THIRD], note_call, first), 0);
	wait_blocked(play->party[SERVER]);
}

static void waiting_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], note_call, play->note[CLIENT]);
	if (server_died(play))
		play->result[SERVER] = end(play->party[SERVER]);
	if (!play->result[CLIENT])
		CHECK(play->note[CLIENT]->got == ~play->note[CLIENT]->value);
}

static const struct kill_scene waiting = {
	"a call to a waiting server", waiting_prepare, waiting_act, call_after,
};
static const struct kill_scene combined = {
	"a call to a server in reply-and-receive", waiting_combined_prepare, waiting_act, call_after,
};

/* ---- the same, and the client lends its priority ---- */

static void lending_prepare(struct play *play)
{
	struct chorus_port_lend *lend = SHARED(struct chorus_port_lend);

	play_people(play);
	*lend = (struct chorus_port_lend){ .flags = CHORUS_SET, .li = play->li, .nice = -20 };
	MUST(run(play->party[SERVER], do_port_lend, lend));
	MUST_SYS(setpriority(PRIO_PROCESS, (id_t)puppet_tid(play->party[CLIENT]), -5));
	begin(play->party[SERVER], do_serve, play->serving);
	wait_blocked(play->party[SERVER]);
}

static void lending_after(struct play *play)
{
	call_after(play);
	if (!server_died(play))
		EXPECT(getpriority(PRIO_PROCESS, (id_t)puppet_tid(play->party[SERVER])), 0);
}

static const struct kill_scene lending = {
	"a call that lends its priority", lending_prepare, waiting_act, lending_after,
};

/* ---- two clients are in the queue, the server comes ---- */

static void queued_prepare(struct play *play)
{
	play_people(play);
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
	begin(play->party[THIRD], note_call, play->note[THIRD]);
	wait_blocked(play->party[THIRD]);
}

static void queued_act(struct play *play)
{
	begin(play->party[SERVER], do_serve, play->serving);
	play->result[CLIENT] = end(play->party[CLIENT]);
	play->result[THIRD] = end(play->party[THIRD]);
	if (server_died(play))
		play->result[SERVER] = end(play->party[SERVER]);
}

static const struct kill_scene queued = {
	"two queued calls, the server comes", queued_prepare, queued_act, call_after,
};

/* ---- a signal interrupts the call, which is entered again ---- */

static void signal_prepare(struct play *play)
{
	struct catch *catch = SHARED(struct catch);

	play_people(play);
	catch->signal = SIGUSR1;
	MUST(run(play->party[CLIENT], do_catch, catch));
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

/* The server has the request in its hands when the signal comes. */
static void signal_served_prepare(struct play *play)
{
	signal_prepare(play);
	MUST(run(play->party[SERVER], note_receive, play->note[SERVER]));
	wait_blocked(play->party[CLIENT]);
}

static void signal_act(struct play *play)
{
	struct puppet *client = play->party[CLIENT];

	puppet_signal(client, SIGUSR1);
	play->result[CLIENT] = end(client);
	if (play->result[CLIENT] != -EINTR)
		return;
	play->result[CLIENT] = run(client, note_again, play->note[CLIENT]);
}

static void signal_after(struct play *play)
{
	struct note *n = play->note[SERVER];

	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	/* The client is dead: its request was withdrawn, or its reply finds nobody. */
	if (n->msg) {
		struct note *reply = SHARED(struct note);

		EXPECT(run(play->party[SERVER], note_reply, reply), -EHOSTUNREACH);
	}
	begin(play->party[SERVER], do_serve, play->serving);
	call_after(play);
	CHECK(play->serving->served == 1);
}

static const struct kill_scene signal_queued = {
	"a queued call is interrupted", signal_prepare, signal_act, signal_after,
};
static const struct kill_scene signal_served = {
	"a served call is interrupted", signal_served_prepare, signal_act, signal_after,
};

/* ---- the table ---- */

#define GONE	{ -EHOSTUNREACH }
#define DEAD	{ -EOWNERDEAD }
#define ENDED	{ -EIDRM }
#define DONE	{ OK }
/* It may have its answer, and be back in user mode, before the signal gets to it. */
#define BEFORE	{ OK }
/* The server replied before it died, or did not. */
#define PERHAPS	{ OK, -EOWNERDEAD }

static const struct kill_row rows[] = {
	{ &waiting, "C1", CLIENT },
	{ &waiting, "C1", SERVER, { [CLIENT] = GONE } },
	{ &waiting, "C2", CLIENT },
	{ &waiting, "C2", SERVER, { [CLIENT] = GONE } },
	{ &waiting, "C3", CLIENT },
	{ &waiting, "C3", SERVER, { [CLIENT] = PERHAPS } },
	{ &waiting, "C4", CLIENT },
	{ &waiting, "C4", SERVER, { [CLIENT] = DONE } },
	{ &waiting, "C5", CLIENT },
	{ &waiting, "C5", SERVER, { [CLIENT] = DONE } },
	{ &waiting, "S2", CLIENT },
	{ &waiting, "S2", SERVER, { [CLIENT] = DEAD } },
	{ &waiting, "S3", CLIENT },
	{ &waiting, "S3", SERVER, { [CLIENT] = DEAD } },
	{ &waiting, "R1", CLIENT },
	{ &waiting, "R1", SERVER, { [CLIENT] = PERHAPS } },
	{ &waiting, "R2", CLIENT },
	{ &waiting, "R2", SERVER, { [CLIENT] = DONE } },
	{ &waiting, "R3", CLIENT, { [CLIENT] = BEFORE } },
	{ &waiting, "R3", SERVER, { [CLIENT] = DONE } },

	{ &lending, "T3", CLIENT },
	{ &lending, "T3", SERVER, { [CLIENT] = DEAD } },
	{ &lending, "T4", CLIENT },
	{ &lending, "T4", SERVER, { [CLIENT] = DEAD } },
	{ &lending, "T5", CLIENT, { [CLIENT] = BEFORE } },
	{ &lending, "T5", SERVER, { [CLIENT] = DONE } },
	{ &lending, "S3", CLIENT },

	{ &combined, "C3", SERVER, { [CLIENT] = PERHAPS } },
	{ &combined, "C4", SERVER, { [CLIENT] = DONE } },
	{ &combined, "S2", CLIENT },
	{ &combined, "S2", SERVER, { [CLIENT] = DEAD } },
	{ &combined, "S3", CLIENT },
	{ &combined, "S3", SERVER, { [CLIENT] = DEAD } },
	{ &combined, "R1", CLIENT },
	{ &combined, "R1", SERVER, { [CLIENT] = PERHAPS } },
	{ &combined, "R2", CLIENT },
	{ &combined, "R2", SERVER, { [CLIENT] = DONE } },
	{ &combined, "R3", CLIENT, { [CLIENT] = BEFORE } },
	{ &combined, "R3", SERVER, { [CLIENT] = DONE } },
	{ &combined, "S1", CLIENT, { [CLIENT] = BEFORE } },
	{ &combined, "S1", SERVER, { [CLIENT] = DONE } },

	{ &queued, "S1", CLIENT, { [THIRD] = DONE } },
	/* It takes one from the queue before it looks at its signals. */
	{ &queued, "S1", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &queued, "S1", THIRD, { [CLIENT] = DONE } },
	{ &queued, "S2", CLIENT, { [THIRD] = DONE } },
	{ &queued, "S2", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &queued, "S2", THIRD, { [CLIENT] = DONE } },
	{ &queued, "S3", CLIENT, { [THIRD] = DONE } },
	{ &queued, "S3", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &queued, "R1", CLIENT, { [THIRD] = DONE } },
	{ &queued, "R1", SERVER, { [CLIENT] = PERHAPS, [THIRD] = ENDED } },
	{ &queued, "R2", SERVER, { [CLIENT] = DONE, [THIRD] = ENDED } },
	{ &queued, "R3", THIRD, { [CLIENT] = DONE } },
	{ &queued, "C4", THIRD, { [CLIENT] = DONE } },
	{ &queued, "C4", SERVER, { [CLIENT] = DONE, [THIRD] = { -EIDRM, -EOWNERDEAD, OK } } },

	{ &signal_queued, "I1", CLIENT },
	{ &signal_queued, "I1", SERVER, { [CLIENT] = ENDED } },
	{ &signal_queued, "I2", CLIENT },
	{ &signal_queued, "I2", SERVER, { [CLIENT] = ENDED } },
	{ &signal_served, "I1", CLIENT },
	{ &signal_served, "I1", SERVER, { [CLIENT] = DEAD } },
	{ &signal_served, "I2", CLIENT },
	{ &signal_served, "I2", SERVER, { [CLIENT] = DEAD } },
};
KILL_TABLE(kill_call, rows);
