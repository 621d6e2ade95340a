// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The partner process of a row: forked once, pinned to the CPU of the caller,
 * asleep in its receive while other rows are measured.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static int ready_fd = -1;		/* in the server: where it reports */
static volatile sig_atomic_t stopping;

/* In the server: the caller may go on. */
void server_ready(const struct server_word *word)
{
	if (write(ready_fd, word, sizeof(*word)) != sizeof(*word))
		server_die("ready");
	close(ready_fd);
}

/* In the server: this kernel has not got what the row needs. */
void server_absent(const char *fmt, ...)
{
	struct server_word word = { .data = { 0 } };
	va_list args;

	va_start(args, fmt);
	vsnprintf(word.why, sizeof(word.why), fmt, args);
	va_end(args);
	server_ready(&word);
	_exit(0);
}

/* In the server: a wrong result.  The caller sees its child die, and stops. */
void server_die(const char *what)
{
	fprintf(stderr, "chorus-bench: server: %s: errno %d, %s\n", what, errno, strerror(errno));
	_exit(1);
}

int server_start(struct row *row, server_fn fn, struct server_word *word)
{
	int fd[2];
	pid_t parent = getpid();

	if (pipe(fd))
		return row_absent(row, "pipe: %s", strerror(errno));
	fflush(NULL);
	row->server = fork();
	if (row->server < 0)
		return row_absent(row, "fork: %s", strerror(errno));
	if (!row->server) {
		signal(SIGCHLD, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		alarm(0);
		if (place_policy(row->burst ? "other" : bench_policy))
			_exit(1);
		close(fd[0]);
		ready_fd = fd[1];
		fn(row);
		_exit(1);
	}
	close(fd[1]);
	if (read(fd[0], word, sizeof(*word)) != sizeof(*word))
		snprintf(word->why, sizeof(word->why), "its server did not start");
	close(fd[0]);
	if (word->why[0]) {
		waitpid(row->server, NULL, 0);
		row->server = 0;
		return row_absent(row, "%s", word->why);
	}
	return 0;
}

static void server_gone(int sig)
{
	static const char text[] = "chorus-bench: a server died under its caller\n";
	ssize_t ignored;

	(void)sig;
	if (stopping)
		return;
	ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)ignored;
	_exit(1);
}

/* From here on a server that dies ends the run: a caller must never hang on it. */
void server_watch(void)
{
	struct sigaction act = { .sa_handler = server_gone, .sa_flags = SA_RESTART };

	sigaction(SIGCHLD, &act, NULL);
}

void server_stop_all(void)
{
	unsigned int i;

	stopping = 1;
	for (i = 0; i < nr_rows; i++)
		if (rows[i].server)
			kill(rows[i].server, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}
