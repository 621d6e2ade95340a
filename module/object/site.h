/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Site: one instance of the nucleus, which is one network namespace.
 *
 * The site owns the table of unique identifiers.  It is pernet data: it lives from
 * the birth of its namespace, or the load of the module, to the end of either.  An
 * open device holds its namespace, so no user or system actor outlives its site;
 * supervisor actors are taken out of a site before it goes.
 */
#ifndef CHORUS_OBJECT_SITE_H
#define CHORUS_OBJECT_SITE_H

#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/wait.h>
#include <net/net_namespace.h>

#include "object/ui.h"

struct chorus_site {
	u32 number;			/* constant */
	u32 epoch;			/* constant */
	struct net *net;		/* constant */
	struct list_head node;		/* supervisor_mutex */
	atomic_t leaving;		/* supervisor actors on their way out */
	struct rhashtable objects;	/* by UI; RCU for readers */
	spinlock_t lock;
	struct list_head actors;	/* lock; objects by type, for listings */
	struct list_head ports;		/* lock */
	struct list_head laps;		/* lock */
	struct list_head groups;	/* lock; those with members */
	struct list_head names;		/* lock; LAP names */
	struct wait_queue_head names_wait; /* lapResolve sleeps here */
	unsigned int nr_actors;		/* lock */
	unsigned int nr_ports;		/* lock */
	unsigned int nr_laps;		/* lock */
	unsigned int nr_groups;		/* lock */
};

struct chorus_site *chorus_site_of(const struct net *net);

/* What parts above the object layer do when a site comes and goes. */
struct chorus_site_hooks {
	void (*born)(struct chorus_site *site);
	void (*dying)(struct chorus_site *site);
};

int chorus_site_init(const struct chorus_site_hooks *hooks);
void chorus_site_exit(void);

#endif /* CHORUS_OBJECT_SITE_H */
