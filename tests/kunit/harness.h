/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the unit tests share: actors in the site of init_net, threads of them, and
 * kernel threads for what needs several.
 *
 * A suite names test_init and test_exit as its init and exit.  Everything made through
 * here ends with the case, also when an assertion left it half way, and test_exit
 * expects that nothing of it is left in the site.
 *
 * User-mode Linux has one CPU and no preemption, so kernel threads change places
 * only where one sleeps: test_mix() is a place to do so.
 */
#ifndef CHORUS_KUNIT_HARNESS_H
#define CHORUS_KUNIT_HARNESS_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched/signal.h>

#include "chorus/supervisor.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "executive/wait.h"
#include "ipc/message.h"
#include "ipc/port.h"
#include "ipc/receive.h"

/*
 * ms: what a test waits for is not going to happen.  Only a failure waits for so long; a
 * debug kernel that is emulated on a loaded machine may take seconds over a few hundred calls.
 */
#define TEST_LONG	60000
#define TEST_LONG_NS	((s64)TEST_LONG * NSEC_PER_MSEC)

/* Until then a worker that goes round and round is through, or test_join() gives it up. */
#define test_deadline()	(jiffies + msecs_to_jiffies(TEST_LONG / 2))

struct test_worker {
	struct list_head node;
	struct kunit *test;
	struct task_struct *task;
	int (*fn)(struct test_worker *worker);
	struct chorus_actor *actor;
	void *arg;
	int result;
	bool joined;
	struct completion done;
};

int test_start(void);
int test_init(struct kunit *test);
void test_exit(struct kunit *test);
void test_again(struct kunit *test);	/* everything fresh in the middle of a case */

void *test_zalloc(struct kunit *test, size_t size);

/*
 * Memory of a process, the first one of the guest: the case has it as its own until
 * test_user_end(), and there is nothing mapped behind.
 */
u64 test_user_memory(struct kunit *test, size_t size);
void test_user_end(u64 base, size_t size);

struct chorus_site *test_site(void);
struct chorus_actor *test_actor(struct kunit *test);
struct chorus_actor *test_user_actor(struct kunit *test, u32 uid);
struct chorus_thread *test_thread(struct kunit *test, struct chorus_actor *actor);
struct chorus_thread *test_thread_current(void);
void test_thread_end(void);

struct test_worker *test_run(struct kunit *test, int (*fn)(struct test_worker *worker),
			     struct chorus_actor *actor, void *arg);
int test_join(struct test_worker *worker);
bool test_ended(struct test_worker *worker);
void test_asleep(struct test_worker *worker);

int test_port(struct kunit *test, struct chorus_actor *actor, struct chorus_ui *ui);
void test_stamp(struct chorus_message *message, const struct chorus_actor *client,
		const struct chorus_ui *target);
int test_post(struct chorus_port *port, struct chorus_message *message);
int test_send(struct chorus_actor *actor, const struct chorus_ui *to, u32 value);
int test_call(struct chorus_actor *actor, const struct chorus_ui *to, u32 *value, s64 timeout);
int test_receive(struct chorus_thread *thread, s32 li, s64 timeout, u32 *value,
		 struct chorus_received *out);
int test_reply(struct chorus_thread *thread, u64 token, u32 value);

/* The value of the message that is there, or the error. */
static inline int test_poll(struct chorus_thread *thread, s32 li)
{
	struct chorus_received out;
	u32 value = 0;
	int ret = test_receive(thread, li, 0, &value, &out);

	return ret ?: value;
}

static inline void test_mix(void)
{
	/* A yield alone often comes back to who yielded. */
	if (!(get_random_u32() & 7))
		usleep_range(50, 100);
}

/* True when @condition came to hold before a long time was over. */
#define test_until(condition)						\
({									\
	unsigned long end_ = jiffies + msecs_to_jiffies(TEST_LONG);	\
									\
	while (!(condition) && time_before(jiffies, end_))		\
		usleep_range(50, 100);					\
	(bool)(condition);						\
})

/* A limit for the length of a case: test_exit() puts the old value back. */
#define test_limit(test, variable, value) \
	test_limit_set(test, &(variable), sizeof(variable), value)
void test_limit_set(struct kunit *test, void *variable, size_t size, unsigned long value);

/*
 * One case for each row of a table, with everything fresh; each row has a name.  (The
 * parametrised cases of KUnit lose their lines in the debugfs of 6.1.)
 */
#define test_table(test, fn, rows)					\
do {									\
	size_t row_;							\
									\
	for (row_ = 0; row_ < ARRAY_SIZE(rows); row_++) {		\
		test_row(test, rows[row_].name);			\
		fn(test, &(rows)[row_]);				\
	}								\
	test_row(test, NULL);						\
} while (0)
void test_row(struct kunit *test, const char *name);

#endif /* CHORUS_KUNIT_HARNESS_H */
