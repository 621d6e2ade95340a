// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame of a selftest; see selftest.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "selftest.h"

#define ARENA_SIZE	(24u << 20)
#define TESTS_MAX	64
#define PIDS_MAX	4096
#define SKIPPED		77
#define BASELINE	"/tmp/chorus-selftests.baseline"

/* Seen by every process of a TEST. */
struct arena {
	const char *at;			/* what the test was about to do: string constant */
	atomic_int failures;
	char skip[160];
	unsigned int signals_seen;
	atomic_int pids;
	pid_t pid[PIDS_MAX];		/* every process made, 0 once it is reaped */
	atomic_size_t used;
	unsigned char memory[] __attribute__((aligned(64)));
};

static struct {
	void (*fn)(void);
	const char *title;
	int seconds;
} tests[TESTS_MAX];
static int tests_count;
static struct arena *arena;

int dev = -1;
volatile unsigned int *signals_seen;

/* ---- output ---- */

static void say(const char *format, va_list args)
{
	char text[1024];
	size_t size;

	vsnprintf(text, sizeof(text) - 1, format, args);
	size = strlen(text);
	text[size++] = '\n';
	/* One write a line: several processes print. */
	if (write(STDOUT_FILENO, text, size) < 0)
		_exit(1);
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void selftest_note(const char *format, ...)
{
	char text[900] = "# ";
	va_list args;

	va_start(args, format);
	vsnprintf(text + 2, sizeof(text) - 2, format, args);
	va_end(args);
	print("%s", text);
}

void selftest_at(const char *where)
{
	arena->at = where;
}

void selftest_stop(void)
{
	_exit(1);
}

void selftest_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(arena->skip, sizeof(arena->skip), format, args);
	va_end(args);
	_exit(SKIPPED);
}

void selftest_fail(const char *where, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	arena->failures++;
	print("# failed: %s%s%s", where, *text ? ": " : "", text);
}

#define E(name)		{ name, #name }
static const struct {
	int error;
	const char *name;
} errors[] = {
	E(ENOTTY), E(E2BIG), E(EINVAL), E(EFAULT), E(EXDEV), E(ESHUTDOWN), E(ENOENT),
	E(EHOSTUNREACH), E(EACCES), E(EPERM), E(EBUSY), E(EEXIST), E(ENOBUFS), E(EMSGSIZE),
	E(EDQUOT), E(ENOMEM), E(ETIMEDOUT), E(ECANCELED), E(EIDRM), E(EOWNERDEAD), E(ENOMSG),
	E(EREMOTEIO), E(ELOOP), E(EDEADLK), E(EOPNOTSUPP), E(EINTR), E(EBADF), E(EAGAIN),
	E(ENODEV), E(ESRCH), E(ECHILD), E(EIO), E(ENOSYS), E(EMFILE), E(ENXIO),
};

const char *error_name(long error)
{
	static _Thread_local char text[2][32];
	static _Thread_local unsigned int turn;
	char *to = text[turn++ % 2];

	if (error == DIED)
		return "(it died)";
	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].error == -error) {
			snprintf(to, sizeof(text[0]), "-%s", errors[i].name);
			return to;
		}
	snprintf(to, sizeof(text[0]), "%ld", error);
	return to;
}

bool selftest_expect(const char *where, long got, long want)
{
	if (got == want)
		return true;
	selftest_fail(where, "is %s, expected %s", error_name(got), error_name(want));
	return false;
}

/* ---- time, memory, files ---- */

long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * MS };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

void *shared(size_t size)
{
	size_t at = atomic_fetch_add(&arena->used, (size + 63) & ~(size_t)63);

	if (at + size > ARENA_SIZE - sizeof(*arena)) {
		selftest_fail(HERE("shared"), "the arena is full");
		selftest_stop();
	}
	return arena->memory + at;
}

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return -errno;
	text[got] = 0;
	return got;
}

