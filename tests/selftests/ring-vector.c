// SPDX-License-Identifier: GPL-2.0-or-later
/* A batch by one entry of a ring: at once what waits for nobody, the rest by a worker. */
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "chorus_probe.h"
#include "ring.h"

static struct io_uring ring;

static void add(struct plan *p)
{
	ring_add(&ring, CHORUS_IOC_BATCH, &p->batch);
	ring_submit(&ring);
}

TEST(prompt, "sends and prompt LAPs are done when the submission returns, in their order")
{
	struct echo_arg arg = { .sequence = 1 };
	struct plan *p = plan_new();
	struct chorus_lap_desc echo;

	ring_actor(&ring);
	echo = need_lap(ECHO_LAP_ECHO);
	plan_send(p, default_port(), 1);
	plan_lap(p, &echo, &arg);
	plan_send(p, default_port(), 2);
	add(p);
	CHECK(ring_has(&ring) && arg.sequence == 2);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(p->batch.out_done == 3 && !p->batch.restart);
	for (int i = 0; i < 3; i++)
		EXPECT(p->entry[i].out_result, 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}

TEST(worker, "a LAP that may wait takes the rest to a worker: the order stays, nothing is done twice")
{
	struct probe_wait wait = { .timeout = 1000 };
	struct plan *p = plan_new();
	struct chorus_lap_desc sleeper;

	ring_actor(&ring);
	sleeper = need_lap(PROBE_LAP_WAIT);
	plan_send(p, default_port(), 1);
	plan_lap(p, &sleeper, &wait);
	plan_send(p, default_port(), 2);
	plan_lap(p, &sleeper, &wait);
	plan_send(p, default_port(), 3);
	add(p);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(p->batch.out_done == 5 && !p->batch.restart);
	EXPECT(wait.result, -ETIMEDOUT);
	for (int i = 0; i < 5; i++)
		EXPECT(p->entry[i].out_result, 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2, 3);
}

TEST(cancelled, "a batch that is cancelled says how far it came, and can be given again")
{
	struct probe_wait wait = { .timeout = FOREVER };
	struct plan *p = plan_new();
	struct chorus_lap_desc sleeper;
	struct io_uring_sqe *sqe;
	long threads;

	ring_actor(&ring);
	sleeper = need_lap(PROBE_LAP_WAIT);
	plan_send(p, default_port(), 1);
	plan_lap(p, &sleeper, &wait);
	plan_send(p, default_port(), 2);
	threads = actor_threads(getpid(), dev);
	add(p);
	wait_workers(getpid(), dev, threads, 1);
	CHECK(p->batch.restart == 1);
	sqe = io_uring_get_sqe(&ring);
	REQUIRE(sqe);
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_ASYNC_CANCEL;
	sqe->fd = -1;
	sqe->addr = PTR(&p->batch);
	ring_submit(&ring);
	for (int i = 0; i < 2; i++) {
		void *whose;
		int result = ring_next(&ring, &whose);

		if (whose == &p->batch)
			EXPECT(result, -EINTR);
	}
	CHECK(p->batch.restart == 2 && p->entry[2].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
	EXPECT(do_plan(p), 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 2);
}

TEST(pinned, "bodies of the entries lie in the registered buffer, or are refused one by one")
{
	static __u64 page[512] __attribute__((aligned(4096)));
	struct iovec memory = { page, sizeof(page) };
	struct plan *p = plan_new();
	struct chorus_lap_desc null;
	struct io_uring_sqe *sqe;

	ring_actor(&ring);
	null = need_lap(ECHO_LAP_NULL);
	MUST(io_uring_register_buffers(&ring, &memory, 1));
	page[1] = 11;
	page[2] = 22;
	plan_send(p, default_port(), 1);
	plan_send(p, default_port(), 2);
	plan_send(p, default_port(), 3);
	plan_lap(p, &null, NULL);
	p->arg[0].send.body = PTR(&page[1]);
	p->arg[2].send.body = PTR(&page[2]);
	sqe = ring_add(&ring, CHORUS_IOC_BATCH, &p->batch);
	sqe->rw_flags = IORING_URING_CMD_FIXED;
	sqe->buf_index = 0;
	ring_submit(&ring);
	EXPECT(ring_next(&ring, NULL), 0);
	EXPECT(p->entry[0].out_result, 0);
	EXPECT(p->entry[1].out_result, -EFAULT);
	EXPECT(p->entry[2].out_result, 0);
	EXPECT(p->entry[3].out_result, -EINVAL);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 11, 22);
}

TEST(reply, "a reply in a batch of a ring needs a token, as by itself")
{
	struct plan *p = plan_new();

	ring_actor(&ring);
	plan_add(p, CHORUS_IOC_IPC_REPLY);
	plan_add(p, CHORUS_IOC_IPC_REPLY);
	p->arg[1].reply.msg = 0x1234567;
	add(p);
	EXPECT(ring_next(&ring, NULL), 0);
	EXPECT(p->entry[0].out_result, -ENOMSG);
	EXPECT(p->entry[1].out_result, -ENOENT);
}

TEST(polled, "a thread of the kernel that polls the ring does all of it")
{
	struct plan *p = plan_new();
	struct chorus_lap_desc null;
	struct io_uring polled;

	ring_actor(&ring);
	null = need_lap(ECHO_LAP_NULL);
	ring_open(&polled, IORING_SETUP_SQPOLL);
	plan_send(p, default_port(), 1);
	plan_lap(p, &null, NULL);
	plan_send(p, default_port(), 2);
	EXPECT(ring_run(&polled, CHORUS_IOC_BATCH, &p->batch), 0);
	CHECK(p->batch.out_done == 3);
	for (int i = 0; i < 3; i++)
		EXPECT(p->entry[i].out_result, 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}

TEST(foreign, "entered by another process it is EXDEV, and nothing is done")
{
	struct plan *p = plan_new();
	int status;
	pid_t pid;

	ring_actor(&ring);
	plan_send(p, default_port(), 1);
	pid = MUST_SYS(fork());
	if (!pid)
		_exit(ring_run(&ring, CHORUS_IOC_BATCH, &p->batch) == -EXDEV ? 0 : 1);
	MUST_SYS(waitpid(pid, &status, 0));
	EXPECT(status, 0);
	CHECK(p->entry[0].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT);
}
