# SPDX-License-Identifier: GPL-2.0-or-later
(^|[^A-Za-z_])(BUG|WARNING|Oops)(:|$)
KASAN:|KCSAN:|KFENCE:|UBSAN:|KMSAN:
cut here
Kernel panic
general protection fault, |unable to handle |double fault
INFO: (task|rcu|possible|trying|inconsistent|suspicious)
rcu: INFO|rcu.*(stall|self-detected)
possible (recursive|circular|irq lock inversion|deadlock|unsafe)
inconsistent lock state|bad unlock balance|held lock freed|lock held when returning
sleeping function called from invalid context|scheduling while atomic
suspicious RCU usage
soft lockup|hard LOCKUP|watchdog: BUG
refcount_t: |list_(add|del) corruption|ODEBUG:
kmemleak: ([1-9][0-9]* new suspected|.*detector disabled|Cannot allocate a kmemleak_object)
usercopy: Kernel memory |(^|[^A-Za-z_])BUG [^ ]+ \(
turning off the locking correctness validator
objects remaining (in|on) |Objects remaining
stack-protector|stack guard page was hit|kernel stack overflow
Bad page state|Bad rss-counter|non-zero pgtables_bytes
unregister_netdevice: waiting
