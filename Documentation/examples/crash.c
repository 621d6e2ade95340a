// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server crashes in the middle of a call, and its successor answers: crash.
 *
 * Both serve one group. The port of each declares that its calls go on to the group when it
 * dies; the client waits on and notices nothing. Who started the servers is told of the death,
 * and starts another.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

static int work(void *name, const ChorusRequest *request, KnMsgDesc *reply)
{
	static char text[64];

	/* A bug: the first server does not survive its first request. */
	if (!(request->msg.flags & K_MSG_AGAIN))
		abort();
	snprintf(text, sizeof(text), "%s answers, and knows it was asked before", (char *)name);
	reply->bodyAddr = text;
	reply->bodySize = sizeof(text);
	return CHORUS_REPLY;
}

static pid_t start(const KnCap *group, char *name, int line)
{
	ChorusServer server = { .serve = work, .cookie = name };
	KnUniqueId port;
	pid_t pid = fork();

	if (pid)
		return pid;
	server.portLi = portCreate(K_MYACTOR, &port);
	if (server.portLi < 0 || chorus_port_hold(server.portLi, &group->ui, 60000000000) ||
	    grpPortInsert(group, &port) || write(line, &port, sizeof(port)) < 0)
		exit(1);
	exit(chorus_server_loop(&server) != K_OK);
}

static void ask(const KnCap *group)
{
	KnIpcDest service = { .target = group->ui };
	char answer[64] = "";
	KnMsgDesc request = { .flags = 0 };
	KnMsgDesc reply = { .bodySize = sizeof(answer), .bodyAddr = answer };
	int ret;

	ipcTarget(&service.target, K_FUNCMODE);
	ret = ipcCall(&request, K_DEFAULTPORT, &service, &reply, -1);
	printf("client: %s\n", ret < 0 ? chorus_strerror(ret) : answer);
	exit(ret < 0);
}

int main(void)
{
	char first[] = "the first", successor[] = "the second";
	char annex[K_CMSGANNEXSIZE];
	KnMsgDesc notice = { .annexAddr = annex };
	int line[2], li = K_DEFAULTPORT, status = 1;
	pid_t client, second;
	KnUniqueId port;
	KnCap group;

	if (grpAllocate(K_DYNAMIC, &group, 0) || pipe(line))
		return 1;
	start(&group, first, line[1]);
	if (read(line[0], &port, sizeof(port)) != sizeof(port) || chorus_watch(&port, li, 1))
		return 1;
	fflush(stdout);
	client = fork();
	if (!client)
		ask(&group);
	/* The first has crashed: the client's call waits for whoever comes. */
	if (ipcReceive(&notice, &li, -1) < 0 || !(notice.flags & K_MSG_DEATH))
		return 1;
	printf("a server died\n");
	fflush(stdout);
	second = start(&group, successor, line[1]);
	waitpid(client, &status, 0);
	kill(second, SIGKILL);
	while (wait(NULL) > 0)
		;
	return status;
}
