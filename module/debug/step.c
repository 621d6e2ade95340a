// SPDX-License-Identifier: GPL-2.0-only
/* Test builds only; see step.h. */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debug/step.h"

#define STEP_WAIT_MS	30000

static const char * const step_names[] = {
#define CHORUS_STEP_NAME(name) #name,
	CHORUS_STEPS(CHORUS_STEP_NAME)
};

static const char * const plant_names[] = { "none", "copy", "switch", "alloc" };

static atomic_long_t step_counts[CHORUS_STEP_NR];
static DEFINE_SPINLOCK(step_lock);
static int armed_step = -1;		/* step_lock; read without it as a hint */
static struct pid *armed_victim;	/* step_lock */
static enum chorus_plant planted;
static struct dentry *step_dir;

/*
 * Who reaches these holds what the end of the victim's own actor has to wait for: the
 * use of the actor, or its death.
 */
static bool step_holds_actor(enum chorus_step step)
{
	switch (step) {
	case CHORUS_STEP_A1:
	case CHORUS_STEP_A2:
	case CHORUS_STEP_A3:
	case CHORUS_STEP_A4:
	case CHORUS_STEP_M1:
	case CHORUS_STEP_M2:
	case CHORUS_STEP_M3:
	case CHORUS_STEP_D1:
	case CHORUS_STEP_D2:
	case CHORUS_STEP_D3:
	case CHORUS_STEP_R4:
	case CHORUS_STEP_R5:
		return true;
	default:
		return false;
	}
}

/* live reaches zero only after every thread has left the system call it was in. */
static bool process_left(struct task_struct *task)
{
	return !atomic_read(&task->signal->live);
}

/*
 * A thread tells its parent after its last task work, and there actors die.  Until the
 * last one has, a peer might still find a port of the dead.
 */
static bool process_ended(struct task_struct *task)
{
	struct task_struct *thread;

	for_each_thread(task, thread)
		if (!READ_ONCE(thread->exit_state))
			return false;
	return true;
}

static bool process_gone(struct pid *pid, enum chorus_step step)
{
	struct task_struct *task;
	bool gone = true;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	if (task)
		gone = process_left(task) && (step_holds_actor(step) || process_ended(task));
	rcu_read_unlock();
	return gone;
}

static void wait_for_end(struct pid *victim, enum chorus_step step)
{
	unsigned long limit = jiffies + msecs_to_jiffies(STEP_WAIT_MS);

	while (!process_gone(victim, step)) {
		if (time_after(jiffies, limit)) {
			pr_warn("chorus: step %s: the victim does not end\n", step_names[step]);
			return;
		}
		msleep(1);
	}
}

/*
 * The arm is for one shot.  The victim gets SIGKILL; unless it is the process that
 * reached the step, that process waits here until the victim is gone, so that
 * everything after the step happens with the victim dead.
 */
void chorus_step_reached(enum chorus_step step)
{
	struct pid *victim = NULL;

	atomic_long_inc(&step_counts[step]);
	if (likely(READ_ONCE(armed_step) != step))
		return;

	spin_lock(&step_lock);
	if (armed_step == step) {
		victim = armed_victim;
		armed_victim = NULL;
		armed_step = -1;
	}
	spin_unlock(&step_lock);
	if (!victim)
		return;

	kill_pid(victim, SIGKILL, 1);
	if (victim != task_tgid(current))
		wait_for_end(victim, step);
	put_pid(victim);
}

bool chorus_planted(enum chorus_plant plant)
{
	return unlikely(READ_ONCE(planted) == plant);
}

/* The extra switch and the extra allocation of a planted fault. */
void chorus_plant_here(void)
{
	/* Long enough to be off the CPU before the timer fires, on an emulated machine too. */
	if (chorus_planted(CHORUS_PLANT_SWITCH))
		usleep_range(100, 200);
	if (chorus_planted(CHORUS_PLANT_ALLOC))
		kfree(kmalloc(64, GFP_KERNEL));
}

static int step_show(struct seq_file *file, void *unused)
{
	int i;

	for (i = 0; i < CHORUS_STEP_NR; i++)
		seq_printf(file, "%s %ld%s\n", step_names[i], atomic_long_read(&step_counts[i]),
			   READ_ONCE(armed_step) == i ? " armed" : "");
	return 0;
}

static int step_open(struct inode *inode, struct file *file)
{
	return single_open(file, step_show, NULL);
}

/* "LABEL PID" arms, "off" disarms. */
static ssize_t step_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	char line[32], label[16];
	struct pid *victim = NULL, *old;
	int step = -1, nr;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';
	if (sscanf(line, "%15s %d", label, &nr) == 2) {
		step = match_string(step_names, CHORUS_STEP_NR, label);
		victim = step < 0 ? NULL : find_get_pid(nr);
		if (!victim)
			return -EINVAL;
	} else if (strncmp(line, "off", 3)) {
		return -EINVAL;
	}
	spin_lock(&step_lock);
	old = armed_victim;
	armed_victim = victim;
	armed_step = step;
	spin_unlock(&step_lock);
	put_pid(old);
	return count;
}

static const struct file_operations step_fops = {
	.owner = THIS_MODULE,
	.open = step_open,
	.read = seq_read,
	.write = step_write,
	.release = single_release,
};

static ssize_t plant_write(struct file *file, const char __user *user, size_t count, loff_t *pos)
{
	char word[16] = "";
	int plant;

	if (count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, user, count))
		return -EFAULT;
	plant = match_string(plant_names, ARRAY_SIZE(plant_names), strim(word));
	if (plant < 0)
		return plant;
	WRITE_ONCE(planted, plant);
	return count;
}

static const struct file_operations plant_fops = {
	.owner = THIS_MODULE,
	.write = plant_write,
};

int chorus_step_init(void)
{
	step_dir = debugfs_create_dir("chorus", NULL);
	debugfs_create_file("step", 0600, step_dir, NULL, &step_fops);
	debugfs_create_file("plant", 0200, step_dir, NULL, &plant_fops);
	return 0;
}

void chorus_step_exit(void)
{
	debugfs_remove_recursive(step_dir);
	armed_step = -1;
	put_pid(armed_victim);
}
