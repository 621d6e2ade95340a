// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What goes down for each message call, and what comes up.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static const KnIpcDest dest = {
	.target = { 0x1122334455667788, 0x99aabbccddeeff00 },
};

static char body[64], annex[K_CMSGANNEXSIZE], rep_body[32], rep_annex[120];

static uint64_t addr(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void test_null(void)
{
	KnMsgDesc msg = { .flags = 0 };
	int li = 0;

	fake_reset();
	is(ipcSend(NULL, 0, &dest), K_EFAULT, "ipcSend(null message)");
	is(ipcSend(&msg, 0, NULL), K_EFAULT, "ipcSend(null destination)");
	is(ipcReceive(NULL, &li, 0), K_EFAULT, "ipcReceive(null message)");
	is(ipcReceive(&msg, NULL, 0), K_EFAULT, "ipcReceive(null port)");
	is(ipcCall(NULL, 0, &dest, &msg, 0), K_EFAULT, "ipcCall(null request)");
	is(ipcCall(&msg, 0, NULL, &msg, 0), K_EFAULT, "ipcCall(null dest)");
	is(ipcCall(&msg, 0, &dest, NULL, 0), K_EFAULT, "ipcCall(null reply)");
	is(ipcReply(NULL), K_EFAULT, "ipcReply(null)");
	is(ipcReplyReceive(NULL, &msg, &li, 0), K_EFAULT, "ipcReplyReceive");
	is(ipcReplyReceive(&msg, NULL, &li, 0), K_EFAULT, "ipcReplyReceive");
	is(ipcReplyReceive(&msg, &msg, NULL, 0), K_EFAULT, "ipcReplyReceive");
	is(ipcGetData(NULL), K_EFAULT, "ipcGetData(null)");
	msg.bodySize = 1;
	is(ipcGetData(&msg), K_EFAULT, "ipcGetData(null body with a size)");
	is(ipcSysInfo(NULL), K_EFAULT, "ipcSysInfo(null)");
	is(fake.traps, 0, "none of them trapped");
}

static void test_delays(void)
{
	static const struct { int ms; int64_t ns; } t[] = {
		{ 0, 0 }, { 1, 1000000 }, { 1000, 1000000000 }, { -1, -1 },
		{ -2, -1 }, { INT_MIN, -1 },
		{ INT_MAX, 2147483647000000 },
	};
	KnMsgDesc msg = { .flags = 0 };
	size_t i;
	int li;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		fake_reset();
		li = K_ANYENABLED;
		ipcReceive(&msg, &li, t[i].ms);
		is(fake.in.receive.timeout, t[i].ns, "ipcReceive %d ms", t[i].ms);
		ipcCall(&msg, 0, &dest, &msg, t[i].ms);
		is(fake.in.call.timeout, t[i].ns, "ipcCall %d ms", t[i].ms);
		ipcReplyReceive(&msg, &msg, &li, t[i].ms);
		is(fake.in.reply_receive.timeout, t[i].ns,
		   "ipcReplyReceive %d ms", t[i].ms);
	}
	chorus_ipc_receive(&msg, &li, INT64_MAX, NULL);
	is(fake.in.receive.timeout, INT64_MAX, "nanoseconds go down as they are");
}

static void test_send(void)
{
	KnMsgDesc msg = {
		.flags = K_ABORTABLE | K_MSG_RPC | K_MSG_MORE,
		.bodySize = sizeof(body), .bodyAddr = body, .annexAddr = annex,
	};

	fake_reset();
	is(ipcSend(&msg, 7, &dest), K_OK, "ipcSend");
	is(fake.command, CHORUS_IOC_IPC_SEND, "command");
	is(fake.in.send.size, sizeof(struct chorus_ipc_send), "size");
	is(fake.in.send.flags, 0, "flags of a used descriptor stay here");
	is(fake.in.send.src_li, 7, "source");
	is(fake.in.send.body_size, sizeof(body), "body size");
	ok(fake.in.send.body == addr(body), "body");
	ok(fake.in.send.annex == addr(annex), "annex");
	ok(fake.in.send.target.head == dest.target.uiHead &&
	   fake.in.send.target.tail == dest.target.uiTail, "target");
	ok(!fake.in.send.cotarget.head && !fake.in.send.cotarget.tail,
	   "coTarget");
	msg.flags = 0x40;
	ipcSend(&msg, 7, &dest);
	is(fake.in.send.flags, 0x40, "an unknown flag goes down to be refused");
	msg.bodySize = UINT_MAX;
	ipcSend(&msg, 7, &dest);
	is(fake.in.send.body_size, UINT_MAX, "the size is not cut here");
}

