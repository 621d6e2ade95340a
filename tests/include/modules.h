/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that a test takes out and puts back. */
#ifndef MODULES_H
#define MODULES_H

#include <fcntl.h>
#include <sys/syscall.h>

#include "selftest.h"

static inline int remove_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

static inline int insert_module(const char *name)
{
	char path[96];
	int fd, result;

	snprintf(path, sizeof(path), "/lib/chorus/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return result;
}

/* To be put back, the files must be at hand. */
static inline void need_files(void)
{
	if (access("/lib/chorus/chorus_echo.ko", R_OK) || access("/lib/chorus/chorus_probe.ko", R_OK))
		selftest_skip("the modules are not in /lib/chorus, where this test could reload them");
}

#endif /* MODULES_H */
