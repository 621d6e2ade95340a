// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens around the commands: descriptors, deaths, signals, memory, limits, listings. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/chorus_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "act.h"
#include "module.h"

#define CHILD_NS	50000000L	/* how long a child is waited for */
#define AWAIT_LOOKS	100		/* at a lane that is to fall asleep */

/* An argument as a number; @otherwise where the program says nothing. */
static uint64_t arg(const struct act *act, unsigned int index, uint64_t otherwise)
{
	const struct value *v = &act->call->values[index];

	switch (v->kind) {
	case VALUE_NUMBER:
		return v->number;
	case VALUE_MEMORY:
		return act_address(v);
	case VALUE_RESULT:
		return act->run->results[v->call].token;
	default:
		return otherwise;
	}
}

/* This process does not come back from that. */
static void spend(const struct act *act, unsigned int lane)
{
	act->run->processes[lane / THREADS].spent = true;
}

/* ---- descriptors and deaths ---- */

long act_open(struct act *act)
{
	int fd = open("/dev/chorus", O_RDWR);

	(void)act;
	if (fd < 0)
		return -errno;
	if (act_fds[0] < 0)
		act_fds[0] = fd;
	else
		close(fd);
	return 0;
}

long act_close(struct act *act)
{
	unsigned int which = arg(act, 0, 0) & 1;
	int fd = act_fds[which];

	act_fds[which] = -1;
	return fd >= 0 ? close(fd) : -EBADF;
}

long act_dup(struct act *act)
{
	(void)act;
	if (act_fds[1] < 0)
		act_fds[1] = dup(act_fds[0]);
	return act_fds[1];
}

/* The structure of a command with nothing in it but its size. */
static void empty_structure(uint8_t *bytes, uint32_t command)
{
	uint32_t size = 64;
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		if (rows[i].command == command)
			size = rows[i].size;
	memset(bytes, 0, 512);
	memcpy(bytes, &size, sizeof(size));
}

/* A child that uses what it inherited, and stays for a moment with the file open. */
long act_fork(struct act *act)
{
	struct process *process = &act->run->processes[act->lane / THREADS];
	unsigned int slot = 0, before = process->children, cover_lane = LANES + act->lane / THREADS;
	uint32_t command = CHORUS_IOC(arg(act, 0, 0) & 0xff);
	struct cover *cover = &act->run->cover;
	uint8_t bytes[512];
	pid_t pid;

	while (slot < 8 && act_children[slot])
		slot++;
	if (slot == 8)
		return -EAGAIN;
	pid = fork();
	if (pid) {
		act_children[slot] = pid > 0 ? pid : 0;
		if (pid > 0 && process->children == before)
			futex_wait(&process->children, before, CHILD_NS);
		return pid;
	}
	cover_enable(cover, cover_lane);
	empty_structure(bytes, command);
	ioctl(act_fds[0], command, bytes);
	close(open("/dev/chorus", O_RDWR));
	cover_collect(cover, cover_lane);
	cover_disable(cover, cover_lane);	/* for the next child */
	atomic_fetch_add(&process->children, 1);
	futex_wake(&process->children);
	usleep(1000);
	_exit(0);
}

/* Descriptors come along only if the program has unmarked them. */
void act_after_exec(void)
{
	static const uint32_t commands[] = {
		CHORUS_IOC_HELLO, CHORUS_IOC_ACTOR_SELF, CHORUS_IOC_IPC_CALL,
		CHORUS_IOC_IPC_REPLY_RECEIVE, CHORUS_IOC_LAP_INVOKE,
	};
	uint8_t bytes[512];
	unsigned int i;
	int fd;

	for (fd = 3; fd < 64; fd++) {
		for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
			empty_structure(bytes, commands[i]);
			ioctl(fd, commands[i], bytes);
		}
	}
	for (;;)
		pause();
}

