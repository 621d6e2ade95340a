// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation-failure sweep: messages and calls, small ones and such as need buffers. */
#include "area.h"
#include "fail.h"
#include "ring.h"

#define LARGE	CHORUS_BODY_MAX

static unsigned char out[LARGE], in[LARGE];

static long do_try_open(void)
{
	return dev = try_open();
}

#define OPEN(f)		TRY(f, do_try_open(), -EFAULT)

static void fill(struct fail *f)
{
	for (unsigned int i = 0; i < LARGE; i++)
		out[i] = i * 7 + f->n;
}

/* ---- messages to oneself ---- */

static long nothing_more(struct chorus_ipc_receive *receive)
{
	long result = ipc_receive(receive);

	return !result ? -EEXIST : result == -ETIMEDOUT ? 0 : result;
}

static void run_messages(struct fail *f)
{
	struct chorus_port_create port = { 0 };
	struct chorus_ipc_send send = { .body = PTR(out) };
	struct chorus_ipc_receive receive = { .body = PTR(in), .timeout = POLL };
	struct chorus_ipc_sysinfo info = { 0 };
	struct chorus_ipc_get_data rest = { .body = PTR(in), .body_size = LARGE };
	static unsigned char annex[CHORUS_ANNEX_SIZE];

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	send.target = port.out_ui;
	receive.li = port.out_li;
	for (unsigned int size = 8; size <= LARGE; size = size == 8 ? 4096 : size * 16) {
		send.body_size = size;
		send.annex = PTR(annex);
		TRY(f, ipc_send(&send), -EFAULT);
		receive.body_size = 8;		/* the rest in a second step */
		TRY(f, ipc_receive(&receive), -EFAULT);
		CHECK(receive.out_body_size == size);
		TRY(f, ipc_sysinfo(&info), -EFAULT);
		if (size > 8)
			TRY(f, ipc_get_data(&rest), -EFAULT);
		CHECK(!memcmp(in, out, size), "n = %u: a body of %u is damaged", f->n, size);
	}
	/* Nothing came twice, or is left. */
	TRY(f, nothing_more(&receive), -EFAULT);
	actor_close();
}

/* ---- groups ---- */

enum { MEMBERS = 6 };

static struct chorus_cap make_group(struct fail *f, unsigned int type)
{
	struct chorus_group_allocate a = { .type = type };

	TRY(f, group_allocate(&a), -EFAULT);
	return a.out_cap;
}

static void change_member(struct fail *f, struct chorus_cap group, struct chorus_ui port, bool in)
{
	struct chorus_group_member m = { .cap = group, .port = port };

	if (in)
		TRY(f, group_insert(&m), -EFAULT);
	else
		TRY(f, group_remove(&m), -EFAULT);
}

/* The message, and no other. */
static void expect_body(struct fail *f, int li, unsigned int size)
{
	struct chorus_ipc_receive receive = {
		.li = li, .body = PTR(in), .body_size = LARGE, .timeout = POLL,
	};

	memset(in, 0, size);
	TRY(f, ipc_receive(&receive), -EFAULT);
	CHECK(receive.out_body_size == size && !memcmp(in, out, size),
	      "n = %u: a body of %u is damaged", f->n, size);
	TRY(f, nothing_more(&receive), -EFAULT);
}

/* What failed has reached nobody, and what succeeded everybody. */
static void run_groups(struct fail *f)
{
	struct chorus_port_create port[MEMBERS] = { 0 };
	struct chorus_ipc_send send = { .body = PTR(out) };
	struct chorus_cap all, shared;

	fill(f);
	OPEN(f);
	all = make_group(f, CHORUS_UI_GROUP);
	shared = make_group(f, CHORUS_UI_GROUP_SHARED);
	for (int i = 0; i < MEMBERS; i++) {
		TRY(f, port_create(&port[i]), -EFAULT);
		change_member(f, all, port[i].out_ui, true);
	}
	change_member(f, shared, port[0].out_ui, true);
	for (send.body_size = 8; send.body_size <= 4096; send.body_size += 4088) {
		send.target = all.ui;
		TRY(f, ipc_send(&send), -EFAULT);
		for (int i = 0; i < MEMBERS; i++)
			expect_body(f, port[i].out_li, send.body_size);
		send.target = shared.ui;
		TRY(f, ipc_send(&send), -EFAULT);
		expect_body(f, port[0].out_li, send.body_size);
	}
	for (int i = 0; i < MEMBERS; i += 2)
		change_member(f, all, port[i].out_ui, false);
	actor_close();
}

