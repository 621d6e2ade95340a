// SPDX-License-Identifier: GPL-2.0-or-later
/* Another thread exits, or this one is cancelled, while blocked. */
#define _GNU_SOURCE
#include <pthread.h>

#include "blocked.h"

static void others_exit(struct blocked *b)
{
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);

	for (int i = 0; i < 5; i++) {
		struct puppet *t = puppet_thread(b->victim);

		EXPECT(run(t, do_thread_self, self), 0);
		exit_thread(t);
	}
	wait_blocked(b->victim);
}

TEST(exits, "threads of the same actor exit: every blocked call goes on")
{
	blocked_sweep(others_exit);
}

struct cancel {
	pthread_t thread;
	volatile pid_t tid;
	struct note *note;
	struct chorus_thread_self self;
};

static void *cancelled(void *cancel)
{
	struct cancel *c = cancel;

	c->tid = gettid();
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	note_call(c->note);
	return NULL;
}

static long do_start(void *cancel)
{
	struct cancel *c = cancel;

	return -pthread_create(&c->thread, NULL, cancelled, c);
}

static long do_cancel(void *cancel)
{
	struct cancel *c = cancel;
	char task[48];
	void *result;
	long error;

	error = -pthread_cancel(c->thread) ?: -pthread_join(c->thread, &result);
	/* A join comes back before the kernel has ended the thread: wait until it is gone. */
	snprintf(task, sizeof(task), "/proc/self/task/%d", c->tid);
	while (!error && !access(task, F_OK))
		sleep_ms(1);
	return error ?: result == PTHREAD_CANCELED ? 0 : -EINVAL;
}

TEST(cancel, "pthread_cancel of a thread in a call: it ends, the reply is EHOSTUNREACH")
{
	struct scene s = scene_new();
	struct cancel *c = SHARED(struct cancel);

	c->note = s.call;
	MUST(run(s.client, do_start, c));
	EXPECT(run(s.server, note_receive, s.receive), 0);
	sleep_ms(50);
	EXPECT(run(s.client, do_cancel, c), 0);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	scene_round_trip(&s);
}

TEST(cancel_queued, "the same with the request still queued: it vanishes")
{
	struct scene s = scene_new();
	struct cancel *c = SHARED(struct cancel);

	c->note = s.call;
	MUST(run(s.client, do_start, c));
	sleep_ms(100);
	EXPECT(run(s.client, do_cancel, c), 0);
	scene_empty(&s);
	scene_round_trip(&s);
}
