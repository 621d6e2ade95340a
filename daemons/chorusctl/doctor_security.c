// SPDX-License-Identifier: GPL-2.0-or-later
/* What may forbid to load the module. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define EFIVARS		"/sys/firmware/efi/efivars"
#define SECURE_BOOT	EFIVARS "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define SIGN		"sign chorus.ko with a key the kernel trusts (dkms does: enrol its key once " \
			"with sudo mokutil --import /var/lib/dkms/mok.pub, then boot)"

/* A module that is in the kernel has passed all this. */
static enum verdict barred(const struct patient *patient)
{
	return patient->loaded ? OK : WARN;
}

/* Four bytes of attributes, one of value. */
static void examine_secure_boot(const struct patient *patient)
{
	size_t size = 0;
	char *value;

	if (!root_exists(patient, "/sys/firmware/efi")) {
		report(OK, "Secure Boot", "none, the box did not boot through EFI", NULL);
		return;
	}
	value = root_read(patient, SECURE_BOOT, &size);
	if (value && size >= 5 && value[4] == 1)
		report(barred(patient), "Secure Boot", "on, the kernel may want signed modules",
		       SIGN);
	else if (value || root_exists(patient, EFIVARS "/."))
		report(OK, "Secure Boot", "off", NULL);
	else
		report(WARN, "Secure Boot", "cannot tell, " EFIVARS " is not mounted",
		       "sudo mount -t efivarfs efivarfs " EFIVARS);
}

/* "none [integrity] confidentiality" */
static void examine_lockdown(struct patient *patient)
{
	char *modes = root_read(patient, "/sys/kernel/security/lockdown", NULL), *mode;

	if (!modes) {
		report(OK, "lockdown", "this kernel has none, or securityfs is not mounted", NULL);
		return;
	}
	mode = strchr(modes, '[');
	mode = mode ? mode + 1 : modes;
	mode[strcspn(mode, "]")] = '\0';
	if (!strcmp(mode, "none")) {
		report(OK, "lockdown", "none", NULL);
		return;
	}
	patient->locked = true;
	report(barred(patient), "lockdown", text("%s, only signed modules load", mode),
	       SIGN "; or turn Secure Boot off, or boot without lockdown=");
}

static bool has_word(const char *line, const char *word)
{
	size_t length = strlen(word);
	const char *at;

	for (at = line; at && (at = strstr(at, word)); at++)
		if ((at == line || at[-1] == ' ') && (!at[length] || strchr(" =\n", at[length])))
			return true;
	return false;
}

static void examine_signatures(struct patient *patient)
{
	char *enforce = root_read(patient, "/sys/module/module/parameters/sig_enforce", NULL);
	char *cmdline = root_read(patient, "/proc/cmdline", NULL);
	bool asked = has_word(cmdline, "module.sig_enforce");

	if ((enforce && enforce[0] == 'Y') || (!enforce && asked)) {
		patient->locked = true;
		report(barred(patient), "signatures",
		       asked ? "enforced, by module.sig_enforce on the kernel's command line" :
			       "enforced", SIGN);
	} else if (patient->locked) {
		report(OK, "signatures", "enforced by the lockdown", NULL);
	} else {
		report(OK, "signatures", "not enforced", NULL);
	}
}

static void examine_modules_disabled(struct patient *patient)
{
	char *disabled = root_read(patient, "/proc/sys/kernel/modules_disabled", NULL);

	patient->unloadable = disabled && disabled[0] == '1';
	if (patient->unloadable)
		report(patient->loaded ? WARN : BAD, "modules_disabled",
		       "1, no module can be loaded or unloaded until the next boot",
		       "find who writes kernel.modules_disabled (sysctl.d), load chorus before it");
}

void examine_security(struct patient *patient)
{
	examine_secure_boot(patient);
	examine_lockdown(patient);
	examine_signatures(patient);
	examine_modules_disabled(patient);
}
