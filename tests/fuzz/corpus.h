/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The corpus: programs that reached something no other had.
 *
 * Kept as text in memory that all workers share.  A file of it holds programs with a line of
 * "--" after each; lines that begin with # are for people.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include <pthread.h>
#include <stdio.h>

#include "program.h"

#define CORPUS_MAX	4096
#define CORPUS_BYTES	(12U << 20)

struct corpus {
	pthread_mutex_t lock;
	unsigned int nr;
	uint32_t used;
	uint32_t start[CORPUS_MAX];
	char text[CORPUS_BYTES];
};

void corpus_init(struct corpus *corpus);
/* Returns how many were read; ends the program if one is not understood. */
unsigned int corpus_load(struct corpus *corpus, const char *path);
void corpus_add(struct corpus *corpus, const struct program *p);
bool corpus_get(struct corpus *corpus, unsigned int index, struct program *p);
/* The shortest first, so that the longer ones have to show something of their own. */
void corpus_sort(struct corpus *corpus);
void corpus_write(const struct corpus *corpus, FILE *file, unsigned int from);

#endif /* FUZZ_CORPUS_H */
