// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chorus-bench: LRPC and RPC of chorus.ko beside what Linux offers, in one
 * process tree on one CPU.  METHOD.rst tells how to read the figures.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* Seconds that one sample may take before the row counts as hung. */
#define PATIENCE	60

#define NOT_ASKED	"not asked for"

static struct {
	const char *mode, *flags, *json, *only, *expect_red, *loop;
	unsigned int rounds, sample_us, loop_n;
	bool contracts, counts, list;
} opt = {
	.mode = "wall", .flags = "", .rounds = 31, .sample_us = 1000,
};

static const char *running = "start";

static void hung(int sig)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "chorus-bench: %s hangs\n", running);
	ssize_t ignored = write(STDERR_FILENO, text, n);

	(void)sig;
	(void)ignored;
	_exit(1);
}

static void usage(void)
{
	fprintf(stderr,
		"usage: chorus-bench [options]\n"
		"  --mode NAME        icount or wall, for the result only\n"
		"  --flags TEXT       how the machine was started, for the result only\n"
		"  --rounds N         samples a row (%u)\n"
		"  --sample-us N      length of a sample (%u)\n"
		"  --rows A,B,...     only these rows\n"
		"  --cpu N            where to run (0)\n"
		"  --policy NAME      scheduling policy: other, batch, fifo (%s)\n"
		"  --json FILE        write the result there\n"
		"  --contracts        check the count contracts only, as TAP\n"
		"  --expect-red NAME  plant the fault copy, switch or alloc: its contract must fail\n"
		"  --counts           show traps, switches and allocations of every row\n"
		"  --loop ROW,N       do one row N times, and nothing else\n"
		"  --list             name the rows, and why one is absent\n",
		opt.rounds, opt.sample_us, bench_policy);
	exit(2);
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (*end || !v || v > 100000000)
		usage();
	return v;
}

static void parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "mode", 1, NULL, 'm' }, { "flags", 1, NULL, 'f' },
		{ "rounds", 1, NULL, 'r' }, { "sample-us", 1, NULL, 's' },
		{ "rows", 1, NULL, 'o' }, { "cpu", 1, NULL, 'p' },
		{ "json", 1, NULL, 'j' }, { "contracts", 0, NULL, 'c' },
		{ "expect-red", 1, NULL, 'e' }, { "loop", 1, NULL, 'L' },
		{ "list", 0, NULL, 'l' },
		{ "policy", 1, NULL, 'P' },
		{ "counts", 0, NULL, 'n' }, { NULL, 0, NULL, 0 },
	};
	char *comma;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (c) {
		case 'm': opt.mode = optarg; break;
		case 'f': opt.flags = optarg; break;
		case 'r': opt.rounds = number(optarg); break;
		case 's': opt.sample_us = number(optarg); break;
		case 'o': opt.only = optarg; break;
		case 'p': bench_cpu = atoi(optarg); break;
		case 'j': opt.json = optarg; break;
		case 'c': opt.contracts = true; break;
		case 'e': opt.expect_red = optarg; break;
		case 'P': bench_policy = optarg; break;
		case 'n': opt.counts = true; break;
		case 'l': opt.list = true; break;
		case 'L':
			opt.loop = optarg;
			comma = strchr(optarg, ',');
			if (!comma)
				usage();
			*comma = '\0';
			opt.loop_n = number(comma + 1);
			break;
		default: usage();
		}
	if (optind != argc)
		usage();
}

/* Is @name in the list of --rows? */
static bool wanted(const char *name)
{
	const char *at = opt.only;
	size_t len = strlen(name);

	if (opt.loop)
		return !strcmp(name, opt.loop);
	while (at && *at) {
		if (!strncmp(at, name, len) && (!at[len] || at[len] == ','))
			return true;
		at = strchr(at, ',');
		at += at ? 1 : 0;
	}
	return !opt.only;
}

static void open_row(struct row *row)
{
	running = row->name;
	alarm(PATIENCE);
	(void)row->ops->open(row);
	alarm(0);
}

static void open_rows(void)
{
	unsigned int i;

	null_rows();
	pipe_rows();
	eventfd_rows();
	futex_rows();
	seqpacket_rows();
	binder_rows();
	chorus_rows();
	pipe_write_rows();
	pipe_write_row();
	library_rows();
	for (i = 0; i < nr_rows; i++)
		if (!wanted(rows[i].name))
			row_absent(&rows[i], "%s", NOT_ASKED);
		else if (!rows[i].late || opt.loop || opt.list || opt.counts)
			open_row(&rows[i]);
}

