// SPDX-License-Identifier: GPL-2.0-or-later
/* What came by packages or "make install" beside the module's file: DKMS, the library. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define DKMS	"/var/lib/dkms/chorus"
#define LIBRARY	"libchorus.so.0"

/* The newest release in DKMS' tree: it has a link to its source. NULL if there is none. */
static const char *dkms_release(const struct patient *patient)
{
	char *path = root_path(patient, DKMS);
	DIR *dir = opendir(path);
	const char *newest = NULL;
	struct dirent *entry;

	free(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    !root_exists(patient, text(DKMS "/%s/source/.", entry->d_name)))
			continue;
		if (!newest || strverscmp(entry->d_name, newest) > 0)
			newest = text("%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return newest;
}

void examine_dkms(struct patient *patient)
{
	const char *release = dkms_release(patient), *log, *again;

	if (!release)
		return;
	if (root_exists(patient, text(DKMS "/%s/%s", release, patient->release))) {
		report(OK, "dkms", text("has built chorus %s for this kernel", release), NULL);
		return;
	}
	log = text(DKMS "/%s/build/make.log", release);
	again = text("sudo dkms install chorus/%s -k %s", release, patient->release);
	report(patient->file || patient->loaded ? WARN : BAD, "dkms",
	       text("has chorus %s, but not built for kernel %s", release, patient->release),
	       !root_exists(patient, text("/lib/modules/%s/build/Makefile", patient->release)) ?
	       text("install the headers, see below, then: %s", again) :
	       root_exists(patient, log) ? text("look why in %s, then: %s", log, again) : again);
}

/* "libchorus.so.0" is a link to the file, whose name tells the release; NULL if it is not there. */
static const char *library_release(const struct patient *patient, const char *folder)
{
	char *path = root_path(patient, text("%s/" LIBRARY, folder));
	char target[256];
	const char *name;
	ssize_t length;

	length = readlink(path, target, sizeof(target) - 1);
	free(path);
	if (length < 0)
		return NULL;
	target[length] = '\0';
	name = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
	return text("%s", strncmp(name, "libchorus.so.", 13) ? name : name + 13);
}

void examine_library(struct patient *patient)
{
	/* In the order of Debian's loader; programs get the first. */
	static const char * const folders[] = {
		"/usr/local/lib", "/usr/local/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
		"/usr/lib64", "/usr/lib",
	};
	const char *wanted = patient->installed ?: patient->running ?: CHORUS_VERSION;
	const char *found, *first = NULL;
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		found = library_release(patient, folders[i]);
		if (!found)
			continue;
		if (first && strcmp(found, first))
			report(WARN, "library",
			       text("another one, %s, is in %s", found, folders[i]),
			       "remove one of the two (make uninstall, or apt)");
		else if (!first && strcmp(found, wanted))
			report(WARN, "library",
			       text("%s in %s, the module is %s", found, folders[i], wanted),
			       "install module, library and tools of one release");
		else if (!first)
			report(OK, "library", text("%s in %s, as the module", found, folders[i]),
			       NULL);
		first = first ?: found;
	}
	if (!first)
		report(OK, "library", "none installed", NULL);
}
