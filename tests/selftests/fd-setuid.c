// SPDX-License-Identifier: GPL-2.0-or-later
/* The actor keeps working, and keeps its protection id, when its process changes users. */
#include <sys/stat.h>

#include "scene.h"

TEST(works, "an actor whose process became nobody works on")
{
	struct scene s = scene_new();

	MUST(run(s.server, do_drop, NULL));
	scene_round_trip(&s);
	MUST(run(s.client, do_drop, NULL));
	scene_round_trip(&s);
}

TEST(pi, "its protection id is that of its opener")
{
	struct puppet *p = puppet_actor();
	struct chorus_actor_pi *pi = SHARED(struct chorus_actor_pi);

	pi->flags = CHORUS_SELF;
	MUST(run(p, do_drop, NULL));
	EXPECT(run(p, do_actor_pi, pi), 0);
	CHECK(pi->out_pi.uid == 0 && pi->out_pi.gid == 0 && pi->out_pi.did == 0, "uid %u gid %u",
	      pi->out_pi.uid, pi->out_pi.gid);
}

static long open_as_nobody(void *unused)
{
	return do_drop(NULL) ?: do_open(NULL);
}

TEST(nobody, "an actor opened by nobody carries his ids")
{
	struct puppet *p = puppet_process();
	struct chorus_actor_pi *pi = SHARED(struct chorus_actor_pi);
	long result;

	MUST_SYS(chmod(DEVICE, 0666));
	result = run(p, open_as_nobody, NULL);
	MUST_SYS(chmod(DEVICE, 0660));
	if (result == -EACCES || result == -EPERM)
		selftest_skip("nobody may not open " DEVICE " here");
	REQUIRE(!result);
	pi->flags = CHORUS_SELF;
	EXPECT(run(p, do_actor_pi, pi), 0);
	CHECK(pi->out_pi.uid == 65534 && pi->out_pi.gid == 65534 && pi->out_pi.did == 0);
}

static long open_as_giant(void *unused)
{
	return do_setuid((void *)70000ul) ?: do_open(NULL);
}

TEST(giant, "ids that do not fit in 16 bits are 65535")
{
	struct puppet *p = puppet_process();
	struct chorus_actor_pi *pi = SHARED(struct chorus_actor_pi);

	MUST_SYS(chmod(DEVICE, 0666));
	MUST(run(p, open_as_giant, NULL));
	MUST_SYS(chmod(DEVICE, 0660));
	pi->flags = CHORUS_SELF;
	EXPECT(run(p, do_actor_pi, pi), 0);
	CHECK(pi->out_pi.uid == 65535 && pi->out_pi.gid == 65535, "uid %u gid %u",
	      pi->out_pi.uid, pi->out_pi.gid);
}
