// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "harness.h"
#include "ipc/rpc.h"
#include "ipc/stamp.h"

struct test_entry {
	struct list_head node;
	struct chorus_actor *actor;	/* an actor to close, */
	struct task_struct *task;	/* or a task to put, */
	void *memory;			/* or memory to free, */
	void *variable;			/* or a limit to restore */
	unsigned long value;
	size_t size;
};

struct test_fixture {
	struct list_head entries;
	struct list_head workers;
	const char *row;
	bool failed;		/* before this row */
};

static int site_nothing(struct chorus_actor *actor)
{
	return 0;
}

static const struct chorus_supervisor_ops test_ops = {
	.name = "kunit",
	.owner = THIS_MODULE,
	.site_init = site_nothing,
};

struct chorus_site *test_site(void)
{
	return chorus_site_of(&init_net);
}

int test_init(struct kunit *test)
{
	struct test_fixture *fixture;
	int ret = test_start();

	if (ret)
		return ret;
	fixture = kzalloc(sizeof(*fixture), GFP_KERNEL);
	if (!fixture)
		return -ENOMEM;
	INIT_LIST_HEAD(&fixture->entries);
	INIT_LIST_HEAD(&fixture->workers);
	test->priv = fixture;
	return 0;
}

static struct test_entry *entry_add(struct kunit *test)
{
	struct test_fixture *fixture = test->priv;
	struct test_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, entry);
	list_add(&entry->node, &fixture->entries);
	return entry;
}

/*
 * Memory that workers know.  That of KUnit goes with the case in any case, this stays with
 * a worker that does not end.
 */
void *test_zalloc(struct kunit *test, size_t size)
{
	void *memory = kzalloc(size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, memory);
	entry_add(test)->memory = memory;
	return memory;
}

static struct mm_struct *first_mm(void)
{
	struct pid *pid = find_get_pid(1);
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	struct mm_struct *mm = task ? get_task_mm(task) : NULL;

	if (task)
		put_task_struct(task);
	put_pid(pid);
	return mm;
}

/* A case that ends early lets go of it, as any thread does. */
u64 test_user_memory(struct kunit *test, size_t size)
{
	struct mm_struct *mm = first_mm();
	unsigned long base;

	KUNIT_ASSERT_NOT_NULL(test, mm);
	kthread_use_mm(mm);
	base = vm_mmap(NULL, 0, size + PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(base));
	KUNIT_ASSERT_EQ(test, vm_munmap(base + size, PAGE_SIZE), 0);
	return base;
}

void test_user_end(u64 base, size_t size)
{
	struct mm_struct *mm = current->mm;

	vm_munmap(base, size);
	kthread_unuse_mm(mm);
	mmput(mm);
}

static void limit_write(void *variable, size_t size, unsigned long value)
{
	if (size == sizeof(unsigned int))
		WRITE_ONCE(*(unsigned int *)variable, value);
	else
		WRITE_ONCE(*(unsigned long *)variable, value);
}

void test_limit_set(struct kunit *test, void *variable, size_t size, unsigned long value)
{
	struct test_entry *entry = entry_add(test);

	entry->variable = variable;
	entry->size = size;
	entry->value = size == sizeof(unsigned int) ? *(unsigned int *)variable :
						      *(unsigned long *)variable;
	limit_write(variable, size, value);
}

/*
 * The dead first, so that workers still asleep somewhere come out; then the memory.
 * Youngest first: limits are back before their actors are closed.
 */
