/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: death and recovery.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_RECOVER_H
#define _UAPI_LINUX_CHORUS_RECOVER_H

#include <linux/chorus.h>

/* ---- 0x7n: death and recovery -------------------------------------------- */

/**
 * struct chorus_watch - CHORUS_IOC_WATCH, to be told of a death
 * @size: sizeof(struct chorus_watch)
 * @flags: CHORUS_WATCH_MEMBERS: @object is a group, tell when a member leaves it;
 *	CHORUS_WATCH_SINCE: with that, tell at once if more than @seen have left
 * @object: a port of this site; or a group that has members, in any mode
 * @li: the caller's port that gets the notice
 * @reserved: must be 0
 * @cookie: comes back in the notice
 * @seen: with CHORUS_WATCH_SINCE: departures the caller knows of; else must be 0
 * @out_departures: of a group: members that have left it so far; else 0
 *
 * When the port dies, deleted or with its actor, when the group loses its last member, or any
 * with CHORUS_WATCH_MEMBERS, one message comes to @li: CHORUS_MSG_DEATH is among its flags, which
 * nobody but the nucleus can set, its source port is @object, its annex is a struct
 * chorus_death, it has no body.  That ends the watch.  All it needs is had
 * beforehand, and it is queued above the limit of the queue if need be: it is never lost, unless
 * @li dies or is told to delete its queue.
 *
 * A watch follows a port that moves to another actor, be it @object or @li.
 * EHOSTUNREACH: there is no such port, or the group has no member: dead already; EEXIST: the
 * same @object, @li and @cookie stand already; ENOENT: no port @li; EDQUOT, ENOMEM: nothing was
 * done.  Source: none, an extension of ours.
 */
struct chorus_watch {
	__u32 size;
	__u32 flags;
	struct chorus_ui object;
	__s32 li;
	__u32 reserved;
	__aligned_u64 cookie;
	__aligned_u64 seen;
	__aligned_u64 out_departures;
};
#define CHORUS_IOC_WATCH		CHORUS_IOC(0x70)
#define CHORUS_WATCH_MEMBERS		(1U << 0)
#define CHORUS_WATCH_SINCE		(1U << 1)

/**
 * struct chorus_watch_cancel - CHORUS_IOC_WATCH_CANCEL
 * @size: sizeof(struct chorus_watch_cancel)
 * @flags: must be 0
 * @object: as in struct chorus_watch
 * @li: the same
 * @reserved: must be 0
 * @cookie: the same
 *
 * After a success no notice comes.  ENOENT: there is no such watch; if there was one its notice
 * is on its way, in the queue, or received.
 */
struct chorus_watch_cancel {
	__u32 size;
	__u32 flags;
	struct chorus_ui object;
	__s32 li;
	__u32 reserved;
	__aligned_u64 cookie;
};
#define CHORUS_IOC_WATCH_CANCEL		CHORUS_IOC(0x71)

/**
 * struct chorus_death - what the annex of a notice starts with; the rest of it is 0
 * @cookie: of the watch
 * @object: the port or the group that was watched
 * @member: of a group: the port that left; null if none is to be named
 * @departures: of a group: members that have left it, this one included; else 0
 * @members: those it had then; 0: it is empty, and has ended
 * @reserved: 0
 */
struct chorus_death {
	__aligned_u64 cookie;
	struct chorus_ui object;
	struct chorus_ui member;
	__aligned_u64 departures;
	__u32 members;
	__u32 reserved;
};

enum chorus_port_policies {
	CHORUS_POLICY_FAIL = 0,
	CHORUS_POLICY_HOLD = 1,
};

#define CHORUS_HOLD_MAX			60000000000LL /* nanoseconds a call may wait for a successor */
#define CHORUS_AGAIN_MAX		8	/* servers that may die with one call */

/**
 * struct chorus_port_policy - CHORUS_IOC_PORT_POLICY, what becomes of calls when a port dies
 * @size: sizeof(struct chorus_port_policy)
 * @flags: CHORUS_SET
 * @li: local id of the port
 * @policy: enum chorus_port_policies
 * @hold: CHORUS_POLICY_HOLD: nanoseconds, 1 to CHORUS_HOLD_MAX; else must be 0
 * @heir: CHORUS_POLICY_HOLD: null, a port, or a group in any mode; else must be null
 * @out_policy: as it was before the call, and so on
 * @out_reserved: 0
 * @out_hold: the same
 * @out_heir: the same
 *
 * CHORUS_POLICY_FAIL, that of a new port: a call in its queue ends with EIDRM when the port dies,
 * one in the hands of its actor with EOWNERDEAD when that dies: each is received at most once.
 *
 * CHORUS_POLICY_HOLD: such calls go on to a successor, behind what waits there, in the order they
 * came; the clients wait on, with their timeouts.  Those that had been received are flagged
 * CHORUS_MSG_AGAIN: they may have had effects, and are received *at least* once.  The successor is
 * the port of the same name (it lives on in another actor, or is declared again), else @heir, any
 * member of it if it is a group.  When there is none they wait for one up to @hold, then
 * end as above.  After CHORUS_AGAIN_MAX dead servers a call ends with EOWNERDEAD.  The same goes for
 * a server thread that ends with a call in its hands; and for what the shared queue of a group
 * holds when its last member leaves, whose policy it is.
 *
 * It goes with the port when that moves, and holds for what is received from then on.  Messages
 * that are no calls are not held.  ENOENT: no such port.  Source: none, an extension of ours.
 */
struct chorus_port_policy {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 policy;
	__aligned_u64 hold;
	struct chorus_ui heir;
	__u32 out_policy;
	__u32 out_reserved;
	__aligned_u64 out_hold;
	struct chorus_ui out_heir;
};
#define CHORUS_IOC_PORT_POLICY		CHORUS_IOC(0x72)

#endif /* _UAPI_LINUX_CHORUS_RECOVER_H */
