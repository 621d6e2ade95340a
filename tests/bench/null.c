// SPDX-License-Identifier: GPL-2.0-or-later
/* null_syscall and null_ioctl: what any entry into the kernel costs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/chorus.h>

#include "bench.h"

static int syscall_open(struct row *row)
{
	row->seq = getppid();
	return 0;
}

static int syscall_run(struct row *row, unsigned int n)
{
	while (n--)
		if (syscall(SYS_getppid) != (long)row->seq)
			return row_wrong(row, "getppid");
	return 0;
}

static const struct row_ops syscall_ops = { syscall_open, syscall_run };

static int ioctl_open(struct row *row)
{
	row->fd[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (row->fd[0] < 0)
		return row_absent(row, "/dev/null: %s", strerror(errno));
	return 0;
}

/* The very command of lap_invoke, to a driver that knows no command. */
static int ioctl_run(struct row *row, unsigned int n)
{
	struct chorus_lap_invoke call = { .size = sizeof(call) };

	while (n--)
		if (ioctl(row->fd[0], CHORUS_IOC_LAP_INVOKE, &call) != -1 || errno != ENOTTY)
			return row_wrong(row, "ioctl on /dev/null");
	return 0;
}

static const struct row_ops ioctl_ops = { ioctl_open, ioctl_run };

void null_rows(void)
{
	row_add("null_syscall", &syscall_ops, 0);
	row_add("null_ioctl", &ioctl_ops, 0);
}