static struct chorus_ipc_receive got;

static int give(unsigned int command, void *arg)
{
	struct chorus_ipc_receive *cmd = arg;

	(void)command;
	cmd->out_li = got.out_li;
	cmd->out_body_size = got.out_body_size;
	cmd->out_flags = got.out_flags;
	cmd->out_seqnum = got.out_seqnum;
	cmd->out_msg = got.out_msg;
	return 0;
}

static void test_receive(void)
{
	KnMsgDesc msg = {
		.flags = K_ABORTABLE, .bodySize = sizeof(body),
		.bodyAddr = body, .annexAddr = annex,
	};
	ChorusToken token = 0;
	int li = K_ANYENABLED;

	fake_reset();
	fake.answer = give;
	got.out_li = 5;
	got.out_body_size = 20;
	got.out_flags = CHORUS_MSG_RPC | CHORUS_MSG_ANNEX;
	got.out_seqnum = 1ULL << 40;
	got.out_msg = 0xfeedface12345678;
	is(chorus_ipc_receive(&msg, &li, -1, &token), 20,
	   "a receive returns the bytes it got");
	is(fake.in.receive.li, -1, "K_ANYENABLED went down");
	is(fake.in.receive.flags, CHORUS_MSG_ABORTABLE, "K_ABORTABLE too");
	is(fake.in.receive.body_size, sizeof(body), "room");
	ok(!fake.in.receive.deadline, "deadline starts at 0");
	is(li, 5, "the port came up");
	ok(token == got.out_msg, "token");
	ok(msg.seqNum == got.out_seqnum, "seqNum");
	is(msg.flags, K_ABORTABLE | K_MSG_RPC | K_MSG_ANNEX, "flags");
	is(msg.bodySize, sizeof(body), "bodySize stays the room");

	/* The same descriptor again: what came up must not go down. */
	got.out_flags = 0;
	ipcReceive(&msg, &li, 0);
	is(fake.in.receive.flags, CHORUS_MSG_ABORTABLE, "flags used again");
	is(msg.flags, K_ABORTABLE, "old flags are gone");
	msg.flags = K_MSG_RPC;
	ipcReceive(&msg, &li, 0);
	is(fake.in.receive.flags, 0, "K_MSG_RPC does not mean K_ABORTABLE");

	got.out_body_size = 1000;
	got.out_flags = CHORUS_MSG_MORE;
	is(ipcReceive(&msg, &li, 0), sizeof(body), "a cut body: bytes got");
	is(msg.flags, K_MSG_MORE, "K_MSG_MORE");
	msg.bodyAddr = NULL;
	is(ipcReceive(&msg, &li, 0), 1000, "null body: the size that waits");
	is(fake.in.receive.body_size, 0, "no room goes down with null");

	fake.answer = fake_fail;
	fake_errno = EBUSY;
	li = 9;
	is(ipcReceive(&msg, &li, 0), K_EINVAL, "a port with a handler");
	is(ipcReplyReceive(&msg, &msg, &li, 0), K_EINVAL, "likewise");
	is(li, 9, "a failure leaves the port alone");
	is(msg.flags, K_MSG_MORE, "and the flags");
	fake_errno = EINTR;
	is(ipcReceive(&msg, &li, 0), K_EINTR, "a signal");
	is(fake.traps, 8, "each call trapped once");
}

static int reply_size;

