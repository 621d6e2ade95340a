// SPDX-License-Identifier: GPL-2.0-or-later
/* What a ring does not take, and hostile entries. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "ring.h"

static struct io_uring ring;

static const unsigned int taken[] = {
	CHORUS_IOC_IPC_SEND, CHORUS_IOC_IPC_RECEIVE, CHORUS_IOC_IPC_CALL, CHORUS_IOC_IPC_REPLY,
	CHORUS_IOC_IPC_REPLY_RECEIVE, CHORUS_IOC_IPC_FORWARD, CHORUS_IOC_LAP_INVOKE,
	CHORUS_IOC_BATCH,
};

static bool is_taken(unsigned int ioc)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(taken); i++)
		if (taken[i] == ioc)
			return true;
	return false;
}

TEST(others, "every other command is EOPNOTSUPP, an unknown one ENOTTY")
{
	unsigned char arg[512] __attribute__((aligned(8))) = { 0 };

	ring_actor(&ring);
	for (unsigned int i = 0; i < commands_count; i++) {
		memset(arg, 0, sizeof(arg));
		if (!is_taken(commands[i].ioc) &&
		    !EXPECT(ring_run(&ring, commands[i].ioc, arg), -EOPNOTSUPP))
			selftest_note("command %s", commands[i].name);
	}
	EXPECT(ring_run(&ring, CHORUS_IOC(0xff), arg), -ENOTTY);
	EXPECT(ring_run(&ring, 0, arg), -ENOTTY);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_SEND ^ 0x100, arg), -ENOTTY);
}

TEST(entry, "a dirty word, an unknown flag, no address")
{
	struct chorus_ipc_receive receive = { .timeout = POLL };
	struct io_uring_sqe *sqe;
	__u64 word = 1;

	ring_actor(&ring);
	sqe = ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	memcpy((char *)sqe->cmd + 8, &word, sizeof(word));
	ring_submit(&ring);
	EXPECT(ring_next(&ring, NULL), -EINVAL);
	/* io_uring itself may be the first to refuse these. */
	for (int bit = 1; bit < 24; bit++) {
		sqe = ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
		sqe->rw_flags = 1 << bit;
		ring_submit(&ring);
		EXPECT(ring_next(&ring, NULL), -EINVAL);
	}
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, NULL), -EFAULT);
	EXPECT(ring_run(&ring, CHORUS_IOC_LAP_INVOKE, NULL), -EFAULT);
	sqe = ring_add(&ring, CHORUS_IOC_IPC_SEND, NULL);
	word = ~0ull << 47;
	memcpy(sqe->cmd, &word, sizeof(word));
	ring_submit(&ring);
	EXPECT(ring_next(&ring, NULL), -EFAULT);
}

TEST(fields, "a ring has no current message, and resumes no call")
{
	__u64 value = 1, got = 0;
	struct chorus_ipc_reply reply = number_reply(0, &value);
	struct chorus_ipc_reply_receive both = { .timeout = POLL };
	struct chorus_ipc_call call;

	ring_actor(&ring);
	/* The thread has one; the ring does not see it. */
	EXPECT(send_number(default_port(), 1), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, NULL, POLL), 0);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), -ENOMSG);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY_RECEIVE, &both), -ENOMSG);
	CHECK(!both.restart);
	reply.msg = 0x1234567;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), -ENOENT);
	call = number_call(default_port(), &value, &got);
	call.restart = 3;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), -EINVAL);
	call.restart = 0;
	call.deadline = 3;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), -EINVAL);
	call.deadline = 0;
	call.flags = 1u << 31;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), -EINVAL);
	call.flags = 0;
	call.size = 8;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), -EINVAL);
	call.size = sizeof(call);
	call.target.tail ^= 1;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), -EHOSTUNREACH);
}

/* In another process, with its own ring and our descriptor. */
static long do_foreign(void *fd)
{
	struct chorus_ipc_receive receive = { .timeout = POLL };
	struct io_uring mine;

	dev = (int)(intptr_t)fd;
	ring_open(&mine, 0);
	return ring_run(&mine, CHORUS_IOC_IPC_RECEIVE, &receive);
}

