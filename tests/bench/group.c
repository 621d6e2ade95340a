// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One to many: broadcast_64, a message to the 64 members of a group, which lie queued
 * after it; pipe_write_x64, a write of the same 8 bytes to each of 64 pipes.  What
 * was queued is taken out between the samples.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "chorus.h"

#define MANY	64u
#define CHUNK	4u		/* broadcasts that lie in the queues, at most */

/* ---- a group ---- */

static int li[MANY];

static int broadcast_drain(struct row *row);

static int broadcast_open(struct row *row)
{
	struct chorus_group_allocate group = { .size = sizeof(group), .type = CHORUS_UI_GROUP };
	struct chorus_group_member member = { .size = sizeof(member) };
	struct chorus_hello hello;
	unsigned int i;

	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		return -1;
	row->drain = broadcast_drain;
	row->chunk = CHUNK;
	if (ioctl(row->fd[0], CHORUS_IOC_GROUP_ALLOCATE, &group))
		return row_absent(row, "grpAllocate: %s", strerror(errno));
	member.cap = group.out_cap;
	row->data[0] = group.out_cap.ui.head;
	row->data[1] = group.out_cap.ui.tail;
	for (i = 0; i < MANY; i++) {
		struct chorus_port_create port = { .size = sizeof(port) };

		if (ioctl(row->fd[0], CHORUS_IOC_PORT_CREATE, &port))
			return row_absent(row, "portCreate: %s", strerror(errno));
		li[i] = port.out_li;
		member.port = port.out_ui;
		if (ioctl(row->fd[0], CHORUS_IOC_GROUP_INSERT, &member))
			return row_absent(row, "grpPortInsert: %s", strerror(errno));
	}
	return 0;
}

static int broadcast_run(struct row *row, unsigned int n)
{
	struct chorus_ipc_send send = {
		.size = sizeof(send), .body = (uintptr_t)&row->seq,
		.body_size = sizeof(row->seq),
		.target = { .head = row->data[0], .tail = row->data[1] },
	};

	while (n--) {
		row->seq++;
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_SEND, &send))
			return row_wrong(row, "ipcSend");
	}
	return 0;
}

/* Each member has got the last message, and as many as the others. */
static int broadcast_drain(struct row *row)
{
	unsigned int i, count, first = 0;
	uint64_t got;

	for (i = 0; i < MANY; i++) {
		struct chorus_ipc_receive receive = {
			.size = sizeof(receive), .li = li[i], .body = (uintptr_t)&got,
			.body_size = sizeof(got),
		};

		for (count = 0, got = 0; !ioctl(row->fd[0], CHORUS_IOC_IPC_RECEIVE, &receive); count++)
			;
		if (errno != ETIMEDOUT)
			return row_wrong(row, "ipcReceive");
		if (!i)
			first = count;
		if (got != row->seq || count != first)
			return row_wrong(row, "member %u has %u messages", i, count);
	}
	return 0;
}

static const struct row_ops broadcast_ops = { broadcast_open, broadcast_run };

void group_rows(void)
{
	row_add("broadcast_64", &broadcast_ops, 8);
}

/* ---- pipes ---- */

static int end[MANY][2];

static int pipes_drain(struct row *row);

static int pipes_open(struct row *row)
{
	unsigned int i;

	row->drain = pipes_drain;
	row->chunk = CHUNK;
	for (i = 0; i < MANY; i++)
		if (pipe2(end[i], O_NONBLOCK | O_CLOEXEC))
			return row_absent(row, "pipe2: %s", strerror(errno));
	return 0;
}

static int pipes_run(struct row *row, unsigned int n)
{
	unsigned int i;

	while (n--) {
		row->seq++;
		for (i = 0; i < MANY; i++)
			if (write(end[i][1], &row->seq, sizeof(row->seq)) != sizeof(row->seq))
				return row_wrong(row, "write");
	}
	return 0;
}

static int pipes_drain(struct row *row)
{
	unsigned int i;
	uint64_t got;

	for (i = 0; i < MANY; i++) {
		got = 0;
		while (read(end[i][0], &got, sizeof(got)) == sizeof(got))
			;
		if (errno != EAGAIN || got != row->seq)
			return row_wrong(row, "pipe %u", i);
	}
	return 0;
}

static const struct row_ops pipes_ops = { pipes_open, pipes_run };

void pipe_write_rows(void)
{
	row_add("pipe_write_x64", &pipes_ops, 8);
}
