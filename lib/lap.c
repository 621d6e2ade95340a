// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Local access points.
 */
#include <errno.h>
#include <string.h>

#include <ext/chLib.h>
#include <lap/chLap.h>

#include "internal.h"

_Static_assert(K_LAPNAMEMAX == CHORUS_LAP_NAME_MAX, "uapi");
_Static_assert(K_LAPARGMAX == CHORUS_LAP_ARG_MAX, "uapi");
_Static_assert(K_LAP_SAFE == CHORUS_LAP_SAFE &&
	       K_LAP_PROTECTED == CHORUS_LAP_PROTECTED &&
	       K_LAP_NOBLOCK == CHORUS_LAP_NOBLOCK &&
	       K_LAP_PROMPT == CHORUS_LAP_PROMPT, "uapi");

void chorus_build_lap(struct chorus_lap_invoke *cmd, const KnLapDesc *lapdesc, void *arg)
{
	*cmd = (struct chorus_lap_invoke){
		.size = sizeof(*cmd),
		.lap = chorus_ui_out(&lapdesc->lap),
		.arg = lapdesc->argSize ? chorus_address(arg) : 0,
		.arg_size = lapdesc->argSize,
	};
}

int lapInvoke(const KnLapDesc *lapdesc, void *arg)
{
	struct chorus_lap_invoke cmd;

	if (chorus_unlikely(!lapdesc))
		return K_EFAULT;
	chorus_build_lap(&cmd, lapdesc, arg);
	return chorus_command(CHORUS_IOC_LAP_INVOKE, &cmd);
}

int chorus_lap_resolve(KnLapDesc *lapdesc, const char *name, int options,
		       int64_t timeout)
{
	struct chorus_lap_resolve cmd = {
		.size = sizeof(cmd),
		.flags = (__u32)options,
		.timeout = timeout,
	};
	size_t len;
	int fd, ret;

	if (!lapdesc || !name)
		return K_EFAULT;
	len = strnlen(name, sizeof(cmd.name));
	if (len < 1 || len > K_LAPNAMEMAX)
		return K_EINVAL;
	memcpy(cmd.name, name, len);
	fd = chorus_fd();
	if (fd < 0)
		return fd;
	ret = chorus_trap(fd, CHORUS_IOC_LAP_RESOLVE, &cmd);
	/* Told apart from a bad argument: the client may try again later. */
	if (ret == -ENOENT)
		return K_EUNKNOWN;
	if (ret)
		return chorus_code(-ret);
	chorus_ui_in(&lapdesc->lap, &cmd.out_desc.lap);
	lapdesc->argSize = cmd.out_desc.arg_size;
	lapdesc->options = cmd.out_desc.options;
	return K_OK;
}

int lapResolve(KnLapDesc *lapdesc, const char *name, int options)
{
	return chorus_lap_resolve(lapdesc, name, options, -1);
}

void lapDescZero(KnLapDesc *lapdesc)
{
	*lapdesc = (KnLapDesc){ .argSize = 0 };
}

int lapDescIsZero(const KnLapDesc *lapdesc)
{
	return !(lapdesc->lap.uiHead | lapdesc->lap.uiTail |
		 lapdesc->argSize | lapdesc->options);
}

void lapDescDup(KnLapDesc *to, const KnLapDesc *from)
{
	*to = *from;
}