/* ---- bodies in parts ---- */

static void run_parts(struct fail *f)
{
	struct chorus_part from[2] = { { PTR(out), 3000, 0 }, { PTR(out + 3000), 2000, 0 } };
	struct chorus_part to[2] = { { PTR(in), 1000, 0 }, { PTR(in + 1000), 4000, 0 } };
	struct chorus_ipc_send send = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(from), .body_size = 2,
	};
	struct chorus_ipc_receive receive = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(to), .body_size = 1, .timeout = POLL,
	};
	struct chorus_ipc_get_data rest = {
		.flags = CHORUS_MSG_VECTOR, .body = PTR(to), .body_size = 2,
	};
	struct chorus_port_create port = { 0 };

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	send.target = port.out_ui;
	receive.li = port.out_li;
	TRY(f, ipc_send(&send), -EFAULT);
	TRY(f, ipc_receive(&receive), -EFAULT);
	CHECK(receive.out_body_size == 5000 && receive.out_flags == CHORUS_MSG_MORE);
	TRY(f, ipc_get_data(&rest), -EFAULT);
	CHECK(!memcmp(in, out, 5000), "n = %u: a body in parts is damaged", f->n);
	receive.flags = 0;
	TRY(f, nothing_more(&receive), -EFAULT);
	actor_close();
}

/* ---- a receive window ---- */

static long map_window(struct window *w)
{
	w->base = window_mmap(w, PROT_READ, MAP_SHARED);
	return w->base == MAP_FAILED ? -errno : 0;
}

static long unmap_window(const struct window *w)
{
	return munmap(w->base, window_bytes(w)) ? -errno : 0;
}

static void run_window(struct fail *f)
{
	struct chorus_ipc_receive receive = { .timeout = POLL, .body = PTR(in), .body_size = LARGE };
	struct chorus_ipc_send send = { .body = PTR(out) };
	struct chorus_port_create port = { 0 };
	struct window w;

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	TRY(f, window_try(&w, port.out_li, 2, 8192, 1), -EFAULT);
	TRY(f, map_window(&w));
	send.target = port.out_ui;
	receive.li = port.out_li;
	for (unsigned int size = 8; size <= 8192; size *= 32) {
		send.body_size = size;
		TRY(f, ipc_send(&send), -EFAULT);
		TRY(f, ipc_receive(&receive), -EFAULT);
		CHECK(receive.out_body_size == size && receive.out_flags == CHORUS_MSG_WINDOW &&
		      !memcmp(window_slot(&w, receive.out_slot), out, size),
		      "n = %u: a body of %u is damaged", f->n, size);
	}
	TRY(f, window_drop(&w), -EFAULT);
	TRY(f, unmap_window(&w));
	actor_close();
}

/* ---- the client of a call ---- */

static long do_answer(void *note)
{
	struct note *n = note;
	struct chorus_ipc_receive receive = {
		.li = n->li, .timeout = FOREVER, .body = PTR(in), .body_size = LARGE,
	};
	struct chorus_ipc_reply reply = { .body = PTR(in) };
	long result;

	for (;;) {
		result = ipc_receive(&receive);
		if (result)
			return result;
		n->got++;
		reply.body_size = receive.out_body_size;
		result = ipc_reply(&reply);
		/* The client cannot pay for a reply of this size. */
		if (result && result != -EHOSTUNREACH)
			return result;
	}
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
	struct chorus_ipc_call call = {
		.target = f->port, .timeout = FOREVER, .body = PTR(out), .rep_body = PTR(in),
		.rep_size = LARGE,
	};

	fill(f);
	OPEN(f);
	for (unsigned int size = 8; size <= LARGE; size = size == 8 ? 4096 : size * 16) {
		call.body_size = size;
		TRY(f, ipc_call(&call), -EFAULT);
		CHECK(call.out_rep_size == size && !memcmp(in, out, size),
		      "n = %u: a reply of %u is damaged", f->n, size);
	}
	CHECK(!ended(f->peer), "n = %u: the server ended", f->n);
	actor_close();
}

