// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A group of workers: workers NUMBER CALLS.
 *
 * Each worker is a process with a port in the group; the client knows the group alone.
 * Kill a worker and the others go on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

#define STAMP		42	/* of the group: who knows it finds it */
#define WORKERS_MAX	64

static int work(void *cookie, const ChorusRequest *request, KnMsgDesc *reply)
{
	int *served = cookie;

	(void)request;
	++*served;
	reply->bodyAddr = served;
	reply->bodySize = sizeof(*served);
	return CHORUS_REPLY;
}

/* Another process, hence another actor. */
static void worker(const KnCap *group)
{
	int served = 0;
	ChorusServer server = { .serve = work, .cookie = &served, .portLi = K_DEFAULTPORT };
	KnUniqueId port;
	int ret = portUi(K_DEFAULTPORT, &port);

	if (!ret)
		ret = grpPortInsert(group, &port);
	if (!ret)
		ret = chorus_server_loop(&server);
	chorus_perror("worker", ret);
	exit(1);
}

int main(int argc, char **argv)
{
	int workers = argc > 1 ? atoi(argv[1]) : 3, calls = argc > 2 ? atoi(argv[2]) : 9;
	int i, ret, count = 0;
	KnMsgDesc request = { .flags = 0 };
	KnMsgDesc reply = { .bodySize = sizeof(count), .bodyAddr = &count };
	pid_t pid[WORKERS_MAX];
	KnIpcDest anyone;
	KnCap group;

	if (workers < 1 || workers > WORKERS_MAX)
		return 2;
	ret = grpAllocate(K_STATUSER, &group, STAMP);
	if (ret) {
		chorus_perror("workers", ret);
		return 1;
	}
	for (i = 0; i < workers; i++) {
		pid[i] = fork();
		if (!pid[i])
			worker(&group);
	}

	anyone.target = group.ui;
	uiClear(&anyone.coTarget);
	ipcTarget(&anyone.target, K_FUNCMODE);
	for (i = 0; i < calls; i++) {
		/* As long as no worker is there yet, nobody is. */
		while ((ret = ipcCall(&request, K_DEFAULTPORT, &anyone, &reply, -1)) == K_EUNKNOWN)
			usleep(1000);
		if (ret < 0) {
			chorus_perror("call", ret);
			break;
		}
		printf("answered by a worker that had served %d\n", count);
	}

	for (i = 0; i < workers; i++)
		if (pid[i] > 0)
			kill(pid[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return ret < 0;
}
