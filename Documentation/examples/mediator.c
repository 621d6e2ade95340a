// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mediator: mediator WORD...
 *
 * The client knows the mediator's port alone. What the mediator allows it passes on to the
 * server, which answers the client; what it does not it answers itself.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

static pid_t started[2];
static int nr_started;

/* Another process, hence another actor; returns the name of its default port. */
static KnUniqueId start(int (*role)(const KnUniqueId *behind), const KnUniqueId *behind)
{
	KnUniqueId own;
	int fd[2];

	if (pipe(fd))
		exit(1);
	started[nr_started] = fork();
	if (!started[nr_started++]) {
		if (portUi(K_DEFAULTPORT, &own) || write(fd[1], &own, sizeof(own)) < 0)
			exit(1);
		exit(role(behind));
	}
	close(fd[1]);
	if (read(fd[0], &own, sizeof(own)) != sizeof(own))
		exit(1);
	close(fd[0]);
	return own;
}

static int answer(void *cookie, const ChorusRequest *request, KnMsgDesc *reply)
{
	static char text[64];

	(void)cookie;
	snprintf(text, sizeof(text), "the server has read %.*s", (int)request->msg.bodySize,
		 (const char *)request->msg.bodyAddr);
	reply->bodyAddr = text;
	reply->bodySize = strlen(text);
	return CHORUS_REPLY;
}

static int serve(const KnUniqueId *behind)
{
	ChorusServer server = { .serve = answer, .portLi = K_DEFAULTPORT };

	(void)behind;
	return chorus_server_loop(&server);
}

static int mediate(const KnUniqueId *server)
{
	char word[16], refusal[] = "no";
	KnMsgDesc no = { .bodySize = 2, .bodyAddr = refusal };

	for (;;) {
		KnMsgDesc msg = { .bodySize = sizeof(word), .bodyAddr = word };
		int port = K_DEFAULTPORT, ret = ipcReceive(&msg, &port, -1);

		if (ret < 0)
			return 1;
		/* Too long a word has not even arrived. */
		if ((msg.flags & K_MSG_MORE) || ipcForward(server) < 0)
			ipcReply(&no);
	}
}

int main(int argc, char **argv)
{
	KnUniqueId server = start(serve, NULL);
	KnIpcDest front = { .target = start(mediate, &server) };
	char text[64];
	int i, ret = 0;

	for (i = 1; i < argc && ret >= 0; i++) {
		KnMsgDesc request = { .bodySize = strlen(argv[i]), .bodyAddr = argv[i] };
		KnMsgDesc reply = { .bodySize = sizeof(text), .bodyAddr = text };

		ret = ipcCall(&request, K_DEFAULTPORT, &front, &reply, -1);
		if (ret >= 0)
			printf("%.*s\n", ret, text);
		else
			chorus_perror("call", ret);
	}
	while (nr_started)
		kill(started[--nr_started], SIGKILL);
	while (wait(NULL) > 0)
		;
	return ret < 0;
}
