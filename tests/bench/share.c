// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chorus-share: calls a second that N servers of one shared-queue group answer together.
 *
 *	chorus-share SERVERS CLIENTS SECONDS WORK
 *
 * Each server is a process with a port in the group; a request costs it WORK microseconds
 * of its own before it replies.  Clients call the group as fast as they are answered.
 * Nobody is pinned.  Prints one JSON object.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/chorus.h>

#define CLIENTS_MAX	64
#define SERVERS_MAX	16

static struct {
	struct chorus_cap group;
	_Atomic unsigned int ready;
	_Atomic int go, stop;
	_Atomic uint64_t answered, served[SERVERS_MAX];
} *shared;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "chorus-share: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int door(void)
{
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/chorus");
	return fd;
}

static void serve(unsigned int number, double work)
{
	struct chorus_port_create port = { .size = sizeof(port) };
	struct chorus_group_member member = { .size = sizeof(member), .cap = shared->group };
	struct chorus_ipc_receive receive = { .size = sizeof(receive), .timeout = -1 };
	struct chorus_ipc_reply reply = { .size = sizeof(reply) };
	uint64_t value;
	double until;
	int fd = door();

	if (ioctl(fd, CHORUS_IOC_PORT_CREATE, &port))
		die("portCreate");
	member.port = port.out_ui;
	if (ioctl(fd, CHORUS_IOC_GROUP_INSERT, &member))
		die("grpPortInsert");
	atomic_fetch_add(&shared->ready, 1);
	for (;;) {
		receive.li = port.out_li;
		receive.body = (uintptr_t)&value;
		receive.body_size = sizeof(value);
		if (ioctl(fd, CHORUS_IOC_IPC_RECEIVE, &receive))
			die("ipcReceive");
		until = now(CLOCK_THREAD_CPUTIME_ID) + work;
		while (now(CLOCK_THREAD_CPUTIME_ID) < until)
			;
		value = ~value;
		reply.body = (uintptr_t)&value;
		reply.body_size = sizeof(value);
		if (ioctl(fd, CHORUS_IOC_IPC_REPLY, &reply))
			die("ipcReply");
		atomic_fetch_add_explicit(&shared->served[number], 1, memory_order_relaxed);
	}
}

static void call(void)
{
	uint64_t asked = (uint64_t)getpid() << 32, answer;
	struct chorus_ipc_call c = {
		.size = sizeof(c), .body = (uintptr_t)&asked, .body_size = sizeof(asked),
		.rep_body = (uintptr_t)&answer, .rep_size = sizeof(answer), .timeout = -1,
		.target = shared->group.ui,
	};
	int fd = door();

	c.target.head |= (uint64_t)CHORUS_MODE_ANY << CHORUS_UI_MODE_SHIFT;
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->go))
		usleep(1000);
	while (!atomic_load_explicit(&shared->stop, memory_order_relaxed)) {
		asked++;
		if (ioctl(fd, CHORUS_IOC_IPC_CALL, &c))
			die("ipcCall");
		if (answer != ~asked) {
			errno = EBADMSG;
			die("the reply is another's");
		}
		atomic_fetch_add_explicit(&shared->answered, 1, memory_order_relaxed);
	}
}

/* The child's own part, and its end when we end. */
static void begin(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static unsigned int number(const char *text, unsigned int most)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (*end || !*text || v > most) {
		fprintf(stderr, "usage: chorus-share SERVERS CLIENTS SECONDS WORK-IN-MICROSECONDS\n");
		exit(2);
	}
	return v;
}

int main(int argc, char **argv)
{
	struct chorus_group_allocate group = {
		.size = sizeof(group), .type = CHORUS_UI_GROUP_SHARED,
	};
	unsigned int servers, clients, seconds, work, i;
	pid_t parent = getpid(), server[SERVERS_MAX], client[CLIENTS_MAX];
	uint64_t before, calls;
	double began, took;
	int status = 0, s;

	if (argc != 5)
		number("?", 0);
	servers = number(argv[1], SERVERS_MAX);
	clients = number(argv[2], CLIENTS_MAX);
	seconds = number(argv[3], 3600);
	work = number(argv[4], 1000000);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	if (ioctl(door(), CHORUS_IOC_GROUP_ALLOCATE, &group))
		die("grpAllocate");
	shared->group = group.out_cap;
	for (i = 0; i < servers; i++) {
		server[i] = fork();
		if (server[i])
			continue;
		begin(parent);
		serve(i, work / 1e6);
	}
	for (i = 0; i < clients; i++) {
		client[i] = fork();
		if (client[i])
			continue;
		begin(parent);
		call();
		_exit(0);
	}
	while (atomic_load(&shared->ready) < servers + clients) {
		if (waitpid(-1, &s, WNOHANG) > 0)
			return 1;
		usleep(1000);
	}
	atomic_store(&shared->go, 1);
	usleep(300000);			/* until all are at it */
	before = atomic_load(&shared->answered);
	began = now(CLOCK_MONOTONIC);
	while ((took = now(CLOCK_MONOTONIC) - began) < seconds)
		usleep(10000);
	calls = atomic_load(&shared->answered) - before;
	atomic_store(&shared->stop, 1);
	for (i = 0; i < clients; i++)
		if (waitpid(client[i], &s, 0) != client[i] || s)
			status = 1;
	for (i = 0; i < servers; i++)
		kill(server[i], SIGKILL);
	if (status) {
		fprintf(stderr, "chorus-share: a client failed\n");
		return 1;
	}
	printf("{\"vcpus\": %ld, \"servers\": %u, \"clients\": %u, \"work_us\": %u, \"calls\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, \"served\": [",
	       sysconf(_SC_NPROCESSORS_ONLN), servers, clients, work, (unsigned long long)calls, took,
	       calls / took);
	for (i = 0; i < servers; i++)
		printf("%s%llu", i ? ", " : "", (unsigned long long)shared->served[i]);
	printf("]}\n");
	return calls ? 0 : 1;
}
