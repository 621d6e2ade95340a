// SPDX-License-Identifier: GPL-2.0-or-later
/* The module: its file, the loaded one, and their versions. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* From modules.dep, the line "updates/dkms/chorus.ko.xz: ..."; NULL if none. */
static const char *file_of_depmod(const struct patient *patient)
{
	char *dep = root_read(patient, text("/lib/modules/%s/modules.dep", patient->release), NULL);
	char *line, *name;

	while ((line = strsep(&dep, "\n"))) {
		if (!strchr(line, ':'))
			continue;
		*strchr(line, ':') = '\0';
		name = strrchr(line, '/') ? strrchr(line, '/') + 1 : line;
		if (!strncmp(name, "chorus.ko", 9) && (!name[9] || name[9] == '.'))
			return line[0] == '/' ? line :
			       text("/lib/modules/%s/%s", patient->release, line);
	}
	return NULL;
}

static const char *file_of_habit(const struct patient *patient)
{
	static const char * const folders[] = { "updates/dkms", "updates", "extra" };
	static const char * const endings[] = { "", ".xz", ".zst", ".gz" };
	size_t i, j;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		for (j = 0; j < sizeof(endings) / sizeof(endings[0]); j++) {
			char *path = text("/lib/modules/%s/%s/chorus.ko%s", patient->release,
					  folders[i], endings[j]);

			if (root_exists(patient, path))
				return path;
		}
	}
	return NULL;
}

/* "key=value" of the file's .modinfo; a compressed file has none to read. */
static const char *modinfo(const struct patient *patient, const char *key)
{
	size_t size = 0, length = strlen(key);
	const char *content, *at, *end;

	content = root_read(patient, patient->file, &size);
	if (!content)
		return NULL;
	end = content + size;
	for (at = content; (at = memmem(at, end - at, key, length)); at++)
		if (at[length] == '=' && (at == content || !at[-1]))
			return at + length + 1;
	return NULL;
}

static void examine_vermagic(const struct patient *patient)
{
	const char *magic = modinfo(patient, "vermagic");
	size_t length;

	if (!magic) {
		report(OK, "module file", text("%s", patient->file), NULL);
		return;
	}
	length = strcspn(magic, " ");
	if (length == strlen(patient->release) && !strncmp(magic, patient->release, length))
		report(OK, "module file", text("%s, built for this kernel", patient->file), NULL);
	else
		report(BAD, "module file",
		       text("%s was built for kernel %.*s", patient->file, (int)length, magic),
		       "build it again for this kernel (dkms autoinstall, or make modules)");
}

void examine_module_file(struct patient *patient)
{
	patient->loaded = root_exists(patient, "/sys/module/chorus/initstate") ||
			  root_exists(patient, "/sys/module/chorus/version");
	patient->file = file_of_depmod(patient);
	if (patient->file && !root_exists(patient, patient->file)) {
		report(BAD, "module file", text("%s is gone", patient->file),
		       "install the module again, then: sudo depmod -a");
		patient->file = NULL;
	} else if (patient->file) {
		examine_vermagic(patient);
	} else if ((patient->file = file_of_habit(patient))) {
		report(WARN, "module file", text("modprobe does not know %s", patient->file),
		       "sudo depmod -a");
	} else if (patient->loaded) {
		report(OK, "module file", "none installed, the loaded one came by insmod", NULL);
	} else {
		report(BAD, "module file", text("none for kernel %s", patient->release),
		       patient->debian ? "sudo apt install chorus-dkms (in the source tree: make load)" :
					 "in the source tree: make load");
	}
	patient->installed = patient->file ? modinfo(patient, "version") : NULL;
	patient->running = root_read(patient, "/sys/module/chorus/version", NULL);
}

static void examine_version(const struct patient *patient)
{
	const char *loaded = patient->running, *installed = patient->installed;

	if (!loaded)
		report(WARN, "version", "the loaded module does not tell its version",
		       "unload it, load a newer one");
	else if (installed && strcmp(installed, loaded))
		report(WARN, "version",
		       text("%s is loaded, %s is installed", loaded, installed),
		       "sudo modprobe -r chorus && sudo modprobe chorus");
	else if (strcmp(loaded, CHORUS_VERSION))
		report(WARN, "version",
		       text("the module is %s, chorusctl is %s", loaded, CHORUS_VERSION),
		       "install module, library and tools of one release");
	else
		report(OK, "version", text("%s, module and chorusctl", loaded), NULL);
}

void examine_module(struct patient *patient)
{
	if (patient->loaded) {
		report(OK, "loaded", "chorus is in the kernel", NULL);
		examine_version(patient);
	} else if (patient->unloadable) {
		report(BAD, "loaded", "chorus is not in the kernel", "boot again, and load it then");
	} else {
		report(BAD, "loaded", "chorus is not in the kernel",
		       patient->file ? "sudo modprobe chorus (at every boot: a line 'chorus' in "
				       "/etc/modules-load.d/chorus.conf)" :
				       "build it first, then: make load");
	}
}
