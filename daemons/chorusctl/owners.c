// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chorusctl.h"
#include "owners.h"

struct owner {
	struct chorus_ui ui;
	char name[CHORUS_NAME_MAX + 1];
};

static struct owner *owners;
static size_t nr_owners;

static int compare(const void *a, const void *b)
{
	return memcmp(&((const struct owner *)a)->ui, &((const struct owner *)b)->ui,
		      sizeof(struct chorus_ui));
}

static void add(struct nlattr **attrs, void *data)
{
	char text[CELL_SIZE];
	struct owner *owner;

	(void)data;
	owners = reallocarray(owners, nr_owners + 1, sizeof(*owners));
	if (!owners)
		err(FAILED, "actors");
	owner = &owners[nr_owners++];
	owner->ui = attr_ui(attrs, CHORUS_A_UI);
	json_object_put(show_string(attrs, CHORUS_A_NAME, text));
	snprintf(owner->name, sizeof(owner->name), "%.*s", CHORUS_NAME_MAX, text);
}

int owners_load(void)
{
	int ret = netlink_dump(CHORUS_CMD_ACTOR_GET, add, NULL);

	if (!ret && nr_owners)
		qsort(owners, nr_owners, sizeof(*owners), compare);
	return ret;
}

/* An actor born after the load has no name here yet. */
struct json_object *show_owner(struct nlattr **attrs, int attr, char *text)
{
	struct owner key = { .ui = attr_ui(attrs, attr) };
	struct owner *owner = NULL;

	if (nr_owners)
		owner = bsearch(&key, owners, nr_owners, sizeof(*owners), compare);
	snprintf(text, CELL_SIZE, "%s", owner ? owner->name : "?");
	return owner ? json_object_new_string(text) : NULL;
}
