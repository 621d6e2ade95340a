// SPDX-License-Identifier: GPL-2.0-or-later
/* What else is good to know before work begins. */
#include <stdlib.h>

#include "doctor.h"

static void examine_tracefs(const struct patient *patient)
{
	static const char * const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!root_exists(patient, text("%s/events", places[i])))
			continue;
		if (patient->loaded && !root_exists(patient, text("%s/events/chorus", places[i])))
			report(OK, "tracefs", text("%s, without events of chorus", places[i]),
			       NULL);
		else
			report(OK, "tracefs", places[i], NULL);
		return;
	}
	report(WARN, "tracefs", "not there, or for root only: no tracepoints to look at",
	       "as root: mount -t tracefs tracefs /sys/kernel/tracing");
}

static void examine_io_uring(const struct patient *patient)
{
	char *value = root_read(patient, "/proc/sys/kernel/io_uring_disabled", NULL);

	if (!value || value[0] == '0')
		report(OK, "io_uring", "no sysctl disables it", NULL);
	else if (value[0] == '1')
		report(OK, "io_uring", "kernel.io_uring_disabled = 1: for the group of "
		       "kernel.io_uring_group only", NULL);
	else
		report(OK, "io_uring", "kernel.io_uring_disabled = 2: disabled", NULL);
}

void examine_surroundings(struct patient *patient)
{
	examine_tracefs(patient);
	examine_io_uring(patient);
}
