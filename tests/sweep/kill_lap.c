// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: local access points of chorus_probe.ko; here nobody is the server. */
#include "kill.h"

static void lap_people(struct play *play)
{
	for (int i = 0; i < PARTIES; i++)
		play->party[i] = puppet_actor();
}

/* Whatever happened, these work for whoever comes. */
static void laps_serve(void)
{
	struct chorus_lap_desc wait = need_lap(PROBE_LAP_WAIT), who = need_lap(PROBE_LAP_WHO);
	struct probe_wait w = { .timeout = 0 };
	struct probe_who me = { .tid = 0 };

	EXPECT(invoke(&wait, &w, sizeof(w)), 0);
	CHECK(w.result == -ETIMEDOUT);
	EXPECT(invoke(&who, &me, sizeof(me)), 0);
	CHECK(me.depth == 1);
}

/* ---- lapInvoke: on the fast path, and with a block that is too large for it ---- */

static void invoke_prepare(struct play *play)
{
	lap_people(play);
	play_lap(play, CLIENT, PROBE_LAP_WHO, 0);
}

static void invoke_big_prepare(struct play *play)
{
	lap_people(play);
	play_lap(play, CLIENT, PROBE_LAP_BIG, 0);
}

static void invoke_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_invoke, play->lap[CLIENT]);
}

static void invoke_after(struct play *play)
{
	struct probe_arg a = { 1 };
	struct chorus_lap_desc delete = need_lap(PROBE_LAP_DELETE);

	laps_serve();
	/* Nobody is counted as inside: a deletion comes to its end. */
	EXPECT(invoke(&delete, &a, sizeof(a)), 0);
	EXPECT(a.value, 0);
	laps_serve();
}

static const struct kill_scene invoking = {
	"lapInvoke", invoke_prepare, invoke_act, invoke_after,
};
static const struct kill_scene invoking_big = {
	"lapInvoke with a large block", invoke_big_prepare, invoke_act, invoke_after,
};

/* ---- svLapDelete with a caller inside, who sleeps there; then the LAP is made anew ---- */

static void delete_prepare(struct play *play)
{
	lap_people(play);
	play_lap(play, THIRD, PROBE_LAP_DELETE, 0);
	play_lap(play, CLIENT, PROBE_LAP_WAIT, FOREVER);
	begin(play->party[CLIENT], do_invoke, play->lap[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void delete_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_invoke, play->lap[THIRD]);
	play->result[CLIENT] = end(play->party[CLIENT]);
	if (!play->result[THIRD])
		EXPECT(play_value(play, THIRD), 0);
}

/* A deleter that is dead has made the LAP anew before: its handler ran to the end. */
static void delete_after(struct play *play)
{
	laps_serve();
	invoke_after(play);
}

static const struct kill_scene deletion = {
	"svLapDelete, svLapCreate, svLapBind", delete_prepare, delete_act, delete_after,
};

/* ---- lapResolve of a name that a third party binds ---- */

static long do_resolve(void *resolve)
{
	struct chorus_lap_resolve *r = resolve;

	return lap_resolve(r);
}

static void resolve_prepare(struct play *play)
{
	struct chorus_lap_resolve *r = SHARED(struct chorus_lap_resolve);

	lap_people(play);
	play_lap(play, THIRD, PROBE_LAP_BIND, 0);
	MUST(run(play->party[THIRD], do_invoke, play->lap[THIRD]));
	*(long long *)play->lap[THIRD]->arg = 1;
	strcpy(r->name, PROBE_LAP_BOUND);
	r->timeout = FOREVER;
	play->data = r;
}

static void resolve_waiting_prepare(struct play *play)
{
	resolve_prepare(play);
	begin(play->party[CLIENT], do_resolve, play->data);
	wait_blocked(play->party[CLIENT]);
}

static void bind_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_invoke, play->lap[THIRD]);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void resolve_act(struct play *play)
{
	begin(play->party[CLIENT], do_resolve, play->data);
	if (is_victim(play, CLIENT))
		play->result[CLIENT] = end(play->party[CLIENT]);
	else
		wait_blocked(play->party[CLIENT]);
}

/* The name is bound, by the dead or by now, and resolves for the next one. */
static void resolve_after(struct play *play)
{
	struct chorus_lap_desc bind = need_lap(PROBE_LAP_BIND), bound;
	struct probe_arg a = { 1 };

	EXPECT(invoke(&bind, &a, sizeof(a)), 0);
	if (play->result[THIRD] == UNASKED)
		EXPECT(a.value, 0);
	else
		EXPECT(a.value, -EBUSY);
	if (play->result[CLIENT] == UNASKED)
		EXPECT(end(play->party[CLIENT]), 0);
	EXPECT(find_lap(PROBE_LAP_BOUND, 0, &bound), 0);
	EXPECT(invoke(&bound, NULL, 0), -EREMOTEIO);
	a.value = 0;
	EXPECT(invoke(&bind, &a, sizeof(a)), 0);
	EXPECT(a.value, 0);
}

static const struct kill_scene resolving = {
	"lapResolve of an unknown name", resolve_prepare, resolve_act, resolve_after,
};
static const struct kill_scene binding = {
	"svLapBind under a lapResolve", resolve_waiting_prepare, bind_act, resolve_after,
};

/* ---- the table ---- */

#define DONE		{ OK }
#define CANCELLED	{ -ECANCELED }

static const struct kill_row rows[] = {
	{ &invoking, "L1", CLIENT }, { &invoking, "L2", CLIENT }, { &invoking, "L3", CLIENT },
	{ &invoking, "L1", THIRD, { [CLIENT] = DONE } },
	{ &invoking_big, "L1", CLIENT }, { &invoking_big, "L2", CLIENT },
	{ &invoking_big, "L3", CLIENT },

	{ &deletion, "G1", THIRD, { [CLIENT] = CANCELLED } },
	{ &deletion, "G1", CLIENT, { [THIRD] = DONE } },
	{ &deletion, "G2", THIRD, { [CLIENT] = CANCELLED } },
	/* It was woken to leave, and may have left. */
	{ &deletion, "G2", CLIENT, { [THIRD] = DONE, [CLIENT] = CANCELLED } },
	{ &deletion, "L2", THIRD, { [CLIENT] = CANCELLED } },
	{ &deletion, "B1", THIRD, { [CLIENT] = CANCELLED } },
	{ &deletion, "B1", CLIENT, { [THIRD] = DONE, [CLIENT] = CANCELLED } },
	{ &deletion, "B2", THIRD, { [CLIENT] = CANCELLED } },
	{ &deletion, "B3", THIRD, { [CLIENT] = CANCELLED } },

	{ &resolving, "W1", CLIENT }, { &resolving, "W1", THIRD },
	{ &binding, "W2", CLIENT, { [THIRD] = DONE } },
	{ &binding, "W2", THIRD, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &binding, "B2", THIRD, { [CLIENT] = DONE } },
	{ &binding, "B2", CLIENT, { [THIRD] = DONE } },
	{ &binding, "B3", THIRD, { [CLIENT] = DONE } },
	{ &binding, "B3", CLIENT, { [THIRD] = DONE, [CLIENT] = DONE } },
};
KILL_TABLE(kill_lap, rows);
