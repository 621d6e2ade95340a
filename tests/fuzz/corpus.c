// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

void corpus_init(struct corpus *corpus)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&corpus->lock, &attr);
}

static void text_add(struct corpus *corpus, const char *text)
{
	uint32_t size = (uint32_t)strlen(text) + 1;

	pthread_mutex_lock(&corpus->lock);
	if (corpus->nr < CORPUS_MAX && corpus->used + size <= CORPUS_BYTES) {
		memcpy(corpus->text + corpus->used, text, size);
		corpus->start[corpus->nr] = corpus->used;
		corpus->used += size;
		__atomic_store_n(&corpus->nr, corpus->nr + 1, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&corpus->lock);
}

void corpus_add(struct corpus *corpus, const struct program *p)
{
	char text[TEXT_MAX];

	program_print(p, text, sizeof(text));
	text_add(corpus, text);
}

unsigned int corpus_load(struct corpus *corpus, const char *path)
{
	char text[TEXT_MAX] = "", line[1024];
	static struct program p;
	const char *wrong;
	unsigned int nr = 0;
	FILE *file = fopen(path, "r");
	bool more;

	if (!file) {
		perror(path);
		exit(1);
	}
	do {
		more = fgets(line, sizeof(line), file);
		if (more && line[0] == '#')
			continue;
		if (more && strcmp(line, "--\n") && strlen(text) + strlen(line) < sizeof(text)) {
			strcat(text, line);
			continue;
		}
		wrong = program_parse(&p, text);
		if (wrong) {
			fprintf(stderr, "%s: program %u: %s\n", path, nr + 1, wrong);
			exit(1);
		}
		if (p.nr) {
			text_add(corpus, text);
			nr++;
		}
		text[0] = 0;
	} while (more);
	fclose(file);
	return nr;
}

bool corpus_get(struct corpus *corpus, unsigned int index, struct program *p)
{
	if (index >= __atomic_load_n(&corpus->nr, __ATOMIC_ACQUIRE))
		return false;
	return !program_parse(p, corpus->text + corpus->start[index]) && p->nr;
}

static const char *sorted_text;

static int shorter(const void *a, const void *b)
{
	size_t x = strlen(sorted_text + *(const uint32_t *)a);
	size_t y = strlen(sorted_text + *(const uint32_t *)b);

	return x < y ? -1 : x > y;
}

void corpus_sort(struct corpus *corpus)
{
	sorted_text = corpus->text;
	qsort(corpus->start, corpus->nr, sizeof(corpus->start[0]), shorter);
}

void corpus_write(const struct corpus *corpus, FILE *file, unsigned int from)
{
	unsigned int i;

	for (i = from; i < corpus->nr; i++)
		fprintf(file, "%s--\n", corpus->text + corpus->start[i]);
}
