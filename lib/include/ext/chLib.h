/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: The process as an actor (extensions)
 *
 * The first call of any part of the library opens the device (/dev/chorus, or
 * what the environment variable CHORUS_DEVICE names, which set-id programs
 * ignore) and so makes the process an actor.  The descriptor is
 * close-on-exec: a new program is a new actor, if it wants to be one.
 *
 * A forked child is not its parent's actor.  After fork(2) the library closes
 * the inherited descriptor, and the child's first call makes it an actor of
 * its own; local ids and saved messages of the parent mean nothing there.
 * Children made without fork(2)'s handlers (vfork(2), raw clone(2)) get
 * K_EFORK.
 */
#ifndef CHORUS_EXT_CHLIB_H
#define CHORUS_EXT_CHLIB_H

#include <chError.h>
#include <chTypes.h>

/**
 * struct ChorusInfo - what the handshake said
 * @abiBase: oldest ABI the nucleus serves
 * @abiCurrent: newest ABI it serves
 * @features: CHORUS_FEATURE_* bits of <linux/chorus.h>
 * @site: number of the caller's site
 * @portQueue: messages a port's queue holds (ChorusOS: K_CPORTQUEUE)
 */
typedef struct ChorusInfo {
	uint32_t abiBase;
	uint32_t abiCurrent;
	uint64_t features;
	uint32_t site;
	uint32_t portQueue;
} ChorusInfo;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_init - become an actor now
 *
 * Need not be called, but says early and clearly why nothing would work, and
 * makes the message calls safe in signal handlers from then on.  Any number of
 * times, from any thread.  K_EDEVICE: no device; K_EACCESS: not allowed to
 * open it; K_EABI: nucleus and library do not fit; K_EBUSY: the process holds
 * the device open by other means; K_ENOMEM.
 */
int chorus_init(void);

/**
 * chorus_fini - stop being an actor
 *
 * The actor dies with all it owns unless the descriptor was duplicated.  No
 * other thread may be inside the library.  A later call makes a new actor.
 */
void chorus_fini(void);

/**
 * chorus_fd - the descriptor of the device
 *
 * Becomes an actor if need be.  Returns the descriptor, >= 0, which stays the
 * library's: for ioctls of <linux/chorus.h>, never to be closed.
 */
int chorus_fd(void);

/**
 * chorus_info - what the handshake said
 * @info: where it goes
 */
int chorus_info(ChorusInfo *info);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXT_CHLIB_H */
