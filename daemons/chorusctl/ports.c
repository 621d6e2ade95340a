// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "chorusctl.h"
#include "list.h"
#include "owners.h"

static struct json_object *show_li(struct nlattr **attrs, int attr, char *text)
{
	int li = (int)attr_number(attrs, attr);

	snprintf(text, CELL_SIZE, "%d", li);
	return json_object_new_int(li);
}

/* The priority of an enabled port; others have none that matters. */
static struct json_object *show_enabled(struct nlattr **attrs, int attr, char *text)
{
	if (attr_number(attrs, CHORUS_A_ENABLED))
		return show_number(attrs, attr, text);
	snprintf(text, CELL_SIZE, "-");
	return NULL;
}

static const struct column columns[] = {
	{ "UI", "ui", CHORUS_A_UI, false, show_ui },
	{ NULL, "ui_hex", CHORUS_A_UI, false, show_ui_hex },
	{ "ACTOR", "actor_name", CHORUS_A_ACTOR_UI, false, show_owner },
	{ NULL, "actor", CHORUS_A_ACTOR_UI, false, show_ui },
	{ NULL, "actor_hex", CHORUS_A_ACTOR_UI, false, show_ui_hex },
	{ "LI", "li", CHORUS_A_LI, true, show_li },
	{ "PI", "pi", 0, false, show_pi },
	{ "ENABLED", "priority", CHORUS_A_PRIORITY, true, show_enabled },
	{ NULL, "enabled", CHORUS_A_ENABLED, false, show_flag },
	{ "HANDLER", "handler", CHORUS_A_HANDLER, false, show_flag },
	{ "GROUPS", "groups", CHORUS_A_GROUPS, true, show_number },
	{ "QUEUED", "queued", CHORUS_A_QUEUED, true, show_number },
	{ "SEQNUM", "seqnum", CHORUS_A_SEQNUM, true, show_number },
	{ }
};

int ports_main(int argc, char **argv)
{
	int ret;

	parse_plain(argc, argv, "List the ports of this site.");
	ret = netlink_start() ?: owners_load();
	ret = ret ? netlink_complain(ret) : list(CHORUS_CMD_PORT_GET, columns);
	netlink_end();
	return ret;
}
