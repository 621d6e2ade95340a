// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame of a selftest: output, checks, running the tests; see selftest.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "frame.h"

#define TESTS_MAX	512
#define SKIPPED		77
#define BASELINE	"/tmp/chorus-selftests.baseline"

static struct {
	void (*fn)(void);
	void (*row_fn)(const void *row);
	const void *row;
	const char *title;
	int seconds;
} tests[TESTS_MAX];
static int tests_count;
static unsigned int check_every;

struct arena *arena;
volatile unsigned int *signals_seen;

/* ---- output ---- */

static void say(const char *format, va_list args)
{
	char text[1024];
	size_t size;

	vsnprintf(text, sizeof(text) - 1, format, args);
	size = strlen(text);
	text[size++] = '\n';
	/* One write a line: several processes print. */
	if (write(STDOUT_FILENO, text, size) < 0)
		_exit(1);
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void selftest_note(const char *format, ...)
{
	char text[900] = "# ";
	va_list args;

	va_start(args, format);
	vsnprintf(text + 2, sizeof(text) - 2, format, args);
	va_end(args);
	print("%s", text);
}

void selftest_at(const char *where)
{
	arena->at = where;
}

void selftest_stop(void)
{
	_exit(1);
}

void selftest_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(arena->skip, sizeof(arena->skip), format, args);
	va_end(args);
	_exit(SKIPPED);
}

void selftest_fail(const char *where, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	arena->failures++;
	print("# failed: %s%s%s", where, *text ? ": " : "", text);
}

bool selftest_failed(void)
{
	return arena->failures;
}

#define E(name)		{ name, #name }
static const struct {
	int error;
	const char *name;
} errors[] = {
	E(ENOTTY), E(E2BIG), E(EINVAL), E(EFAULT), E(EXDEV), E(ESHUTDOWN), E(ENOENT),
	E(EHOSTUNREACH), E(EACCES), E(EPERM), E(EBUSY), E(EEXIST), E(ENOBUFS), E(EMSGSIZE),
	E(EDQUOT), E(ENOMEM), E(ETIMEDOUT), E(ECANCELED), E(EIDRM), E(EOWNERDEAD), E(ENOMSG),
	E(EREMOTEIO), E(ELOOP), E(EDEADLK), E(EOPNOTSUPP), E(EINTR), E(EBADF), E(EAGAIN),
	E(ENODEV), E(ESRCH), E(ECHILD), E(EIO), E(ENOSYS), E(EMFILE), E(ENXIO),
};

const char *error_name(long error)
{
	static _Thread_local char text[2][32];
	static _Thread_local unsigned int turn;
	char *to = text[turn++ % 2];

	if (error == DIED)
		return "(it died)";
	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i].error == -error) {
			snprintf(to, sizeof(text[0]), "-%s", errors[i].name);
			return to;
		}
	snprintf(to, sizeof(text[0]), "%ld", error);
	return to;
}

bool selftest_expect(const char *where, long got, long want)
{
	if (got == want)
		return true;
	selftest_fail(where, "is %s, expected %s", error_name(got), error_name(want));
	return false;
}

/* ---- time, memory, files ---- */

long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

void sleep_ms(int ms)
{
	struct frame_time ts = { ms / 1000, ms % 1000 * MS };

	while (syscall(FRAME_NANOSLEEP, CLOCK_MONOTONIC, 0, &ts, &ts) && errno == EINTR)
		;
}

void *shared(size_t size)
{
	size_t at = atomic_fetch_add(&arena->used, (size + 63) & ~(size_t)63);

	if (at + size > ARENA_SIZE - sizeof(*arena)) {
		selftest_fail(HERE("shared"), "the arena is full");
		selftest_stop();
	}
	return arena->memory + at;
}

int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return -errno;
	text[got] = 0;
	return got;
}

long long read_number(const char *path)
{
	char text[64];

	return read_text(path, text, sizeof(text)) > 0 ? strtoll(text, NULL, 0) : -1;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		result = -errno;
	close(fd);
	return result;
}

