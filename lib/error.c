// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Return codes: from errno, and to text.
 */
#include <errno.h>
#include <stdio.h>

#include <chError.h>

#include "internal.h"

int chorus_code(int err)
{
	switch (err) {
	case EINVAL:
	case ENOENT:
	case EACCES:
	case ENOMSG:
		return K_EINVAL;
	case EFAULT:
		return K_EFAULT;
	case EHOSTUNREACH:
		return K_EUNKNOWN;
	case ENOBUFS:
		return K_EFULL;
	case EMSGSIZE:
		return K_ETOOMUCH;
	case EIDRM:
		return K_ENOPORT;
	case ETIMEDOUT:
		return K_ETIMEOUT;
	case ECANCELED:
		return K_EABORT;
	case EBUSY:
	case EEXIST:
		return K_EBUSY;
	case ENOMEM:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
		return K_ENOMEM;
	case EPERM:
		return K_EPRIV;
	case ENOTTY:
	case EOPNOTSUPP:
	case ENOSYS:
		return K_ENOTIMP;
	case EOWNERDEAD:
		return K_EDEAD;
	case EINTR:
		return K_EINTR;
	case ELOOP:
		return K_EDEPTH;
	case EDEADLK:
		return K_EDEADLOCK;
	case EXDEV:
		return K_EFORK;
	case ESHUTDOWN:
		return K_EDYING;
	case EBADF:
		/* Somebody closed the library's descriptor. */
		return K_EDEVICE;
	case E2BIG:
		return K_EABI;
	default:
		/* EREMOTEIO, and whatever a later nucleus may invent. */
		return K_EFAIL;
	}
}

/*
 * At open(2) the file system answers, and the same errno means another thing.
 */
int chorus_open_code(int err)
{
	switch (err) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case EROFS:
		return K_EDEVICE;
	case EACCES:
	case EPERM:
		return K_EACCESS;
	default:
		return chorus_code(err);
	}
}

const char *chorus_strerror(int code)
{
	if (code >= 0)
		return "success";
	switch (code) {
	case K_EINVAL:
		return "invalid argument, no such object, or wrong key";
	case K_EFAULT:
		return "bad address";
	case K_EUNKNOWN:
		return "name unknown or out of reach";
	case K_EFULL:
		return "queue of the port full";
	case K_ETOOMUCH:
		return "message too large";
	case K_ENOPORT:
		return "port deleted";
	case K_ETIMEOUT:
		return "timed out";
	case K_EABORT:
		return "aborted";
	case K_EBUSY:
		return "taken already";
	case K_ENOMEM:
		return "out of memory or over quota";
	case K_EPRIV:
		return "not privileged";
	case K_EFAIL:
		return "operation failed";
	case K_ENOTIMP:
		return "not implemented by this nucleus";
	case K_EDEAD:
		return "server died before replying";
	case K_EINTR:
		return "interrupted by a signal";
	case K_EDEPTH:
		return "handlers nested too deep";
	case K_EDEADLOCK:
		return "call would wait for itself";
	case K_EFORK:
		return "the actor is another process";
	case K_EDYING:
		return "the calling actor is dead";
	case K_EDEVICE:
		return "no usable chorus device";
	case K_EACCESS:
		return "no permission to open the device";
	case K_EABI:
		return "nucleus and library do not fit";
	default:
		return "unknown return code";
	}
}

void chorus_perror(const char *what, int code)
{
	char more[256];
	int saved = errno;
	int named = what && *what;

	if (!chorus_explain(code, more, sizeof(more)))
		more[0] = '\0';
	fprintf(stderr, "%s%s%s%s%s\n", named ? what : "", named ? ": " : "",
		chorus_strerror(code), more[0] ? ": " : "", more);
	errno = saved;
}
