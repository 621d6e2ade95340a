/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill -9 at a labelled step, with the hooks of a test build; see module/debug/step.h. */
#ifndef HOOK_H
#define HOOK_H

#include "selftest.h"

#define HOOK "/sys/kernel/debug/chorus/step"

/* The victim gets SIGKILL from whoever reaches the step first, who waits for its end. */
static inline void hook_arm(const char *step, struct puppet *victim)
{
	char line[32];

	if (access(HOOK, W_OK))
		selftest_skip("not a test build");
	snprintf(line, sizeof(line), "%s %d", step, puppet_pid(victim));
	REQUIRE(write_text(HOOK, line) == 0);
}

/* The hook is for one shot: it is spent if the step was reached. */
static inline bool hook_reached(const char *step)
{
	FILE *file = fopen(HOOK, "re");
	bool armed = false;
	char line[64];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, step, strlen(step)) && strstr(line, "armed"))
			armed = true;
	if (file)
		fclose(file);
	return !armed;
}

#endif /* HOOK_H */