long long read_number(const char *path)
{
	char text[64];

	return read_text(path, text, sizeof(text)) > 0 ? strtoll(text, NULL, 0) : -1;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		result = -errno;
	close(fd);
	return result;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int object_counts(char *text, size_t size)
{
	char names[64][64], path[160];
	struct dirent *entry;
	int count = 0;
	size_t used = 0;
	DIR *dir = opendir("/sys/kernel/slab");

	*text = 0;
	if (!dir)
		return 0;
	while ((entry = readdir(dir)) && count < 64)
		if (!strncmp(entry->d_name, "chorus_", 7) && strlen(entry->d_name) < 64)
			strcpy(names[count++], entry->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), by_name);
	for (int i = 0; i < count && used < size; i++) {
		/* Without this, free objects in the slabs of a CPU count as used. */
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", names[i]);
		write_text(path, "1");
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", names[i]);
		used += snprintf(text + used, size - used, "%s %lld\n", names[i], read_number(path));
	}
	return count;
}

/* ---- the nucleus ---- */

#define OUT(type, first, last)							\
	{ offsetof(struct type, first),						\
	  offsetof(struct type, last) + sizeof(((struct type *)0)->last) }
#define C(NAME, type, ...) \
	{ CHORUS_IOC_##NAME, sizeof(struct type), #NAME, { __VA_ARGS__ }, -1, -1 }
#define CW(NAME, type, restart, ...)							\
	{ CHORUS_IOC_##NAME, sizeof(struct type), #NAME, { __VA_ARGS__ }, restart,	\
	  offsetof(struct type, deadline) }

const struct command commands[] = {
	C(HELLO, chorus_hello, OUT(chorus_hello, out_abi_base, out_port_queue)),
	C(ACTOR_SELF, chorus_actor_self, OUT(chorus_actor_self, out_cap, out_reserved)),
	C(ACTOR_DELETE, chorus_actor_delete),
	C(ACTOR_NAME, chorus_actor_name, OUT(chorus_actor_name, out_name, out_name)),
	C(ACTOR_PRIVILEGE, chorus_actor_privilege,
	  OUT(chorus_actor_privilege, out_privilege, out_privilege)),
	C(ACTOR_PI, chorus_actor_pi, OUT(chorus_actor_pi, out_pi, out_pi)),
	C(THREAD_SELF, chorus_thread_self, OUT(chorus_thread_self, out_li, out_reserved)),
	C(THREAD_ABORT, chorus_thread_abort),
	C(THREAD_ABORTED, chorus_thread_aborted,
	  OUT(chorus_thread_aborted, out_aborted, out_reserved)),
	C(PORT_CREATE, chorus_port_create, OUT(chorus_port_create, out_ui, out_reserved)),
	C(PORT_DELETE, chorus_port_delete),
	C(PORT_ENABLE, chorus_port_enable),
	C(PORT_DISABLE, chorus_port_enable),
	C(PORT_UI, chorus_port_ui, OUT(chorus_port_ui, ui, ui)),
	C(PORT_LI, chorus_port_ui, OUT(chorus_port_ui, li, li)),
	C(PORT_PI, chorus_port_pi, OUT(chorus_port_pi, out_pi, out_pi)),
	C(PORT_SEQNUM, chorus_port_seqnum, OUT(chorus_port_seqnum, out_seqnum, out_seqnum)),
	C(IPC_SEND, chorus_ipc_send),
	CW(IPC_RECEIVE, chorus_ipc_receive, -1, OUT(chorus_ipc_receive, out_li, out_msg)),
	CW(IPC_CALL, chorus_ipc_call, offsetof(struct chorus_ipc_call, restart),
	   OUT(chorus_ipc_call, out_rep_size, out_flags)),
	C(IPC_REPLY, chorus_ipc_reply),
	CW(IPC_REPLY_RECEIVE, chorus_ipc_reply_receive,
	   offsetof(struct chorus_ipc_reply_receive, restart),
	   OUT(chorus_ipc_reply_receive, out_li, out_msg)),
	C(IPC_GET_DATA, chorus_ipc_get_data,
	  OUT(chorus_ipc_get_data, out_body_size, out_body_size)),
	C(IPC_SAVE, chorus_ipc_save),
	C(IPC_RESTORE, chorus_ipc_save),
	C(IPC_SYSINFO, chorus_ipc_sysinfo, OUT(chorus_ipc_sysinfo, out_body_size, out_port_pi)),
	C(LAP_INVOKE, chorus_lap_invoke),
	CW(LAP_RESOLVE, chorus_lap_resolve, -1, OUT(chorus_lap_resolve, out_desc, out_desc)),
};
const unsigned int commands_count = ARRAY_SIZE(commands);

const struct command *command_of(unsigned int ioc)
{
	for (unsigned int i = 0; i < commands_count; i++)
		if (commands[i].ioc == ioc)
			return &commands[i];
	return NULL;
}

int raw_ioctl(int fd, unsigned long command, void *arg)
{
	return ioctl(fd, command, arg) < 0 ? -errno : 0;
}

int nucleus(int fd, unsigned int ioc, void *arg)
{
	const struct command *c = command_of(ioc);
	unsigned char before[256];
	__u32 *size = arg;
	int result;

	REQUIRE(c && c->size <= sizeof(before));
	if (!*size)
		*size = c->size;
	for (unsigned int i = 0; i < ARRAY_SIZE(c->out); i++)
		memset((char *)arg + c->out[i].from, POISON, c->out[i].to - c->out[i].from);
	if (ioc == CHORUS_IOC_IPC_SAVE)		/* ipc-save.c tries other values */
		((struct chorus_ipc_save *)arg)->msg = 0;
	memcpy(before, arg, c->size);
	result = ioctl(fd, ioc, arg);
	if (result > 0)
		selftest_fail(c->name, "returned %d, a success is 0", result);
	if (!result) {
		if (c->restart >= 0 && !same_bytes((char *)arg + c->restart, 8, 0))
			selftest_fail(c->name, "@restart is not 0 on success");
		if (c->deadline >= 0 && !same_bytes((char *)arg + c->deadline, 8, 0))
			selftest_fail(c->name, "@deadline is not 0 on success");
		return 0;
	}
	result = -errno;
	if (c->restart >= 0)
		memcpy(before + c->restart, (char *)arg + c->restart, 8);
	if (c->deadline >= 0)
		memcpy(before + c->deadline, (char *)arg + c->deadline, 8);
	for (unsigned int i = 0; i < c->size; i++)
		if (before[i] != ((unsigned char *)arg)[i]) {
			selftest_fail(c->name, "failed with %s but wrote byte %u of the structure",
				      error_name(result), i);
			break;
		}
	return result;
}

int try_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int actor_open(void)
{
	REQUIRE(dev < 0);
	return dev = MUST(try_open());
}

void actor_close(void)
{
	close(dev);
	dev = -1;
}

int new_port(struct chorus_ui *ui)
{
	struct chorus_port_create create = { 0 };

	MUST(port_create(&create));
	if (ui)
		*ui = create.out_ui;
	return create.out_li;
}

struct chorus_cap own_capability(void)
{
	struct chorus_actor_self self = { 0 };

	MUST(actor_self(&self));
	return self.out_cap;
}

struct chorus_ui default_port(void)
{
	struct chorus_actor_self self = { 0 };

	MUST(actor_self(&self));
	return self.out_default_port;
}

struct chorus_ui static_port(__u64 stamp)
{
	struct chorus_hello h = { 0 };

	MUST(hello(&h));
	return (struct chorus_ui){
		.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site,
		.tail = stamp,
	};
}

int set_privilege(unsigned int privilege)
{
	struct chorus_actor_privilege p = {
		.flags = CHORUS_SET | CHORUS_SELF, .privilege = privilege,
	};

	return actor_privilege(&p);
}

int find_lap(const char *name, unsigned int flags, struct chorus_lap_desc *desc)
{
	struct chorus_lap_resolve r = { .flags = flags | CHORUS_LAP_NOBLOCK };
	int result;

	memcpy(r.name, name, strnlen(name, sizeof(r.name)));
	result = lap_resolve(&r);
	if (!result)
		*desc = r.out_desc;
	return result;
}

struct chorus_lap_desc need_lap(const char *name)
{
	struct chorus_lap_desc desc = { 0 };
	int result = find_lap(name, 0, &desc);

	if (result == -ENOENT)
		selftest_skip("the LAP %s is not there: load chorus_echo.ko and chorus_probe.ko", name);
	REQUIRE(!result, "%s", error_name(result));
	return desc;
}

int invoke(const struct chorus_lap_desc *desc, void *arg, unsigned int size)
{
	struct chorus_lap_invoke i = { .lap = desc->lap, .arg = PTR(arg), .arg_size = size };

	return lap_invoke(&i);
}

long do_invoke(void *lap_call)
{
	struct lap_call *c = lap_call;

	return invoke(&c->desc, c->arg, c->size);
}

/* ---- numbers as messages ---- */

enum { NOTE_RESOLVE, NOTE_CALL, NOTE_RECEIVE, NOTE_REPLY_RECEIVE };

long note_send(void *note)
{
	struct note *n = note;
	struct chorus_ipc_send s = {
		.body = PTR(&n->value), .body_size = sizeof(n->value), .target = n->to,
	};

	return ipc_send(&s);
}

static long call_done(struct note *n, long result)
{
	if (!result) {
		n->got_flags = n->call.out_flags;
		n->got_size = n->call.out_rep_size;
	}
	return result;
}

long note_call(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_CALL;
	n->call = (struct chorus_ipc_call){
		.flags = n->flags, .target = n->to, .timeout = n->timeout,
		.body = PTR(&n->value), .body_size = sizeof(n->value),
		.rep_body = PTR(&n->got), .rep_size = sizeof(n->got),
	};
	return call_done(n, ipc_call(&n->call));
}

static long receive_done(struct note *n, long result)
{
	if (!result) {
		n->msg = n->receive.out_msg;
		n->got_flags = n->receive.out_flags;
		n->got_size = n->receive.out_body_size;
		n->got_li = n->receive.out_li;
		n->got_seqnum = n->receive.out_seqnum;
	}
	return result;
}

long note_receive(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_RECEIVE;
	n->receive = (struct chorus_ipc_receive){
		.flags = n->flags, .li = n->li, .timeout = n->timeout,
		.body = PTR(&n->got), .body_size = sizeof(n->got),
	};
	return receive_done(n, ipc_receive(&n->receive));
}

long note_reply(void *note)
{
	struct note *n = note;

	return reply_number(n->msg, n->value);
}

static long reply_receive_done(struct note *n, long result)
{
	if (!result) {
		n->msg = n->reply_receive.out_msg;
		n->got_flags = n->reply_receive.out_flags;
		n->got_size = n->reply_receive.out_body_size;
		n->got_li = n->reply_receive.out_li;
		n->got_seqnum = n->reply_receive.out_seqnum;
	}
	return result;
}

long note_reply_receive(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_REPLY_RECEIVE;
	n->reply_receive = (struct chorus_ipc_reply_receive){
		.flags = n->flags, .li = n->li, .timeout = n->timeout, .rep_msg = n->msg,
		.rep_body = PTR(&n->value), .rep_size = sizeof(n->value),
		.body = PTR(&n->got), .body_size = sizeof(n->got),
	};
	return reply_receive_done(n, ipc_reply_receive(&n->reply_receive));
}

long note_again(void *note)
{
	struct note *n = note;

	switch (n->kind) {
	case NOTE_CALL:
		return call_done(n, ipc_call(&n->call));
	case NOTE_REPLY_RECEIVE:
		return reply_receive_done(n, ipc_reply_receive(&n->reply_receive));
	case NOTE_RECEIVE:
		return receive_done(n, ipc_receive(&n->receive));
	default:
		return lap_resolve(&n->resolve);
	}
}

int send_number(struct chorus_ui to, __u64 value)
{
	struct note n = { .to = to, .value = value };

	return note_send(&n);
}

int call_number(struct chorus_ui to, __u64 value, __u64 *reply, long long timeout)
{
	struct note n = { .to = to, .value = value, .timeout = timeout };
	int result = note_call(&n);

	if (reply)
		*reply = n.got;
	return result;
}

int receive_number(int li, __u64 *value, long long timeout)
{
	struct note n = { .li = li, .timeout = timeout };
	int result = note_receive(&n);

	if (value)
		*value = n.got;
	return result;
}

int reply_number(__u64 msg, __u64 value)
{
	struct chorus_ipc_reply r = {
		.msg = msg, .body = PTR(&value), .body_size = sizeof(value),
	};

	return ipc_reply(&r);
}

/* ---- puppets ---- */

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
	struct timespec ts = { 0, 50 * MS };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &ts, NULL, 0);
}

