// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Receive windows, large bodies.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <ext/chLib.h>
#include <ext/chWindow.h>

#include "internal.h"

_Static_assert(K_WINDOWSLOTSMAX == CHORUS_WINDOW_SLOTS_MAX, "uapi");
_Static_assert(K_WINDOWMAX == CHORUS_WINDOW_MAX, "uapi");
_Static_assert(K_CMSGLARGEMAX == CHORUS_BODY_LARGE_MAX, "uapi");

static int close_port(int portli)
{
	struct chorus_window_close cmd = { .size = sizeof(cmd), .li = portli };

	return chorus_command(CHORUS_IOC_WINDOW_CLOSE, &cmd);
}

/* Its bytes, which are more than 32 bits for nobody who could map them. */
static size_t length(const ChorusWindow *window)
{
	return (size_t)window->slots * window->slotSize;
}

int chorus_window_open(ChorusWindow *window, int portli, unsigned int slots,
		       unsigned int slotsize, unsigned int least)
{
	struct chorus_window_open cmd;
	int saved = errno;
	void *base;
	int ret;

	if (!window)
		return K_EFAULT;
	cmd = (struct chorus_window_open){
		.size = sizeof(cmd),
		.li = portli,
		.slots = slots,
		.slot_size = slotsize,
		.least = least,
	};
	ret = chorus_command(CHORUS_IOC_WINDOW_OPEN, &cmd);
	if (ret)
		return ret;
	*window = (ChorusWindow){
		.slotSize = cmd.out_slot_size,
		.slots = slots,
		.portLi = portli,
	};
	base = mmap64(NULL, length(window), PROT_READ, MAP_SHARED, chorus_fd(),
		      (off64_t)cmd.out_offset);
	if (base == MAP_FAILED) {
		close_port(portli);
		errno = saved;
		return K_ENOMEM;
	}
	window->base = base;
	return K_OK;
}

int chorus_window_close(ChorusWindow *window)
{
	int saved = errno;
	int ret;

	if (!window || !window->base)
		return K_EFAULT;
	ret = close_port(window->portLi);
	munmap((void *)(uintptr_t)window->base, length(window));
	memset(window, 0, sizeof(*window));
	errno = saved;
	return ret;
}

const void *chorus_window_body(const ChorusWindow *window, const KnMsgDesc *msg)
{
	if (!(msg->flags & K_MSG_WINDOW))
		return msg->bodyAddr;
	return (const char *)window->base +
	       (size_t)K_MSG_SLOT(msg->flags) * window->slotSize;
}

int chorus_port_body_max(int portli, unsigned int *oldmax,
			 const unsigned int *newmax)
{
	struct chorus_port_body_max cmd = {
		.size = sizeof(cmd),
		.flags = newmax ? CHORUS_SET : 0,
		.li = portli,
		.body_max = newmax ? *newmax : 0,
	};
	int ret = chorus_command(CHORUS_IOC_PORT_BODY_MAX, &cmd);

	if (!ret && oldmax)
		*oldmax = cmd.out_body_max;
	return ret;
}
