// SPDX-License-Identifier: GPL-2.0-or-later
#include "chorusctl.h"
#include "list.h"

struct listing {
	const struct column *columns;
	struct table table;
	struct json_object *json;
};

static void add(struct nlattr **attrs, void *data)
{
	struct listing *listing = data;
	struct json_object *object = NULL, *value;
	const struct column *column;
	char (*cell)[CELL_SIZE] = NULL, unused[CELL_SIZE];

	if (options.json) {
		object = json_object_new_object();
		json_object_array_add(listing->json, object);
	} else {
		cell = table_row(&listing->table);
	}
	for (column = listing->columns; column->show; column++) {
		bool shown = cell && column->head;

		value = column->show(attrs, column->attr, shown ? *cell++ : unused);
		if (object && column->key)
			json_object_object_add(object, column->key, value);
		else
			json_object_put(value);
	}
}

int list(int command, const struct column *columns)
{
	struct listing listing = { .columns = columns };
	const struct column *column;
	int ret;

	for (column = columns; column->show; column++)
		if (column->head)
			table_column(&listing.table, column->head, column->right);
	listing.json = json_object_new_array();
	ret = netlink_dump(command, add, &listing);
	if (ret)
		return netlink_complain(ret);
	if (options.json)
		json_print(listing.json, false);
	else
		table_print(&listing.table);
	return DONE;
}
