// SPDX-License-Identifier: GPL-2.0-or-later
/* A ring that a thread of the kernel polls, and commands that go to a worker at once. */
#include "chorus_probe.h"
#include "ring.h"

static struct io_uring ring;

static void ring_polled(void)
{
	actor_open();
	if (!has_feature(CHORUS_FEATURE_RING))
		selftest_skip("this kernel has no commands by io_uring");
	ring_open(&ring, IORING_SETUP_SQPOLL);
}

TEST(commands, "the thread that polls acts for the process")
{
	__u64 value = 0x51, got = 0, zero = 0;
	struct chorus_ipc_send send = { .body = PTR(&value), .body_size = sizeof(value) };
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, FOREVER);
	struct chorus_ipc_reply reply;
	struct ring_client client;

	ring_polled();
	send.target = default_port();
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_SEND, &send), 0);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == value);
	client = ring_client(default_port(), 0x61);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 0x61);
	reply = number_reply(receive.out_msg, &zero);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), 0);
	EXPECT(end(client.puppet), 0);
}

TEST(lap, "it invokes LAPs")
{
	struct echo_arg arg = { .sequence = 6 };
	struct chorus_lap_invoke lap = { .arg = PTR(&arg), .arg_size = sizeof(arg) };

	ring_polled();
	lap.lap = need_lap(ECHO_LAP_ECHO).lap;
	for (int i = 0; i < 20; i++)
		EXPECT(ring_run(&ring, CHORUS_IOC_LAP_INVOKE, &lap), 0);
	CHECK(arg.sequence == 26);
}

TEST(forced, "IOSQE_ASYNC: every command is done by a worker")
{
	__u64 value = 0x71, got = 0, answer = 0;
	struct echo_arg arg = { .sequence = 6 };
	struct chorus_ipc_send send = { .body = PTR(&value), .body_size = sizeof(value) };
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, FOREVER);
	struct chorus_lap_invoke lap = { .arg = PTR(&arg), .arg_size = sizeof(arg) };
	struct chorus_ipc_call call;
	const struct {
		unsigned int ioc;
		void *arg;
	} all[] = {
		{ CHORUS_IOC_IPC_SEND, &send }, { CHORUS_IOC_IPC_RECEIVE, &receive },
		{ CHORUS_IOC_LAP_INVOKE, &lap }, { CHORUS_IOC_IPC_CALL, &call },
	};

	ring_actor(&ring);
	send.target = default_port();
	lap.lap = need_lap(ECHO_LAP_ECHO).lap;
	call = number_call(static_port(ECHO_PORT_STAMP), &value, &answer);
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		ring_add(&ring, all[i].ioc, all[i].arg)->flags |= IOSQE_ASYNC;
		ring_submit(&ring);
		EXPECT(ring_next(&ring, NULL), 0);
	}
	CHECK(got == value && arg.sequence == 7 && answer == value);
}
