/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quotas: what one user may hold, over all sites.
 *
 * Every object an unprivileged process can make is charged to the user who opened
 * the device, so that neither many actors nor many network namespaces multiply
 * what he gets.  A charge is taken before the object exists and given back when
 * its memory is freed.  Supervisor actors are charged to a user without limits.
 */
#ifndef CHORUS_OBJECT_QUOTA_H
#define CHORUS_OBJECT_QUOTA_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/uidgid.h>

enum chorus_quota {
	CHORUS_QUOTA_ACTORS,
	CHORUS_QUOTA_PORTS,
	CHORUS_QUOTA_MESSAGES,
	CHORUS_QUOTA_BYTES,
	CHORUS_QUOTA_GROUPS,
	CHORUS_QUOTA_MEMBERS,
	CHORUS_QUOTA_WATCHES,
	CHORUS_QUOTA_HELD,
	CHORUS_QUOTA_THREADS,
	CHORUS_QUOTA_NR,
};

struct chorus_user {
	struct hlist_node node;			/* user_lock */
	kuid_t uid;				/* constant */
	bool unlimited;				/* constant */
	struct kref ref;
	atomic_long_t used[CHORUS_QUOTA_NR];
};

/* Limits, from the module parameters of the same names. */
extern unsigned int chorus_max_actors;		/* per user */
extern unsigned int chorus_max_ports;		/* per actor */
extern unsigned int chorus_max_user_ports;	/* per user */
extern unsigned int chorus_max_messages;	/* per user */
extern unsigned long chorus_max_bytes;		/* per user */
extern unsigned int chorus_max_groups;		/* per user */
extern unsigned int chorus_max_members;		/* memberships, per actor */
extern unsigned int chorus_max_user_members;	/* memberships, per user */
extern unsigned int chorus_max_watches;		/* per user */
extern unsigned int chorus_max_held;		/* per user */
extern unsigned int chorus_max_threads;		/* per actor */
extern unsigned int chorus_max_user_threads;	/* per user */
extern unsigned int chorus_max_laps;		/* per supervisor actor and site */
extern unsigned int chorus_port_queue;		/* messages per port */

struct chorus_user *chorus_user_get(kuid_t uid);
struct chorus_user *chorus_user_get_supervisor(void);
void chorus_user_put(struct chorus_user *user);

/* One more reference for who has one. */
static inline void chorus_user_hold(struct chorus_user *user)
{
	kref_get(&user->ref);
}

int chorus_user_charge(struct chorus_user *user, enum chorus_quota what, long amount);
void chorus_user_uncharge(struct chorus_user *user, enum chorus_quota what, long amount);

#endif /* CHORUS_OBJECT_QUOTA_H */
