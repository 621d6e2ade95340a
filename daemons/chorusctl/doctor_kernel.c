// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel that runs, and what is needed to build a module for it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* 6.12.1 is 6012; what does not begin with two numbers is 0. */
static int version_number(const char *version)
{
	int major, minor;

	return sscanf(version, "%d.%d", &major, &minor) == 2 ? major * 1000 + minor : 0;
}

void examine_kernel(struct patient *patient)
{
	char *like = root_read(patient, "/etc/os-release", NULL);
	int version;

	patient->debian = like && strstr(like, "debian");
	patient->release = root_read(patient, "/proc/sys/kernel/osrelease", NULL);
	if (!patient->release) {
		patient->release = "unknown";
		report(BAD, "kernel", "its version cannot be read",
		       "mount /proc: mount -t proc proc /proc");
		return;
	}
	version = version_number(patient->release);
	if (version < version_number(OLDEST_KERNEL))
		report(BAD, "kernel", text("%s is older than " OLDEST_KERNEL, patient->release),
		       "boot a kernel " OLDEST_KERNEL " or newer (Debian 12 has one)");
	else if (version > version_number(NEWEST_KERNEL))
		report(WARN, "kernel",
		       text("%s is newer than " NEWEST_KERNEL ", the newest one tested",
			    patient->release),
		       "look for a newer release of chorus.ko; tell if this one fails");
	else
		report(OK, "kernel", text("%s is one of " OLDEST_KERNEL " to " NEWEST_KERNEL,
					  patient->release), NULL);
}

/* ---- what a build needs ---- */

/* Only who has no module at all must be able to build one. */
static void report_missing(const struct patient *patient, const char *what, const char *finding,
			   const char *cure)
{
	bool needed = !patient->file && !patient->loaded;

	report(needed ? BAD : WARN, what,
	       needed ? finding : text("%s (needed to build the module only)", finding), cure);
}

static const char *install(const struct patient *patient, const char *debian, const char *other)
{
	return patient->debian ? text("sudo apt install %s", debian) :
				 text("install %s", other);
}

static void examine_headers(const struct patient *patient)
{
	const char *build = text("/lib/modules/%s/build", patient->release);

	if (root_exists(patient, text("%s/Makefile", build)))
		report(OK, "headers", text("%s is there", build), NULL);
	else
		report_missing(patient, "headers",
			       text("%s, the headers of the running kernel, is not there", build),
			       install(patient, text("linux-headers-%s", patient->release),
				       text("the headers of kernel %s (kernel-devel-%s)",
					    patient->release, patient->release)));
}

struct compiler {
	const char *family;	/* gcc or clang */
	char name[64];		/* as the kernel was built with it: gcc-12 */
	int major;
};

/*
 * Linux version 6.1.0-49-amd64 (debian-kernel@...) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld ...
 * Linux version 6.12.1 (a@b) (gcc (GCC) 14.2.1 20250110, GNU ld ...
 * Linux version 6.12.1 (a@b) (Debian clang version 16.0.6, LLD 16.0.6) ...
 * Linux version 5.4.1 (a@b) (gcc version 8.3.0 (Debian 8.3.0-6)) ...
 */
static bool kernel_compiler(const char *version, struct compiler *compiler)
{
	const char *at = strstr(version, " (");
	int depth = 0;

	at = at ? strstr(at + 2, " (") : NULL;
	if (!at)
		return false;
	at += 2;
	compiler->family = strstr(at, "clang version ") ? "clang" : "gcc";
	strcpy(compiler->name, compiler->family);
	if (strstr(at, " version ") &&
	    sscanf(strstr(at, " version ") + 9, "%d", &compiler->major) == 1)
		return true;
	if (sscanf(at, "%63[^ ,()]", compiler->name) != 1 || !strstr(compiler->name, "gcc"))
		return false;
	/* The number follows the vendor's words in parentheses. */
	for (at += strlen(compiler->name); *at; at++) {
		depth += (*at == '(') - (*at == ')');
		if (!depth && isdigit((unsigned char)*at))
			return sscanf(at, "%d", &compiler->major) == 1;
	}
	return false;
}

/* The first of the programs that is there, the right one before others. */
static const char *find_compiler(const struct patient *patient, const struct compiler *wanted,
				 int *major)
{
	const char *names[] = {
		wanted->name, text("%s-%d", wanted->family, wanted->major), wanted->family,
	};
	const char *found = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *program = root_program(patient, names[i]);
		const char *version = program ? run_line(program, "-dumpversion") : NULL;
		int number = version ? atoi(version) : 0;

		if (number == wanted->major) {
			*major = number;
			return names[i];
		}
		if (number && !found) {
			*major = number;
			found = names[i];
		}
	}
	return found;
}

static void examine_compiler(const struct patient *patient)
{
	char *version = root_read(patient, "/proc/version", NULL);
	struct compiler wanted = { };
	const char *found, *package;
	int major = 0;

	if (!version || !kernel_compiler(version, &wanted)) {
		report(WARN, "compiler", "/proc/version does not name the compiler of the kernel",
		       "build with the compiler that built the kernel");
		return;
	}
	package = text("%s-%d", wanted.family, wanted.major);
	found = find_compiler(patient, &wanted, &major);
	if (!found)
		report_missing(patient, "compiler",
			       text("no %s; the kernel was built with version %d", wanted.family,
				    wanted.major),
			       install(patient, package, package));
	else if (major != wanted.major)
		report(WARN, "compiler",
		       text("%s is version %d, the kernel was built with %d", found, major,
			    wanted.major),
		       text("%s, and build with CC=%s", install(patient, package, package),
			    package));
	else
		report(OK, "compiler", text("%s, version %d as the kernel's", found, major), NULL);
}

void examine_build(struct patient *patient)
{
	examine_headers(patient);
	examine_compiler(patient);
	if (root_program(patient, "make"))
		report(OK, "make", "is there", NULL);
	else
		report_missing(patient, "make", "not there", install(patient, "make", "make"));
}
