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

	for (i = 0; i < SECTIONS; i++) {
		sections[i] = section_address(section_names[i]);
		if (sections[i] && (!low || sections[i] < low))
			low = sections[i];
	}
	return low && !access(KCOV, R_OK | W_OK);
}

void cover_open(struct cover *cover)
{
	int lane;

	cover->on = true;
	for (lane = 0; lane < COVER_LANES; lane++) {
		cover->fds[lane] = open(KCOV, O_RDWR | O_CLOEXEC);
		if (cover->fds[lane] < 0 ||
		    ioctl(cover->fds[lane], KCOV_INIT_TRACE, (unsigned long)ENTRIES)) {
			cover->on = false;
			return;
		}
		cover->pcs[lane] = mmap(NULL, ENTRIES * sizeof(long), PROT_READ | PROT_WRITE,
					MAP_SHARED, cover->fds[lane], 0);
		if (cover->pcs[lane] == MAP_FAILED) {
			cover->on = false;
			return;
		}
	}
}

void cover_begin(struct cover *cover)
{
	unsigned int i, nr = cover->nr < COVER_LIST ? cover->nr : COVER_LIST;

	for (i = 0; i < nr; i++)
		cover->hit[cover->list[i]] = 0;
	cover->nr = 0;
	for (i = 0; cover->on && i < COVER_LANES; i++)
		cover->pcs[i][0] = 0;
}

void cover_enable(struct cover *cover, unsigned int lane)
{
	if (cover->on)
		ioctl(cover->fds[lane], KCOV_ENABLE, KCOV_TRACE_PC);
}

void cover_collect(struct cover *cover, unsigned int lane)
{
	unsigned long i, nr, offset;
	unsigned int place;

	if (!cover->on)
		return;
	nr = __atomic_load_n(&cover->pcs[lane][0], __ATOMIC_RELAXED);
	for (i = 1; i <= nr && i < ENTRIES; i++) {
		offset = cover->pcs[lane][i] - low;
		if (offset >= COVER_RANGE || cover->hit[offset])
			continue;
		cover->hit[offset] = 1;
		place = atomic_fetch_add(&cover->nr, 1);
		if (place < COVER_LIST)
			cover->list[place] = (uint32_t)offset;
	}
	__atomic_store_n(&cover->pcs[lane][0], 0, __ATOMIC_RELAXED);
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
