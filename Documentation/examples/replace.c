// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server is replaced while its clients call: replace.
 *
 * The port moves from the old process to the new one with what is queued. Its name stays, so
 * clients notice nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

struct process {
	pid_t pid;
	int line;		/* to it */
	KnCap actor;		/* who has this may move its ports */
};

static int answer(void *version, const ChorusRequest *request, KnMsgDesc *reply)
{
	(void)request;
	reply->bodyAddr = version;
	reply->bodySize = sizeof(int);
	return CHORUS_REPLY;
}

/* Tells who it is, is told which port to serve, serves it. */
static void serve(int line, int version)
{
	ChorusServer server = { .serve = answer, .cookie = &version };
	KnCap self;

	if (actorSelf(&self) || write(line, &self, sizeof(self)) < 0 ||
	    read(line, &server.portLi, sizeof(int)) != sizeof(int))
		exit(1);
	exit(chorus_server_loop(&server) != K_OK);
}

static struct process start(int version)
{
	struct process p;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		exit(1);
	p.pid = fork();
	if (!p.pid)
		serve(fd[1], version);
	p.line = fd[0];
	if (read(p.line, &p.actor, sizeof(p.actor)) != sizeof(p.actor))
		exit(1);
	return p;
}

/* Our part of the work: ask, whoever answers. */
static int version(const KnIpcDest *service)
{
	KnMsgDesc request = { .flags = 0 };
	int answered = 0;
	KnMsgDesc reply = { .bodySize = sizeof(answered), .bodyAddr = &answered };
	int ret = ipcCall(&request, K_DEFAULTPORT, service, &reply, -1);

	return ret < 0 ? ret : answered;
}

/* Moves the port to another process, and tells that one. */
static int give(const KnCap *from, int li, const struct process *to)
{
	int there = portMigrate(0, from, li, &to->actor, NULL);

	return there > 0 && write(to->line, &there, sizeof(there)) < 0 ? K_EFAULT : there;
}

int main(void)
{
	struct process old = start(1), successor = start(2);
	KnIpcDest service = { .target = { .uiHead = 0 } };
	int li = portCreate(K_MYACTOR, &service.target);

	li = give(K_MYACTOR, li, &old);
	printf("version %d\n", version(&service));
	li = give(&old.actor, li, &successor);
	printf("version %d\n", version(&service));
	kill(old.pid, SIGKILL);
	waitpid(old.pid, NULL, 0);
	printf("version %d\n", version(&service));
	kill(successor.pid, SIGKILL);
	wait(NULL);
	return li <= 0;
}
