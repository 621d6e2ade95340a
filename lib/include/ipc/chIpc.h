/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: Ports, messages, unique identifiers
 *
 * A message is untyped bytes: a body of up to K_CMSGSIZEMAX and an annex of
 * exactly K_CMSGANNEXSIZE, each optional.  It is sent to a port, a bounded
 * queue that belongs to one actor, or to a group of ports.  The message a thread received last is its
 * current message, which ipcReply(), ipcGetData(), ipcSave() and ipcSysInfo()
 * act on.
 *
 * Delays are in milliseconds: negative waits for ever, 0 does not wait.
 *
 * Signals: a handler with SA_RESTART is invisible.  After one without it a
 * wait ends with K_EINTR.  A receive lost nothing.  An ipcCall() has given its
 * reply up, but the request may have been served or may still be: to wait on
 * for the same reply instead use chorus_ipc_call() of <ext/chMsg.h>.
 *
 * Source of the semantics: ChorusOS manual section 2K, same names.
 */
#ifndef CHORUS_IPC_CHIPC_H
#define CHORUS_IPC_CHIPC_H

#include <chError.h>
#include <chTypes.h>

#define K_CMSGANNEXSIZE	120	/* bytes of an annex */
#define K_CMSGSIZEMAX	65536	/* bytes of a body, at most */
#define K_CMSGLARGEMAX	(1u << 30)	/* where both sides take more (extension) */
#define K_CMSGSAVEDMAX	64	/* saved messages of an actor */
#define K_PORTPRIOMAX	255	/* least urgent priority of an enabled port */

/* Local ids that are not ports. */
#define K_DEFAULTPORT	0	/* the default port of the actor */
#define K_ANYENABLED	(-1)	/* ipcReceive: any enabled port */
#define K_NONEPORT	(-2)	/* no port */

/* KnMsgDesc.flags, set by the caller. */
#define K_ABORTABLE	0x1u	/* the wait obeys threadAbort(): K_EABORT */
#define K_LARGE		0x10u	/* the body may exceed K_CMSGSIZEMAX (extension) */
#define K_PARTS		0x4u	/* the body is in parts: <ext/chMsg.h> (extension) */
#define K_NOCYCLE	0x2u	/* ipcCall: K_EDEADLOCK if it would wait for itself (extension) */
#define K_MOVE		0x20u	/* the body may change hands: <ext/chArea.h> (extension) */
#define K_COW		0x40u	/* or be shared until written to: the same (extension) */

/* KnMsgDesc.flags, set by a receive or by the reply of a call; the library
 * ignores them where a descriptor is used again (extension).
 */
#define K_MSG_RPC	0x100u	/* the sender waits for a reply */
#define K_MSG_ANNEX	0x200u	/* the sender gave an annex */
#define K_MSG_MORE	0x400u	/* the body was cut, or not fetched */
#define K_MSG_DEATH	0x800u	/* a notice of the nucleus, see <ext/chRecover.h> */
#define K_MSG_AGAIN	0x1000u	/* a server that died had received it, the same */
#define K_MSG_WINDOW	0x2000u	/* the body is in a window: <ext/chWindow.h> */
#define K_MSG_MOVED	0x4000u	/* the pages of the body are at bodyAddr: <ext/chArea.h> */
#define K_MSG_SLOT(flags)	((flags) >> 16)	/* in which slot of it */

/* Types of uiBuild(). */
#define K_UISITE		1
#define K_UIPORT		3
#define K_UIPORT_STATPORT	4
#define K_UIGROUP_STATUSER	7
#define K_UIGROUP_STATSYS	8

/* Options of grpAllocate(). */
#define K_DYNAMIC	6	/* a fresh group */
#define K_STATUSER	7	/* the well-known user group of a stamp */
#define K_STATSYS	8	/* the well-known system group of a stamp */
#define K_SHARED	9	/* a fresh group whose members serve one queue (extension) */

/* Modes of ipcTarget(): which members of a group a message goes to. */
#define K_BROADMODE	0	/* every one; ipcSend() only */
#define K_FUNCMODE	1	/* one of them */
#define K_FUNCUMODE	2	/* one on the site of the coTarget */
#define K_FUNCXMODE	3	/* one that is not the coTarget */

/**
 * struct KnMsgDesc - where a message is, or where it shall go
 * @flags: K_ABORTABLE, K_NOCYCLE, K_PARTS, K_LARGE, K_MOVE, K_COW; K_MSG_* after a receive
 * @bodySize: bytes at @bodyAddr, with K_PARTS how many parts there are; never
 *	changed by the library
 * @bodyAddr: the body, with K_PARTS an array of ChorusPart; null for none; for a receive: leave it to ipcGetData()
 * @annexAddr: K_CMSGANNEXSIZE bytes, or null; a receiver's annex is zeroed if
 *	the sender gave none
 * @seqNum: set by a receive: messages received from that port so far
 */
