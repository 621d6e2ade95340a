// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz: programs for the nucleus, made up, run, and kept when they reach something new.
 *
 *	fuzz [-t SECONDS] [-m CALLS] [-j WORKERS] [-s SEED] [-c CORPUS]... [-o FOLDER]
 *	fuzz -d ...		run the corpus only, and write those that are needed
 *	fuzz -p FILE [-n TIMES]	run the programs of a file, again and again
 *	fuzz -g NUMBER -s SEED	print that many made-up programs, and end
 *	fuzz -C			judge the table, print its commands and fields
 *
 * It ends at the first complaint of the kernel and writes the last programs to FOLDER/crash.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/membarrier.h>

#include "act.h"
#include "corpus.h"
#include "idioms.h"
#include "module.h"
#include "watch.h"

#define WORKERS_MAX	8
#define LAST		4		/* programs kept of each worker */
#define SHRINK_RUNS	8		/* runs spent to make a new program shorter, */
#define SHRINK_NEWS	8		/* which is not tried where it reaches more than so much */

enum mode { MODE_FUZZ, MODE_DISTIL, MODE_REPLAY };

struct shared {
	struct corpus corpus;
	uint8_t seen[COVER_RANGE];
	atomic_uint nr_seen;
	atomic_uint next;		/* of the corpus as it was read */
	atomic_uint programs, found, cut;
	atomic_ulong calls;
	atomic_bool stop, stuck;
	unsigned int loaded;
	struct {
		unsigned int number;
		char text[TEXT_MAX];
	} last[WORKERS_MAX][LAST];
};

static struct shared *shared;
static struct corpus *kept;		/* of a distillation */
static enum mode mode;
static unsigned int seconds = 60, workers = 4, times = 1;
static unsigned long least;		/* calls: a slow machine gets up to three times the time */
static uint64_t seed = 1;
static const char *folder = ".";
static const char *patterns = "/etc/splat.re";
static bool covered;
/* What the parent sees: the modules come and go, and what runs for several workers at once. */
static struct cover around;

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* ---- a worker ---- */

static void note_program(struct run *run, unsigned int worker, unsigned int number)
{
	unsigned int slot = number % LAST;

	program_print(&run->program, shared->last[worker][slot].text, TEXT_MAX);
	shared->last[worker][slot].number = number;
	watch_log(worker, number, shared->last[worker][slot].text);
}

static bool run_one(struct run *run, unsigned int worker)
{
	static unsigned int number;
	long calls;

	note_program(run, worker, ++number);
	calls = run_program(run);
	if (calls < 0) {
		shared->stuck = true;
		shared->stop = true;
		return false;
	}
	shared->calls += (unsigned long)calls;
	shared->programs++;
	shared->cut += run->cut;
	return true;
}

/* What the program has reached first, into @news; their number. */
static unsigned int take_news(const struct cover *cover, uint32_t *news)
{
	unsigned int nr = cover->nr < COVER_LIST ? cover->nr : COVER_LIST, found = 0, i;

	for (i = 0; i < nr; i++)
		if (!__atomic_exchange_n(&shared->seen[cover->list[i]], 1, __ATOMIC_RELAXED))
			news[found++] = cover->list[i];
	shared->nr_seen += found;
	return found;
}

static bool has_all(const struct cover *cover, const uint32_t *news, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!cover->hit[news[i]])
			return false;
	return true;
}

/* Leaves calls out, many at first, as long as what was new is still reached. */
static void shrink(struct run *run, unsigned int worker, const uint32_t *news, unsigned int nr)
{
	static struct program best;
	unsigned int chunk, at, i, left = SHRINK_RUNS;

	best = run->program;
	for (chunk = best.nr / 2; chunk && left; chunk /= 2) {
		for (at = 0; at < best.nr && left && !shared->stop; ) {
			run->program = best;
			for (i = 0; i < chunk && at < run->program.nr; i++)
				program_remove(&run->program, at);
			if (!run->program.nr)
				break;
			left--;
			if (!run_one(run, worker))
				return;
			if (has_all(&run->cover, news, nr))
				best = run->program;
			else
				at += chunk;
		}
	}
	run->program = best;
}

/* For a program that runs alone: also what workers of the kernel and RCU do for it. */
static void wait_for_others(struct run *run)
{
	if (!run->cover.remote.pcs)
		return;
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	usleep(2000);
	cover_collect_remote(&run->cover);
}

enum origin { ORIGIN_IDIOM, ORIGIN_CORPUS, ORIGIN_FRESH };

static void judge(struct run *run, unsigned int worker, enum origin origin)
{
	static uint32_t news[COVER_LIST];
	unsigned int nr;

	wait_for_others(run);
	nr = take_news(&run->cover, news);
	if (!nr)
		return;
	if (mode == MODE_DISTIL) {
		corpus_add(kept, &run->program);
	} else if (origin != ORIGIN_CORPUS) {
		if (origin == ORIGIN_FRESH && nr <= SHRINK_NEWS)
			shrink(run, worker, news, nr);
		corpus_add(&shared->corpus, &run->program);
		shared->found++;
	}
}

