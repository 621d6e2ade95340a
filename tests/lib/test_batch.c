// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Batches without a nucleus: which commands go down, and what becomes of their results.
 */
#include <errno.h>
#include <string.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

#define MAX	8

static struct {
	unsigned int command, count, flags;
	uint64_t restart;
	unsigned int inside[MAX];	/* commands of the entries */
} seen[MAX];
static unsigned int nr;

static int fails_at;			/* the send with this target fails */
static int interrupts;			/* so often a batch ends after its first entry */

static int one(unsigned int command, const void *arg)
{
	const struct chorus_ipc_send *send = arg;

	return command == CHORUS_IOC_IPC_SEND && send->target.tail == (unsigned int)fails_at ?
	       -EHOSTUNREACH : 0;
}

static int answer(unsigned int command, void *arg)
{
	struct chorus_batch *batch = arg;
	struct chorus_batch_entry *entry;
	unsigned int i;

	seen[nr].command = command;
	if (command != CHORUS_IOC_BATCH) {
		nr++;
		if (command == CHORUS_IOC_IPC_CALL)
			((struct chorus_ipc_call *)arg)->out_rep_size = 3;
		return one(command, arg);
	}
	seen[nr].count = batch->count;
	seen[nr].flags = batch->flags;
	seen[nr].restart = batch->restart;
	entry = (struct chorus_batch_entry *)(uintptr_t)batch->entries;
	for (i = 0; i < batch->count; i++)
		seen[nr].inside[i] = entry[i].command;
	nr++;
	for (i = (unsigned int)batch->restart; i < batch->count; i++) {
		entry[i].out_result = one(entry[i].command, (void *)(uintptr_t)entry[i].arg);
		if (interrupts && i + 1 < batch->count) {
			interrupts--;
			batch->restart = i + 1;
			return -EINTR;
		}
		if (entry[i].out_result && batch->flags & CHORUS_BATCH_STOP) {
			i++;
			break;
		}
	}
	batch->out_done = i;
	batch->restart = 0;
	return 0;
}

static const KnLapDesc lap = { .options = K_LAP_SAFE };

/* Sends to 1 and on, a LAP, and so on: one letter each. */
static ChorusBatch *make(const char *what, unsigned int options)
{
	static char room[8];
	static KnMsgDesc msg, reply = { .bodyAddr = room, .bodySize = sizeof(room) };
	KnIpcDest to = { .target = { 0, 0 } };
	ChorusBatch *batch;
	int i;

	memset(seen, 0, sizeof(seen));
	nr = 0;
	fails_at = -1;
	interrupts = 0;
	fake_reset();
	is(chorus_batch_open(&batch, MAX, options), K_OK, "a batch: %s", what);
	fake.answer = answer;
	for (i = 0; what[i]; i++) {
		to.target.uiTail = (uint64_t)(i + 1);
		switch (what[i]) {
		case 's':
			is(chorus_batch_send(batch, &msg, K_DEFAULTPORT, &to), i, "send");
			break;
		case 'l':
			is(chorus_batch_lap(batch, &lap, NULL), i, "LAP");
			break;
		default:
			is(chorus_batch_call(batch, &msg, K_DEFAULTPORT, &to, &reply, -1), i, "call");
		}
	}
	return batch;
}

static void test_runs(void)
{
	ChorusBatch *b = make("sls", 0);
	int results[MAX];

	is(fake.traps, 0, "no trap before it is run");
	is(chorus_batch_run(b, results), 0, "none fails");
	ok(nr == 1 && seen[0].command == CHORUS_IOC_BATCH && seen[0].count == 3 &&
	   !seen[0].flags && !seen[0].restart, "one command for all");
	ok(seen[0].inside[0] == CHORUS_IOC_IPC_SEND && seen[0].inside[1] == CHORUS_IOC_LAP_INVOKE &&
	   seen[0].inside[2] == CHORUS_IOC_IPC_SEND, "in their order");
	ok(!results[0] && !results[1] && !results[2], "results");
	is(chorus_batch_run(b, NULL), 0, "it is empty");
	is(nr, 1, "and nothing goes down");
	chorus_batch_close(b);

	b = make("sscslc", 0);
	is(chorus_batch_run(b, results), 0, "none fails");
	ok(nr == 4 && seen[0].count == 2 && seen[1].command == CHORUS_IOC_IPC_CALL &&
	   seen[2].count == 2 && seen[3].command == CHORUS_IOC_IPC_CALL, "calls go by themselves");
	ok(!results[1] && results[2] == 3 && results[5] == 3, "results");
	chorus_batch_close(b);

	b = make("s", 0);
	is(chorus_batch_run(b, results), 0, "none fails");
	ok(nr == 1 && seen[0].command == CHORUS_IOC_IPC_SEND, "and so does a single send");
	chorus_batch_close(b);
}

