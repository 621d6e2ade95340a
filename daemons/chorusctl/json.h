/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHORUSCTL_JSON_H
#define CHORUSCTL_JSON_H

#include <json-c/json.h>
#include <stdbool.h>

/* Prints @json and gives it up; a stream of documents has one a line. */
void json_print(struct json_object *json, bool stream);

#endif /* CHORUSCTL_JSON_H */
