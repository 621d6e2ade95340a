/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For spatch, which does not read the kernel's headers: what our sources use and it would
 * stumble over. A function it cannot parse is one it does not check.
 */
#define __uninitialized
#define DEFINE_PER_CPU(type, name) type name
#define DECLARE_PER_CPU(type, name) extern type name
