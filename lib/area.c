// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Areas: memory whose pages change hands.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <ext/chArea.h>
#include <ext/chLib.h>

#include "internal.h"

_Static_assert(K_AREAMAX == CHORUS_AREA_MAX, "uapi");

static int close_offset(uint64_t offset)
{
	struct chorus_area_close cmd = { .size = sizeof(cmd), .offset = offset };

	return chorus_command(CHORUS_IOC_AREA_CLOSE, &cmd);
}

int chorus_area_open(ChorusArea *area, size_t size)
{
	struct chorus_area_open cmd = { .size = sizeof(cmd), .length = size };
	int saved = errno;
	void *base;
	int ret;

	if (!area)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_AREA_OPEN, &cmd);
	if (ret)
		return ret;
	base = mmap64(NULL, (size_t)cmd.out_length, PROT_READ | PROT_WRITE, MAP_SHARED,
		      chorus_fd(), (off64_t)cmd.out_offset);
	if (base == MAP_FAILED) {
		close_offset(cmd.out_offset);
		errno = saved;
		return K_ENOMEM;
	}
	*area = (ChorusArea){
		.base = base,
		.size = (size_t)cmd.out_length,
		.offset = cmd.out_offset,
	};
	return K_OK;
}

int chorus_area_close(ChorusArea *area)
{
	int saved = errno;
	int ret;

	if (!area || !area->base)
		return K_EFAULT;
	ret = close_offset(area->offset);
	munmap(area->base, area->size);
	memset(area, 0, sizeof(*area));
	errno = saved;
	return ret;
}
