/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of the generic netlink family "chorus".  Functions return 0 or a
 * negative code of libnl.
 */
#ifndef CHORUSCTL_NETLINK_H
#define CHORUSCTL_NETLINK_H

#include <linux/chorus.h>
#include <linux/chorus_netlink.h>
#include <netlink/attr.h>
#include <stdint.h>

/* One message; @attrs has CHORUS_A_MAX + 1 places, absent ones are NULL. */
typedef void (*message_fn)(struct nlattr **attrs, void *data);

int netlink_start(void);
void netlink_end(void);
int netlink_dump(int command, message_fn message, void *data);
int netlink_do(int command, message_fn message, void *data);

/* In one line what @err means for the user; returns FAILED. */
int netlink_complain(int err);

/* Zero where there is no such attribute. */
uint64_t attr_number(struct nlattr **attrs, int attr);
const char *attr_string(struct nlattr **attrs, int attr);
struct chorus_ui attr_ui(struct nlattr **attrs, int attr);

#endif /* CHORUSCTL_NETLINK_H */
