/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Route: the one seam between local IPC and the network.
 *
 * Senders ask here where a name leads.  Today a name leads to a port of this site or
 * nowhere; remote sites will answer here, and nothing else in ipc/ will change.
 */
#ifndef CHORUS_IPC_ROUTE_H
#define CHORUS_IPC_ROUTE_H

#include "ipc/port.h"

/* The living port to post to, or NULL.  Inside an RCU read section. */
static inline struct chorus_port *chorus_route(struct chorus_site *site,
					       const struct chorus_ui *target)
{
	return chorus_port_find(site, target);
}

#endif /* CHORUS_IPC_ROUTE_H */
