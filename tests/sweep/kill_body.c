// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: bodies in parts, and such as both sides have agreed on, above CHORUS_BODY_MAX. */
#include "kill.h"
#include "window.h"

/* More than is copied until a kill is seen. */
#define LARGE	(5 * CHORUS_BODY_MAX + 5)
#define PARTS	3

/*
 * What both sides agree on, and the memory of all parties: a body of @size bytes, gathered
 * and scattered at other places on each side.
 */
struct bodies {
	bool parts;
	unsigned int size, asks;		/* the most, and what is asked next */
	int li;
	struct chorus_ui to;
	struct chorus_part from[PARTS], into[PARTS];
	struct chorus_ipc_call call;
	struct chorus_ipc_receive receive;
	struct chorus_ipc_get_data rest;
	struct chorus_ipc_reply reply;
	unsigned char *asked, *got, *answer, *answered;
	bool right;				/* what the server has got */
};

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* @size bytes in PARTS parts, the first of them @first. */
static void lay(struct chorus_part *parts, unsigned char *at, unsigned int size, unsigned int first)
{
	unsigned int half = (size - first) / 2;

	parts[0] = (struct chorus_part){ .addr = PTR(at), .size = first };
	parts[1] = (struct chorus_part){ .addr = PTR(at + first), .size = half };
	parts[2] = (struct chorus_part){ .addr = PTR(at + first + half), .size = size - first - half };
}

static struct bodies *bodies_new(struct play *play, unsigned int size, bool parts)
{
	struct bodies *b = SHARED(struct bodies);

	play_people(play);
	play->data = b;
	b->parts = parts;
	b->size = b->asks = size;
	b->li = play->li;
	b->to = play->port;
	b->asked = shared(size);
	b->got = shared(size);
	b->answer = shared(size);
	b->answered = shared(size);
	pattern_fill(b->asked, size, 1);
	pattern_fill(b->answer, size, 2);
	return b;
}

static long do_agree(void *bodies)
{
	struct bodies *b = bodies;
	struct chorus_port_body_max m = { .flags = CHORUS_SET, .li = b->li, .body_max = LARGE };

	return port_body_max(&m);
}

/* ---- what the parties do ---- */

static long do_ask(void *bodies)
{
	struct bodies *b = bodies;
	struct chorus_ipc_call *c = &b->call;

	*c = (struct chorus_ipc_call){
		.flags = CHORUS_MSG_LARGE, .target = b->to, .timeout = FOREVER,
		.body = PTR(b->asked), .body_size = b->asks,
		.rep_body = PTR(b->answered), .rep_size = b->size,
	};
	if (b->parts) {
		lay(b->from, b->asked, b->asks, 700);
		lay(b->into, b->answered, b->size, 1);
		c->flags |= CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR;
		c->body = PTR(b->from);
		c->rep_body = PTR(b->into);
		c->body_size = c->rep_size = PARTS;
	}
	return ipc_call(c);
}

/* Gets a piece, then all of it, and answers with as much. */
static long do_answer(void *bodies)
{
	struct bodies *b = bodies;
	struct chorus_part piece = { .addr = PTR(b->got), .size = 100 };
	struct chorus_part parts[PARTS];
	unsigned int flags = b->parts ? CHORUS_MSG_VECTOR : 0;
	long result;

	b->receive = (struct chorus_ipc_receive){
		.flags = flags, .li = b->li, .timeout = FOREVER,
		.body = b->parts ? PTR(&piece) : PTR(b->got), .body_size = b->parts ? 1 : 100,
	};
	lay(parts, b->got, b->size, b->size / 2);
	b->rest = (struct chorus_ipc_get_data){
		.flags = flags, .body = b->parts ? PTR(parts) : PTR(b->got),
		.body_size = b->parts ? PARTS : b->size,
	};
	result = ipc_receive(&b->receive) ?: ipc_get_data(&b->rest);
	if (result)
		return result;
	b->right = b->rest.out_body_size == b->receive.out_body_size &&
		   pattern_is(b->got, b->rest.out_body_size, 1);
	lay(parts, b->answer, b->rest.out_body_size, 33);
	b->reply = (struct chorus_ipc_reply){
		.flags = CHORUS_MSG_LARGE | flags,
		.body = b->parts ? PTR(parts) : PTR(b->answer),
		.body_size = b->parts ? PARTS : b->rest.out_body_size,
	};
	return ipc_reply(&b->reply);
}

/* Until the one that is a byte smaller. */
static long do_answer_all(void *bodies)
{
	struct bodies *b = bodies;
	long result;

	do {
		result = do_answer(b);
	} while (b->rest.out_body_size == b->size && (!result || result == -EHOSTUNREACH));
	return result;
}

static bool is_answered(const struct bodies *b)
{
	return b->call.out_rep_size == b->asks && pattern_is(b->answered, b->asks, 2);
}

