/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernel versions.
 *
 * Tried on 6.1 (Debian 12), 6.12 (Debian 13), 7.2 (sid).  compat/Kbuild refuses to
 * build for what is outside the window.
 */
#ifndef CHORUS_COMPAT_H
#define CHORUS_COMPAT_H

#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "chorus.ko needs a 64-bit kernel; 32-bit programs run on it"
#endif

#include <linux/build_bug.h>
#include <linux/module.h>

/* The namespace argument became a string in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define CHORUS_NS "CHORUS"
#else
#define CHORUS_NS CHORUS
#endif

/* Without supervisor/ there are no modules to use them. */
#ifdef CHORUS_SUPERVISOR
#define CHORUS_EXPORT(sym) EXPORT_SYMBOL_NS_GPL(sym, CHORUS_NS)
#else
#define CHORUS_EXPORT(sym) static_assert(true)
#endif
/* One more expansion, because MODULE_IMPORT_NS stringifies its argument before 6.13. */
#define __CHORUS_IMPORT(ns) MODULE_IMPORT_NS(ns)
#define CHORUS_IMPORT() __CHORUS_IMPORT(CHORUS_NS)

#endif /* CHORUS_COMPAT_H */
