// SPDX-License-Identifier: GPL-2.0-or-later
/* client HEAD TAIL TEXT: one call to the port of that name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <chorus.h>

int main(int argc, char **argv)
{
	KnMsgDesc request = { .flags = 0 }, reply = { .flags = 0 };
	KnIpcDest server = { .target = { 0, 0 } };
	char answer[256];
	int size;

	if (argc != 4)
		return 2;
	server.target.uiHead = strtoull(argv[1], NULL, 0);
	server.target.uiTail = strtoull(argv[2], NULL, 0);
	request.bodyAddr = argv[3];
	request.bodySize = (unsigned int)strlen(argv[3]);
	reply.bodyAddr = answer;
	reply.bodySize = sizeof(answer);

	/* From our default port; wait for the reply as long as it takes. */
	size = ipcCall(&request, K_DEFAULTPORT, &server, &reply, -1);
	if (size < 0) {
		printf("client: %d, %s\n", size, chorus_strerror(size));
		return 1;
	}
	printf("client: %.*s\n", size, answer);
	return 0;
}
