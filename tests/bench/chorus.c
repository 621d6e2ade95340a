// SPDX-License-Identifier: GPL-2.0-or-later
/* The descriptor that makes this process an actor. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "chorus.h"

/* One actor a process, so one descriptor for all rows. */
int chorus_door(struct row *row, struct chorus_hello *hello)
{
	static int fd = -1;
	static pid_t owner;
	const uint32_t abi = CHORUS_ABI_CURRENT;

	if (owner != getpid()) {
		fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return row_absent(row, "no /dev/chorus (chorus.ko is not loaded)");
		if (fd < 0)
			return row_absent(row, "/dev/chorus: %s", strerror(errno));
		owner = getpid();
	}
	memset(hello, 0, sizeof(*hello));
	hello->size = sizeof(*hello);
	if (ioctl(fd, CHORUS_IOC_HELLO, hello))
		return row_absent(row, "CHORUS_IOC_HELLO: %s", strerror(errno));
	if (hello->out_abi_base > abi || hello->out_abi_current < abi)
		return row_absent(row, "the module speaks another ABI");
	return fd;
}

void chorus_rows(void)
{
	lap_rows();
	call_rows();
}
