// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation-failure sweep: bodies above CHORUS_BODY_MAX, calls in parts, and what a server does by a batch. */
#include "batch.h"
#include "fail.h"
#include "window.h"

#define LARGE	(CHORUS_BODY_MAX + 5000)

static unsigned char out[LARGE], in[LARGE];

static long do_try_open(void)
{
	return dev = try_open();
}

#define OPEN(f)		TRY(f, do_try_open(), -EFAULT)

static long nothing_more(struct chorus_ipc_receive *receive)
{
	long result = ipc_receive(receive);

	return !result ? -EEXIST : result == -ETIMEDOUT ? 0 : result;
}

static long agree(int li)
{
	struct chorus_port_body_max m = { .flags = CHORUS_SET, .li = li, .body_max = LARGE };

	return port_body_max(&m);
}

/* ---- large messages ---- */

static void run_large(struct fail *f)
{
	struct chorus_ipc_send send = {
		.flags = CHORUS_MSG_LARGE, .body = PTR(out), .body_size = LARGE,
	};
	struct chorus_ipc_receive receive = { .body = PTR(in), .body_size = 8, .timeout = POLL };
	struct chorus_ipc_get_data rest = { .body = PTR(in), .body_size = LARGE };
	struct chorus_port_create port = { 0 };

	pattern_fill(out, LARGE, f->n);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	TRY(f, agree(port.out_li), -EFAULT);
	send.target = port.out_ui;
	receive.li = port.out_li;
	/* The second one has nothing of the first one's. */
	for (int i = 0; i < 2; i++) {
		TRY(f, ipc_send(&send), -EFAULT);
		memset(in, 0, LARGE);
		TRY(f, ipc_receive(&receive), -EFAULT);
		CHECK(receive.out_body_size == LARGE && receive.out_flags == CHORUS_MSG_MORE);
		TRY(f, ipc_get_data(&rest), -EFAULT);
		CHECK(pattern_is(in, LARGE, f->n), "n = %u: a large body is damaged", f->n);
	}
	TRY(f, nothing_more(&receive), -EFAULT);
	actor_close();
}

/* ---- the client of a call, in parts and large ---- */

static void lay(struct chorus_part *parts, unsigned char *at, unsigned int size)
{
	parts[0] = (struct chorus_part){ .addr = PTR(at), .size = size / 3 };
	parts[1] = (struct chorus_part){ .addr = PTR(at + size / 3), .size = size - size / 3 };
}

/* Sends back what it gets, in parts. */
static long do_answer(void *note)
{
	struct note *n = note;
	struct chorus_part parts[2];
	struct chorus_ipc_receive receive = {
		.flags = CHORUS_MSG_VECTOR, .li = n->li, .timeout = FOREVER, .body = PTR(parts),
		.body_size = 2,
	};
	struct chorus_ipc_reply reply = {
		.flags = CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE, .body = PTR(parts), .body_size = 2,
	};
	long result = agree(n->li);

	while (!result) {
		lay(parts, in, LARGE);
		result = ipc_receive(&receive);
		if (result)
			break;
		lay(parts, in, receive.out_body_size);
		result = ipc_reply(&reply);
		/* The client cannot pay for a reply of this size. */
		if (result == -EHOSTUNREACH)
			result = 0;
	}
	return result;
}

static void client_prepare(struct fail *f)
{
	f->peer = puppet_actor();
	f->note = SHARED(struct note);
	f->note->li = puppet_port(f->peer, &f->port);
	begin(f->peer, do_answer, f->note);
	wait_blocked(f->peer);
}

static void run_client(struct fail *f)
{
	static const unsigned int sizes[] = { 100, 5000, LARGE };
	struct chorus_part from[2], to[2];
	struct chorus_ipc_call call = {
		.flags = CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR | CHORUS_MSG_LARGE,
		.target = f->port, .timeout = FOREVER, .body = PTR(from), .body_size = 2,
		.rep_body = PTR(to), .rep_size = 2,
	};

	pattern_fill(out, LARGE, f->n);
	OPEN(f);
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		lay(from, out, sizes[i]);
		lay(to, in, LARGE - 1);
		to[1].size = LARGE - to[0].size;
		memset(in, 0, sizes[i]);
		TRY(f, ipc_call(&call), -EFAULT);
		CHECK(call.out_rep_size == sizes[i] && pattern_is(in, sizes[i], f->n),
		      "n = %u: a reply of %u is damaged", f->n, sizes[i]);
	}
	CHECK(!ended(f->peer), "n = %u: the server ended", f->n);
	actor_close();
}

