// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Receive windows without a nucleus: what goes down, and what a descriptor says.
 */
#include <errno.h>
#include <string.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static unsigned int commands[4], nr_commands;
static uint32_t slot;

static int answer(unsigned int command, void *arg)
{
	struct chorus_window_open *open = arg;
	struct chorus_ipc_receive *receive = arg;

	if (nr_commands < sizeof(commands) / sizeof(commands[0]))
		commands[nr_commands++] = command;
	switch (command) {
	case CHORUS_IOC_WINDOW_OPEN:
		open->out_slot_size = 8192;
		open->out_offset = 0x40000000;
		return 0;
	case CHORUS_IOC_IPC_RECEIVE:
		receive->out_body_size = 5000;
		receive->out_flags = CHORUS_MSG_RPC | CHORUS_MSG_WINDOW;
		receive->out_slot = slot;
		return 0;
	default:
		return 0;
	}
}

/* The fake device cannot be mapped. */
static void test_open(void)
{
	ChorusWindow window;

	fake_reset();
	fake.answer = answer;
	is(chorus_window_open(NULL, 3, 4, 5000, 100), K_EFAULT, "chorus_window_open(null)");
	is(fake.traps, 0, "no trap");
	errno = 77;
	is(chorus_window_open(&window, 3, 4, 5000, 100), K_ENOMEM, "it cannot be mapped");
	is(errno, 77, "errno is let be");
	ok(nr_commands == 2 && commands[0] == CHORUS_IOC_WINDOW_OPEN &&
	   commands[1] == CHORUS_IOC_WINDOW_CLOSE, "opened, and closed again");
	is(fake.in.window_close.li, 3, "of the port");

	fake.answer = fake_fail;
	fake_errno = EBUSY;
	is(chorus_window_open(&window, 3, 4, 5000, 100), K_EBUSY, "EBUSY");
	is(fake.in.window_open.size, sizeof(struct chorus_window_open), "size");
	is(fake.in.window_open.li, 3, "port");
	is(fake.in.window_open.slots, 4, "slots");
	is(fake.in.window_open.slot_size, 5000, "size of a slot");
	is(fake.in.window_open.least, 100, "least size");
	is(chorus_window_close(NULL), K_EFAULT, "chorus_window_close(null)");
	memset(&window, 0, sizeof(window));
	is(chorus_window_close(&window), K_EFAULT, "of none");
}

static void test_body(void)
{
	static char base[4 * 8192], body[64];
	const ChorusWindow window = { .base = base, .slotSize = 8192, .slots = 4 };
	KnMsgDesc msg = { .bodyAddr = body, .bodySize = sizeof(body) };
	int li = 3;

	fake_reset();
	fake.answer = answer;
	for (slot = 0; slot < 4; slot++) {
		is(ipcReceive(&msg, &li, 0), 5000, "the whole size");
		ok(!(fake.in.receive.flags & ~K_ABORTABLE), "flags do not come back down");
		is(msg.flags, K_MSG_RPC | K_MSG_WINDOW | slot << 16, "flags");
		is(K_MSG_SLOT(msg.flags), slot, "slot");
		ok(chorus_window_body(&window, &msg) == base + slot * 8192, "body of slot %u",
		   slot);
	}
	msg.flags &= ~K_MSG_WINDOW;
	ok(chorus_window_body(&window, &msg) == body, "an ordinary body");
}

int main(void)
{
	test_open();
	test_body();
	return tap_done();
}
