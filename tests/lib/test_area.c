// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Areas without a nucleus: what goes down, and what a descriptor says.
 */
#include <errno.h>
#include <string.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static unsigned int commands[4], nr_commands;

static int answer(unsigned int command, void *arg)
{
	struct chorus_area_open *open = arg;
	struct chorus_ipc_receive *receive = arg;
	struct chorus_ipc_call *call = arg;

	if (nr_commands < sizeof(commands) / sizeof(commands[0]))
		commands[nr_commands++] = command;
	switch (command) {
	case CHORUS_IOC_AREA_OPEN:
		open->out_length = 8192;
		open->out_offset = 0x40000000;
		return 0;
	case CHORUS_IOC_IPC_RECEIVE:
		receive->out_body_size = 4096;
		receive->out_flags = CHORUS_MSG_RPC | CHORUS_MSG_MOVED;
		return 0;
	case CHORUS_IOC_IPC_CALL:
		call->out_rep_size = 4096;
		call->out_flags = CHORUS_MSG_MOVED;
		return 0;
	default:
		return 0;
	}
}

/* The fake device cannot be mapped. */
static void test_open(void)
{
	ChorusArea area;

	fake_reset();
	fake.answer = answer;
	is(chorus_area_open(NULL, 5000), K_EFAULT, "chorus_area_open(null)");
	is(fake.traps, 0, "no trap");
	errno = 77;
	is(chorus_area_open(&area, 5000), K_ENOMEM, "it cannot be mapped");
	is(errno, 77, "errno is let be");
	ok(nr_commands == 2 && commands[0] == CHORUS_IOC_AREA_OPEN &&
	   commands[1] == CHORUS_IOC_AREA_CLOSE, "opened, and closed again");
	ok(fake.in.area_close.offset == 0x40000000, "the same");

	fake.answer = fake_fail;
	fake_errno = EDQUOT;
	is(chorus_area_open(&area, 5000), K_ENOMEM, "EDQUOT");
	is(fake.in.area_open.size, sizeof(struct chorus_area_open), "size");
	is(fake.in.area_open.length, 5000, "length");
	is(chorus_area_close(NULL), K_EFAULT, "chorus_area_close(null)");
	memset(&area, 0, sizeof(area));
	is(chorus_area_close(&area), K_EFAULT, "of none");
}

static void test_flags(void)
{
	static char body[4096];
	KnMsgDesc msg = { .bodyAddr = body, .bodySize = sizeof(body), .flags = K_MOVE };
	KnMsgDesc other = { .bodyAddr = body, .bodySize = sizeof(body), .flags = K_COW };
	KnIpcDest dest = { .target = { 1, 2 } };
	int li = 3;

	fake_reset();
	fake.answer = answer;
	is(ipcReceive(&msg, &li, 0), 4096, "received");
	is(fake.in.receive.flags, CHORUS_MSG_MOVE, "K_MOVE of a receive");
	is(msg.flags, K_MOVE | K_MSG_RPC | K_MSG_MOVED, "K_MSG_MOVED");
	is(ipcSend(&msg, 0, &dest), K_OK, "sent");
	is(fake.in.send.flags, CHORUS_MSG_MOVE, "K_MOVE of a send; flags do not come back down");
	is(ipcCall(&other, 0, &dest, &msg, -1), 4096, "called");
	is(fake.in.call.flags, CHORUS_MSG_COW | CHORUS_MSG_REP_MOVE, "K_COW there, K_MOVE back");
	is(msg.flags, K_MOVE | K_MSG_MOVED, "K_MSG_MOVED of a reply");
	is(ipcReplyReceive(&other, &msg, &li, -1), 0, "replied and received");
	is(fake.in.reply_receive.flags, CHORUS_MSG_REP_COW | CHORUS_MSG_MOVE,
	   "K_COW back, K_MOVE of the receive");
	is(ipcReply(&other), K_OK, "replied");
	is(fake.in.reply.flags, CHORUS_MSG_COW, "K_COW of a reply");
	msg.flags = CHORUS_MSG_REP_MOVE;
	is(ipcCall(&msg, 0, &dest, &other, -1), 4096, "called");
	ok(fake.in.call.flags & ~0x1ffu, "an unknown flag goes down as one");
}

int main(void)
{
	test_open();
	test_flags();
	return tap_done();
}
