// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes as text for people and as values for JSON. */
#include <inttypes.h>
#include <stdio.h>

#include "chorusctl.h"
#include "list.h"

struct json_object *show_ui_hex(struct nlattr **attrs, int attr, char *text)
{
	struct chorus_ui ui = attr_ui(attrs, attr);

	snprintf(text, CELL_SIZE, "%016" PRIx64 ":%016" PRIx64, (uint64_t)ui.head,
		 (uint64_t)ui.tail);
	return json_object_new_string(text);
}

/* type:site:tail; the epoch, which only tells apart what has the same tail, is left out. */
struct json_object *show_ui(struct nlattr **attrs, int attr, char *text)
{
	static const char * const types[] = {
		[CHORUS_UI_NULL] = "null",
		[CHORUS_UI_SITE] = "site",
		[CHORUS_UI_ACTOR] = "actor",
		[CHORUS_UI_PORT] = "port",
		[CHORUS_UI_STATPORT] = "statport",
		[CHORUS_UI_LAP] = "lap",
		[CHORUS_UI_GROUP] = "group",
		[CHORUS_UI_STATGROUP_USER] = "usergroup",
		[CHORUS_UI_STATGROUP_SYS] = "sysgroup",
		[CHORUS_UI_GROUP_SHARED] = "shared",
	};
	struct chorus_ui ui = attr_ui(attrs, attr);
	unsigned int type = ui.head >> CHORUS_UI_TYPE_SHIFT;
	char number[16];
	struct json_object *json;
	const char *name = number;

	if (type < sizeof(types) / sizeof(types[0]))
		name = types[type];
	else
		snprintf(number, sizeof(number), "type%u", type);
	snprintf(text, CELL_SIZE, "%s:%" PRIu32 ":%016" PRIx64, name, (uint32_t)ui.head,
		 (uint64_t)ui.tail);
	json = json_object_new_string(text);
	if (options.hex)
		json_object_put(show_ui_hex(attrs, attr, text));
	return json;
}

/* Names come from processes: nothing of theirs may reach the terminal but letters. */
struct json_object *show_string(struct nlattr **attrs, int attr, char *text)
{
	const char *from = attr_string(attrs, attr);
	int i;

	for (i = 0; from[i] && i < CELL_SIZE - 1; i++)
		text[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	text[i] = '\0';
	return json_object_new_string(text);
}

struct json_object *show_number(struct nlattr **attrs, int attr, char *text)
{
	uint64_t number = attr_number(attrs, attr);

	snprintf(text, CELL_SIZE, "%" PRIu64, number);
	return json_object_new_uint64(number);
}

struct json_object *show_flag(struct nlattr **attrs, int attr, char *text)
{
	bool set = attr_number(attrs, attr);

	snprintf(text, CELL_SIZE, "%s", set ? "yes" : "-");
	return json_object_new_boolean(set);
}

struct json_object *show_privilege(struct nlattr **attrs, int attr, char *text)
{
	static const char * const names[] = {
		[CHORUS_ACTOR_USER] = "user",
		[CHORUS_ACTOR_SYSTEM] = "system",
		[CHORUS_ACTOR_SUPERVISOR] = "supervisor",
	};
	uint64_t privilege = attr_number(attrs, attr);

	if (privilege < sizeof(names) / sizeof(names[0]))
		snprintf(text, CELL_SIZE, "%s", names[privilege]);
	else
		snprintf(text, CELL_SIZE, "%" PRIu64, privilege);
	return json_object_new_string(text);
}

/* uid:gid:domain */
struct json_object *show_pi(struct nlattr **attrs, int attr, char *text)
{
	unsigned int uid = attr_number(attrs, CHORUS_A_PI_UID);
	unsigned int gid = attr_number(attrs, CHORUS_A_PI_GID);
	unsigned int did = attr_number(attrs, CHORUS_A_PI_DID);
	struct json_object *json = json_object_new_object();

	(void)attr;
	snprintf(text, CELL_SIZE, "%u:%u:%u", uid, gid, did);
	json_object_object_add(json, "uid", json_object_new_int(uid));
	json_object_object_add(json, "gid", json_object_new_int(gid));
	json_object_object_add(json, "did", json_object_new_int(did));
	return json;
}
