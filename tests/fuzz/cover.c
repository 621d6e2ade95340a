// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kcov.h>

#include "cover.h"

#define ENTRIES		(8U << 10)	/* for one call: collected after each */
#define REMOTE_ENTRIES	(64U << 10)	/* of all that runs between two looks */
#define REMOTE_AREA	(8U << 10)	/* of one worker at a time */
#define REMOTE_INSTANCE	0x63686f72	/* CHORUS_COVER of module/debug/cover.h */
#define KCOV		"/sys/kernel/debug/kcov"

static const char *const section_names[] = { ".text", ".text.unlikely" };
#define SECTIONS	(sizeof(section_names) / sizeof(section_names[0]))
static unsigned long sections[SECTIONS], low;

static unsigned long section_address(const char *name)
{
	char path[128], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/module/chorus/sections/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strtoul(text, NULL, 0);
}

bool cover_find(void)
{
	unsigned int i;

	low = 0;
	for (i = 0; i < SECTIONS; i++) {
		sections[i] = section_address(section_names[i]);
		if (sections[i] && (!low || sections[i] < low))
			low = sections[i];
	}
	return low && !access(KCOV, R_OK | W_OK);
}

static bool buffer_open(struct cover_buffer *buffer, unsigned long entries)
{
	buffer->fd = open(KCOV, O_RDWR | O_CLOEXEC);
	if (buffer->fd < 0 || ioctl(buffer->fd, KCOV_INIT_TRACE, entries))
		return false;
	buffer->pcs = mmap(NULL, entries * sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED,
			   buffer->fd, 0);
	if (buffer->pcs == MAP_FAILED)
		buffer->pcs = NULL;
	return buffer->pcs;
}

void cover_open(struct cover *cover)
{
	int lane;

	cover->on = true;
	for (lane = 0; cover->on && lane < COVER_LANES; lane++)
		cover->on = buffer_open(&cover->lanes[lane], ENTRIES);
}

bool cover_open_remote(struct cover *cover)
{
	struct kcov_remote_arg arg = {
		.trace_mode = KCOV_TRACE_PC,
		.area_size = REMOTE_AREA,
		.common_handle = kcov_remote_handle(KCOV_SUBSYSTEM_COMMON, REMOTE_INSTANCE),
	};

	if (!buffer_open(&cover->remote, REMOTE_ENTRIES))
		return false;
	if (!ioctl(cover->remote.fd, KCOV_REMOTE_ENABLE, &arg))
		return true;
	cover->remote.pcs = NULL;
	return false;
}

void cover_begin(struct cover *cover)
{
	unsigned int i, nr = cover->nr < COVER_LIST ? cover->nr : COVER_LIST;

	for (i = 0; i < nr; i++)
		cover->hit[cover->list[i]] = 0;
	cover->nr = 0;
	for (i = 0; cover->on && i < COVER_LANES; i++)
		cover->lanes[i].pcs[0] = 0;
}

void cover_enable(struct cover *cover, unsigned int lane)
{
	if (cover->on)
		ioctl(cover->lanes[lane].fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

void cover_disable(struct cover *cover, unsigned int lane)
{
	if (cover->on)
		ioctl(cover->lanes[lane].fd, KCOV_DISABLE, 0);
}

static void buffer_collect(struct cover *cover, unsigned long *pcs, unsigned long entries)
{
	unsigned long nr = __atomic_load_n(&pcs[0], __ATOMIC_RELAXED), i, offset;
	unsigned int place;

	for (i = 1; i <= nr && i < entries; i++) {
		offset = pcs[i] - low;
		if (offset >= COVER_RANGE || cover->hit[offset])
			continue;
		cover->hit[offset] = 1;
		place = atomic_fetch_add(&cover->nr, 1);
		if (place < COVER_LIST)
			cover->list[place] = (uint32_t)offset;
	}
	__atomic_store_n(&pcs[0], 0, __ATOMIC_RELAXED);
}

void cover_collect(struct cover *cover, unsigned int lane)
{
	if (cover->on)
		buffer_collect(cover, cover->lanes[lane].pcs, ENTRIES);
}

void cover_collect_remote(struct cover *cover)
{
	if (cover->remote.pcs)
		buffer_collect(cover, cover->remote.pcs, REMOTE_ENTRIES);
}

void cover_write(FILE *file, const uint8_t *seen)
{
	unsigned long offset;
	unsigned int i;

	for (i = 0; i < SECTIONS; i++)
		if (sections[i])
			fprintf(file, "section %s %lx\n", section_names[i], sections[i]);
	for (offset = 0; offset < COVER_RANGE; offset++)
		if (seen[offset])
			fprintf(file, "pc %lx\n", low + offset);
}