/* Limits are for a stock kernel; the rig says how much slower this one may be. */
int slow(void)
{
	const char *factor = getenv("SLOW");

	return factor && atoi(factor) > 0 ? atoi(factor) : 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

int object_counts(char *text, size_t size)
{
	char names[64][64], path[160];
	struct dirent *entry;
	int count = 0;
	size_t used = 0;
	DIR *dir = opendir("/sys/kernel/slab");

	*text = 0;
	if (!dir)
		return 0;
	while ((entry = readdir(dir)) && count < 64)
		if (!strncmp(entry->d_name, "chorus_", 7) && strlen(entry->d_name) < 64)
			strcpy(names[count++], entry->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), by_name);
	for (int i = 0; i < count && used < size; i++) {
		/* Without this, free objects in the slabs of a CPU count as used. */
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", names[i]);
		write_text(path, "1");
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/objects", names[i]);
		used += snprintf(text + used, size - used, "%s %lld\n", names[i], read_number(path));
	}
	return count;
}

static const char *log_words[] = {
	"chorus", "WARNING", "BUG:", "Call Trace", "refcount_t", "KASAN", "INFO: task",
};

void selftest_bear(const char *word)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(log_words); i++)
		if (!strcmp(log_words[i], word))
			log_words[i] = "WARNING";
}

void selftest_check_every(unsigned int tests)
{
	check_every = tests;
}

/* ---- the frame ---- */

void selftest_add(void (*fn)(void), const char *title, int seconds)
{
	tests[tests_count].fn = fn;
	tests[tests_count].title = title;
	tests[tests_count++].seconds = seconds;
}

void selftest_add_row(void (*fn)(const void *row), const void *row, const char *title,
		      int seconds)
{
	if (tests_count == TESTS_MAX)
		abort();
	tests[tests_count].row_fn = fn;
	tests[tests_count].row = row;
	tests[tests_count].title = title;
	tests[tests_count++].seconds = seconds;
}

/* A test hangs: show every thread of every process it made. */
static void show_threads(pid_t pid)
{
	char path[300], stat[128], call[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", pid, entry->d_name);
		if (read_text(path, stat, sizeof(stat)) <= 0)
			continue;
		stat[strcspn(stat, ")") + 3 < sizeof(stat) ? strcspn(stat, ")") + 3 : 0] = 0;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/syscall", pid, entry->d_name);
		if (read_text(path, call, sizeof(call)) <= 0)
			*call = 0;
		call[strcspn(call, "\n")] = 0;
		call[60] = 0;
		print("#   thread %s, in %s", stat, call);
		snprintf(path, sizeof(path), "/proc/%d/task/%s/wchan", pid, entry->d_name);
		if (read_text(path, call, sizeof(call)) > 0)
			print("#     waits in %s", call);
	}
	if (dir)
		closedir(dir);
}

static bool reap(pid_t pid, int seconds)
{
	long long limit = now_ns() + seconds * SECOND;
	pid_t got;

	for (;;) {
		got = waitpid(pid, NULL, WNOHANG);
		if (got == pid || (got < 0 && errno == ECHILD))
			return true;
		if (now_ns() > limit)
			return false;
		sleep_ms(1);
	}
}

static bool clean_up(void)
{
	bool clean = true;
	int i, count = arena->pids < PIDS_MAX ? arena->pids : PIDS_MAX;

	for (i = 0; i < count; i++)
		if (arena->pid[i])
			kill(arena->pid[i], SIGKILL);
	for (i = 0; i < count; i++)
		if (arena->pid[i] && !reap(arena->pid[i], 30 * slow())) {
			print("# process %d does not die", arena->pid[i]);
			show_threads(arena->pid[i]);
			clean = false;
		}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return clean;
}

/* Clear the arena for the next test; keep what is untouched untouched. */
static void clean_arena(void)
{
	size_t used = sizeof(*arena) + arena->used;

	memset(arena, 0, used < ARENA_SIZE ? used : ARENA_SIZE);
}

/* New records of the kernel log that speak of us or complain. */
static bool log_untouched(int kmsg)
{
	char text[2048];
	bool untouched = true;
	ssize_t got;

	while (kmsg >= 0) {
		got = read(kmsg, text, sizeof(text) - 1);
		if (got < 0 && errno == EPIPE)
			continue;
		if (got <= 0)
			break;
		text[got] = 0;
		for (unsigned int i = 0; i < ARRAY_SIZE(log_words); i++)
			if (strstr(text, log_words[i])) {
				text[strcspn(text, "\n")] = 0;
				print("# kernel: %s", text);
				untouched = false;
				break;
			}
	}
	return untouched;
}

