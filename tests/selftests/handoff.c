// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-off: a server thread that waits is woken on the CPU of its caller and gives it
 * back with the reply, where the kernel lets a module ask for that.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "scene.h"

#define BATCH	1000

struct trip {
	struct chorus_ui to;
	int li;
	unsigned int calls, kept;	/* of the batch; both sides on one CPU, before and after */
	volatile int stop;
};

/* Answers with the CPU it runs on. */
static long serve_cpu(void *trip)
{
	struct trip *t = trip;
	__u64 body, cpu = 0;
	struct chorus_ipc_receive first = {
		.size = sizeof(first), .li = t->li, .body = PTR(&body), .body_size = sizeof(body),
		.timeout = FOREVER,
	};
	struct chorus_ipc_reply_receive next = {
		.size = sizeof(next), .li = t->li, .body = PTR(&body), .body_size = sizeof(body),
		.timeout = FOREVER, .rep_body = PTR(&cpu), .rep_size = sizeof(cpu),
	};
	int result = raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, &first);

	while (!result && body) {
		cpu = (__u64)sched_getcpu();
		result = raw_ioctl(dev, CHORUS_IOC_IPC_REPLY_RECEIVE, &next);
		next.restart = 0;
	}
	return result ?: reply_number(0, 0);
}

/* One batch of calls; a body of 0 ends the server. */
static long call_cpu(void *trip)
{
	struct trip *t = trip;
	__u64 body = !t->stop, answer = 0;
	struct chorus_ipc_call call = {
		.size = sizeof(call), .target = t->to, .body = PTR(&body), .body_size = sizeof(body),
		.rep_body = PTR(&answer), .rep_size = sizeof(answer), .timeout = FOREVER,
	};

	t->kept = 0;
	for (t->calls = 0; t->calls < (t->stop ? 1 : BATCH); t->calls++) {
		int before = sched_getcpu();
		int result = raw_ioctl(dev, CHORUS_IOC_IPC_CALL, &call);

		if (result)
			return result;
		t->kept += (__u64)before == answer && sched_getcpu() == before;
	}
	return 0;
}

TEST_TIMEOUT(share, "of 1000 calls 990 are served on the CPU of their caller, who comes back on it, nobody pinned", 60)
{
	struct scene s = scene_new();
	struct trip *t = SHARED(struct trip);
	unsigned int best = 0, first = 0, batches;
	bool can;

	actor_open();
	can = has_feature(CHORUS_FEATURE_WAKE_LOCAL);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		selftest_skip("one CPU: there is no other to go to");
	t->to = s.port;
	t->li = s.li;
	begin(s.server, serve_cpu, t);
	wait_blocked(s.server);
	/* What else the machine does may take a CPU meanwhile: one quiet batch is enough. */
	for (batches = 0; batches < 100 && best < BATCH * 99 / 100; batches++) {
		MUST(run(s.client, call_cpu, t));
		if (!batches)
			first = t->kept;
		if (t->kept > best)
			best = t->kept;
		if (!can)
			break;
	}
	t->stop = 1;
	MUST(run(s.client, call_cpu, t));
	EXPECT(end(s.server), 0);
	selftest_note("first batch: %u of %u; best of %u batches: %u", first, BATCH, batches, best);
	if (!can)
		selftest_skip("%u of %u; this kernel has no WF_CURRENT_CPU: the scheduler chooses the CPU",
			      best, BATCH);
	CHECK(best >= BATCH * 99 / 100);
}
