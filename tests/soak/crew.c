// SPDX-License-Identifier: GPL-2.0-or-later
/* The crew: which workers there are, and their deaths. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "soak.h"

#define PATIENCE	((shared->plant ? 5 : 90) * SECOND)

enum kind { NOBODY, SERVER, CLIENT, SENDER, LAP, NURSERY, USHER, OPENER };

static void (*const work[])(unsigned int) = {
	[SERVER] = server_work, [CLIENT] = client_work, [SENDER] = sender_work,
	[LAP] = lap_work, [NURSERY] = nursery_work, [USHER] = usher_work, [OPENER] = opener_work,
};
static const char *const kind_name[] = {
	"nobody", "server", "client", "sender", "LAP caller", "nursery", "usher", "opener",
};

static struct worker {
	enum kind kind;
	pid_t pid;		/* 0: not there */
	bool doomed;		/* by our hand */
	unsigned int number;	/* which one he is in this place, from 1 */
} crew[CREW_MAX];

unsigned int worker_self;

/* Said before he is killed, so that nobody sees him dead who does not see this. */
static void bury_soon(unsigned int worker)
{
	atomic_store(&shared->grave[worker % CREW_MAX], worker / CREW_MAX);
}

bool worker_is_doomed(unsigned int worker)
{
	return atomic_load(&shared->grave[worker % CREW_MAX]) >= worker / CREW_MAX;
}

void worker_die(void)
{
	bury_soon(worker_self);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

static void join_cgroup(void)
{
	int fd = open(CGROUP "/cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		wrong(W_unexpected, CGROUP ": %s", strerror(errno));
	close(fd);
}

static void send_to_work(unsigned int index)
{
	struct worker *w = &crew[index];
	pid_t stage = getpid();
	unsigned int i;

	for (i = 0; i < 2; i++)
		atomic_store(&shared->slot[2 * index + i].since, 0);
	w->doomed = false;
	worker_self = ++w->number * CREW_MAX + index;
	w->pid = fork();
	if (w->pid < 0)
		w->pid = 0;
	if (w->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != stage)
		_exit(0);
	random_seed(now_ns() ^ (uint64_t)getpid() << 32);
	/* The opener stays outside: it shows that others are not harmed. */
	if (shared->flavour == TIGHT && w->kind != OPENER)
		join_cgroup();
	work[w->kind](index);
	_exit(0);
}

static void hire(enum kind kind, unsigned int nr)
{
	unsigned int index;

	for (index = 0; nr && index < CREW_MAX; index++) {
		if (crew[index].kind != NOBODY)
			continue;
		crew[index].kind = kind;
		nr--;
		/* An opener works on through the rounds. */
		send_to_work(index);
	}
}

void crew_start(enum flavour flavour)
{
	unsigned int index;

	for (index = 0; index < CREW_MAX; index++)
		if (!crew[index].pid)
			crew[index].kind = NOBODY;
	for (index = 0; index < SERVERS_MAX; index++) {
		atomic_store(&shared->server[index].head, 0);
		atomic_store(&shared->server[index].tail, 0);
	}
	for (index = 0; index < PLACES_MAX; index++)
		atomic_store(&shared->place[index].where, 0);
	atomic_store(&shared->groups, false);
	shared->flavour = flavour;
	atomic_store(&shared->phase, WORK);
	hire(SERVER, SERVERS_MAX);
	hire(CLIENT, flavour == FULL ? 6 : 4);
	hire(SENDER, flavour == FULL ? 4 : flavour == ROAM ? 2 : 1);
	hire(LAP, 1);
	hire(NURSERY, 1);
	hire(USHER, flavour == ROAM);
	for (index = 0; index < CREW_MAX && crew[index].kind != OPENER; index++)
		;
	if (index == CREW_MAX)
		hire(OPENER, 1);
}

static void judge_death(const struct worker *w, int status)
{
	if (w->doomed || worker_is_doomed(w->number * CREW_MAX + (unsigned int)(w - crew)))
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && shared->flavour == TIGHT)
		count(N_oom_killed);
	else if (WIFSIGNALED(status))
		wrong(W_unexpected, "a %s died of signal %d", kind_name[w->kind],
		      WTERMSIG(status));
}

/* Whoever died: a worker, or what a dead worker has left behind. */
static void bury(pid_t pid, int status)
{
	unsigned int index;

	for (index = 0; index < CREW_MAX; index++) {
		if (crew[index].pid != pid)
			continue;
		judge_death(&crew[index], status);
		crew[index].pid = 0;
	}
}

void crew_reap(void)
{
	unsigned int index;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(pid, status);
	if (atomic_load(&shared->phase) != WORK)
		return;
	for (index = 0; index < CREW_MAX; index++)
		if (crew[index].kind != NOBODY && !crew[index].pid)
			send_to_work(index);
}

static void doom(struct worker *w)
{
	if (!w->pid)
		return;
	w->doomed = true;
	bury_soon(w->number * CREW_MAX + (unsigned int)(w - crew));
	kill(w->pid, SIGKILL);
}

static void show(pid_t pid)
{
	char path[64], line[256];
	FILE *f;

	if (shared->plant)
		return;
	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		printf("#     %s", line);
	if (f)
		fclose(f);
}

/* Wait until nobody of these is there; those who stay are @what. */
static void await(bool (*meant)(const struct worker *w), enum wrong what)
{
	long long until = now_ns() + PATIENCE;
	unsigned int index, there;

	for (;;) {
		crew_reap();
		there = 0;
		for (index = 0; index < CREW_MAX; index++)
			there += crew[index].pid && meant(&crew[index]);
		if (!there)
			return;
		if (now_ns() > until)
			break;
		sleep_us(1000);
	}
	for (index = 0; index < CREW_MAX; index++)
		if (crew[index].pid && meant(&crew[index])) {
			wrong(what, "a %s does not come back (process %d)",
			      kind_name[crew[index].kind], crew[index].pid);
			show(crew[index].pid);
		}
}

static bool comes_back(const struct worker *w)
{
	return w->kind == CLIENT || w->kind == SENDER || w->kind == LAP || w->kind == NURSERY ||
	       w->kind == USHER;
}

static bool dies(const struct worker *w)
{
	return w->doomed;
}

/* Kill one at random, sometimes. */
void crew_disturb(void)
{
	struct worker *w = &crew[random_below(CREW_MAX)];

	/* Who is moving a port says so in memory that others wait for. */
	if (!w->pid || w->kind == NOBODY || w->kind == OPENER || w->kind == USHER || w->doomed)
		return;
	if (w->kind == NURSERY && random_below(8))
		return;
	doom(w);
	count(N_killed);
}

/*
 * The end of a round.  Politely: everybody finishes the call he is in, however many
 * servers and clients were killed before, and leaves by himself; only servers are killed.
 */
void crew_leave(bool politely)
{
	unsigned int index;

	atomic_store(&shared->phase, LEAVE);
	if (politely)
		await(comes_back, W_lost);
	for (index = 0; index < CREW_MAX; index++)
		if (crew[index].kind != OPENER)
			doom(&crew[index]);
	await(dies, W_stuck);
}

void crew_stop(void)
{
	unsigned int index;

	atomic_store(&shared->phase, LEAVE);
	for (index = 0; index < CREW_MAX; index++)
		doom(&crew[index]);
	await(dies, W_stuck);
}
