// SPDX-License-Identifier: GPL-2.0-or-later
/* Bodies in registered buffers. */
#include <sys/mman.h>

#include "chorus_probe.h"
#include "ring.h"

#define SIZE	(2 * CHORUS_BODY_MAX)

static struct io_uring ring;
static unsigned char *pages;

static void ring_pinned(void)
{
	struct iovec iov;

	ring_actor(&ring);
	pages = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(pages != MAP_FAILED);
	iov = (struct iovec){ pages, SIZE };
	MUST(io_uring_register_buffers(&ring, &iov, 1));
}

static int run_pinned(unsigned int ioc, void *arg)
{
	struct io_uring_sqe *sqe = ring_add(&ring, ioc, arg);

	sqe->rw_flags = IORING_URING_CMD_FIXED;
	sqe->buf_index = 0;
	ring_submit(&ring);
	return ring_next(&ring, NULL);
}

static void fill(unsigned char *at, unsigned int size, unsigned int seed)
{
	for (unsigned int i = 0; i < size; i++)
		at[i] = (unsigned char)(seed + i * 7 + i / 251);
}

static bool filled(const unsigned char *at, unsigned int size, unsigned int seed)
{
	for (unsigned int i = 0; i < size; i++)
		if (at[i] != (unsigned char)(seed + i * 7 + i / 251))
			return false;
	return true;
}

TEST(sizes, "a body goes from one place of the buffer to another, at any size and place")
{
	static const unsigned int sizes[] = {
		0, 1, 8, 127, 128, 129, 4095, 4096, 4097, CHORUS_BODY_MAX,
	};

	ring_pinned();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned int shift = sizes[i] == CHORUS_BODY_MAX ? 0 : i * 37;
		unsigned char *to = pages + CHORUS_BODY_MAX;
		struct chorus_ipc_send send = {
			.body = PTR(pages + shift), .body_size = sizes[i], .target = default_port(),
		};
		struct chorus_ipc_receive receive = {
			.body = PTR(to), .body_size = CHORUS_BODY_MAX, .timeout = POLL,
		};

		fill(pages + shift, sizes[i], i);
		memset(to, POISON, CHORUS_BODY_MAX);
		EXPECT(run_pinned(CHORUS_IOC_IPC_SEND, &send), 0);
		EXPECT(run_pinned(CHORUS_IOC_IPC_RECEIVE, &receive), 0);
		CHECK(receive.out_body_size == sizes[i]);
		CHECK(filled(to, sizes[i], i));
		CHECK(same_bytes(to + sizes[i], CHORUS_BODY_MAX - sizes[i], POISON));
	}
}

TEST(call, "a call and its reply; a handler reads and writes the buffer itself")
{
	struct chorus_ipc_receive receive = {
		.body = 0, .timeout = POLL, .body_size = 4096,
	};
	struct chorus_ipc_reply reply = { .body_size = 300 };
	struct chorus_ipc_call call = {
		.body_size = 5000, .rep_size = 8192, .timeout = FOREVER,
	};
	struct ring_client client;

	ring_pinned();
	call.body = PTR(pages + 3);
	call.rep_body = PTR(pages + 70000);
	fill(pages + 3, 5000, 5);
	need_lap(ECHO_LAP_NULL);
	call.target = static_port(ECHO_PORT_STAMP);
	EXPECT(run_pinned(CHORUS_IOC_IPC_CALL, &call), 0);
	CHECK(call.out_rep_size == 5000 && filled(pages + 70000, 5000, 5));

	client = ring_client(default_port(), 0x99);
	receive.body = PTR(pages + 9000);
	EXPECT(run_pinned(CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(*(__u64 *)(pages + 9000) == 0x99);
	reply.msg = receive.out_msg;
	reply.body = PTR(pages + 9000);
	EXPECT(run_pinned(CHORUS_IOC_IPC_REPLY, &reply), 0);
	EXPECT(end(client.puppet), 0);
	CHECK(client.call->got == 0x99 && client.call->got_size == 300);
}

TEST(worker, "a wait on a worker fills the buffer, too")
{
	struct chorus_ipc_receive receive = { .timeout = FOREVER, .body_size = 4096 };
	struct io_uring_sqe *sqe;
	long threads;

	ring_pinned();
	receive.body = PTR(pages + 100);
	threads = actor_threads(getpid(), dev);
	sqe = ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	sqe->rw_flags = IORING_URING_CMD_FIXED;
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	EXPECT(send_number(default_port(), 0x1234), 0);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(*(__u64 *)(pages + 100) == 0x1234);
}

TEST(outside, "what does not lie in the buffer is EFAULT, and a LAP has no body")
{
	unsigned char other[64] = { 0 };
	struct chorus_ipc_send send = { .body_size = 64 };
	struct chorus_lap_invoke lap = { .flags = 0 };
	struct io_uring_sqe *sqe;

	ring_pinned();
	send.target = default_port();
	send.body = PTR(other);
	EXPECT(run_pinned(CHORUS_IOC_IPC_SEND, &send), -EFAULT);
	send.body = PTR(pages + SIZE - 63);
	EXPECT(run_pinned(CHORUS_IOC_IPC_SEND, &send), -EFAULT);
	send.body = PTR(pages - 1);
	EXPECT(run_pinned(CHORUS_IOC_IPC_SEND, &send), -EFAULT);
	send.body = ~0ull - 8;
	EXPECT(run_pinned(CHORUS_IOC_IPC_SEND, &send), -EFAULT);
	send.body = PTR(pages);
	sqe = ring_add(&ring, CHORUS_IOC_IPC_SEND, &send);
	sqe->rw_flags = IORING_URING_CMD_FIXED;
	sqe->buf_index = 1;
	ring_submit(&ring);
	EXPECT(ring_next(&ring, NULL), -EFAULT);
	EXPECT(run_pinned(CHORUS_IOC_LAP_INVOKE, &lap), -EINVAL);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, NULL, POLL), -ETIMEDOUT);
}