void test_exit(struct kunit *test)
{
	struct test_fixture *fixture = test->priv;
	struct chorus_site *site = test_site();
	struct test_entry *entry, *next_entry;
	struct test_worker *worker, *next;

	if (!fixture)
		return;
	list_for_each_entry(entry, &fixture->entries, node)
		if (entry->actor)
			chorus_actor_kill(entry->actor);
	list_for_each_entry_safe(worker, next, &fixture->workers, node) {
		if (!worker->joined)
			test_join(worker);
		if (!worker->joined)
			return;		/* Stuck for ever: leak all it may touch. */
		put_task_struct(worker->task);
		list_del(&worker->node);
		kfree(worker);
	}
	list_for_each_entry(entry, &fixture->entries, node) {
		if (entry->actor)
			chorus_actor_close(entry->actor);
		if (entry->variable)
			limit_write(entry->variable, entry->size, entry->value);
	}
	/* Closing has looked at the tasks of the threads. */
	list_for_each_entry_safe(entry, next_entry, &fixture->entries, node) {
		if (entry->task)
			put_task_struct(entry->task);
		kfree(entry->memory);
		kfree(entry);
	}
	kfree(fixture);
	test->priv = NULL;

	KUNIT_EXPECT_EQ(test, site->nr_actors, 0U);
	KUNIT_EXPECT_EQ(test, site->nr_ports, 0U);
	KUNIT_EXPECT_EQ(test, site->nr_laps, 0U);
	KUNIT_EXPECT_EQ(test, site->nr_groups, 0U);
	KUNIT_EXPECT_TRUE(test, list_empty(&site->names));
	KUNIT_EXPECT_EQ(test, atomic_read(&site->objects.nelems), 0);
}

void test_again(struct kunit *test)
{
	struct test_fixture *fixture = test->priv;
	const char *row = fixture->row;
	bool failed = fixture->failed;

	test_exit(test);
	KUNIT_ASSERT_NULL(test, test->priv);	/* else a worker is stuck */
	KUNIT_ASSERT_EQ(test, test_init(test), 0);
	fixture = test->priv;
	fixture->row = row;
	fixture->failed = failed;
}

/* The row before is over: say so if it failed, clean up, and begin the next. */
void test_row(struct kunit *test, const char *name)
{
	struct test_fixture *fixture = test->priv;
	bool failed = READ_ONCE(test->status) == KUNIT_FAILURE;

	if (fixture->row) {
		test_again(test);
		fixture = test->priv;
		failed = READ_ONCE(test->status) == KUNIT_FAILURE;
		if (failed && !fixture->failed)
			kunit_err(test, "in row \"%s\"", fixture->row);
	}
	fixture->row = name;
	fixture->failed = failed;
}

/* ---- actors and threads ---- */

static struct chorus_actor *actor_new(struct kunit *test)
{
	struct chorus_actor *actor = chorus_actor_create_supervisor(test_site(), &test_ops);

	KUNIT_ASSERT_FALSE(test, IS_ERR(actor));
	entry_add(test)->actor = actor;
	return actor;
}

struct chorus_actor *test_actor(struct kunit *test)
{
	struct chorus_actor *actor = actor_new(test);

	chorus_actor_publish(actor);
	return actor;
}

/*
 * An actor whose use counts for a user with limits, as that of a process does, which a
 * kernel thread cannot be.  The charges of its birth move before anybody sees it.
 */
struct chorus_actor *test_user_actor(struct kunit *test, u32 uid)
{
	struct chorus_user *user = chorus_user_get(KUIDT_INIT(uid));
	struct chorus_actor *actor;

	KUNIT_ASSERT_NOT_NULL(test, user);
	actor = actor_new(test);
	WARN_ON(chorus_user_charge(user, CHORUS_QUOTA_ACTORS, 1));
	WARN_ON(chorus_user_charge(user, CHORUS_QUOTA_PORTS, 1));
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_ACTORS, 1);
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_PORTS, 1);
	chorus_user_put(actor->user);
	actor->user = user;
	chorus_actor_publish(actor);
	return actor;
}

/* The case itself as a thread of @actor; it ends with the actor. */
struct chorus_thread *test_thread(struct kunit *test, struct chorus_actor *actor)
{
	struct chorus_thread *thread = chorus_thread_enter(actor);

	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	/* test_exit() may run on another task, with this one gone. */
	get_task_struct(current);
	entry_add(test)->task = current;
	return thread;
}

/* Of whatever actor. */
struct chorus_thread *test_thread_current(void)
{
	struct chorus_thread *thread;

	rcu_read_lock();
	thread = chorus_thread_find(current);
	rcu_read_unlock();
	return thread;
}

/* What the exit probe and its late work do, at once. */
void test_thread_end(void)
{
	struct chorus_thread *thread = test_thread_current();

	if (thread && chorus_thread_unhash(thread))
		chorus_thread_destroy(thread);
}

/* ---- workers ---- */

static int worker_main(void *data)
{
	struct test_worker *worker = data;

	worker->result = worker->fn(worker);
	test_thread_end();
	kthread_complete_and_exit(&worker->done, 0);
}

