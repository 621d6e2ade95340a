// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * binder: a null synchronous transaction to the context manager, spoken straight
 * to /dev/binder.  The transaction code carries the number of the request there
 * and back.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/android/binder.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define ARENA	(128 * 1024)

/* What one write carries: give the last buffer back, send the next transaction. */
struct order {
	uint32_t free_cmd;
	binder_uintptr_t buffer;
	uint32_t cmd;
	struct binder_transaction_data tr;
} __attribute__((packed));

/* What a read brought. */
struct news {
	bool called, replied, completed;
	struct binder_transaction_data tr;
};

static int door_open(const char **what)
{
	struct binder_version version;
	int fd = open("/dev/binder", O_RDWR | O_CLOEXEC);

	*what = "/dev/binder";
	if (fd < 0)
		return -1;
	*what = "BINDER_VERSION";
	if (ioctl(fd, BINDER_VERSION, &version))
		return -1;
	*what = "mmap of /dev/binder";
	if (mmap(NULL, ARENA, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED)
		return -1;
	return fd;
}

static int parse(const char *at, const char *end, struct news *news)
{
	uint32_t cmd;

	while (at < end) {
		memcpy(&cmd, at, sizeof(cmd));
		at += sizeof(cmd);
		switch (cmd) {
		case BR_NOOP:
		case BR_SPAWN_LOOPER:
			break;
		case BR_TRANSACTION_COMPLETE:
			news->completed = true;
			break;
		case BR_TRANSACTION:
		case BR_REPLY:
			memcpy(&news->tr, at, sizeof(news->tr));
			*(cmd == BR_REPLY ? &news->replied : &news->called) = true;
			break;
		default:
			errno = EPROTO;
			return -1;
		}
		at += _IOC_SIZE(cmd);
	}
	return 0;
}

/* Write @size bytes of @from, then read until a call (@server) or a reply is there. */
static int exchange(int fd, const void *from, size_t size, bool server, struct news *news)
{
	char in[256];
	struct binder_write_read bwr = {
		.write_buffer = (binder_uintptr_t)from,
		.write_size = size,
		.read_buffer = (binder_uintptr_t)in,
		.read_size = sizeof(in),
	};

	news->called = news->replied = news->completed = false;
	do {
		bwr.read_consumed = 0;
		if (ioctl(fd, BINDER_WRITE_READ, &bwr))
			return -1;
		if (bwr.write_consumed != size) {
			errno = EIO;
			return -1;
		}
		if (parse(in, in + bwr.read_consumed, news))
			return -1;
	} while (!(server ? news->called : news->replied));
	return 0;
}

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	struct order order = { .free_cmd = BC_FREE_BUFFER, .cmd = BC_REPLY };
	uint32_t enter = BC_ENTER_LOOPER;
	struct binder_write_read bwr = {
		.write_buffer = (binder_uintptr_t)&enter, .write_size = sizeof(enter),
	};
	struct news news;
	const char *what;
	int fd = door_open(&what);

	(void)row;
	if (fd < 0)
		server_absent("%s: %s", what, strerror(errno));
	if (ioctl(fd, BINDER_SET_CONTEXT_MGR, 0))
		server_absent("BINDER_SET_CONTEXT_MGR: %s", strerror(errno));
	if (ioctl(fd, BINDER_WRITE_READ, &bwr))
		server_absent("BC_ENTER_LOOPER: %s", strerror(errno));
	server_ready(&word);
	if (exchange(fd, NULL, 0, true, &news))
		server_die("binder: first read");
	for (;;) {
		order.buffer = news.tr.data.ptr.buffer;
		order.tr.code = news.tr.code;
		if (exchange(fd, &order, sizeof(order), true, &news))
			server_die("binder: reply");
	}
}

static int binder_open(struct row *row)
{
	struct server_word word;
	const char *what;

	if (access("/dev/binder", R_OK | W_OK))
		return row_absent(row, "no /dev/binder (binder_linux is not loaded)");
	if (server_start(row, serve, &word))
		return -1;
	row->fd[0] = door_open(&what);
	if (row->fd[0] < 0)
		return row_absent(row, "%s: %s", what, strerror(errno));
	row->mem = NULL;
	return 0;
}

static int binder_run(struct row *row, unsigned int n)
{
	struct order order = { .free_cmd = BC_FREE_BUFFER, .cmd = BC_TRANSACTION };
	const size_t head = offsetof(struct order, cmd);
	struct news news;

	while (n--) {
		order.tr.code = (uint32_t)++row->seq;
		order.buffer = (binder_uintptr_t)row->mem;
		/* The very first transaction has no buffer to give back. */
		if (row->mem ? exchange(row->fd[0], &order, sizeof(order), false, &news) :
			       exchange(row->fd[0], (char *)&order + head, sizeof(order) - head,
					false, &news))
			return row_wrong(row, "transaction");
		if (!news.completed || news.tr.code != (uint32_t)row->seq)
			return row_wrong(row, "reply to another transaction");
		row->mem = (void *)(uintptr_t)news.tr.data.ptr.buffer;
	}
	return 0;
}

static const struct row_ops binder_ops = { binder_open, binder_run };

void binder_rows(void)
{
	row_add("binder", &binder_ops, 0);
}
