// SPDX-License-Identifier: GPL-2.0-or-later
/* The cgroup freezer while blocked. */
#include <sys/mount.h>
#include <sys/stat.h>

#include "blocked.h"

#define ROOT	"/sys/fs/cgroup"
#define GROUP	ROOT "/chorus-selftest"

static void set(const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), GROUP "/%s", file);
	if (write_text(path, text))
		selftest_skip("cannot write %s", path);
}

static void freeze(bool on)
{
	char text[256];
	FILE *f;

	set("cgroup.freeze", on ? "1" : "0");
	for (;;) {
		bool frozen = false;

		f = fopen(GROUP "/cgroup.events", "r");
		REQUIRE(f);
		while (fgets(text, sizeof(text), f))
			frozen |= !strncmp(text, "frozen 1", 8);
		fclose(f);
		if (frozen == on)
			return;
		sleep_ms(2);
	}
}

static void disturb(struct blocked *b)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", puppet_pid(b->victim));
	set("cgroup.procs", pid);
	for (int i = 0; i < 3; i++) {
		freeze(true);
		freeze(false);
		wait_blocked(b->victim);
	}
}

TEST(thaw, "frozen and thawed, every call goes on and nothing is sent twice")
{
	if (access(ROOT "/cgroup.procs", F_OK))
		mount("cgroup2", ROOT, "cgroup2", 0, NULL);
	if (mkdir(GROUP, 0755) && errno != EEXIST)
		selftest_skip("no cgroup2 at " ROOT);
	if (access(GROUP "/cgroup.freeze", F_OK)) {
		rmdir(GROUP);
		selftest_skip("cgroup2 without a freezer");
	}
	blocked_sweep(disturb);
	while (rmdir(GROUP) && errno == EBUSY)
		sleep_ms(2);
}

TEST(killed, "killed while frozen: the client is told")
{
	struct scene s = scene_served();
	char pid[16];

	if (mkdir(GROUP, 0755) && errno != EEXIST)
		selftest_skip("no cgroup2 at " ROOT);
	snprintf(pid, sizeof(pid), "%d", puppet_pid(s.server));
	set("cgroup.procs", pid);
	freeze(true);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	while (rmdir(GROUP) && errno == EBUSY)
		sleep_ms(2);
}
