// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/chorus.h>

#include "chorusctl.h"

static const struct command commands[] = {
	{ "actors", "the actors of this site", actors_main },
	{ "ports", "their ports", ports_main },
	{ "laps", "their local access points", laps_main },
	{ "groups", "groups of ports", groups_main },
	{ "stat", "the counters of the nucleus", stat_main },
	{ "site", "the site: number, versions, features, counts", site_main },
	{ "doctor", "look for what keeps the nucleus from working, name the cure", doctor_main },
	{ }
};

struct options options;

/* ---- options of every command ---- */

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	(void)state;
	switch (key) {
	case 'j':
		options.json = true;
		return 0;
	case 'x':
		options.hex = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option common_options[] = {
	{ "json", 'j', NULL, 0, "Write JSON", 0 },
	{ "hex", 'x', NULL, 0, "Write unique identifiers whole, as two words in hexadecimal", 0 },
	{ }
};

const struct argp common_argp = { .options = common_options, .parser = parse_common };

static error_t parse_nothing(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	argp_error(state, "unexpected argument '%s'", arg);
	return EINVAL;
}

void parse_plain(int argc, char **argv, const char *doc)
{
	const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { } };
	const struct argp argp = { .parser = parse_nothing, .doc = doc, .children = children };

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
}

int complain(const char *format, ...)
{
	va_list args;

	fputs("chorusctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return FAILED;
}

/* ---- the command ---- */

struct choice {
	const struct command *command;
	int index;		/* of its name in argv */
};

static const struct command *find(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* The rest of the line belongs to the command. */
static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	struct choice *choice = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		choice->command = find(arg);
		if (!choice->command)
			argp_error(state, "unknown command '%s'", arg);
		choice->index = state->next - 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The list of commands stands below the options. */
static char *help_filter(int key, const char *text, void *input)
{
	const struct command *command;
	size_t size;
	char *help;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&help, &size);
	if (!out)
		return NULL;
	fputs("Commands:\n", out);
	for (command = commands; command->name; command++)
		fprintf(out, "  %-8s %s\n", command->name, command->summary);
	fputs("\n'chorusctl COMMAND --help' tells the options of one.", out);
	fclose(out);
	return help;
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "chorusctl %s (ABI %d to %d)\n", CHORUS_VERSION, CHORUS_ABI_BASE,
		CHORUS_ABI_CURRENT);
}

void (*argp_program_version_hook)(FILE *, struct argp_state *) = print_version;

/* What was printed may still fail to be written; a reader that left is no error to tell. */
static int flush(void)
{
	if (!ferror(stdout) && !fflush(stdout))
		return DONE;
	return errno == EPIPE ? FAILED : complain("cannot write: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { } };
	static const struct argp argp = {
		.parser = parse_command,
		.args_doc = "COMMAND [OPTION...]",
		.doc = "Look at the CHORUS nucleus of this site, its network namespace.\v ",
		.children = children,
		.help_filter = help_filter,
	};
	struct choice choice = { };
	char name[32];
	int ret;

	argp_err_exit_status = USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice);
	snprintf(name, sizeof(name), "chorusctl %s", choice.command->name);
	argv[choice.index] = name;
	ret = choice.command->run(argc - choice.index, argv + choice.index);
	return flush() ?: ret;
}
