// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The process as an actor: opening the device, the handshake, fork.
 *
 * chorus_device is written under the lock only, and read everywhere without
 * it; that makes the check on the hot path one load and one branch.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ext/chLib.h>

#include "internal.h"

#define CHORUS_DEVICE_PATH	"/dev/chorus"

int chorus_device = -1;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int fork_handled;		/* lock */
static ChorusInfo info;			/* lock; what the last handshake said */

/* lock; why the last start failed, for chorus_perror() */
static struct {
	int code;
	int err;
	char path[128];
} failure;

void chorus_lock(void)
{
	pthread_mutex_lock(&lock);
}

void chorus_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static void forget_actor(void)
{
	int fd = chorus_device;

	__atomic_store_n(&chorus_device, -1, __ATOMIC_RELAXED);
	if (fd >= 0)
		close(fd);
	chorus_saved_reset();
}

/*
 * The descriptor a child inherits is its parent's actor, which the nucleus
 * refuses to serve for anybody else.  Closing it also lets the actor die with
 * the parent: the child holds no reference.
 */
static void forked(void)
{
	forget_actor();
	chorus_unlock();
}

/*
 * Keeps clear of 0, 1 and 2, so that a program started with one of them
 * closed does not print on the device.
 */
static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int high, err;

	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	err = errno;
	close(fd);
	return high < 0 ? -err : high;
}

static int handshake(int fd)
{
	struct chorus_hello hello = { .size = sizeof(hello) };
	const __u32 ours = CHORUS_ABI_CURRENT;
	int ret = chorus_trap(fd, CHORUS_IOC_HELLO, &hello);

	failure.err = -ret;
	/* What is not our device answers ENOTTY, EINVAL or worse. */
	if (ret)
		return ret == -ENOMEM || ret == -EDQUOT ? K_ENOMEM : K_EDEVICE;
	info.abiBase = hello.out_abi_base;
	info.abiCurrent = hello.out_abi_current;
	info.features = hello.out_features;
	info.site = hello.out_site;
	info.portQueue = hello.out_port_queue;
	if (hello.out_abi_base > ours || hello.out_abi_current < ours)
		return K_EABI;
	return K_OK;
}

/* Returns the descriptor or a K_* code.  Called with the lock held. */
static int open_locked(void)
{
	const char *path = secure_getenv("CHORUS_DEVICE");
	int fd, ret;

	if (!path || !*path)
		path = CHORUS_DEVICE_PATH;
	failure.err = 0;
	snprintf(failure.path, sizeof(failure.path), "%s", path);
	if (!fork_handled) {
		ret = pthread_atfork(chorus_lock, chorus_unlock, forked);
		if (ret)
			return failure.code = K_ENOMEM;
		fork_handled = 1;
	}
	fd = open_device(path);
	if (fd < 0) {
		failure.err = -fd;
		return failure.code = chorus_open_code(-fd);
	}
	ret = handshake(fd);
	if (ret) {
		close(fd);
		return failure.code = ret;
	}
	__atomic_store_n(&chorus_device, fd, __ATOMIC_RELAXED);
	return fd;
}

int chorus_open(void)
{
	int saved = errno;
	int cancel, fd;

	/* open(2) is a cancellation point; the lock must not be lost in it. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	chorus_lock();
	fd = chorus_device;
	if (fd < 0)
		fd = open_locked();
	chorus_unlock();
	pthread_setcancelstate(cancel, NULL);
	errno = saved;
	return fd;
}

int chorus_explain(int code, char *line, size_t size)
{
	char text[64];
	int ret = 0;

	chorus_lock();
	if (code != failure.code)
		goto out;
	ret = 1;
	switch (code) {
	case K_EABI:
		if (failure.err) {
			ret = 0;
			break;
		}
		snprintf(line, size,
			 "%s serves ABI %u to %u, this library speaks %u; update the older of chorus.ko and libchorus",
			 failure.path, info.abiBase, info.abiCurrent,
			 (unsigned int)CHORUS_ABI_CURRENT);
		break;
	case K_EDEVICE:
		if (failure.err == ENOENT)
			snprintf(line, size,
				 "%s does not exist; is chorus.ko loaded?",
				 failure.path);
		else
			snprintf(line, size, "%s is not a device of chorus.ko (%s)",
				 failure.path,
				 strerror_r(failure.err, text, sizeof(text)));
		break;
	case K_EACCESS:
		snprintf(line, size, "%s; is the user in its group?",
			 failure.path);
		break;
	case K_EBUSY:
		snprintf(line, size, "%s is open already in this process",
			 failure.path);
		break;
	default:
		ret = 0;
	}
out:
	chorus_unlock();
	return ret;
}

int chorus_init(void)
{
	int fd = chorus_fd();

	return fd < 0 ? fd : K_OK;
}

void chorus_fini(void)
{
	int saved = errno;

	chorus_lock();
	forget_actor();
	chorus_unlock();
	errno = saved;
}

int chorus_fd(void)
{
	int fd = __atomic_load_n(&chorus_device, __ATOMIC_RELAXED);

	return fd < 0 ? chorus_open() : fd;
}

int chorus_info(ChorusInfo *to)
{
	int ret;

	if (!to)
		return K_EFAULT;
	ret = chorus_init();
	if (ret)
		return ret;
	chorus_lock();
	*to = info;
	chorus_unlock();
	return K_OK;
}
