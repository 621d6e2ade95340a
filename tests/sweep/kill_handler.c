// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kill sweep: message handlers of chorus_probe.ko.  Its spare port has a handler
 * only while somebody, here the third party, has connected it.
 */
#include "kill.h"

struct handler_call {
	struct chorus_ipc_call call;
	unsigned char annex[CHORUS_ANNEX_SIZE];
	__u64 value, got;
};

static long do_handler_call(void *data)
{
	struct handler_call *c = data;

	return ipc_call(&c->call);
}

static struct handler_call *handler_call(__u64 stamp, int command)
{
	struct handler_call *c = SHARED(struct handler_call);

	c->annex[0] = command;
	c->value = 0x4321;
	c->call.target = static_port(stamp);
	c->call.timeout = FOREVER;
	c->call.annex = PTR(c->annex);
	c->call.body = PTR(&c->value);
	c->call.body_size = sizeof(c->value);
	c->call.rep_body = PTR(&c->got);
	c->call.rep_size = sizeof(c->got);
	return c;
}

static void handler_people(struct play *play, __u64 stamp, int command)
{
	for (int i = 0; i < PARTIES; i++)
		play->party[i] = puppet_actor();
	play_lap(play, THIRD, PROBE_LAP_CONNECT, 0);
	play->data = handler_call(stamp, command);
	play->note[SERVER] = SHARED(struct note);
	play->note[SERVER]->to = static_port(stamp);
}

static long connect(struct play *play, bool on)
{
	struct chorus_lap_desc desc = need_lap(PROBE_LAP_CONNECT);
	struct probe_arg a = { on };
	int result = invoke(&desc, &a, sizeof(a));

	return result ?: (long)a.value;
}

static void handler_serves(__u64 stamp)
{
	struct handler_call *c = handler_call(stamp, PROBE_CMD_ECHO);

	c->call.timeout = 3 * LATE;
	EXPECT(ipc_call(&c->call), 0);
	CHECK(c->got == c->value);
}

/* ---- a call to a handler, on the client's thread ---- */

static void call_prepare(struct play *play)
{
	handler_people(play, PROBE_PORT_STAMP, PROBE_CMD_ECHO);
}

static void call_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_handler_call, play->data);
}

static void call_after(struct play *play)
{
	handler_serves(PROBE_PORT_STAMP);
}

static const struct kill_scene calling = {
	"a call to a handler", call_prepare, call_act, call_after,
};

/* ---- an asynchronous message to a handler, on a thread of the nucleus ---- */

static void send_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], note_send, play->note[SERVER]);
	/* The nucleus takes its time: the victim falls when the message is handled. */
	if (play->result[SERVER] != DIED)
		play->result[play->row->victim] = puppet_status(play->party[play->row->victim]) ==
						  -SIGKILL ? DIED : 0;
}

static const struct kill_scene sending = {
	"a message to a handler", call_prepare, send_act, call_after,
};

/* ---- svMsgHandler on a port where a call and a message are queued ---- */

static void connect_prepare(struct play *play)
{
	handler_people(play, PROBE_SPARE_STAMP, PROBE_CMD_ECHO);
	*(long long *)play->lap[THIRD]->arg = 1;
	begin(play->party[CLIENT], do_handler_call, play->data);
	wait_blocked(play->party[CLIENT]);
	MUST(run(play->party[SERVER], note_send, play->note[SERVER]));
}

static void connect_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_invoke, play->lap[THIRD]);
	play->result[CLIENT] = end(play->party[CLIENT]);
	if (!play->result[THIRD])
		EXPECT(play_value(play, THIRD), 0);
	if (!play->result[CLIENT])
		CHECK(((struct handler_call *)play->data)->got == 0x4321);
}

static void connect_after(struct play *play)
{
	handler_serves(PROBE_SPARE_STAMP);
	EXPECT(connect(play, false), 0);
	EXPECT(connect(play, false), -ENOENT);
}

static const struct kill_scene connecting = {
	"svMsgHandler connects", connect_prepare, connect_act, connect_after,
};

/* ---- the handler is taken away from under a caller who sleeps inside ---- */

static void disconnect_prepare(struct play *play)
{
	handler_people(play, PROBE_SPARE_STAMP, PROBE_CMD_WAIT);
	EXPECT(connect(play, true), 0);
	begin(play->party[CLIENT], do_handler_call, play->data);
	wait_blocked(play->party[CLIENT]);
}

static void disconnect_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_invoke, play->lap[THIRD]);
	play->result[CLIENT] = end(play->party[CLIENT]);
	if (!play->result[THIRD])
		EXPECT(play_value(play, THIRD), 0);
}

/* Where the disconnecting party was killed as it waited, the next one finds the rest. */
static void disconnect_after(struct play *play)
{
	EXPECT_EITHER(connect(play, false), is_victim(play, THIRD) ? 0 : -ENOENT, -ENOENT);
	EXPECT(connect(play, true), 0);
	connect_after(play);
}

static const struct kill_scene disconnecting = {
	"svMsgHandler disconnects", disconnect_prepare, disconnect_act, disconnect_after,
};

/* ---- the table ---- */

#define DONE		{ OK }
#define CANCELLED	{ -ECANCELED }

static const struct kill_row rows[] = {
	{ &calling, "H1", CLIENT }, { &calling, "H2", CLIENT },
	{ &calling, "H1", THIRD, { [CLIENT] = DONE } },
	{ &calling, "H2", THIRD, { [CLIENT] = DONE } },

	{ &sending, "Q1", SERVER, { [SERVER] = DONE } },
	{ &sending, "Q2", SERVER, { [SERVER] = DONE } },
	{ &sending, "Q1", CLIENT, { [SERVER] = DONE } },

	{ &connecting, "K1", THIRD, { [CLIENT] = DONE } },
	{ &connecting, "K1", CLIENT, { [THIRD] = DONE } },
	{ &connecting, "K2", THIRD, { [CLIENT] = DONE } },
	/* It has been answered meanwhile, or not. */
	{ &connecting, "K2", CLIENT, { [THIRD] = DONE, [CLIENT] = DONE } },
	{ &connecting, "Q1", CLIENT, { [THIRD] = DONE } },
	{ &connecting, "Q2", CLIENT, { [THIRD] = DONE } },
	{ &connecting, "Q1", SERVER, { [THIRD] = DONE, [CLIENT] = DONE } },
	{ &connecting, "Q1", THIRD, { [THIRD] = DONE, [CLIENT] = DONE } },
	{ &connecting, "Q2", THIRD, { [THIRD] = DONE, [CLIENT] = DONE } },

	{ &disconnecting, "G1", THIRD, { [CLIENT] = CANCELLED } },
	{ &disconnecting, "G1", CLIENT, { [THIRD] = DONE } },
	{ &disconnecting, "H2", CLIENT, { [THIRD] = DONE } },
	{ &disconnecting, "H2", THIRD, { [CLIENT] = CANCELLED } },
	{ &disconnecting, "G2", THIRD, { [CLIENT] = CANCELLED } },
	{ &disconnecting, "K3", THIRD, { [CLIENT] = CANCELLED } },
	{ &disconnecting, "K3", CLIENT, { [THIRD] = DONE, [CLIENT] = CANCELLED } },
};
KILL_TABLE(kill_handler, rows);
