/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A brief RCU read section: for a few lookups of the fast paths, which neither sleep nor take
 * a lock.
 *
 * Since 5.0 a region with preemption disabled is an RCU read section, waited for by call_rcu()
 * like any other (Documentation/RCU/rcu.rst of the kernel), and costs three instructions
 * where rcu_read_lock() and rcu_read_unlock() are two calls.  Where lockdep looks it is
 * the ordinary section, so that what is done inside is checked as such.
 */
#ifndef CHORUS_OBJECT_BRIEF_H
#define CHORUS_OBJECT_BRIEF_H

#include <linux/preempt.h>
#include <linux/rcupdate.h>

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define chorus_brief_lock()	rcu_read_lock()
#define chorus_brief_unlock()	rcu_read_unlock()
#else
#define chorus_brief_lock()	preempt_disable()
#define chorus_brief_unlock()	preempt_enable()
#endif

#endif /* CHORUS_OBJECT_BRIEF_H */