/* ---- a server that answers, passes on and sends by one command ---- */

/* Calls until nobody is there; what is told it cannot be paid for is asked again. */
static long do_ask(void *note)
{
	struct note *n = note;
	long result;

	while (!(result = note_call(n)) || result == -ENOMEM)
		n->got_flags += !result;	/* answers */
	return result;
}

static void server_prepare(struct fail *f)
{
	f->peer = puppet_actor();
	f->note = SHARED(struct note);
}

static void server_begin(struct fail *f, struct chorus_ui to)
{
	memset(f->note, 0, sizeof(*f->note));
	f->note->to = to;
	f->note->timeout = FOREVER;
	begin(f->peer, do_ask, f->note);
}

/* Its client's memory failed, and the client was told: it asks again, so this is to be done again. */
static bool must_ask_again(struct fail *f, const struct plan *p)
{
	if (p->entry[0].out_result != -EHOSTUNREACH)
		return false;
	fail_judge(f, HERE("a reply by a batch"), -EHOSTUNREACH, (const long[]){ -EHOSTUNREACH, 0 });
	return true;
}

static long batch_on(struct plan *p)
{
	long result = raw_ioctl(dev, CHORUS_IOC_BATCH, &p->batch);

	if (result || !p->batch.out_done)
		return result;
	result = p->entry[p->batch.out_done - 1].out_result;
	if (result == -EHOSTUNREACH)
		return 0;
	if (result)
		p->batch.restart = p->batch.out_done - 1;
	return result;
}

static void run_server(struct fail *f)
{
	struct chorus_port_create port[2] = { { 0 }, { 0 } };
	struct chorus_ipc_receive receive = { .body = PTR(in), .body_size = 8, .timeout = FOREVER };
	struct plan *p = plan_new();
	__u64 sent = 3;
	bool again;

	OPEN(f);
	TRY(f, port_create(&port[0]), -EFAULT);
	TRY(f, port_create(&port[1]), -EFAULT);
	server_begin(f, port[0].out_ui);
	receive.li = port[0].out_li;
	plan_add(p, CHORUS_IOC_IPC_REPLY);
	p->arg[0].reply.body = PTR(out);
	p->arg[0].reply.body_size = 5000;
	plan_add(p, CHORUS_IOC_IPC_SEND);
	p->arg[1].send.target = port[1].out_ui;
	p->arg[1].send.body = PTR(&sent);
	p->arg[1].send.body_size = sizeof(sent);
	p->batch.flags = CHORUS_BATCH_STOP;
	do {
		TRY(f, ipc_receive(&receive), -EFAULT);
		TRY(f, batch_on(p), -EFAULT);
		again = must_ask_again(f, p);
		p->batch.restart = 0;
	} while (again);
	CHECK(p->batch.out_done == 2, "n = %u: %u done", f->n, p->batch.out_done);
	/* And one that goes by another port. */
	TRY(f, ipc_receive(&receive), -EFAULT);
	p->batch.count = 0;
	plan_add(p, CHORUS_IOC_IPC_FORWARD);
	p->arg[0].forward = (struct chorus_ipc_forward){
		.size = sizeof(p->arg[0].forward), .target = port[1].out_ui,
	};
	TRY(f, batch_on(p), -EFAULT);
	receive.li = port[1].out_li;
	TRY(f, ipc_receive(&receive), -EFAULT);
	CHECK(receive.out_flags == 0 && *(__u64 *)in == sent);
	TRY(f, ipc_receive(&receive), -EFAULT);
	CHECK(receive.out_flags & CHORUS_MSG_RPC);
	actor_close();
}

static void server_after(struct fail *f)
{
	long result = end(f->peer);

	CHECK(result == -EIDRM || result == -EHOSTUNREACH || result == -EOWNERDEAD, "%s",
	      error_name(result));
	CHECK(f->note->got_flags == 1, "n = %u: %u answers", f->n, f->note->got_flags);
}

static const struct fail_sequence sequences[] = {
	{ "bodies above 64 KiB", .run = run_large },
	{ "ipcCall in parts", .prepare = client_prepare, .run = run_client },
	{ "a server's ipcReply, ipcSend, ipcForward by one command", .prepare = server_prepare,
	  .run = run_server, .after = server_after },
};
FAIL_TABLE(fail_body, sequences);
