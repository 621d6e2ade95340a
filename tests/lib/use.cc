// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The interface from C++: every header at once, constants that hide casts,
 * initialisers, a callback.  Runs without a nucleus.
 */
#include <chorus.h>
#include <linux/chorus.h>

#include <cstdlib>
#include <cstring>

static int serve(void *, const ChorusRequest *, KnMsgDesc *)
{
	return CHORUS_STOP;
}

int main()
{
	setenv("CHORUS_DEVICE", "/nonexistent/chorus", 1);

	KnUniqueId ui;
	KnCap cap;
	KnLapDesc desc;
	KnMsgDesc msg{};
	KnIpcDest dest{};
	ChorusServer server{};
	char body[16];
	int li = K_ANYENABLED;

	server.serve = serve;
	msg.bodyAddr = body;
	msg.bodySize = sizeof(body);
	lapDescZero(&desc);
	std::memset(&cap, 0, sizeof(cap));

	bool fine = uiBuild(&ui, K_UIPORT_STATPORT, 1, 2) == K_OK &&
		portCreate(K_MYACTOR, &ui) == K_EDEVICE &&
		threadDelay(K_NOBLOCK) == K_OK &&
		threadDelay(K_NOTIMEOUT) == K_EDEVICE &&
		threadAbort(&cap, K_MYSELF) == K_EDEVICE &&
		lapInvoke(&desc, nullptr) == K_EDEVICE &&
		ipcCall(&msg, K_DEFAULTPORT, &dest, &msg, 10) == K_EDEVICE &&
		ipcReceive(&msg, &li, -1) == K_EDEVICE &&
		chorus_server_loop(&server) == K_EDEVICE &&
		std::strlen(chorus_strerror(K_EDEVICE)) > 0;

	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
