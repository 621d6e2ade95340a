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

#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &sends, "B4", CLIENT },
	{ &sends, "B4", SERVER, { [CLIENT] = DONE } },
	{ &worker, "B4", CLIENT },
	{ &worker, "B5", CLIENT },
	{ &worker, "B5", SERVER, { [CLIENT] = DONE } },
};
KILL_TABLE(kill_batch, rows);
