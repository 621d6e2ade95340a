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

#endif /* _UAPI_LINUX_CHORUS_RECOVER_H */
