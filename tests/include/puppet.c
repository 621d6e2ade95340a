// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes and threads that do what a test tells them; see selftest.h. */
#define _GNU_SOURCE
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "frame.h"

enum { IDLE, BUSY, DONE };

struct puppet {
	atomic_uint state;		/* futex */
	atomic_int pid, tid;
	bool dead;
	int pid_slot;
	long (*fn)(void *);
	void *arg;
	long result;
	struct puppet *process;		/* whose thread it is; itself for a process */
	struct puppet *next;		/* of the threads of a process, newest first */
	bool exited;
};

static void futex_wait(atomic_uint *word, unsigned int value)
{
	struct frame_time ts = { 0, 50 * MS };

	syscall(FRAME_FUTEX, word, FUTEX_WAIT, value, &ts, NULL, 0);
}

static void set_state(struct puppet *p, unsigned int state)
{
	p->state = state;
	syscall(FRAME_FUTEX, &p->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void *puppet_loop(void *puppet)
{
	struct puppet *p = puppet;

	p->pid = getpid();
	p->tid = syscall(SYS_gettid);
	for (;;) {
		while (p->state != BUSY)
			futex_wait(&p->state, p->state);
		p->result = p->fn(p->arg);
		set_state(p, DONE);
	}
	return NULL;
}

/* Fork and remember the child, so that the frame can clean up. */
static pid_t tracked_fork(int *slot)
{
	int at = arena->pids++;
	pid_t pid, parent = getpid();

	REQUIRE(at < PIDS_MAX, "too many processes");
	pid = MUST_SYS(fork());
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		if (dev >= 0)
			actor_close();
		return 0;
	}
	arena->pid[at] = pid;
	if (slot)
		*slot = at;
	return pid;
}

struct puppet *puppet_process(void)
{
	struct puppet *p = SHARED(struct puppet);

	p->process = p;
	if (!tracked_fork(&p->pid_slot))
		puppet_loop(p);
	while (!p->tid)
		sched_yield();
	return p;
}

struct puppet *puppet_actor(void)
{
	struct puppet *p = puppet_process();

	MUST(run(p, do_open, NULL));
	return p;
}

static long do_thread(void *puppet)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attr, puppet_loop, puppet);
	pthread_attr_destroy(&attr);
	return -error;
}

struct puppet *puppet_thread(struct puppet *of)
{
	struct puppet *p = SHARED(struct puppet), *maker = of;

	if (of) {
		/* Somebody of that process must be free to make it. */
		p->process = of->process;
		if (maker->state != IDLE || maker->exited)
			for (maker = of->process; maker; maker = maker->next)
				if (maker->state == IDLE && !maker->exited)
					break;
		REQUIRE(maker, "no thread of the puppet is free");
	}
	MUST(maker ? run(maker, do_thread, p) : do_thread(p));
	while (!p->tid)
		sched_yield();
	if (of) {
		p->next = of->process->next;
		of->process->next = p;
	}
	return p;
}

void begin(struct puppet *p, long (*fn)(void *), void *arg)
{
	REQUIRE(p->state == IDLE, "the puppet is busy");
	p->fn = fn;
	p->arg = arg;
	set_state(p, BUSY);
}

/* Only the parent can know: it must reap. */
static bool is_dead(struct puppet *p)
{
	struct puppet *process = p->process;
	int status;

	if (!process)
		return false;
	if (!process->dead && waitpid(process->pid, &status, WNOHANG) == process->pid) {
		process->dead = true;
		arena->pid[process->pid_slot] = 0;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			selftest_fail("a puppet", "died of signal %d", WTERMSIG(status));
	}
	return process->dead;
}

bool ended(struct puppet *p)
{
	return p->state == DONE || is_dead(p);
}

long end(struct puppet *p)
{
	unsigned int state;

	while ((state = p->state) == BUSY) {
		futex_wait(&p->state, state);
		if (p->state == BUSY && is_dead(p))
			return DIED;
	}
	REQUIRE(state == DONE, "the puppet had nothing to do");
	set_state(p, IDLE);
	return p->result;
}

void kill_puppet(struct puppet *p)
{
	struct puppet *process = p->process;

	REQUIRE(process);
	if (process->dead)
		return;
	kill(process->pid, SIGKILL);
	MUST_SYS(waitpid(process->pid, NULL, 0));
	process->dead = true;
	arena->pid[process->pid_slot] = 0;
}

