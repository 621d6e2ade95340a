// SPDX-License-Identifier: GPL-2.0-or-later
// What is allocated for a process is charged to its memory cgroup: GFP_KERNEL_ACCOUNT. (supervisor/ allocates
// for modules, debug/ and the probe are of the test build, and the netlink core does as it likes.)

virtual report

@bare@
identifier alloc =~ "^(k[mzc]alloc|kv[mz]alloc|kmalloc_array|kvmalloc_array|kmem_cache_z?alloc|vmalloc|vzalloc|krealloc|kmemdup|memdup_user|kstrdup|xa_alloc_cyclic)$";
identifier plain =~ "^(vmalloc|vzalloc|memdup_user|vmemdup_user)$";
position p;
@@
(
alloc@p(..., GFP_KERNEL)
|
alloc@p(..., GFP_KERNEL | __GFP_ZERO)
|
plain@p(...)
)

@script:python depends on report@
p << bare.p;
@@
if not any(part in p[0].file for part in ("module/supervisor/", "module/debug/", "module/actors/probe/")):
    coccilib.report.print_report(p[0], "an allocation that is charged to nobody: GFP_KERNEL_ACCOUNT")
