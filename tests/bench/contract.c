// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an operation may cost, in things that can be counted.  The counts are
 * taken over many operations after a warm-up, less those of an empty loop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define OPERATIONS	2000
#define WARM_UP		200
/* A timer tick or a deferred job of the kernel may fall into a task's count. */
#define SLACK		0.01

#define PLANT		"/sys/kernel/debug/chorus/plant"

/* The columns of a contract. */
enum column {
	TRAPS, SWITCHES, VOLUNTARY, ALLOCATIONS, COPIES, NR_COLUMNS,
};

static const char *const column_name[NR_COLUMNS] = {
	"traps", "switches", "voluntary_switches", "allocations", "copies",
};

struct range {
	double min, max;
};

/* Copies are those through a kernel buffer, or into a window.  Voluntary ones are among all switches. */
static const struct {
	const char *row;
	struct range range[NR_COLUMNS];
	unsigned int batch;	/* counted for so many operations */
} terms[] = {
	{ "lap_invoke",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 0, 0 } }, 1 },
	{ "call_handler",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 0, 0 } }, 1 },
	/* Two copies each way: into the kernel's buffer and out of it. */
	{ "call_server",
	  { [TRAPS] = { 2, 2 }, [SWITCHES] = { 2, 2 }, [VOLUNTARY] = { 0, 2 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 4, 4 } }, 1 },
	/* The body once, into the window; the answer of 8 bytes through the kernel's buffer. */
	{ "call_server_64k_window",
	  { [TRAPS] = { 2, 2 }, [SWITCHES] = { 2, 2 }, [VOLUNTARY] = { 0, 2 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 3, 3 } }, 1 },
	/* Nothing is copied.  A fault maps all pages of a page table, of which a body touches one or two. */
	{ "move_64k",
	  { [TRAPS] = { 4, 6 }, [SWITCHES] = { 2, 2 }, [VOLUNTARY] = { 0, 2 },
	    [ALLOCATIONS] = { 2, 2 }, [COPIES] = { 0, 0 } }, 1 },
	/* The body once.  Nobody waits, but the kernel's own work may ask for the CPU in between. */
	{ "broadcast_64",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0.5 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 1, 1 }, [COPIES] = { 1, 1 } }, 1 },
	{ "uring_lap_b64",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0.5 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 0, 0 } }, 64 },
	{ "uring_send_b128",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0.5 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 128, 128 } }, 128 },
	{ "batch_lap_b64",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0.5 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 0, 0 } }, 64 },
	{ "batch_send_b128",
	  { [TRAPS] = { 1, 1 }, [SWITCHES] = { 0, 0.5 }, [VOLUNTARY] = { 0, 0 },
	    [ALLOCATIONS] = { 0, 0 }, [COPIES] = { 128, 128 } }, 128 },
};

#define NR_TERMS	ARRAY_SIZE(terms)

struct contract contracts[NR_TERMS * NR_COLUMNS + NR_COUNTERS];
unsigned int nr_contracts;
char contracts_why[96];

static void judge(const char *what, const char *column, double measured, struct range range)
{
	struct contract *c = &contracts[nr_contracts++];

	snprintf(c->name, sizeof(c->name), "%s.%s", what, column);
	c->min = range.min;
	c->max = range.max;
	c->measured = measured;
	c->pass = measured >= range.min - SLACK && measured <= range.max + SLACK;
}

/* What /proc says of a task: the switches it made of its own will. */
static long voluntary(pid_t pid)
{
	char path[64], line[128];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

/* Known amounts of each thing, to see that the instruments are not blind. */
static int one_trap(void)
{
	return getppid() < 0;
}

static int one_switch(void)
{
	struct timespec t = { .tv_nsec = 1000000 };

	return nanosleep(&t, NULL);
}

static int some_allocations(void)
{
	int fd[2];

	return pipe(fd) || close(fd[0]) || close(fd[1]);
}

static int check_instruments(void)
{
	static const struct {
		int (*fn)(void);
		enum counter counter;
		enum column column;
		struct range range;
	} known[] = {
		{ one_trap, COUNTER_TRAPS, TRAPS, { 1, 1 } },
		/* On a busy box the time may be over before it sleeps. */
		{ one_switch, COUNTER_SWITCHES, SWITCHES, { 0.5, 2 } },
		{ some_allocations, COUNTER_ALLOCATIONS, ALLOCATIONS, { 1, 100 } },
	};
	double empty[NR_COUNTERS], total[NR_COUNTERS];
	pid_t self = getpid();
	struct counters *c = counters_open(&self, 1, contracts_why, sizeof(contracts_why));
	const unsigned int n = 100;
	unsigned int i, k;

	if (!c)
		return -1;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (counters_start(c) || counters_stop(c, empty) || counters_start(c))
			goto fail;
		for (k = 0; k < n; k++)
			if (known[i].fn())
				goto fail;
		if (counters_stop(c, total))
			goto fail;
		judge("instrument", column_name[known[i].column],
		      (total[known[i].counter] - empty[known[i].counter]) / n, known[i].range);
	}
	counters_close(c);
	return 0;
fail:
	snprintf(contracts_why, sizeof(contracts_why), "the counters do not work: %s", strerror(errno));
	counters_close(c);
	return -1;
}

