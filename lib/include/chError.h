/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Return codes of libchorus
 *
 * Every call returns K_OK (0), a positive result (a local id, a size), or one
 * of the negative codes below; errno is neither set nor changed.  The names
 * above the line are ChorusOS's (manual section 2K); their numbers were never
 * published in a document we could find, so they are ours.  The codes below
 * the line have no ChorusOS counterpart.  Numbers never change meaning.
 *
 * Beside each code stands the errno of the device it is made from; the errno
 * table with the one meaning of each is in <linux/chorus.h>.
 */
#ifndef CHORUS_CHERROR_H
#define CHORUS_CHERROR_H

#define K_OK		0
#define K_EOK		K_OK	/* the spelling of some ChorusOS examples */

#define K_EINVAL	(-1)	/* EINVAL ENOENT EACCES ENOMSG: bad argument, no such object, wrong key, no current message */
#define K_EFAULT	(-2)	/* EFAULT, or a null pointer: address not accessible */
#define K_EUNKNOWN	(-3)	/* EHOSTUNREACH: nothing of this name can be reached; lapResolve: not bound */
#define K_EFULL		(-4)	/* ENOBUFS: queue of the destination port full */
#define K_ETOOMUCH	(-5)	/* EMSGSIZE: body larger than K_CMSGSIZEMAX */
#define K_ENOPORT	(-6)	/* EIDRM: the port waited on or called was deleted */
#define K_ETIMEOUT	(-7)	/* ETIMEDOUT: the delay passed */
#define K_EABORT	(-8)	/* ECANCELED: threadAbort, or the LAP was deleted under the call */
#define K_EBUSY		(-9)	/* EBUSY EEXIST: taken already */
#define K_ENOMEM	(-10)	/* ENOMEM EDQUOT EMFILE ENFILE: no memory, or a quota used up */
#define K_EPRIV		(-11)	/* EPERM: the caller lacks the privilege */
#define K_EFAIL		(-12)	/* EREMOTEIO, and any errno not listed: the handler failed */
#define K_ENOTIMP	(-13)	/* ENOTTY EOPNOTSUPP ENOSYS: this nucleus lacks it */

/* ---- ours ---------------------------------------------------------------- */

#define K_EDEAD		(-64)	/* EOWNERDEAD: the server died or dropped the request before replying */
#define K_EINTR		(-65)	/* EINTR: a signal handler ran without SA_RESTART */
#define K_EDEPTH	(-66)	/* ELOOP: handlers nested too deep */
#define K_EDEADLOCK	(-67)	/* EDEADLK: the call would wait for itself */
#define K_EFORK		(-68)	/* EXDEV: the descriptor is another process's; see chorus_init(3) */
#define K_EDYING	(-69)	/* ESHUTDOWN: the calling actor itself is dead */
#define K_EDEVICE	(-70)	/* no usable device: ENOENT ENODEV ENXIO at open, EBADF later, not a chorus device */
#define K_EACCESS	(-71)	/* EACCES EPERM at open: the user may not open the device */
#define K_EABI		(-72)	/* E2BIG, or the handshake: nucleus and library do not fit */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * chorus_strerror - the text of a return code (extension)
 * @code: what a call of the library returned; a result >= 0 is "success"
 *
 * Returns a constant string in English, never null, for any @code.
 * Safe in any thread and in signal handlers.
 */
const char *chorus_strerror(int code);

/**
 * chorus_perror - print one line about a failure on stderr (extension)
 * @what: what failed, "" or null for nothing
 * @code: the code it failed with
 *
 * For the codes of a failed start (K_EDEVICE, K_EACCESS, K_EABI, K_EBUSY) the
 * line also says what was tried, what the nucleus answered and what to do.
 * This is the only function of the library that prints.
 */
void chorus_perror(const char *what, int code);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_CHERROR_H */
