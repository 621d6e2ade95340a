// SPDX-License-Identifier: GPL-2.0-only
/* Commands about areas. */
#include <linux/mm.h>

#include "dev/ioctl.h"
#include "ipc/area.h"

static int area_open(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_area_open *p = &payload->area_open;
	struct chorus_area *area;
	int ret;

	if (!p->length || p->length > CHORUS_AREA_MAX)
		return -EINVAL;
	ret = chorus_area_open(request->actor, p->length, &area);
	if (ret)
		return ret;
	p->out_length = (u64)area->nr_pages << PAGE_SHIFT;
	p->out_offset = (u64)chorus_area_pgoff(area) << PAGE_SHIFT;
	/* Nobody could map an area he was not told of. */
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	if (ret)
		chorus_area_close(request->actor, p->out_offset);
	chorus_area_put(area);
	return ret;
}

static int area_close(struct chorus_request *request, union chorus_payload *payload)
{
	return chorus_area_close(request->actor, payload->area_close.offset);
}

const struct chorus_row chorus_rows_area[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_area_open, out_offset, area_open, 0, 0),
	CHORUS_ROW(0x1, chorus_area_close, offset, area_close, 0, CHORUS_ROW_QUIET),
};
