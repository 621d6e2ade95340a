/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chorus-bench: what the files share.  A *row* is one operation that is timed
 * or counted; METHOD.rst says what each row does and how figures are made.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BODY_MAX	65536u
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct row;

/**
 * struct row_ops - how an operation is done
 * @open: get ready, start the partner.  -1: the row is absent, see row_absent()
 * @run: do the operation @n times, checking every result.  -1: a wrong result,
 *	already reported with row_wrong()
 */
struct row_ops {
	int (*open)(struct row *row);
	int (*run)(struct row *row, unsigned int n);
};

struct row {
	char name[32];
	const struct row_ops *ops;
	unsigned int body;		/* bytes of the request's body, 0 if it has none */
	pid_t server;			/* partner process, or 0 */
	int fd[2];			/* of the caller's side, as the row likes */
	void *mem;			/* likewise */
	uint64_t data[2];		/* likewise */
	uint64_t seq;			/* number of the request, never repeated */
	char why[96];			/* why the row is absent */
	bool absent;
	bool late;			/* opened and measured after those that are not, one by one */
	bool burst;			/* the default policy, right after the server has slept */
	int (*drain)(struct row *row);	/* take out what was filled, untimed; or NULL */
	unsigned int chunk;		/* operations between two drains; 0: no limit */
	unsigned int batch;		/* operations of one sample */
	double *sample;			/* nanoseconds an operation, one a round */
};

/* row.c */
extern struct row *rows;
extern unsigned int nr_rows;
struct row *row_add(const char *name, const struct row_ops *ops, unsigned int body);
void row_add_sizes(const char *name, const struct row_ops *ops);
void row_add_burst(const char *name, const struct row_ops *ops);
struct row *row_find(const char *name);
int row_run(struct row *row, unsigned int n, uint64_t *ns);
int row_absent(struct row *row, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int row_wrong(struct row *row, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Every kind of row: adds its rows to the list. */
void null_rows(void);
void pipe_rows(void);
void eventfd_rows(void);
void futex_rows(void);
void seqpacket_rows(void);
void binder_rows(void);
void chorus_rows(void);
void pipe_write_rows(void);
void pipe_write_row(void);
void library_rows(void);

/* server.c: the partner process of a row. */
struct server_word {
	char why[96];			/* empty: it is ready */
	uint64_t data[2];		/* what the caller needs to know */
};

typedef void (*server_fn)(struct row *row);
int server_start(struct row *row, server_fn fn, struct server_word *word);
void server_ready(const struct server_word *word);
void server_absent(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void server_die(const char *what) __attribute__((noreturn));
void server_watch(void);
void server_stop_all(void);

/* place.c: where and how tasks run. */
extern int bench_cpu;
extern const char *bench_policy;
void place_pin(void);
int place_policy(const char *name);
void place_settle(void);

/* body.c: a body that proves that it arrived whole. */
void *body_alloc(size_t size);
uint64_t body_fill(void *body, unsigned int size, uint64_t seq);
uint64_t body_ack(const void *body, unsigned int size);

/* counter.c: events of tasks, counted by the kernel's own tracepoints. */
enum counter {
	COUNTER_TRAPS,
	COUNTER_SWITCHES,
	COUNTER_ALLOCATIONS,
	NR_COUNTERS,
};

struct counters;
struct counters *counters_open(const pid_t *pid, unsigned int n, char *why, size_t len);
int counters_start(struct counters *c);
int counters_stop(struct counters *c, double total[NR_COUNTERS]);
void counters_close(struct counters *c);

/* copies.c: the nucleus's own count of body copies, through generic netlink. */
struct copies {
	uint64_t in, out, direct, window;
};

int copies_read(struct copies *c, char *why, size_t len);

/* contract.c: what an operation may cost. */
struct contract {
	char name[48];
	bool pass;
	double min, max;		/* what is right */
	double measured;		/* an operation, mean */
};

extern struct contract contracts[];
extern unsigned int nr_contracts;
extern char contracts_why[96];		/* why none could be checked */
int contracts_check(void);
int contracts_print_counts(void);
int contracts_tap(const char *expect_red);

/* result.c */
int result_write(const char *path, const char *mode, const char *flags, unsigned int rounds,
		 bool checked);

/* clock.c */
uint64_t clock_ns(void);
double median(const double *v, unsigned int n);
double spread(const double *v, unsigned int n);

#endif /* BENCH_H */
