// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mutex.h>

#include "compat/wake.h"
#include "debug/cover.h"
#include "debug/step.h"
#include "ipc/gate.h"

static DEFINE_MUTEX(gate_mutex);

static void gate_empty(struct percpu_ref *ref)
{
	struct chorus_gate *gate = container_of(ref, struct chorus_gate, inside);
	bool seen = !in_task() && chorus_cover_begin();

	complete_all(&gate->empty);
	gate->release(gate);
	chorus_cover_end(seen);
}

/**
 * chorus_gate_init() - a gate, open
 * @gate: zeroed
 * @actor: the supervisor actor behind it
 * @release: called once when the gate is closed and empty, in any context; drops
 *	the reference on the memory around the gate that those inside count for
 */
int chorus_gate_init(struct chorus_gate *gate, struct chorus_actor *actor,
		     void (*release)(struct chorus_gate *gate))
{
	init_completion(&gate->empty);
	gate->actor = actor;
	gate->release = release;
	return percpu_ref_init(&gate->inside, gate_empty, 0, GFP_KERNEL);
}

/** chorus_gate_exit() - before the memory of an empty, or never opened, gate is freed */
void chorus_gate_exit(struct chorus_gate *gate)
{
	percpu_ref_exit(&gate->inside);
}

static bool thread_is_inside(const struct chorus_thread *thread, const struct chorus_gate *gate)
{
	unsigned int depth = min_t(unsigned int, smp_load_acquire(&thread->depth),
				   CHORUS_FRAME_MAX);
	unsigned int i;

	for (i = 0; i < depth; i++)
		if (READ_ONCE(thread->frames[i]) == gate)
			return true;
	return false;
}

struct gate_search {
	const struct chorus_gate *gate;		/* whose inmates are looked at */
	const struct chorus_thread *waiter;	/* who wants to wait for them */
	unsigned int hops;
	bool circle;
};

/* Does an inmate wait for a gate that @waiter is inside, or for one whose inmates do? */
static void search_circle(struct chorus_thread *thread, void *data)
{
	struct gate_search *search = data;
	struct gate_search next;

	lockdep_assert_held(&gate_mutex);
	if (search->circle || !thread->closing || thread == search->waiter ||
	    !thread_is_inside(thread, search->gate))
		return;
	if (thread_is_inside(search->waiter, thread->closing)) {
		search->circle = true;
		return;
	}
	if (search->hops >= CHORUS_FRAME_MAX)
		return;
	next = *search;
	next.gate = thread->closing;
	next.hops++;
	chorus_thread_for_each(search_circle, &next);
	search->circle = next.circle;
}

static void wake_inmate(struct chorus_thread *thread, void *data)
{
	if (thread_is_inside(thread, data))
		chorus_wake_interruptible(thread->task);
}

/* May the caller wait for the gate?  Marks what it waits for, or says -EDEADLK. */
static int gate_wait_begin_locked(struct chorus_gate *gate, struct chorus_thread *thread)
{
	struct gate_search search = { .gate = gate, .waiter = thread };

	lockdep_assert_held(&gate_mutex);
	if (!thread)
		return 0;
	if (thread_is_inside(thread, gate))
		return -EDEADLK;
	chorus_thread_for_each(search_circle, &search);
	if (search.circle)
		return -EDEADLK;
	thread->closing = gate;
	return 0;
}

static int gate_wait_end(struct chorus_gate *gate, struct chorus_thread *thread, bool killable)
{
	int ret = 0;

	if (!killable)
		wait_for_completion(&gate->empty);
	else if (wait_for_completion_killable(&gate->empty))
		ret = -EINTR;
	if (thread) {
		mutex_lock(&gate_mutex);
		thread->closing = NULL;
		mutex_unlock(&gate_mutex);
	}
	return ret;
}

/**
 * chorus_gate_close() - nobody enters any more, everybody leaves
 * @gate: its memory is kept by the caller
 * @killable: the wait may end before the gate is empty
 *
 * Those inside find -ECANCELED in any wait of theirs: the mark is set first, then
 * they are woken, so that none can fall asleep in between.  Returns 0 with the gate
 * empty; -ENOENT if somebody else closed it before; -EDEADLK with nothing done;
 * -EINTR when killed, with the gate closed and not yet empty.
 */
int chorus_gate_close(struct chorus_gate *gate, bool killable)
{
	struct chorus_thread *thread = chorus_thread_inside();
	int ret;

	mutex_lock(&gate_mutex);
	ret = gate->closing ? -ENOENT : gate_wait_begin_locked(gate, thread);
	if (!ret)
		WRITE_ONCE(gate->closing, 1);
	mutex_unlock(&gate_mutex);
	if (ret)
		return ret;

	chorus_step(G1);
	percpu_ref_kill(&gate->inside);
	smp_mb();	/* the mark before the look at who is inside */
	chorus_thread_for_each(wake_inmate, gate);
	ret = gate_wait_end(gate, thread, killable);
	chorus_step(G2);
	return ret;
}

/**
 * chorus_gate_wait() - wait in the place of a closer that was killed
 * @gate: closing; its memory is kept by the caller
 * @killable: the wait may end before the gate is empty
 *
 * Returns 0, -EDEADLK from inside or in a circle, -EINTR.
 */
int chorus_gate_wait(struct chorus_gate *gate, bool killable)
{
	struct chorus_thread *thread = chorus_thread_inside();
	int ret;

	mutex_lock(&gate_mutex);
	ret = gate_wait_begin_locked(gate, thread);
	mutex_unlock(&gate_mutex);
	return ret ?: gate_wait_end(gate, thread, killable);
}
