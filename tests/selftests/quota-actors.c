// SPDX-License-Identifier: GPL-2.0-or-later
/* The quota of a user over actors. */
#include <sys/stat.h>

#include "scene.h"

#define PARAMETER	"/sys/module/chorus/parameters/max_actors"

static long do_user(void *uid)
{
	return do_setuid(uid);
}

TEST_TIMEOUT(actors, "max_actors actors of a user, the next is EDQUOT; the dead make room", 60)
{
	long long max = read_number(PARAMETER), before = max, limit;
	struct puppet *p[80];
	int count = 0;
	long result = 0;
	char text[24];

	if (max <= 0)
		selftest_skip("no parameter max_actors");
	if (max > 64) {
		if (write_text(PARAMETER, "16"))
			selftest_skip("max_actors is %lld and cannot be lowered", max);
		max = 16;
	}
	chmod(DEVICE, 0666);
	for (; count <= max + 1; count++) {
		p[count] = puppet_process();
		MUST(run(p[count], do_user, (void *)12003ul));
		result = run(p[count], do_open, NULL);
		if (result == -EACCES || result == -EPERM)
			selftest_skip("user 12003 may not open " DEVICE);
		if (result)
			break;
	}
	EXPECT(result, -EDQUOT);
	CHECK(count == max, "%d actors, %lld allowed", count, max);
	/* Root has a quota of its own. */
	EXPECT(run(puppet_process(), do_open, NULL), 0);
	kill_puppet(p[0]);
	/* Counted until nobody can look at it any more. */
	for (limit = now_ns() + LATE; now_ns() < limit; sleep_ms(10)) {
		result = run(p[count], do_open, NULL);
		if (result != -EDQUOT)
			break;
	}
	EXPECT(result, 0);
	chmod(DEVICE, 0660);
	snprintf(text, sizeof(text), "%lld", before);
	write_text(PARAMETER, text);
}
