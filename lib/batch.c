// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Batches.  The commands are built when they are put in.  When the batch is run, those
 * that follow one another and wait for nobody, a *run*, go by one command; a call goes by itself,
 * and so does, by a ring, a LAP that may wait, so that others go on beside it.
 */
#include <errno.h>
#include <stdlib.h>

#include <ext/chBatch.h>
#include <ext/chLib.h>

#include "internal.h"

_Static_assert(CHORUS_BATCH_MAX == CHORUS_BATCH_ENTRIES_MAX, "uapi");

struct item {
	int alone;			/* until the batch was run */
	unsigned int nr;		/* entries that one command does, this the first */
	KnMsgDesc *reply;		/* of a call */
	struct chorus_batch run;	/* of the one that is first in a run */
	union {
		struct chorus_ipc_send send;
		struct chorus_ipc_call call;
		struct chorus_lap_invoke lap;
	};
};

struct ChorusBatch {
	struct chorus_ring *ring;	/* NULL: by ioctl */
	unsigned int max, count;
	unsigned int nr_alone;
	int stop;			/* with the first that fails */
	int lost;			/* the ring failed, and may still write there */
	struct chorus_batch_entry *entries;
	struct item items[];
};

int chorus_batch_open(ChorusBatch **batch, unsigned int max, unsigned int options)
{
	ChorusBatch *b;
	int ret;

	if (!batch)
		return K_EFAULT;
	if (!max || max > CHORUS_BATCH_MAX || options & ~(CHORUS_BY_RING | CHORUS_STOP_AT_FAILURE))
		return K_EINVAL;
	ret = chorus_init();
	if (ret)
		return ret;
	b = calloc(1, sizeof(*b) + max * (sizeof(b->items[0]) + sizeof(b->entries[0])));
	if (!b)
		return K_ENOMEM;
	b->max = max;
	b->entries = (struct chorus_batch_entry *)&b->items[max];
	b->stop = !!(options & CHORUS_STOP_AT_FAILURE);
	/* Entries of a ring begin before others have ended. */
	if (options & CHORUS_BY_RING && !b->stop)
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

static struct item *add(ChorusBatch *batch, unsigned int command)
{
	struct item *item = &batch->items[batch->count];

	batch->entries[batch->count].command = command;
	/* The commands stand at the same place. */
	batch->entries[batch->count].arg = chorus_address(&item->send);
	return item;
}

static void set_alone(ChorusBatch *batch, struct item *item)
{
	item->alone = 1;
	batch->nr_alone++;
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
	struct item *item;

	if (!batch || !request || !dest || !reply)
		return K_EFAULT;
	if (batch->count == batch->max)
		return K_EFULL;
	item = add(batch, CHORUS_IOC_IPC_CALL);
	set_alone(batch, item);
	item->reply = reply;
	chorus_build_call(&item->call, request, srcportli, dest, reply, timeout);
	return (int)batch->count++;
}

int chorus_batch_lap(ChorusBatch *batch, const KnLapDesc *lapdesc, void *arg)
{
	struct item *item;

	if (!batch || !lapdesc)
		return K_EFAULT;
	if (batch->count == batch->max)
		return K_EFULL;
	item = add(batch, CHORUS_IOC_LAP_INVOKE);
	if (chorus_unlikely(!(lapdesc->options & K_LAP_PROMPT) && batch->ring))
		set_alone(batch, item);
	chorus_build_lap(&item->lap, lapdesc, arg);
	return (int)batch->count++;
}

/* From @first on: how many entries one command does, and which it is. */
static struct item *next_run(ChorusBatch *batch, unsigned int first, unsigned int *command,
			     void **arg)
{
	struct item *item = &batch->items[first];
	unsigned int end = first + 1;

	if (!batch->nr_alone)
		end = batch->count;
	else if (!item->alone)
		while (end < batch->count && !batch->items[end].alone)
			end++;
	item->nr = end - first;
	if (item->nr == 1) {
		*command = batch->entries[first].command;
		*arg = &item->send;
		return item;
	}
	item->run = (struct chorus_batch){
		.size = sizeof(item->run),
		.flags = batch->stop ? CHORUS_BATCH_STOP : 0,
		.entries = chorus_address(&batch->entries[first]),
		.count = item->nr,
	};
	*command = CHORUS_IOC_BATCH;
	*arg = &item->run;
	return item;
}

/* A single entry has no place of its own for the result; a run has, but for what it left out. */
static void ended(ChorusBatch *batch, const struct item *item, int error)
{
	struct chorus_batch_entry *entry = &batch->entries[item - batch->items];
	unsigned int i;

	if (item->nr == 1)
		entry->out_result = -error;
	else if (error)
		for (i = (unsigned int)item->run.restart; i < item->nr; i++)
			entry[i].out_result = -error;
}

static int run_by_ring(ChorusBatch *batch)
{
	unsigned int i, command, given = 0;
	struct item *item;
	void *cookie, *arg;
	int ret, error;

	for (i = 0; i < batch->count; i += item->nr) {
		item = next_run(batch, i, &command, &arg);
		if (chorus_ring_add(batch->ring, command, arg, item))
			ended(batch, item, ENOMEM);
		else
			given++;
	}
	for (; given; given--) {
		ret = chorus_ring_next(batch->ring, &cookie, &error);
		if (ret) {
			batch->lost = 1;
			return ret;
		}
		ended(batch, cookie, error);
	}
	return K_OK;
}

/* Did one of them fail?  Then nothing behind it is done. */
static int stopped(ChorusBatch *batch, unsigned int first, unsigned int nr)
{
	unsigned int i;

	for (i = first; i < first + nr && batch->entries[i].out_result >= 0; i++)
		;
	if (i == first + nr)
		return 0;
	while (++i < batch->count)
		batch->entries[i].out_result = -ECANCELED;
	return 1;
}

static int run_by_ioctl(ChorusBatch *batch)
{
	unsigned int i, command;
	struct item *item;
	int fd = chorus_fd(), error;
	void *arg;

	if (fd < 0)
		return fd;
	for (i = 0; i < batch->count; i += item->nr) {
		item = next_run(batch, i, &command, &arg);
		do {
			error = -chorus_trap(fd, command, arg);
			/* After a signal a run goes on where it was. */
		} while (error == EINTR && item->nr > 1);
		ended(batch, item, error);
		if (batch->stop && stopped(batch, i, item->nr))
			break;
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
	ret = batch->ring ? run_by_ring(batch) : run_by_ioctl(batch);
	for (i = 0; !ret && i < batch->count; i++) {
		const struct chorus_batch_entry *entry = &batch->entries[i];
		const struct item *item = &batch->items[i];
		int result = entry->out_result;

		if (chorus_unlikely(result)) {
			result = chorus_code(-result);
			failed++;
		} else if (entry->command == CHORUS_IOC_IPC_CALL) {
			result = chorus_take_reply(&item->call, item->reply);
		}
		if (results)
			results[i] = result;
	}
	for (i = 0; batch->nr_alone && i < batch->count; i++)
		batch->items[i].alone = 0;
	batch->nr_alone = 0;
	batch->count = 0;
	return ret ? ret : failed;
}