long act_exec(struct act *act)
{
	char *const argv[] = { (char *)"fuzz", (char *)"--idle", NULL };

	spend(act, act->lane);
	execv("/proc/self/exe", argv);
	return -errno;
}

long act_leave(struct act *act)
{
	spend(act, act->lane);
	cover_collect(&act->run->cover, act->lane);
	_exit(0);
}

long act_end_thread(struct act *act)
{
	if (act->lane % THREADS == 0)
		return -EINVAL;
	spend(act, act->lane);
	lane_over(act->run, act->lane);
	syscall(SYS_exit, 0);
	return 0;
}

long act_signal(struct act *act)
{
	static const int numbers[] = { SIGUSR1, SIGUSR2, SIGSTOP };
	unsigned int lane = (unsigned int)(arg(act, 0, 0) % LANES);
	unsigned int number = (unsigned int)(arg(act, 1, 0) % 3);
	pid_t pid = act->run->processes[lane / THREADS].pid, tid = act->run->tids[lane];
	long ret;

	if (!pid || !tid)
		return -ESRCH;
	ret = syscall(SYS_tgkill, pid, tid, numbers[number]);
	if (numbers[number] == SIGSTOP) {
		usleep(300);
		/* Also if it was our own process: whoever comes first lets it go. */
		ret |= kill(pid, SIGCONT);
	}
	return ret;
}

long act_kill(struct act *act)
{
	unsigned int lane = (unsigned int)(arg(act, 0, 0) % LANES);
	pid_t pid = act->run->processes[lane / THREADS].pid;

	spend(act, lane);
	return pid > 0 ? kill(pid, SIGKILL) : -ESRCH;
}

long act_pause(struct act *act)
{
	return usleep((useconds_t)(arg(act, 0, 0) % 5000));
}

/* Until a lane sleeps, whatever it waits for. */
long act_await(struct act *act)
{
	unsigned int lane = (unsigned int)(arg(act, 0, 0) % LANES), looks, asleep = 0;

	for (looks = 0; looks < AWAIT_LOOKS && asleep < 2; looks++) {
		if (act->run->stop || act->run->over[lane])
			return -ESRCH;
		usleep(500);
		asleep = lane_runs(act->run, lane) ? 0 : asleep + 1;
	}
	return asleep < 2 ? -ETIMEDOUT : 0;
}

/* ---- memory ---- */

static void *gone(void)
{
	static const struct value start = { .kind = VALUE_MEMORY, .area = AREA_GONE };

	return (void *)act_address(&start);
}

