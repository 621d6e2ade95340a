// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Every errno through the map, every code to text, errno left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static const struct { int err; int code; } map[] = {
	{ EINVAL, K_EINVAL }, { ENOENT, K_EINVAL }, { EACCES, K_EINVAL },
	{ ENOMSG, K_EINVAL }, { EFAULT, K_EFAULT },
	{ EHOSTUNREACH, K_EUNKNOWN }, { ENOBUFS, K_EFULL },
	{ EMSGSIZE, K_ETOOMUCH }, { EIDRM, K_ENOPORT },
	{ ETIMEDOUT, K_ETIMEOUT }, { ECANCELED, K_EABORT },
	{ EBUSY, K_EBUSY }, { EEXIST, K_EBUSY }, { ENOMEM, K_ENOMEM },
	{ EDQUOT, K_ENOMEM }, { EMFILE, K_ENOMEM }, { ENFILE, K_ENOMEM },
	{ EPERM, K_EPRIV }, { EREMOTEIO, K_EFAIL }, { ENOTTY, K_ENOTIMP },
	{ EOPNOTSUPP, K_ENOTIMP }, { ENOSYS, K_ENOTIMP },
	{ EOWNERDEAD, K_EDEAD }, { EINTR, K_EINTR }, { ELOOP, K_EDEPTH },
	{ EDEADLK, K_EDEADLOCK }, { EXDEV, K_EFORK }, { ESHUTDOWN, K_EDYING },
	{ EBADF, K_EDEVICE }, { E2BIG, K_EABI },
};

static int expected(int err)
{
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].err == err)
			return map[i].code;
	return K_EFAIL;
}

static void test_commands(void)
{
	int err, bad = 0;

	fake_reset();
	fake.answer = fake_fail;
	for (err = 1; err < 134; err++) {
		fake_errno = err;
		if (threadSelf() != expected(err)) {
			printf("# errno %d gives %d, not %d\n", err,
			       threadSelf(), expected(err));
			bad++;
		}
	}
	is(bad, 0, "every errno of a command maps to its code");
}

static void test_open(void)
{
	static const struct { int err; int code; } at_open[] = {
		{ ENOENT, K_EDEVICE }, { ENODEV, K_EDEVICE },
		{ ENXIO, K_EDEVICE }, { ENOTDIR, K_EDEVICE },
		{ EISDIR, K_EDEVICE }, { ELOOP, K_EDEVICE },
		{ EACCES, K_EACCESS }, { EPERM, K_EACCESS },
		{ EBUSY, K_EBUSY }, { ENOMEM, K_ENOMEM }, { EDQUOT, K_ENOMEM },
		{ EMFILE, K_ENOMEM }, { ENFILE, K_ENOMEM }, { EINTR, K_EINTR },
		{ ESHUTDOWN, K_EDYING },
	};
	size_t i;

	for (i = 0; i < sizeof(at_open) / sizeof(at_open[0]); i++) {
		fake_reset();
		fake.open_errno = at_open[i].err;
		is(threadSelf(), at_open[i].code, "open(2) fails with %s",
		   strerror(at_open[i].err));
	}
}

static void test_strerror(void)
{
	static const int codes[] = {
		K_EINVAL, K_EFAULT, K_EUNKNOWN, K_EFULL, K_ETOOMUCH, K_ENOPORT,
		K_ETIMEOUT, K_EABORT, K_EBUSY, K_ENOMEM, K_EPRIV, K_EFAIL,
		K_ENOTIMP, K_EDEAD, K_EINTR, K_EDEPTH, K_EDEADLOCK, K_EFORK,
		K_EDYING, K_EDEVICE, K_EACCESS, K_EABI,
	};
	const size_t n = sizeof(codes) / sizeof(codes[0]);
	const char *unknown = chorus_strerror(-1000);
	size_t i, j;
	int same = 0;

	for (i = 0; i < n; i++) {
		if (!strcmp(chorus_strerror(codes[i]), unknown))
			same++;
		for (j = 0; j < i; j++)
			if (codes[i] == codes[j] ||
			    !strcmp(chorus_strerror(codes[i]),
				    chorus_strerror(codes[j])))
				same++;
	}
	is(same, 0, "codes and their texts are distinct and none is missing");
	ok(!strcmp(chorus_strerror(K_OK), "success"), "K_OK is success");
	ok(!strcmp(chorus_strerror(17), "success"), "a result is success");
	ok(chorus_strerror(-2147483647 - 1) != NULL, "INT_MIN has a text");
}

/* Runs chorus_perror() with stderr in a pipe. */
static const char *printed(const char *what, int code)
{
	static char text[512];
	int keep = dup(2), pipes[2];
	ssize_t n;

	if (pipe(pipes))
		return "";
	dup2(pipes[1], 2);
	chorus_perror(what, code);
	dup2(keep, 2);
	close(keep);
	close(pipes[1]);
	n = read(pipes[0], text, sizeof(text) - 1);
	close(pipes[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static int one_line(const char *text)
{
	size_t len = strlen(text);

	return len && strchr(text, '\n') == text + len - 1;
}

static void test_perror(void)
{
	const char *text;

	fake_reset();
	text = printed("call", K_EDEAD);
	ok(!strcmp(text, "call: server died before replying\n"),
	   "chorus_perror: name and text");
	ok(!strcmp(printed("", K_EDEAD), "server died before replying\n"),
	   "chorus_perror: no name");
	ok(!strcmp(printed(NULL, K_EDEAD), "server died before replying\n"),
	   "chorus_perror: null name");

	fake.open_errno = ENOENT;
	text = printed("demo", chorus_init());
	ok(one_line(text) && strstr(text, "/dev/chorus") &&
	   strstr(text, "loaded"), "no device: names it and the cure: %.60s",
	   text);

	fake_reset();
	fake.open_errno = EACCES;
	text = printed("demo", chorus_init());
	ok(one_line(text) && strstr(text, "/dev/chorus"),
	   "no permission: names the device");

	fake_reset();
	fake.abi_base = 3;
	fake.abi_current = 5;
	text = printed("demo", chorus_init());
	ok(one_line(text) && strstr(text, "3 to 5"),
	   "ABI mismatch: says the range");

	fake_reset();
	fake.hello_errno = ENOTTY;
	text = printed("demo", chorus_init());
	ok(one_line(text) && strstr(text, "not a device"),
	   "not our device: says so");
}

static void test_errno_kept(void)
{
	KnUniqueId ui;

	fake_reset();
	errno = 4711;
	fake.open_errno = ENOENT;
	threadSelf();
	is(errno, 4711, "errno kept when the start fails");
	fake.open_errno = 0;
	threadSelf();
	is(errno, 4711, "errno kept when it succeeds");
	fake_errno = EINVAL;
	fake.answer = fake_fail;
	portUi(1, &ui);
	is(errno, 4711, "errno kept when a command fails");
	printed("x", K_EDEVICE);
	errno = 4711;
	chorus_fini();
	is(errno, 4711, "errno kept by chorus_fini");
}

int main(void)
{
	test_commands();
	test_open();
	test_strerror();
	test_perror();
	test_errno_kept();
	return tap_done();
}
