// SPDX-License-Identifier: GPL-2.0-or-later
/* A client whose server runs on another CPU looks for the reply before it goes to sleep. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>

#include "scene.h"

#define BATCH		500
#define PATIENCE	50000		/* nanoseconds: CHORUS_SPIN_NS */

struct trips {
	struct chorus_ui to;
	int li;
	int cpu;			/* the client is pinned to */
	unsigned int calls, quick;	/* of the batch; answered within half the patience */
	volatile int stop;
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	MUST_SYS(sched_setaffinity(0, sizeof(set), &set));
}

/* A counter of the nucleus; it is of all actors, and only grows. */
static unsigned long long counter(const char *name)
{
	unsigned long long value = 0;
	char command[64], line[128], word[64];
	bool found = false;
	FILE *f;

	snprintf(command, sizeof(command), "chorusctl stat %s", name);
	f = popen(command, "re");
	REQUIRE(f);
	while (fgets(line, sizeof(line), f))
		found |= sscanf(line, "%63s %llu", word, &value) == 2 && !strcmp(word, name);
	pclose(f);
	if (!found)
		selftest_skip("no chorusctl here to ask for counters");
	return value;
}

static long serve(void *trips)
{
	struct trips *t = trips;
	__u64 body;
	struct chorus_ipc_receive first = {
		.size = sizeof(first), .li = t->li, .body = PTR(&body), .body_size = sizeof(body),
		.timeout = FOREVER,
	};
	struct chorus_ipc_reply_receive next = {
		.size = sizeof(next), .li = t->li, .body = PTR(&body), .body_size = sizeof(body),
		.timeout = FOREVER, .rep_body = PTR(&body), .rep_size = sizeof(body),
	};
	int result;

	pin(1);
	result = raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, &first);
	while (!result && body)
		result = raw_ioctl(dev, CHORUS_IOC_IPC_REPLY_RECEIVE, &next);
	return result ?: reply_number(0, 0);
}

static long call_batch(void *trips)
{
	struct trips *t = trips;
	__u64 body = 0, answer;
	struct chorus_ipc_call call = {
		.size = sizeof(call), .target = t->to, .body = PTR(&body), .body_size = sizeof(body),
		.rep_body = PTR(&answer), .rep_size = sizeof(answer), .timeout = FOREVER,
	};

	pin(t->cpu);
	t->quick = 0;
	for (t->calls = 0; t->calls < (t->stop ? 1 : BATCH); t->calls++) {
		long long began = now_ns();
		int result;

		body = t->stop ? 0 : t->calls + 1;
		answer = ~body;
		result = raw_ioctl(dev, CHORUS_IOC_IPC_CALL, &call);
		if (result)
			return result;
		if (answer != body)
			return -EBADMSG;
		t->quick += now_ns() - began < PATIENCE / 2;
	}
	return 0;
}

TEST_TIMEOUT(apart, "on two CPUs some calls are answered while their client spins", 60)
{
	struct scene s = scene_new();
	struct trips *t = SHARED(struct trips);
	unsigned int quick = 0, batches;
	unsigned long long before, hits = 0;
	long long until;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		selftest_skip("one CPU: nobody spins");
	before = counter("spin_hit");
	t->to = s.port;
	t->li = s.li;
	begin(s.server, serve, t);
	wait_blocked(s.server);
	/* Whether both CPUs run at the same time is up to who runs the machine. */
	until = now_ns() + 3 * LATE;
	for (batches = 0; batches < 100 && !hits && now_ns() < until; batches++) {
		MUST(run(s.client, call_batch, t));
		quick += t->quick;
		hits = counter("spin_hit") - before;
	}
	t->stop = 1;
	EXPECT(run(s.client, call_batch, t), 0);
	EXPECT(end(s.server), 0);
	selftest_note("%llu hits, %u quick calls in %u batches of %u", hits, quick, batches, BATCH);
	/* Of quick calls one in 65 at least was looked for. */
	if (!hits && quick < 10 * BATCH)
		selftest_skip("no call is answered in that time here");
	CHECK(hits);
}

TEST(busy, "a server that takes its time costs a moment, and is waited for")
{
	struct scene s = scene_served();

	sleep_ms(20);
	EXPECT(scene_reply(&s, 7), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 7);
}
