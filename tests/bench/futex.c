// SPDX-License-Identifier: GPL-2.0-or-later
/* futex: two words of shared memory, each side wakes the other and waits. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

struct pair {
	_Atomic uint32_t request;
	char pad[60];
	_Atomic uint32_t answer;
};

static int tell(_Atomic uint32_t *word, uint32_t v)
{
	atomic_store(word, v);
	return syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Until the word is no longer @old; what it is then. */
static int await(_Atomic uint32_t *word, uint32_t old, uint32_t *v)
{
	while ((*v = atomic_load(word)) == old)
		if (syscall(SYS_futex, word, FUTEX_WAIT, old, NULL, NULL, 0) &&
		    errno != EAGAIN && errno != EINTR)
			return -1;
	return 0;
}

static void serve(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	struct pair *pair = row->mem;
	uint32_t seen = 0;

	server_ready(&word);
	for (;;) {
		if (await(&pair->request, seen, &seen))
			server_die("futex: wait");
		if (tell(&pair->answer, seen) < 0)
			server_die("futex: wake");
	}
}

static int futex_open(struct row *row)
{
	struct server_word word;

	row->mem = mmap(NULL, sizeof(struct pair), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (row->mem == MAP_FAILED)
		return row_absent(row, "mmap: %s", strerror(errno));
	return server_start(row, serve, &word);
}

static int futex_run(struct row *row, unsigned int n)
{
	struct pair *pair = row->mem;
	uint32_t old, v;

	while (n--) {
		old = row->seq++;
		if (tell(&pair->request, row->seq) < 0)
			return row_wrong(row, "wake");
		if (await(&pair->answer, old, &v))
			return row_wrong(row, "wait");
		if (v != (uint32_t)row->seq)
			return row_wrong(row, "another value");
	}
	return 0;
}

static const struct row_ops futex_ops = { futex_open, futex_run };

void futex_rows(void)
{
	row_add("futex", &futex_ops, 4);
}
