// SPDX-License-Identifier: GPL-2.0-or-later
/* What the handshake says of supervisor actors is so, whether they are built or not. */
#include "chorus_probe.h"
#include "scene.h"

static bool built(void)
{
	return has_feature(CHORUS_FEATURE_SUPERVISOR);
}

TEST(commands, "LAPs are there, or their commands are EOPNOTSUPP")
{
	struct chorus_lap_resolve resolve = { .flags = CHORUS_LAP_NOBLOCK, .name = "no_such" };
	struct chorus_lap_desc none = { .lap.head = (__u64)CHORUS_UI_LAP << CHORUS_UI_TYPE_SHIFT };

	actor_open();
	EXPECT(lap_resolve(&resolve), built() ? -ENOENT : -EOPNOTSUPP);
	EXPECT(invoke(&none, NULL, 0), built() ? -ENOENT : -EOPNOTSUPP);
	/* Nobody could ever bind the name: it is not waited for. */
	resolve.flags = 0;
	resolve.timeout = built() ? 1 : FOREVER;
	EXPECT(lap_resolve(&resolve), built() ? -ETIMEDOUT : -EOPNOTSUPP);
}

TEST(rest, "actors, ports and calls are there in any case")
{
	struct scene s = scene_new();

	scene_round_trip(&s);
}