typedef struct KnMsgDesc {
	unsigned int flags;
	unsigned int bodySize;
	VmAddr bodyAddr;
	VmAddr annexAddr;
	KnEvtNum seqNum;
} KnMsgDesc;

/**
 * struct KnIpcDest - an address
 * @target: a port, or a group whose identifier ipcTarget() has given a mode
 * @coTarget: K_FUNCUMODE: anything on the wanted site; K_FUNCXMODE: the port to
 *	avoid; else it must be cleared
 */
typedef struct KnIpcDest {
	KnUniqueId target;
	KnUniqueId coTarget;
} KnIpcDest;

/**
 * struct KnMsgHead - what the nucleus knows about a message
 * @bodySize: bytes of the body
 * @flags: [0] is 1 if the sender waits for a reply, [1] is 1 if there is an
 *	annex, the rest is 0
 * @srcPort: source port
 * @target: what the sender addressed
 * @coTarget: the sender's coTarget
 * @transId: transaction
 * @actorId: protection identifier of the sending actor
 * @portId: protection identifier of the source port
 */
typedef struct KnMsgHead {
	int bodySize;
	char flags[4];
	KnUniqueId srcPort;
	KnUniqueId target;
	KnUniqueId coTarget;
	KnTransId transId;
	KnProtId actorId;
	KnProtId portId;
} KnMsgHead;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- ports --------------------------------------------------------------- */
/*
 * @actorcap of the port calls must be K_MYACTOR or the caller's own
 * capability; another actor's is K_ENOTIMP (ChorusOS allows it).
 */

/**
 * portCreate - make a port
 * @actorcap: its actor
 * @portui: where its unique identifier goes
 *
 * Any caller.  Returns the local id, > 0; the port is disabled.  K_ENOMEM: the
 * quota is used up.  Source: portCreate(2K).
 */
int portCreate(const KnCap *actorcap, KnUniqueId *portui);

/**
 * portDeclare - make a port of a given name
 * @actorcap: its actor
 * @portui: the name, built by uiBuild() with K_UIPORT_STATPORT (else K_EINVAL)
 *
 * System actors only (else K_EPRIV).  Returns the local id, > 0.  K_EBUSY: the
 * name exists already.  Source: portDeclare(2K).
 */
int portDeclare(const KnCap *actorcap, const KnUniqueId *portui);

/**
 * portDelete - delete a port
 * @actorcap: its actor
 * @portli: its local id; the default port cannot be deleted (K_EINVAL)
 *
 * Queued messages vanish; queued callers and threads that wait on the port
 * leave with K_ENOPORT.  Source: portDelete(2K).
 */
int portDelete(const KnCap *actorcap, int portli);

/**
 * portEnable - put a port in the set K_ANYENABLED receives from
 * @actorcap: its actor
 * @portli: its local id
 * @priority: 0 (served first) to K_PORTPRIOMAX
 *
 * Source: portEnable(2K).
 */
int portEnable(const KnCap *actorcap, int portli, int priority);

/** portDisable - take a port out of that set.  Source: portDisable(2K). */
int portDisable(const KnCap *actorcap, int portli);

/**
 * portUi - unique identifier of a port of this actor
 * @portli: its local id, or K_DEFAULTPORT
 * @portui: where the identifier goes
 *
 * Source: portUi(2K).
 */
int portUi(int portli, KnUniqueId *portui);

/**
 * portLi - local id of a port of this actor
 * @portui: its unique identifier; K_EINVAL if the port is not this actor's
 *
 * Returns the local id, >= 0.  Source: portLi(2K).
 */
int portLi(const KnUniqueId *portui);

/**
 * portPi - read and write the protection identifier of a port
 * @actorcap: its actor
 * @portli: its local id, or K_DEFAULTPORT
 * @oldpi: where the present one goes, or null
 * @newpi: the one wanted, or null; system actors only (else K_EPRIV)
 *
 * Source: portPi(2K).
 */
int portPi(const KnCap *actorcap, int portli, KnProtId *oldpi,
	   const KnProtId *newpi);

/**
 * portGetSeqNum - count of messages received from a port
 * @portli: its local id
 * @seqnum: where the count goes
 *
 * Source: portGetSeqNum(2K).
 */
int portGetSeqNum(int portli, KnEvtNum *seqnum);

#define K_MIGRDELETE	0x1	/* portMigrate(): delete what is queued */

