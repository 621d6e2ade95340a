// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <linux/wait_bit.h>

#include "object/active.h"

/**
 * chorus_active_activate() - second phase of birth
 * @active: in state NEW
 *
 * Returns true, or false if the object was deactivated before it was born.
 */
bool chorus_active_activate(struct chorus_active *active)
{
	return atomic_cmpxchg(&active->count, CHORUS_ACTIVE_NEW, 0) == CHORUS_ACTIVE_NEW;
}

/**
 * chorus_active_deactivate() - first phase of death
 * @active: in any state
 *
 * Nobody acquires any more.  Returns true for the one caller who did it.
 */
bool chorus_active_deactivate(struct chorus_active *active)
{
	int count = atomic_read(&active->count);

	do {
		if (count == CHORUS_ACTIVE_NEW) {
			if (atomic_try_cmpxchg(&active->count, &count, CHORUS_ACTIVE_BIAS))
				return true;
		} else if (count < 0) {
			return false;
		} else if (atomic_try_cmpxchg(&active->count, &count,
					      count + CHORUS_ACTIVE_BIAS)) {
			return true;
		}
	} while (true);
}

/* The last user of a dying object is out: tell chorus_active_drain(). */
void chorus_active_drained(struct chorus_active *active)
{
	wake_up_var(&active->count);
}

bool chorus_active_is_drained(const struct chorus_active *active)
{
	return atomic_read(&active->count) == CHORUS_ACTIVE_BIAS;
}

/**
 * chorus_active_drain() - wait until all users are out
 * @active: deactivated before
 *
 * Users hold active references for the length of a non-waiting operation only, so
 * the wait is short and not interruptible.
 */
void chorus_active_drain(struct chorus_active *active)
{
	wait_var_event(&active->count, chorus_active_is_drained(active));
}
