/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Actors and threads
 *
 * An actor is a Linux process that uses the library; a thread is any of its
 * Linux threads.  Calls that take a capability accept K_MYACTOR, or the
 * capability of another actor of this site with the right key.  Where a pair
 * of pointers reads and writes an attribute, a null pointer skips that half,
 * and reading and writing happen as one step.
 *
 * Source of the semantics: ChorusOS manual section 2K, same names.
 */
#ifndef CHORUS_EXEC_CHEXEC_H
#define CHORUS_EXEC_CHEXEC_H

#include <chError.h>
#include <chTypes.h>
#include <lap/chLap.h>

/** enum KnActorPrivilege - what an actor is trusted with */
typedef enum KnActorPrivilege {
	K_USERACTOR = 0,	/* nothing special */
	K_SYSTEMACTOR = 1,	/* protection ids, static ports, protected names */
	K_SUPACTOR = 2		/* a kernel module; never a process */
} KnActorPrivilege;

#define K_ACTORNAMEMAX	15	/* characters of an actor's name */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * actorSelf - capability of the calling actor
 * @actorcap: where it goes
 *
 * Any caller.  Returns K_OK or K_EFAULT.  Source: actorSelf(2K).
 */
int actorSelf(KnCap *actorcap);

/**
 * actorDelete - kill an actor and everything it owns
 * @actorcap: the actor; K_MYACTOR ends the caller's actor, not its process
 *
 * Anybody with the key, except: supervisor actors (K_EPRIV), and system actors
 * when the caller is a user actor (K_EPRIV).  Another process is killed with
 * its actor.  K_EUNKNOWN: no such actor; K_EINVAL: wrong key.
 * Source: actorDelete(2K).
 */
int actorDelete(const KnCap *actorcap);

/**
 * actorName - read and write the name of an actor
 * @actorcap: the actor
 * @oldname: room for K_ACTORNAMEMAX + 1 bytes, or null
 * @newname: printable, at most K_ACTORNAMEMAX characters (else K_EINVAL), or null
 *
 * Any caller with the key.  Source: actorName(2K).
 */
int actorName(const KnCap *actorcap, char *oldname, const char *newname);

/**
 * actorPrivilege - read and write the privilege of an actor
 * @actorcap: the actor
 * @oldpriv: where the present one goes, or null
 * @newpriv: the one wanted, or null; K_SUPACTOR is K_EINVAL
 *
 * Becoming K_SYSTEMACTOR needs CAP_SYS_ADMIN over the site (else K_EPRIV).
 * Source: actorPrivilege(2K).
 */
int actorPrivilege(const KnCap *actorcap, KnActorPrivilege *oldpriv,
		   const KnActorPrivilege *newpriv);

/**
 * actorPi - read and write the protection identifier of an actor
 * @actorcap: the actor
 * @oldpi: where the present one goes, or null
 * @newpi: the one wanted, or null; system actors only (else K_EPRIV)
 *
 * Ports made later inherit it.  Source: actorPi(2K).
 */
int actorPi(const KnCap *actorcap, KnProtId *oldpi, const KnProtId *newpi);

/**
 * threadSelf - local id of the calling thread
 *
 * Any caller; a trap each time.  Returns the id, > 0.  Source: threadSelf(2K).
 */
int threadSelf(void);

/**
 * threadAbort - abort a thread's wait
 * @actorcap: actor of the thread
 * @thread: local id of the thread, or K_MYSELF
 *
 * Anybody with the key.  A thread blocked in an abortable call leaves it with
 * K_EABORT; any other is marked, and leaves its next abortable blocking call
 * so unless it asks threadAborted() first.  K_EINVAL: no such thread.
 * Source: threadAbort(2K).
 */
int threadAbort(const KnCap *actorcap, int thread);

/**
 * threadAborted - test and clear the calling thread's abort mark
 *
 * Returns 1 if it was set, else 0.  Source: threadAborted(2K).
 */
int threadAborted(void);

/**
 * threadDelay - sleep
 * @waitlimit: how long; K_NOBLOCK only yields the processor, K_NOTIMEOUT
 *	sleeps until aborted
 *
 * Returns K_ETIMEOUT when the time has passed, K_EABORT if aborted, K_EINTR
 * after a signal handler without SA_RESTART, K_EINVAL for a bad KnTimeVal, and
 * K_OK after K_NOBLOCK or a zero span.  Source: threadDelay(2K).
 */
int threadDelay(const KnTimeVal *waitlimit);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_EXEC_CHEXEC_H */
