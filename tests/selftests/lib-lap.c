// SPDX-License-Identifier: GPL-2.0-or-later
/* LAPs through libchorus. */
#include <chorus.h>
#include <lap/chLap.h>

#include "chorus_probe.h"
#include "selftest.h"

TEST(echo, "lapResolve and lapInvoke")
{
	KnLapDesc null, echo;
	struct echo_arg arg = { .sequence = 1 };
	int result = lapResolve(&null, ECHO_LAP_NULL, K_LAP_NOBLOCK);

	if (result == K_EUNKNOWN)
		selftest_skip("chorus_echo.ko is not loaded");
	EXPECT(result, K_OK);
	EXPECT(lapInvoke(&null, NULL), K_OK);
	EXPECT(lapResolve(&echo, ECHO_LAP_ECHO, 0), K_OK);
	EXPECT(lapInvoke(&echo, &arg), K_OK);
	CHECK(arg.sequence == 2);
	EXPECT(lapInvoke(&echo, (void *)8), K_EFAULT);
	lapDescZero(&null);
	CHECK(lapDescIsZero(&null));
	CHECK(lapInvoke(&null, NULL) < 0);
}

TEST(codes, "the codes of what goes wrong")
{
	KnLapDesc lap;

	EXPECT(lapResolve(&lap, "no_such", K_LAP_NOBLOCK), K_EUNKNOWN);
	EXPECT(lapResolve(&lap, "no_such", K_LAP_NOBLOCK | K_LAP_PROTECTED), K_EPRIV);
	EXPECT(lapResolve(&lap, "too_long", K_LAP_NOBLOCK), K_EINVAL);
	EXPECT(chorus_lap_resolve(&lap, "no_such", 0, 1000000), K_ETIMEOUT);
	if (lapResolve(&lap, PROBE_LAP_FAIL, K_LAP_NOBLOCK) == K_EUNKNOWN)
		selftest_skip("chorus_probe.ko is not loaded");
	EXPECT(lapInvoke(&lap, NULL), K_EFAIL);
	EXPECT(lapResolve(&lap, PROBE_LAP_RAW, K_LAP_NOBLOCK), K_OK);
	EXPECT(lapInvoke(&lap, NULL), K_EPRIV);
}
