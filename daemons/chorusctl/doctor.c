// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "chorusctl.h"
#include "doctor.h"
#include "json.h"

static unsigned int problems;
static struct json_object *findings;

char *text(const char *format, ...)
{
	va_list args;
	char *string;
	int length;

	va_start(args, format);
	length = vasprintf(&string, format, args);
	va_end(args);
	if (length < 0)
		err(FAILED, "doctor");
	return string;
}

void report(enum verdict verdict, const char *what, const char *finding, const char *cure)
{
	static const char * const words[] = { [OK] = "ok", [WARN] = "warn", [BAD] = "FAIL" };
	struct json_object *json;

	if (verdict == BAD)
		problems++;
	if (!options.json) {
		printf("%-4s  %s: %s\n", words[verdict], what, finding);
		if (verdict != OK)
			printf("      cure: %s\n", cure);
		return;
	}
	json = json_object_new_object();
	json_object_object_add(json, "verdict", json_object_new_string(words[verdict]));
	json_object_object_add(json, "what", json_object_new_string(what));
	json_object_object_add(json, "finding", json_object_new_string(finding));
	if (verdict != OK)
		json_object_object_add(json, "cure", json_object_new_string(cure));
	json_object_array_add(findings, json);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct patient *patient = state->input;

	switch (key) {
	case 'r':
		patient->root = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return USAGE;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int doctor_main(int argc, char **argv)
{
	static const struct argp_option own[] = {
		{ "root", 'r', "DIR", 0,
		  "Look at the files below DIR, and do not ask the running kernel", 0 },
		{ }
	};
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { } };
	static const struct argp argp = {
		.options = own,
		.parser = parse,
		.doc = "Look for what keeps the nucleus from working here, and name the cure.",
		.children = children,
	};
	struct patient patient = { .root = getenv("CHORUSCTL_ROOT") ?: "" };

	argp_parse(&argp, argc, argv, 0, NULL, &patient);
	findings = json_object_new_array();
	examine_kernel(&patient);
	examine_module_file(&patient);
	examine_dkms(&patient);
	examine_build(&patient);
	examine_security(&patient);
	examine_module(&patient);
	examine_library(&patient);
	examine_device(&patient);
	examine_netlink(&patient);
	examine_surroundings(&patient);
	if (options.json)
		json_print(findings, false);
	return problems ? FAILED : DONE;
}
