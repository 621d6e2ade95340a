/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands by io_uring, for selftests: a ring of the process, entries with the commands of
 * selftest.h, their completions.
 *
 * What a test does with a ring happens in the process that is the actor; puppets are the
 * others.
 */
#ifndef RING_H
#define RING_H

#include <dirent.h>
#include <fcntl.h>
#include <liburing.h>

#include "selftest.h"

#define RING_ENTRIES	256

/* A ring, or the TEST is skipped: the kernel or the administrator has none. */
static inline void ring_open(struct io_uring *ring, unsigned int flags)
{
	int error = io_uring_queue_init(RING_ENTRIES, ring, flags);

	if (error == -ENOSYS || error == -EPERM)
		selftest_skip("no io_uring here: %s", error_name(error));
	REQUIRE(!error, "%s", error_name(error));
}

/* The actor of the TEST, its thread known to the nucleus, and a ring. */
static inline void ring_actor(struct io_uring *ring)
{
	struct chorus_thread_self self = { 0 };

	actor_open();
	if (!has_feature(CHORUS_FEATURE_RING))
		selftest_skip("this kernel has no commands by io_uring");
	MUST(thread_self(&self));
	ring_open(ring, 0);
}

/* An entry; @arg: its size is filled in if it is 0. */
static inline struct io_uring_sqe *ring_add(struct io_uring *ring, unsigned int ioc, void *arg)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	const struct command *c = command_of(ioc);
	struct chorus_ring_cmd cmd = { .arg = PTR(arg) };

	REQUIRE(sqe, "the ring is full");
	if (arg && c && !*(__u32 *)arg)
		*(__u32 *)arg = c->size;
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = dev;
	sqe->cmd_op = ioc;
	memcpy(sqe->cmd, &cmd, sizeof(cmd));
	sqe->user_data = PTR(arg);
	return sqe;
}

static inline void ring_submit(struct io_uring *ring)
{
	MUST(io_uring_submit(ring));
}

/* The next completion: its result, and whose. */
static inline int ring_next(struct io_uring *ring, void **arg)
{
	struct io_uring_cqe *cqe;
	int error, result;

	do {
		error = io_uring_wait_cqe(ring, &cqe);
	} while (error == -EINTR || error == -EAGAIN);
	REQUIRE(!error, "io_uring_wait_cqe: %s", error_name(error));
	result = cqe->res;
	if (arg)
		*arg = (void *)(uintptr_t)cqe->user_data;
	io_uring_cqe_seen(ring, cqe);
	return result;
}

/* Is a completion there already? */
static inline bool ring_has(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;

	return !io_uring_peek_cqe(ring, &cqe);
}

/* One command, and nothing else in the ring. */
static inline int ring_run(struct io_uring *ring, unsigned int ioc, void *arg)
{
	void *whose;
	int result;

	ring_add(ring, ioc, arg);
	ring_submit(ring);
	result = ring_next(ring, &whose);
	REQUIRE(whose == arg, "the completion of another entry");
	return result;
}

/* Threads of an actor, those that workers of its rings borrow among them. */
static inline long actor_threads(pid_t pid, int fd)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "threads: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* Does no worker of the process's rings run?  Who holds a command and sleeps waits in it. */
static inline bool workers_sleep(pid_t pid)
{
	char path[300], text[256], *mark;
	struct dirent *entry;
	bool sleep = true;
	FILE *f;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && sleep && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", pid, entry->d_name);
		f = *entry->d_name == '.' ? NULL : fopen(path, "re");
		if (!f)
			continue;
		mark = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
		if (mark && strstr(text, "(iou-wrk"))
			sleep = mark[2] == 'S';
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return sleep;
}

/* Until so many commands of rings are with workers, and wait there. */
static inline void wait_workers(pid_t pid, int fd, long threads, long workers)
{
	while (actor_threads(pid, fd) < threads + workers || !workers_sleep(pid))
		sleep_ms(1);
}

/* A receive of numbers. */
static inline struct chorus_ipc_receive number_receive(int li, __u64 *to, long long timeout)
{
	return (struct chorus_ipc_receive){
		.li = li, .body = PTR(to), .body_size = sizeof(*to), .timeout = timeout,
	};
}

static inline struct chorus_ipc_reply number_reply(__u64 msg, const __u64 *from)
{
	return (struct chorus_ipc_reply){
		.msg = msg, .body = PTR(from), .body_size = sizeof(*from),
	};
}

static inline struct chorus_ipc_call number_call(struct chorus_ui to, const __u64 *from, __u64 *got)
{
	return (struct chorus_ipc_call){
		.target = to, .body = PTR(from), .body_size = sizeof(*from),
		.rep_body = PTR(got), .rep_size = sizeof(*got), .timeout = FOREVER,
	};
}

/* A puppet whose ioctl calls a port, with a thread to spare. */
struct ring_client {
	struct puppet *puppet;
	struct note *call;
};

static inline struct ring_client ring_client(struct chorus_ui to, __u64 value)
{
	struct ring_client c = { puppet_actor(), SHARED(struct note) };

	c.call->to = to;
	c.call->value = value;
	c.call->timeout = FOREVER;
	begin(c.puppet, note_call, c.call);
	wait_blocked(c.puppet);
	return c;
}

#endif /* RING_H */
