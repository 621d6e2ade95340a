/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Supervisor actors: one registration, one actor in every site.
 *
 * supervisor_mutex orders registrations against the birth and death of sites: whoever
 * comes second finds the other in its list.
 *
 * A build may leave this part out (CHORUS_SUPERVISOR=n): then sites have no hooks, no
 * module can be an actor, and there is nothing that a LAP or a handler could belong to.
 */
#ifndef CHORUS_SUPERVISOR_SUPERVISOR_H
#define CHORUS_SUPERVISOR_SUPERVISOR_H

#include <linux/kconfig.h>

#include "object/site.h"

extern const struct chorus_site_hooks chorus_supervisor_site_hooks;

/* What a site owes to supervisor actors, or NULL. */
static inline const struct chorus_site_hooks *chorus_supervisor_hooks(void)
{
	return IS_ENABLED(CHORUS_SUPERVISOR) ? &chorus_supervisor_site_hooks : NULL;
}

#endif /* CHORUS_SUPERVISOR_SUPERVISOR_H */
