// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The descriptor that makes this process an actor.  The library opens it, for
 * one process is one actor and lap_invoke_lib needs it too; all other rows use
 * it with plain ioctls.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ext/chLib.h>

#include "bench.h"
#include "chorus.h"

int chorus_door(struct row *row, struct chorus_hello *hello)
{
	int fd;

	if (access("/dev/chorus", F_OK))
		return row_absent(row, "no /dev/chorus (chorus.ko is not loaded)");
	fd = chorus_fd();
	if (fd < 0)
		return row_absent(row, "/dev/chorus: %s", chorus_strerror(fd));
	memset(hello, 0, sizeof(*hello));
	hello->size = sizeof(*hello);
	if (ioctl(fd, CHORUS_IOC_HELLO, hello))
		return row_absent(row, "CHORUS_IOC_HELLO: %s", strerror(errno));
	return fd;
}

void chorus_rows(void)
{
	lap_rows();
	call_rows();
	window_rows();
	move_rows();
	group_rows();
	ring_rows();
	batch_rows();
	ports_rows();
}
