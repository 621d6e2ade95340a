// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

#define FILE_MAX	(64UL << 20)	/* a module with its debug information */

char *root_path(const struct patient *patient, const char *path)
{
	return text("%s%s", patient->root, path);
}

bool root_exists(const struct patient *patient, const char *path)
{
	char *full = root_path(patient, path);
	bool there = !access(full, F_OK);

	free(full);
	return there;
}

char *root_read(const struct patient *patient, const char *path, size_t *size)
{
	char *full = root_path(patient, path), *content = NULL, part[4096];
	FILE *in = fopen(full, "re"), *out;
	size_t length = 0, got;

	free(full);
	if (!in)
		return NULL;
	/* Files of /proc do not know their size. */
	out = open_memstream(&content, &length);
	while (out && length < FILE_MAX && (got = fread(part, 1, sizeof(part), in)) > 0) {
		fwrite(part, 1, got, out);
		fflush(out);
	}
	if (out && fclose(out))
		content = NULL;
	if (ferror(in)) {
		free(content);
		content = NULL;
	}
	fclose(in);
	if (!content)
		return NULL;
	if (length && content[length - 1] == '\n')
		content[--length] = '\0';
	if (size)
		*size = length;
	return content;
}

char *root_program(const struct patient *patient, const char *name)
{
	char *path = strdup(getenv("PATH") ?: "/usr/bin:/bin"), *next = path, *folder, *full;

	while ((folder = strsep(&next, ":"))) {
		full = text("%s%s/%s", patient->root, folder, name);
		if (!access(full, X_OK)) {
			free(path);
			return full;
		}
		free(full);
	}
	free(path);
	return NULL;
}

char *run_line(const char *program, const char *arg)
{
	char *line = NULL;
	int ends[2], status;
	size_t size = 0;
	ssize_t length;
	pid_t child;
	FILE *in;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	child = fork();
	if (!child) {
		dup2(ends[1], STDOUT_FILENO);
		if (freopen("/dev/null", "w", stderr))
			execl(program, program, arg, NULL);
		_exit(127);
	}
	close(ends[1]);
	in = fdopen(ends[0], "r");
	length = in ? getline(&line, &size, in) : -1;
	if (in)
		fclose(in);
	if (child < 0 || waitpid(child, &status, 0) != child || status || length <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}
