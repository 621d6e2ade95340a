// SPDX-License-Identifier: GPL-2.0-or-later
/* The stage: rounds, measurements, and what is made of them. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "soak.h"

#define NOTES_MAX	40
#define ALL_FLAVOURS	(2 * (FLAVOURS - FULL))	/* rounds in which each has its turn */
#define SAMPLES_MAX	12

/* Growth that is taken for noise; METHOD.rst says how much there is. */
#define OBJECTS_NOISE	64		/* of one cache */
#define OBJECTS_FEW	256		/* the same, seen in few samples */
#define SLAB_NOISE	256		/* KiB, all caches */
#define PERCPU_NOISE	64		/* KiB */
#define VMALLOC_NOISE	128		/* KiB */

static struct {
	unsigned int rounds, seconds, stress, plant;
	uint64_t seed;
	const char *json, *memory;
} opt = {
	.rounds = 200, .memory = "3M",
};

struct shared *shared;
static struct memory samples[SAMPLES_MAX];
static unsigned int nr_samples;
static long long started, worked;	/* ns; worked: with a crew at work */

/* ---- what all processes use ---- */

static const char *const counter_names[] = {
#define COUNTER_NAME(name) #name,
	COUNTERS(COUNTER_NAME)
};
static const char *const wrong_names[] = {
#define WRONG_NAME(name) #name,
	WRONGS(WRONG_NAME)
};
static const char *const flavour_names[] = { "plain", "full", "quota", "tight", "roam" };
static const char *const plant_names[] = {
	"none", "twice", "mixed", "lost", "leak", "order", "again", "unmarked",
};

/* Counted always, told the first times. */
void wrong(enum wrong what, const char *format, ...)
{
	char text[300];
	va_list args;
	int size;

	atomic_fetch_add(&shared->wrong[what], 1);
	if (atomic_fetch_add(&shared->notes, 1) >= NOTES_MAX)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text[strcspn(text, "\n")] = 0;
	/* One write a line: several processes print. */
	size = dprintf(STDOUT_FILENO, "# %s (%s, round %u, %s): %s\n",
		       shared->plant ? "planted" : "wrong", wrong_names[what],
		       atomic_load(&shared->round), flavour_names[shared->flavour], text);
	if (size < 0)
		_exit(1);
}

long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

