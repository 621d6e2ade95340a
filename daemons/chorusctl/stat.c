// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chorusctl.h"
#include "list.h"

#define COUNTERS_MAX	256
#define INTERVAL_MAX	86400

struct counter {
	char name[CELL_SIZE];
	uint64_t value;
};

struct sample {
	struct timespec time;
	size_t nr;
	struct counter counter[COUNTERS_MAX];
};

static struct {
	const char *pattern;
	double interval;	/* seconds, 0: once */
	bool nonzero;
} stat_options;

static error_t parse(int key, char *arg, struct argp_state *state)
{
	char *end;

	switch (key) {
	case 'w':
		stat_options.interval = strtod(arg, &end);
		if (end == arg || *end || !(stat_options.interval >= 0.1) ||
		    stat_options.interval > INTERVAL_MAX)
			argp_error(state, "'%s' is no number of seconds from 0.1 to %d", arg,
				   INTERVAL_MAX);
		return 0;
	case 'n':
		stat_options.nonzero = true;
		return 0;
	case ARGP_KEY_ARG:
		if (stat_options.pattern)
			argp_error(state, "one pattern only (in quotes?)");
		stat_options.pattern = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void add(struct nlattr **attrs, void *data)
{
	struct sample *sample = data;
	struct counter *counter;

	if (sample->nr == COUNTERS_MAX)
		return;
	counter = &sample->counter[sample->nr];
	json_object_put(show_string(attrs, CHORUS_A_NAME, counter->name));
	if (stat_options.pattern && fnmatch(stat_options.pattern, counter->name, 0))
		return;
	counter->value = attr_number(attrs, CHORUS_A_VALUE);
	sample->nr++;
}

static int take(struct sample *sample)
{
	sample->nr = 0;
	clock_gettime(CLOCK_MONOTONIC, &sample->time);
	return netlink_dump(CHORUS_CMD_STAT_GET, add, sample);
}

/* Of the same counter: another module may have been loaded between two samples. */
static uint64_t difference(const struct sample *before, const struct counter *now)
{
	size_t i;

	for (i = 0; i < before->nr; i++)
		if (!strcmp(before->counter[i].name, now->name))
			return now->value >= before->counter[i].value ?
			       now->value - before->counter[i].value : 0;
	return 0;
}

static double seconds_between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

static void print_json(const struct sample *before, const struct sample *now, double seconds)
{
	struct json_object *json = json_object_new_object(), *value;
	size_t i;

	for (i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];
		uint64_t grown = before ? difference(before, counter) : 0;

		if (stat_options.nonzero && !(before ? grown : counter->value))
			continue;
		value = json_object_new_uint64(counter->value);
		if (before) {
			struct json_object *pair = json_object_new_object();

			json_object_object_add(pair, "value", value);
			json_object_object_add(pair, "per_second",
					       json_object_new_int64(llround(grown / seconds)));
			value = pair;
		}
		json_object_object_add(json, counter->name, value);
	}
	json_print(json, before);
}

static void print_table(const struct sample *before, const struct sample *now, double seconds)
{
	struct table table = { };
	size_t i;

	table_column(&table, "COUNTER", false);
	table_column(&table, "VALUE", true);
	if (before)
		table_column(&table, "PER SECOND", true);
	for (i = 0; i < now->nr; i++) {
		const struct counter *counter = &now->counter[i];
		uint64_t grown = before ? difference(before, counter) : 0;
		char (*cell)[CELL_SIZE];

		if (stat_options.nonzero && !(before ? grown : counter->value))
			continue;
		cell = table_row(&table);
		strcpy(cell[0], counter->name);
		snprintf(cell[1], CELL_SIZE, "%" PRIu64, counter->value);
		if (before)
			snprintf(cell[2], CELL_SIZE, "%.0f", (double)grown / seconds);
	}
	table_print(&table);
}

static void print(const struct sample *before, const struct sample *now)
{
	double seconds = before ? seconds_between(&before->time, &now->time) : 1;

	if (options.json)
		print_json(before, now, seconds);
	else
		print_table(before, now, seconds);
}

/* Until a signal, the end of the nucleus, or of the reader. */
static int watch(void)
{
	static struct sample samples[2];
	double whole, part = modf(stat_options.interval, &whole);
	const struct timespec interval = { (time_t)whole, (long)(part * 1e9) };
	int ret, now = 0;

	ret = take(&samples[now]);
	while (!ret) {
		struct timespec rest = interval;

		while (nanosleep(&rest, &rest) && errno == EINTR)
			;
		now = !now;
		ret = take(&samples[now]);
		if (ret)
			break;
		print(&samples[!now], &samples[now]);
		if (!options.json)
			putchar('\n');
		if (fflush(stdout))
			break;
	}
	return ret;
}

static int once(void)
{
	static struct sample sample;
	int ret = take(&sample);

	if (!ret)
		print(NULL, &sample);
	return ret;
}

int stat_main(int argc, char **argv)
{
	static const struct argp_option own[] = {
		{ "watch", 'w', "SECONDS", 0, "Every SECONDS, with the differences per second", 0 },
		{ "nonzero", 'n', NULL, 0, "Leave out what is zero (or, watching, did not grow)", 0 },
		{ }
	};
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { } };
	static const struct argp argp = {
		.options = own,
		.parser = parse,
		.args_doc = "[PATTERN]",
		.doc = "Show the counters of the nucleus, of all sites together, or those whose "
		       "names match PATTERN, a pattern of the shell.",
		.children = children,
	};
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	ret = netlink_start() ?: (stat_options.interval > 0 ? watch() : once());
	ret = ret ? netlink_complain(ret) : DONE;
	netlink_end();
	return ret;
}
