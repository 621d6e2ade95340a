// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipcCall whose bodies change hands, page by page.
 *
 * move_N	the client writes a word to each page of his body and calls; the pages move to the
 *		server, who reads a word of each, and move back with the reply: two moves, and both
 *		sides have the pages mapped anew each time.
 * cow_N	the body is shared, the server reads a word of each page; the reply has 8 bytes.  The
 *		client writes to the first page alone: that one is copied.
 * cow_N_write	the same, and the client writes to each page before he calls.
 *
 * What they are compared with, call_server_N and pipe_N, reads and writes two words of a body.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "chorus.h"

#define PAGE		4096u

struct kind {
	unsigned int flags;		/* of the request */
	bool back;			/* its pages come back with the reply */
	bool write;			/* the client writes to each page */
};

static const struct kind move = { CHORUS_MSG_MOVE, true, true };
static const struct kind cow = { CHORUS_MSG_COW, false, false };
static const struct kind cow_write = { CHORUS_MSG_COW, false, true };
static const struct kind copy = { 0, false, false };

static const struct kind *kind_of(const struct row *row)
{
	if (!strncmp(row->name, "move_", 5))
		return &move;
	if (!strncmp(row->name, "call_", 5))
		return &copy;
	return strstr(row->name, "_write") ? &cow_write : &cow;
}

/* An area of an actor, mapped; or NULL and errno. */
static void *area_map(int fd, unsigned int size)
{
	struct chorus_area_open open = { .size = sizeof(open), .length = size };
	void *base;

	if (ioctl(fd, CHORUS_IOC_AREA_OPEN, &open))
		return NULL;
	base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)open.out_offset);
	return base == MAP_FAILED ? NULL : base;
}

/* One word of every page. */
static uint64_t pages_sum(const void *body, unsigned int size)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < size; i += PAGE)
		sum += *(const volatile uint64_t *)((const char *)body + i);
	return sum;
}

static uint64_t pages_stamp(void *body, unsigned int size, uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < size; i += PAGE)
		*(volatile uint64_t *)((char *)body + i) = seq + i;
	return pages_sum(body, size);
}

/* ---- the server ---- */

static void serve(struct row *row)
{
	const struct kind *kind = kind_of(row);
	struct chorus_port_body_max max = {
		.size = sizeof(max), .flags = CHORUS_SET,
		.body_max = row->body > BODY_MAX ? row->body : BODY_MAX,
	};
	struct server_word word = { .data = { 0 } };
	struct chorus_port_create port = { .size = sizeof(port) };
	const unsigned int want = CHORUS_MSG_RPC | (kind->flags ? CHORUS_MSG_MOVED : 0);
	uint64_t ack, *body;
	struct chorus_ipc_reply_receive next = {
		.size = sizeof(next), .timeout = -1, .rep_size = sizeof(ack),
		.rep_body = (uintptr_t)&ack, .flags = kind->flags ? CHORUS_MSG_MOVE : 0,
	};
	struct chorus_ipc_receive first = {
		.size = sizeof(first), .timeout = -1, .flags = kind->flags ? CHORUS_MSG_MOVE : 0,
	};
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		server_absent("the server: /dev/chorus: %s", strerror(errno));
	body = kind->flags ? area_map(fd, row->body) : body_alloc(row->body);
	if (!body)
		server_absent("the server: an area: %s", strerror(errno));
	if (ioctl(fd, CHORUS_IOC_PORT_CREATE, &port))
		server_absent("the server: portCreate: %s", strerror(errno));
	max.li = port.out_li;
	if (ioctl(fd, CHORUS_IOC_PORT_BODY_MAX, &max))
		server_absent("the server: chorus_port_body_max: %s", strerror(errno));
	first.li = next.li = port.out_li;
	first.body = next.body = (uintptr_t)body;
	first.body_size = next.body_size = row->body;
	if (kind->back) {
		next.rep_body = (uintptr_t)body;
		next.rep_size = row->body;
		next.flags |= CHORUS_MSG_REP_MOVE | CHORUS_MSG_LARGE;
	}
	word.data[0] = port.out_ui.head;
	word.data[1] = port.out_ui.tail;
	server_ready(&word);
	if (ioctl(fd, CHORUS_IOC_IPC_RECEIVE, &first))
		server_die("ipcReceive");
	next.out_body_size = first.out_body_size;
	next.out_flags = first.out_flags;
	for (;;) {
		if (next.out_flags != want || next.out_body_size != row->body)
			server_die("a message that is no call of ours, or whose pages did not come");
		ack = kind->flags ? pages_sum(body, row->body) : body_ack(body, row->body);
		if (kind->back)
			body[1] = ack;
		if (ioctl(fd, CHORUS_IOC_IPC_REPLY_RECEIVE, &next))
			server_die("reply and receive");
	}
}

/* ---- the client ---- */

static int move_open(struct row *row)
{
	struct chorus_hello hello;
	struct server_word word;

	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		return -1;
	row->mem = kind_of(row)->flags ? area_map(row->fd[0], row->body) : body_alloc(row->body);
	if (!row->mem)
		return row_absent(row, "an area: %s", strerror(errno));
	if (server_start(row, serve, &word))
		return -1;
	memcpy(row->data, word.data, sizeof(row->data));
	return 0;
}

static int move_run(struct row *row, unsigned int n)
{
	const struct kind *kind = kind_of(row);
	uint64_t expect, ack = 0, *body = row->mem;
	struct chorus_ipc_call call = {
		.size = sizeof(call), .src_li = CHORUS_LI_DEFAULT,
		.flags = kind->flags | CHORUS_MSG_LARGE,
		.target = { .head = row->data[0], .tail = row->data[1] },
		.body = (uintptr_t)body, .body_size = row->body,
		.rep_body = (uintptr_t)&ack, .rep_size = sizeof(ack), .timeout = -1,
	};

	if (kind->back) {
		call.flags |= CHORUS_MSG_REP_MOVE;
		call.rep_body = (uintptr_t)body;
		call.rep_size = row->body;
	}
	while (n--) {
		if (!kind->flags) {
			expect = body_fill(body, row->body, ++row->seq);
		} else if (kind->write) {
			expect = pages_stamp(body, row->body, ++row->seq);
		} else {
			body[0] = ++row->seq;
			expect = pages_sum(body, row->body);
		}
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_CALL, &call))
			return row_wrong(row, "ipcCall");
		if (kind->back)
			ack = body[1];
		if (ack != expect || call.out_rep_size != call.rep_size)
			return row_wrong(row, "acknowledgement of another request");
	}
	return 0;
}

static const struct row_ops move_ops = { move_open, move_run };

void move_rows(void)
{
	static const struct {
		const char *suffix;
		unsigned int size;
	} sizes[] = {
		{ "4k", 4096 }, { "16k", 16384 }, { "64k", BODY_MAX }, { "256k", 256 << 10 },
		{ "1m", 1 << 20 },
	};
	char name[32];
	unsigned int i;

	row_add("call_server_256k", &move_ops, 256 << 10);
	row_add("call_server_1m", &move_ops, 1 << 20);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(name, sizeof(name), "move_%s", sizes[i].suffix);
		row_add(name, &move_ops, sizes[i].size);
		snprintf(name, sizeof(name), "cow_%s", sizes[i].suffix);
		row_add(name, &move_ops, sizes[i].size);
	}
	row_add("cow_1m_write", &move_ops, 1 << 20);
}
