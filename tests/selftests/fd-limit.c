// SPDX-License-Identifier: GPL-2.0-or-later
/* No descriptors left: the open fails as every open does, and leaves nothing. */
#include <sys/resource.h>

#include "scene.h"

TEST(full, "with the table full an open is EMFILE; with one slot it works")
{
	struct rlimit limit = { 32, 32 };
	int fd, last = -1;

	MUST_SYS(setrlimit(RLIMIT_NOFILE, &limit));
	while ((fd = dup(0)) >= 0)
		last = fd;
	REQUIRE(last >= 0);
	for (int i = 0; i < 10; i++)
		EXPECT(try_open(), -EMFILE);
	close(last);
	actor_open();
	EXPECT(send_number(default_port(), 1), 0);
	EXPECT(receive_number(0, NULL, POLL), 0);
}
