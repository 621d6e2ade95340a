// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lap_invoke: the handler of a supervisor actor, run on the caller's own task.
 * LAP "null" of chorus_echo.ko takes nothing and does nothing; "echo" takes 64
 * bytes and adds one to the first word.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "bench.h"
#include "chorus.h"

static struct chorus_lap_desc null_lap, echo_lap;

static int resolve(struct row *row, const char *name, struct chorus_lap_desc *desc)
{
	struct chorus_lap_resolve find = { .size = sizeof(find), .flags = CHORUS_LAP_NOBLOCK };
	struct chorus_hello hello;

	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		return -1;
	strncpy(find.name, name, CHORUS_LAP_NAME_MAX);
	if (ioctl(row->fd[0], CHORUS_IOC_LAP_RESOLVE, &find))
		return row_absent(row, "no LAP \"%s\" (%s; chorus_echo.ko loaded?)", name,
				  strerror(errno));
	*desc = find.out_desc;
	return 0;
}

static int null_open(struct row *row)
{
	return resolve(row, ECHO_LAP_NULL, &null_lap);
}

static int null_run(struct row *row, unsigned int n)
{
	struct chorus_lap_invoke call = { .size = sizeof(call), .lap = null_lap.lap };

	while (n--)
		if (ioctl(row->fd[0], CHORUS_IOC_LAP_INVOKE, &call))
			return row_wrong(row, "lapInvoke");
	return 0;
}

static const struct row_ops null_ops = { null_open, null_run };

static int echo_open(struct row *row)
{
	if (resolve(row, ECHO_LAP_ECHO, &echo_lap))
		return -1;
	if (echo_lap.arg_size != sizeof(struct echo_arg))
		return row_absent(row, "LAP \"echo\" takes %u bytes, not %zu", echo_lap.arg_size,
				  sizeof(struct echo_arg));
	return 0;
}

static int echo_run(struct row *row, unsigned int n)
{
	struct echo_arg arg = { .data[55] = 0x5a };
	struct chorus_lap_invoke call = {
		.size = sizeof(call), .lap = echo_lap.lap,
		.arg = (uintptr_t)&arg, .arg_size = sizeof(arg),
	};

	while (n--) {
		arg.sequence = ++row->seq;
		if (ioctl(row->fd[0], CHORUS_IOC_LAP_INVOKE, &call))
			return row_wrong(row, "lapInvoke");
		if (arg.sequence != row->seq + 1 || arg.data[55] != 0x5a)
			return row_wrong(row, "another argument block");
	}
	return 0;
}

static const struct row_ops echo_ops = { echo_open, echo_run };

void lap_rows(void)
{
	row_add("lap_invoke", &null_ops, 0);
	row_add("lap_invoke_64", &echo_ops, 64);
}
