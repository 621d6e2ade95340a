// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation-failure sweep: run the sequences with the n-th failure; see fail.h. */
#include <fcntl.h>
#include <fnmatch.h>

#include "fail.h"

#define NTH		"/proc/thread-self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
#define RUNS_MAX	20000

static int nth_fd = -1;

/* ---- the kernel's fault injection ---- */

static const char * const faults[] = { "failslab", "fail_page_alloc", "fail_usercopy" };

static void fault_option(const char *option, const char *value)
{
	char path[128];

	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s/%s", faults[i], option);
		write_text(path, value);	/* not every kind has every option */
	}
}

/* Only what is called from [start, end) fails; 0, 0: everything. */
static void fault_range(unsigned long start, unsigned long end)
{
	char text[32];

	fault_option("stacktrace-depth", "128");
	snprintf(text, sizeof(text), "0x%lx", start);
	fault_option("require-start", text);
	snprintf(text, sizeof(text), "0x%lx", end ? end : ~0UL);
	fault_option("require-end", text);
}

static bool symbol_range(const char *name, unsigned long *start, unsigned long *end)
{
	char line[256], symbol[128];
	unsigned long address, next = ~0UL;
	FILE *file = fopen("/proc/kallsyms", "re");

	*start = 0;
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %127s", &address, symbol) == 2 && !strcmp(symbol, name))
			*start = address;
	if (file)
		rewind(file);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx", &address) == 1 && address > *start && address < next)
			next = address;
	if (file)
		fclose(file);
	*end = next;
	return *start && next != ~0UL;
}

/* All text of the module: it is one area. */
static bool module_range(const char *name, unsigned long *start, unsigned long *end)
{
	char line[512], module[64];
	unsigned long address, size;
	FILE *file = fopen("/proc/modules", "re");
	bool found = false;

	while (!found && file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %lu %*s %*s %*s %lx", module, &size, &address) == 3 &&
		    !strcmp(module, name)) {
			*start = address;
			*end = address + size;
			found = true;
		}
	if (file)
		fclose(file);
	return found && address;
}

static void restrict_to(const struct fail_sequence *sequence)
{
	unsigned long start = 0, end = 0;
	bool known = true;

	if (sequence->where == FAIL_NUCLEUS)
		known = module_range("chorus", &start, &end);
	else if (sequence->where == FAIL_LOAD)
		known = symbol_range("do_one_initcall", &start, &end);
	if (!known)
		selftest_skip("the kernel hides its addresses");
	fault_range(start, end);
}

static void need_faults(void)
{
	nth_fd = open(NTH, O_RDWR | O_CLOEXEC);
	if (nth_fd < 0 || access(DEBUGFS "failslab", F_OK))
		selftest_skip("this kernel has no %s: the debug kernel has", NTH);
	fault_option("ignore-gfp-wait", "N");
	fault_option("ignore-gfp-highmem", "N");
	fault_option("min-order", "0");
	fault_option("verbose", "0");
}

static void inject(unsigned int n)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%u", n);

	MUST_SYS(pwrite(nth_fd, text, size, 0));
}

/* Returns true if the failure came; the read itself may take the last of the count. */
static bool stop_injecting(void)
{
	char text[16] = "";
	ssize_t size = pread(nth_fd, text, sizeof(text) - 1, 0);
	bool came = size > 0 && !atoi(text);

	while (pwrite(nth_fd, "0", 1, 0) != 1)
		;
	return came;
}

/* ---- a sequence ---- */

void fail_judge(struct fail *fail, const char *where, long error, const long *allowed)
{
	bool came = stop_injecting();

	if (!came || fail->errors)
		selftest_fail(where, "n = %u: %s, and no failure was injected", fail->n,
			      error_name(error));
	while (*allowed && *allowed != error)
		allowed++;
	if (!*allowed)
		selftest_fail(where, "n = %u: %s", fail->n, error_name(error));
	fail->errors++;
	fail->refused++;
}

static void one_run(struct fail *fail, unsigned int n)
{
	fail->errors = 0;
	if (fail->sequence->before)
		fail->sequence->before(fail);
	inject(n);
	fail->sequence->run(fail);
	fail->came = stop_injecting() || fail->errors;
	if (fail->sequence->after)
		fail->sequence->after(fail);
}

static bool bounded(void)
{
	return getenv("BOUNDED");
}

/* In a bounded sweep the far ones are thinned out. */
static unsigned int stride(const struct fail_sequence *sequence, unsigned int n)
{
	return bounded() ? 1 + n / (sequence->slow ? 2 : 16) : 1;
}

static void run_sequence(const void *data)
{
	const struct fail_sequence *sequence = data;
	struct fail fail = { .sequence = sequence };

	need_faults();
	if (sequence->prepare)
		sequence->prepare(&fail);
	/* Once untouched: it is a good sequence, and its memory is there. */
	one_run(&fail, 0);
	REQUIRE(!fail.errors);
	restrict_to(sequence);
	fail.came = true;
	for (fail.n = 1; fail.came && !selftest_failed(); fail.n += stride(sequence, fail.n)) {
		REQUIRE(fail.n < RUNS_MAX);
		one_run(&fail, fail.n);
		fail.injected += fail.came;
	}
	fault_range(0, 0);
	if (sequence->finish)
		sequence->finish(&fail);
	selftest_note("%s: %u injected, %u of them refused a command", sequence->name,
		      fail.injected, fail.refused);
	/* Thinned out, it may pass over the few that a command is refused for: the birth of a site does. */
	CHECK(fail.injected && (fail.refused || bounded()), "nothing can fail here");
}

/* ---- the whole ---- */

static const struct fail_table *const tables[] = { &fail_object, &fail_ipc, &fail_body, &fail_module };

/* ROWS in the environment: only those whose names it matches. */
void selftest_begin(void)
{
	const char *only = getenv("ROWS");

	selftest_check_every(1);
	/* The nucleus and the kernel say what they could not do, some with a trace. */
	selftest_bear("chorus");
	selftest_bear("Call Trace");
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++)
		for (unsigned int i = 0; i < tables[t]->count; i++) {
			const struct fail_sequence *s = &tables[t]->sequences[i];

			if (!only || !fnmatch(only, s->name, 0))
				selftest_add_row(run_sequence, s, s->name,
						 s->seconds ? s->seconds : 40);
		}
}
