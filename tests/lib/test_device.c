// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Start, handshake, threads, fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static void test_lazy(void)
{
	int fd;

	fake_reset();
	is(fake.opens, 0, "nothing is opened before the first call");
	is(threadSelf(), 0, "first call works");
	is(fake.opens, 1, "it opened the device");
	is(fake.hellos, 1, "and shook hands once");
	ok(!strcmp(fake.path, "/dev/chorus"), "the path is /dev/chorus");
	is(fake.open_flags, O_RDWR | O_CLOEXEC, "read-write, close-on-exec");
	threadSelf();
	is(fake.opens, 1, "second call does not open again");
	is(fake.hellos, 1, "nor shake hands");
	fd = chorus_fd();
	is(fd, fake.fd, "chorus_fd is the descriptor commands go to");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "which is close-on-exec");
	is(chorus_init(), K_OK, "chorus_init may come late");
	is(chorus_init(), K_OK, "and often");
	is(fake.opens, 1, "without effect");
	chorus_fini();
	is(fcntl(fd, F_GETFD), -1, "chorus_fini closes the descriptor");
	chorus_fini();
	is(threadSelf(), 0, "a call after it starts anew");
	is(fake.opens, 2, "with a new descriptor");
}

static void test_environment(void)
{
	fake_reset();
	setenv("CHORUS_DEVICE", "/tmp/elsewhere", 1);
	chorus_init();
	ok(!strcmp(fake.path, "/tmp/elsewhere"), "CHORUS_DEVICE is honoured");
	fake_reset();
	setenv("CHORUS_DEVICE", "", 1);
	chorus_init();
	ok(!strcmp(fake.path, "/dev/chorus"), "an empty one is not");
	unsetenv("CHORUS_DEVICE");
}

static void test_retry(void)
{
	fake_reset();
	fake.open_errno = ENOENT;
	is(chorus_init(), K_EDEVICE, "no device");
	is(chorus_fd(), K_EDEVICE, "chorus_fd says it too");
	fake.open_errno = 0;
	is(chorus_init(), K_OK, "once the module is loaded the next call works");
}

static void test_handshake(void)
{
	static const struct { uint32_t base, current; int code; } abi[] = {
		{ CHORUS_ABI_CURRENT, CHORUS_ABI_CURRENT, K_OK },
		{ 0, CHORUS_ABI_CURRENT + 9, K_OK },
		{ CHORUS_ABI_CURRENT + 1, CHORUS_ABI_CURRENT + 1, K_EABI },
		{ CHORUS_ABI_CURRENT + 1, 0xffffffff, K_EABI },
	};
	static const int errs[] = { ENOTTY, EINVAL, EBADF, EFAULT, EIO };
	ChorusInfo info;
	size_t i;

	for (i = 0; i < sizeof(abi) / sizeof(abi[0]); i++) {
		fake_reset();
		fake.abi_base = abi[i].base;
		fake.abi_current = abi[i].current;
		is(chorus_init(), abi[i].code, "ABI %u to %u", abi[i].base,
		   abi[i].current);
		if (abi[i].code) {
			is(threadSelf(), abi[i].code, "calls are refused");
			is(fake.traps, 0, "before any command");
		}
	}
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		fake_reset();
		fake.hello_errno = errs[i];
		is(chorus_init(), K_EDEVICE, "handshake fails with %s",
		   strerror(errs[i]));
	}
	fake_reset();
	fake.hello_errno = ENOMEM;
	is(chorus_init(), K_ENOMEM, "handshake without memory");

	fake_reset();
	is(chorus_info(NULL), K_EFAULT, "chorus_info(null)");
	is(chorus_info(&info), K_OK, "chorus_info");
	is(info.site, 0xc0ffee, "site");
	is(info.portQueue, 32, "queue");
	is(info.abiCurrent, CHORUS_ABI_CURRENT, "ABI");
	ok(info.features == CHORUS_FEATURE_TEST, "features");
}

/* A refused device must not stay open: count the descriptors. */
static void test_no_leak(void)
{
	int before, after, i;

	fake_reset();
	before = dup(0);
	close(before);
	fake.abi_base = fake.abi_current = 99;
	for (i = 0; i < 10; i++)
		chorus_init();
	fake.hello_errno = ENOTTY;
	for (i = 0; i < 10; i++)
		chorus_init();
	after = dup(0);
	close(after);
	is(after, before, "failed starts leave no descriptor");
}