/**
 * portMigrate - move a port to another actor
 * @options: 0: the messages in its queue go with it; K_MIGRDELETE: they are deleted, and
 *	calls among them end with K_ENOPORT
 * @srcactorcap: the actor it is attached to, or K_MYACTOR
 * @portli: its local id there; not K_DEFAULTPORT
 * @dstactorcap: where it goes, another actor of the site; K_MYACTOR: the caller's
 * @seqnum: where the count of messages received from it at the source goes, with one
 *	added for the migration; or null
 *
 * Returns its local id at the destination, where it is disabled and counts from 0.  It
 * keeps its name, its groups and its protection identifier.  Threads waiting on it at the
 * source leave with K_ENOPORT; messages they have received stay theirs to reply to.
 * K_EINVAL: no such port, a default or a declared port, the same actor; K_EPRIV: a supervisor
 * actor.  Source: portMigrate(2K).
 */
int portMigrate(int options, const KnCap *srcactorcap, int portli,
		const KnCap *dstactorcap, KnEvtNum *seqnum);

/* ---- groups -------------------------------------------------------------- */

/**
 * grpAllocate - the capability of a group
 * @option: K_DYNAMIC: a fresh group; K_STATUSER: the well-known one of @stamp;
 *	K_STATSYS: the same for system actors only (else K_EPRIV); K_SHARED: a fresh
 *	group with one queue, from which the first idle member takes (extension)
 * @groupcap: where its name and its key go
 * @stamp: which static group; 0 for a fresh one
 *
 * Makes a name and no object.  The name is enough to send, the key is needed to
 * change the members; that of a static group is no secret.
 * Source: grpAllocate(2K).
 */
int grpAllocate(int option, KnCap *groupcap, unsigned int stamp);

/**
 * grpPortInsert - make a port a member of a group
 * @groupcap: the group; K_EINVAL: the key is wrong
 * @portui: a port of this site, of any actor (else K_EUNKNOWN)
 *
 * To insert a member again is K_OK and changes nothing.  The port leaves its
 * groups when it dies.  K_ENOMEM: a quota of the caller is used up; K_EPRIV: a
 * static system group is for system actors; K_EBUSY: the port is in a K_SHARED
 * group already, or has a message handler.  Source: grpPortInsert(2K).
 */
int grpPortInsert(const KnCap *groupcap, const KnUniqueId *portui);

/**
 * grpPortRemove - take a port out of a group
 * @groupcap: the group
 * @portui: the port; K_EINVAL: it is no member
 *
 * What was sent to it before stays in its queue.  Source: grpPortRemove(2K).
 */
int grpPortRemove(const KnCap *groupcap, const KnUniqueId *portui);

/**
 * ipcTarget - say which members of a group a message goes to
 * @groupui: name of the group, changed in place
 * @mode: K_BROADMODE (so it is without this call), K_FUNCMODE, K_FUNCUMODE, K_FUNCXMODE
 *
 * Needs no nucleus.  K_EINVAL: no name of a group, or no mode.
 * Source: ipcTarget(2K).
 */
int ipcTarget(KnUniqueId *groupui, int mode);

/* ---- messages ------------------------------------------------------------ */

/**
 * ipcSend - send and go on
 * @msg: the message
 * @srcportli: local id of the port stamped as its source
 * @dest: where to
 *
 * Any caller.  Never waits for room: K_EFULL at once.  K_OK does not say that
 * anybody received it.  K_ETOOMUCH: body above K_CMSGSIZEMAX; K_EUNKNOWN: no
 * such port, or the group has no member that the mode allows; K_EINVAL: no such
 * source port, or a coTarget where none belongs.  To a group in K_BROADMODE: each
 * member gets it whose queue has room, and K_EFULL says that none had; K_ENOMEM
 * sends it to nobody.  Source: ipcSend(2K).
 */
int ipcSend(const KnMsgDesc *msg, int srcportli, const KnIpcDest *dest);

/**
 * ipcReceive - wait for a message
 * @msg: where it shall go, and K_ABORTABLE
 * @portli: in: a port, K_DEFAULTPORT or K_ANYENABLED; out: the port it came to
 * @delay: milliseconds
 *
 * Any thread of the actor.  Returns the number of bytes put at bodyAddr, or
 * with a null bodyAddr the size of the body, which then waits for
 * ipcGetData().  A body larger than bodySize is cut: K_MSG_MORE is set, and the
 * whole can be had once by ipcGetData().  K_ETIMEOUT, K_EABORT, K_EINTR;
 * K_ENOPORT: the port was deleted; K_EINVAL: no such port, or it has a message
 * handler.  Source: ipcReceive(2K).
 */
