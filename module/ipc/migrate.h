/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Migration: a port moves from one actor to another, with its name and its groups.
 *
 * The cut is one section of the source's lock (step M2): before it the source
 * receives, after it the destination does, and whoever posts meanwhile queues on one
 * side of it.  Only one actor's lock is held at a time.
 *
 * Between process actors only.  Default ports and static ports stay where they are.
 */
#ifndef CHORUS_IPC_MIGRATE_H
#define CHORUS_IPC_MIGRATE_H

#include <linux/types.h>

struct chorus_actor;

int chorus_port_migrate(struct chorus_actor *from, int li, struct chorus_actor *to, bool flush,
			u64 *seqnum);

#endif /* CHORUS_IPC_MIGRATE_H */
