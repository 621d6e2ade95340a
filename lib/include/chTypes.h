/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Types every part of the interface shares
 *
 * Field names are ChorusOS's.  Unique identifiers and keys are 128 bits here
 * (64 in ChorusOS); code that treats them as opaque values needs no change.
 */
#ifndef CHORUS_CHTYPES_H
#define CHORUS_CHTYPES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct KnUniqueId - unique identifier of an object, never reused
 * @uiHead: type (bits 63..56), epoch (55..32), creation site (31..0)
 * @uiTail: random bits, or the stamp of a static identifier
 *
 * Knowing one is the right to send to it: treat identifiers as secrets.
 * All zero is no identifier: uiClear(3).
 */
typedef struct KnUniqueId {
	uint64_t uiHead;
	uint64_t uiTail;
} KnUniqueId;

/** struct KnKey - the secret that turns a name into a capability */
typedef struct KnKey {
	uint64_t keyHead;
	uint64_t keyTail;
} KnKey;

/** struct KnCap - capability: name and key of an object */
typedef struct KnCap {
	KnUniqueId ui;
	KnKey key;
} KnCap;

/**
 * struct KnProtId - protection identifier
 * @uid: user
 * @gid: group
 * @did: domain
 *
 * Stamped on messages by the nucleus, which gives it no other meaning.
 */
typedef struct KnProtId {
	unsigned short uid;
	unsigned short gid;
	unsigned short did;
} KnProtId;

/** struct KnTimeVal - a time span: seconds and nanoseconds (0..999999999) */
typedef struct KnTimeVal {
	long tmSec;
	long tmNSec;
} KnTimeVal;

typedef void *VmAddr;		/* an address in the caller's address space */
typedef uint64_t KnEvtNum;	/* a count of messages */
typedef uint64_t KnTransId;	/* a transaction: request and reply carry the same */

/* As a capability: the caller's own actor.  A null pointer is K_EFAULT, so
 * that a forgotten capability never deletes its owner.
 */
#define K_MYACTOR	((KnCap *)-1)
/* As a thread: the caller itself. */
#define K_MYSELF	0

/* As a KnTimeVal: do not wait, wait for ever. */
#define K_NOBLOCK	((KnTimeVal *)0)
#define K_NOTIMEOUT	((KnTimeVal *)-1)

#endif /* CHORUS_CHTYPES_H */