void sleep_us(unsigned int us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static _Thread_local uint64_t random_state;
static uint64_t random_start = 1;

void random_seed(uint64_t seed)
{
	random_start = seed | 1;
	random_state = 0;
}

unsigned int random_below(unsigned int n)
{
	/* A thread begins where its process began, and goes its own way. */
	if (!random_state)
		random_state = (random_start ^ (uintptr_t)&random_state) | 1;
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return n ? (random_state >> 16) % n : 0;
}

/* ---- a round ---- */

/* Growth cannot be seen in fewer than three samples, however slow the machine. */
static bool time_is_up(void)
{
	return opt.seconds && now_ns() - started > opt.seconds * SECOND && nr_samples > 2;
}

/* About ten samples in a run of so many rounds, six in one of so many seconds. */
static bool sample_is_due(unsigned int round)
{
	if (opt.seconds)
		return now_ns() - started > (nr_samples + 1) * opt.seconds * SECOND / 6;
	return round % (opt.rounds / (SAMPLES_MAX - 2) ?: 1) == 0;
}

/* Kernel objects that nobody gives back; see --plant. */
static void leak(void)
{
	unsigned int i;

	for (i = 0; i < 40; i++) {
		int fds[2];

		if (pipe(fds))
			wrong(W_unexpected, "pipe: %s", strerror(errno));
	}
}

/* The planted fault, unless it is one of memory. */
static bool plant_seen(void)
{
	switch (opt.plant) {
	case PLANT_TWICE:
	case PLANT_AGAIN:
	case PLANT_UNMARKED: return shared->wrong[W_twice];
	case PLANT_MIXED: return shared->wrong[W_mixed];
	case PLANT_LOST: return shared->wrong[W_lost];
	case PLANT_ORDER: return shared->wrong[W_order];
	}
	return false;
}

/* A slow machine may need more time than was asked for. */
static bool lacks(enum flavour flavour)
{
	if (opt.plant)
		return opt.stress && !plant_seen() && opt.plant != PLANT_LOST;
	return flavour == ROAM && (!roamed() || (opt.stress && !stressed()));
}

/* Returns false if going on makes no sense. */
static bool play(unsigned int round)
{
	/* Every other one is plain, the rest take turns. */
	enum flavour flavour = opt.stress ? ROAM :
			       round % 2 ? PLAIN : FULL + round / 2 % (FLAVOURS - FULL);
	uint64_t births = counted(N_born) + 50;
	long long began = now_ns(), least = began + 300 * MS, most = began + 20 * SECOND;
	bool reloaded = false;

	if (opt.stress) {
		least = began + opt.stress * SECOND;
		most = least + 180 * SECOND;
	}
	atomic_store(&shared->round, round);
	if (!modules_load(flavour))
		return false;
	crew_start(flavour);
	modules_refuse();
	while (now_ns() < least || (now_ns() < most && (counted(N_born) < births || lacks(flavour)))) {
		sleep_us(random_below(6000));
		crew_reap();
		/* Under stress ports shall live long enough to get about. */
		if (!random_below(opt.stress ? 15 : 3))
			crew_disturb();
		if (!reloaded && !random_below(20)) {
			modules_reload_actor();
			reloaded = true;
		}
	}
	modules_refuse();
	crew_leave(round % 4);
	worked += now_ns() - began;
	if (shared->plant == PLANT_LEAK)
		leak();
	return modules_unload();
}

static void measure(void)
{
	crew_stop();
	tasks_stuck();
	if (nr_samples < SAMPLES_MAX)
		memory_sample(&samples[nr_samples++]);
}

/* ---- the result ---- */

static int results, failures;

static void result(bool passed, const char *title, const char *why)
{
	if (!passed && why)
		printf("# %s\n", why);
	printf("%sok %d - %s\n", passed ? "" : "not ", ++results, title);
	failures += !passed;
}

static void none(enum wrong what, const char *title)
{
	char why[64];

	snprintf(why, sizeof(why), "%llu times", (unsigned long long)shared->wrong[what]);
	result(!shared->wrong[what], title, why);
}

static void growth(const char *what, long before, long after, long noise, const char *title)
{
	char why[128];

	printf("# %s: %ld KiB in the first half, %ld KiB in the second, bound +%ld KiB\n", what, before,
	       after, noise);
	snprintf(why, sizeof(why), "%s has grown by %ld KiB", what, after - before);
	result(after - before <= noise, title, why);
}

/*
 * The first sample is of the warm-up.  The least of the first half of the others is held
 * against the least of the second half; returns the caches that grew, or NULL.
 */
static const char *grown(struct memory *a, struct memory *b)
{
	unsigned int half = (nr_samples - 1) / 2;
	long noise = half > 1 ? OBJECTS_NOISE : OBJECTS_FEW, rounds;

	memory_least(a, &samples[1], half);
	memory_least(b, &samples[nr_samples - half], half);
	rounds = b->round - a->round;
	return memory_growth(a, b, rounds / 2 > noise ? rounds / 2 : noise);
}

static void report_memory(void)
{
	static struct memory a, b;
	const char *caches;

	if (nr_samples < 3) {
		result(false, "memory was measured often enough", "too few rounds");
		return;
	}
	caches = grown(&a, &b);
	printf("# between the two: %u rounds, %llu actors\n", b.round - a.round,
	       (unsigned long long)(b.births - a.births));
	result(!caches, "no cache of the kernel grew with the rounds", caches);
	growth("unreclaimable slab", a.slab, b.slab, SLAB_NOISE, "unreclaimable slab did not grow");
	growth("percpu", a.percpu, b.percpu, PERCPU_NOISE, "percpu memory did not grow");
	growth("vmalloc", a.vmalloc, b.vmalloc, VMALLOC_NOISE, "vmalloc memory did not grow");
}

/* With a fault planted there is one question: is it seen? */
static void report_plant(void)
{
	static struct memory a, b;
	char title[64];
	bool seen = plant_seen();

	if (opt.plant == PLANT_LEAK)
		seen = nr_samples > 2 && grown(&a, &b);
	snprintf(title, sizeof(title), "the planted fault \"%s\" is seen", plant_names[opt.plant]);
	result(seen, title, NULL);
}

static void report(unsigned int rounds)
{
	double seconds = worked / 1e9;
	unsigned int i;

	for (i = 0; i < NR_COUNTERS; i++)
		printf("# %s: %llu\n", counter_names[i], (unsigned long long)shared->count[i]);
	printf("# %.1f s at work: %.0f actors born, %.0f calls, %.0f killed a second\n", seconds,
	       counted(N_born) / seconds, counted(N_calls) / seconds, counted(N_killed) / seconds);

	result(rounds && counted(N_loads) == rounds && !shared->wrong[W_unload],
	       "the modules were loaded and unloaded in every round", NULL);
	result(counted(N_unload_refused) > 0, "rmmod with a descriptor open was refused", NULL);
	none(W_mixed, "every reply was the reply to its request");
	none(W_twice, "no request was received twice, but after a death and marked so");
	none(W_order, "no message overtook another of its sender");
	none(W_ghost, "errors that say that nothing happened were right");
	none(W_unexpected, "every error was a documented one");
	none(W_lost, "every call of a client that lived came back");
	result(counted(N_calls) && counted(N_laps) && counted(N_killed) &&
	       (rounds < ALL_FLAVOURS || (counted(N_calls_resumed) && counted(N_handler_calls) &&
			       counted(N_dead))),
	       "there were calls, interruptions, LAPs, and deaths", NULL);
	if (!opt.stress)
		result(rounds < ALL_FLAVOURS ||
		       (counted(N_full) && counted(N_quota) && counted(N_limit)),
		       "queues were full, quotas used up, memory tight", NULL);
	result((!opt.stress && rounds < ALL_FLAVOURS) || roamed(),
	       "ports migrated, groups changed, requests were forwarded, calls aborted", NULL);
	if (opt.stress)
		result(stressed(), "requests came again after deaths, went in batches, and by their pages",
		       NULL);
	none(W_left, "every unload left nothing behind");
	none(W_stuck, "nobody was stuck");
	if (!opt.stress)
		report_memory();
}

/* The objects of one cache in all samples. */
static void write_cache(FILE *f, const char *name, const char *comma)
{
	unsigned int i, k;

	fprintf(f, "%s\n\"%s\": [", comma, name);
	for (i = 0; i < nr_samples; i++)
		for (k = 0; k < samples[i].nr; k++)
			if (!strcmp(samples[i].cache[k].name, name))
				fprintf(f, "%s%ld", i ? ", " : "", samples[i].cache[k].objects);
	fprintf(f, "]");
}

static void write_json(unsigned int rounds)
{
	FILE *f = opt.json ? fopen(opt.json, "we") : NULL;
	unsigned int i;

	if (!f) {
		if (opt.json)
			printf("# cannot write %s: %s\n", opt.json, strerror(errno));
		return;
	}
	fprintf(f, "{\"rounds\": %u, \"seed\": %llu, \"seconds\": %.1f, \"seconds_at_work\": %.1f",
		rounds, (unsigned long long)opt.seed, (now_ns() - started) / 1e9, worked / 1e9);
	fprintf(f, ",\n\"born_a_second\": %.1f, \"calls_a_second\": %.1f",
		counted(N_born) / (worked / 1e9), counted(N_calls) / (worked / 1e9));
	fprintf(f, ",\n\"count\": {");
	for (i = 0; i < NR_COUNTERS; i++)
		fprintf(f, "%s\"%s\": %llu", i ? ", " : "", counter_names[i],
			(unsigned long long)shared->count[i]);
	fprintf(f, "},\n\"wrong\": {");
	for (i = 0; i < NR_WRONGS; i++)
		fprintf(f, "%s\"%s\": %llu", i ? ", " : "", wrong_names[i],
			(unsigned long long)shared->wrong[i]);
	fprintf(f, "},\n\"memory_kib\": [");
	for (i = 0; i < nr_samples; i++)
		fprintf(f, "%s\n{\"round\": %u, \"born\": %llu, \"slab_unreclaimable\": %ld, "
			"\"percpu\": %ld, \"vmalloc\": %ld, \"kernel_stacks\": %ld, "
			"\"page_tables\": %ld}", i ? "," : "", samples[i].round,
			(unsigned long long)samples[i].births, samples[i].slab, samples[i].percpu,
			samples[i].vmalloc, samples[i].stacks, samples[i].tables);
	fprintf(f, "],\n\"caches\": {");
	for (i = 0; nr_samples && i < samples[0].nr; i++)
		write_cache(f, samples[0].cache[i].name, i ? "," : "");
	fprintf(f, "},\n\"passed\": %d, \"failed\": %d}\n", results - failures, failures);
	fclose(f);
}

/* ---- the beginning ---- */

static void usage(void)
{
	unsigned int i;

	fprintf(stderr, "usage: chorus-soak [--rounds N] [--seconds N] [--stress N] [--seed N]\n"
			"                   [--memory BYTES] [--json FILE] [--plant FAULT]\n"
			"  --stress    one round of N seconds in which everything roams\n"
			"  --seconds   begin no round after so many\n"
			"  --memory    limit of the memory cgroup in tight rounds (%s)\n"
			"  --plant     ", opt.memory);
	for (i = 1; i < ARRAY_SIZE(plant_names); i++)
		fprintf(stderr, "%s%s", i > 1 ? ", " : "", plant_names[i]);
	fprintf(stderr, ": the checks must turn red\n");
	exit(2);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (*end || !*text)
		usage();
	return v;
}

static void parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "rounds", 1, NULL, 'r' }, { "seconds", 1, NULL, 's' }, { "seed", 1, NULL, 'S' },
		{ "memory", 1, NULL, 'm' }, { "stress", 1, NULL, 'x' }, { "json", 1, NULL, 'j' }, { "plant", 1, NULL, 'p' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (c) {
		case 'r': opt.rounds = number(optarg); break;
		case 'x': opt.stress = number(optarg); break;
		case 's': opt.seconds = number(optarg); break;
		case 'S': opt.seed = number(optarg); break;
		case 'm': opt.memory = optarg; break;
		case 'j': opt.json = optarg; break;
		case 'p':
			while (++opt.plant < ARRAY_SIZE(plant_names) &&
			       strcmp(optarg, plant_names[opt.plant]))
				;
			if (opt.plant == ARRAY_SIZE(plant_names))
				usage();
			break;
		default: usage();
		}
	if (optind != argc || !opt.rounds)
		usage();
	if (opt.stress)
		opt.rounds = 1;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* How often its limit was met. */
static void read_cgroup(void)
{
	FILE *f = fopen(CGROUP "/memory.events", "re");
	unsigned long long n;
	char name[32];

	while (f && fscanf(f, "%31s %llu", name, &n) == 2)
		if (!strcmp(name, "max"))
			atomic_store(&shared->count[N_limit], n);
	if (f)
		fclose(f);
}

/* The cgroup of tight rounds; without one they are plain. */
static bool make_cgroup(void)
{
	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdir(CGROUP, 0755);
	return put(CGROUP "/memory.max", opt.memory);
}

int main(int argc, char **argv)
{
	unsigned int round;
	bool measured = false;

	parse(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	shared->plant = opt.plant;
	started = now_ns();
	if (!opt.seed)
		opt.seed = time(NULL);
	random_seed(opt.seed);
	printf("TAP version 13\n# seed %llu, %u rounds\n", (unsigned long long)opt.seed, opt.rounds);
	if (!make_cgroup())
		printf("# no memory cgroup: memory is not tight\n");

	for (round = 1; round <= opt.rounds && !time_is_up(); round++) {
		if (!play(round)) {
			wrong(W_unload, "round %u could not be ended", round);
			break;
		}
		measured = !opt.stress && sample_is_due(round);
		if (measured) {
			printf("# round %u: %llu actors, %llu calls\n", round,
			       (unsigned long long)counted(N_born),
			       (unsigned long long)counted(N_calls));
			measure();
		}
	}
	round--;
	if (!measured && !opt.stress)
		measure();
	crew_stop();
	read_cgroup();
	if (opt.plant)
		report_plant();
	else
		report(round);
	printf("1..%d\n", results);
	write_json(round);
	return failures ? 1 : 0;
}
