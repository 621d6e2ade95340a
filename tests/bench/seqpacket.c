// SPDX-License-Identifier: GPL-2.0-or-later
/* unix_seqpacket: a connected pair of Unix sockets that keep message boundaries. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	char *body = body_alloc(row->body);
	uint64_t ack;

	close(row->fd[0]);
	server_ready(&word);
	for (;;) {
		if (recv(row->fd[1], body, row->body, 0) != row->body)
			server_die("seqpacket: recv");
		ack = body_ack(body, row->body);
		if (send(row->fd[1], &ack, sizeof(ack), 0) != sizeof(ack))
			server_die("seqpacket: send");
	}
}

static int seqpacket_open(struct row *row)
{
	struct server_word word;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, row->fd))
		return row_absent(row, "socketpair: %s", strerror(errno));
	if (server_start(row, serve, &word))
		return -1;
	close(row->fd[1]);
	row->mem = body_alloc(row->body);
	return 0;
}

static int seqpacket_run(struct row *row, unsigned int n)
{
	uint64_t expect, ack;

	while (n--) {
		expect = body_fill(row->mem, row->body, ++row->seq);
		if (send(row->fd[0], row->mem, row->body, 0) != row->body)
			return row_wrong(row, "send");
		if (recv(row->fd[0], &ack, sizeof(ack), 0) != sizeof(ack))
			return row_wrong(row, "recv");
		if (ack != expect)
			return row_wrong(row, "acknowledgement of another request");
	}
	return 0;
}

static const struct row_ops seqpacket_ops = { seqpacket_open, seqpacket_run };

void seqpacket_rows(void)
{
	row_add_sizes("unix_seqpacket", &seqpacket_ops);
}
