/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family "chorus": what is there, for chorusctl.
 *
 * Read only.  Shows one site, the network namespace of the socket, to whoever has
 * CAP_NET_ADMIN over it, and the counters, which are the machine's, to whoever has it over
 * the machine.  Described in Documentation/netlink/specs/chorus.yaml.
 */
#ifndef CHORUS_DEV_NETLINK_H
#define CHORUS_DEV_NETLINK_H

int chorus_netlink_init(void);
void chorus_netlink_exit(void);

#endif /* CHORUS_DEV_NETLINK_H */
