/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Local access points
 *
 * A LAP is a procedure of a supervisor actor that runs on the caller's own
 * thread: no message, no switch.  Its descriptor is a plain value that may be
 * copied, sent in messages, or found by name.
 *
 * Source of the semantics: ChorusOS lapInvoke(2K), lapResolve(2K).
 */
#ifndef CHORUS_LAP_CHLAP_H
#define CHORUS_LAP_CHLAP_H

#include <chError.h>
#include <chTypes.h>

#define K_LAPNAMEMAX	7	/* characters of a LAP's name */
#define K_LAPARGMAX	256	/* bytes of an argument block, at most */

#define K_LAP_SAFE	0x1u	/* of a descriptor: processes may call it */
#define K_LAP_PROTECTED	0x2u	/* lapResolve: look among the protected names */
#define K_LAP_NOBLOCK	0x4u	/* lapResolve: do not wait for the name */
#define K_LAP_PROMPT	0x8u	/* of a descriptor: never waits (extension) */

/**
 * struct KnLapDesc - descriptor of a LAP
 * @lap: its unique identifier
 * @argSize: bytes of the argument block lapInvoke() passes in and out
 * @options: K_LAP_SAFE, K_LAP_PROMPT
 */
typedef struct KnLapDesc {
	KnUniqueId lap;
	uint32_t argSize;
	uint32_t options;
} KnLapDesc;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * lapInvoke - call a LAP
 * @lapdesc: its descriptor
 * @arg: the argument block, @lapdesc->argSize bytes, read and written; ignored
 *	if that is 0
 *
 * Any caller; one trap.  K_EINVAL: no such LAP (any more), or the size is not
 * what the LAP takes; K_EPRIV: not K_LAP_SAFE; K_EABORT: deleted while the
 * handler ran; K_EFAIL: the handler said that it failed; K_EDEPTH: nested too
 * deep.  Source: lapInvoke(2K).
 */
int lapInvoke(const KnLapDesc *lapdesc, void *arg);

/**
 * lapResolve - find a LAP by name
 * @lapdesc: where the descriptor goes
 * @name: 1 to K_LAPNAMEMAX characters (else K_EINVAL)
 * @options: K_LAP_NOBLOCK, K_LAP_PROTECTED
 *
 * Waits until somebody binds the name; with K_LAP_NOBLOCK an unbound name is
 * K_EUNKNOWN at once.  K_LAP_PROTECTED is for system actors (else K_EPRIV).
 * Abortable: K_EABORT.  K_EINTR after a signal handler without SA_RESTART.
 * Source: lapResolve(2K).
 */
int lapResolve(KnLapDesc *lapdesc, const char *name, int options);

/**
 * chorus_lap_resolve - lapResolve() with a bound on the wait (extension)
 * @lapdesc: where the descriptor goes
 * @name: 1 to K_LAPNAMEMAX characters
 * @options: as for lapResolve()
 * @timeout: nanoseconds, < 0 for ever, 0 not at all; then K_ETIMEOUT
 */
int chorus_lap_resolve(KnLapDesc *lapdesc, const char *name, int options,
		       int64_t timeout);

/** lapDescZero - make *@lapdesc the null descriptor */
void lapDescZero(KnLapDesc *lapdesc);

/** lapDescIsZero - 1 if *@lapdesc is the null descriptor, else 0 */
int lapDescIsZero(const KnLapDesc *lapdesc);

/** lapDescDup - copy *@from to *@to */
void lapDescDup(KnLapDesc *to, const KnLapDesc *from);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_LAP_CHLAP_H */
