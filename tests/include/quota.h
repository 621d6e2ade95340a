/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits that are set for a while, and users of their own, for the tests of quotas. */
#ifndef QUOTA_H
#define QUOTA_H

#include <sys/stat.h>

#include "selftest.h"

#define PARAMETERS	"/sys/module/chorus/parameters/"

static inline long long parameter(const char *name, const char *value)
{
	char path[128];
	long long old;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	old = read_number(path);
	if (old < 0)
		selftest_skip("no parameter %s", name);
	if (value)
		REQUIRE(!write_text(path, value), "%s", path);
	return old;
}

static inline void restore(const char *name, long long old)
{
	char value[32];

	snprintf(value, sizeof(value), "%lld", old);
	parameter(name, value);
}

static inline long do_become(void *uid)
{
	return do_setuid(uid) ?: do_open(NULL);
}

/* Somebody of this user, with an actor. */
static inline struct puppet *somebody(unsigned long uid)
{
	struct puppet *p = puppet_process();
	long result;

	MUST_SYS(chmod(DEVICE, 0666));
	result = run(p, do_become, (void *)uid);
	chmod(DEVICE, 0660);
	REQUIRE(!result, "%s", error_name(result));
	return p;
}

#endif /* QUOTA_H */
