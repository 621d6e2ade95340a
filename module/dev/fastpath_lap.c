// SPDX-License-Identifier: GPL-2.0-only
/* The fast path of lapInvoke. */
#include "debug/step.h"
#include "dev/fastpath.h"
#include "ipc/lap_run.h"
#include "object/brief.h"

/*
 * The LAP a thread called last is remembered: it is as good as looked up as long as none has
 * died since.  Inside the brief RCU section: who reads the epoch from before a death
 * is waited for before the memory goes.
 */
static __always_inline struct chorus_lap *lap_find(struct chorus_thread *thread,
						   struct chorus_site *site,
						   const struct chorus_ui *ui)
{
	long epoch = atomic_long_read(&chorus_lap_epoch);
	struct chorus_lap *lap = thread->lap;

	if (likely(thread->lap_epoch == epoch && chorus_ui_equal(&lap->object.ui, ui)))
		return lap;
	chorus_count(miss_lap);
	lap = chorus_lap_find(site, ui);
	if (lap) {
		thread->lap = lap;
		thread->lap_epoch = epoch;
	}
	return lap;
}

/* @prompt: in the submission of a ring, where only a handler that never waits may run. */
static __always_inline int lap_invoke_here(struct chorus_actor *actor, void __user *user,
					   bool prompt)
{
	struct chorus_lap_invoke p __uninitialized;
	u64 arg[CHORUS_COPY_WORDS] __uninitialized;
	struct chorus_thread *thread;
	struct chorus_lap *lap;
	int ret;

	if (fetch_struct(&p, user))
		return MISSED(size);
	if (p.flags | p.reserved)
		return MISSED(size);
	if (!chorus_copy_is_small(p.arg_size, false))
		return MISSED(size);
	ret = chorus_ioctl_check_actor(actor);
	if (unlikely(ret))
		return ret;
	/* Outside the gate, so that a deletion never waits for a page of ours. */
	if (p.arg_size && chorus_fetch_words(arg, p.arg, p.arg_size / sizeof(u64)))
		return -EFAULT;

	chorus_brief_lock();
	thread = chorus_thread_find(current);
	if (unlikely(!thread || thread->actor != actor)) {
		chorus_brief_unlock();
		return MISSED(thread);
	}
	lap = lap_find(thread, actor->object.site, &p.lap);
	ret = chorus_lap_enter(lap, thread);
	chorus_brief_unlock();
	if (unlikely(ret)) {
		chorus_count(lap_refused);
		return ret;
	}
	if (unlikely(!(lap->options & CHORUS_LAP_SAFE) || lap->arg_size != p.arg_size)) {
		ret = lap->options & CHORUS_LAP_SAFE ? -EINVAL : -EPERM;
		chorus_gate_leave(&lap->gate, thread);
		chorus_count(lap_refused);
		return ret;
	}
	if (prompt && unlikely(!(lap->options & CHORUS_LAP_PROMPT))) {
		chorus_gate_leave(&lap->gate, thread);
		return MISSED(worker);
	}
	chorus_count(fast_lap);
	if (prompt)
		thread->nowait = true;
	ret = chorus_lap_run_here(lap, thread, actor, arg, false);
	if (prompt)
		thread->nowait = false;
	if (unlikely(ret))
		return ret;
	chorus_step(L3);
	if (p.arg_size && chorus_store_words(p.arg, arg, p.arg_size / sizeof(u64)))
		return -EFAULT;
	return 0;
}

/**
 * chorus_fastpath_lap() - lapInvoke with a small argument block
 * @actor: of the file
 * @user: the structure
 */
int chorus_fastpath_lap(struct chorus_actor *actor, void __user *user)
{
	return lap_invoke_here(actor, user, false);
}

/** chorus_fastpath_lap_prompt() - the same in the submission of a ring, which must not wait */
int chorus_fastpath_lap_prompt(struct chorus_actor *actor, void __user *user)
{
	return lap_invoke_here(actor, user, true);
}

/**
 * chorus_fastpath_lap_invoke() - the same for ioctl
 * @actor: of the file
 * @cmd: the command, for the table
 * @user: the caller's structure
 */
long chorus_fastpath_lap_invoke(struct chorus_actor *actor, unsigned int cmd,
				void __user *user)
{
	int ret = lap_invoke_here(actor, user, false);

	return likely(ret != CHORUS_MISSED) ? ret : chorus_ioctl_by_table(actor, cmd, user);
}
