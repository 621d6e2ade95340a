// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The system call, on machines where internal.h does not have it in line.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#if !defined(CHORUS_INLINE_TRAP) && !defined(CHORUS_FAKE_TRAP)
int chorus_trap(int fd, unsigned int command, void *arg)
{
	int saved = errno;
	int ret = 0;

	if (syscall(SYS_ioctl, fd, (unsigned long)command, arg) < 0) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}
#else
/* ISO C forbids an empty translation unit. */
typedef int chorus_trap_is_elsewhere;
#endif
