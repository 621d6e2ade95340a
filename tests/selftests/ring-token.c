// SPDX-License-Identifier: GPL-2.0-or-later
/* A message that a ring has received is the actor's; its token is all there is of it. */
#include "ring.h"

static struct io_uring ring;
static __u64 got;
static struct chorus_ipc_receive receive;

/* The client's request, received by the ring. */
static struct ring_client ring_served(void)
{
	struct ring_client client;

	ring_actor(&ring);
	client = ring_client(default_port(), 0x1111);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	REQUIRE(receive.out_msg && got == 0x1111);
	return client;
}

static long do_reply(void *value)
{
	return reply_number(receive.out_msg, *(__u64 *)value);
}

TEST(thread, "any thread replies to it, by ioctl")
{
	struct ring_client client = ring_served();
	__u64 value = 3;

	EXPECT(reply_number(0, 1), -ENOMSG);
	EXPECT(run(puppet_thread(NULL), do_reply, &value), 0);
	EXPECT(end(client.puppet), 0);
	CHECK(client.call->got == 3);
	EXPECT(reply_number(receive.out_msg, 4), -ENOENT);
}

TEST(ring, "a ring replies to what a thread has received, current or not")
{
	__u64 value = 6;
	struct note n = { .timeout = POLL };
	struct chorus_ipc_reply reply;
	struct ring_client client;

	ring_actor(&ring);
	client = ring_client(default_port(), 0x21);
	EXPECT(note_receive(&n), 0);
	reply = number_reply(n.msg, &value);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), 0);
	EXPECT(end(client.puppet), 0);
	CHECK(client.call->got == 6);
	EXPECT(reply_number(0, 1), -ENOMSG);
}

TEST(current, "the thread that submits keeps its own current message")
{
	struct ring_client first, second;
	struct note n = { .timeout = POLL };

	ring_actor(&ring);
	first = ring_client(default_port(), 0xa);
	EXPECT(note_receive(&n), 0);
	second = ring_client(default_port(), 0xb);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 0xb);
	EXPECT(reply_number(0, 0xaa), 0);
	EXPECT(end(first.puppet), 0);
	CHECK(first.call->got == 0xaa);
	CHECK(!ended(second.puppet));
	EXPECT(reply_number(receive.out_msg, 0xbb), 0);
	EXPECT(end(second.puppet), 0);
	CHECK(second.call->got == 0xbb);
}

static long do_receive(void *unused)
{
	(void)unused;
	return ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
}

TEST(exit, "the thread that received it by a ring may end")
{
	struct ring_client client;
	struct puppet *second;

	ring_actor(&ring);
	client = ring_client(default_port(), 0x31);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	second = puppet_thread(NULL);
	EXPECT(run(second, do_receive, NULL), 0);
	exit_thread(second);
	CHECK(!ended(client.puppet));
	EXPECT(reply_number(receive.out_msg, 0x32), 0);
	EXPECT(end(client.puppet), 0);
	CHECK(client.call->got == 0x32);
}

TEST(cut, "the rest of a body that was cut is fetched after a restore")
{
	static unsigned char body[1000], rest[1000];
	struct chorus_ipc_send send = { .body = PTR(body), .body_size = sizeof(body) };
	struct chorus_ipc_get_data data = { .body = PTR(rest), .body_size = sizeof(rest) };
	struct chorus_ipc_save restore = { 0 };

	memset(body, 0x5a, sizeof(body));
	ring_actor(&ring);
	send.target = default_port();
	EXPECT(ipc_send(&send), 0);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(receive.out_flags & CHORUS_MSG_MORE && receive.out_body_size == sizeof(body));
	REQUIRE(receive.out_msg);
	restore.msg = receive.out_msg;
	EXPECT(ipc_restore(&restore), 0);
	EXPECT(ipc_get_data(&data), 0);
	CHECK(same_bytes(rest, sizeof(rest), 0x5a));
}

TEST(done, "an asynchronous message that came whole has no token")
{
	ring_actor(&ring);
	EXPECT(send_number(default_port(), 5), 0);
	receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 5 && !receive.out_msg && !(receive.out_flags & CHORUS_MSG_RPC));
}

TEST(death, "it ends with the actor: EOWNERDEAD")
{
	struct ring_client client = ring_served();

	actor_close();
	EXPECT(end(client.puppet), -EOWNERDEAD);
}

TEST(gone, "its client may be gone: EHOSTUNREACH")
{
	struct ring_client client = ring_served();
	struct chorus_ipc_reply reply;
	__u64 value = 1;

	kill_puppet(client.puppet);
	reply = number_reply(receive.out_msg, &value);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), -EHOSTUNREACH);
}
