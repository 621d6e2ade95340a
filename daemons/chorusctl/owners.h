/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who owns a port or a LAP, by name: the nucleus tells its identifier only.
 */
#ifndef CHORUSCTL_OWNERS_H
#define CHORUSCTL_OWNERS_H

#include "list.h"

int owners_load(void);
struct json_object *show_owner(struct nlattr **attrs, int attr, char *text);

#endif /* CHORUSCTL_OWNERS_H */
