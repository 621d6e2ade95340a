// SPDX-License-Identifier: GPL-2.0-or-later
/* One actor a process, one process an actor. */
#include <fcntl.h>

#include "selftest.h"

TEST(twice, "a second open of the process is EBUSY, also with the first one dupped")
{
	int copy;

	actor_open();
	EXPECT(try_open(), -EBUSY);
	EXPECT(run(puppet_thread(NULL), do_open, NULL), 0);	/* it has our descriptor already */
	copy = MUST_SYS(dup(dev));
	EXPECT(try_open(), -EBUSY);
	close(copy);
}

TEST(again, "a new open after the last close makes a new actor")
{
	struct chorus_ui first, second;

	for (int i = 0; i < 20; i++) {
		actor_open();
		first = own_capability().ui;
		actor_close();
		actor_open();
		second = own_capability().ui;
		CHECK(!same_ui(first, second), "an identifier was used again");
		actor_close();
	}
}

static long open_loop(void *won)
{
	int fd = try_open();

	if (fd < 0)
		return fd;
	(*(int *)won)++;
	sleep_ms(30);
	close(fd);
	return 0;
}

TEST(race, "of threads that open at once one wins")
{
	struct puppet *thread[8];

	for (int round = 0; round < 10; round++) {
		int *won = SHARED(int), wins = 0;

		for (int i = 0; i < 8; i++)
			thread[i] = round ? thread[i] : puppet_thread(NULL);
		for (int i = 0; i < 8; i++)
			begin(thread[i], open_loop, won);
		for (int i = 0; i < 8; i++) {
			long result = end(thread[i]);

			wins += !result;
			if (result)
				EXPECT(result, -EBUSY);
		}
		CHECK(wins >= 1);
	}
}

TEST(modes, "read-only and write-only descriptors are no way around")
{
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	char byte = 0;

	/* Whatever the answer to the mode is, read and write are no calls of the nucleus. */
	if (fd >= 0) {
		CHECK(read(fd, &byte, 1) < 0);
		close(fd);
	}
	actor_open();
	CHECK(read(dev, &byte, 1) < 0);
	CHECK(write(dev, &byte, 1) < 0);
}