static int reply(unsigned int command, void *arg)
{
	struct chorus_ipc_call *cmd = arg;

	(void)command;
	cmd->out_rep_size = (unsigned int)reply_size;
	cmd->out_flags = CHORUS_MSG_ANNEX;
	return 0;
}

static void test_call(void)
{
	KnMsgDesc req = {
		.bodySize = 10, .bodyAddr = body, .annexAddr = annex,
	};
	KnMsgDesc rep = {
		.flags = K_ABORTABLE, .bodySize = sizeof(rep_body),
		.bodyAddr = rep_body, .annexAddr = rep_annex,
	};

	fake_reset();
	fake.answer = reply;
	reply_size = 12;
	is(ipcCall(&req, 3, &dest, &rep, 5), 12, "ipcCall returns bytes");
	is(fake.command, CHORUS_IOC_IPC_CALL, "command");
	is(fake.in.call.size, sizeof(struct chorus_ipc_call), "size");
	is(fake.in.call.flags, CHORUS_MSG_ABORTABLE, "flag of the reply");
	is(fake.in.call.src_li, 3, "source");
	is(fake.in.call.body_size, 10, "body size");
	ok(fake.in.call.body == addr(body), "body");
	ok(fake.in.call.annex == addr(annex), "annex");
	ok(fake.in.call.rep_body == addr(rep_body), "reply body");
	ok(fake.in.call.rep_annex == addr(rep_annex), "reply annex");
	is(fake.in.call.rep_size, sizeof(rep_body), "room");
	is(fake.in.call.reserved, 0, "reserved");
	ok(!fake.in.call.restart && !fake.in.call.deadline, "fresh");
	is(rep.flags, K_ABORTABLE | K_MSG_ANNEX, "flags of the reply");
	is(rep.bodySize, sizeof(rep_body), "room is kept");

	reply_size = sizeof(rep_body);
	is(ipcCall(&req, 3, &dest, &rep, 5), sizeof(rep_body), "just fits");
	ok(!(rep.flags & K_MSG_MORE), "not cut");
	reply_size = sizeof(rep_body) + 1;
	is(ipcCall(&req, 3, &dest, &rep, 5), sizeof(rep_body), "one too many");
	ok(rep.flags & K_MSG_MORE, "cut");
	rep.bodyAddr = NULL;
	is(ipcCall(&req, 3, &dest, &rep, 5), 0, "no room at all");
	is(fake.in.call.rep_size, 0, "none went down");
	req.flags = K_ABORTABLE;
	rep.flags = 0;
	ipcCall(&req, 3, &dest, &rep, 5);
	is(fake.in.call.flags, 0, "only the reply's K_ABORTABLE counts");
	req.flags = K_NOCYCLE;
	ipcCall(&req, 3, &dest, &rep, 5);
	is(fake.in.call.flags, 0, "and only its K_NOCYCLE");
	rep.flags = K_NOCYCLE;
	ipcCall(&req, 3, &dest, &rep, 5);
	is(fake.in.call.flags, CHORUS_MSG_NOCYCLE, "K_NOCYCLE");
	is(rep.flags, K_NOCYCLE | K_MSG_ANNEX | K_MSG_MORE, "and stays");
}

static int interrupts;

/* The nucleus's protocol: park, or deliver what was parked. */
static int interrupted(unsigned int command, void *arg)
{
	struct chorus_ipc_call *cmd = arg;

	(void)command;
	if (interrupts-- > 0) {
		if (!cmd->restart) {
			cmd->restart = 4242;
			cmd->deadline = 999;
		}
		return -EINTR;
	}
	cmd->restart = 0;
	cmd->deadline = 0;
	cmd->out_rep_size = 1;
	return 0;
}

