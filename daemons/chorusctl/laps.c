// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "chorusctl.h"
#include "list.h"
#include "owners.h"

/* A LAP that nobody bound has no name. */
static struct json_object *show_name(struct nlattr **attrs, int attr, char *text)
{
	if (attrs[attr])
		return show_string(attrs, attr, text);
	snprintf(text, CELL_SIZE, "-");
	return NULL;
}

static struct json_object *show_options(struct nlattr **attrs, int attr, char *text)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} known[] = {
		{ CHORUS_LAP_SAFE, "safe" },
		{ CHORUS_LAP_PROMPT, "prompt" },
	};
	uint64_t lap_options = attr_number(attrs, attr);
	struct json_object *json = json_object_new_array();
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!(lap_options & known[i].bit))
			continue;
		used += snprintf(text + used, CELL_SIZE - used, "%s%s", used ? " " : "",
				 known[i].name);
		json_object_array_add(json, json_object_new_string(known[i].name));
	}
	if (!text[0])
		snprintf(text, CELL_SIZE, "-");
	return json;
}

static const struct column columns[] = {
	{ "UI", "ui", CHORUS_A_UI, false, show_ui },
	{ NULL, "ui_hex", CHORUS_A_UI, false, show_ui_hex },
	{ "NAME", "name", CHORUS_A_NAME, false, show_name },
	{ "ACTOR", "actor_name", CHORUS_A_ACTOR_UI, false, show_owner },
	{ NULL, "actor", CHORUS_A_ACTOR_UI, false, show_ui },
	{ NULL, "actor_hex", CHORUS_A_ACTOR_UI, false, show_ui_hex },
	{ "OPTIONS", "options", CHORUS_A_OPTIONS, false, show_options },
	{ "ARG", "arg_size", CHORUS_A_ARG_SIZE, true, show_number },
	{ }
};

int laps_main(int argc, char **argv)
{
	int ret;

	parse_plain(argc, argv, "List the local access points of this site.");
	ret = netlink_start() ?: owners_load();
	ret = ret ? netlink_complain(ret) : list(CHORUS_CMD_LAP_GET, columns);
	netlink_end();
	return ret;
}
