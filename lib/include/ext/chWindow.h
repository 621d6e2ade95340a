/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Receive windows and large bodies (extension)
 *
 * Memory of the nucleus, mapped here for reading, into which the senders of a
 * port copy large bodies, once.  A message received with K_MSG_WINDOW has its
 * body there, until it is replied to or replaced by the next one:
 *
 *	ChorusWindow window;
 *
 *	chorus_window_open(&window, portli, 16, 65536, 1024);
 *	size = ipcReceive(&msg, &li, -1);
 *	body = chorus_window_body(&window, &msg);
 */
#ifndef CHORUS_EXT_CHWINDOW_H
#define CHORUS_EXT_CHWINDOW_H

#include <stddef.h>

#include <chError.h>
#include <chTypes.h>
#include <ipc/chIpc.h>

#define K_WINDOWSLOTSMAX	1024	/* slots of a window */
#define K_WINDOWMAX		(1u << 30)	/* bytes of all slots together */

/**
 * struct ChorusWindow - a window
 * @base: where it begins
 * @slotSize: bytes from one slot to the next
 * @slots: how many it has
 * @portLi: the port
 * @reserved: 0
 *
 * Filled in by chorus_window_open(), and not to be changed.
 */
typedef struct ChorusWindow {
	const void *base;
	unsigned int slotSize;
	unsigned int slots;
	int portLi;
	int reserved;
} ChorusWindow;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_window_open - give a port of the caller a window
 * @window: filled in
 * @portli: the port
 * @slots: bodies it holds at a time, 1 to K_WINDOWSLOTSMAX
 * @slotsize: bytes of the largest; all slots, each in whole pages, have
 *	K_WINDOWMAX bytes together at most
 * @least: shorter bodies come the ordinary way
 *
 * Any caller.  What finds no free slot, or is larger than one, comes the
 * ordinary way, too.  K_EBUSY: the port has a window; K_EINVAL: no such port,
 * or a number out of range; K_ENOMEM: no memory, or quota.
 */
int chorus_window_open(ChorusWindow *window, int portli, unsigned int slots,
		       unsigned int slotsize, unsigned int least);

/**
 * chorus_window_close - take it away and unmap it
 * @window: as it was filled in
 *
 * What lies in it, received or not, is gone from the caller's memory; what is
 * not received yet comes the ordinary way.  K_EINVAL: closed already, for
 * example with its port; it is unmapped all the same.
 */
int chorus_window_close(ChorusWindow *window);

/**
 * chorus_window_body - where the body of a message is
 * @window: of the port it came to
 * @msg: as a receive has left it
 *
 * In the window, or at bodyAddr.  Needs no nucleus.
 */
const void *chorus_window_body(const ChorusWindow *window, const KnMsgDesc *msg);

/**
 * chorus_port_body_max - read and write the largest body a port takes
 * @portli: a port of the caller
 * @oldmax: where the value goes, or null
 * @newmax: K_CMSGSIZEMAX to K_CMSGLARGEMAX, or null
 *
 * For senders who ask for more than K_CMSGSIZEMAX by K_LARGE.  K_EINVAL: no
 * such port, or a number out of range.
 */
int chorus_port_body_max(int portli, unsigned int *oldmax,
			 const unsigned int *newmax);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHWINDOW_H */
