/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Active reference: may this object still be *used*?
 *
 * A kref answers whether the memory is still there; an active reference answers
 * whether the thing still lives.  It is a small machine in one word:
 *
 *	NEW ----activate----> ACTIVE ----deactivate----> DRAINING ----> DRAINED
 *	 \_______________________deactivate__________________________/
 *
 * acquire succeeds in ACTIVE only.  deactivate is final and wins once; drain
 * waits until everyone who acquired has released.  NEW is the first phase of
 * birth: the object can be found, but not used yet.
 *
 * acquire and release may be called from any context, drain from process
 * context by someone who holds no active reference on the same object.
 */
#ifndef CHORUS_OBJECT_ACTIVE_H
#define CHORUS_OBJECT_ACTIVE_H

#include <linux/atomic.h>
#include <linux/types.h>

#define CHORUS_ACTIVE_NEW	INT_MIN
#define CHORUS_ACTIVE_BIAS	(INT_MIN / 2)

struct chorus_active {
	atomic_t count;		/* >= 0: users; BIAS + n: draining; NEW: not born */
};

static inline void chorus_active_init(struct chorus_active *active)
{
	atomic_set(&active->count, CHORUS_ACTIVE_NEW);
}

/* True: the caller may use the object until chorus_active_release(). */
static inline bool chorus_active_acquire(struct chorus_active *active)
{
	return atomic_inc_unless_negative(&active->count);
}

void chorus_active_drained(struct chorus_active *active);

static inline void chorus_active_release(struct chorus_active *active)
{
	if (unlikely(atomic_dec_return(&active->count) == CHORUS_ACTIVE_BIAS))
		chorus_active_drained(active);
}

static inline bool chorus_active_alive(const struct chorus_active *active)
{
	return atomic_read(&active->count) >= 0;
}

bool chorus_active_activate(struct chorus_active *active);
bool chorus_active_deactivate(struct chorus_active *active);
void chorus_active_drain(struct chorus_active *active);
bool chorus_active_is_drained(const struct chorus_active *active);

#endif /* CHORUS_OBJECT_ACTIVE_H */