int ipcReceive(KnMsgDesc *msg, int *portli, int delay);

/**
 * ipcCall - send a request and wait for its reply
 * @request: the request
 * @srcportli: local id of the port stamped as its source
 * @dest: where to
 * @reply: where the reply shall go, and K_ABORTABLE, K_NOCYCLE
 * @delay: milliseconds until the reply
 *
 * Any caller; one trap.  Returns the number of bytes put at the reply's
 * bodyAddr; a longer reply is cut and K_MSG_MORE set, the rest is lost.  The
 * request is served at most once.  A group in K_BROADMODE is K_EINVAL: there
 * is one reply.  K_EUNKNOWN: no such port or member; K_EFULL: no room;
 * K_ENOPORT: the port died with the request queued; K_EDEAD: the server died
 * with it in hand; K_ETIMEOUT, K_EABORT, K_EINTR: the wait was given up, the
 * request may have had effects; K_EDEADLOCK, with K_NOCYCLE: the call would wait
 * for itself, and nobody has received it.  Source: ipcCall(2K).
 */
int ipcCall(const KnMsgDesc *request, int srcportli, const KnIpcDest *dest,
	    KnMsgDesc *reply, int delay);

/**
 * ipcReply - answer the current message
 * @msg: the reply
 *
 * K_EINVAL: there is no current message, or nobody waits for its reply;
 * K_EUNKNOWN: the caller is gone, and the message is consumed; K_ETOOMUCH and
 * K_EFAULT leave it.  Source: ipcReply(2K).
 */
int ipcReply(const KnMsgDesc *msg);

/**
 * ipcGetData - fetch the body of the current message
 * @msg: bodyAddr and bodySize say where to
 *
 * Once, and only if the receive left the body or cut it (K_MSG_MORE), else
 * K_EINVAL.  Returns the number of bytes copied.  Source: ipcGetData(2K).
 */
int ipcGetData(KnMsgDesc *msg);

/**
 * ipcSave - put the current message aside
 * @portli: reserved: K_NONEPORT
 *
 * Returns an id, > 0, for ipcRestore() by any thread of the actor.  K_EINVAL:
 * no current message; K_ENOMEM: K_CMSGSAVEDMAX are saved already.
 * Source: ipcSave(2K).
 */
int ipcSave(int portli);

/**
 * ipcRestore - make a saved message the current one
 * @msgid: what ipcSave() returned; each id works once (else K_EINVAL)
 *
 * Source: ipcRestore(2K).
 */
int ipcRestore(int msgid);

/**
 * ipcSysInfo - what the nucleus knows about the last message received
 * @head: where it goes
 *
 * Works after ipcReply() too.  K_EINVAL: the thread never received one.
 * Source: ipcSysInfo(2K).
 */
int ipcSysInfo(KnMsgHead *head);

/* ---- unique identifiers -------------------------------------------------- */

/**
 * uiBuild - build a static unique identifier
 * @ui: where it goes
 * @type: K_UISITE, K_UIPORT, K_UIPORT_STATPORT, K_UIGROUP_STATUSER or
 *	K_UIGROUP_STATSYS (else K_EINVAL)
 * @site: number of its site; 0 for a group, which has the same name on all
 * @stamp: what tells it from others of its type and site; 0 for a site
 *
 * Needs no nucleus.  Uniqueness is the caller's duty.  Source: uiBuild(2K);
 * our layout is that of struct KnUniqueId.
 */
int uiBuild(KnUniqueId *ui, int type, unsigned int site, unsigned int stamp);

/** uiClear - make *@ui no identifier */
void uiClear(KnUniqueId *ui);

/** uiIsCleared - 1 if *@ui is no identifier, else 0 */
int uiIsCleared(const KnUniqueId *ui);

/** uiEqual - 1 if both are the same, else 0 */
int uiEqual(const KnUniqueId *ui1, const KnUniqueId *ui2);

/**
 * uiGetSite - number of the site that created an identifier
 * @ui: the identifier; K_EINVAL if it is cleared
 * @site: where the number goes
 */
int uiGetSite(const KnUniqueId *ui, unsigned int *site);

/**
 * uiIsLocal - was the identifier created on this site?
 * @ui: the identifier
 *
 * Returns 1 or 0.  It looks at the name only and does not ask whether the
 * object still lives.
 */
int uiIsLocal(const KnUniqueId *ui);

/** uiSite - uiBuild() of K_UISITE for site number @site */
int uiSite(KnUniqueId *ui, unsigned int site);

/** uiLocalSite - identifier of the caller's own site */
int uiLocalSite(KnUniqueId *ui);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* CHORUS_IPC_CHIPC_H */
