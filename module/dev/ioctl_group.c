// SPDX-License-Identifier: GPL-2.0-only
/* Commands about groups. */
#include "dev/ioctl.h"
#include "ipc/group.h"

static int group_allocate(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_group_allocate *p = &payload->group_allocate;

	return chorus_group_allocate(request->actor, p->type, p->stamp, &p->out_cap);
}

static int group_insert(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_group_member *p = &payload->group_member;

	return chorus_group_insert(request->actor, &p->cap, &p->port);
}

static int group_remove(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_group_member *p = &payload->group_member;

	return chorus_group_remove(request->actor, &p->cap, &p->port);
}

const struct chorus_row chorus_rows_group[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_group_allocate, out_cap, group_allocate, 0, 0),
	CHORUS_ROW(0x1, chorus_group_member, port, group_insert, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x2, chorus_group_member, port, group_remove, 0, CHORUS_ROW_QUIET),
};
