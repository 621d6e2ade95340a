// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an entry of a ring carries is the same for a program of 32 bits: io_uring by its system
 * calls, without a library.
 */
#include "bare_ring.h"
#include "batch.h"
#include "chorus_probe.h"

static struct bare_ring ring;

static void ring_make(void)
{
	int result;

	actor_open();
	if (!has_feature(CHORUS_FEATURE_RING))
		selftest_skip("this kernel has no commands by io_uring");
	result = bare_ring_open(&ring);
	if (result == -ENOSYS || result == -EPERM)
		selftest_skip("no io_uring here: %s", error_name(result));
	REQUIRE(!result, "%s", error_name(result));
}

/* A wait that a signal of the frame ends is none of these. */
static int ring_command(unsigned int ioc, void *arg)
{
	return bare_ring_command(&ring, dev, ioc, PTR(arg), 0, 0);
}

TEST(messages, "a send, a receive, a call and its reply")
{
	__u64 value = 7, got = 0, answer = 0;
	struct chorus_ipc_send send = {
		.size = sizeof(send), .body = PTR(&value), .body_size = sizeof(value),
	};
	struct chorus_ipc_receive receive = {
		.size = sizeof(receive), .body = PTR(&got), .body_size = sizeof(got),
		.timeout = FOREVER,
	};
	struct chorus_ipc_call call = {
		.size = sizeof(call), .body = PTR(&value), .body_size = sizeof(value),
		.rep_body = PTR(&answer), .rep_size = sizeof(answer), .timeout = FOREVER,
	};

	ring_make();
	send.target = default_port();
	EXPECT(ring_command(CHORUS_IOC_IPC_SEND, &send), 0);
	EXPECT(ring_command(CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 7 && receive.out_body_size == sizeof(got) && !receive.out_li);
	need_lap(ECHO_LAP_NULL);
	call.target = static_port(ECHO_PORT_STAMP);
	EXPECT(ring_command(CHORUS_IOC_IPC_CALL, &call), 0);
	CHECK(answer == 7);
}

TEST(lap, "a LAP with its block")
{
	struct echo_arg arg = { .sequence = 1 };
	struct chorus_lap_invoke lap = {
		.size = sizeof(lap), .arg = PTR(&arg), .arg_size = sizeof(arg),
	};

	ring_make();
	lap.lap = need_lap(ECHO_LAP_ECHO).lap;
	EXPECT(ring_command(CHORUS_IOC_LAP_INVOKE, &lap), 0);
	CHECK(arg.sequence == 2);
}

TEST(batches, "a batch")
{
	struct plan *p = plan_new();

	ring_make();
	plan_send(p, default_port(), 1);
	plan_send(p, default_port(), 2);
	plan_add(p, CHORUS_IOC_HELLO);
	EXPECT(ring_command(CHORUS_IOC_BATCH, &p->batch), 0);
	CHECK(p->batch.out_done == 3 && !p->batch.restart);
	EXPECT(p->entry[0].out_result, 0);
	EXPECT(p->entry[1].out_result, 0);
	EXPECT(p->entry[2].out_result, -EOPNOTSUPP);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2);
}

TEST(reserved, "a dirty word, and an address that is none")
{
	struct chorus_ipc_receive receive = { .size = 8, .timeout = POLL };

	ring_make();
	EXPECT(bare_ring_command(&ring, dev, CHORUS_IOC_IPC_RECEIVE, PTR(&receive), 1, 0), -EINVAL);
	EXPECT(ring_command(CHORUS_IOC_IPC_RECEIVE, &receive), -EINVAL);
	EXPECT(ring_command(CHORUS_IOC_IPC_RECEIVE, NULL), -EFAULT);
	EXPECT(ring_command(CHORUS_IOC_HELLO, &receive), -EOPNOTSUPP);
}
