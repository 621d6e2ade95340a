// SPDX-License-Identifier: GPL-2.0-or-later
/* pipe: the request goes through one pipe, the 8-byte acknowledgement back through another. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* A pipe may hand a body over in pieces. */
static int read_whole(int fd, char *to, size_t size)
{
	ssize_t n;

	while (size) {
		n = read(fd, to, size);
		if (n <= 0)
			return -1;
		to += n;
		size -= n;
	}
	return 0;
}

static int request[2], answer[2];	/* while the server starts */

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	char *body = body_alloc(row->body);
	uint64_t ack;

	close(request[1]);
	close(answer[0]);
	server_ready(&word);
	for (;;) {
		if (read_whole(request[0], body, row->body))
			server_die("pipe: read");
		ack = body_ack(body, row->body);
		if (write(answer[1], &ack, sizeof(ack)) != sizeof(ack))
			server_die("pipe: write");
	}
}

static int pipe_open(struct row *row)
{
	struct server_word word;

	if (pipe(request) || pipe(answer))
		return row_absent(row, "pipe: %s", strerror(errno));
	if (server_start(row, serve, &word))
		return -1;
	close(request[0]);
	close(answer[1]);
	row->fd[0] = answer[0];
	row->fd[1] = request[1];
	row->mem = body_alloc(row->body);
	return 0;
}

static int pipe_run(struct row *row, unsigned int n)
{
	uint64_t expect, ack;

	while (n--) {
		expect = body_fill(row->mem, row->body, ++row->seq);
		if (write(row->fd[1], row->mem, row->body) != row->body)
			return row_wrong(row, "write");
		if (read(row->fd[0], &ack, sizeof(ack)) != sizeof(ack))
			return row_wrong(row, "read");
		if (ack != expect)
			return row_wrong(row, "acknowledgement of another request");
	}
	return 0;
}

static const struct row_ops pipe_ops = { pipe_open, pipe_run };

void pipe_rows(void)
{
	row_add_sizes("pipe", &pipe_ops);
	row_add("pipe_256k", &pipe_ops, 256 << 10);
	row_add("pipe_1m", &pipe_ops, 1 << 20);
	row_add_burst("pipe", &pipe_ops);
}
