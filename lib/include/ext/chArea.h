/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Areas: memory whose pages change hands (extension)
 *
 * Memory of the nucleus, mapped here for reading and writing.  A body of whole
 * pages in an area is sent without a copy by K_MOVE, which takes it away from
 * the sender, or by K_COW, which lets him keep it; it is received without
 * a copy by who passes K_MOVE and room in an area of his own:
 *
 *	ChorusArea area;
 *
 *	chorus_area_open(&area, 1 << 20);
 *	msg.bodyAddr = area.base;
 *	msg.bodySize = area.size;
 *	msg.flags = K_MOVE | K_LARGE;
 *	ret = ipcSend(&msg, K_DEFAULTPORT, &dest);
 *
 * Where pages cannot change hands the body is copied.  K_MSG_MOVED tells the
 * receiver which it was.
 */
#ifndef CHORUS_EXT_CHAREA_H
#define CHORUS_EXT_CHAREA_H

#include <stddef.h>
#include <stdint.h>

#include <chError.h>
#include <chTypes.h>
#include <ipc/chIpc.h>

#define K_AREAMAX	(1u << 30)	/* bytes of an area */

/**
 * struct ChorusArea - an area
 * @base: where it begins, on a page boundary
 * @size: its bytes, whole pages
 * @offset: what the nucleus calls it
 *
 * Filled in by chorus_area_open(), and not to be changed.
 */
typedef struct ChorusArea {
	void *base;
	size_t size;
	uint64_t offset;
} ChorusArea;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_area_open - memory for the calling actor
 * @area: filled in
 * @size: bytes, 1 to K_AREAMAX; rounded up to whole pages
 *
 * Any caller.  It is zero at first.  A forked child does not inherit it.
 * K_EINVAL: a number out of range; K_ENOMEM: no memory, or quota.
 */
int chorus_area_open(ChorusArea *area, size_t size);

/**
 * chorus_area_close - unmap it and give it back
 * @area: as it was filled in
 *
 * Bodies that were sent from there are not touched.  K_EINVAL: the actor that
 * opened it is gone; it is unmapped all the same.
 */
int chorus_area_close(ChorusArea *area);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHAREA_H */
