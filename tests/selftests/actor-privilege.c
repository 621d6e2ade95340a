// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may become a SYSTEM actor. */
#define _GNU_SOURCE
#include <sched.h>

#include "scene.h"

static long do_privilege(void *privilege)
{
	return set_privilege((uintptr_t)privilege);
}
#define SYSTEM	((void *)(uintptr_t)CHORUS_ACTOR_SYSTEM)
#define USER	((void *)(uintptr_t)CHORUS_ACTOR_USER)

TEST(root, "root becomes SYSTEM and goes back to USER")
{
	struct chorus_actor_privilege p = {
		.flags = CHORUS_SET | CHORUS_SELF, .privilege = CHORUS_ACTOR_SYSTEM,
	};
	struct chorus_actor_self self = { 0 };

	actor_open();
	EXPECT(actor_privilege(&p), 0);
	CHECK(p.out_privilege == CHORUS_ACTOR_USER);
	EXPECT(actor_self(&self), 0);
	CHECK(self.out_privilege == CHORUS_ACTOR_SYSTEM);
	p.privilege = CHORUS_ACTOR_USER;
	EXPECT(actor_privilege(&p), 0);
	CHECK(p.out_privilege == CHORUS_ACTOR_SYSTEM);
	p.flags = CHORUS_SELF;
	EXPECT(actor_privilege(&p), 0);
	CHECK(p.out_privilege == CHORUS_ACTOR_USER);
}

TEST(dropped, "without CAP_SYS_ADMIN it is EPERM; what was gained stays until given up")
{
	struct puppet *p = puppet_actor(), *system = puppet_actor();

	MUST(run(p, do_drop, NULL));
	EXPECT(run(p, do_privilege, SYSTEM), -EPERM);
	MUST(run(system, do_privilege, SYSTEM));
	MUST(run(system, do_drop, NULL));
	EXPECT(run(system, do_privilege, USER), 0);
	EXPECT(run(system, do_privilege, SYSTEM), -EPERM);
}

static long do_unshare(void *flags)
{
	if (unshare((uintptr_t)flags))
		return -errno;
	return 0;
}

TEST(userns, "the root of a user namespace is trusted in his own site only")
{
	void *both = (void *)(uintptr_t)(CLONE_NEWUSER | CLONE_NEWNET);
	void *user = (void *)(uintptr_t)CLONE_NEWUSER;
	struct puppet *here = puppet_actor(), *later = puppet_process(), *own = puppet_process();
	long result = run(here, do_unshare, user);

	if (result)
		selftest_skip("no user namespaces here: %s", error_name(result));
	/* Its actor, opened before or after, is of the site of the real root. */
	EXPECT(run(here, do_privilege, SYSTEM), -EPERM);
	MUST(run(later, do_unshare, user));
	result = run(later, do_open, NULL);
	if (!result)
		EXPECT(run(later, do_privilege, SYSTEM), -EPERM);
	MUST(run(own, do_unshare, both));
	result = run(own, do_open, NULL);
	if (result)
		selftest_skip("the device cannot be opened in a user namespace: %s",
			      error_name(result));
	EXPECT(run(own, do_privilege, SYSTEM), 0);
}

TEST(moved, "an actor of the real site is not trusted after its process moved to its own")
{
	void *both = (void *)(uintptr_t)(CLONE_NEWUSER | CLONE_NEWNET);
	struct puppet *p = puppet_actor();
	struct chorus_ui before = puppet_capability(p).ui;

	if (run(p, do_unshare, both))
		selftest_skip("no user namespaces here");
	CHECK(same_ui(puppet_capability(p).ui, before));
	EXPECT(run(p, do_privilege, SYSTEM), -EPERM);
}
