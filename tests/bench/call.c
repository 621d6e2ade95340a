// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipcCall: call_handler, to a port whose message handler runs on the caller's
 * task, and call_server, to a port that a thread of another process receives
 * from.  Both are the same command to the nucleus; only the target differs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "chorus.h"

/* The target is in row->data. */
static void call_init(struct chorus_ipc_call *call, const struct row *row, uint64_t *answer)
{
	memset(call, 0, sizeof(*call));
	call->size = sizeof(*call);
	call->src_li = CHORUS_LI_DEFAULT;
	call->flags = row->body > BODY_MAX ? CHORUS_MSG_LARGE : 0;
	call->target.head = row->data[0];
	call->target.tail = row->data[1];
	call->body = (uintptr_t)row->mem;
	call->body_size = row->body;
	call->rep_body = (uintptr_t)answer;
	call->rep_size = sizeof(*answer);
	call->timeout = -1;
}

static int call_open(struct row *row, struct chorus_hello *hello)
{
	row->fd[0] = chorus_door(row, hello);
	if (row->fd[0] < 0)
		return -1;
	row->mem = body_alloc(row->body);
	return 0;
}

/*
 * The handler of chorus_echo.ko answers with the body it got.  The caller has
 * room for 8 bytes of it, as for the acknowledgement of any other peer.
 */
static int handler_open(struct row *row)
{
	struct chorus_hello hello;
	struct chorus_ipc_call call;
	uint64_t answer = 0;

	if (call_open(row, &hello))
		return -1;
	row->data[0] = (uint64_t)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | hello.out_site;
	row->data[1] = ECHO_PORT_STAMP;
	call_init(&call, row, &answer);
	if (ioctl(row->fd[0], CHORUS_IOC_IPC_CALL, &call))
		return row_absent(row, "the port of chorus_echo.ko: %s", strerror(errno));
	return 0;
}

static int handler_run(struct row *row, unsigned int n)
{
	struct chorus_ipc_call call;
	uint64_t answer = 0;

	call_init(&call, row, &answer);
	while (n--) {
		body_fill(row->mem, row->body, ++row->seq);
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_CALL, &call))
			return row_wrong(row, "ipcCall");
		if (answer != *(uint64_t *)row->mem || call.out_rep_size != row->body)
			return row_wrong(row, "reply to another request, or %u bytes of it",
					 call.out_rep_size);
	}
	return 0;
}

static const struct row_ops handler_ops = { handler_open, handler_run };

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	struct chorus_port_create port = { .size = sizeof(port) };
	void *body = body_alloc(BODY_MAX);
	uint64_t ack;
	struct chorus_ipc_receive first = {
		.size = sizeof(first), .body_size = BODY_MAX,
		.body = (uintptr_t)body, .timeout = -1,
	};
	struct chorus_ipc_reply_receive next = {
		.size = sizeof(next), .rep_size = sizeof(ack),
		.rep_body = (uintptr_t)&ack, .body_size = BODY_MAX,
		.body = (uintptr_t)body, .timeout = -1,
	};
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);

	(void)row;
	if (fd < 0)
		server_absent("the server: /dev/chorus: %s", strerror(errno));
	if (ioctl(fd, CHORUS_IOC_PORT_CREATE, &port))
		server_absent("the server: portCreate: %s", strerror(errno));
	word.data[0] = port.out_ui.head;
	word.data[1] = port.out_ui.tail;
	first.li = next.li = port.out_li;
	server_ready(&word);
	if (ioctl(fd, CHORUS_IOC_IPC_RECEIVE, &first))
		server_die("ipcReceive");
	next.out_body_size = first.out_body_size;
	next.out_flags = first.out_flags;
	for (;;) {
		if (next.out_flags != CHORUS_MSG_RPC || next.out_body_size < sizeof(ack))
			server_die("a message that is no call of ours");
		ack = body_ack(body, next.out_body_size);
		if (ioctl(fd, CHORUS_IOC_IPC_REPLY_RECEIVE, &next))
			server_die("reply and receive");
	}
}

/* One server process and one port for all sizes, another for the burst row. */
static int server_open(struct row *row)
{
	static const struct row *first;
	struct chorus_hello hello;
	struct server_word word;

	if (call_open(row, &hello))
		return -1;
	if (row->burst || !first) {
		if (server_start(row, serve, &word))
			return -1;
		memcpy(row->data, word.data, sizeof(row->data));
	} else {
		row->server = first->server;
		memcpy(row->data, first->data, sizeof(row->data));
	}
	if (!row->burst)
		first = row;
	return 0;
}

int call_server_run(struct row *row, unsigned int n)
{
	struct chorus_ipc_call call;
	uint64_t expect, ack;

	call_init(&call, row, &ack);
	while (n--) {
		expect = body_fill(row->mem, row->body, ++row->seq);
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_CALL, &call))
			return row_wrong(row, "ipcCall");
		if (ack != expect || call.out_rep_size != sizeof(ack))
			return row_wrong(row, "acknowledgement of another request");
	}
	return 0;
}

static const struct row_ops server_ops = { server_open, call_server_run };

void call_rows(void)
{
	row_add_sizes("call_handler", &handler_ops);
	row_add_sizes("call_server", &server_ops);
	row_add_burst("call_server", &server_ops);
}
