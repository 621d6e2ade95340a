// SPDX-License-Identifier: GPL-2.0-or-later
/* eventfd: one counter each way; 8 bytes is all it can carry. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench.h"

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	uint64_t v;

	server_ready(&word);
	for (;;) {
		if (read(row->fd[1], &v, sizeof(v)) != sizeof(v))
			server_die("eventfd: read");
		if (write(row->fd[0], &v, sizeof(v)) != sizeof(v))
			server_die("eventfd: write");
	}
}

static int eventfd_open(struct row *row)
{
	struct server_word word;

	row->fd[0] = eventfd(0, EFD_CLOEXEC);
	row->fd[1] = eventfd(0, EFD_CLOEXEC);
	if (row->fd[0] < 0 || row->fd[1] < 0)
		return row_absent(row, "eventfd: %s", strerror(errno));
	return server_start(row, serve, &word);
}

static int eventfd_run(struct row *row, unsigned int n)
{
	uint64_t v;

	while (n--) {
		v = ++row->seq;
		if (write(row->fd[1], &v, sizeof(v)) != sizeof(v))
			return row_wrong(row, "write");
		if (read(row->fd[0], &v, sizeof(v)) != sizeof(v))
			return row_wrong(row, "read");
		if (v != row->seq)
			return row_wrong(row, "another value");
	}
	return 0;
}

static const struct row_ops eventfd_ops = { eventfd_open, eventfd_run };

void eventfd_rows(void)
{
	row_add("eventfd", &eventfd_ops, 8);
}
