// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-off: a server thread that waits is woken on the CPU of its caller and gives it
 * back with the reply, where the kernel lets a module ask for that.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "scene.h"

#define BATCH	100
#define GOOD	10		/* batches, which make 1000 calls */

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

TEST_TIMEOUT(share, "of 100 calls 99 are served on the CPU of their caller, who comes back on it, nobody pinned", 60)
{
	struct scene s = scene_new();
	struct trip *t = SHARED(struct trip);
	unsigned int kept = 0, good = 0, batches;
	long long until;
	bool can;

	actor_open();
	can = has_feature(CHORUS_FEATURE_WAKE_LOCAL);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		selftest_skip("one CPU: there is no other to go to");
	t->to = s.port;
	t->li = s.li;
	begin(s.server, serve_cpu, t);
	wait_blocked(s.server);
	/*
	 * Where a CPU of ours is not there for a while, because somebody else has it, the kernel moves who waits
	 * for it: what counts are the quiet batches.
	 */
	until = now_ns() + 4 * LATE;
	for (batches = 0; batches < GOOD || (can && good < GOOD && now_ns() < until); batches++) {
		MUST(run(s.client, call_cpu, t));
		kept += t->kept;
		good += t->kept >= BATCH * 99 / 100;
	}
	t->stop = 1;
	MUST(run(s.client, call_cpu, t));
	EXPECT(end(s.server), 0);
	selftest_note("%u of %u calls; %u of %u batches are good", kept, BATCH * batches, good, batches);
	if (!can)
		selftest_skip("%u of %u; this kernel has no WF_CURRENT_CPU: the scheduler chooses the CPU",
			      kept, BATCH * batches);
	/* Some good ones are no accident; that there are not enough of them is the box'. */
	if (good && good < GOOD)
		selftest_skip("%u of %u batches in %u s: this box is too busy", good, batches,
			      (unsigned int)(4 * LATE / SECOND));
	CHECK(good >= GOOD);
}
