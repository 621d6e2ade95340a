// SPDX-License-Identifier: GPL-2.0-or-later
/* A forked child is not the actor: EXDEV; it may open its own. */
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sample.h"

static struct sample_place place;

/* In the child: every command but the handshake is refused. */
static void stranger(void)
{
	char arg[256];

	for (unsigned int i = 0; i < commands_count; i++) {
		sample_fill(&place, &commands[i], arg);
		if (commands[i].ioc == CHORUS_IOC_HELLO)
			EXPECT(raw_ioctl(dev, commands[i].ioc, arg), 0);
		else if (!EXPECT(raw_ioctl(dev, commands[i].ioc, arg), -EXDEV))
			selftest_note("%s", commands[i].name);
	}
}

static void wait_for(pid_t pid)
{
	int status;

	MUST_SYS(waitpid(pid, &status, 0));
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "the child ended with %#x", status);
}

TEST(child, "a forked child is refused by every command but the handshake")
{
	pid_t pid;

	sample_prepare(&place);
	pid = MUST_SYS(fork());
	if (!pid) {
		stranger();
		_exit(0);
	}
	wait_for(pid);
	/* The parent has lost nothing. */
	EXPECT(send_number(place.ui, 5), 0);
	EXPECT(receive_number(place.li, NULL, POLL), 0);
}

TEST(own, "the child may open an actor of its own, before and after it closed the parent's")
{
	struct chorus_ui parent;
	pid_t pid;

	actor_open();
	parent = own_capability().ui;
	pid = MUST_SYS(fork());
	if (!pid) {
		int inherited = dev;

		dev = MUST(try_open());
		CHECK(!same_ui(own_capability().ui, parent));
		actor_close();
		close(inherited);
		dev = MUST(try_open());
		CHECK(!same_ui(own_capability().ui, parent));
		actor_close();
		_exit(0);
	}
	wait_for(pid);
	CHECK(same_ui(own_capability().ui, parent));
}

TEST(vfork_child, "a child that shares the memory but not the process is refused too")
{
	pid_t pid;

	sample_prepare(&place);
	/* As vfork(): same mm, another thread group, the parent waits. */
	pid = MUST_SYS(vfork());
	if (!pid) {
		struct chorus_actor_self self = { .size = sizeof(self) };
		struct chorus_ipc_receive receive = { .size = sizeof(receive) };
		int bad = raw_ioctl(dev, CHORUS_IOC_ACTOR_SELF, &self) != -EXDEV;

		bad |= raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, &receive) != -EXDEV;
		_exit(bad);
	}
	wait_for(pid);
	EXPECT(send_number(place.ui, 5), 0);
}

/* A server that forks: the child holds the descriptor until @hold is closed. */
static void forking_server(struct chorus_ui *ui, int ready, const int hold[2])
{
	char byte;

	actor_open();
	new_port(ui);
	if (!MUST_SYS(fork())) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	MUST_SYS(write(ready, "x", 1));
	for (;;)
		pause();
}

TEST(outlives, "a child that holds the descriptor does not keep the actor alive")
{
	struct puppet *client = puppet_actor();
	struct note *call = SHARED(struct note);
	struct chorus_ui *ui = SHARED(struct chorus_ui);
	int ready[2], hold[2];
	char byte;
	pid_t pid;

	MUST_SYS(pipe(ready));
	MUST_SYS(pipe(hold));
	pid = MUST_SYS(fork());
	if (!pid)
		forking_server(ui, ready[1], hold);
	MUST_SYS(read(ready[0], &byte, 1));
	call->to = *ui;
	call->timeout = FOREVER;
	begin(client, note_call, call);
	wait_blocked(client);
	MUST_SYS(kill(pid, SIGKILL));
	MUST_SYS(waitpid(pid, NULL, 0));
	EXPECT_EITHER(end(client), -EOWNERDEAD, -EIDRM);
	EXPECT(run(client, note_call, call), -EHOSTUNREACH);
	close(hold[1]);		/* the child goes */
	sleep_ms(20);
}