/* Half of the area, or all of it, loses its pages. */
long act_unmap(struct act *act)
{
	size_t size = (arg(act, 0, 0) & 1 ? 32 : 16) * 4096;

	act_memory_changed = true;
	return mmap(gone(), size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       MAP_FAILED ? -errno : 0;
}

long act_map(struct act *act)
{
	int protection = arg(act, 0, 0) & 1 ? PROT_READ : PROT_READ | PROT_WRITE;

	act_memory_changed = true;
	return mmap(gone(), 32 * 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		    0) == MAP_FAILED ? -errno : 0;
}

long act_poke(struct act *act)
{
	uint64_t value = arg(act, 1, 0);

	return act_write(arg(act, 0, 0), &value, sizeof(value)) ? 0 : -EFAULT;
}

long act_poke_address(struct act *act)
{
	return act_poke(act);
}

long act_poke_ui(struct act *act)
{
	const struct value *v = &act->call->values[1];
	struct chorus_ui ui = { v->number, v->number };

	if (v->kind == VALUE_RESULT)
		ui = act->run->results[v->call].ui;
	return act_write(arg(act, 0, 0), &ui, sizeof(ui)) ? 0 : -EFAULT;
}

/* ---- the file in other ways ---- */

long act_raw(struct act *act)
{
	unsigned int command = _IO(arg(act, 0, CHORUS_IOC_MAGIC) & 0xff, arg(act, 1, 0) & 0xff);

	/* Half of them of our own type. */
	if (arg(act, 0, 0) & 1)
		command = CHORUS_IOC(arg(act, 1, 0) & 0xff);
	return ioctl(act_fds[0], command, arg(act, 2, 0));
}

static long read_fdinfo(int fd)
{
	char path[64], text[512];
	long ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read(fd, text, sizeof(text));
	close(fd);
	return ret;
}

/* Offsets are what windows and areas give: at=@CALL.  Gone again in two pieces, so that the actor can die. */
static long map_file(off_t offset, size_t length)
{
	char *map = mmap(NULL, length, PROT_READ, MAP_SHARED, act_fds[0], offset), byte;
	struct iovec from = { map, 1 }, to = { &byte, 1 };
	size_t half = length / 2 & ~4095UL;
	ssize_t got;

	if (map == MAP_FAILED)
		return -errno;
	madvise(map, length, MADV_DONTNEED);
	/* Nothing may be there, which is no fault of ours. */
	got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
	if (half)
		munmap(map, half);
	munmap(map + half, length - half);
	return got < 0 ? -errno : 0;
}

/* An area in place of the one that comes and goes, to be sent from and received into. */
static long map_gone(off_t offset, size_t length)
{
	act_memory_changed = true;
	return mmap(gone(), length < 32 * 4096 ? length : 32 * 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED, act_fds[0], offset) == MAP_FAILED ? -errno : 0;
}

long act_file(struct act *act)
{
	struct pollfd ask = { .fd = act_fds[0], .events = POLLIN | POLLOUT };
	size_t length = (size_t)(arg(act, 2, 0) & 0xffff);
	void *at = (void *)arg(act, 1, 0);
	char byte = 0;

	switch (arg(act, 0, 0) % 9) {
	case 0:
		return read(act_fds[0], at, length);
	case 1:
		return write(act_fds[0], &byte, 1);
	case 2:
		return poll(&ask, 1, 0);
	case 3:
		return map_file((off_t)(uintptr_t)at, length + 1);
	case 4:
		return lseek(act_fds[0], (off_t)length, SEEK_SET);
	case 5:
		return fcntl(act_fds[0], F_SETFL, O_NONBLOCK | O_ASYNC);
	case 8:
		return map_gone((off_t)(uintptr_t)at, length + 1);
	case 7:			/* against its will it stays open across exec */
		return fcntl(act_fds[0], F_SETFD, 0);
	default:
		return read_fdinfo(act_fds[0]);
	}
}

/* ---- the netlink family ---- */

static int family = -1;

struct netlink_request {
	struct nlmsghdr header;
	struct genlmsghdr general;
	struct nlattr attribute;
	char payload[64];
};

static int netlink_open(void)
{
	struct timeval time = { .tv_usec = 20000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
	return fd;
}

int netlink_family(void)
{
	struct netlink_request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_HDRLEN + 8,
			.nlmsg_type = GENL_ID_CTRL,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.general = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attribute = {
			.nla_len = NLA_HDRLEN + sizeof(CHORUS_FAMILY_NAME),
			.nla_type = CTRL_ATTR_FAMILY_NAME,
		},
		.payload = CHORUS_FAMILY_NAME,
	};
	char answer[4096];
	struct nlattr *a;
	int fd = netlink_open();
	ssize_t length;

	if (fd < 0 || send(fd, &request, request.header.nlmsg_len, 0) < 0)
		return -1;
	length = recv(fd, answer, sizeof(answer), 0);
	close(fd);
	for (a = (void *)(answer + NLMSG_LENGTH(GENL_HDRLEN)); (char *)(a + 1) <= answer + length;
	     a = (void *)((char *)a + NLA_ALIGN(a->nla_len))) {
		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			family = *(uint16_t *)(a + 1);
		if (!a->nla_len)
			break;
	}
	return family;
}

/* A request, and all of its answer, unless the caller loses interest half-way. */
long act_netlink(struct act *act)
{
	size_t payload = (size_t)(arg(act, 3, 0) % sizeof(((struct netlink_request *)0)->payload));
	struct netlink_request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
			.nlmsg_type = (uint16_t)family,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.general = { .cmd = (uint8_t)arg(act, 0, 1), .version = CHORUS_FAMILY_VERSION },
		.attribute = {
			.nla_len = (uint16_t)(NLA_HDRLEN + payload),
			.nla_type = (uint16_t)arg(act, 2, 0),
		},
	};
	const struct nlmsghdr *answer;
	char buffer[8192];
	int fd = netlink_open(), rounds = payload & 1 ? 1 : 64;
	bool slowly = payload & 2;	/* much happens between two parts of the answer */
	ssize_t length;

	if (family < 0 || fd < 0) {
		close(fd);
		return -ENOENT;
	}
	if (arg(act, 1, 0) & 1)
		request.header.nlmsg_flags |= NLM_F_DUMP;
	if (arg(act, 2, 0))
		request.header.nlmsg_len += (uint32_t)NLA_ALIGN(NLA_HDRLEN + payload);
	if (send(fd, &request, request.header.nlmsg_len, 0) >= 0) {
		while (rounds--) {
			length = recv(fd, buffer, sizeof(buffer), 0);
			answer = (void *)buffer;
			if (length < (ssize_t)sizeof(*answer) ||
			    answer->nlmsg_type == NLMSG_DONE ||
			    answer->nlmsg_type == NLMSG_ERROR ||
			    !(request.header.nlmsg_flags & NLM_F_DUMP))
				break;
			if (slowly)
				usleep(2000);
		}
	}
	close(fd);
	return 0;
}

