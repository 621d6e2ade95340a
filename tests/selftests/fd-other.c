// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What else a descriptor could do: nothing. No poll means no wait queue that outlives its object, no mmap no
 * page that does. Who adds one of them finds this program, and writes the test of its ends of life.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "scene.h"

TEST(poll, "the device cannot be waited for by epoll, and poll never waits")
{
	struct epoll_event event = { .events = EPOLLIN };
	int queue = MUST_SYS(epoll_create1(0));
	struct pollfd fd = { .events = POLLIN | POLLOUT };

	actor_open();
	fd.fd = dev;
	CHECK(epoll_ctl(queue, EPOLL_CTL_ADD, dev, &event) == -1 && errno == EPERM);
	EXPECT(poll(&fd, 1, -1), 1);
}

/* Windows have tests of their own. */
TEST(map, "where no window is it cannot be mapped")
{
	actor_open();
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, dev, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, dev, 0) == MAP_FAILED &&
	      errno == EINVAL);
}

TEST(stream, "it cannot be read or written")
{
	char byte = 0;

	actor_open();
	CHECK(read(dev, &byte, 1) == -1 && errno == EINVAL);
	CHECK(write(dev, &byte, 1) == -1 && errno == EINVAL);
}