static void test_resume(void)
{
	KnMsgDesc req = { .flags = 0 };
	KnMsgDesc rep = { .bodySize = sizeof(rep_body), .bodyAddr = rep_body };
	ChorusResume state = { 0, 0 };

	fake_reset();
	fake.answer = interrupted;
	interrupts = 1;
	is(ipcCall(&req, 0, &dest, &rep, -1), K_EINTR, "ipcCall: K_EINTR");
	is(fake.traps, 1, "and no second trap");
	interrupts = 0;
	ipcCall(&req, 0, &dest, &rep, -1);
	ok(!fake.in.call.restart, "the next ipcCall is a new one");

	interrupts = 2;
	is(chorus_ipc_call(&req, 0, &dest, &rep, 50, &state), K_EINTR,
	   "resumable call: K_EINTR");
	ok(state.restart == 4242 && state.deadline == 999, "state kept");
	is(chorus_ipc_call(&req, 0, &dest, &rep, 50, &state), K_EINTR, "again");
	ok(fake.in.call.restart == 4242 && fake.in.call.deadline == 999,
	   "state went down");
	is(chorus_ipc_call(&req, 0, &dest, &rep, 50, &state), 1, "the reply");
	ok(!state.restart && !state.deadline, "state is zero after success");

	state.restart = 1;
	fake.answer = fake_fail;
	fake_errno = ETIMEDOUT;
	is(chorus_ipc_call(&req, 0, &dest, &rep, 50, &state), K_ETIMEOUT,
	   "timeout");
	ok(!state.restart && !state.deadline, "state is zero after failure");
}

static int whole_size;

static int give_data(unsigned int command, void *arg)
{
	(void)command;
	((struct chorus_ipc_get_data *)arg)->out_body_size =
		(unsigned int)whole_size;
	return 0;
}

static int give_info(unsigned int command, void *arg)
{
	struct chorus_ipc_sysinfo *cmd = arg;

	(void)command;
	cmd->out_body_size = 65536;
	cmd->out_flags = CHORUS_MSG_RPC;
	cmd->out_src.head = 1;
	cmd->out_src.tail = 2;
	cmd->out_target.head = 3;
	cmd->out_target.tail = 4;
	cmd->out_cotarget.tail = 6;
	cmd->out_transid = 7;
	cmd->out_actor_pi = (struct chorus_protid){ 1000, 100, 9, 0 };
	cmd->out_port_pi = (struct chorus_protid){ 0xffff, 2, 3, 0 };
	return 0;
}

static void test_rest(void)
{
	KnMsgDesc msg = {
		.bodySize = sizeof(body), .bodyAddr = body, .annexAddr = annex,
	};
	KnMsgDesc rep = { .bodySize = 4, .bodyAddr = rep_body };
	KnUniqueId to = { .uiHead = 5, .uiTail = 6 };
	KnMsgHead head;
	ChorusToken next = 0;
	int li = 2;

	fake_reset();
	is(ipcReply(&rep), K_OK, "ipcReply");
	ok(!fake.in.reply.msg, "to the current message");
	is(fake.in.reply.body_size, 4, "body size");
	is(chorus_ipc_reply(99, &rep), K_OK, "chorus_ipc_reply");
	is(fake.in.reply.msg, 99, "to a token");

	is(ipcForward(&to), K_OK, "ipcForward");
	ok(!fake.in.forward.msg, "of the current message");
	ok(fake.in.forward.target.head == 5 && fake.in.forward.target.tail == 6,
	   "to a port");
	is(chorus_ipc_forward(99, &to), K_OK, "chorus_ipc_forward");
	is(fake.in.forward.msg, 99, "of a token");
	is(ipcForward(NULL), K_EFAULT, "ipcForward(null)");

	is(chorus_ipc_reply_receive(99, &rep, &msg, &li, 8, &next), 0,
	   "chorus_ipc_reply_receive");
	is(fake.in.reply_receive.size,
	   sizeof(struct chorus_ipc_reply_receive), "size");
	is(fake.in.reply_receive.rep_msg, 99, "token");
	is(fake.in.reply_receive.rep_size, 4, "reply size");
	ok(fake.in.reply_receive.rep_body == addr(rep_body), "reply body");
	ok(!fake.in.reply_receive.rep_annex, "reply annex");
	is(fake.in.reply_receive.li, 2, "port");
	is(fake.in.reply_receive.body_size, sizeof(body), "room");
	ok(fake.in.reply_receive.annex == addr(annex), "annex");
	is(fake.in.reply_receive.timeout, 8, "nanoseconds");
	ok(!fake.in.reply_receive.restart, "restart starts at 0");

	fake.answer = give_data;
	whole_size = 30;
	is(ipcGetData(&msg), 30, "ipcGetData returns bytes");
	whole_size = 1000;
	is(ipcGetData(&msg), sizeof(body), "no more than there is room for");

	fake.answer = give_info;
	is(ipcSysInfo(&head), K_OK, "ipcSysInfo");
	is(head.bodySize, 65536, "size");
	ok(head.flags[0] == 1 && !head.flags[1] && !head.flags[2] &&
	   !head.flags[3], "flags");
	ok(head.srcPort.uiHead == 1 && head.srcPort.uiTail == 2, "source");
	ok(head.target.uiHead == 3 && head.target.uiTail == 4, "target");
	ok(!head.coTarget.uiHead && head.coTarget.uiTail == 6, "coTarget");
	is(head.transId, 7, "transaction");
	ok(head.actorId.uid == 1000 && head.actorId.gid == 100 &&
	   head.actorId.did == 9, "protection id of the actor");
	ok(head.portId.uid == 0xffff && head.portId.gid == 2 &&
	   head.portId.did == 3, "protection id of the port");
}

