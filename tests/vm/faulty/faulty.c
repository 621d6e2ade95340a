// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One bug a class, made on purpose when this module is loaded with bug=CLASS: does the
 * kernel notice, and does the rig?  Never loaded but by tests/vm/debug-selftest, which
 * has the list of who must report what.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *bug = "none";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "which");

/* Values that the compiler must not know. */
static volatile int forty = 40, zero, sink;

static void faulty_use_after_free(void)
{
	char *p = kzalloc(100, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	sink = ((volatile char *)p)[8];
}

static void faulty_double_free(void)
{
	char *p = kzalloc(100, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	kfree(p);
}

static void faulty_out_of_bounds(void)
{
	char *p = kzalloc(100, GFP_KERNEL);

	if (!p)
		return;
	sink = ((volatile char *)p)[forty + 60];
	kfree(p);
}

static void faulty_stack_bounds(void)
{
	volatile char buffer[16] = {};
	volatile char *p = buffer;

	OPTIMIZER_HIDE_VAR(p);
	sink = p[forty - 24];
}

static void faulty_leak(void)
{
	for (int i = 0; i < 5; i++) {
		volatile char *p = kzalloc(100, GFP_KERNEL);

		sink = p ? p[0] : 0;
	}
}

static DEFINE_MUTEX(faulty_a);
static DEFINE_MUTEX(faulty_b);

static void faulty_inversion(void)
{
	mutex_lock(&faulty_a);
	mutex_lock(&faulty_b);
	mutex_unlock(&faulty_b);
	mutex_unlock(&faulty_a);
	mutex_lock(&faulty_b);
	mutex_lock(&faulty_a);
	mutex_unlock(&faulty_a);
	mutex_unlock(&faulty_b);
}

static DEFINE_SPINLOCK(faulty_spin);

static void faulty_sleep_in_atomic(void)
{
	spin_lock(&faulty_spin);
	kfree(kzalloc(100, GFP_KERNEL));
	spin_unlock(&faulty_spin);
}

static void faulty_left_locked(void)
{
	mutex_lock(&faulty_a);
}

static void faulty_rcu(void)
{
	static int __rcu *pointer;

	sink = !rcu_dereference(pointer);
}

static void faulty_shift(void)
{
	sink = 1 << forty;
}

static void faulty_index(void)
{
	static volatile int table[8];

	sink = table[forty - 30];
}

static void faulty_list(void)
{
	struct list_head head, entry;

	INIT_LIST_HEAD(&head);
	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void faulty_refcount(void)
{
	refcount_t count = REFCOUNT_INIT(zero);

	refcount_inc(&count);
}

static void faulty_tick(struct timer_list *timer)
{
}

static void faulty_active_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, faulty_tick, 0);
	mod_timer(timer, jiffies + 100 * HZ);
	kfree(timer);
}

static int faulty_counter;

static int faulty_count(void *unused)
{
	while (!kthread_should_stop()) {
		faulty_counter++;
		cond_resched();
	}
	return 0;
}

static void faulty_race(void)
{
	struct task_struct *task[2];

	for (int i = 0; i < 2; i++)
		task[i] = kthread_run(faulty_count, NULL, "faulty/%d", i);
	msleep(3000);
	for (int i = 0; i < 2; i++)
		if (!IS_ERR(task[i]))
			kthread_stop(task[i]);
}

static const struct {
	const char *name;
	void (*make)(void);
} bugs[] = {
	{ "use-after-free", faulty_use_after_free },
	{ "double-free", faulty_double_free },
	{ "out-of-bounds", faulty_out_of_bounds },
	{ "stack-bounds", faulty_stack_bounds },
	{ "leak", faulty_leak },
	{ "inversion", faulty_inversion },
	{ "sleep-in-atomic", faulty_sleep_in_atomic },
	{ "left-locked", faulty_left_locked },
	{ "rcu", faulty_rcu },
	{ "shift", faulty_shift },
	{ "index", faulty_index },
	{ "list", faulty_list },
	{ "refcount", faulty_refcount },
	{ "active-timer", faulty_active_timer },
	{ "race", faulty_race },
};

static int __init faulty_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bug, bugs[i].name)) {
			bugs[i].make();
			return 0;
		}
	return strcmp(bug, "none") ? -EINVAL : 0;
}

static void __exit faulty_exit(void)
{
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("bugs on purpose, for the test of the tests");
MODULE_LICENSE("GPL");
