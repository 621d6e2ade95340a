// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: several commands by one. */
#include "batch.h"
#include "kill.h"
#include "ring.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* ---- two sends, by ioctl ---- */

static void sends_prepare(struct play *play)
{
	struct plan *p = plan_new();

	play_people(play);
	plan_send(p, play->port, 1);
	plan_send(p, play->port, 2);
	play->data = p;
}

static void sends_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_plan, play->data);
}

/* What was sent arrives, whoever sent it; what was not, not. */
static void batch_after(struct play *play)
{
	struct plan *p = play->data;
	unsigned int last = p->batch.count - 1;
	struct note *n = play->note[SERVER];

	if (server_died(play)) {
		EXPECT(p->entry[0].out_result, 0);
		EXPECT(p->entry[last].out_result, -EHOSTUNREACH);
		return play_stranger_calls(play, -EHOSTUNREACH);
	}
	n->timeout = POLL;
	EXPECT(run(play->party[SERVER], note_receive, n), 0);
	CHECK(n->got == p->value[0]);
	if (is_victim(play, CLIENT)) {
		CHECK(p->entry[last].out_result == UNTOLD);
	} else {
		EXPECT(run(play->party[SERVER], note_receive, n), 0);
		CHECK(n->got == p->value[last]);
	}
	EXPECT(run(play->party[SERVER], note_receive, n), -ETIMEDOUT);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene sends = { "two sends in a batch", sends_prepare, sends_act, batch_after };

/* ---- by a ring, with a LAP between them that may wait ---- */

static struct probe_wait *wait_arg;

static void worker_prepare(struct play *play)
{
	struct chorus_lap_resolve *r = SHARED(struct chorus_lap_resolve);
	struct plan *p = plan_new();

	play_people(play);
	r->flags = CHORUS_LAP_NOBLOCK;
	strcpy(r->name, PROBE_LAP_WAIT);
	MUST(run(play->party[THIRD], do_lap_resolve, r));
	wait_arg = SHARED(struct probe_wait);
	wait_arg->timeout = 1000;
	plan_send(p, play->port, 1);
	plan_lap(p, &r->out_desc, wait_arg);
	plan_send(p, play->port, 2);
	play->data = p;
}

static long do_plan_by_ring(void *plan)
{
	struct plan *p = plan;
	struct io_uring ring;
	long result;

	ring_open(&ring, 0);
	result = ring_run(&ring, CHORUS_IOC_BATCH, &p->batch);
	io_uring_queue_exit(&ring);
	return result;
}

static void worker_act(struct play *play)
{
	play->result[CLIENT] = run(play->party[CLIENT], do_plan_by_ring, play->data);
}

static const struct kill_scene worker = {
	"a batch that goes on in a worker of its ring", worker_prepare, worker_act, batch_after,
};

/* ---- a server's: an answer and a send, a request passed on and a send ---- */

struct served {
	struct note take, pass;		/* of the server, of the third */
	struct plan *plan;
	bool forward;
};

static long do_serve_by_plan(void *served)
{
	struct served *s = served;
	long result = note_receive(&s->take);

	return result ?: do_plan(s->plan);
}

static long do_take(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	return result ?: reply_number(0, ~n->got);
}

static void served_prepare(struct play *play, unsigned int command)
{
	struct served *s = SHARED(struct served);
	struct chorus_ui third;

	play_people(play);
	play->data = s;
	s->take = *play->note[SERVER];
	s->pass.timeout = FOREVER;
	s->forward = command == CHORUS_IOC_IPC_FORWARD;
	s->plan = plan_new();
	third = puppet_default_port(play->party[THIRD]);
	plan_add(s->plan, command);
	if (s->forward)
		s->plan->arg[0].forward.target = third;
	plan_send(s->plan, third, 7);
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void answer_prepare(struct play *play)
{
	served_prepare(play, CHORUS_IOC_IPC_REPLY);
}

static void pass_prepare(struct play *play)
{
	served_prepare(play, CHORUS_IOC_IPC_FORWARD);
}

static void served_act(struct play *play)
{
	struct served *s = play->data;

	play->result[SERVER] = run(play->party[SERVER], do_serve_by_plan, s);
	if (is_victim(play, CLIENT))
		return;
	if (s->forward && !is_victim(play, THIRD))
		play->result[THIRD] = run(play->party[THIRD], do_take, &s->pass);
	/* What could not be passed on is the server's still. */
	if (s->plan->entry[0].out_result == -EHOSTUNREACH)
		EXPECT(run(play->party[SERVER], note_reply, play->note[SERVER]), 0);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

/* The send is done if the batch came to it, else not, and no more than once. */
static void served_after(struct play *play)
{
	struct served *s = play->data;
	struct chorus_batch_entry *send = &s->plan->entry[1];
	struct note *n = &s->pass;

	if (server_died(play))
		CHECK(send->out_result == UNTOLD);
	else
		EXPECT(send->out_result, is_victim(play, THIRD) ? -EHOSTUNREACH : 0);
	if (!is_victim(play, THIRD)) {
		n->timeout = POLL;
		if (!server_died(play)) {
			EXPECT(run(play->party[THIRD], note_receive, n), 0);
			CHECK(n->got == 7);
		}
		EXPECT(run(play->party[THIRD], note_receive, n), -ETIMEDOUT);
	}
	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene answer = {
	"an answer and a send in a batch", answer_prepare, served_act, served_after,
};
static const struct kill_scene pass = {
	"a request passed on and a send in a batch", pass_prepare, served_act, served_after,
};

#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &sends, "B4", CLIENT },
	{ &sends, "B4", SERVER, { [CLIENT] = DONE } },
	{ &worker, "B4", CLIENT },
	{ &worker, "B5", CLIENT },
	{ &worker, "B5", SERVER, { [CLIENT] = DONE } },

	{ &answer, "R1", CLIENT, { [SERVER] = DONE } },
	{ &answer, "R1", SERVER, { [CLIENT] = { OK, -EOWNERDEAD } } },
	{ &answer, "R3", SERVER, { [CLIENT] = DONE } },
	{ &answer, "B4", CLIENT, { [SERVER] = DONE } },
	{ &answer, "B4", SERVER, { [CLIENT] = DONE } },
	{ &answer, "B4", THIRD, { [SERVER] = DONE, [CLIENT] = DONE } },
	{ &pass, "Z1", CLIENT, { [SERVER] = DONE } },
	{ &pass, "Z1", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &pass, "Z1", THIRD, { [SERVER] = DONE, [CLIENT] = DONE } },
	{ &pass, "Z2", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &pass, "B4", CLIENT, { [SERVER] = DONE } },
	{ &pass, "B4", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &pass, "B4", THIRD, { [SERVER] = DONE, [CLIENT] = { -EIDRM } } },
};
KILL_TABLE(kill_batch, rows);