struct test_worker *test_run(struct kunit *test, int (*fn)(struct test_worker *worker),
			     struct chorus_actor *actor, void *arg)
{
	struct test_worker *worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	struct test_fixture *fixture = test->priv;
	struct task_struct *task;

	KUNIT_ASSERT_NOT_NULL(test, worker);
	worker->test = test;
	worker->fn = fn;
	worker->actor = actor;
	worker->arg = arg;
	init_completion(&worker->done);
	task = kthread_create(worker_main, worker, "chorus_test");
	if (IS_ERR(task)) {
		kfree(worker);
		KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	}
	get_task_struct(task);
	worker->task = task;
	list_add_tail(&worker->node, &fixture->workers);
	wake_up_process(task);
	return worker;
}

/* What the worker returned.  A worker that does not end fails the test. */
int test_join(struct test_worker *worker)
{
	if (!worker->joined)
		worker->joined = wait_for_completion_timeout(&worker->done,
							     msecs_to_jiffies(TEST_LONG));
	if (!worker->joined) {
		KUNIT_FAIL(worker->test, "a worker does not end");
		return -EDEADLOCK;
	}
	return worker->result;
}

bool test_ended(struct test_worker *worker)
{
	return worker->joined || completion_done(&worker->done);
}

/*
 * Returns with the worker in an interruptible wait, which those of the nucleus are; or
 * at its end already, where the wait was short and we were slow: its result tells.
 *
 * Who is woken from a wait says once more that it sleeps before it looks why: after a
 * wake-up this tells nothing about the next wait.  Wait for what the worker does there.
 */
void test_asleep(struct test_worker *worker)
{
	bool slept = test_until((READ_ONCE(worker->task->__state) & TASK_INTERRUPTIBLE) ||
				test_ended(worker));

	KUNIT_EXPECT_TRUE(worker->test, slept);
}

/* ---- ports and messages of one number ---- */

int test_port(struct kunit *test, struct chorus_actor *actor, struct chorus_ui *ui)
{
	int li = chorus_port_create(actor, 0, ui);

	KUNIT_ASSERT_GT(test, li, 0);
	return li;
}

/* Make of a fresh message a request of the calling task. */
void test_stamp(struct chorus_message *message, const struct chorus_actor *client,
		const struct chorus_ui *target)
{
	static const struct chorus_ui nowhere;

	message->flags = CHORUS_MSG_RPC;
	message->client = current;
	chorus_message_stamp(message, client, client->default_port, target, &nowhere);
}

/* By whoever does not wait for the answer. */
int test_post(struct chorus_port *port, struct chorus_message *message)
{
	int ret;

	rcu_read_lock();
	ret = chorus_port_send(port, message);
	rcu_read_unlock();
	return ret;
}

int test_send(struct chorus_actor *actor, const struct chorus_ui *to, u32 value)
{
	struct chorus_kmessage message = { .body = &value, .size = sizeof(value) };

	return chorus_ipc_send(actor, CHORUS_LI_DEFAULT, to, &message);
}

int test_call(struct chorus_actor *actor, const struct chorus_ui *to, u32 *value, s64 timeout)
{
	struct chorus_kmessage message = { .body = value, .size = sizeof(*value) };
	struct chorus_kmessage reply = { .body = value, .size = sizeof(*value) };

	return chorus_ipc_call(actor, CHORUS_LI_DEFAULT, to, &message, &reply, timeout);
}

int test_receive(struct chorus_thread *thread, s32 li, s64 timeout, u32 *value,
		 struct chorus_received *out)
{
	struct chorus_receive receive = {
		.li = li,
		.abortable = true,
		.to = { .body = (uintptr_t)value, .size = sizeof(*value), .kernel = true },
	};

	/* What chorus_thread_enter() gave to a worker whose actor was killed before it ran. */
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	chorus_timeout_init(&receive.timeout, timeout, 0);
	return chorus_receive(thread, &receive, out);
}

int test_reply(struct chorus_thread *thread, u64 token, u32 value)
{
	struct chorus_buffers from = {
		.body = (uintptr_t)&value, .size = sizeof(value), .kernel = true,
	};

	return chorus_rpc_reply(thread, token, &from, false);
}
