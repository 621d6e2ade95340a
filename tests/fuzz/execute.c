// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
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
#include "module.h"

#define LOOK_NS		2000000L	/* how often a program at rest is looked at */
#define WHOLE_NS	100000000LL	/* how long one may run in any case, for each look */
#define RESULT_NS	600000L		/* how long a call waits for another's result, for each look */
#define SIGNALS		128		/* looks at a blocked lane until its process is killed */
#define DEATH_SECONDS	120		/* to die after SIGKILL */

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
		if (atomic_load(&r->done) ||
		    run->program.calls[c->values[i].call].lane == c->lane)
			continue;
		atomic_fetch_add(&r->awaited, 1);
		futex_wait((atomic_uint *)&r->done, 0, run->patience * RESULT_NS);
		atomic_fetch_sub(&r->awaited, 1);
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
	bool around;

	results_await(run, act.call);
	atomic_fetch_add(&run->moves, 1);
	/* A command does that by itself, nearer to the call. */
	around = act.call->fail && rows[act.call->row].fails && !rows[act.call->row].command;
	if (around)
		act_fail_nth(act.call->fail);
	rows[act.call->row].perform(&act);
	if (around)
		act_fail_nth(0);
	atomic_store(&act.result->done, 1);
	if (atomic_load(&act.result->awaited))
		futex_wake((atomic_uint *)&act.result->done);
	atomic_fetch_add(&run->moves, 1);
	atomic_fetch_add(&run->calls, 1);
	cover_collect(&run->cover, lane);
}

void lane_over(struct run *run, unsigned int lane)
{
	struct process *process = &run->processes[lane / THREADS];

	/* Nobody of this process is in the nucleus any more. */
	if (atomic_fetch_sub(&process->left, 1) == 1)
		act_close_all();
	cover_collect(&run->cover, lane);
	atomic_store(&run->over[lane], true);
	atomic_fetch_add(&run->ended, 1);
	futex_wake(&run->moves);
}

static void lane_run(struct run *run, unsigned int lane)
{
	const struct program *p = &run->program;
	unsigned int round, i;

	for (round = 0; round < p->repeat; round++)
		for (i = 0; i < p->nr && !run->stop; i++)
			if (p->calls[i].lane == lane)
				call_make(run, i, lane);
	lane_over(run, lane);
}

struct lane {
	struct run *run;
	unsigned int number;
};

static void *lane_main(void *data)
{
	struct lane *lane = data;
	struct run *run = lane->run;
	struct process *process = &run->processes[lane->number / THREADS];
	unsigned int done = process->born, number;

	run->tids[lane->number] = (pid_t)syscall(SYS_gettid);
	cover_enable(&run->cover, lane->number);
	for (;;) {
		while ((number = run->number) == done)
			futex_wait(&run->number, done, 1000000000L - 1);
		done = number;
		if (!run->used[lane->number])
			continue;
		if (lane->number % THREADS) {
			while (process->ready != number)
				futex_wait(&process->ready, process->ready, LOOK_NS);
		} else {
			act_prepare(run);
			process->ready = number;
			futex_wake(&process->ready);
		}
		lane_run(run, lane->number);
	}
	return NULL;
}

/* ---- a process ---- */

static void on_signal(int number)
{
	(void)number;
}

static void process_main(struct run *run, unsigned int process)
{
	static struct lane lanes[THREADS];
	struct sigaction action = { .sa_handler = on_signal };
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR2, &action, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	for (i = THREADS; i--; ) {
		lanes[i] = (struct lane){ run, process * THREADS + i };
		if (!i)
			lane_main(&lanes[0]);
		pthread_create(&thread, &attr, lane_main, &lanes[i]);
	}
}

static void on_alarm(int number)
{
	(void)number;
}

/* Kills one with all it left behind.  False: somebody does not die. */
static bool process_end(struct run *run, unsigned int number)
{
	struct process *process = &run->processes[number];
	unsigned int i;
	pid_t pid;

	if (!process->pid)
		return true;
	/* The group may not be there yet. */
	kill(process->pid, SIGKILL);
	kill(-process->pid, SIGKILL);
	alarm(DEATH_SECONDS);
	do {
		/* Children it had are ours now; they are of the same group. */
		pid = waitpid(-process->pid, NULL, __WALL);
	} while (pid > 0);
	if (errno == ECHILD)
		pid = waitpid(process->pid, NULL, __WALL);
	alarm(0);
	if (errno != ECHILD)
		return false;
	process->pid = 0;
	process->spent = false;
	for (i = number * THREADS; i < (number + 1) * THREADS; i++) {
		run->tids[i] = 0;
		cover_collect(&run->cover, i);
	}
	return true;
}