/* Nanoseconds of an operation over @n of them, or -1. */
static double sample(struct row *row, unsigned int n)
{
	uint64_t ns;

	running = row->name;
	alarm(PATIENCE);
	if (place_policy(row->burst ? "other" : bench_policy))
		return -1;
	/* Other rows ran meanwhile: bring back what they pushed out. */
	if (row_run(row, n / 8 + 2, NULL) || row_run(row, n, &ns))
		return -1;
	alarm(0);
	return (double)ns / n;
}

/* How many operations make a sample of the wanted length. */
static int choose_batch(struct row *row)
{
	double ns;

	if (sample(row, 64) < 0)
		return -1;
	ns = sample(row, 64);
	if (ns < 0)
		return -1;
	row->batch = opt.sample_us * 1000.0 / (ns > 1 ? ns : 1);
	if (row->batch < 4)
		row->batch = 4;
	return 0;
}

static int prepare(struct row *row)
{
	if (row->absent)
		return 0;
	row->sample = calloc(opt.rounds, sizeof(double));
	return row->sample ? choose_batch(row) : -1;
}

static int measure_once(struct row *row, unsigned int round)
{
	if (row->absent)
		return 0;
	row->sample[round] = sample(row, row->batch);
	return row->sample[round] < 0 ? -1 : 0;
}

static int measure(void)
{
	unsigned int r, i;

	for (i = 0; i < nr_rows; i++)
		if (!rows[i].late && prepare(&rows[i]))
			return -1;
	/* A/B/A/B: every round measures every row once. */
	for (r = 0; r < opt.rounds; r++)
		for (i = 0; i < nr_rows; i++)
			if (!rows[i].late && measure_once(&rows[i], r))
				return -1;
	for (i = 0; i < nr_rows; i++) {
		if (!rows[i].late || rows[i].absent)
			continue;
		open_row(&rows[i]);
		if (prepare(&rows[i]))
			return -1;
		place_settle();
		for (r = 0; r < opt.rounds; r++)
			if (measure_once(&rows[i], r))
				return -1;
	}
	return 0;
}

static void print_rows(void)
{
	unsigned int i;

	for (i = 0; i < nr_rows; i++) {
		if (!strcmp(rows[i].why, NOT_ASKED))
			continue;
		if (rows[i].absent)
			printf("# %-20s absent: %s\n", rows[i].name, rows[i].why);
		else if (opt.list)
			printf("# %-20s\n", rows[i].name);
		else
			printf("# %-20s %12.1f ns  spread %5.1f %%  %u x %u\n", rows[i].name,
			       median(rows[i].sample, opt.rounds),
			       spread(rows[i].sample, opt.rounds) * 100, opt.rounds, rows[i].batch);
	}
}

/* Between two no-operations that tests/bench/ledger recognises. */
static int run_marked(struct row *row, unsigned int n)
{
	int error;

	uint64_t until;

	if (row_run(row, n / 8 + 2, NULL))
		return -1;
	/* As in the rounds of a measurement, where it works on other rows between: METHOD.rst, hand-off. */
	for (until = clock_ns() + 50000000; clock_ns() < until;)
		;
#ifdef __x86_64__
	asm volatile("nopl 0x43484f52(%%rax)" ::: "memory");
#endif
	error = row_run(row, n, NULL);
#ifdef __x86_64__
	asm volatile("nopl 0x43484f53(%%rax)" ::: "memory");
#endif
	return error;
}

static int run(void)
{
	bool checked;
	unsigned int i;

	if (opt.list) {
		print_rows();
		return 0;
	}
	if (opt.counts)
		return contracts_print_counts();
	if (opt.contracts || opt.expect_red)
		return contracts_tap(opt.expect_red);
	if (opt.loop) {
		struct row *row = row_find(opt.loop);

		if (!row || row->absent) {
			fprintf(stderr, "chorus-bench: %s: %s\n", opt.loop, row ? row->why : "no such row");
			return 1;
		}
		return run_marked(row, opt.loop_n) ? 1 : 0;
	}
	if (measure())
		return 1;
	running = "contracts";
	alarm(PATIENCE);
	checked = !contracts_check();
	alarm(0);
	print_rows();
	if (!checked && strcmp(contracts_why, NOT_ASKED))
		printf("# contracts not checked: %s\n", contracts_why);
	for (i = 0; checked && i < nr_contracts; i++)
		printf("# contract %-32s %8.3f  %s\n", contracts[i].name, contracts[i].measured,
		       contracts[i].pass ? "holds" : "BROKEN");
	if (opt.json && result_write(opt.json, opt.mode, opt.flags, opt.rounds, checked))
		return 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = hung };
	int status;

	parse(argc, argv);
	sigaction(SIGALRM, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	place_pin();
	if (place_policy(bench_policy))
		return 2;
	open_rows();
	server_watch();
	if (!opt.list)
		place_settle();
	status = run();
	fflush(NULL);
	server_stop_all();
	return status;
}