int puppet_status(struct puppet *p)
{
	int status;

	MUST_SYS(waitpid(p->pid, &status, 0));
	p->dead = true;
	arena->pid[p->pid_slot] = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static long do_exit_thread(void *puppet)
{
	set_state(puppet, DONE);
	/* The main thread too: a raw exit, no pthread_exit() that would end the process. */
	for (;;)
		syscall(SYS_exit, 0);
	return 0;
}

void exit_thread(struct puppet *p)
{
	char path[64];

	p->exited = true;
	run(p, do_exit_thread, p);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", p->pid, p->tid);
	for (;;) {
		char text[256], *mark;

		if (read_text(path, text, sizeof(text)) <= 0)
			break;
		mark = strrchr(text, ')');
		if (mark && mark[2] == 'Z')	/* a leader stays so */
			break;
		sleep_ms(1);
	}
}

void wait_state(struct puppet *p, const char *states)
{
	char path[64], text[256], *mark;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", p->pid, p->tid);
	for (;; sleep_ms(1)) {
		REQUIRE(read_text(path, text, sizeof(text)) > 0, "%s is gone", path);
		mark = strrchr(text, ')');
		if (mark && strchr(states, mark[2]))
			return;
	}
}

bool try_wait_blocked(struct puppet *p)
{
	char path[64], text[256];
	const char *at = arena->at;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", p->pid, p->tid);
	for (;; sleep_ms(1)) {
		if (p->state != BUSY)
			return false;
		REQUIRE(!is_dead(p), "%s: it died", at);
		/* "running", or the number and arguments of the call it sleeps in. */
		if (read_text(path, text, sizeof(text)) > 0 && atol(text) == SYS_ioctl &&
		    text[0] != 'r')
			break;
	}
	wait_state(p, "S");
	return true;
}

void wait_blocked(struct puppet *p)
{
	const char *at = arena->at;

	REQUIRE(try_wait_blocked(p), "%s: it did not block: %s", at, error_name(p->result));
}

pid_t puppet_pid(struct puppet *p)
{
	return p->pid;
}

pid_t puppet_tid(struct puppet *p)
{
	return p->tid;
}

void puppet_signal(struct puppet *p, int signal)
{
	MUST_SYS(syscall(SYS_tgkill, p->pid, p->tid, signal));
}

struct port_answer {
	struct chorus_ui ui;
	int li;
};

static long do_new_port(void *answer)
{
	struct port_answer *a = answer;

	a->li = new_port(&a->ui);
	return 0;
}

int puppet_port(struct puppet *p, struct chorus_ui *ui)
{
	struct port_answer *a = SHARED(struct port_answer);

	MUST(run(p, do_new_port, a));
	*ui = a->ui;
	return a->li;
}

struct chorus_cap puppet_capability(struct puppet *p)
{
	struct chorus_actor_self *self = SHARED(struct chorus_actor_self);

	MUST(run(p, do_actor_self, self));
	return self->out_cap;
}

struct chorus_ui puppet_default_port(struct puppet *p)
{
	struct chorus_actor_self *self = SHARED(struct chorus_actor_self);

	MUST(run(p, do_actor_self, self));
	return self->out_default_port;
}

long do_open(void *unused)
{
	(void)unused;
	if (dev < 0)
		dev = try_open();
	return dev < 0 ? dev : 0;
}

long do_close(void *unused)
{
	(void)unused;
	actor_close();
	return 0;
}

long do_setuid(void *uid)
{
	uid_t id = (uintptr_t)uid;

	if (setgroups(0, NULL) || setresgid(id, id, id) || setresuid(id, id, id))
		return -errno;
	/* Else /proc/PID/syscall is closed to the test. */
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

long do_drop(void *unused)
{
	(void)unused;
	return do_setuid((void *)65534ul);
}

/* ---- signals ---- */

static void (*signal_action)(void);

static void on_signal(int number)
{
	(void)number;
	if (signal_action)
		signal_action();
	__atomic_add_fetch(&arena->signals_seen, 1, __ATOMIC_SEQ_CST);
}

long do_catch(void *catch)
{
	struct catch *c = catch;
	struct sigaction action = {
		.sa_handler = on_signal, .sa_flags = c->restart ? SA_RESTART : 0,
	};

	signal_action = c->action;
	return sigaction(c->signal, &action, NULL) ? -errno : 0;
}

void wait_signals(unsigned int count)
{
	while (*signals_seen < count)
		sleep_ms(1);
}