static void choose(struct program *p, struct random *r)
{
	static struct program other;
	unsigned int nr = shared->corpus.nr;

	if (!nr || random_below(r, 100) < 25 ||
	    !corpus_get(&shared->corpus, random_below(r, nr), p)) {
		program_generate(p, r);
		return;
	}
	/* Half of them are made from the youngest: there is more to find near to them. */
	if (random_below(r, 2))
		corpus_get(&shared->corpus, nr - 1 - random_below(r, (nr + 3) / 4), p);
	corpus_get(&shared->corpus, random_below(r, nr), &other);
	program_mutate(p, r, &other);
	/* What was made shorter is made once; again and again it meets itself. */
	if (p->repeat == 1 && random_below(r, 2))
		p->repeat = 2 + random_below(r, 8);
	if (!p->nr)
		program_generate(p, r);
}

/* Idioms, then what was read, then what is made up.  False: there is no more. */
static bool next_program(struct run *run, struct random *r, enum origin *origin)
{
	unsigned int index = shared->next++;

	if (mode == MODE_FUZZ) {
		*origin = ORIGIN_IDIOM;
		if (program_idiom(&run->program, index))
			return true;
		index -= idioms_nr();
	}
	*origin = ORIGIN_CORPUS;
	if (index < shared->loaded * times)
		return corpus_get(&shared->corpus, index % shared->loaded, &run->program);
	*origin = ORIGIN_FRESH;
	if (mode == MODE_FUZZ)
		choose(&run->program, r);
	return mode == MODE_FUZZ;
}

static void worker_main(unsigned int worker)
{
	struct random r = { .state = (seed + worker) * 0x9e3779b97f4a7c15ULL | 1 };
	struct run *run = run_new();
	enum origin origin;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (covered)
		cover_open(&run->cover);
	if (covered && workers == 1)
		cover_open_remote(&run->cover);
	if (areas_map()) {
		perror("fuzz: memory of the programs");
		exit(1);
	}
	while (!shared->stop && next_program(run, &r, &origin)) {
		run->patience = origin == ORIGIN_FRESH ? PATIENCE_FRESH : PATIENCE_KNOWN;
		if (!run_one(run, worker))
			break;
		judge(run, worker, origin);
	}
	exit(0);
}

/* ---- the parent ---- */

static void write_last(void)
{
	char path[512];
	unsigned int i, j;
	FILE *file;

	snprintf(path, sizeof(path), "%s/crash", folder);
	mkdir(path, 0755);
	for (i = 0; i < workers; i++) {
		for (j = 0; j < LAST; j++) {
			if (!shared->last[i][j].number)
				continue;
			snprintf(path, sizeof(path), "%s/crash/%u.%u", folder, i,
				 shared->last[i][j].number);
			file = fopen(path, "w");
			if (!file)
				continue;
			fputs(shared->last[i][j].text, file);
			fclose(file);
			printf("# kept: crash/%u.%u\n", i, shared->last[i][j].number);
		}
	}
}

static void write_results(void)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/cover", folder);
	file = covered ? fopen(path, "w") : NULL;
	if (file) {
		cover_write(file, shared->seen);
		fclose(file);
	}
	snprintf(path, sizeof(path), "%s/corpus", folder);
	file = fopen(path, "w");
	if (file) {
		if (mode == MODE_DISTIL)
			corpus_write(kept, file, 0);
		else
			corpus_write(&shared->corpus, file, shared->loaded);
		fclose(file);
	}
}

static void status_line(time_t start)
{
	printf("# %4ld s: %lu calls, %u programs", (long)(now() - start), shared->calls,
	       shared->programs);
	if (shared->cut)
		printf(" (%u cut)", shared->cut);
	if (covered)
		printf(", %u places reached, %u programs kept", shared->nr_seen, shared->corpus.nr);
	printf("\n");
	fflush(stdout);
}

/* What the parent has seen belongs to no program, so none is kept for it. */
static void look_around(void)
{
	static uint32_t news[COVER_LIST];

	cover_collect_remote(&around);
	take_news(&around, news);
	cover_begin(&around);
}

/* Waits for the workers; true: the kernel complained. */
static bool supervise(time_t start, unsigned int left)
{
	time_t end = start + (time_t)seconds, told = start;
	bool complained = false;
	int status;
	pid_t pid;

	while (left) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			left--;
			if (status) {
				printf("# a worker ended with status %d\n", status);
				shared->stop = shared->stuck = true;
			}
			continue;
		}
		usleep(50000);
		look_around();
		if (watch_look())
			complained = shared->stop = true;
		if (now() >= end && (shared->calls >= least || now() >= end + 2 * (end - start)))
			shared->stop = true;
		if (now() >= told + 10) {
			told = now();
			status_line(start);
		}
	}
	usleep(100000);
	return watch_look() || complained;
}