static void test_failures(void)
{
	ChorusBatch *b = make("ssss", 0);
	int results[MAX];

	fails_at = 2;
	is(chorus_batch_run(b, results), 1, "one fails");
	ok(!results[0] && results[1] == K_EUNKNOWN && !results[2] && !results[3], "and the others not");
	chorus_batch_close(b);

	b = make("ss", 0);
	fake.answer = fake_fail;
	fake_errno = EXDEV;
	is(chorus_batch_run(b, results), 2, "the command itself fails");
	ok(results[0] == K_EFORK && results[1] == K_EFORK, "of all of them");
	chorus_batch_close(b);
}

static void test_stop(void)
{
	ChorusBatch *b = make("sscs", CHORUS_STOP_AT_FAILURE);
	int results[MAX];

	fails_at = 2;
	is(chorus_batch_run(b, results), 3, "one fails, two are left out");
	ok(nr == 1 && seen[0].flags == CHORUS_BATCH_STOP, "nothing goes down after it");
	ok(!results[0] && results[1] == K_EUNKNOWN && results[2] == K_EABORT &&
	   results[3] == K_EABORT, "results");
	chorus_batch_close(b);

	b = make("ssss", CHORUS_STOP_AT_FAILURE | CHORUS_BY_RING);
	ok(!chorus_batch_is_ring(b), "not by a ring");
	fails_at = 1;
	is(chorus_batch_run(b, results), 4, "the first one fails");
	ok(results[0] == K_EUNKNOWN && results[1] == K_EABORT && results[3] == K_EABORT, "results");
	is(chorus_batch_send(b, NULL, 0, NULL), K_EFAULT, "null");
	chorus_batch_close(b);

	b = make("ss", CHORUS_STOP_AT_FAILURE);
	is(chorus_batch_run(b, results), 0, "none fails");
	chorus_batch_close(b);
}

static void test_signal(void)
{
	ChorusBatch *b = make("ssss", 0);
	int results[MAX];

	interrupts = 2;
	is(chorus_batch_run(b, results), 0, "a signal is no failure");
	ok(nr == 3 && !seen[0].restart && seen[1].restart == 1 && seen[2].restart == 2,
	   "it goes on where it was");
	chorus_batch_close(b);
}

static void test_arguments(void)
{
	ChorusBatch *b;

	fake_reset();
	is(chorus_batch_open(NULL, 1, 0), K_EFAULT, "null");
	is(chorus_batch_open(&b, 0, 0), K_EINVAL, "no room");
	is(chorus_batch_open(&b, CHORUS_BATCH_MAX + 1, 0), K_EINVAL, "too much room");
	is(chorus_batch_open(&b, ~0u, 0), K_EINVAL, "much too much");
	is(chorus_batch_open(&b, 1, 4), K_EINVAL, "an unknown option");
	is(chorus_batch_open(&b, CHORUS_BATCH_MAX, 0), K_OK, "as much as there can be");
	chorus_batch_close(b);
	chorus_batch_close(NULL);
	is(chorus_batch_run(NULL, NULL), K_EFAULT, "null");
	is(chorus_batch_lap(NULL, &lap, NULL), K_EFAULT, "null");
}

int main(void)
{
	test_runs();
	test_failures();
	test_stop();
	test_signal();
	test_arguments();
	return tap_done();
}
