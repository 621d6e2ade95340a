// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Short lives: the nursery, whose children become actors, do something, and die by
 * themselves or by its hand; and the openers, who race with the loading of the module.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "soak.h"

static void *receive_forever(void *unused)
{
	struct chorus_ipc_receive r = { .timeout = FOREVER };

	command(CHORUS_IOC_IPC_RECEIVE, &r);
	return unused;
}

/* Fills its own queue with messages nobody reads. */
static void send_to_itself(void)
{
	struct chorus_actor_self self = { 0 };
	static char body[2048];
	struct chorus_ipc_send send = { .body = PTR(body) };
	unsigned int n = random_below(150);

	if (command(CHORUS_IOC_ACTOR_SELF, &self))
		return;
	send.target = self.out_default_port;
	while (n--) {
		send.body_size = random_below(sizeof(body));
		switch (command(CHORUS_IOC_IPC_SEND, &send)) {
		case 0: count(N_sent); break;
		case -ENOBUFS: count(N_full); return;
		case -EDQUOT: count(N_quota); return;
		case -ENOMEM: count(N_memory); return;
		}
	}
}

static void one_life(unsigned int slot)
{
	struct chorus_actor_delete suicide = { 0 };
	struct chorus_actor_self self = { 0 };
	unsigned char *request, *reply;
	struct chorus_ui ui;
	pthread_t thread;
	unsigned int n;

	if (!door_open())
		return;
	for (n = random_below(12); n; n--)
		if (new_port(&ui) < 0)
			break;
	switch (random_below(8)) {
	case 0:
		send_to_itself();
		break;
	case 1:		/* dies with a thread asleep in the nucleus */
		if (!pthread_create(&thread, NULL, receive_forever, NULL))
			sched_yield();
		break;
	case 2:		/* dies by the nucleus */
		if (!command(CHORUS_IOC_ACTOR_SELF, &self)) {
			suicide.cap = self.out_cap;
			command(CHORUS_IOC_ACTOR_DELETE, &suicide);
		}
		break;
	case 3:		/* its descriptor outlives it by a copy in another process */
		if (!fork()) {
			sleep_us(random_below(3000));
			_exit(0);
		}
		break;
	case 4:		/* another program, the descriptor closed or not */
		execl("/bin/true", "true", NULL);
		break;
	case 5:		/* until it is killed */
		receive_forever(NULL);
		break;
	default:	/* dies in the middle of calls, if it is killed */
		request = malloc(BODY_ROOM);
		reply = malloc(BODY_ROOM);
		for (n = random_below(20); request && reply && n; n--)
			call_once(slot, some_server(), TICKET_PORT, random_below(2) ? FOREVER : 5 * MS,
				  request, 0, reply);
	}
}

static pid_t bear(unsigned int slot)
{
	pid_t nursery = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != nursery)
		_exit(0);
	random_seed(now_ns() ^ getpid());
	one_life(slot);
	_exit(0);
}

void nursery_work(unsigned int index)
{
	pid_t child[NURSERY_MAX] = { 0 };
	unsigned int i, victim;

	(void)index;
	/* Grandchildren whose parents are dead are reaped by the stage. */
	for (;;) {
		for (i = 0; i < NURSERY_MAX; i++) {
			if (child[i] > 0 && waitpid(child[i], NULL, WNOHANG) == child[i])
				child[i] = 0;
			if (child[i] > 0)
				continue;
			if (atomic_load(&shared->phase) == WORK)
				child[i] = bear(2 * CREW_MAX + i);
		}
		if (atomic_load(&shared->phase) != WORK)
			break;
		sleep_us(random_below(1500));
		victim = random_below(NURSERY_MAX);
		if (child[victim] > 0) {
			kill(child[victim], SIGKILL);
			count(N_killed);
		}
	}
	for (i = 0; i < NURSERY_MAX; i++)
		if (child[i] > 0) {
			kill(child[i], SIGKILL);
			waitpid(child[i], NULL, 0);
		}
}

/* Opens while the module comes and goes; never told to leave. */
void opener_work(unsigned int index)
{
	struct chorus_hello hello = { 0 };
	struct chorus_ui ui;

	(void)index;
	for (;;) {
		if (door_open()) {
			count(N_opened);
			command(CHORUS_IOC_HELLO, &hello);
			new_port(&ui);
			send_to_itself();
			door_close();
		}
		sleep_us(1000 + random_below(2000));
	}
}