/* Counts and copies of @n operations, less the drains between them. */
static int count_run(struct row *row, struct counters *c, unsigned int n, bool with_copies,
		     double total[NR_COUNTERS], double *copied)
{
	struct copies before = { 0 }, after = { 0 };
	double part[NR_COUNTERS], empty[NR_COUNTERS];
	unsigned int k, i;

	memset(total, 0, NR_COUNTERS * sizeof(*total));
	*copied = 0;
	for (; n; n -= k) {
		k = row->chunk && n > row->chunk ? row->chunk : n;
		if (counters_start(c) || counters_stop(c, empty))
			return -1;
		if (with_copies && copies_read(&before, contracts_why, sizeof(contracts_why)))
			return -1;
		if (counters_start(c) || row->ops->run(row, k) || counters_stop(c, part))
			return -1;
		if (with_copies && copies_read(&after, contracts_why, sizeof(contracts_why)))
			return -1;
		*copied += after.in - before.in + after.out - before.out +
			   after.window - before.window;
		for (i = 0; i < NR_COUNTERS; i++)
			total[i] += part[i] - empty[i];
		if (row->drain && row->drain(row))
			return -1;
	}
	return 0;
}

/* The process that serves a row does nothing for the rows without one. */
static int measure(struct row *row, unsigned int batch, double result[NR_COLUMNS],
		   bool with_copies)
{
	const unsigned int n = OPERATIONS - OPERATIONS % batch;
	pid_t pid[2] = { getpid(), row->server };
	unsigned int tasks = row->server ? 2 : 1, t;
	struct counters *c = counters_open(pid, tasks, contracts_why, sizeof(contracts_why));
	double total[NR_COUNTERS], copied;
	long own = 0;
	int error = -1;

	if (!c)
		return -1;
	if (row_run(row, WARM_UP, NULL))
		goto out;
	for (t = 0; t < tasks; t++)
		own -= voluntary(pid[t]);
	if (count_run(row, c, n, with_copies, total, &copied))
		goto out;
	for (t = 0; t < tasks; t++)
		own += voluntary(pid[t]);
	result[TRAPS] = total[COUNTER_TRAPS];
	result[SWITCHES] = total[COUNTER_SWITCHES];
	result[ALLOCATIONS] = total[COUNTER_ALLOCATIONS];
	result[VOLUNTARY] = own;
	result[COPIES] = copied;
	for (t = 0; t < NR_COLUMNS; t++)
		result[t] = result[t] * batch / n;
	error = 0;
out:
	counters_close(c);
	if (error && !contracts_why[0])
		snprintf(contracts_why, sizeof(contracts_why), "%s answered wrongly", row->name);
	return error;
}

/*
 * One operation.  What breaks a contract breaks it every time, but a busy host may
 * push the kernel's own work into a count: a second and a third try are allowed.
 */
#define TRIES		3

static int check_terms(unsigned int i, struct row *row, unsigned int tries)
{
	const unsigned int start = nr_contracts;
	double result[NR_COLUMNS];
	bool pass = false;
	unsigned int k, try;

	for (try = 0; try < tries && !pass; try++) {
		if (measure(row, terms[i].batch, result, true))
			return -1;
		nr_contracts = start;
		pass = true;
		for (k = 0; k < NR_COLUMNS; k++) {
			judge(terms[i].row, column_name[k], result[k], terms[i].range[k]);
			pass &= contracts[start + k].pass;
		}
	}
	return 0;
}

static int check_all(unsigned int tries)
{
	struct row *row;
	unsigned int i;

	nr_contracts = 0;
	contracts_why[0] = '\0';
	if (check_instruments())
		return -1;
	for (i = 0; i < NR_TERMS; i++) {
		row = row_find(terms[i].row);
		if (!row || row->absent) {
			snprintf(contracts_why, sizeof(contracts_why), "%s",
				 row ? row->why : "no such row");
			return -1;
		}
		if (check_terms(i, row, tries))
			return -1;
	}
	return 0;
}

