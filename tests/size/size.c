// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chorus-size: what objects of the nucleus take of the kernel's memory, as JSON.
 *
 * Each kind is made many times by processes and threads that were there before, and the
 * kernel's own sums are read before and after: unreclaimable slab, percpu, vmalloc.  So
 * all counts that the kernel spends for an object, also what rounding and other caches
 * take.  Beside it stands what the object's cache says.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/chorus.h>

#include "shrink.h"

#define DEVICE		"/dev/chorus"
#define FOLDER		"/lib/chorus/"
#define ACTORS		300
#define PORTS		4000
#define THREADS		500
#define QUEUES		64		/* ports of 128 messages */
#define MESSAGES	(QUEUES * 128)
#define LAPS		1000
#define PTR(p)		((__u64)(uintptr_t)(p))

struct memory {
	long slab, percpu, vmalloc;	/* bytes */
};

static const char *comma = "";

static void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "chorus-size: ");
	vfprintf(stderr, format, args);
	fprintf(stderr, ": %s\n", strerror(errno));
	va_end(args);
	exit(1);
}

static void sleep_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

static struct memory look(void)
{
	struct memory m = { 0 };
	FILE *f = fopen("/proc/meminfo", "re");
	char name[64];
	long value;

	while (f && fscanf(f, "%63s %ld%*[^\n]", name, &value) == 2) {
		if (!strcmp(name, "SUnreclaim:"))
			m.slab = value * 1024;
		if (!strcmp(name, "Percpu:"))
			m.percpu = value * 1024;
		if (!strcmp(name, "VmallocUsed:"))
			m.vmalloc = value * 1024;
	}
	if (f)
		fclose(f);
	return m;
}

/* The least of some looks: what is on its way out does not count. */
static struct memory sample(void)
{
	struct memory least = { 0 }, m;
	int i;

	for (i = 0; i < 3; i++) {
		sleep_ms(200);
		shrink_all();
		m = look();
		if (!i || m.slab < least.slab)
			least.slab = m.slab;
		if (!i || m.percpu < least.percpu)
			least.percpu = m.percpu;
		if (!i || m.vmalloc < least.vmalloc)
			least.vmalloc = m.vmalloc;
	}
	return least;
}

static long number_of(const char *cache, const char *file)
{
	char path[128], text[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/%s", cache, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = 0;
	close(fd);
	return atol(text);
}

static void tell(const char *kind, unsigned int n, const struct memory *a, const struct memory *b,
		 const char *cache)
{
	printf("%s\n{\"kind\": \"%s\", \"made\": %u, \"slab\": %ld, \"percpu\": %ld, \"vmalloc\": %ld, "
	       "\"each\": %.0f, \"object\": %ld, \"slot\": %ld}", comma, kind, n, b->slab - a->slab,
	       b->percpu - a->percpu, b->vmalloc - a->vmalloc,
	       (double)(b->slab - a->slab + b->percpu - a->percpu + b->vmalloc - a->vmalloc) / n,
	       cache ? number_of(cache, "object_size") : 0, cache ? number_of(cache, "slab_size") : 0);
	comma = ",";
	fflush(stdout);
}

/* ---- processes that do one thing when they are told ---- */

static int go[2], done[2], over[2];

static void tokens(int fd, unsigned int n)
{
	char byte = 0;

	while (n--)
		if (write(fd, &byte, 1) != 1)
			die("a pipe");
}

static void await(int fd, unsigned int n)
{
	char byte;

	while (n--)
		if (read(fd, &byte, 1) != 1)
			die("somebody died");
}

static void command(int fd, unsigned int ioc, void *arg, const char *what)
{
	if (ioctl(fd, ioc, arg))
		die("%s", what);
}

static int door(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(DEVICE);
	return fd;
}

static void actors(void)
{
	struct memory before, after;
	unsigned int i;
	int fd;

	for (i = 0; i < ACTORS; i++) {
		switch (fork()) {
		case -1:
			die("fork");
		case 0:
			await(go[0], 1);
			fd = door();
			tokens(done[1], 1);
			await(over[0], 1);
			close(fd);
			_exit(0);
		}
	}
	before = sample();
	tokens(go[1], ACTORS);
	await(done[0], ACTORS);
	after = sample();
	tokens(over[1], ACTORS);
	while (wait(NULL) > 0)
		;
	tell("actor", ACTORS, &before, &after, "chorus_actor");
}

/* ---- objects of one actor ---- */

static struct chorus_ui new_port(int fd)
{
	struct chorus_port_create create = { .size = sizeof(create) };

	command(fd, CHORUS_IOC_PORT_CREATE, &create, "portCreate");
	return create.out_ui;
}

static void ports(void)
{
	struct memory before, after;
	int fd = door(), i;

	before = sample();
	for (i = 0; i < PORTS; i++)
		new_port(fd);
	after = sample();
	close(fd);
	tell("port", PORTS, &before, &after, "chorus_port");
}

static int thread_fd;

static void *thread(void *unused)
{
	struct chorus_thread_self self = { .size = sizeof(self) };

	await(go[0], 1);
	command(thread_fd, CHORUS_IOC_THREAD_SELF, &self, "threadSelf");
	tokens(done[1], 1);
	await(over[0], 1);
	return unused;
}

static void threads(void)
{
	static pthread_t thread_of[THREADS];
	struct memory before, after;
	pthread_attr_t attr;
	int i;

	thread_fd = door();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&thread_of[i], &attr, thread, NULL))
			die("pthread_create");
	before = sample();
	tokens(go[1], THREADS);
	await(done[0], THREADS);
	after = sample();
	tokens(over[1], THREADS);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread_of[i], NULL);
	close(thread_fd);
	tell("thread", THREADS, &before, &after, "chorus_thread");
}

