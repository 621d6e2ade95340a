/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Batches (extension)
 *
 * Sends, calls and LAPs that are put together and done with few system calls: one for all
 * sends and LAPs that follow one another, and one for everything where the kernel has io_uring.
 * The results are the same.
 */
#ifndef CHORUS_EXT_CHBATCH_H
#define CHORUS_EXT_CHBATCH_H

#include <stdint.h>

#include <chError.h>
#include <chTypes.h>
#include <ipc/chIpc.h>
#include <lap/chLap.h>

#define CHORUS_BY_RING		1U	/* by io_uring, if there is one; also of chorus_servers_loop() */
#define CHORUS_STOP_AT_FAILURE	2U	/* nothing is done after an entry that fails; not by io_uring */

#define CHORUS_BATCH_MAX	1024U	/* entries of a batch */

/** typedef ChorusBatch - a batch; one thread at a time uses it */
typedef struct ChorusBatch ChorusBatch;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_batch_open - make an empty batch
 * @batch: out
 * @max: entries it has room for, 1 to CHORUS_BATCH_MAX
 * @options: CHORUS_BY_RING, CHORUS_STOP_AT_FAILURE
 *
 * Returns K_OK, K_EINVAL, K_EFAULT, K_ENOMEM, or why the process is no actor.
 */
int chorus_batch_open(ChorusBatch **batch, unsigned int max, unsigned int options);

/** chorus_batch_close - free a batch; what is in it is not done.  NULL is nothing */
void chorus_batch_close(ChorusBatch *batch);

/** chorus_batch_is_ring - 1 if it goes by io_uring */
int chorus_batch_is_ring(const ChorusBatch *batch);

/**
 * chorus_batch_send - put an ipcSend() into the batch
 *
 * What the arguments point at must stay until the batch was run.  Returns the number of
 * the entry, from 0, or K_EFULL, K_EFAULT.
 */
int chorus_batch_send(ChorusBatch *batch, const KnMsgDesc *msg, int srcportli,
		      const KnIpcDest *dest);

/** chorus_batch_call - the same for ipcCall(), with @timeout in nanoseconds */
int chorus_batch_call(ChorusBatch *batch, const KnMsgDesc *request, int srcportli,
		      const KnIpcDest *dest, KnMsgDesc *reply, int64_t timeout);

/** chorus_batch_lap - the same for lapInvoke() */
int chorus_batch_lap(ChorusBatch *batch, const KnLapDesc *lapdesc, void *arg);

/**
 * chorus_batch_run - do all of it, and empty the batch
 * @batch: the batch
 * @results: NULL, or room for as many results as there are entries: what
 *	ipcSend(), ipcCall() and lapInvoke() would have returned; K_EABORT of what
 *	CHORUS_STOP_AT_FAILURE has left out
 *
 * In their order, each at most once; by io_uring nobody waits for a call, or for a LAP without
 * K_LAP_PROMPT, before the next entry begins.  Returns the number of entries that
 * failed, or a negative code with nothing known about any of them.
 */
int chorus_batch_run(ChorusBatch *batch, int *results);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHBATCH_H */
