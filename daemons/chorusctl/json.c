// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "json.h"

void json_print(struct json_object *json, bool stream)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE |
		    (stream ? JSON_C_TO_STRING_PLAIN :
			      JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED);

	puts(json_object_to_json_string_ext(json, flags));
	json_object_put(json);
}