/* Those that the program needs.  Returns the number of its lanes. */
static unsigned int processes_begin(struct run *run)
{
	struct process *process;
	unsigned int i, lanes = 0;
	pid_t pid;

	memset(run->used, 0, sizeof(run->used));
	for (i = 0; i < run->program.nr; i++) {
		run->used[run->program.calls[i].lane] = true;
		/* It opens the device. */
		run->used[run->program.calls[i].lane / THREADS * THREADS] = true;
	}
	for (i = 0; i < PROCESSES; i++)
		run->processes[i].left = 0;
	for (i = 0; i < LANES; i++) {
		run->over[i] = !run->used[i];
		run->processes[i / THREADS].left += run->used[i];
		lanes += run->used[i];
	}
	for (i = 0; i < PROCESSES; i++) {
		process = &run->processes[i];
		if (process->pid || !run->used[i * THREADS])
			continue;
		/* Its lanes wait for the next one, and do not take that for it. */
		process->born = run->number;
		pid = fork();
		if (!pid)
			process_main(run, i);
		process->pid = pid > 0 ? pid : 0;
	}
	return lanes;
}

/* Is a lane still at it whose process can bring it to an end? */
static bool anybody_left(const struct run *run)
{
	unsigned int i;

	for (i = 0; i < LANES; i++)
		if (!run->over[i] && !run->processes[i / THREADS].spent)
			return true;
	return false;
}

bool lane_runs(const struct run *run, unsigned int lane)
{
	char path[64], text[256], *state;
	ssize_t length;
	int fd;

	if (!run->tids[lane])
		return true;	/* not even begun */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", run->processes[lane / THREADS].pid,
		 run->tids[lane]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	state = strrchr(text, ')');
	return state && (state[2] == 'R' || state[2] == 'D');
}

static bool anybody_runs(const struct run *run)
{
	unsigned int i;

	for (i = 0; i < LANES; i++)
		if (!run->over[i] && run->processes[i / THREADS].pid &&
		    !run->processes[i / THREADS].spent && lane_runs(run, i))
			return true;
	return false;
}

/* Everybody comes out of what he waits in. */
static void lanes_signal(const struct run *run)
{
	unsigned int i;
	pid_t pid;

	for (i = 0; i < LANES; i++) {
		pid = run->processes[i / THREADS].pid;
		if (run->over[i] || !pid || !run->tids[i])
			continue;
		kill(pid, SIGCONT);
		syscall(SYS_tgkill, pid, run->tids[i], SIGUSR1);
	}
}

static bool processes_rest(struct run *run)
{
	unsigned int tries, i;
	bool ok = true;

	run->stop = true;
	for (tries = 0; tries < SIGNALS && !run->program.kill && anybody_left(run); tries++) {
		/* Less and less often: on a slow machine a signal takes its time. */
		if (!(tries & (tries - 1)))
			lanes_signal(run);
		futex_wait(&run->moves, run->moves, LOOK_NS);
	}
	for (i = 0; i < LANES; i++)
		if (!run->over[i])
			run->processes[i / THREADS].spent = true;
	for (i = 0; i < PROCESSES; i++)
		if (run->processes[i].spent || run->program.kill)
			ok &= process_end(run, i);
	return ok;
}

long run_program(struct run *run)
{
	long long end = now_ns() + run->patience * WHOLE_NS;
	unsigned int lanes, before, quiet = 0;

	memset(run->results, 0, sizeof(run->results));
	run->moves = 0;
	run->calls = 0;
	run->ended = 0;
	run->stop = false;
	cover_begin(&run->cover);
	lanes = processes_begin(run);
	atomic_fetch_add(&run->number, 1);
	futex_wake(&run->number);
	while (run->ended < lanes && quiet < run->patience && now_ns() < end) {
		before = run->moves;
		futex_wait(&run->moves, before, LOOK_NS);
		quiet = run->moves == before ? quiet + 1 : 0;
		if (quiet >= run->patience && anybody_runs(run))
			quiet = 0;
	}
	run->cut = run->ended < lanes && quiet < run->patience;
	if (!processes_rest(run))
		return -1;
	if (atomic_exchange(&run->limited, false))
		limits_restore();
	/* Under limits it may not have come back. */
	if (!module_is_loaded("chorus_probe"))
		module_load("chorus_probe");
	return run->calls;
}

struct run *run_new(void)
{
	struct run *run = shared_memory(sizeof(*run));
	struct sigaction action = { .sa_handler = on_alarm };
	struct chorus_hello hello = { .size = sizeof(hello) };
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, CHORUS_IOC_HELLO, &hello)) {
		perror("fuzz: /dev/chorus");
		exit(1);
	}
	close(fd);
	run->site = hello.out_site;
	run->patience = PATIENCE_KNOWN;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigaction(SIGALRM, &action, NULL);
	return run;
}