/* ---- the server of a call: its failures must not lose the request ---- */

/* Calls with a large body until it is told that nobody is there; counts what it got. */
static long do_ask(void *note)
{
	struct note *n = note;
	struct chorus_ipc_call call = {
		.target = n->to, .timeout = FOREVER, .body = PTR(out), .body_size = LARGE,
		.rep_body = PTR(in), .rep_size = LARGE,
	};
	long result;

	while (!(result = ipc_call(&call)) || result == -ENOMEM) {
		if (result)
			n->got_flags++;		/* told that it cannot pay for the reply */
		else
			n->got++;
	}
	return result;
}

static void server_prepare(struct fail *f)
{
	f->peer = puppet_actor();
	f->note = SHARED(struct note);
}

static void run_server(struct fail *f)
{
	struct chorus_port_create port = { 0 };
	struct chorus_ipc_receive receive = {
		.body = PTR(in), .body_size = LARGE, .timeout = FOREVER,
	};
	struct chorus_ipc_reply reply = { .body = PTR(out), .body_size = LARGE };
	struct chorus_ipc_save save = { 0 };
	long result;

	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	memset(f->note, 0, sizeof(*f->note));
	f->note->to = port.out_ui;
	receive.li = port.out_li;
	begin(f->peer, do_ask, f->note);
	for (int i = 0; i < 3; i++) {
		TRY(f, ipc_receive(&receive), -EFAULT);
		CHECK(receive.out_body_size == LARGE);
		TRY(f, ipc_save(&save), -EFAULT);
		TRY(f, ipc_restore(&save), -EFAULT);
		selftest_at(HERE("ipc_reply"));
		result = ipc_reply(&reply);
		if (result == -EFAULT) {
			fail_judge(f, HERE("ipc_reply"), result, (const long[]){ -EFAULT, 0 });
			result = ipc_reply(&reply);
		}
		if (result == -EHOSTUNREACH) {
			/* It could not be stored: the client is told why, and asks again. */
			fail_judge(f, HERE("ipc_reply"), result, (const long[]){ -EHOSTUNREACH, 0 });
			i--;
			continue;
		}
		EXPECT(result, 0);
	}
	actor_close();
}

static void server_after(struct fail *f)
{
	long result = end(f->peer);

	CHECK(result == -EIDRM || result == -EHOSTUNREACH || result == -EOWNERDEAD, "%s",
	      error_name(result));
	CHECK(f->note->got == 3, "n = %u: %llu replies", f->n, (unsigned long long)f->note->got);
}

/* ---- calls to a handler ---- */

static void run_handler(struct fail *f)
{
	struct chorus_ipc_call call = {
		.timeout = FOREVER, .body = PTR(out), .rep_body = PTR(in), .rep_size = LARGE,
	};
	struct chorus_ipc_send send = { .body = PTR(out), .body_size = LARGE };
	struct chorus_hello h = { 0 };

	fill(f);
	OPEN(f);
	TRY(f, hello(&h), -EFAULT);
	call.target.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site;
	call.target.tail = ECHO_PORT_STAMP;
	send.target = call.target;
	for (unsigned int size = 8; size <= LARGE; size = size == 8 ? 4096 : size * 16) {
		call.body_size = size;
		/* The handler's own failures are the handler's: EREMOTEIO. */
		TRY(f, ipc_call(&call), -EFAULT, -EREMOTEIO);
		CHECK(call.out_rep_size == size && !memcmp(in, out, size),
		      "n = %u: a reply of %u is damaged", f->n, size);
	}
	TRY(f, ipc_send(&send), -EFAULT);
	actor_close();
}

/* ---- a handler that calls on ---- */

static void onward_prepare(struct fail *f)
{
	actor_open();
	need_lap(PROBE_LAP_CALL);
	actor_close();
	client_prepare(f);
}

static long call_on(const struct chorus_lap_desc *desc, struct probe_call *c)
{
	int result = invoke(desc, c, sizeof(*c));

	return result ? result : c->result;
}

