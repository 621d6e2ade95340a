/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A brief RCU read section: for a few steps of the fast paths, which do not sleep.
 *
 * Since 5.0 a region with preemption disabled is an RCU read section, waited for by call_rcu()
 * like any other (Documentation/RCU/rcu.rst of the kernel), and costs three instructions
 * where rcu_read_lock() and rcu_read_unlock() are two calls.  Where lockdep looks it is
 * the ordinary section, so that what is done inside is checked as such; and where spinlocks
 * sleep, because they are taken inside.
 */
#ifndef CHORUS_OBJECT_BRIEF_H
#define CHORUS_OBJECT_BRIEF_H

#include <linux/preempt.h>
#include <linux/rcupdate.h>

#if defined(CONFIG_DEBUG_LOCK_ALLOC) || defined(CONFIG_PREEMPT_RT)
#define chorus_brief_lock()	rcu_read_lock()
#define chorus_brief_unlock()	rcu_read_unlock()
#else
#define chorus_brief_lock()	do { preempt_disable(); __acquire(RCU); } while (0)
#define chorus_brief_unlock()	do { __release(RCU); preempt_enable(); } while (0)
#endif

#endif /* CHORUS_OBJECT_BRIEF_H */
