// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The shared library as installed, its own system call, and no nucleus: what a
 * user sees who has not loaded the module.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <chorus.h>

#include "tap.h"

static void device(const char *path, int code)
{
	setenv("CHORUS_DEVICE", path, 1);
	errno = 4711;
	is(chorus_init(), code, "%s: %s", path, chorus_strerror(code));
	is(errno, 4711, "errno is left alone");
}

int main(void)
{
	KnLapDesc desc = { .argSize = 0 };
	KnUniqueId ui;
	int li = K_DEFAULTPORT;
	KnMsgDesc msg = { .flags = 0 };
	KnIpcDest dest;

	device("/nonexistent/chorus", K_EDEVICE);
	device("/", K_EDEVICE);
	device("/dev/null", K_EDEVICE);
	device("/dev/zero", K_EDEVICE);
	memset(&dest, 0, sizeof(dest));
	is(lapInvoke(&desc, NULL), K_EDEVICE, "lapInvoke");
	is(ipcCall(&msg, li, &dest, &msg, 0), K_EDEVICE, "ipcCall");
	is(ipcReceive(&msg, &li, 0), K_EDEVICE, "ipcReceive");
	is(portCreate(K_MYACTOR, &ui), K_EDEVICE, "portCreate");
	is(uiBuild(&ui, K_UIPORT, 1, 1), K_OK, "uiBuild needs no nucleus");
	return tap_done();
}
