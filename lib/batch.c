// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Batches.  The commands are built when they are put in, and given to a ring, or to the
 * device one by one, when the batch is run.
 */
#include <stdlib.h>

#include <ext/chBatch.h>
#include <ext/chLib.h>

#include "internal.h"

struct entry {
	unsigned int command;
	int result;
	KnMsgDesc *reply;		/* of a call */
	union {
		struct chorus_ipc_send send;
		struct chorus_ipc_call call;
		struct chorus_lap_invoke lap;
	};
};

struct ChorusBatch {
	struct chorus_ring *ring;	/* NULL: by ioctl */
	unsigned int max, count;
	int lost;			/* the ring failed, and may still write there */
	struct entry entries[];
};

int chorus_batch_open(ChorusBatch **batch, unsigned int max, unsigned int options)
{
	ChorusBatch *b;
	int ret;

	if (!batch)
		return K_EFAULT;
	if (!max || max > CHORUS_BATCH_MAX || options & ~CHORUS_BY_RING)
		return K_EINVAL;
	ret = chorus_init();
	if (ret)
		return ret;
	b = calloc(1, sizeof(*b) + max * sizeof(b->entries[0]));
	if (!b)
		return K_ENOMEM;
	b->max = max;
	if (options & CHORUS_BY_RING)
		b->ring = chorus_ring_open(max);
	*batch = b;
	return K_OK;
}

void chorus_batch_close(ChorusBatch *batch)
{
	if (!batch)
		return;
	chorus_ring_close(batch->ring);
	if (!batch->lost)
		free(batch);
}

int chorus_batch_is_ring(const ChorusBatch *batch)
{
	return !!batch->ring;
}

static struct entry *add(ChorusBatch *batch, unsigned int command)
{
	struct entry *e = &batch->entries[batch->count];

	e->command = command;
	e->reply = NULL;
	return e;
}

int chorus_batch_send(ChorusBatch *batch, const KnMsgDesc *msg, int srcportli,
		      const KnIpcDest *dest)
{
	if (!batch || !msg || !dest)
		return K_EFAULT;
	if (batch->count == batch->max)
		return K_EFULL;
	chorus_build_send(&add(batch, CHORUS_IOC_IPC_SEND)->send, msg, srcportli, dest);
	return (int)batch->count++;
}

int chorus_batch_call(ChorusBatch *batch, const KnMsgDesc *request, int srcportli,
		      const KnIpcDest *dest, KnMsgDesc *reply, int64_t timeout)
{
	struct entry *e;

	if (!batch || !request || !dest || !reply)
		return K_EFAULT;
	if (batch->count == batch->max)
		return K_EFULL;
	e = add(batch, CHORUS_IOC_IPC_CALL);
	e->reply = reply;
	chorus_build_call(&e->call, request, srcportli, dest, reply, timeout);
	return (int)batch->count++;
}

int chorus_batch_lap(ChorusBatch *batch, const KnLapDesc *lapdesc, void *arg)
{
	if (!batch || !lapdesc)
		return K_EFAULT;
	if (batch->count == batch->max)
		return K_EFULL;
	chorus_build_lap(&add(batch, CHORUS_IOC_LAP_INVOKE)->lap, lapdesc, arg);
	return (int)batch->count++;
}

static int run_by_ring(ChorusBatch *batch)
{
	unsigned int i, given = 0;
	void *cookie;
	int ret, error;

	for (i = 0; i < batch->count; i++) {
		struct entry *e = &batch->entries[i];

		e->result = chorus_ring_add(batch->ring, e->command, &e->send, e);
		given += !e->result;
	}
	for (; given; given--) {
		ret = chorus_ring_next(batch->ring, &cookie, &error);
		if (ret) {
			batch->lost = 1;
			return ret;
		}
		((struct entry *)cookie)->result = error ? chorus_code(error) : K_OK;
	}
	return K_OK;
}

static int run_one_by_one(ChorusBatch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->count; i++) {
		struct entry *e = &batch->entries[i];

		e->result = chorus_command(e->command, &e->send);
	}
	return K_OK;
}

int chorus_batch_run(ChorusBatch *batch, int *results)
{
	unsigned int i;
	int ret, failed = 0;

	if (!batch)
		return K_EFAULT;
	if (batch->lost)
		return K_EINVAL;
	ret = batch->ring ? run_by_ring(batch) : run_one_by_one(batch);
	for (i = 0; !ret && i < batch->count; i++) {
		struct entry *e = &batch->entries[i];

		if (!e->result && e->reply)
			e->result = chorus_take_reply(&e->call, e->reply);
		failed += e->result < 0;
		if (results)
			results[i] = e->result;
	}
	batch->count = 0;
	return ret ? ret : failed;
}
