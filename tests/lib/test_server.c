// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The server loop against a script of messages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

/* What the fake nucleus has in store: one message a receive. */
static struct {
	int flags;
	unsigned int size;
	int err;
} script[16];
static int step;
static char log_text[256];		/* r receive, R reply, X reply+receive */
static int reply_err;

static void note(char c)
{
	size_t len = strlen(log_text);

	log_text[len] = c;
	log_text[len + 1] = '\0';
}

static int deliver(struct chorus_ipc_receive *cmd)
{
	int i = step++;

	if (script[i].err)
		return -script[i].err;
	cmd->out_li = 40 + i;
	cmd->out_flags = (__u32)script[i].flags;
	cmd->out_body_size = script[i].size;
	cmd->out_seqnum = (__u64)i + 1;
	cmd->out_msg = (__u64)i + 1000;
	return 0;
}

static int nucleus(unsigned int command, void *arg)
{
	struct chorus_ipc_reply_receive *both = arg;
	struct chorus_ipc_receive one;
	int ret;

	switch (command) {
	case CHORUS_IOC_IPC_RECEIVE:
		note('r');
		return deliver(arg);
	case CHORUS_IOC_IPC_REPLY:
		note('R');
		return -reply_err;
	case CHORUS_IOC_IPC_REPLY_RECEIVE:
		note('X');
		if (reply_err)
			return -reply_err;
		memset(&one, 0, sizeof(one));
		ret = deliver(&one);
		both->out_li = one.out_li;
		both->out_flags = one.out_flags;
		both->out_body_size = one.out_body_size;
		both->out_seqnum = one.out_seqnum;
		both->out_msg = one.out_msg;
		return ret;
	}
	return -ENOTTY;
}

static int verdicts[16];
static ChorusRequest seen[16];
static int served;

static int serve(void *cookie, const ChorusRequest *req, KnMsgDesc *rep)
{
	*(int *)cookie += 1;
	seen[served] = *req;
	rep->bodyAddr = req->msg.bodyAddr;
	rep->bodySize = req->msg.bodySize;
	return verdicts[served++];
}

static int calls;

static const ChorusServer server = {
	.portLi = K_ANYENABLED, .flags = K_ABORTABLE, .bodyMax = 64,
	.serve = serve, .cookie = &calls,
};

static void prepare(void)
{
	fake_reset();
	fake.answer = nucleus;
	memset(script, 0, sizeof(script));
	memset(verdicts, 0, sizeof(verdicts));
	memset(seen, 0, sizeof(seen));
	log_text[0] = '\0';
	step = served = calls = reply_err = 0;
}

static void test_bad(void)
{
	ChorusServer bad = server;

	prepare();
	is(chorus_server_loop(NULL), K_EFAULT, "null server");
	bad.serve = NULL;
	is(chorus_server_loop(&bad), K_EFAULT, "null function");
	bad = server;
	bad.reserved = 1;
	is(chorus_server_loop(&bad), K_EINVAL, "dirty reserved field");
	bad = server;
	bad.bodyMax = K_CMSGSIZEMAX + 1;
	is(chorus_server_loop(&bad), K_EINVAL, "buffer above the maximum");
	bad = server;
	bad.flags = 2;
	is(chorus_server_loop(&bad), K_EINVAL, "unknown flag");
	is(fake.traps, 0, "none of them trapped");
}

static void test_loop(void)
{
	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	script[0].size = 8;
	script[1].flags = CHORUS_MSG_RPC | CHORUS_MSG_MORE;
	script[1].size = 100;
	script[2].flags = 0;			/* asynchronous */
	script[3].flags = CHORUS_MSG_RPC;
	verdicts[3] = CHORUS_NOREPLY;
	script[4].flags = CHORUS_MSG_RPC;
	verdicts[4] = CHORUS_STOP;
	is(chorus_server_loop(&server), K_OK, "the loop ends when told to");
	ok(!strcmp(log_text, "rXXrrR"), "one trap a request: %s", log_text);
	is(calls, 5, "cookie and function");
	is(seen[0].msg.bodySize, 8, "bodySize is what came");
	is(seen[0].portLi, 40, "port");
	is(seen[0].token, 1000, "token");
	ok(seen[0].msg.annexAddr != NULL, "there is always an annex");
	is(seen[1].msg.bodySize, 64, "a cut body");
	is(seen[1].msg.flags, K_ABORTABLE | K_MSG_RPC | K_MSG_MORE, "flags");
	is(seen[2].msg.flags & K_MSG_RPC, 0, "flags of an asynchronous one");
	is(seen[2].msg.seqNum, 3, "seqNum");
	is(fake.in.reply.msg, 1004, "the reply names its message");
}

static void test_ends(void)
{
	prepare();
	script[0].err = EIDRM;
	is(chorus_server_loop(&server), K_ENOPORT, "the port dies");
	is(fake.in.receive.li, K_ANYENABLED, "li");
	is(fake.in.receive.flags, CHORUS_MSG_ABORTABLE, "flags");
	is(fake.in.receive.timeout, -1, "waits for ever");

	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	script[1].err = EINTR;
	is(chorus_server_loop(&server), K_EINTR, "a signal");
	is(fake.in.reply_receive.li, K_ANYENABLED, "any port each time");
	is(fake.in.reply_receive.rep_msg, 1000, "token");

	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	verdicts[0] = -4711;
	is(chorus_server_loop(&server), -4711, "the function's own code");
	ok(!strcmp(log_text, "r"), "and no reply: %s", log_text);

	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	verdicts[0] = 3;
	is(chorus_server_loop(&server), K_EINVAL, "an unknown verdict");

	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	reply_err = EMSGSIZE;
	is(chorus_server_loop(&server), K_ETOOMUCH, "a bad reply");

	prepare();
	script[0].flags = CHORUS_MSG_RPC;
	verdicts[0] = CHORUS_STOP;
	reply_err = EHOSTUNREACH;
	is(chorus_server_loop(&server), K_OK, "a last caller that is gone");

	prepare();
	verdicts[0] = CHORUS_STOP;
	is(chorus_server_loop(&server), K_OK, "stopped by a one-way message");
	ok(!strcmp(log_text, "r"), "which gets no reply: %s", log_text);
}

int main(void)
{
	test_bad();
	test_loop();
	test_ends();
	return tap_done();
}
