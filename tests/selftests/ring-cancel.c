// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands that wait, and the end: of the command, the ring, the process, the actor. */
#include <sys/wait.h>

#include "area.h"
#include "ring.h"

static struct io_uring ring;
static __u64 got;
static struct chorus_ipc_receive receive;
static long threads;

static void ring_waiting(long long timeout)
{
	threads = actor_threads(getpid(), dev);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, timeout);
	ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
}

static void cancel(void *arg)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	REQUIRE(sqe);
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_ASYNC_CANCEL;
	sqe->fd = -1;
	sqe->addr = PTR(arg);
	sqe->user_data = 1;
	ring_submit(&ring);
}

/* A cancelled wait: before it began, or in it. */
static void expect_cancelled(void *arg)
{
	for (int i = 0; i < 2; i++) {
		void *whose;
		int result = ring_next(&ring, &whose);

		if (whose == arg)
			EXPECT_EITHER(result, -EINTR, -ECANCELED);
	}
}

TEST(receive, "a receive that is cancelled has lost nothing")
{
	ring_actor(&ring);
	ring_waiting(FOREVER);
	cancel(&receive);
	expect_cancelled(&receive);
	EXPECT(send_number(default_port(), 9), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
	CHECK(got == 9);
	/* The worker holds nothing. */
	while (actor_threads(getpid(), dev) > threads)
		sleep_ms(1);
}

TEST(call, "a call that is cancelled is given up: its server hears of it")
{
	struct note *served = SHARED(struct note), *reply = SHARED(struct note);
	struct puppet *server = puppet_actor();
	struct chorus_ipc_call call;
	__u64 value = 4, answer = 0;

	ring_actor(&ring);
	call = number_call(puppet_default_port(server), &value, &answer);
	ring_add(&ring, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&ring);
	served->timeout = FOREVER;
	EXPECT(run(server, note_receive, served), 0);
	cancel(&call);
	expect_cancelled(&call);
	EXPECT(run(server, note_reply, reply), -EHOSTUNREACH);
	CHECK(!answer);
}

TEST(queued, "a call that is cancelled in the queue was never sent")
{
	struct puppet *server = puppet_actor();
	struct note *poll = SHARED(struct note);
	struct chorus_ipc_call call;
	__u64 value = 4, answer = 0;

	ring_actor(&ring);
	threads = actor_threads(getpid(), dev);
	call = number_call(puppet_default_port(server), &value, &answer);
	ring_add(&ring, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	cancel(&call);
	expect_cancelled(&call);
	EXPECT(run(server, note_receive, poll), -ETIMEDOUT);
}

TEST(moved, "a call that is cancelled in the queue has the pages of its body back")
{
	struct puppet *server = puppet_actor();
	struct chorus_ipc_call call;
	struct area a;

	ring_actor(&ring);
	a = area_make(2);
	pages_fill(a.base, 2, 1);
	threads = actor_threads(getpid(), dev);
	call = (struct chorus_ipc_call){
		.target = puppet_default_port(server), .flags = CHORUS_MSG_MOVE,
		.body = PTR(a.base), .body_size = 2 * PAGE, .timeout = FOREVER,
	};
	ring_add(&ring, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	cancel(&call);
	expect_cancelled(&call);
	CHECK(pages_are(a.base, 2, 1));
}

TEST(close, "the ring is closed under a receive: nothing is lost, nothing stays")
{
	ring_actor(&ring);
	ring_waiting(FOREVER);
	io_uring_queue_exit(&ring);
	while (actor_threads(getpid(), dev) > threads)
		sleep_ms(1);
	EXPECT(send_number(default_port(), 9), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
	CHECK(got == 9);
}

TEST(file, "the device is closed under a receive: the ring keeps the actor until it is cancelled")
{
	ring_actor(&ring);
	ring_waiting(FOREVER);
	close(dev);
	cancel(&receive);
	expect_cancelled(&receive);
}

TEST(actor, "the actor is deleted: its commands end with ESHUTDOWN, or EIDRM with the port")
{
	struct chorus_actor_delete delete = { 0 };

	ring_actor(&ring);
	ring_waiting(FOREVER);
	delete.cap = own_capability();
	EXPECT(actor_delete(&delete), 0);
	EXPECT_EITHER(ring_next(&ring, NULL), -ESHUTDOWN, -EIDRM);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), -ESHUTDOWN);
}

TEST(port, "the port is deleted: EIDRM")
{
	struct chorus_port_delete delete = { 0 };

	ring_actor(&ring);
	delete.li = new_port(NULL);
	threads = actor_threads(getpid(), dev);
	receive = number_receive(delete.li, &got, FOREVER);
	ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	EXPECT(port_delete(&delete), 0);
	EXPECT_EITHER(ring_next(&ring, NULL), -EIDRM, -ENOENT);
}

/* ---- in a puppet: ends it while commands wait ---- */

struct crowd {
	struct chorus_ui port, server;
	volatile bool ready;
};

static long do_crowd(void *crowd)
{
	static struct chorus_ipc_receive waiting[3];
	static struct chorus_ipc_call call[3];
	static __u64 in[3], value, answer[3];
	struct crowd *c = crowd;

	c->port = default_port();
	ring_open(&ring, 0);
	for (int i = 0; i < 3; i++) {
		waiting[i] = number_receive(CHORUS_LI_DEFAULT, &in[i], FOREVER);
		ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &waiting[i]);
		call[i] = number_call(c->server, &value, &answer[i]);
		ring_add(&ring, CHORUS_IOC_IPC_CALL, &call[i]);
	}
	ring_submit(&ring);
	wait_workers(getpid(), dev, 1, 2);	/* this thread is the one */
	c->ready = true;
	return 0;
}

static long do_exit(void *unused)
{
	(void)unused;
	exit(0);
}

static long do_exec(void *unused)
{
	char *argv[] = { (char *)"helper", (char *)"--helper", NULL };

	(void)unused;
	execv(HELPER_PROGRAM, argv);
	return -errno;
}

int selftest_helper(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static struct puppet *crowd_new(struct crowd **crowd)
{
	struct puppet *p = puppet_actor();

	*crowd = SHARED(struct crowd);
	actor_open();
	if (!has_feature(CHORUS_FEATURE_RING))
		selftest_skip("this kernel has no commands by io_uring");
	ring_open(&ring, 0);
	io_uring_queue_exit(&ring);
	(*crowd)->server = default_port();
	MUST(run(p, do_crowd, *crowd));
	return p;
}

/* Its port is gone, and who serves its calls hears that nobody waits. */
static void crowd_gone(struct crowd *c)
{
	long long limit = now_ns() + LATE;
	long result;
	__u64 value;

	/* Its ring may be taken down, and let go of the device, by the kernel after it has ended. */
	while ((result = send_number(c->port, 1)) != -EHOSTUNREACH && now_ns() < limit)
		sleep_ms(1);
	EXPECT(result, -EHOSTUNREACH);
	while (!receive_number(CHORUS_LI_DEFAULT, &value, POLL))
		EXPECT(reply_number(0, 1), -EHOSTUNREACH);
}

TEST(kill, "a process is killed with receives and calls of its ring waiting")
{
	struct crowd *c;
	struct puppet *p = crowd_new(&c);

	kill_puppet(p);
	crowd_gone(c);
}

TEST(exit, "a process exits with receives and calls of its ring waiting")
{
	struct crowd *c;
	struct puppet *p = crowd_new(&c);

	begin(p, do_exit, NULL);
	EXPECT(puppet_status(p), 0);
	crowd_gone(c);
}

TEST(exec, "a process calls exec with receives and calls of its ring waiting")
{
	struct crowd *c;
	struct puppet *p = crowd_new(&c);

	begin(p, do_exec, NULL);
	EXPECT(puppet_status(p), 0);
	crowd_gone(c);
}

TEST(served, "the server of a ring's call is killed: EOWNERDEAD")
{
	struct note *served = SHARED(struct note);
	struct puppet *server = puppet_actor();
	struct chorus_ipc_call call;
	__u64 value = 4, answer = 0;

	ring_actor(&ring);
	call = number_call(puppet_default_port(server), &value, &answer);
	ring_add(&ring, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&ring);
	served->timeout = FOREVER;
	EXPECT(run(server, note_receive, served), 0);
	kill_puppet(server);
	EXPECT(ring_next(&ring, NULL), -EOWNERDEAD);
}
