/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Death and recovery (extension)
 *
 * An actor can be told when a port dies, or when a group loses members: by an
 * ordinary message to a port of its own, a *notice*, which is never lost for
 * lack of memory or of room in the queue.  A server can declare that the calls
 * it has not answered when it dies are not to fail, but to go on to another.
 */
#ifndef CHORUS_EXT_CHRECOVER_H
#define CHORUS_EXT_CHRECOVER_H

#include <stdint.h>

#include <chError.h>
#include <chTypes.h>
#include <ipc/chIpc.h>

/**
 * struct ChorusDeath - what the annex of a notice starts with
 * @cookie: of the watch
 * @object: the port or the group that was watched
 * @member: of a group: the port that left, or null
 * @departures: of a group: members that have left it, this one included
 * @members: those it had then; 0: it is empty, and has ended
 * @reserved: 0
 *
 * Of a received message whose flags have K_MSG_DEATH; only the nucleus sets
 * that.
 */
typedef struct ChorusDeath {
	uint64_t cookie;
	KnUniqueId object;
	KnUniqueId member;
	uint64_t departures;
	uint32_t members;
	uint32_t reserved;
} ChorusDeath;

/* chorus_actor_bar(): what an actor may not. */
#define K_BARSEND	0x1u	/* send, call or forward */
#define K_BARRECEIVE	0x2u	/* be sent to or called */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_watch - be told when a port dies, or a group has lost its last member
 * @object: the port, or the group
 * @portli: the caller's port that gets the notice
 * @cookie: comes back in the notice
 *
 * One notice comes, once.  K_EUNKNOWN: it is dead already; K_EBUSY: the same
 * stands already; K_EINVAL: no such portli; K_ENOMEM: a quota, or memory.
 */
int chorus_watch(const KnUniqueId *object, int portli, uint64_t cookie);

/**
 * chorus_watch_members - be told when a member leaves a group
 * @group: the group
 * @portli: the caller's port that gets the notice
 * @cookie: comes back in the notice
 * @departures: in: departures the caller knows of, or UINT64_MAX for "from now
 *	on"; out: those so far; may be null for "from now on"
 *
 * One notice comes, at the next departure; at once if more have left than the
 * caller knows of.  So with the @departures of the last notice none is missed
 * between two watches.  Codes as for chorus_watch().
 */
int chorus_watch_members(const KnUniqueId *group, int portli, uint64_t cookie,
			 uint64_t *departures);

/**
 * chorus_unwatch - not to be told
 * @object: as it was given
 * @portli: as it was given
 * @cookie: as it was given
 *
 * K_OK: no notice comes.  K_EINVAL: there is no such watch; its notice may
 * have been sent.
 */
int chorus_unwatch(const KnUniqueId *object, int portli, uint64_t cookie);

/**
 * chorus_port_hold - calls in flight go on to a successor when the port dies
 * @portli: the caller's port
 * @heir: who gets them, a port or a group; null: whoever has the port's own
 *	name then
 * @timeout: nanoseconds they wait for that one, 1 to CHORUS_HOLD_MAX of
 *	<linux/chorus.h>; 0: they fail, as those of a new port
 *
 * What the dead server had received comes to its successor with K_MSG_AGAIN:
 * it may have had effects.  K_EINVAL: no such port, or a value out of range.
 */
int chorus_port_hold(int portli, const KnUniqueId *heir, int64_t timeout);

/**
 * chorus_actor_bar - shut an actor off from messages, or put a mediator before it
 * @actorcap: the actor, of another process
 * @bar: K_BARSEND, K_BARRECEIVE; 0 lifts it
 * @mediator: a port, or a group, to which it may send still, and the port from
 *	which it may be sent to; or null
 *
 * For system actors that are not barred themselves, else K_EPRIV.  Calls under
 * way end with K_EPRIV, its own and those in its queues.
 */
int chorus_actor_bar(const KnCap *actorcap, unsigned int bar,
		     const KnUniqueId *mediator);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHRECOVER_H */