static bool nothing_left(const char *before)
{
	static char after[4096];
	long long limit = now_ns() + 60 * slow() * SECOND;

	/* Graves are dug after a grace period of RCU, sites by a worker: who is slow is not lost. */
	do {
		object_counts(after, sizeof(after));
		if (!strcmp(before, after))
			return true;
		sleep_ms(20);
	} while (now_ns() < limit);
	print("# objects before and after:");
	for (const char *a = before, *b = after; *a && *b;) {
		int m = strcspn(a, "\n"), n = strcspn(b, "\n");

		if (m != n || memcmp(a, b, m))
			print("#   %.*s -> %.*s", m, a, n, b);
		a += m + !!a[m];
		b += n + !!b[n];
	}
	return false;
}

static bool run_one(int i, int kmsg, const char *before)
{
	int seconds = tests[i].seconds * slow();
	long long limit = now_ns() + seconds * SECOND;
	bool passed, clean;
	int status = 0;
	pid_t pid, got;

	clean_arena();
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (tests[i].row_fn)
			tests[i].row_fn(tests[i].row);
		else
			tests[i].fn();
		_exit(arena->failures ? 1 : 0);
	}
	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got || now_ns() > limit)
			break;
		sleep_ms(2);
	}
	if (!got) {
		print("# no end after %d s; it was at %s", seconds,
		      arena->at ? arena->at : "its beginning");
		show_threads(pid);
		for (int p = 0; p < arena->pids && p < 8; p++)
			if (arena->pid[p])
				show_threads(arena->pid[p]);
		kill(pid, SIGKILL);
		if (!reap(pid, 30 * slow()))
			print("# and it does not die");
		passed = false;
	} else if (WIFSIGNALED(status)) {
		print("# died of signal %d; it was at %s", WTERMSIG(status),
		      arena->at ? arena->at : "its beginning");
		passed = false;
	} else {
		passed = !arena->failures && (!WEXITSTATUS(status) || WEXITSTATUS(status) == SKIPPED);
	}
	clean = clean_up();
	if (check_every && i % check_every == check_every - 1) {
		/* Both are asked, whatever the first says: each tells its reason. */
		clean &= log_untouched(kmsg);
		clean &= !*before || nothing_left(before);
	}
	if (passed && clean && *arena->skip)
		print("ok %d - %s # SKIP %s", i + 1, tests[i].title, arena->skip);
	else
		print("%sok %d - %s", passed && clean ? "" : "not ", i + 1, tests[i].title);
	return passed && clean;
}

__attribute__((weak)) void selftest_begin(void)
{
}

__attribute__((weak)) int selftest_helper(int argc, char **argv)
{
	return 1;
}

int main(int argc, char **argv)
{
	static char before[4096];
	int kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int failed = 0, caches, number, first = 0, last;
	int baseline;

	if (argc > 1 && !strcmp(argv[1], "--helper"))
		return selftest_helper(argc - 2, argv + 2);
	selftest_begin();
	arena = mmap(NULL, ARENA_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		return 1;
	signals_seen = &arena->signals_seen;
	if (access(DEVICE, F_OK)) {
		print("1..0 # SKIP no %s: load chorus.ko", DEVICE);
		return SKIPPED;
	}
	number = last = tests_count;
	if (argc > 1) {		/* one test, by its number */
		first = atoi(argv[1]) - 1;
		last = first + 1;
		if (first < 0 || first >= tests_count)
			return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
	caches = object_counts(before, sizeof(before));
	/* The first program in a guest tells zz-nothing-left how it was. */
	baseline = open(BASELINE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (baseline >= 0) {
		if (write(baseline, before, strlen(before)) < 0)
			print("# cannot write %s", BASELINE);
		close(baseline);
	}

	print("TAP version 13");
	print("1..%d", tests_count + 2);
	for (int i = first; i < last; i++)
		failed += !run_one(i, kmsg, before);
	number++;
	if (kmsg < 0)
		print("ok %d - kernel log untouched # SKIP no /dev/kmsg", number);
	else if (log_untouched(kmsg))
		print("ok %d - kernel log untouched", number);
	else
		failed++, print("not ok %d - kernel log untouched", number);
	number++;
	if (!caches)
		print("ok %d - nothing left behind # SKIP no /sys/kernel/slab/chorus_*", number);
	else if (nothing_left(before))
		print("ok %d - nothing left behind", number);
	else
		failed++, print("not ok %d - nothing left behind", number);
	munmap(arena, ARENA_SIZE);
	return failed ? 1 : 0;
}