static void messages(const char *kind, unsigned int size, unsigned int n)
{
	static struct chorus_ui port[QUEUES];
	static char body[CHORUS_BODY_MAX];
	struct chorus_ipc_send send = { .size = sizeof(send), .body = PTR(body), .body_size = size };
	struct memory before, after;
	unsigned int i;
	int fd = door();

	for (i = 0; i < QUEUES; i++)
		port[i] = new_port(fd);
	before = sample();
	for (i = 0; i < n; i++) {
		send.target = port[i % QUEUES];
		command(fd, CHORUS_IOC_IPC_SEND, &send, "ipcSend");
	}
	after = sample();
	close(fd);
	tell(kind, n, &before, &after, "chorus_message");
}

/* ---- modules ---- */

static bool insert(const char *name, const char *params)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), FOLDER "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ret = syscall(SYS_finit_module, fd, params, 0);
	close(fd);
	if (ret)
		die("%s", path);
	return true;
}

static void take_away(const char *name)
{
	int tries;

	for (tries = 0; syscall(SYS_delete_module, name, O_NONBLOCK); tries++) {
		if (tries > 1000)
			die("rmmod %s", name);
		sleep_ms(10);
	}
}

/* What /proc/modules says, bytes. */
static long module_size(const char *name)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[256], found[64];
	long size = 0, value;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %ld", found, &value) == 2 && !strcmp(found, name))
			size = value;
	if (f)
		fclose(f);
	return size;
}

static void module(const char *name)
{
	struct memory before = sample(), after;
	char kind[64];

	if (!insert(name, ""))
		return;
	after = sample();
	snprintf(kind, sizeof(kind), "%s.ko, once loaded", name);
	tell(kind, 1, &before, &after, NULL);
	printf(",\n{\"kind\": \"%s.ko in /proc/modules\", \"made\": 1, \"slab\": 0, \"percpu\": 0, \"vmalloc\": 0, "
	       "\"each\": %ld, \"object\": 0, \"slot\": 0}", name, module_size(name));
}

/* A module with two LAPs, and the same with very many: the difference is theirs. */
static void laps(void)
{
	struct memory before, after;
	char params[32];

	if (!insert("laps", "number=2"))
		return;
	before = sample();
	take_away("laps");
	snprintf(params, sizeof(params), "number=%u", LAPS + 2);
	insert("laps", params);
	after = sample();
	tell("LAP", LAPS, &before, &after, "chorus_lap");
	take_away("laps");
}

int main(void)
{
	if (pipe(go) || pipe(done) || pipe(over))
		die("pipe");
	printf("[");
	/* The first time some caches of the kernel grow for good. */
	insert("chorus", "");
	take_away("chorus");
	module("chorus");
	module("chorus_echo");
	actors();
	ports();
	threads();
	messages("message queued, body to 128 bytes", 64, MESSAGES);
	messages("message queued, body of 4 KiB", 4096, MESSAGES / 4);
	messages("message queued, body of 64 KiB", 65536, MESSAGES / 16);
	laps();
	printf("]\n");
	return 0;
}
