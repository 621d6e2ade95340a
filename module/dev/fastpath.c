// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fast paths: the commands that are called most, without the table.
 *
 * Each is a ladder of checks.  A check that fails sends the call to the slow path
 * with nothing done; what is done past the last check is what the slow path does.
 */
#include <linux/uaccess.h>

#include "debug/stat.h"
#include "dev/ioctl.h"
#include "ipc/lap.h"

/**
 * chorus_fastpath_lap_invoke() - invoke a LAP without an argument block
 * @actor: of the file
 * @user: the caller's structure
 *
 * Returns what the invocation returns, or -ENOTSUPP to have it done the slow way.
 */
long chorus_fastpath_lap_invoke(struct chorus_actor *actor, void __user *user)
{
	return -ENOTSUPP;
}
