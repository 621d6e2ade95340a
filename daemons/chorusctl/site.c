// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "chorusctl.h"
#include "list.h"

static struct json_object *show_features(struct nlattr **attrs, int attr, char *text)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} known[] = {
		{ CHORUS_FEATURE_WAKE_LOCAL, "wake-local" },
		{ CHORUS_FEATURE_SUPERVISOR, "supervisor" },
		{ CHORUS_FEATURE_RING, "ring" },
		{ CHORUS_FEATURE_TEST, "test" },
	};
	uint64_t features = attr_number(attrs, attr);
	struct json_object *json = json_object_new_array();
	size_t i, used = 0;
	char number[24];

	text[0] = '\0';
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!(features & known[i].bit))
			continue;
		features &= ~known[i].bit;
		used += snprintf(text + used, CELL_SIZE - used, "%s%s", used ? " " : "",
				 known[i].name);
		json_object_array_add(json, json_object_new_string(known[i].name));
	}
	/* What a newer nucleus has and this program has no word for. */
	if (features) {
		snprintf(number, sizeof(number), "0x%llx", (unsigned long long)features);
		snprintf(text + used, CELL_SIZE - used, "%s%s", used ? " " : "", number);
		json_object_array_add(json, json_object_new_string(number));
	}
	if (!text[0])
		snprintf(text, CELL_SIZE, "none");
	return json;
}

static const struct column columns[] = {
	{ "site", "site", CHORUS_A_SITE, false, show_number },
	{ "version", "version", CHORUS_A_VERSION, false, show_string },
	{ "abi base", "abi_base", CHORUS_A_ABI_BASE, false, show_number },
	{ "abi current", "abi_current", CHORUS_A_ABI_CURRENT, false, show_number },
	{ "features", "features", CHORUS_A_FEATURES, false, show_features },
	{ "actors", "actors", CHORUS_A_ACTORS, false, show_number },
	{ "ports", "ports", CHORUS_A_PORTS, false, show_number },
	{ "laps", "laps", CHORUS_A_LAPS, false, show_number },
	{ "groups", "groups", CHORUS_A_GROUPS, false, show_number },
	{ }
};

/* One object: its attributes go down the page. */
static void print(struct nlattr **attrs, void *data)
{
	struct json_object *json = json_object_new_object(), *value;
	const struct column *column;
	char text[CELL_SIZE];

	(void)data;
	for (column = columns; column->show; column++) {
		value = column->show(attrs, column->attr, text);
		json_object_object_add(json, column->key, value);
		if (!options.json)
			printf("%-12s %s\n", column->head, text);
	}
	if (options.json)
		json_print(json, false);
	else
		json_object_put(json);
}

int site_main(int argc, char **argv)
{
	int ret;

	parse_plain(argc, argv, "Show this site: one network namespace is one site.");
	ret = netlink_start() ?: netlink_do(CHORUS_CMD_SITE_GET, print, NULL);
	ret = ret ? netlink_complain(ret) : DONE;
	netlink_end();
	return ret;
}