static void run_onward(struct fail *f)
{
	struct probe_call c = {
		.target = { f->port.head, f->port.tail }, .timeout = FOREVER, .in = 77,
	};
	struct chorus_lap_resolve r = { .flags = CHORUS_LAP_NOBLOCK, .name = PROBE_LAP_CALL };

	OPEN(f);
	TRY(f, lap_resolve(&r), -EFAULT);
	TRY(f, call_on(&r.out_desc, &c), -EFAULT);
	CHECK(c.out == 77);
	actor_close();
}

/* ---- by a ring ---- */

static struct io_uring ring;

static void ring_prepare(struct fail *f)
{
	ring_open(&ring, 0);
}

static void run_ring(struct fail *f)
{
	struct chorus_port_create port = { 0 };
	struct chorus_ipc_send send = { .body = PTR(out), .body_size = 3000 };
	struct chorus_ipc_receive receive = { .body = PTR(in), .body_size = LARGE, .timeout = POLL };

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	send.target = port.out_ui;
	receive.li = port.out_li;
	for (int i = 0; i < 3; i++)
		TRY(f, ring_run(&ring, CHORUS_IOC_IPC_SEND, &send), -EFAULT);
	for (int i = 0; i < 3; i++) {
		TRY(f, ring_run(&ring, CHORUS_IOC_IPC_RECEIVE, &receive), -EFAULT);
		CHECK(!memcmp(in, out, send.body_size));
	}
	actor_close();
}

/* ---- several by one ---- */

/* A failed entry is a failure, and the next attempt begins with it. */
static long batch_on(struct chorus_batch *b, const struct chorus_batch_entry *entry)
{
	long result = batch(b);

	if (result || !b->out_done)
		return result;
	result = entry[b->out_done - 1].out_result;
	if (result)
		b->restart = b->out_done - 1;
	return result;
}

static void run_batch(struct fail *f)
{
	struct chorus_ipc_send send[3];
	struct chorus_batch_entry entry[3];
	struct chorus_batch b = {
		.flags = CHORUS_BATCH_STOP, .entries = PTR(entry), .count = ARRAY_SIZE(entry),
	};
	struct chorus_port_create port = { 0 };
	struct chorus_ipc_receive receive = { .body = PTR(in), .body_size = LARGE, .timeout = POLL };

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	for (unsigned int i = 0; i < ARRAY_SIZE(entry); i++) {
		send[i] = (struct chorus_ipc_send){
			.size = sizeof(send[i]), .target = port.out_ui, .body = PTR(out),
			.body_size = 3000 + i,
		};
		entry[i] = (struct chorus_batch_entry){
			.command = CHORUS_IOC_IPC_SEND, .arg = PTR(&send[i]),
		};
	}
	/* This one goes by the table. */
	send[1].flags = CHORUS_MSG_LARGE;
	TRY(f, batch_on(&b, entry), -EFAULT);
	/* Each is there, once. */
	receive.li = port.out_li;
	for (unsigned int i = 0; i < ARRAY_SIZE(entry); i++) {
		TRY(f, ipc_receive(&receive), -EFAULT);
		CHECK(receive.out_body_size == 3000 + i && !memcmp(in, out, 3000 + i));
	}
	actor_close();
}

/* ---- the table ---- */

/* ---- watches and notices ---- */

static void run_watches(struct fail *f)
{
	struct chorus_watch w[20] = { 0 };
	struct chorus_port_policy p = {
		.flags = CHORUS_SET, .policy = CHORUS_POLICY_HOLD, .hold = SECOND,
	};
	struct chorus_watch_cancel c = { 0 };
	struct chorus_port_create port = { 0 };
	struct chorus_port_delete d = { 0 };
	struct chorus_ipc_receive r = { .timeout = POLL };
	unsigned char annex[CHORUS_ANNEX_SIZE];

	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	for (unsigned int i = 0; i < ARRAY_SIZE(w); i++) {
		w[i].object = port.out_ui;
		w[i].cookie = i;
		TRY(f, watch(&w[i]), -EFAULT);
	}
	c.object = port.out_ui;
	TRY(f, watch_cancel(&c), -EFAULT);
	p.li = port.out_li;
	TRY(f, port_policy(&p), -EFAULT);
	d.li = port.out_li;
	/* What was asked for comes, whatever fails now. */
	TRY(f, port_delete(&d), -EFAULT);
	r.annex = PTR(annex);
	for (unsigned int i = 1; i < ARRAY_SIZE(w); i++) {
		TRY(f, ipc_receive(&r), -EFAULT);
		CHECK(r.out_flags & CHORUS_MSG_DEATH, "n = %u", f->n);
	}
	actor_close();
}

