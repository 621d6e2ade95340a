// SPDX-License-Identifier: GPL-2.0-or-later
#include "chorusctl.h"
#include "list.h"

/* A supervisor actor is in no process. */
static struct json_object *show_pid(struct nlattr **attrs, int attr, char *text)
{
	struct json_object *json = show_number(attrs, attr, text);

	if (attr_number(attrs, attr))
		return json;
	json_object_put(json);
	text[0] = '-';
	text[1] = '\0';
	return NULL;
}

static const struct column columns[] = {
	{ "UI", "ui", CHORUS_A_UI, false, show_ui },
	{ NULL, "ui_hex", CHORUS_A_UI, false, show_ui_hex },
	{ "NAME", "name", CHORUS_A_NAME, false, show_string },
	{ "PRIVILEGE", "privilege", CHORUS_A_PRIVILEGE, false, show_privilege },
	{ "PID", "pid", CHORUS_A_PID, true, show_pid },
	{ "PI", "pi", 0, false, show_pi },
	{ "PORTS", "ports", CHORUS_A_PORTS, true, show_number },
	{ "LAPS", "laps", CHORUS_A_LAPS, true, show_number },
	{ "THR", "threads", CHORUS_A_THREADS, true, show_number },
	{ "MSGS", "messages", CHORUS_A_MESSAGES, true, show_number },
	{ }
};

int actors_main(int argc, char **argv)
{
	int ret;

	parse_plain(argc, argv, "List the actors of this site.");
	ret = netlink_start();
	ret = ret ? netlink_complain(ret) : list(CHORUS_CMD_ACTOR_GET, columns);
	netlink_end();
	return ret;
}
