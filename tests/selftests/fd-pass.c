// SPDX-License-Identifier: GPL-2.0-or-later
/* A descriptor passed by SCM_RIGHTS makes nobody the actor, and keeps nobody alive. */
#include <sys/socket.h>
#include <sys/wait.h>

#include "scene.h"

static int sockets[2];

static void pass(int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	MUST_SYS(sendmsg(sockets[0], &msg, 0));
}

static int take(void)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	MUST_SYS(recvmsg(sockets[1], &msg, 0));
	REQUIRE(CMSG_FIRSTHDR(&msg));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static long do_pass(void *unused)
{
	pass(dev);
	return 0;
}

TEST(receiver, "the receiver of a descriptor is refused: EXDEV")
{
	struct puppet *actor;
	struct chorus_actor_self self = { 0 };
	struct chorus_hello h = { 0 };
	int fd;

	MUST_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	actor = puppet_actor();
	MUST(run(actor, do_pass, NULL));
	fd = take();
	EXPECT(nucleus(fd, CHORUS_IOC_ACTOR_SELF, &self), -EXDEV);
	EXPECT(nucleus(fd, CHORUS_IOC_HELLO, &h), 0);
	/* With an actor of its own it is no more welcome. */
	actor_open();
	EXPECT(nucleus(fd, CHORUS_IOC_ACTOR_SELF, &self), -EXDEV);
	/* After the owner's death the answer may speak of either. */
	kill_puppet(actor);
	EXPECT_EITHER(nucleus(fd, CHORUS_IOC_ACTOR_SELF, &self), -EXDEV, -ESHUTDOWN);
	close(fd);
}

TEST(held, "a server killed with its descriptor held by another frees its clients")
{
	struct scene s;
	int fd;

	MUST_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	s = scene_served();
	MUST(run(s.server, do_pass, NULL));
	fd = take();
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
	close(fd);
}

TEST(queued, "the same with the descriptor in flight in a socket, and the request queued")
{
	struct scene s;

	MUST_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	s = scene_queued();
	MUST(run(s.server, do_pass, NULL));
	kill_puppet(s.server);
	EXPECT_EITHER(end(s.client), -EOWNERDEAD, -EIDRM);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
}
