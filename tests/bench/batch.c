// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Batches as a program has them, chorus_batch_*() of libchorus: LAP "null" 64 times, and 128
 * sends to a port whose queue is taken out between the samples.  uring_lap_b64 and uring_send_b128
 * by a ring, batch_lap_b64 and batch_send_b128 by ioctl.  Each entry is put in anew each time.
 */
#include <errno.h>
#include <string.h>

#include <ext/chBatch.h>
#include <ipc/chIpc.h>
#include <lap/chLap.h>

#include "bench.h"
#include "chorus.h"

#define LAPS		64u
#define SENDS		128u

/* Made by the first row that needs them. */
static KnLapDesc null_lap;
static KnIpcDest self;
static int self_li;
static ChorusBatch *laps_by[2], *sends_by[2];	/* by ioctl, by a ring */

static ChorusBatch *batch_open(struct row *row, unsigned int max, unsigned int options)
{
	struct chorus_hello hello;
	ChorusBatch *batch;
	int error;

	if (chorus_door(row, &hello) < 0)
		return NULL;
	if (hello.out_port_queue < SENDS) {
		row_absent(row, "a queue holds less than %u messages", SENDS);
		return NULL;
	}
	error = chorus_batch_open(&batch, max, options);
	if (error) {
		row_absent(row, "chorus_batch_open: %s", chorus_strerror(error));
		return NULL;
	}
	if (options && !chorus_batch_is_ring(batch)) {
		row_absent(row, "no commands by io_uring here");
		chorus_batch_close(batch);
		return NULL;
	}
	return batch;
}

/* ---- LAPs ---- */

static int laps_open(struct row *row, unsigned int options)
{
	int error;

	laps_by[options] = batch_open(row, LAPS, options);
	if (!laps_by[options])
		return -1;
	error = lapResolve(&null_lap, ECHO_LAP_NULL, K_LAP_NOBLOCK);
	return error ? row_absent(row, "lapResolve: %s", chorus_strerror(error)) : 0;
}

static int laps_run(struct row *row, ChorusBatch *batch, unsigned int n)
{
	unsigned int i, k;

	for (; n; n -= k) {
		k = n < LAPS ? n : LAPS;
		for (i = 0; i < k; i++)
			if (chorus_batch_lap(batch, &null_lap, NULL) != (int)i)
				return row_wrong(row, "chorus_batch_lap");
		if (chorus_batch_run(batch, NULL))
			return row_wrong(row, "chorus_batch_run");
	}
	return 0;
}

/* ---- sends ---- */

/* The last number is there, and all of them are the same. */
static int sends_drain(struct row *row)
{
	uint64_t got;
	KnMsgDesc msg = { .bodyAddr = &got, .bodySize = sizeof(got) };
	int li = self_li, ret;

	while ((ret = ipcReceive(&msg, &li, 0)) >= 0)
		if (ret != sizeof(got) || got != row->seq)
			return row_wrong(row, "another message");
	return ret == K_ETIMEOUT ? 0 : row_wrong(row, "ipcReceive");
}

static int sends_open(struct row *row, unsigned int options)
{
	sends_by[options] = batch_open(row, SENDS, options);
	if (!sends_by[options])
		return -1;
	if (!self_li)
		self_li = portCreate(K_MYACTOR, &self.target);
	if (self_li < 0)
		return row_absent(row, "portCreate: %s", chorus_strerror(self_li));
	row->chunk = SENDS;
	row->drain = sends_drain;
	return 0;
}

/* No more than the queue holds: row->chunk. */
static int sends_run(struct row *row, ChorusBatch *batch, unsigned int n)
{
	KnMsgDesc msg = { .bodyAddr = &row->seq, .bodySize = sizeof(row->seq) };
	unsigned int i;

	row->seq++;
	for (i = 0; i < n; i++)
		if (chorus_batch_send(batch, &msg, K_DEFAULTPORT, &self) != (int)i)
			return row_wrong(row, "chorus_batch_send");
	return chorus_batch_run(batch, NULL) ? row_wrong(row, "chorus_batch_run") : 0;
}

/* ---- the two ways ---- */

static int laps_open_ioctl(struct row *row) { return laps_open(row, 0); }
static int laps_open_ring(struct row *row) { return laps_open(row, CHORUS_BY_RING); }
static int sends_open_ioctl(struct row *row) { return sends_open(row, 0); }
static int sends_open_ring(struct row *row) { return sends_open(row, CHORUS_BY_RING); }

static int laps_run_ioctl(struct row *row, unsigned int n)
{
	return laps_run(row, laps_by[0], n);
}

static int laps_run_ring(struct row *row, unsigned int n)
{
	return laps_run(row, laps_by[CHORUS_BY_RING], n);
}

static int sends_run_ioctl(struct row *row, unsigned int n)
{
	return sends_run(row, sends_by[0], n);
}

static int sends_run_ring(struct row *row, unsigned int n)
{
	return sends_run(row, sends_by[CHORUS_BY_RING], n);
}

void batch_rows(void)
{
	static const struct row_ops laps_ring = { laps_open_ring, laps_run_ring };
	static const struct row_ops sends_ring = { sends_open_ring, sends_run_ring };
	static const struct row_ops laps_ioctl = { laps_open_ioctl, laps_run_ioctl };
	static const struct row_ops sends_ioctl = { sends_open_ioctl, sends_run_ioctl };

	row_add("uring_lap_b64", &laps_ring, 0);
	row_add("uring_send_b128", &sends_ring, 8);
	row_add("batch_lap_b64", &laps_ioctl, 0);
	row_add("batch_send_b128", &sends_ioctl, 8);
}
