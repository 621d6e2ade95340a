// SPDX-License-Identifier: GPL-2.0-or-later
/* exec ends the actor, and no descriptor of the nucleus survives it. */
#include <fcntl.h>
#include <pthread.h>

#include "scene.h"

/* The new image looks at the descriptor it was told of. */
int selftest_helper(int argc, char **argv)
{
	struct chorus_actor_self self = { .size = sizeof(self) };
	int fd = argc > 0 ? atoi(argv[0]) : -1, must = argc > 1 ? atoi(argv[1]) : 0;
	int result = raw_ioctl(fd, CHORUS_IOC_ACTOR_SELF, &self);
	int own;

	if (result != must) {
		printf("# after exec: %d, expected %d\n", -result, -must);
		fflush(stdout);
		_exit(1);
	}
	own = try_open();
	if (own < 0) {
		printf("# after exec an open fails: %d\n", -own);
		fflush(stdout);
		_exit(2);
	}
	_exit(raw_ioctl(own, CHORUS_IOC_ACTOR_SELF, &self) ? 3 : 0);
}

struct order {
	bool keep;		/* clear close-on-exec first */
	bool plain;		/* open without O_CLOEXEC */
	bool from_thread;
};

static void *do_exec_now(void *order)
{
	struct order *o = order;
	char fd[16], must[16];
	char *argv[] = { (char *)"helper", (char *)"--helper", fd, must, NULL };

	if (o->keep)
		fcntl(dev, F_SETFD, 0);
	snprintf(fd, sizeof(fd), "%d", dev);
	snprintf(must, sizeof(must), "%d", o->keep ? -ESHUTDOWN : -EBADF);
	execv(HELPER_PROGRAM, argv);
	_exit(4);
}

static long do_exec(void *order)
{
	struct order *o = order;
	pthread_t thread;

	if (!o->from_thread)
		do_exec_now(order);
	if (pthread_create(&thread, NULL, do_exec_now, order))
		return -1;
	for (;;)
		pause();
}

static long do_open_plain(void *unused)
{
	dev = open(DEVICE, O_RDWR);
	return dev < 0 ? -errno : 0;
}

/* A server that execs with a client's request in its queue or hands. */
static void exec_under_call(struct order order, bool served)
{
	struct scene s = { .server = puppet_process(), .client = puppet_actor() };
	struct order *o = SHARED(struct order);

	*o = order;
	MUST(run(s.server, order.plain ? do_open_plain : do_open, NULL));
	s.li = puppet_port(s.server, &s.port);
	s.call = SHARED(struct note);
	s.receive = SHARED(struct note);
	*s.call = (struct note){ .to = s.port, .timeout = FOREVER };
	*s.receive = (struct note){ .li = s.li, .timeout = FOREVER };
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	if (served)
		MUST(run(s.server, note_receive, s.receive));
	begin(s.server, do_exec, o);
	if (served)
		EXPECT(end(s.client), -EOWNERDEAD);
	else
		EXPECT_EITHER(end(s.client), -EOWNERDEAD, -EIDRM);
	/* The helper's verdict is the exit status of the puppet. */
	EXPECT(puppet_status(s.server), 0);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
}

TEST(queued, "a client in the queue of a server that execs is told, the new image opens anew")
{
	exec_under_call((struct order){ .plain = false }, false);
}

TEST(cloexec, "the descriptor is gone after exec, though nobody asked for it")
{
	exec_under_call((struct order){ .plain = true }, false);
}

TEST(served, "the client of a server that execs gets EOWNERDEAD")
{
	exec_under_call((struct order){ .plain = false }, true);
}

TEST(kept, "a descriptor kept over exec by force is of a dead actor: ESHUTDOWN")
{
	exec_under_call((struct order){ .keep = true }, true);
	exec_under_call((struct order){ .keep = true }, false);
}

TEST(thread, "exec by a thread that is not the leader")
{
	exec_under_call((struct order){ .from_thread = true }, true);
}

TEST(thread_kept, "and a descriptor kept over it")
{
	exec_under_call((struct order){ .from_thread = true, .keep = true }, true);
}
