/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * The generic netlink family "chorus": what chorusctl reads.  Described in
 * Documentation/netlink/specs/chorus.yaml; one site is one network namespace.
 * Every command needs CAP_NET_ADMIN in the user namespace that owns the site,
 * because unique identifiers are names that only their holders should know.
 */
#ifndef _UAPI_LINUX_CHORUS_NETLINK_H
#define _UAPI_LINUX_CHORUS_NETLINK_H

#define CHORUS_FAMILY_NAME	"chorus"
#define CHORUS_FAMILY_VERSION	1

enum chorus_nl_cmd {
	CHORUS_CMD_UNSPEC,
	CHORUS_CMD_SITE_GET,		/* do: one reply about the site */
	CHORUS_CMD_ACTOR_GET,		/* dump: one message an actor */
	CHORUS_CMD_PORT_GET,		/* dump: one message a port */
	CHORUS_CMD_LAP_GET,		/* dump: one message a LAP */
	CHORUS_CMD_STAT_GET,		/* dump: one message a counter */
	CHORUS_CMD_GROUP_GET,		/* dump: one message a group that has members */
	__CHORUS_CMD_MAX,
	CHORUS_CMD_MAX = __CHORUS_CMD_MAX - 1,
};

enum chorus_nl_attr {
	CHORUS_A_UNSPEC,
	CHORUS_A_PAD,
	CHORUS_A_SITE,			/* u32: site number */
	CHORUS_A_VERSION,		/* string: version of the module */
	CHORUS_A_ABI_BASE,		/* u32 */
	CHORUS_A_ABI_CURRENT,		/* u32 */
	CHORUS_A_FEATURES,		/* u64: CHORUS_FEATURE_* */
	CHORUS_A_UI,			/* binary, struct chorus_ui of the object */
	CHORUS_A_ACTOR_UI,		/* binary, struct chorus_ui of its owner */
	CHORUS_A_NAME,			/* string: name of an actor, LAP or counter */
	CHORUS_A_PRIVILEGE,		/* u32: enum chorus_privilege */
	CHORUS_A_PID,			/* u32: process id of a user or system actor */
	CHORUS_A_PI_UID,		/* u16 */
	CHORUS_A_PI_GID,		/* u16 */
	CHORUS_A_PI_DID,		/* u16 */
	CHORUS_A_ACTORS,		/* u32: actors of the site */
	CHORUS_A_PORTS,			/* u32: ports of the site or actor */
	CHORUS_A_LAPS,			/* u32: LAPs of the site */
	CHORUS_A_THREADS,		/* u32: threads of the actor known to the nucleus */
	CHORUS_A_MESSAGES,		/* u32: messages allocated by the actor */
	CHORUS_A_LI,			/* u32: local id */
	CHORUS_A_QUEUED,		/* u32: messages in the queue */
	CHORUS_A_SEQNUM,		/* u64: messages received from the port */
	CHORUS_A_ENABLED,		/* flag */
	CHORUS_A_PRIORITY,		/* u32 */
	CHORUS_A_HANDLER,		/* flag: the port has a message handler */
	CHORUS_A_OPTIONS,		/* u32: CHORUS_LAP_* */
	CHORUS_A_ARG_SIZE,		/* u32 */
	CHORUS_A_VALUE,			/* u64: value of a counter */
	CHORUS_A_GROUPS,		/* u32: groups of the site, or those the port is in */
	CHORUS_A_MEMBERS,		/* u32: members of the group */
	__CHORUS_A_MAX,
	CHORUS_A_MAX = __CHORUS_A_MAX - 1,
};

#endif /* _UAPI_LINUX_CHORUS_NETLINK_H */
