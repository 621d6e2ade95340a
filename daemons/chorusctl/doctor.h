/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The doctor looks at one box, or, for tests, at a folder with the files of
 * one.  Strings made here live as long as the program.
 */
#ifndef CHORUSCTL_DOCTOR_H
#define CHORUSCTL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

/* The window of kernels the module is tested with. */
#define OLDEST_KERNEL	"6.1"
#define NEWEST_KERNEL	"7.2"

enum verdict {
	OK,		/* nothing to do */
	WARN,		/* works, or will; worth knowing */
	BAD,		/* keeps the nucleus from working */
};

struct patient {
	const char *root;	/* folder in the place of /, or "" */
	const char *release;	/* of the running kernel */
	bool debian;		/* packages come through apt */
	const char *file;	/* of the module for this kernel, below @root, or NULL */
	const char *installed;	/* version of that file, NULL if it does not tell */
	const char *running;	/* version of the loaded module, or NULL */
	bool loaded;
	bool locked;		/* only signed modules load */
	bool unloadable;	/* no module loads any more */
};

/* One line of the report; @cure may be NULL only where there is nothing to cure. */
void report(enum verdict verdict, const char *what, const char *finding, const char *cure);

char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- root.c: files of the patient ---- */

char *root_path(const struct patient *patient, const char *path);
bool root_exists(const struct patient *patient, const char *path);
/* The whole file, NUL behind it, the last newline cut; NULL if it cannot be read. */
char *root_read(const struct patient *patient, const char *path, size_t *size);
/* A program in PATH, below the root; NULL if there is none. */
char *root_program(const struct patient *patient, const char *name);
/* First line that the program prints; NULL if it fails. */
char *run_line(const char *program, const char *arg);

/* ---- the examinations, in this order ---- */

void examine_kernel(struct patient *patient);
void examine_module_file(struct patient *patient);
void examine_dkms(struct patient *patient);
void examine_build(struct patient *patient);
void examine_security(struct patient *patient);
void examine_module(struct patient *patient);
void examine_library(struct patient *patient);
void examine_device(struct patient *patient);
void examine_netlink(struct patient *patient);
void examine_surroundings(struct patient *patient);

#endif /* CHORUSCTL_DOCTOR_H */
