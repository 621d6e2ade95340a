// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries of an io_uring, one a command: uring_nop_b64, 64 times nothing, which is io_uring's own; uring_entry_lap_b64, LAP "null" 64 times
 * by one io_uring_enter(2); uring_entry_send_b128, 128 sends to a port whose queue is taken out between the samples;
 * and pipe_write, what batches of sends are compared with, the same 8 bytes into a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <liburing.h>

#include "bench.h"
#include "chorus.h"

#define LAPS		64u
#define SENDS		128u

/* What all entries of a row share: they give the same command with the same structure. */
struct batch {
	struct io_uring ring;
	unsigned int ioc;
	uint64_t arg;
};

static struct batch *batch_open(struct row *row, unsigned int entries, unsigned int ioc, void *arg)
{
	struct chorus_hello hello;
	struct batch *b = calloc(1, sizeof(*b));
	int error;

	if (!b)
		abort();
	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		goto absent;
	if (!(hello.out_features & CHORUS_FEATURE_RING)) {
		row_absent(row, "this nucleus takes no commands by io_uring");
		goto absent;
	}
	error = io_uring_queue_init(entries, &b->ring, 0);
	if (error) {
		row_absent(row, "io_uring: %s", strerror(-error));
		goto absent;
	}
	if (io_uring_register_ring_fd(&b->ring) < 0 ||
	    io_uring_register_files(&b->ring, &row->fd[0], 1)) {
		row_absent(row, "io_uring cannot register files");
		goto absent;
	}
	b->ioc = ioc;
	b->arg = (uintptr_t)arg;
	return b;
absent:
	free(b);
	return NULL;
}

/*
 * @n entries, one system call, all done when it returns.  A success has a completion in
 * the last of them only, a failure always.
 */
static int batch_run(struct row *row, struct batch *b, unsigned int n)
{
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	unsigned int head, seen = 0, i;

	for (i = 0; i < n; i++) {
		sqe = io_uring_get_sqe(&b->ring);
		if (!sqe)
			return row_wrong(row, "io_uring_get_sqe");
		memset(sqe, 0, sizeof(*sqe));
		if (i + 1 < n)
			sqe->flags = IOSQE_CQE_SKIP_SUCCESS;
		if (!b->ioc)
			continue;	/* IORING_OP_NOP */
		sqe->opcode = IORING_OP_URING_CMD;
		sqe->flags |= IOSQE_FIXED_FILE;
		sqe->cmd_op = b->ioc;
		memcpy(sqe->cmd, &b->arg, sizeof(b->arg));
	}
	if (io_uring_submit(&b->ring) != (int)n)
		return row_wrong(row, "io_uring_submit");
	io_uring_for_each_cqe(&b->ring, head, cqe) {
		if (cqe->res) {
			errno = -cqe->res;
			return row_wrong(row, "an entry");
		}
		seen++;
	}
	io_uring_cq_advance(&b->ring, seen);
	return seen == 1 ? 0 : row_wrong(row, "%u completions", seen);
}

/* ---- LAPs ---- */

static struct chorus_lap_invoke null_lap = { .size = sizeof(null_lap) };
static struct batch *laps;

static int laps_open(struct row *row)
{
	struct chorus_lap_resolve resolve = {
		.size = sizeof(resolve), .flags = CHORUS_LAP_NOBLOCK, .name = ECHO_LAP_NULL,
	};

	laps = batch_open(row, LAPS, CHORUS_IOC_LAP_INVOKE, &null_lap);
	if (!laps)
		return -1;
	if (ioctl(row->fd[0], CHORUS_IOC_LAP_RESOLVE, &resolve))
		return row_absent(row, "LAP \"%s\": %s", ECHO_LAP_NULL, strerror(errno));
	null_lap.lap = resolve.out_desc.lap;
	return 0;
}

static int laps_run(struct row *row, unsigned int n)
{
	unsigned int k;

	for (; n; n -= k) {
		k = n < LAPS ? n : LAPS;
		if (batch_run(row, laps, k))
			return -1;
	}
	return 0;
}

static const struct row_ops laps_ops = { laps_open, laps_run };

/* ---- sends ---- */

static struct chorus_ipc_send number = { .size = sizeof(number) };
static struct batch *sends;
static int sends_li;

/* The last number is there, and all of them are the same. */
static int sends_drain(struct row *row)
{
	uint64_t got;
	struct chorus_ipc_receive receive = {
		.size = sizeof(receive), .li = sends_li, .body = (uintptr_t)&got, .body_size = sizeof(got),
	};

	while (!ioctl(row->fd[0], CHORUS_IOC_IPC_RECEIVE, &receive))
		if (got != row->seq)
			return row_wrong(row, "another message");
	return errno == ETIMEDOUT ? 0 : row_wrong(row, "ipcReceive");
}

static int sends_open(struct row *row)
{
	struct chorus_port_create port = { .size = sizeof(port) };
	struct chorus_hello hello = { .size = sizeof(hello) };

	sends = batch_open(row, SENDS, CHORUS_IOC_IPC_SEND, &number);
	if (!sends)
		return -1;
	if (ioctl(row->fd[0], CHORUS_IOC_PORT_CREATE, &port))
		return row_absent(row, "portCreate: %s", strerror(errno));
	if (ioctl(row->fd[0], CHORUS_IOC_HELLO, &hello) || hello.out_port_queue < SENDS)
		return row_absent(row, "a queue holds less than %u messages", SENDS);
	number.target = port.out_ui;
	number.body = (uintptr_t)&row->seq;
	number.body_size = sizeof(row->seq);
	sends_li = port.out_li;
	row->chunk = SENDS;
	row->drain = sends_drain;
	return 0;
}

/* No more than the queue holds: row->chunk. */
static int sends_run(struct row *row, unsigned int n)
{
	row->seq++;
	return batch_run(row, sends, n);
}

static const struct row_ops sends_ops = { sends_open, sends_run };

/* ---- nothing ---- */

static struct batch *nops;

static int nops_open(struct row *row)
{
	nops = batch_open(row, LAPS, 0, NULL);
	return nops ? 0 : -1;
}

static int nops_run(struct row *row, unsigned int n)
{
	unsigned int k;

	for (; n; n -= k) {
		k = n < LAPS ? n : LAPS;
		if (batch_run(row, nops, k))
			return -1;
	}
	return 0;
}

static const struct row_ops nops_ops = { nops_open, nops_run };

void ring_rows(void)
{
	row_add("uring_nop_b64", &nops_ops, 0);
	row_add("uring_entry_lap_b64", &laps_ops, 0);
	row_add("uring_entry_send_b128", &sends_ops, 8);
}

/* ---- a pipe ---- */

static int write_drain(struct row *row)
{
	uint64_t got = 0;

	while (read(row->fd[0], &got, sizeof(got)) == sizeof(got))
		;
	return errno == EAGAIN && got == row->seq ? 0 : row_wrong(row, "the pipe");
}

static int write_open(struct row *row)
{
	if (pipe2(row->fd, O_NONBLOCK | O_CLOEXEC))
		return row_absent(row, "pipe2: %s", strerror(errno));
	row->chunk = SENDS;
	row->drain = write_drain;
	return 0;
}

static int write_run(struct row *row, unsigned int n)
{
	while (n--) {
		row->seq++;
		if (write(row->fd[1], &row->seq, sizeof(row->seq)) != sizeof(row->seq))
			return row_wrong(row, "write");
	}
	return 0;
}

static const struct row_ops write_ops = { write_open, write_run };

void pipe_write_row(void)
{
	row_add("pipe_write", &write_ops, 8);
}