static int fuzz(void)
{
	bool complained;
	time_t start = now();
	unsigned int i;

	printf("# seed %" PRIu64 ", %u programs read, %s\n", seed, shared->loaded,
	       covered ? "guided by KCOV" : "blind: no KCOV in this kernel, or in these modules");
	fflush(stdout);
	if (watch_begin(patterns)) {
		perror("fuzz: kernel log");
		return 1;
	}
	if (covered) {
		cover_open(&around);
		if (!modules_cycle(&around))
			printf("# the modules do not all come back\n");
		if (workers > 1)
			cover_open_remote(&around);
		look_around();
	}
	limits_read();
	netlink_family();
	for (i = 0; i < workers; i++) {
		switch (fork()) {
		case -1:
			perror("fuzz: fork");
			return 1;
		case 0:
			worker_main(i);
		}
	}
	complained = supervise(start, workers);
	status_line(start);
	if (complained || shared->stuck)
		write_last();
	write_results();
	printf("calls %lu seconds %ld programs %u new %u\n", shared->calls,
	       (long)(now() - start), shared->programs, shared->found);
	if (shared->stuck)
		printf("# a process did not die, or a worker did\n");
	return complained || shared->stuck;
}

/* ---- without the nucleus ---- */

static int print_programs(unsigned int count)
{
	struct random r = { .state = seed * 0x9e3779b97f4a7c15ULL | 1 };
	static struct program p, again;
	char text[TEXT_MAX], second[TEXT_MAX];
	const char *wrong;

	while (count--) {
		program_generate(&p, &r);
		program_mutate(&p, &r, &p);
		program_print(&p, text, sizeof(text));
		wrong = program_parse(&again, text);
		program_print(&again, second, sizeof(second));
		if (wrong || strcmp(text, second)) {
			printf("%s\ndoes not come back: %s\n%s", text, wrong ? wrong : "", second);
			return 1;
		}
		printf("%s--\n", text);
	}
	return 0;
}

static int print_table(void)
{
	const char *wrong = grammar_judge();
	static struct program p;
	unsigned int i, j;

	if (wrong) {
		printf("%s\n", wrong);
		return 1;
	}
	for (i = 0; program_idiom(&p, i); i++) {
		if (!p.nr) {
			printf("idiom %u is not understood\n", i);
			return 1;
		}
	}
	for (i = 0; i < nr_rows; i++) {
		if (!rows[i].command)
			continue;
		printf("command %s 0x%02x %u\n", rows[i].name, rows[i].command & 0xff, rows[i].size);
		for (j = 0; j < rows[i].nr_fields; j++)
			printf("field %s %s\n", rows[i].name, rows[i].fields[j].name);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct program idiom;
	unsigned int print = 0, number;
	bool table = false;
	int option;

	if (argc > 1 && !strcmp(argv[1], "--idle"))
		act_after_exec();
	shared = shared_memory(sizeof(*shared));
	kept = shared_memory(sizeof(*kept));
	corpus_init(&shared->corpus);
	corpus_init(kept);
	while ((option = getopt(argc, argv, "t:m:j:s:c:o:dp:n:g:Cw:")) != -1) {
		switch (option) {
		case 't': seconds = (unsigned int)atoi(optarg); break;
		case 'm': least = strtoul(optarg, NULL, 0); break;
		case 'j': workers = (unsigned int)atoi(optarg); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'p':
			mode = MODE_REPLAY;
			workers = 1;
			/* fallthrough */
		case 'c': shared->loaded += corpus_load(&shared->corpus, optarg); break;
		case 'o': folder = optarg; break;
		case 'd': mode = MODE_DISTIL; break;
		case 'n': times = (unsigned int)atoi(optarg); break;
		case 'g': print = (unsigned int)atoi(optarg); break;
		case 'C': table = true; break;
		case 'w': patterns = optarg; break;
		default:
			fprintf(stderr, "see the head of tests/fuzz/main.c for the options\n");
			return 2;
		}
	}
	if (print)
		return print_programs(print);
	if (table)
		return print_table();
	if (!workers || workers > WORKERS_MAX || (mode != MODE_FUZZ && !shared->loaded)) {
		fprintf(stderr, "fuzz: 1 to %d workers, and a program to run\n", WORKERS_MAX);
		return 2;
	}
	if (mode == MODE_DISTIL) {
		/* What it writes is to stand for itself. */
		for (number = 0; program_idiom(&idiom, number); number++, shared->loaded++)
			corpus_add(&shared->corpus, &idiom);
		corpus_sort(&shared->corpus);
		workers = 1;
	}
	covered = cover_find();
	return fuzz();
}
