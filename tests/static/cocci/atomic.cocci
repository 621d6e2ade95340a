// SPDX-License-Identifier: GPL-2.0-or-later
// Nothing waits, allocates with the right to wait, or touches memory of a process while a spinlock is held
// or inside an RCU read section.

virtual report

@lock exists@
identifier sleeps =~ "^(copy_(from|to)_user|copy_struct_from_user|[gp]et_user|chorus_copy_(body_)?(in|out)|chorus_(fetch|store)_words|chorus_message_(fill|drain|free|fail|alloc)|chorus_gate_(close|wait)|chorus_(object|active)_drain|chorus_wait_sleep|chorus_actor_(kill|close)|chorus_port_kill|mutex_lock|schedule|msleep|wait_for_completion.*|wait_event.*|synchronize_.*|cancel_work_sync|flush_.*)$";
identifier alloc =~ "^(k[mzc]alloc|kv[mz]alloc|kmalloc_array|kmem_cache_z?alloc|xa_alloc_cyclic|genlmsg_new)$";
expression owner;
position p;
@@
(
spin_lock(...);
|
spin_lock_bh(...);
|
raw_spin_lock(...);
|
rcu_read_lock();
|
owner = chorus_port_lock(...);
)
... when != spin_unlock(...)
    when != spin_unlock_bh(...)
    when != raw_spin_unlock(...)
    when != rcu_read_unlock()
    when any
(
sleeps@p(...)
|
alloc@p(..., GFP_KERNEL, ...)
|
alloc@p(..., GFP_KERNEL_ACCOUNT, ...)
|
alloc@p(..., GFP_KERNEL_ACCOUNT | __GFP_ZERO, ...)
)

@script:python depends on report@
p << lock.p;
@@
coccilib.report.print_report(p[0], "this may sleep, and a lock or an RCU read section is held")
