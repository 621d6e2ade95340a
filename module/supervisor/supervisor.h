/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Supervisor actors: one registration, one actor in every site.
 *
 * supervisor_mutex orders registrations against the birth and death of sites: whoever
 * comes second finds the other in its list.
 */
#ifndef CHORUS_SUPERVISOR_SUPERVISOR_H
#define CHORUS_SUPERVISOR_SUPERVISOR_H

#include "object/site.h"

extern const struct chorus_site_hooks chorus_supervisor_site_hooks;

#endif /* CHORUS_SUPERVISOR_SUPERVISOR_H */
