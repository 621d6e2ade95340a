// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules come and go. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "soak.h"

#define FOLDER		"/lib/chorus/"
#define PATIENCE	(60 * SECOND)

/* Parameters of the nucleus, so that limits are met all the time. */
static const char *const parameters[FLAVOURS] = {
	[PLAIN] = "",
	[FULL] = "port_queue=4",
	[QUOTA] = "max_actors=24 max_user_ports=80 max_messages=60 max_bytes=200000",
	[TIGHT] = "",
	[ROAM] = "",
};

static int insert(const char *name, const char *params)
{
	char path[64];
	int fd, result;

	snprintf(path, sizeof(path), FOLDER "%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return result;
}

static int take_away(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/* The quotas of the round, met by the actors of a supervisor module also, are for users. */
static bool put(const char *name, const char *params)
{
	int result = insert(name, params);

	if (result)
		wrong(W_unload, "insmod %s %s: %s", name, params, strerror(-result));
	return !result;
}

bool modules_load(enum flavour flavour)
{
	if (!put("chorus", parameters[flavour]) || !put("chorus_echo", ""))
		return false;
	count(N_loads);
	return true;
}

/* Take it away as soon as nobody uses it. */
static bool leave(const char *name, enum counter refused)
{
	long long until = now_ns() + PATIENCE;
	int result;

	while ((result = take_away(name))) {
		if ((result != -EAGAIN && result != -EBUSY) || now_ns() > until) {
			wrong(W_unload, "rmmod %s: %s", name, strerror(-result));
			return false;
		}
		count(refused);
		sleep_us(300);
	}
	return true;
}

/* Under callers of its LAPs and of its message handler. */
void modules_reload_actor(void)
{
	if (!leave("chorus_echo", N_unload_races))
		return;
	sleep_us(random_below(3000));
	if (put("chorus_echo", ""))
		count(N_reloads);
}

/* A descriptor holds the nucleus. */
void modules_refuse(void)
{
	int result;

	/* Quotas and the like may stand in the way. */
	if (!door_open())
		return;
	result = take_away("chorus");
	if (result == -EAGAIN || result == -EBUSY)
		count(N_unload_refused);
	else
		wrong(W_unload, "rmmod chorus with a descriptor open: %s",
		      result ? strerror(-result) : "done");
	door_close();
}

/* No cache of ours stays. */
static void nothing_left(void)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "chorus", 6))
			wrong(W_left, "after the unload: %.*s", 60, line);
	if (f)
		fclose(f);
}

bool modules_unload(void)
{
	if (!leave("chorus_echo", N_unload_races) || !leave("chorus", N_unload_races))
		return false;
	nothing_left();
	return true;
}
