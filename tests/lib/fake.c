// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <ext/chLib.h>

#include "fake.h"

struct fake fake;
int fake_errno;

/* Of the records; threads trap side by side. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int chorus_trap(int fd, unsigned int command, void *arg);

int __wrap_open(const char *path, int flags, ...)
{
	__atomic_fetch_add(&fake.opens, 1, __ATOMIC_RELAXED);
	snprintf(fake.path, sizeof(fake.path), "%s", path);
	fake.open_flags = flags;
	if (fake.open_errno) {
		errno = fake.open_errno;
		return -1;
	}
	return __real_open("/dev/null", flags);
}

static int hello(struct chorus_hello *cmd)
{
	fake.hellos++;
	if (fake.hello_errno)
		return -fake.hello_errno;
	cmd->out_abi_base = fake.abi_base;
	cmd->out_abi_current = fake.abi_current;
	cmd->out_features = CHORUS_FEATURE_TEST;
	cmd->out_site = 0xc0ffee;
	cmd->out_port_queue = 32;
	return 0;
}

int chorus_trap(int fd, unsigned int command, void *arg)
{
	__u32 size = *(__u32 *)arg;

	if (command == CHORUS_IOC_HELLO)
		return hello(arg);
	pthread_mutex_lock(&lock);
	fake.traps++;
	fake.fd = fd;
	fake.command = command;
	memset(&fake.in, 0, sizeof(fake.in));
	memcpy(&fake.in, arg, size < sizeof(fake.in) ? size : sizeof(fake.in));
	pthread_mutex_unlock(&lock);
	return fake.answer ? fake.answer(command, arg) : 0;
}

int fake_fail(unsigned int command, void *arg)
{
	(void)command;
	(void)arg;
	return -fake_errno;
}

void fake_reset(void)
{
	chorus_fini();
	memset(&fake, 0, sizeof(fake));
	fake.abi_base = CHORUS_ABI_BASE;
	fake.abi_current = CHORUS_ABI_CURRENT;
}
