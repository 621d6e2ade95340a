// SPDX-License-Identifier: GPL-2.0-or-later
/* Each command that a ring takes does what it does by ioctl. */
#include "chorus_probe.h"
#include "ring.h"

static struct io_uring ring;

TEST(send, "a send is received")
{
	__u64 value = 0x51, got = 0;
	struct chorus_ipc_send send = { .body = PTR(&value), .body_size = sizeof(value) };

	ring_actor(&ring);
	send.target = default_port();
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_SEND, &send), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
	CHECK(got == value);
	send.target.tail ^= 1;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_SEND, &send), -EHOSTUNREACH);
}

TEST(receive, "a receive takes what is there, polls, waits for its time, and waits for a message")
{
	__u64 got = 0;
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	struct puppet *client;
	struct note *n = SHARED(struct note);
	long threads;

	ring_actor(&ring);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), -ETIMEDOUT);
	EXPECT(send_number(default_port(), 0x61), 0);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 0x61 && receive.out_body_size == sizeof(got) && receive.out_seqnum == 1);
	CHECK(receive.out_li == CHORUS_LI_DEFAULT);
	receive.timeout = 20 * MS;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), -ETIMEDOUT);

	receive.timeout = FOREVER;
	receive.deadline = 0;
	threads = actor_threads(getpid(), dev);
	ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	CHECK(!ring_has(&ring));
	client = puppet_actor();
	n->to = default_port();
	n->value = 0x62;
	EXPECT(run(client, note_send, n), 0);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(got == 0x62 && receive.out_seqnum == 2);
}

TEST(serve, "a call is received, replied to and received by rings, the next with the reply")
{
	struct io_uring client;
	__u64 got = 0, answer = 0, question = 7, reply_value = 70;
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, FOREVER);
	struct chorus_ipc_reply_receive next = {
		.li = CHORUS_LI_DEFAULT, .body = PTR(&got), .body_size = sizeof(got), .timeout = FOREVER,
		.rep_body = PTR(&reply_value), .rep_size = sizeof(reply_value),
	};
	struct chorus_ipc_reply reply;
	struct chorus_ipc_call call;

	ring_actor(&ring);
	ring_open(&client, 0);
	call = number_call(default_port(), &question, &answer);
	ring_add(&client, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&client);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 7 && receive.out_msg && receive.out_flags & CHORUS_MSG_RPC);

	next.rep_msg = receive.out_msg;
	ring_add(&ring, CHORUS_IOC_IPC_REPLY_RECEIVE, &next);
	ring_submit(&ring);
	EXPECT(ring_next(&client, NULL), 0);
	CHECK(answer == 70 && call.out_rep_size == sizeof(answer));
	question = 8;
	ring_add(&client, CHORUS_IOC_IPC_CALL, &call);
	ring_submit(&client);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(got == 8 && next.out_msg && next.out_msg != receive.out_msg && !next.restart);

	answer = 0;
	reply_value = 80;
	reply = number_reply(next.out_msg, &reply_value);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), 0);
	EXPECT(ring_next(&client, NULL), 0);
	CHECK(answer == 80);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply), -ENOENT);
}

TEST(queued, "a reply-and-receive takes at once what is queued")
{
	__u64 got = 0, value = 5;
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	struct chorus_ipc_reply_receive next = {
		.li = CHORUS_LI_DEFAULT, .body = PTR(&got), .body_size = sizeof(got), .timeout = FOREVER,
		.rep_body = PTR(&value), .rep_size = sizeof(value),
	};
	struct ring_client one, two;

	ring_actor(&ring);
	one = ring_client(default_port(), 0x11);
	two = ring_client(default_port(), 0x22);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	CHECK(got == 0x11);
	next.rep_msg = receive.out_msg;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_REPLY_RECEIVE, &next), 0);
	CHECK(got == 0x22 && !next.restart);
	EXPECT(end(one.puppet), 0);
	CHECK(one.call->got == 5);
	EXPECT(reply_number(next.out_msg, 6), 0);
	EXPECT(end(two.puppet), 0);
}

TEST(handler, "a call to a message handler is answered")
{
	__u64 question = 0x77, answer = 0;
	struct chorus_ipc_call call;

	ring_actor(&ring);
	need_lap(ECHO_LAP_NULL);
	call = number_call(static_port(ECHO_PORT_STAMP), &question, &answer);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_CALL, &call), 0);
	CHECK(answer == question);
}

TEST(forward, "a message that was received goes on to another port")
{
	__u64 got = 0;
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, POLL);
	struct chorus_ipc_forward forward = { .flags = 0 };
	struct ring_client client;
	struct note n = { .timeout = POLL };

	ring_actor(&ring);
	n.li = new_port(&forward.target);
	client = ring_client(default_port(), 0x31);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), 0);
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_FORWARD, &forward), -ENOMSG);
	forward.msg = receive.out_msg;
	EXPECT(ring_run(&ring, CHORUS_IOC_IPC_FORWARD, &forward), 0);
	EXPECT(note_receive(&n), 0);
	CHECK(n.got == 0x31);
	EXPECT(reply_number(0, 9), 0);
	EXPECT(end(client.puppet), 0);
	CHECK(client.call->got == 9);
}

TEST(lap, "a LAP is invoked, one that never waits and one that may")
{
	struct echo_arg arg = { .sequence = 41 };
	struct chorus_lap_invoke echo = { .arg = PTR(&arg), .arg_size = sizeof(arg) };
	struct chorus_lap_desc desc;

	ring_actor(&ring);
	desc = need_lap(ECHO_LAP_ECHO);
	CHECK(desc.options & CHORUS_LAP_PROMPT);
	echo.lap = desc.lap;
	EXPECT(ring_run(&ring, CHORUS_IOC_LAP_INVOKE, &echo), 0);
	CHECK(arg.sequence == 42);
	echo.arg_size--;
	EXPECT(ring_run(&ring, CHORUS_IOC_LAP_INVOKE, &echo), -EINVAL);
	echo.lap.tail ^= 1;
	EXPECT(ring_run(&ring, CHORUS_IOC_LAP_INVOKE, &echo), -ENOENT);
}

TEST(waits, "a LAP that waits holds up nobody: a later command is done before")
{
	struct probe_wait wait = { .timeout = FOREVER };
	struct chorus_lap_invoke waiting = { .arg = PTR(&wait), .arg_size = sizeof(wait) };
	struct chorus_lap_invoke null = { .flags = 0 };
	struct probe_arg arg = { .value = 0 };
	struct chorus_lap_desc away;
	void *whose;
	long threads;

	ring_actor(&ring);
	waiting.lap = need_lap(PROBE_LAP_WAIT).lap;
	null.lap = need_lap(ECHO_LAP_NULL).lap;
	away = need_lap(PROBE_LAP_DELETE);
	threads = actor_threads(getpid(), dev);
	ring_add(&ring, CHORUS_IOC_LAP_INVOKE, &waiting);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	ring_add(&ring, CHORUS_IOC_LAP_INVOKE, &null);
	ring_submit(&ring);
	EXPECT(ring_next(&ring, &whose), 0);
	CHECK(whose == &null);
	/* Its deletion reaches it on the worker. */
	EXPECT(invoke(&away, &arg, sizeof(arg)), 0);
	EXPECT(ring_next(&ring, &whose), -ECANCELED);
	CHECK(whose == &waiting);
}