static void serve_on(struct play *play)
{
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

/* ---- asked, with the server in its receive ---- */

static void ask_act(struct play *play)
{
	struct bodies *b = play->data;

	begin(play->party[SERVER], do_answer_all, b);
	wait_blocked(play->party[SERVER]);
	begin(play->party[CLIENT], do_ask, b);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

/* Whether the client's came or not, the next one is served. */
static void ask_after(struct play *play)
{
	struct bodies *b = play->data;

	if (!server_died(play)) {
		b->asks--;
		EXPECT(run(play->party[THIRD], do_ask, b), 0);
		EXPECT(end(play->party[SERVER]), 0);
		CHECK(b->right && is_answered(b));
	}
	serve_on(play);
}

static void parts_prepare(struct play *play)
{
	bodies_new(play, 5000, true);
}

static void large_prepare(struct play *play)
{
	bodies_new(play, LARGE, false);
	MUST(run(play->party[SERVER], do_agree, play->data));
}

static const struct kill_scene ask_parts = {
	"a request in parts", parts_prepare, ask_act, ask_after,
};
static const struct kill_scene ask_large = {
	"a large request", large_prepare, ask_act, ask_after,
};

/* ---- served: got in pieces, answered ---- */

static void queue_it(struct play *play)
{
	begin(play->party[CLIENT], do_ask, play->data);
	wait_blocked(play->party[CLIENT]);
}

static void serve_parts_prepare(struct play *play)
{
	parts_prepare(play);
	queue_it(play);
}

static void serve_large_prepare(struct play *play)
{
	large_prepare(play);
	queue_it(play);
}

static void serve_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_answer, play->data);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void serve_after(struct play *play)
{
	struct bodies *b = play->data;

	if (!server_died(play))
		CHECK(b->right);
	if (play->result[CLIENT] == 0)
		CHECK(is_answered(b));
	serve_on(play);
}

static const struct kill_scene serve_parts = {
	"a call in parts is served", serve_parts_prepare, serve_act, serve_after,
};
static const struct kill_scene serve_large = {
	"a large call is served", serve_large_prepare, serve_act, serve_after,
};

/* ---- queued, and its receiver has no memory for it ---- */

static long do_take_nowhere(void *bodies)
{
	struct bodies *b = bodies;
	struct chorus_part parts[2] = {
		{ .addr = PTR(b->got), .size = b->size / 2 }, { .addr = 1, .size = b->size },
	};
	struct chorus_ipc_receive r = {
		.flags = CHORUS_MSG_VECTOR, .li = b->li, .timeout = FOREVER, .body = PTR(parts),
		.body_size = 2,
	};

	return ipc_receive(&r);
}

static void undo_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_take_nowhere, play->data);
	if (server_died(play))
		play->result[CLIENT] = end(play->party[CLIENT]);
}

/* It was given back whole. */
static void undo_after(struct play *play)
{
	struct bodies *b = play->data;

	if (!server_died(play) && !is_victim(play, CLIENT)) {
		EXPECT(run(play->party[SERVER], do_answer, b), 0);
		EXPECT(end(play->party[CLIENT]), 0);
		CHECK(b->right && is_answered(b));
	}
	serve_on(play);
}

static const struct kill_scene undo_parts = {
	"a body in parts is received into too little", serve_parts_prepare, undo_act, undo_after,
};
static const struct kill_scene undo_large = {
	"a large body is received into too little", serve_large_prepare, undo_act, undo_after,
};

/* ---- the table ---- */

#define GONE	{ -EHOSTUNREACH }
#define DEAD	{ -EOWNERDEAD }
#define ENDED	{ -EIDRM }
#define DONE	{ OK }
#define FAULT	{ -EFAULT }
/* The server may have answered before it is killed. */
#define PERHAPS	{ OK, -EOWNERDEAD }

#define ASK_ROWS(scene)									\
	{ &(scene), "C1", CLIENT }, { &(scene), "C1", SERVER, { [CLIENT] = GONE } },	\
	{ &(scene), "C2", CLIENT }, { &(scene), "C2", SERVER, { [CLIENT] = GONE } },	\
	{ &(scene), "C3", CLIENT }, { &(scene), "C3", SERVER, { [CLIENT] = PERHAPS } },	\
	{ &(scene), "S2", SERVER, { [CLIENT] = DEAD } }

#define SERVE_ROWS(scene)								\
	{ &(scene), "S2", CLIENT, { [SERVER] = GONE } },				\
	{ &(scene), "S2", SERVER, { [CLIENT] = DEAD } },				\
	{ &(scene), "F4", CLIENT, { [SERVER] = GONE } },				\
	{ &(scene), "F4", SERVER, { [CLIENT] = DEAD } },				\
	{ &(scene), "R1", CLIENT, { [SERVER] = GONE } },				\
	{ &(scene), "R1", SERVER, { [CLIENT] = { -EOWNERDEAD, OK } } },			\
	{ &(scene), "R2", CLIENT, { [SERVER] = GONE } },				\
	{ &(scene), "R2", SERVER, { [CLIENT] = DONE } },				\
	{ &(scene), "R3", CLIENT, { [SERVER] = DONE } },				\
	{ &(scene), "R3", SERVER, { [CLIENT] = DONE } },				\
	{ &(scene), "C5", CLIENT, { [SERVER] = DONE } },				\
	{ &(scene), "C5", SERVER, { [CLIENT] = DONE } }

#define UNDO_ROWS(scene)								\
	{ &(scene), "U1", CLIENT, { [SERVER] = FAULT } },				\
	{ &(scene), "U1", SERVER, { [CLIENT] = ENDED } },				\
	{ &(scene), "U1", THIRD, { [SERVER] = FAULT } }

static const struct kill_row rows[] = {
	ASK_ROWS(ask_parts), ASK_ROWS(ask_large),
	SERVE_ROWS(serve_parts), SERVE_ROWS(serve_large),
	UNDO_ROWS(undo_parts), UNDO_ROWS(undo_large),
};
KILL_TABLE(kill_body, rows);