/* Fill contracts[].  -1: they could not be checked, contracts_why says why. */
int contracts_check(void)
{
	return check_all(TRIES);
}

/* For a person: what every row costs, peers too. */
int contracts_print_counts(void)
{
	double result[NR_COLUMNS];
	unsigned int i, k;

	printf("# %-20s", "an operation costs");
	for (k = 0; k < COPIES; k++)
		printf(" %18s", column_name[k]);
	printf("\n");
	for (i = 0; i < nr_rows; i++) {
		if (rows[i].absent)
			continue;
		if (measure(&rows[i], 1, result, false)) {
			printf("# %s\n", contracts_why);
			return 1;
		}
		printf("# %-20s", rows[i].name);
		for (k = 0; k < COPIES; k++)
			printf(" %18.3f", result[k]);
		printf("\n");
	}
	return 0;
}

static int plant(const char *what)
{
	int fd = open(PLANT, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, what, strlen(what));
	close(fd);
	return n == (ssize_t)strlen(what) ? 0 : -1;
}

static void tap_line(unsigned int nr, bool ok, const struct contract *c)
{
	printf("%sok %u - %s # measured %.3f, right is ", ok ? "" : "not ", nr, c->name, c->measured);
	if (c->min == c->max)
		printf("%.0f\n", c->max);
	else
		printf("%.0f to %.0f\n", c->min, c->max);
}

static int tap_contracts(void)
{
	unsigned int i;
	int failed = 0;

	printf("TAP version 13\n1..%u\n", nr_contracts);
	for (i = 0; i < nr_contracts; i++) {
		tap_line(i + 1, contracts[i].pass, &contracts[i]);
		failed |= !contracts[i].pass;
	}
	return failed;
}

/* A planted copy is made where a body is copied in: in these. */
static bool copies_bodies(const char *contract)
{
	static const char *const rows_with[] = {
		"call_server.", "call_server_64k_window.", "uring_send_b128.", "batch_send_b128.",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows_with); i++)
		if (!strncmp(contract, rows_with[i], strlen(rows_with[i])))
			return true;
	return false;
}

/*
 * With @fault planted, its contract of every operation must be red; a copy only
 * where there is a kernel buffer to copy to.  The others are told and not judged:
 * a planted copy may well allocate.
 */
static int tap_planted(const char *fault)
{
	static const struct {
		const char *fault;
		enum column column;
	} plants[] = {
		{ "copy", COPIES }, { "switch", SWITCHES }, { "alloc", ALLOCATIONS },
	};
	unsigned int i, p, nr = 0;
	const char *dot;
	int failed = 0;

	for (p = 0; p < ARRAY_SIZE(plants); p++)
		if (!strcmp(plants[p].fault, fault))
			break;
	if (p == ARRAY_SIZE(plants)) {
		printf("Bail out! no fault called %s: copy, switch or alloc\n", fault);
		return 1;
	}
	printf("TAP version 13\n1..%zu\n", NR_TERMS);
	for (i = 0; i < nr_contracts; i++) {
		dot = strchr(contracts[i].name, '.');
		if (!strncmp(contracts[i].name, "instrument.", 11) ||
		    strcmp(dot + 1, column_name[plants[p].column])) {
			if (!contracts[i].pass)
				printf("# beside it: %s %.3f\n", contracts[i].name,
				       contracts[i].measured);
			continue;
		}
		if (contracts[i].pass && plants[p].column == COPIES &&
		    !copies_bodies(contracts[i].name)) {
			printf("ok %u - %s # SKIP no place for the fault\n", ++nr, contracts[i].name);
			continue;
		}
		printf("# planted: %s\n", fault);
		tap_line(++nr, !contracts[i].pass, &contracts[i]);
		failed |= contracts[i].pass;
	}
	return failed;
}

/* As TAP.  Returns the exit status of the program. */
int contracts_tap(const char *expect_red)
{
	int error;

	if (expect_red && plant(expect_red)) {
		if (errno == ENOENT) {
			printf("TAP version 13\n1..0 # SKIP no %s: not a test build\n", PLANT);
			return 4;
		}
		printf("Bail out! %s: %s\n", PLANT, strerror(errno));
		return 1;
	}
	/* What is planted is there at once, and every time. */
	error = expect_red ? check_all(1) : contracts_check();
	if (expect_red && plant("none"))
		error = -1;
	if (error && access("/dev/chorus", F_OK)) {
		printf("TAP version 13\n1..0 # SKIP %s\n", contracts_why);
		return 4;
	}
	if (error) {
		printf("Bail out! %s\n", contracts_why);
		return 1;
	}
	return expect_red ? tap_planted(expect_red) : tap_contracts();
}
