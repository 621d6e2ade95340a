// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: asynchronous messages, and what a server does with one in its hands. */
#include "kill.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* ---- ipcSend ---- */

static void send_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], note_send, play->note[CLIENT]);
}

/* What was queued before its sender died is delivered like any other. */
static void send_after(struct play *play)
{
	struct note *n = play->note[SERVER];

	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	n->timeout = POLL;
	EXPECT(run(play->party[SERVER], note_receive, n), 0);
	CHECK(n->got == play->note[CLIENT]->value);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene sending = { "ipcSend", play_people, send_act, send_after };

/* ---- a request in the server's hands: save, restore, get the rest, reply ---- */

struct hands {
	struct note *n;
	struct chorus_ipc_save save;
	struct chorus_ipc_get_data data;
	long step[4];			/* of restore and so on */
	char rest[64];
};

/* Receives with no room for the body, then does it all. */
static long do_handle(void *hands)
{
	struct hands *h = hands;
	struct chorus_ipc_receive receive = { .li = h->n->li, .timeout = FOREVER };
	long result = ipc_receive(&receive);

	h->data.body = PTR(h->rest);
	h->data.body_size = sizeof(h->rest);
	return result ?: ipc_get_data(&h->data) ?: ipc_save(&h->save) ?:
	       ipc_restore(&h->save) ?: reply_number(0, ~*(__u64 *)h->rest);
}

static void hands_prepare(struct play *play)
{
	struct hands *h = SHARED(struct hands);

	play_people(play);
	h->n = play->note[SERVER];
	play->data = h;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
	begin(play->party[THIRD], note_call, play->note[THIRD]);
	wait_blocked(play->party[THIRD]);
}

static void hands_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_handle, play->data);
	play->result[CLIENT] = end(play->party[CLIENT]);
	if (server_died(play))
		play->result[THIRD] = end(play->party[THIRD]);
}

/* The next one is served as if nothing had been. */
static void hands_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	if (!is_victim(play, THIRD)) {
		EXPECT(end(play->party[THIRD]), 0);
		CHECK(play->note[THIRD]->got == ~play->note[THIRD]->value);
	}
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
	CHECK(play->serving->served == (is_victim(play, THIRD) ? 1 : 2));
}

static const struct kill_scene hands = {
	"a request is got in parts, saved, restored", hands_prepare, hands_act, hands_after,
};

/* ---- a receive that cannot be written out ---- */

static long do_receive_nowhere(void *note)
{
	struct note *n = note;
	struct chorus_ipc_receive receive = {
		.li = n->li, .timeout = FOREVER, .body = 1, .body_size = sizeof(n->got),
	};

	return ipc_receive(&receive);
}

static void undo_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_receive_nowhere, play->note[SERVER]);
	if (server_died(play)) {
		play->result[CLIENT] = end(play->party[CLIENT]);
		play->result[THIRD] = end(play->party[THIRD]);
	}
}

/* It was given back: whoever lives of both is served, the first one first. */
static void undo_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	for (int i = 0; i < PARTIES; i++) {
		if (i == SERVER || is_victim(play, i))
			continue;
		EXPECT(end(play->party[i]), 0);
		CHECK(play->note[i]->got == ~play->note[i]->value);
	}
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
	CHECK(play->serving->served == 2);
}

static const struct kill_scene undo = {
	"a receive into no memory", hands_prepare, undo_act, undo_after,
};

/* ---- a request is passed on ---- */

struct pass {
	int li;
	struct chorus_ipc_forward forward;
	struct note take;
};

static void pass_prepare(struct play *play)
{
	struct pass *p = SHARED(struct pass);

	play_people(play);
	p->li = play->li;
	p->forward.target = puppet_default_port(play->party[THIRD]);
	play->data = p;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

/* What cannot be passed on is answered. */
static long do_pass(void *pass)
{
	struct pass *p = pass;
	struct note n = { .li = p->li, .timeout = FOREVER };
	long result = note_receive(&n);

	if (!result) {
		result = ipc_forward(&p->forward);
		if (result)
			reply_number(0, ~n.got);
	}
	return result;
}

static long do_take(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	return result ?: reply_number(0, ~n->got);
}

static void pass_act(struct play *play)
{
	struct pass *p = play->data;

	play->result[SERVER] = run(play->party[SERVER], do_pass, p);
	p->take.timeout = is_victim(play, CLIENT) ? POLL : FOREVER;
	if (!is_victim(play, THIRD))
		play->result[THIRD] = run(play->party[THIRD], do_take, &p->take);
	if (!is_victim(play, CLIENT))
		play->result[CLIENT] = end(play->party[CLIENT]);
}

static void pass_after(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene pass = {
	"a request is passed on", pass_prepare, pass_act, pass_after,
};

/* ---- the table ---- */

#define GONE	{ -EHOSTUNREACH }
#define DEAD	{ -EOWNERDEAD }
#define ENDED	{ -EIDRM }
#define DONE	{ OK }
#define FAULT	{ -EFAULT }
#define EMPTY	{ -ETIMEDOUT }
/* The client died in the middle: its server finds out when it replies. */
#define CLIENT_DIES	{ [SERVER] = GONE }
#define SERVER_DIES	{ [CLIENT] = DEAD, [THIRD] = ENDED }
#define THIRD_DIES	{ [SERVER] = DONE, [CLIENT] = DONE }

static const struct kill_row rows[] = {
	{ &sending, "N1", CLIENT },
	{ &sending, "N1", SERVER, { [CLIENT] = GONE } },
	{ &sending, "N2", CLIENT },
	{ &sending, "N2", SERVER, { [CLIENT] = DONE } },

	{ &hands, "F1", CLIENT, CLIENT_DIES }, { &hands, "F1", SERVER, SERVER_DIES },
	{ &hands, "F1", THIRD, THIRD_DIES },
	{ &hands, "F2", CLIENT, CLIENT_DIES }, { &hands, "F2", SERVER, SERVER_DIES },
	{ &hands, "F3", CLIENT, CLIENT_DIES }, { &hands, "F3", SERVER, SERVER_DIES },
	{ &hands, "F3", THIRD, THIRD_DIES },
	{ &hands, "F4", CLIENT, CLIENT_DIES }, { &hands, "F4", SERVER, SERVER_DIES },

	{ &undo, "U1", CLIENT, { [SERVER] = FAULT } },
	{ &undo, "U1", SERVER, { [CLIENT] = ENDED, [THIRD] = ENDED } },
	{ &undo, "U1", THIRD, { [SERVER] = FAULT } },

	{ &pass, "Z1", CLIENT, { [SERVER] = DONE, [THIRD] = EMPTY } },
	{ &pass, "Z1", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &pass, "Z1", THIRD, { [SERVER] = GONE, [CLIENT] = DONE } },
	{ &pass, "Z2", CLIENT, { [SERVER] = DONE, [THIRD] = EMPTY } },
	{ &pass, "Z2", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &pass, "Z2", THIRD, { [SERVER] = DONE, [CLIENT] = ENDED } },
};
KILL_TABLE(kill_message, rows);
