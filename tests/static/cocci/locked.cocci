// SPDX-License-Identifier: GPL-2.0-or-later
// A function whose name ends in _locked asserts its lock before it does anything else, and is called with
// a lock held: from another such function, or between a lock and its unlock.

virtual report

@asserts@
identifier f =~ "_locked$";
position p;
@@
f@p(...)
{
... when any
lockdep_assert_held(...);
... when any
}

@does@
identifier f =~ "_locked$";
position p != asserts.p;
@@
f@p(...) { ... }

@script:python depends on report@
f << does.f;
p << does.p;
@@
coccilib.report.print_report(p[0], "%s() does not assert that the lock is held" % f)

@under exists@
identifier f =~ "_locked$";
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
mutex_lock(...);
|
owner = chorus_port_lock(...);
)
... when != spin_unlock(...)
    when != spin_unlock_bh(...)
    when != raw_spin_unlock(...)
    when != mutex_unlock(...)
    when any
f@p(...)

@inside exists@
identifier g =~ "_locked$";
identifier f =~ "_locked$";
position p;
@@
g(...)
{
<+... f@p(...) ...+>
}

@bare@
identifier f =~ "_locked$";
position p != { under.p, inside.p };
@@
f@p(...)

@script:python depends on report@
f << bare.f;
p << bare.p;
@@
coccilib.report.print_report(p[0], "%s() is called without its lock" % f)
