/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: receive windows, large bodies.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_WINDOW_H
#define _UAPI_LINUX_CHORUS_WINDOW_H

#include <linux/chorus.h>

/* ---- 0x8n: windows, large bodies ------------------------------------------ */

#define CHORUS_WINDOW_SLOTS_MAX		1024	/* slots of a window */
#define CHORUS_WINDOW_MAX		1073741824 /* bytes of a window, and of a slot */

/**
 * struct chorus_window_open - CHORUS_IOC_WINDOW_OPEN, a receive window for a port
 * @size: sizeof(struct chorus_window_open)
 * @flags: must be 0
 * @li: a port of the caller
 * @slots: how many bodies it holds at a time, 1 to CHORUS_WINDOW_SLOTS_MAX
 * @slot_size: bytes of the largest, at least 1; all slots together, in whole pages, have
 *	CHORUS_WINDOW_MAX bytes at most
 * @least: bodies of fewer bytes do not go there; at most @slot_size
 * @out_slot_size: @slot_size, rounded up to whole pages: from one slot to the next
 * @out_reserved: 0
 * @out_offset: offset for mmap(2) of the device
 *
 * Memory that the nucleus gives to the calling actor, who maps all of it, slots * out_slot_size
 * bytes from @out_offset on, shared and for reading.  The body of a request or message that is
 * sent to the port is copied once, by its sender, into a slot that is free, and is read there:
 * the receive sets CHORUS_MSG_WINDOW, out_slot tells the slot, and nothing goes to @body.  The
 * slot is the message's until the message is replied to or ends otherwise.  A body that finds
 * no slot, or is larger than one, takes the way through the nucleus, as without a window.
 *
 * A port has one window at most (EBUSY).  Its bytes are charged to the caller (EDQUOT).  It is
 * closed by CHORUS_IOC_WINDOW_CLOSE, and with the port when that dies or moves to another
 * actor.  What a closed window still holds is received the ordinary way.
 * Source: none, an extension of ours.
 */
struct chorus_window_open {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 slots;
	__u32 slot_size;
	__u32 least;
	__u32 out_slot_size;
	__u32 out_reserved;
	__aligned_u64 out_offset;
};
#define CHORUS_IOC_WINDOW_OPEN		CHORUS_IOC(0x80)

/**
 * struct chorus_window_close - CHORUS_IOC_WINDOW_CLOSE
 * @size: sizeof(struct chorus_window_close)
 * @flags: must be 0
 * @li: a port of the caller with a window (ENOENT)
 * @reserved: must be 0
 *
 * Nothing more goes into it.  Its memory stays as long as it is mapped, or holds a message.
 */
struct chorus_window_close {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 reserved;
};
#define CHORUS_IOC_WINDOW_CLOSE		CHORUS_IOC(0x81)

/**
 * struct chorus_port_body_max - CHORUS_IOC_PORT_BODY_MAX, the largest body a port takes
 * @size: sizeof(struct chorus_port_body_max)
 * @flags: CHORUS_SET
 * @li: a port of the caller
 * @body_max: new value, CHORUS_BODY_MAX to CHORUS_BODY_LARGE_MAX
 * @out_body_max: the value before the call; CHORUS_BODY_MAX at first, and after a migration
 * @out_reserved: 0
 *
 * For senders with CHORUS_MSG_LARGE; what is queued already stays.  It says nothing of memory: a
 * body that is too large for a window, or finds no slot, is charged to its sender as ever.
 */
struct chorus_port_body_max {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 body_max;
	__u32 out_body_max;
	__u32 out_reserved;
};
#define CHORUS_IOC_PORT_BODY_MAX	CHORUS_IOC(0x82)

#endif /* _UAPI_LINUX_CHORUS_WINDOW_H */