/* ---- bodies that change hands ---- */

static long map_area(struct area *a)
{
	a->base = area_mmap(a, PROT_READ | PROT_WRITE, MAP_SHARED);
	return a->base == (void *)MAP_FAILED ? -errno : 0;
}

/*
 * The program itself touches no page of an area: that is a fault in user mode, which is none of
 * the commands that may fail.  So what is in there comes by copies, and is looked at by copies.
 */
static void pass(struct fail *f, struct chorus_ui port, int li, const void *from,
		 unsigned int flags, void *to, bool moved)
{
	struct chorus_ipc_send send = {
		.target = port, .body = PTR(from), .body_size = 2 * PAGE, .flags = flags,
	};
	struct chorus_ipc_receive receive = {
		.li = li, .timeout = POLL, .body = PTR(to), .body_size = 2 * PAGE,
		.flags = CHORUS_MSG_MOVE,
	};

	TRY(f, ipc_send(&send), -EFAULT);
	TRY(f, ipc_receive(&receive), -EFAULT);
	CHECK(receive.out_body_size == 2 * PAGE && receive.out_flags == (moved ? CHORUS_MSG_MOVED : 0),
	      "n = %u: flags %#x", f->n, receive.out_flags);
}

static void run_areas(struct fail *f)
{
	struct chorus_port_create port = { 0 };
	struct area a, b;
	int li;

	fill(f);
	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	li = port.out_li;
	TRY(f, area_try(&a, 2 * PAGE), -EFAULT);
	TRY(f, area_try(&b, 2 * PAGE), -EFAULT);
	TRY(f, map_area(&a));
	TRY(f, map_area(&b));
	pass(f, port.out_ui, li, out, 0, a.base, false);
	pass(f, port.out_ui, li, a.base, CHORUS_MSG_MOVE, b.base, true);
	pass(f, port.out_ui, li, b.base, CHORUS_MSG_COW, a.base, true);
	/* Shared by both: written to in the one, looked at in the other. */
	pass(f, port.out_ui, li, out + PAGE, 0, a.base, false);
	pass(f, port.out_ui, li, b.base, CHORUS_MSG_MOVE, in, false);
	CHECK(!memcmp(in, out, 2 * PAGE), "n = %u: a body is damaged", f->n);
	pass(f, port.out_ui, li, a.base, 0, in, false);
	CHECK(!memcmp(in, out + PAGE, 2 * PAGE), "n = %u: a copied page is damaged", f->n);
	TRY(f, area_drop(&a), -EFAULT);
	TRY(f, area_drop(&b), -EFAULT);
	TRY(f, munmap(a.base, a.size) ? -errno : 0);
	TRY(f, munmap(b.base, b.size) ? -errno : 0);
	actor_close();
}

static const struct fail_sequence sequences[] = {
	{ "ipcSend, ipcReceive, ipcGetData", .run = run_messages },
	{ "grpPortInsert, grpPortRemove, a broadcast, a shared queue", .run = run_groups },
	{ "watches, notices", .run = run_watches },
	{ "a window", .run = run_window },
	{ "bodies in parts", .run = run_parts },
	{ "bodies that change hands", .run = run_areas },
	{ "ipcCall", .prepare = client_prepare, .run = run_client },
	{ "a server's ipcReceive, ipcSave, ipcRestore, ipcReply", .prepare = server_prepare,
	  .run = run_server, .after = server_after, .seconds = 80 },
	{ "ipcCall, ipcSend to a handler", .run = run_handler },
	/* What io_uring itself needs may not fail: it is not ours to do again. */
	{ "ipcSend, ipcReceive by a ring", .prepare = ring_prepare, .run = run_ring, .where = FAIL_NUCLEUS },
	{ "several sends by one command", .run = run_batch },
	{ "ipcCall from a handler", .prepare = onward_prepare, .run = run_onward },
};
FAIL_TABLE(fail_ipc, sequences);
