// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: a supervisor actor's module comes and goes, and so does a site. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "kill.h"

#define MODULE		"chorus_probe"
#define MODULE_FILE	"/lib/chorus/chorus_probe.ko"

static long do_insert(void *unused)
{
	int fd = open(MODULE_FILE, O_RDONLY | O_CLOEXEC), result;

	if (fd < 0)
		return -errno;
	result = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return result;
}

static long do_remove(void *unused)
{
	return syscall(SYS_delete_module, MODULE, O_NONBLOCK) ? -errno : 0;
}

static void module_people(struct play *play)
{
	if (access(MODULE_FILE, R_OK))
		selftest_skip("no %s, to be loaded again", MODULE_FILE);
	for (int i = 0; i < PARTIES; i++)
		play->party[i] = puppet_actor();
}

static void probe_serves(void)
{
	struct chorus_lap_desc wait = need_lap(PROBE_LAP_WAIT);
	struct probe_wait w = { .timeout = 0 };

	EXPECT(invoke(&wait, &w, sizeof(w)), 0);
	CHECK(w.result == -ETIMEDOUT);
}

/* ---- insmod, while a client waits for a name that the module binds ---- */

static long do_resolve(void *resolve)
{
	return lap_resolve(resolve);
}

static void insert_prepare(struct play *play)
{
	struct chorus_lap_resolve *r = SHARED(struct chorus_lap_resolve);

	module_people(play);
	EXPECT(do_remove(NULL), 0);
	strcpy(r->name, PROBE_LAP_WAIT);
	r->timeout = FOREVER;
	begin(play->party[CLIENT], do_resolve, r);
	wait_blocked(play->party[CLIENT]);
}

static void insert_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_insert, NULL);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

/* A module whose loader was killed is loaded. */
static void insert_after(struct play *play)
{
	EXPECT(do_insert(NULL), -EEXIST);
	probe_serves();
}

static const struct kill_scene inserting = {
	"insmod of a supervisor actor", insert_prepare, insert_act, insert_after,
};

/* ---- rmmod, with a caller asleep inside ---- */

static void remove_prepare(struct play *play)
{
	module_people(play);
	play_lap(play, CLIENT, PROBE_LAP_WAIT, FOREVER);
	begin(play->party[CLIENT], do_invoke, play->lap[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void remove_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_remove, NULL);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void remove_after(struct play *play)
{
	struct chorus_lap_desc gone;

	EXPECT(find_lap(PROBE_LAP_WAIT, 0, &gone), -ENOENT);
	EXPECT(do_insert(NULL), 0);
	probe_serves();
}

static const struct kill_scene removing = {
	"rmmod of a supervisor actor", remove_prepare, remove_act, remove_after,
};

/* ---- a site is born, and dies with its only process ---- */

static long do_unshare(void *unused)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static void site_prepare(struct play *play)
{
	module_people(play);
	play->party[SERVER] = puppet_process();
}

static void site_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_unshare, NULL);
}

static void site_after(struct play *play)
{
	struct puppet *p = puppet_process();

	probe_serves();
	EXPECT(run(p, do_unshare, NULL), 0);
	EXPECT(run(p, do_open, NULL), 0);
}

static const struct kill_scene site = { "a site is born", site_prepare, site_act, site_after };

/* ---- the table ---- */

#define DONE		{ OK }
#define CANCELLED	{ -ECANCELED }

static const struct kill_row rows[] = {
	{ &inserting, "V1", THIRD, { [CLIENT] = DONE } },
	{ &inserting, "V1", CLIENT, { [THIRD] = DONE } },
	{ &inserting, "V2", THIRD, { [CLIENT] = DONE } },
	/* It was woken before, and may be back in user mode. */
	{ &inserting, "V2", CLIENT, { [THIRD] = DONE, [CLIENT] = DONE } },

	{ &removing, "V3", THIRD, { [CLIENT] = CANCELLED } },
	{ &removing, "V3", CLIENT, { [THIRD] = DONE } },
	{ &removing, "V4", THIRD, { [CLIENT] = CANCELLED } },
	{ &removing, "V4", CLIENT, { [THIRD] = DONE, [CLIENT] = CANCELLED } },

	{ &site, "V1", SERVER }, { &site, "V1", CLIENT, { [SERVER] = DONE } },
	{ &site, "V2", SERVER }, { &site, "V2", CLIENT, { [SERVER] = DONE } },
};
KILL_TABLE(kill_module, rows);
