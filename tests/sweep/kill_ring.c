// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: a server that receives and replies by a ring. */
#include "kill.h"
#include "ring.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

/* As do_serve(), by a ring: each reply with the next receive. */
static long do_serve_by_ring(void *serving)
{
	struct serving *s = serving;
	__u64 got = 0, value;
	struct chorus_ipc_receive receive = number_receive(s->li, &got, FOREVER);
	struct chorus_ipc_reply reply;
	struct io_uring ring;
	__u64 msg;
	long result;

	ring_open(&ring, 0);
	result = ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive);
	msg = receive.out_msg;
	while (!result) {
		struct chorus_ipc_reply_receive both = {
			.rep_msg = msg, .rep_body = PTR(&value), .rep_size = sizeof(value),
			.li = s->li, .body = PTR(&got), .body_size = sizeof(got), .timeout = FOREVER,
		};

		s->served++;
		value = ~got;
		if (got == LAST)
			break;
		result = ring_run(&ring, CHORUS_IOC_IPC_REPLY_RECEIVE, &both);
		msg = both.out_msg;
	}
	if (!result) {
		reply = number_reply(msg, &value);
		result = ring_run(&ring, CHORUS_IOC_IPC_REPLY, &reply);
	}
	io_uring_queue_exit(&ring);
	return result;
}

/* Two clients are in the queue, the server comes, takes both and waits for more. */
static void ring_prepare(struct play *play)
{
	play_people(play);
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
	begin(play->party[THIRD], note_call, play->note[THIRD]);
	wait_blocked(play->party[THIRD]);
}

static void ring_act(struct play *play)
{
	begin(play->party[SERVER], do_serve_by_ring, play->serving);
	play->result[CLIENT] = end(play->party[CLIENT]);
	play->result[THIRD] = end(play->party[THIRD]);
	if (server_died(play))
		play->result[SERVER] = end(play->party[SERVER]);
}

/* The kernel may take a ring down, which holds the device, after its process has ended. */
static void wait_gone(struct play *play)
{
	struct puppet *stranger = puppet_actor();
	long long limit = now_ns() + LATE;

	while (run(stranger, note_send, play->note[SERVER]) != -EHOSTUNREACH && now_ns() < limit)
		sleep_ms(1);
}

static void ring_after(struct play *play)
{
	if (server_died(play)) {
		wait_gone(play);
		play_stranger_calls(play, -EHOSTUNREACH);
		return;
	}
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

static const struct kill_scene by_ring = {
	"two queued calls, the server comes with a ring", ring_prepare, ring_act, ring_after,
};

#define DEAD	{ -EOWNERDEAD }
#define ENDED	{ -EIDRM, -EOWNERDEAD }
#define DONE	{ OK }

static const struct kill_row rows[] = {
	{ &by_ring, "S4", CLIENT, { [THIRD] = DONE } },
	{ &by_ring, "S4", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &by_ring, "S4", THIRD, { [CLIENT] = DONE } },
	{ &by_ring, "S5", CLIENT, { [THIRD] = DONE } },
	{ &by_ring, "S5", SERVER, { [CLIENT] = DEAD, [THIRD] = ENDED } },
	{ &by_ring, "R3", SERVER, { [CLIENT] = DONE, [THIRD] = ENDED } },
	{ &by_ring, "R7", CLIENT, { [CLIENT] = DONE, [THIRD] = DONE } },
	{ &by_ring, "R7", SERVER, { [CLIENT] = DONE, [THIRD] = DONE } },
};
KILL_TABLE(kill_ring, rows);
