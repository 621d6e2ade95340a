// SPDX-License-Identifier: GPL-2.0-only
/* Commands about receive windows. */
#include <linux/mm.h>

#include "dev/ioctl.h"
#include "ipc/window.h"

static int window_open(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_window_open *p = &payload->window_open;
	struct chorus_window *window;
	int ret;

	if (!p->slots || p->slots > CHORUS_WINDOW_SLOTS_MAX ||
	    !p->slot_size || p->slot_size > CHORUS_WINDOW_SLOT_MAX || p->least > p->slot_size)
		return -EINVAL;
	ret = chorus_window_open(request->actor, p, &window);
	if (ret)
		return ret;
	p->out_slot_size = window->slot_size;
	p->out_reserved = 0;
	p->out_offset = (u64)chorus_window_pgoff(window) << PAGE_SHIFT;
	/* Nobody would ever look into a window he was not told of. */
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	if (ret)
		chorus_window_undo(window);
	chorus_window_put(window);
	return ret;
}

static int window_close(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_window_close *p = &payload->window_close;

	return p->reserved ? -EINVAL : chorus_window_close(request->actor, p->li);
}

const struct chorus_row chorus_rows_window[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_window_open, out_offset, window_open, 0, 0),
	CHORUS_ROW(0x1, chorus_window_close, reserved, window_close, 0, CHORUS_ROW_QUIET),
};