static void set_state(struct puppet *p, unsigned int state)
{
	p->state = state;
	syscall(SYS_futex, &p->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
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

void wait_blocked(struct puppet *p)
{
	char path[64], text[256];
	const char *at = arena->at;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", p->pid, p->tid);
	for (;; sleep_ms(1)) {
		REQUIRE(p->state == BUSY, "%s: it did not block: %s", at, error_name(p->result));
		REQUIRE(!is_dead(p), "%s: it died", at);
		/* "running", or the number and arguments of the call it sleeps in. */
		if (read_text(path, text, sizeof(text)) > 0 && atol(text) == SYS_ioctl &&
		    text[0] != 'r')
			break;
	}
	wait_state(p, "S");
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

/* ---- the frame ---- */

void selftest_add(void (*fn)(void), const char *title, int seconds)
{
	tests[tests_count].fn = fn;
	tests[tests_count].title = title;
	tests[tests_count++].seconds = seconds;
}

/* A test hangs: show every thread of every process it made. */
static void show_threads(pid_t pid)
{
	char path[300], stat[128], call[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", pid, entry->d_name);
		if (read_text(path, stat, sizeof(stat)) <= 0)
			continue;
		stat[strcspn(stat, ")") + 3 < sizeof(stat) ? strcspn(stat, ")") + 3 : 0] = 0;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/syscall", pid, entry->d_name);
		if (read_text(path, call, sizeof(call)) <= 0)
			*call = 0;
		call[strcspn(call, "\n")] = 0;
		call[60] = 0;
		print("#   thread %s, in %s", stat, call);
		snprintf(path, sizeof(path), "/proc/%d/task/%s/wchan", pid, entry->d_name);
		if (read_text(path, call, sizeof(call)) > 0)
			print("#     waits in %s", call);
	}
	if (dir)
		closedir(dir);
}

static bool reap(pid_t pid, int seconds)
{
	long long limit = now_ns() + seconds * SECOND;
	pid_t got;

	for (;;) {
		got = waitpid(pid, NULL, WNOHANG);
		if (got == pid || (got < 0 && errno == ECHILD))
			return true;
		if (now_ns() > limit)
			return false;
		sleep_ms(1);
	}
}

static bool clean_up(void)
{
	bool clean = true;
	int i, count = arena->pids < PIDS_MAX ? arena->pids : PIDS_MAX;

	for (i = 0; i < count; i++)
		if (arena->pid[i])
			kill(arena->pid[i], SIGKILL);
	for (i = 0; i < count; i++)
		if (arena->pid[i] && !reap(arena->pid[i], 5)) {
			print("# process %d does not die", arena->pid[i]);
			show_threads(arena->pid[i]);
			clean = false;
		}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return clean;
}

/* Clear the arena for the next test; keep what is untouched untouched. */
static void clean_arena(void)
{
	size_t used = sizeof(*arena) + arena->used;

	memset(arena, 0, used < ARENA_SIZE ? used : ARENA_SIZE);
}

static bool run_one(int i)
{
	long long limit = now_ns() + tests[i].seconds * SECOND;
	bool passed, clean;
	int status = 0;
	pid_t pid, got;

	clean_arena();
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tests[i].fn();
		_exit(arena->failures ? 1 : 0);
	}
	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got || now_ns() > limit)
			break;
		sleep_ms(2);
	}
	if (!got) {
		print("# no end after %d s; it was at %s", tests[i].seconds,
		      arena->at ? arena->at : "its beginning");
		show_threads(pid);
		for (int p = 0; p < arena->pids && p < 8; p++)
			if (arena->pid[p])
				show_threads(arena->pid[p]);
		kill(pid, SIGKILL);
		if (!reap(pid, 5))
			print("# and it does not die");
		passed = false;
	} else if (WIFSIGNALED(status)) {
		print("# died of signal %d; it was at %s", WTERMSIG(status),
		      arena->at ? arena->at : "its beginning");
		passed = false;
	} else {
		passed = !arena->failures && (!WEXITSTATUS(status) || WEXITSTATUS(status) == SKIPPED);
	}
	clean = clean_up();
	if (passed && clean && *arena->skip)
		print("ok %d - %s # SKIP %s", i + 1, tests[i].title, arena->skip);
	else
		print("%sok %d - %s", passed && clean ? "" : "not ", i + 1, tests[i].title);
	return passed && clean;
}

