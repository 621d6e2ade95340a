// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

#define PREFIX		"fuzz "
#define CHUNK		880		/* of a record the kernel takes */
#define PATTERNS_MAX	64

static regex_t patterns[PATTERNS_MAX];
static unsigned int nr_patterns;
static int in = -1, out = -1;

static int read_patterns(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];

	if (!file)
		return -1;
	while (nr_patterns < PATTERNS_MAX && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] && !regcomp(&patterns[nr_patterns], line, REG_EXTENDED | REG_NOSUB))
			nr_patterns++;
	}
	fclose(file);
	return nr_patterns ? 0 : -1;
}

int watch_begin(const char *path)
{
	int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);

	/* All of it, not ten lines in five seconds. */
	if (fd >= 0) {
		if (write(fd, "on\n", 3) < 0)
			perror("fuzz: printk_devkmsg");
		close(fd);
	}
	out = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	in = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (in < 0 || out < 0 || lseek(in, 0, SEEK_END) < 0)
		return -1;
	return read_patterns(path);
}

static bool complaint(const char *text)
{
	unsigned int i;

	for (i = 0; i < nr_patterns; i++)
		if (!regexec(&patterns[i], text, 0, NULL, 0))
			return true;
	return false;
}

bool watch_look(void)
{
	char record[8192], *text, *end;
	ssize_t length;

	for (;;) {
		length = read(in, record, sizeof(record) - 1);
		if (length < 0 && errno == EPIPE)
			continue;	/* what we were to read next is gone */
		if (length <= 0)
			return false;
		record[length] = 0;
		text = strchr(record, ';');
		text = text ? text + 1 : record;
		end = strchr(text, '\n');
		if (end)
			*end = 0;
		if (!strncmp(text, PREFIX, strlen(PREFIX)) || !complaint(text))
			continue;
		printf("# the kernel says: %s\n", text);
		fflush(stdout);
		return true;
	}
}

void watch_log(unsigned int worker, unsigned int number, const char *text)
{
	char record[1024];
	size_t take;
	char *c;
	int n;

	while (*text) {
		take = strlen(text);
		if (take > CHUNK) {
			for (take = CHUNK; take && text[take - 1] != '\n'; take--)
				;
			if (!take)
				return;
		}
		n = snprintf(record, sizeof(record), "<7>" PREFIX "%u.%u: %.*s", worker, number,
			     (int)take - 1, text);
		for (c = record; *c; c++)
			if (*c == '\n')
				*c = '|';
		if (write(out, record, (size_t)n) < 0)
			return;
		text += take;
	}
}
