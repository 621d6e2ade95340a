/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump as a table or as a JSON array: one description of columns for both.
 */
#ifndef CHORUSCTL_LIST_H
#define CHORUSCTL_LIST_H

#include "json.h"
#include "netlink.h"
#include "table.h"

struct column {
	const char *head;	/* in the table, or NULL */
	const char *key;	/* in JSON, or NULL */
	int attr;
	bool right;
	/* Writes CELL_SIZE bytes at @text, returns the value for JSON. */
	struct json_object *(*show)(struct nlattr **attrs, int attr, char *text);
};

/* The whole command; returns an exit code. */
int list(int command, const struct column *columns);

/* Ways to show. */
struct json_object *show_ui(struct nlattr **attrs, int attr, char *text);
struct json_object *show_ui_hex(struct nlattr **attrs, int attr, char *text);
struct json_object *show_string(struct nlattr **attrs, int attr, char *text);
struct json_object *show_number(struct nlattr **attrs, int attr, char *text);
struct json_object *show_flag(struct nlattr **attrs, int attr, char *text);
struct json_object *show_privilege(struct nlattr **attrs, int attr, char *text);
struct json_object *show_pi(struct nlattr **attrs, int attr, char *text);

#endif /* CHORUSCTL_LIST_H */