/* New records of the kernel log that speak of us or complain. */
static bool log_untouched(int kmsg)
{
	static const char * const words[] = {
		"chorus", "WARNING", "BUG:", "Call Trace", "refcount_t", "KASAN", "INFO: task",
	};
	char text[2048];
	bool untouched = true;
	ssize_t got;

	for (;;) {
		got = read(kmsg, text, sizeof(text) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			return untouched;
		text[got] = 0;
		for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
			if (strstr(text, words[i])) {
				text[strcspn(text, "\n")] = 0;
				print("# kernel: %s", text);
				untouched = false;
				break;
			}
	}
}

static bool nothing_left(const char *before)
{
	static char after[4096];
	long long limit = now_ns() + 8 * SECOND;

	/* Graves are dug after a grace period of RCU, sites by a worker. */
	do {
		object_counts(after, sizeof(after));
		if (!strcmp(before, after))
			return true;
		sleep_ms(20);
	} while (now_ns() < limit);
	print("# objects before and after:");
	for (const char *a = before, *b = after; *a && *b;) {
		int m = strcspn(a, "\n"), n = strcspn(b, "\n");

		if (m != n || memcmp(a, b, m))
			print("#   %.*s -> %.*s", m, a, n, b);
		a += m + !!a[m];
		b += n + !!b[n];
	}
	return false;
}

__attribute__((weak)) int selftest_helper(int argc, char **argv)
{
	return 1;
}

int main(int argc, char **argv)
{
	static char before[4096];
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int failed = 0, caches, number = tests_count, first = 0, last = tests_count;
	int baseline;

	if (argc > 1 && !strcmp(argv[1], "--helper"))
		return selftest_helper(argc - 2, argv + 2);
	arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		return 1;
	signals_seen = &arena->signals_seen;
	if (access(DEVICE, F_OK)) {
		print("1..0 # SKIP no %s: load chorus.ko", DEVICE);
		return SKIPPED;
	}
	if (argc > 1) {		/* one test, by its number */
		first = atoi(argv[1]) - 1;
		last = first + 1;
		if (first < 0 || first >= tests_count)
			return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
	caches = object_counts(before, sizeof(before));
	/* The first program in a guest tells zz-nothing-left how it was. */
	baseline = open(BASELINE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (baseline >= 0) {
		if (write(baseline, before, strlen(before)) < 0)
			print("# cannot write %s", BASELINE);
		close(baseline);
	}

	print("TAP version 13");
	print("1..%d", tests_count + 2);
	for (int i = first; i < last; i++)
		failed += !run_one(i);
	number++;
	if (kmsg < 0)
		print("ok %d - kernel log untouched # SKIP no /dev/kmsg", number);
	else if (log_untouched(kmsg))
		print("ok %d - kernel log untouched", number);
	else
		failed++, print("not ok %d - kernel log untouched", number);
	number++;
	if (!caches)
		print("ok %d - nothing left behind # SKIP no /sys/kernel/slab/chorus_*", number);
	else if (nothing_left(before))
		print("ok %d - nothing left behind", number);
	else
		failed++, print("not ok %d - nothing left behind", number);
	munmap(arena, ARENA_SIZE);
	return failed ? 1 : 0;
}
