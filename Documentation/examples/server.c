// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers every request with its text in capitals; "work" keeps it busy for ever. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <chorus.h>

static int serve(void *cookie, const ChorusRequest *request, KnMsgDesc *reply)
{
	char *text = request->msg.bodyAddr;
	unsigned int size = request->msg.bodySize, i;

	(void)cookie;
	if (size == 4 && !memcmp(text, "work", 4))
		for (;;)
			pause();
	for (i = 0; i < size; i++)
		text[i] = (char)toupper((unsigned char)text[i]);
	reply->bodyAddr = text;		/* the request's own memory will do */
	reply->bodySize = size;
	return CHORUS_REPLY;
}

int main(void)
{
	ChorusServer server = { .serve = serve };
	KnUniqueId name;

	/* The first call makes this process an actor. */
	server.portLi = portCreate(K_MYACTOR, &name);
	if (server.portLi < 0) {
		chorus_perror("server", server.portLi);
		return 1;
	}
	actorName(K_MYACTOR, NULL, "upper");
	/* Who knows this name can send to the port. */
	printf("%#llx %#llx\n", (unsigned long long)name.uiHead,
	       (unsigned long long)name.uiTail);
	fflush(stdout);
	chorus_perror("server", chorus_server_loop(&server));
	return 1;
}
