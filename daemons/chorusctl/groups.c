// SPDX-License-Identifier: GPL-2.0-or-later
#include "chorusctl.h"
#include "list.h"

static const struct column columns[] = {
	{ "UI", "ui", CHORUS_A_UI, false, show_ui },
	{ NULL, "ui_hex", CHORUS_A_UI, false, show_ui_hex },
	{ "MEMBERS", "members", CHORUS_A_MEMBERS, true, show_number },
	{ "QUEUED", "queued", CHORUS_A_QUEUED, true, show_number },
	{ }
};

int groups_main(int argc, char **argv)
{
	int ret;

	parse_plain(argc, argv, "List the groups of this site that have members.");
	ret = netlink_start();
	ret = ret ? netlink_complain(ret) : list(CHORUS_CMD_GROUP_GET, columns);
	netlink_end();
	return ret;
}
