// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act.h"

#define LOOK_NS		2000000L	/* how often a quiet program is looked at */
#define PATIENCE	8		/* looks without a move until it is over */
#define WHOLE_NS	500000000LL	/* and in any case */
#define RESULT_NS	3000000L	/* how long a call waits for another's result */
#define DEATH_SECONDS	30		/* to die after SIGKILL */

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("fuzz: no memory");
		exit(1);
	}
	return memory;
}

void futex_wait(atomic_uint *word, unsigned int value, long ns)
{
	struct timespec time = { .tv_nsec = ns };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

void futex_wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1 << 20, NULL, NULL, 0);
}

static long long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* ---- a lane ---- */

/* What a call needs of other lanes; it goes without if that does not come. */
static void results_await(struct run *run, const struct call *c)
{
	const struct row *row = &rows[c->row];
	struct result *r;
	unsigned int i;

	for (i = 0; i < row->nr_fields; i++) {
		if (c->values[i].kind != VALUE_RESULT)
			continue;
		r = &run->results[c->values[i].call];
		if (!atomic_load(&r->done) &&
		    run->program.calls[c->values[i].call].lane != c->lane)
			futex_wait((atomic_uint *)&r->done, 0, RESULT_NS);
	}
}

static void call_make(struct run *run, unsigned int index, unsigned int lane)
{
	struct act act = {
		.run = run,
		.call = &run->program.calls[index],
		.result = &run->results[index],
		.lane = lane,
	};

	results_await(run, act.call);
	rows[act.call->row].perform(&act);
	atomic_store(&act.result->done, 1);
	futex_wake((atomic_uint *)&act.result->done);
	atomic_fetch_add(&run->moves, 1);
	cover_collect(&run->cover, lane);
}

struct lane {
	struct run *run;
	unsigned int number;
};

static void *lane_main(void *data)
{
	struct lane *lane = data;
	struct run *run = lane->run;
	const struct program *p = &run->program;
	unsigned int round, i;

	run->tids[lane->number] = (pid_t)syscall(SYS_gettid);
	if (lane->number % THREADS)
		cover_enable(&run->cover, lane->number);
	for (round = 0; round < p->repeat; round++)
		for (i = 0; i < p->nr; i++)
			if (p->calls[i].lane == lane->number)
				call_make(run, i, lane->number);
	atomic_fetch_add(&run->ended, 1);
	futex_wake(&run->moves);
	return NULL;
}

/* ---- a process ---- */

static void on_signal(int number)
{
	(void)number;
}

static void process_main(struct run *run, unsigned int process)
{
	struct lane lanes[THREADS];
	struct sigaction action = { .sa_handler = on_signal };
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR2, &action, NULL);
	cover_enable(&run->cover, process * THREADS);
	act_open_device(run);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	for (i = THREADS; i--; ) {
		lanes[i] = (struct lane){ run, process * THREADS + i };
		if (!i)
			lane_main(&lanes[0]);
		else if (run->used[lanes[i].number])
			pthread_create(&thread, &attr, lane_main, &lanes[i]);
	}
	/* Killed from outside, with whatever is there. */
	for (;;)
		pause();
}

static void on_alarm(int number)
{
	(void)number;
}

/* The killed and all they left behind.  False: somebody does not die. */
static bool reap(void)
{
	pid_t pid;

	alarm(DEATH_SECONDS);
	do {
		pid = waitpid(-1, NULL, __WALL);
	} while (pid > 0);
	alarm(0);
	return errno == ECHILD;
}

static unsigned int processes_begin(struct run *run)
{
	bool wanted[PROCESSES] = { false };
	unsigned int i, lanes = 0;
	pid_t pid;

	memset(run->used, 0, sizeof(run->used));
	for (i = 0; i < run->program.nr; i++) {
		run->used[run->program.calls[i].lane] = true;
		wanted[run->program.calls[i].lane / THREADS] = true;
	}
	for (i = 0; i < PROCESSES; i++) {
		run->pids[i] = 0;
		if (!wanted[i])
			continue;
		run->used[i * THREADS] = true;	/* it opens the device */
		pid = fork();
		if (!pid)
			process_main(run, i);
		run->pids[i] = pid > 0 ? pid : 0;
	}
	for (i = 0; i < LANES; i++)
		lanes += run->used[i];
	return lanes;
}

static void processes_kill(const struct run *run)
{
	unsigned int i;

	for (i = 0; i < PROCESSES; i++) {
		if (!run->pids[i])
			continue;
		/* The group may not be there yet. */
		kill(run->pids[i], SIGKILL);
		kill(-run->pids[i], SIGKILL);
	}
}

long run_program(struct run *run)
{
	long long end = now_ns() + WHOLE_NS;
	unsigned int lanes, before, quiet = 0, i;

	memset(run->results, 0, sizeof(run->results));
	memset(run->tids, 0, sizeof(run->tids));
	run->moves = 0;
	run->ended = 0;
	cover_begin(&run->cover);
	lanes = processes_begin(run);
	while (run->ended < lanes && quiet < PATIENCE && now_ns() < end) {
		before = run->moves;
		futex_wait(&run->moves, before, LOOK_NS);
		quiet = run->moves == before ? quiet + 1 : 0;
	}
	processes_kill(run);
	if (!reap())
		return -1;
	for (i = 0; i < LANES; i++)
		if (run->used[i])
			cover_collect(&run->cover, i);
	if (atomic_exchange(&run->limited, false))
		limits_restore();
	return run->moves;
}

struct run *run_new(unsigned int worker)
{
	struct run *run = shared_memory(sizeof(*run));
	struct sigaction action = { .sa_handler = on_alarm };
	struct chorus_hello hello = { .size = sizeof(hello) };
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);

	(void)worker;
	if (fd < 0 || ioctl(fd, CHORUS_IOC_HELLO, &hello)) {
		perror("fuzz: /dev/chorus");
		exit(1);
	}
	close(fd);
	run->site = hello.out_site;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigaction(SIGALRM, &action, NULL);
	return run;
}
