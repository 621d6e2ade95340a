// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "module.h"

#define FOLDER		"/lib/chorus/"

/* In the order in which they are loaded. */
static const char *const modules[] = { "chorus", "chorus_echo", "chorus_probe" };
#define MODULES		(sizeof(modules) / sizeof(modules[0]))

long module_load(const char *name)
{
	char path[96];
	long ret;
	int fd;

	snprintf(path, sizeof(path), FOLDER "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

long module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

bool module_is_loaded(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

bool modules_cycle(struct cover *cover)
{
	bool ok = true;
	unsigned int i;

	cover_enable(cover, 0);
	for (i = MODULES; i-- && ok; ) {
		ok = !module_unload(modules[i]);
		cover_collect(cover, 0);
	}
	for (i = 0; i < MODULES; i++) {
		if (module_is_loaded(modules[i]))
			continue;
		ok &= !module_load(modules[i]);
		/* The nucleus lies elsewhere now. */
		if (!i)
			cover_find();
		cover_collect(cover, 0);
	}
	cover_disable(cover, 0);
	return ok;
}