/* The flag of each body goes to its own bit, and comes back from neither. */
static void test_parts(void)
{
	ChorusPart two[] = { CHORUS_PART(body, 20), CHORUS_PART(annex, 12) };
	KnMsgDesc msg = { .flags = K_PARTS, .bodyAddr = two, .bodySize = 2 };
	KnMsgDesc plain = { .bodyAddr = body, .bodySize = sizeof(body) };
	int li = 0;

	fake_reset();
	ok(two[0].addr == addr(body) && two[0].size == 20 && !two[0].reserved, "CHORUS_PART");
	is(ipcSend(&msg, 0, &dest), K_OK, "ipcSend");
	is(fake.in.send.flags, CHORUS_MSG_VECTOR, "parts");
	is(fake.in.send.body_size, 2, "how many");
	is(ipcReply(&msg), K_OK, "ipcReply");
	is(fake.in.reply.flags, CHORUS_MSG_VECTOR, "parts");
	ipcCall(&msg, 0, &dest, &plain, 0);
	is(fake.in.call.flags, CHORUS_MSG_VECTOR, "of the request");
	ipcCall(&plain, 0, &dest, &msg, 0);
	is(fake.in.call.flags, CHORUS_MSG_REP_VECTOR, "of the reply");
	is(fake.in.call.rep_size, 2, "how many");
	ipcReplyReceive(&msg, &plain, &li, 0);
	is(fake.in.reply_receive.flags, CHORUS_MSG_REP_VECTOR, "of the reply");
	ipcReplyReceive(&plain, &msg, &li, 0);
	is(fake.in.reply_receive.flags, CHORUS_MSG_VECTOR, "of what is received");
	plain.flags = CHORUS_MSG_REP_VECTOR;
	ipcCall(&plain, 0, &dest, &plain, 0);
	ok(fake.in.call.flags & ~(CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR),
	   "what means nothing in a descriptor means nothing below");

	fake.answer = give;
	got = (struct chorus_ipc_receive){ .out_body_size = 30 };
	is(ipcReceive(&msg, &li, 0), 30, "all that came fits into two parts");
	is(msg.flags, K_PARTS, "the flag stays");
	got.out_body_size = 100;
	got.out_flags = CHORUS_MSG_MORE;
	is(ipcReceive(&msg, &li, 0), 32, "a cut body: bytes got");
	fake.answer = NULL;
	ipcGetData(&msg);
	is(fake.in.get_data.flags, CHORUS_MSG_VECTOR, "parts");
}

int main(void)
{
	test_null();
	test_delays();
	test_send();
	test_receive();
	test_call();
	test_resume();
	test_rest();
	test_parts();
	return tap_done();
}
