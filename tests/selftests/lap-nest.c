// SPDX-License-Identifier: GPL-2.0-or-later
/* Handler frames nest to CHORUS_FRAME_MAX and no further. */
#include "chorus_probe.h"
#include "scene.h"

static long nest(int times)
{
	struct probe_arg a = { times };
	struct chorus_lap_desc lap = need_lap(PROBE_LAP_NEST);
	int result = invoke(&lap, &a, sizeof(a));

	return result ?: a.value;
}

TEST(limit, "the direct call and seven more are fine, one more is ELOOP")
{
	actor_open();
	EXPECT(nest(0), 0);
	EXPECT(nest(1), 0);
	EXPECT(nest(CHORUS_FRAME_MAX - 1), 0);
	EXPECT(nest(CHORUS_FRAME_MAX), -ELOOP);
	EXPECT(nest(1000), -ELOOP);
	/* The frames are given back. */
	EXPECT(nest(CHORUS_FRAME_MAX - 1), 0);
}
