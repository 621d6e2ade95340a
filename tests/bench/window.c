// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipcCall to a server with a receive window: call_server whose bodies are copied once, from
 * the client's memory into pages that the server has mapped.
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

#define SLOTS	4

static const char *window_map(int fd, const struct chorus_window_open *window)
{
	void *base = mmap(NULL, (size_t)SLOTS * window->out_slot_size, PROT_READ, MAP_SHARED, fd,
			  (off_t)window->out_offset);

	if (base == MAP_FAILED)
		server_absent("the server: mmap: %s", strerror(errno));
	return base;
}

static void serve(struct row *row)
{
	struct chorus_window_open window = {
		.size = sizeof(window), .slots = SLOTS, .slot_size = row->body, .least = 1,
	};
	struct chorus_port_body_max max = {
		.size = sizeof(max), .flags = CHORUS_SET, .body_max = row->body,
	};
	struct server_word word = { .data = { 0 } };
	struct chorus_port_create port = { .size = sizeof(port) };
	uint64_t ack;
	struct chorus_ipc_reply_receive next = {
		.size = sizeof(next), .rep_size = sizeof(ack), .rep_body = (uintptr_t)&ack,
		.timeout = -1,
	};
	struct chorus_ipc_receive first = { .size = sizeof(first), .timeout = -1 };
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);
	const char *base;

	if (fd < 0)
		server_absent("the server: /dev/chorus: %s", strerror(errno));
	if (ioctl(fd, CHORUS_IOC_PORT_CREATE, &port))
		server_absent("the server: portCreate: %s", strerror(errno));
	window.li = port.out_li;
	if (ioctl(fd, CHORUS_IOC_WINDOW_OPEN, &window))
		server_absent("the server: chorus_window_open: %s", strerror(errno));
	max.li = port.out_li;
	if (row->body > BODY_MAX && ioctl(fd, CHORUS_IOC_PORT_BODY_MAX, &max))
		server_absent("the server: chorus_port_body_max: %s", strerror(errno));
	base = window_map(fd, &window);
	word.data[0] = port.out_ui.head;
	word.data[1] = port.out_ui.tail;
	first.li = next.li = port.out_li;
	server_ready(&word);
	if (ioctl(fd, CHORUS_IOC_IPC_RECEIVE, &first))
		server_die("ipcReceive");
	next.out_body_size = first.out_body_size;
	next.out_flags = first.out_flags;
	next.out_slot = first.out_slot;
	for (;;) {
		if (next.out_flags != (CHORUS_MSG_RPC | CHORUS_MSG_WINDOW) ||
		    next.out_body_size != row->body)
			server_die("a message that is no call of ours, or not in the window");
		ack = body_ack(base + (size_t)next.out_slot * window.out_slot_size,
			       next.out_body_size);
		if (ioctl(fd, CHORUS_IOC_IPC_REPLY_RECEIVE, &next))
			server_die("reply and receive");
	}
}

static int window_open(struct row *row)
{
	struct chorus_hello hello;
	struct server_word word;

	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		return -1;
	row->mem = body_alloc(row->body);
	if (server_start(row, serve, &word))
		return -1;
	memcpy(row->data, word.data, sizeof(row->data));
	return 0;
}

static const struct row_ops window_ops = { window_open, call_server_run };

void window_rows(void)
{
	row_add("call_server_120_window", &window_ops, 120);
	row_add("call_server_1k_window", &window_ops, 1024);
	row_add("call_server_4k_window", &window_ops, 4096);
	row_add("call_server_16k_window", &window_ops, 16384);
	row_add("call_server_64k_window", &window_ops, BODY_MAX);
	row_add("call_server_256k_window", &window_ops, 256 << 10);
	row_add("call_server_1m_window", &window_ops, 1 << 20);
}
