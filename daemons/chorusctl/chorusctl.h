/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chorusctl: a look at the nucleus over its generic netlink family.
 */
#ifndef CHORUSCTL_H
#define CHORUSCTL_H

#include <argp.h>
#include <stdbool.h>

/* Exit codes, as documented in chorusctl(8). */
enum {
	DONE = 0,
	FAILED = 1,
	USAGE = 2,
};

/* What every command understands, before and after its name. */
struct options {
	bool json;
	bool hex;
};

extern struct options options;
extern const struct argp common_argp;

struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int actors_main(int argc, char **argv);
int ports_main(int argc, char **argv);
int laps_main(int argc, char **argv);
int groups_main(int argc, char **argv);
int stat_main(int argc, char **argv);
int site_main(int argc, char **argv);
int doctor_main(int argc, char **argv);

/* A command without options of its own. */
void parse_plain(int argc, char **argv, const char *doc);

/* One clear line on stderr; returns FAILED. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* CHORUSCTL_H */
