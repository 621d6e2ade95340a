// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server and a client that work in batches, by io_uring where there is one: batch NUMBER.
 *
 * The server adds up the numbers of its requests; the client makes NUMBER calls at a time,
 * and the largest answer is the sum.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

#define NUMBERS_MAX	100

/* The reply lies in the request's own memory, so that replies can go together. */
static int add(void *cookie, const ChorusRequest *request, KnMsgDesc *reply)
{
	unsigned int *sum = cookie, *number = request->msg.bodyAddr;

	if (request->msg.bodySize != sizeof(*number))
		return K_EINVAL;
	*sum += *number;
	*number = *sum;
	reply->bodyAddr = number;
	reply->bodySize = sizeof(*number);
	return CHORUS_REPLY;
}

static void serve(int out)
{
	unsigned int sum = 0;
	ChorusServer server = { .serve = add, .cookie = &sum, .bodyMax = sizeof(sum) };
	KnUniqueId port;

	if (portUi(K_DEFAULTPORT, &port) == K_OK &&
	    write(out, &port, sizeof(port)) == sizeof(port))
		chorus_perror("server", chorus_servers_loop(&server, 1, CHORUS_BY_RING));
	exit(1);
}

int main(int argc, char **argv)
{
	int i, ret, nr = argc > 1 ? atoi(argv[1]) : 10, end[2];
	unsigned int number[NUMBERS_MAX], answer[NUMBERS_MAX], sum = 0;
	KnMsgDesc request[NUMBERS_MAX], reply[NUMBERS_MAX];
	ChorusBatch *batch;
	KnIpcDest server = { .target = { 0, 0 } };
	pid_t pid;

	if (nr < 1 || nr > NUMBERS_MAX || pipe(end))
		return 2;
	pid = fork();
	if (!pid)
		serve(end[1]);
	if (read(end[0], &server.target, sizeof(server.target)) != sizeof(server.target))
		return 1;

	ret = chorus_batch_open(&batch, (unsigned int)nr, CHORUS_BY_RING);
	if (ret == K_OK) {
		for (i = 0; i < nr; i++) {
			number[i] = (unsigned int)i + 1;
			request[i] = (KnMsgDesc){
				.bodyAddr = &number[i], .bodySize = sizeof(*number),
			};
			reply[i] = (KnMsgDesc){
				.bodyAddr = &answer[i], .bodySize = sizeof(*answer),
			};
			chorus_batch_call(batch, &request[i], K_DEFAULTPORT, &server,
					  &reply[i], -1);
		}
		ret = chorus_batch_run(batch, NULL);	/* how many failed */
		chorus_batch_close(batch);
	}
	for (i = 0; ret == K_OK && i < nr; i++)
		sum = answer[i] > sum ? answer[i] : sum;
	if (ret < 0)
		chorus_perror("batch", ret);
	else
		printf("batch: %d failed, the sum is %u\n", ret, sum);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret != K_OK;
}
