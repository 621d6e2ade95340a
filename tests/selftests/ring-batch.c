// SPDX-License-Identifier: GPL-2.0-or-later
/* Many commands by one system call: all are done, in order, and links hold. */
#include "chorus_probe.h"
#include "ring.h"

#define MANY	128u

static struct io_uring ring;

TEST(sends, "sends of one submission arrive in their order")
{
	static struct chorus_ipc_send send[MANY];
	static __u64 value[MANY];
	unsigned int queue, i;
	struct chorus_hello h = { 0 };
	__u64 got;

	ring_actor(&ring);
	MUST(hello(&h));
	queue = h.out_port_queue < MANY ? h.out_port_queue : MANY;
	for (i = 0; i < queue; i++) {
		value[i] = i;
		send[i].body = PTR(&value[i]);
		send[i].body_size = sizeof(value[i]);
		send[i].target = default_port();
		ring_add(&ring, CHORUS_IOC_IPC_SEND, &send[i]);
	}
	CHECK(MUST(io_uring_submit(&ring)) == (long)queue);
	for (i = 0; i < queue; i++)
		EXPECT(ring_next(&ring, NULL), 0);
	for (i = 0; i < queue; i++) {
		EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
		if (!CHECK(got == i))
			break;
	}
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), -ETIMEDOUT);
}

TEST(laps, "LAPs of one submission are all invoked, and done when it returns")
{
	static struct chorus_lap_invoke lap[MANY];
	static struct echo_arg arg[MANY];
	struct chorus_lap_desc echo;

	ring_actor(&ring);
	echo = need_lap(ECHO_LAP_ECHO);
	for (unsigned int i = 0; i < MANY; i++) {
		arg[i].sequence = i;
		lap[i].lap = echo.lap;
		lap[i].arg = PTR(&arg[i]);
		lap[i].arg_size = sizeof(arg[i]);
		ring_add(&ring, CHORUS_IOC_LAP_INVOKE, &lap[i]);
	}
	CHECK(MUST(io_uring_submit(&ring)) == MANY);
	for (unsigned int i = 0; i < MANY; i++)
		CHECK(arg[i].sequence == i + 1);
	CHECK(io_uring_cq_ready(&ring) == MANY);
	for (unsigned int i = 0; i < MANY; i++)
		EXPECT(ring_next(&ring, NULL), 0);
}

TEST(linked, "a link goes on after a success, and ends with a failure")
{
	__u64 value = 1, got = 0;
	struct chorus_ipc_send good = { .body = PTR(&value), .body_size = sizeof(value) };
	struct chorus_ipc_send bad = good, last = good;

	ring_actor(&ring);
	good.target = last.target = bad.target = default_port();
	bad.target.tail ^= 1;
	ring_add(&ring, CHORUS_IOC_IPC_SEND, &good)->flags |= IOSQE_IO_LINK;
	ring_add(&ring, CHORUS_IOC_IPC_SEND, &bad)->flags |= IOSQE_IO_LINK;
	ring_add(&ring, CHORUS_IOC_IPC_SEND, &last);
	ring_submit(&ring);
	for (int i = 0; i < 3; i++) {
		void *whose;
		int result = ring_next(&ring, &whose);

		EXPECT(result, whose == &good ? 0 : whose == &bad ? -EHOSTUNREACH : -ECANCELED);
	}
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, POLL), -ETIMEDOUT);
}

TEST(after, "what is linked to a wait is done after it")
{
	__u64 value = 2, got = 0, got2 = 0;
	struct chorus_ipc_receive receive = number_receive(CHORUS_LI_DEFAULT, &got, FOREVER);
	struct chorus_ipc_send send = { .body = PTR(&value), .body_size = sizeof(value) };
	int li;
	long threads;

	ring_actor(&ring);
	li = new_port(&send.target);
	threads = actor_threads(getpid(), dev);
	ring_add(&ring, CHORUS_IOC_IPC_RECEIVE, &receive)->flags |= IOSQE_IO_LINK;
	ring_add(&ring, CHORUS_IOC_IPC_SEND, &send);
	ring_submit(&ring);
	wait_workers(getpid(), dev, threads, 1);
	EXPECT(receive_number(li, &got2, POLL), -ETIMEDOUT);
	EXPECT(send_number(default_port(), 3), 0);
	EXPECT(ring_next(&ring, NULL), 0);
	EXPECT(ring_next(&ring, NULL), 0);
	CHECK(got == 3);
	EXPECT(receive_number(li, &got2, POLL), 0);
	CHECK(got2 == 2);
}

TEST(calls, "calls of one submission are all answered, each by its own reply")
{
	static struct chorus_ipc_call call[MANY];
	static __u64 question[MANY], answer[MANY];

	ring_actor(&ring);
	need_lap(ECHO_LAP_NULL);
	for (unsigned int i = 0; i < MANY; i++) {
		question[i] = 1000 + i;
		call[i] = number_call(static_port(ECHO_PORT_STAMP), &question[i], &answer[i]);
		ring_add(&ring, CHORUS_IOC_IPC_CALL, &call[i]);
	}
	ring_submit(&ring);
	for (unsigned int i = 0; i < MANY; i++)
		EXPECT(ring_next(&ring, NULL), 0);
	for (unsigned int i = 0; i < MANY; i++)
		CHECK(answer[i] == question[i]);
}

TEST(reused, "a command that waits keeps its structure when its entry of the ring is used again")
{
	enum { PORTS = 4 };
	struct chorus_ipc_receive receive[PORTS];
	struct chorus_ui port[PORTS];
	struct io_uring small;
	__u64 got[PORTS];

	ring_actor(&ring);
	MUST(io_uring_queue_init(1, &small, 0));
	for (int i = 0; i < PORTS; i++) {
		receive[i] = number_receive(new_port(&port[i]), &got[i], FOREVER);
		ring_add(&small, CHORUS_IOC_IPC_RECEIVE, &receive[i]);
		ring_submit(&small);
	}
	for (int i = 0; i < PORTS; i++)
		EXPECT(send_number(port[i], 100 + i), 0);
	for (int i = 0; i < PORTS; i++)
		EXPECT(ring_next(&small, NULL), 0);
	for (int i = 0; i < PORTS; i++)
		CHECK(got[i] == 100u + i && receive[i].out_li == receive[i].li);
}
