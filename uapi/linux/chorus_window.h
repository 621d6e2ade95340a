/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: receive windows.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_WINDOW_H
#define _UAPI_LINUX_CHORUS_WINDOW_H

#include <linux/chorus.h>

/* ---- 0x8n: windows -------------------------------------------------------- */

#define CHORUS_WINDOW_SLOTS_MAX		1024	/* slots of a window */
#define CHORUS_WINDOW_SLOT_MAX		65536	/* bytes of a slot */

/**
 * struct chorus_window_open - CHORUS_IOC_WINDOW_OPEN, a receive window for a port
 * @size: sizeof(struct chorus_window_open)
 * @flags: must be 0
 * @li: a port of the caller
 * @slots: how many bodies it holds at a time, 1 to CHORUS_WINDOW_SLOTS_MAX
 * @slot_size: bytes of the largest, 1 to CHORUS_WINDOW_SLOT_MAX
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

#endif /* _UAPI_LINUX_CHORUS_WINDOW_H */