static void test_low_descriptors(void)
{
	int keep = dup(0), fd;

	fake_reset();
	close(0);
	fd = chorus_fd();
	dup2(keep, 0);
	close(keep);
	ok(fd > 2, "the descriptor is never 0, 1 or 2 (%d)", fd);
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "and still close-on-exec");
}

static pthread_barrier_t barrier;

static void *starter(void *arg)
{
	pthread_barrier_wait(&barrier);
	*(int *)arg = chorus_fd();
	return NULL;
}

static void test_threads(void)
{
	enum { THREADS = 8, ROUNDS = 50 };
	pthread_t threads[THREADS];
	int fds[THREADS], i, round, bad = 0;

	for (round = 0; round < ROUNDS; round++) {
		fake_reset();
		pthread_barrier_init(&barrier, NULL, THREADS);
		for (i = 0; i < THREADS; i++)
			pthread_create(&threads[i], NULL, starter, &fds[i]);
		for (i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		for (i = 0; i < THREADS; i++)
			bad += fds[i] != fds[0] || fds[i] < 0;
		bad += fake.opens != 1;
		pthread_barrier_destroy(&barrier);
	}
	is(bad, 0, "threads that start together open once");
}

static void *cancelled(void *arg)
{
	pthread_cancel(pthread_self());
	*(int *)arg = chorus_fd();
	pthread_testcancel();
	return NULL;
}

static void test_cancel(void)
{
	pthread_t thread;
	int fd = -1;

	fake_reset();
	alarm(20);
	pthread_create(&thread, NULL, cancelled, &fd);
	pthread_join(thread, NULL);
	is(chorus_init(), K_OK, "a cancelled starter does not keep the lock");
	is(chorus_fd(), fd, "nor lose the descriptor");
	alarm(0);
}

static int save_answer(unsigned int command, void *arg)
{
	if (command == CHORUS_IOC_IPC_SAVE)
		((struct chorus_ipc_save *)arg)->msg = 77;
	return 0;
}

static void test_fork(void)
{
	int fd, id, status;
	pid_t pid;

	fake_reset();
	fake.answer = save_answer;
	fd = chorus_fd();
	id = ipcSave(K_NONEPORT);
	ok(id > 0, "a message is saved");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		int bad = 0, opens = fake.opens;

		if (fcntl(fd, F_GETFD) >= 0)
			bad |= 1;
		if (fake.opens != opens)
			bad |= 2;
		if (ipcRestore(id) != K_EINVAL)
			bad |= 4;
		if (threadSelf() || fake.opens != opens + 1)
			bad |= 8;
		/* And a grandchild likewise. */
		pid = fork();
		if (!pid)
			_exit(threadSelf() || fake.opens != opens + 2);
		if (waitpid(pid, &status, 0) != pid || status)
			bad |= 16;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status), "the child ends by itself");
	status = WEXITSTATUS(status);
	ok(!(status & 1), "the child does not keep its parent's descriptor");
	ok(!(status & 2), "it does not open the device by itself");
	ok(!(status & 4), "the parent's saved messages are not the child's");
	ok(!(status & 8), "its first call opens the device anew");
	ok(!(status & 16), "a grandchild likewise");
	is(chorus_fd(), fd, "the parent keeps its descriptor");
	is(ipcRestore(id), K_OK, "and its saved message");
}

static int stop;

static void *restarter(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		chorus_fini();
	return arg;
}

/* fork(2) while another thread is inside the lock must not wedge the child. */
static void test_fork_locked(void)
{
	pthread_t thread;
	int i, status, bad = 0;

	fake_reset();
	chorus_init();
	alarm(60);
	__atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
	pthread_create(&thread, NULL, restarter, NULL);
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (!pid) {
			alarm(10);
			_exit(chorus_init() != K_OK);
		}
		bad += waitpid(pid, &status, 0) != pid || status;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	alarm(0);
	is(bad, 0, "children of a busy process start");
}

int main(void)
{
	unsetenv("CHORUS_DEVICE");
	test_lazy();
	test_environment();
	test_retry();
	test_handshake();
	test_no_leak();
	test_low_descriptors();
	test_threads();
	test_cancel();
	test_fork();
	test_fork_locked();
	return tap_done();
}
