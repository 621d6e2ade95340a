/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus: areas, memory whose pages change hands.
 *
 * A part of <linux/chorus.h>, which holds the format common to all commands and
 * the types; include that one.
 */
#ifndef _UAPI_LINUX_CHORUS_AREA_H
#define _UAPI_LINUX_CHORUS_AREA_H

#include <linux/chorus.h>

/* ---- 0x9n: areas ----------------------------------------------------------- */

#define CHORUS_AREA_MAX			1073741824 /* bytes of an area */

/**
 * struct chorus_area_open - CHORUS_IOC_AREA_OPEN, memory whose pages can change hands
 * @size: sizeof(struct chorus_area_open)
 * @flags: must be 0
 * @length: bytes, 1 to CHORUS_AREA_MAX
 * @out_length: @length, rounded up to whole pages
 * @out_offset: offset for mmap(2) of the device
 *
 * Memory that the nucleus gives to the calling actor, who maps all of it, @out_length bytes from
 * @out_offset on, shared, for reading and writing.  It is zero at first.  Its bytes are
 * charged to the caller at once (EDQUOT), and a page exists from its first touch on.
 *
 * A body of whole pages there, from a page boundary on, may be sent with CHORUS_MSG_MOVE: its pages
 * leave the area, which reads zero in their place, and are nobody's but the message's; or with
 * CHORUS_MSG_COW: sender and message share them until one of them writes.  A receiver who passes
 * CHORUS_MSG_MOVE gets the pages of such a body at @body, if that is in an area of his, on a page
 * boundary, with room for all of them: nothing is copied, what was there is gone, and
 * CHORUS_MSG_MOVED says so.  In every other case the body is copied, as ever: no area, no page
 * boundary, no whole pages, parts, a broadcast, a message handler, a receiver without room.
 *
 * Pages on their way are charged to who pays for the message.  Nobody else holds a page of an
 * area: what has to pin memory (O_DIRECT, registered buffers of io_uring) fails there with
 * EFAULT.  Source: none, an extension of ours.
 */
struct chorus_area_open {
	__u32 size;
	__u32 flags;
	__aligned_u64 length;
	__aligned_u64 out_length;
	__aligned_u64 out_offset;
};
#define CHORUS_IOC_AREA_OPEN		CHORUS_IOC(0x90)

/**
 * struct chorus_area_close - CHORUS_IOC_AREA_CLOSE
 * @size: sizeof(struct chorus_area_close)
 * @flags: must be 0
 * @offset: @out_offset of an area of the caller (ENOENT)
 *
 * It cannot be mapped any more.  What is mapped stays, as it was, until it is unmapped.
 */
struct chorus_area_close {
	__u32 size;
	__u32 flags;
	__aligned_u64 offset;
};
#define CHORUS_IOC_AREA_CLOSE		CHORUS_IOC(0x91)

#endif /* _UAPI_LINUX_CHORUS_AREA_H */
