// SPDX-License-Identifier: GPL-2.0-or-later
/* A signal in the middle of a batch: what is done is done, the rest follows, nothing twice. */
#define _GNU_SOURCE
#include "batch.h"
#include "chorus_probe.h"
#include "scene.h"
#include "stall.h"

struct middle {
	struct puppet *puppet, *second;
	struct plan *plan;
	struct probe_wait *wait;
};

/* A process sends 1 to the TEST, and is inside a LAP that sleeps; then, if @more, it would send 2. */
static struct middle middle(bool more)
{
	struct middle m = { .puppet = puppet_actor() };
	struct chorus_lap_desc sleeper;

	m.second = puppet_thread(m.puppet);
	m.plan = plan_new();
	m.wait = SHARED(struct probe_wait);
	actor_open();
	sleeper = need_lap(PROBE_LAP_WAIT);
	m.wait->timeout = FOREVER;
	plan_send(m.plan, default_port(), 1);
	plan_lap(m.plan, &sleeper, m.wait);
	if (more)
		plan_send(m.plan, default_port(), 2);
	begin(m.puppet, do_plan, m.plan);
	wait_blocked(m.puppet);
	return m;
}

static void interrupt(struct middle *m, bool restart)
{
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	c->restart = restart;
	MUST(run(m->second, do_catch, c));
	puppet_signal(m->puppet, SIGUSR1);
}

TEST(eintr, "without SA_RESTART it is EINTR, and the batch given again goes on")
{
	struct middle m = middle(true);

	interrupt(&m, false);
	EXPECT(end(m.puppet), -EINTR);
	CHECK(m.plan->batch.restart == 2);
	EXPECT_EITHER(m.plan->entry[1].out_result, 0, -EINTR);
	CHECK(m.plan->entry[2].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
	EXPECT(run(m.puppet, do_plan, m.plan), 0);
	CHECK(m.plan->batch.out_done == 3 && !m.plan->batch.restart);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 2);
}

TEST(restarted, "with SA_RESTART it goes on by itself")
{
	struct middle m = middle(true);

	interrupt(&m, true);
	EXPECT(end(m.puppet), 0);
	EXPECT(*signals_seen, 1);
	CHECK(m.plan->batch.out_done == 3);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}

TEST(last, "a signal in the last of them ends nothing")
{
	struct middle m = middle(false);

	interrupt(&m, false);
	EXPECT(end(m.puppet), 0);
	CHECK(m.plan->batch.out_done == 2 && !m.plan->batch.restart);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
}

TEST(killed, "SIGKILL in the middle: what was sent arrives, the rest does not")
{
	struct middle m = middle(true);

	kill_puppet(m.puppet);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
}

TEST(stopped, "SIGSTOP and SIGCONT in the middle are no end")
{
	struct middle m = middle(true);

	puppet_signal(m.puppet, SIGSTOP);
	wait_state(m.puppet, "T");
	puppet_signal(m.puppet, SIGCONT);
	EXPECT(end(m.puppet), 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}

/* ---- in a reply that waits for another thread ---- */

struct contest {
	struct scene scene;
	struct puppet *second, *third;	/* of the server */
	struct stall *stall;
	struct plan *plan;
	struct catch *catch;
};

/*
 * The server has a request in its hands and stalls in its reply.  Its second thread would, in a
 * batch, send 1, reply to the same request, and send 2, and waits in the reply.
 */
static struct contest contest(bool restart)
{
	struct contest c = { .scene = scene_served() };
	struct chorus_ipc_reply *r = SHARED(struct chorus_ipc_reply);
	unsigned int i;

	c.second = puppet_thread(c.scene.server);
	c.third = puppet_thread(c.scene.server);
	c.stall = stall_in(c.scene.server);
	c.catch = SHARED(struct catch);
	*c.catch = (struct catch){ .signal = SIGUSR1, .restart = restart };
	MUST(run(c.third, do_catch, c.catch));
	actor_open();
	c.plan = plan_new();
	plan_send(c.plan, default_port(), 1);
	i = plan_add(c.plan, CHORUS_IOC_IPC_REPLY);
	c.plan->arg[i].reply.msg = c.scene.receive->msg;
	plan_send(c.plan, default_port(), 2);
	*r = (struct chorus_ipc_reply){
		.msg = c.scene.receive->msg, .body = c.stall->page, .body_size = 8,
	};
	begin_stalled(c.scene.server, do_ipc_reply, r, c.third, c.stall);
	begin(c.second, do_plan, c.plan);
	wait_blocked(c.second);
	return c;
}

static void let_go(struct contest *c)
{
	MUST(run(c->third, do_let_go, c->stall));
	EXPECT(end(c->scene.server), 0);
	EXPECT(end(c->scene.client), 0);
}

TEST(contest, "a reply that a signal ends is not done: the batch given again begins with it")
{
	struct contest c = contest(false);

	puppet_signal(c.second, SIGUSR1);
	EXPECT(end(c.second), -EINTR);
	CHECK(c.plan->batch.restart == 1);
	EXPECT(c.plan->entry[0].out_result, 0);
	CHECK(c.plan->entry[1].out_result == UNTOLD, "%d", c.plan->entry[1].out_result);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
	let_go(&c);
	EXPECT(run(c.second, do_plan, c.plan), 0);
	EXPECT(c.plan->entry[1].out_result, -ENOENT);
	CHECK(c.plan->batch.out_done == 3 && !c.plan->batch.restart);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 2);
}

TEST(contest_restarted, "with SA_RESTART it waits again")
{
	struct contest c = contest(true);

	puppet_signal(c.second, SIGUSR1);
	wait_signals(1);
	wait_blocked(c.second);
	let_go(&c);
	EXPECT(end(c.second), 0);
	EXPECT(c.plan->entry[1].out_result, -ENOENT);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}
