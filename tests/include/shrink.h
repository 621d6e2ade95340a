/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before memory is measured: free objects that a CPU keeps in its slabs count as used
 * until every cache has shrunk.
 */
#ifndef SHRINK_H
#define SHRINK_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What cannot be written, like a cache that cannot shrink, is passed over. */
static inline void shrink_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ignored;

	if (fd < 0)
		return;
	ignored = write(fd, text, strlen(text));
	(void)ignored;
	close(fd);
}

static inline void shrink_all(void)
{
	struct dirent *entry;
	char path[300];
	DIR *dir;

	shrink_write("/proc/sys/vm/drop_caches", "3");
	dir = opendir("/sys/kernel/slab");
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", entry->d_name);
		if (*entry->d_name != '.')
			shrink_write(path, "1");
	}
	if (dir)
		closedir(dir);
}

#endif /* SHRINK_H */
