// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bodies.  The first and the last word carry the number of the request, the
 * receiver acknowledges with both: a body that came short is a wrong result.
 * The middle is written once, so that its pages exist.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

void *body_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED) {
		perror("chorus-bench: mmap");
		exit(1);
	}
	memset(p, 0x5a, size);
	return p;
}

/* Stamp the request @seq on @body; the acknowledgement to expect. */
uint64_t body_fill(void *body, unsigned int size, uint64_t seq)
{
	uint64_t *word = body;

	word[size / 8 - 1] = seq << 1;
	word[0] = seq;
	return body_ack(body, size);
}

uint64_t body_ack(const void *body, unsigned int size)
{
	const uint64_t *word = body;

	return word[0] ^ word[size / 8 - 1] << 8;
}
