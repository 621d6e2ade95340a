// SPDX-License-Identifier: GPL-2.0-only
/* Commands about receive windows and large bodies. */
#include <linux/mm.h>

#include "dev/ioctl.h"
#include "ipc/port.h"
#include "ipc/window.h"

static int window_open(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_window_open *p = &payload->window_open;
	struct chorus_window *window;
	int ret;

	if (!p->slots || p->slots > CHORUS_WINDOW_SLOTS_MAX ||
	    !p->slot_size || p->slot_size > CHORUS_WINDOW_MAX || p->least > p->slot_size)
		return -EINVAL;
	if ((u64)p->slots * PAGE_ALIGN(p->slot_size) > CHORUS_WINDOW_MAX)
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

static int port_body_max(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_body_max *p = &payload->port_body_max;
	struct chorus_actor *actor = request->actor;
	struct chorus_port *port;

	if (p->flags & CHORUS_SET ?
	    p->body_max < CHORUS_BODY_MAX || p->body_max > CHORUS_BODY_LARGE_MAX : p->body_max)
		return -EINVAL;
	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, p->li);
	if (port) {
		p->out_body_max = port->body_max;
		if (p->flags & CHORUS_SET)
			WRITE_ONCE(port->body_max, p->body_max);
	}
	spin_unlock(&actor->lock);
	p->out_reserved = 0;
	return port ? 0 : -ENOENT;
}

const struct chorus_row chorus_rows_window[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_window_open, out_offset, window_open, 0, 0),
	CHORUS_ROW(0x1, chorus_window_close, reserved, window_close, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x2, chorus_port_body_max, out_reserved, port_body_max, CHORUS_SET, 0),
};