/* ---- limits, users, sites, modules ---- */

static const char *const limit_names[] = {
	"max_actors", "max_ports", "max_user_ports", "max_messages", "max_bytes", "max_laps",
	"max_watches", "max_held", "max_threads", "max_user_threads",
};
#define LIMITS	(sizeof(limit_names) / sizeof(limit_names[0]))
static char limits[LIMITS][32];

static bool limit_file(unsigned int which, char *text, size_t size, bool write_it)
{
	char path[96];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/chorus/parameters/%s", limit_names[which]);
	fd = open(path, write_it ? O_WRONLY : O_RDONLY);
	if (fd < 0)
		return false;
	length = write_it ? write(fd, text, strlen(text)) : read(fd, text, size - 1);
	close(fd);
	if (!write_it && length >= 0)
		text[length] = 0;
	return length > 0;
}

void limits_read(void)
{
	unsigned int i;

	for (i = 0; i < LIMITS; i++)
		limit_file(i, limits[i], sizeof(limits[i]), false);
}

void limits_restore(void)
{
	unsigned int i;

	for (i = 0; i < LIMITS; i++)
		limit_file(i, limits[i], sizeof(limits[i]), true);
}

long act_limit(struct act *act)
{
	char text[32];

	if (arg(act, 1, 0) % 12 == 11) {
		limits_restore();
		return 0;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)(arg(act, 1, 0) % 12));
	act->run->limited = true;
	return limit_file((unsigned int)(arg(act, 0, 0) % LIMITS), text, sizeof(text), true) ?
	       0 : -errno;
}

long act_uid(struct act *act)
{
	spend(act, act->lane);
	return setuid(1000 + (uid_t)(arg(act, 0, 0) & 3));
}

/* The process goes to a network namespace, that is, a site, of its own. */
long act_new_site(struct act *act)
{
	spend(act, act->lane);
	if (unshare(CLONE_NEWNET))
		return -errno;
	if (act_fds[0] >= 0)
		close(act_fds[0]);
	act_fds[0] = open("/dev/chorus", O_RDWR | O_CLOEXEC);
	return act_fds[0] < 0 ? -errno : 0;
}

/* The actor that is misused leaves under whoever is inside, and comes back. */
long act_reload(struct act *act)
{
	(void)act;
	module_unload("chorus_probe");
	return module_load("chorus_probe");
}