TEST(foreign, "the descriptor in a ring of another process, and our ring in its hands: EXDEV")
{
	struct chorus_ipc_receive receive = { .timeout = POLL, .size = sizeof(receive) };
	int status;
	pid_t pid;

	ring_actor(&ring);
	pid = MUST_SYS(fork());
	if (!pid) {
		int result = do_foreign((void *)(intptr_t)dev);

		if (result != -EXDEV)
			_exit(1);
		_exit(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive) == -EXDEV ? 0 : 2);
	}
	MUST_SYS(waitpid(pid, &status, 0));
	EXPECT(status, 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, NULL, POLL), -ETIMEDOUT);
}

TEST(polled, "a ring for polled completions is refused, or works as others do")
{
	struct chorus_ipc_receive receive = { .timeout = POLL };
	struct io_uring polled;
	__u64 got = 0;

	ring_actor(&ring);
	ring_open(&polled, IORING_SETUP_IOPOLL);
	/* io_uring decides: sid's kernel completes in the ordinary way what has no way to be polled. */
	if (ring_run(&polled, CHORUS_IOC_IPC_RECEIVE, &receive) == -EOPNOTSUPP)
		return;
	EXPECT(ring_run(&polled, CHORUS_IOC_IPC_RECEIVE, &receive), -ETIMEDOUT);
	EXPECT(send_number(default_port(), 0x45), 0);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	EXPECT(ring_run(&polled, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 0x45);
}

TEST(fault, "what cannot be told was not received")
{
	__u64 got = 0;
	struct chorus_ipc_receive *receive;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(page != MAP_FAILED);
	receive = page;
	ring_actor(&ring);
	EXPECT(send_number(default_port(), 0x44), 0);
	*receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	receive->size = sizeof(*receive);
	MUST_SYS(mprotect(page, 4096, PROT_READ));
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, receive), -EFAULT);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
	CHECK(got == 0x44);
}

TEST_TIMEOUT(garbage, "entries of random words end with an error or a result", 60)
{
	unsigned char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);
	unsigned int seed = 12345;

	REQUIRE(page != MAP_FAILED);
	MUST_SYS(mprotect(page + 4096, 4096, PROT_NONE));
	ring_actor(&ring);
	for (int i = 0; i < 2000; i++) {
		unsigned int ioc = taken[rand_r(&seed) % ARRAY_SIZE(taken)];
		struct chorus_ring_cmd cmd = { .arg = PTR(page) };
		struct io_uring_sqe *sqe;

		for (int k = 0; k < 256; k++)
			page[k] = rand_r(&seed) % 4 ? 0 : (unsigned char)rand_r(&seed);
		/* Mostly the right size, and never a wait without end. */
		*(__u32 *)page = rand_r(&seed) % 4 ? command_of(ioc)->size : (__u32)rand_r(&seed);
		if (ioc == CHORUS_IOC_IPC_RECEIVE)
			((struct chorus_ipc_receive *)page)->timeout = POLL;
		if (ioc == CHORUS_IOC_IPC_REPLY_RECEIVE)
			((struct chorus_ipc_reply_receive *)page)->timeout = POLL;
		if (ioc == CHORUS_IOC_IPC_CALL)
			((struct chorus_ipc_call *)page)->timeout = POLL;
		sqe = ring_add(&ring, ioc, NULL);
		if (!(rand_r(&seed) % 8))
			cmd.arg += 4096 - 16;	/* into a page that is not there */
		if (!(rand_r(&seed) % 16))
			cmd.reserved = (unsigned int)rand_r(&seed);
		memcpy(sqe->cmd, &cmd, sizeof(cmd));
		if (!(rand_r(&seed) % 16))
			sqe->rw_flags = rand_r(&seed);
		ring_submit(&ring);
		CHECK(ring_next(&ring, NULL) <= 0);
	}
	EXPECT(send_number(default_port(), 1), 0);
}
