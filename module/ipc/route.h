/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Route: the one seam between local IPC and the network.
 *
 * Senders ask here where a name leads.  Today a name leads to a port of this site, to a
 * member of a group that is one, or nowhere; remote sites will answer here, and nothing
 * else in ipc/ will change.  A group whose members are on several sites is chosen from in two
 * steps: the site here, then the member there.
 */
#ifndef CHORUS_IPC_ROUTE_H
#define CHORUS_IPC_ROUTE_H

#include "ipc/group.h"
#include "ipc/port.h"

/* The living port to post to, or NULL.  Inside an RCU read section. */
static inline struct chorus_port *chorus_route(struct chorus_site *site,
					       const struct chorus_ui *target)
{
	return chorus_port_find(site, target);
}

/* The same for what is no port: a member of a group, or an ERR_PTR; see ipc/group.h. */
static inline struct chorus_port *chorus_route_group(struct chorus_site *site,
						     const struct chorus_ui *target,
						     const struct chorus_ui *cotarget)
{
	return chorus_group_choose(site, target, cotarget);
}

#endif /* CHORUS_IPC_ROUTE_H */
