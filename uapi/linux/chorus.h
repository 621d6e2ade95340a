/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl interface of /dev/chorus.
 *
 * A process becomes an *actor* by opening /dev/chorus; the file descriptor is
 * the actor's door to the nucleus.  Programs normally use libchorus, which
 * dresses these commands in the ChorusOS C interface.
 */
#ifndef _UAPI_LINUX_CHORUS_H
#define _UAPI_LINUX_CHORUS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: General ioctl format
 *
 * Every command takes a pointer to a structure that starts with __u32 size,
 * the size the caller was compiled with, and __u32 flags.  The nucleus accepts
 * a shorter structure down to the size of the first ABI (missing fields read
 * as zero) and a longer one whose unknown tail is zero.  Dispatch is on the
 * type and number of the command; the size encoded in the command is ignored,
 * so structures can grow.  Pointers travel as __aligned_u64; nothing differs
 * between 32-bit and 64-bit callers.  Structures have no implicit padding and
 * reserved fields must be zero.  Fields named out_* are written by the nucleus
 * on success only; @restart and @deadline are written when a signal interrupts
 * the call.
 *
 * Each errno has one meaning:
 *
 * ======================  ====================================================
 * ``ENOTTY``              unknown command number
 * ``E2BIG``               size is above one page, or the unknown tail not zero
 * ``EINVAL``              size too small, unknown flag, dirty reserved field, or
 *                         a field with a value that can never be valid
 * ``EFAULT``              a pointer of the caller cannot be read or written
 * ``EXDEV``               the descriptor belongs to another process: a forked
 *                         child, a vfork child, a receiver of SCM_RIGHTS
 * ``ESHUTDOWN``           the calling actor is dead (deleted, or it called exec)
 * ``ENOENT``              no such local id, name, LAP, member or message here
 * ``EHOSTUNREACH``        nothing with this unique identifier can be reached
 * ``EACCES``              the key of the capability is wrong
 * ``EPERM``               the caller lacks the privilege
 * ``EBUSY``               taken: one actor a process, one owner a name, a port
 *                         with a handler has no receivers
 * ``EEXIST``              the declared unique identifier exists already
 * ``ENOBUFS``             the queue of the destination port is full
 * ``EMSGSIZE``            body larger than CHORUS_BODY_MAX
 * ``EDQUOT``              a quota of the actor or of its user is used up
 * ``ENOMEM``              the kernel has no memory
 * ``ETIMEDOUT``           the timeout passed (at once for a poll)
 * ``ECANCELED``           aborted: threadAbort, or the LAP was deleted
 * ``EIDRM``               the port waited on, or called, was deleted
 * ``EOWNERDEAD``          the server died, or dropped the request, before
 *                         it replied; the request may have had effects
 * ``ENOMSG``              the thread has no current message, or its body was
 *                         fetched already
 * ``EREMOTEIO``           the handler of the supervisor actor failed
 * ``ELOOP``               handler frames nested deeper than CHORUS_FRAME_MAX,
 *                         or too little kernel stack left
 * ``EDEADLK``             the call would wait for itself
 * ``EOPNOTSUPP``          a known command or field asks for something this build lacks;
 *                         see CHORUS_FEATURE_*
 * ``EINTR``               a signal without SA_RESTART; see @restart
 * ======================  ====================================================
 */

/* The ABI the header describes; the nucleus reports the range it serves. */
#define CHORUS_ABI_BASE			0
#define CHORUS_ABI_CURRENT		0

#define CHORUS_ANNEX_SIZE		120	/* bytes, always whole */
#define CHORUS_BODY_MAX			65536	/* bytes of a classic message */
#define CHORUS_NAME_MAX			15	/* characters of an actor's name */
#define CHORUS_LAP_NAME_MAX		7	/* characters of a LAP's name */
#define CHORUS_LAP_ARG_MAX		256	/* bytes of a LAP's argument block */
#define CHORUS_FRAME_MAX		8	/* nested handler frames of a thread */
#define CHORUS_SAVED_MAX		64	/* saved messages of an actor */
#define CHORUS_PARKED_MAX		4	/* interrupted calls of a thread */
#define CHORUS_PRIORITY_MAX		255	/* lowest priority of an enabled port */

/* Local ids that are not ports: see the calls that take them. */
#define CHORUS_LI_DEFAULT		0	/* the actor's default port */
#define CHORUS_LI_ANYENABLED		(-1)	/* receive from any enabled port */
#define CHORUS_LI_NONE			(-2)	/* no port */

/**
 * struct chorus_ui - unique identifier, 128 bits, never reused
 * @head: mode (bits 63..62, groups only), type (bits 61..56), epoch (bits 55..32), creation
 *	site (bits 31..0)
 * @tail: 64 random bits, or the stamp of a static identifier, or, of a dynamic group, the
 *	one-way function of its key
 *
 * Source of the semantics: ChorusOS KnUniqueId, uiBuild(2K).
 */
struct chorus_ui {
	__aligned_u64 head;
	__aligned_u64 tail;
};

enum chorus_ui_type {
	CHORUS_UI_NULL = 0,
	CHORUS_UI_SITE = 1,
	CHORUS_UI_ACTOR = 2,
	CHORUS_UI_PORT = 3,
	CHORUS_UI_STATPORT = 4,		/* declared by a trusted actor; never migrates */
	CHORUS_UI_LAP = 5,
	CHORUS_UI_GROUP = 6,
	CHORUS_UI_STATGROUP_USER = 7,	/* group of a well-known stamp, open to anybody */
	CHORUS_UI_STATGROUP_SYS = 8,	/* the same, only SYSTEM actors change it */
	CHORUS_UI_GROUP_SHARED = 9,	/* group whose members serve one queue; ours */
};

#define CHORUS_UI_TYPE_SHIFT		56
#define CHORUS_UI_TYPE_MASK		0x3f
#define CHORUS_UI_EPOCH_SHIFT		32

/*
 * How a message finds members of a group: bits 63..62 of @head of the identifier it is
 * sent to; 0 in every other identifier.  Source: ChorusOS ipcTarget(2K).
 */
enum chorus_ui_mode {
	CHORUS_MODE_BROADCAST = 0,	/* to every member: sends only */
	CHORUS_MODE_ANY = 1,		/* to one member */
	CHORUS_MODE_WITH = 2,		/* to one member on the site of the coTarget */
	CHORUS_MODE_EXCEPT = 3,		/* to one member that is not the coTarget */
};

#define CHORUS_UI_MODE_SHIFT		62

/** struct chorus_key - what makes a name a capability: 128 secret bits */
struct chorus_key {
	__aligned_u64 k[2];
};

/** struct chorus_cap - capability: the name and the key of an object */
struct chorus_cap {
	struct chorus_ui ui;
	struct chorus_key key;
};

/**
 * struct chorus_protid - protection identifier
 * @uid: user, @gid: group, @did: domain
 * @reserved: must be 0
 *
 * Stored and stamped on every message by the nucleus, which gives it no other
 * meaning.  A fresh actor has the effective ids of its opener (65535 where they
 * do not fit) and domain 0.  Source: ChorusOS KnProtId, actorPi(2K).
 */
struct chorus_protid {
	__u16 uid;
	__u16 gid;
	__u16 did;
	__u16 reserved;
};

enum chorus_privilege {
	CHORUS_ACTOR_USER = 0,
	CHORUS_ACTOR_SYSTEM = 1,	/* trusted: may set protection ids, declare ports */
	CHORUS_ACTOR_SUPERVISOR = 2,	/* a kernel module */
};

#define CHORUS_IOC_MAGIC		0xCB
#define CHORUS_IOC(nr)			_IO(CHORUS_IOC_MAGIC, nr)

/* ---- 0x0n: the site --------------------------------------------------- */

/**
 * struct chorus_hello - CHORUS_IOC_HELLO, the handshake
 * @size: sizeof(struct chorus_hello)
 * @flags: must be 0
 * @out_abi_base: oldest ABI served
 * @out_abi_current: newest ABI served
 * @out_features: CHORUS_FEATURE_* bits
 * @out_site: number of the caller's site
 * @out_port_queue: messages that a port's queue holds
 *
 * Anybody who could open the device may call it, also a forked child.
 */
struct chorus_hello {
	__u32 size;
	__u32 flags;
	__u32 out_abi_base;
	__u32 out_abi_current;
	__aligned_u64 out_features;
	__u32 out_site;
	__u32 out_port_queue;
};
#define CHORUS_IOC_HELLO		CHORUS_IOC(0x00)

#define CHORUS_FEATURE_WAKE_LOCAL	(1ULL << 0) /* server woken on the caller's CPU */
#define CHORUS_FEATURE_SUPERVISOR	(1ULL << 1) /* supervisor actors, LAPs, message handlers */
#define CHORUS_FEATURE_TEST		(1ULL << 63) /* built with test hooks */

/* ---- 0x1n: actors ------------------------------------------------------ */

/**
 * struct chorus_actor_self - CHORUS_IOC_ACTOR_SELF
 * @size: sizeof(struct chorus_actor_self)
 * @flags: must be 0
 * @out_cap: capability of the calling actor
 * @out_default_port: unique identifier of its default port
 * @out_privilege: enum chorus_privilege
 * @out_reserved: 0
 */
struct chorus_actor_self {
	__u32 size;
	__u32 flags;
	struct chorus_cap out_cap;
	struct chorus_ui out_default_port;
	__u32 out_privilege;
	__u32 out_reserved;
};
#define CHORUS_IOC_ACTOR_SELF		CHORUS_IOC(0x10)

/**
 * struct chorus_actor_delete - CHORUS_IOC_ACTOR_DELETE
 * @size: sizeof(struct chorus_actor_delete)
 * @flags: must be 0
 * @cap: the actor; its key must be right
 *
 * Kills the actor: its ports vanish, queued calls end with EIDRM, served ones with
 * EOWNERDEAD, and the process it lives in gets SIGKILL unless it is the caller's own.  Supervisor actors are
 * refused (EPERM), system actors to user actors too.
 * Source: ChorusOS actorDelete(2K).
 */
struct chorus_actor_delete {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
};
#define CHORUS_IOC_ACTOR_DELETE		CHORUS_IOC(0x11)

#define CHORUS_SET			(1U << 0) /* write the new value */
#define CHORUS_SELF			(1U << 1) /* ignore @cap, take the caller */

/**
 * struct chorus_actor_name - CHORUS_IOC_ACTOR_NAME, get and set the name
 * @size: sizeof(struct chorus_actor_name)
 * @flags: CHORUS_SET, CHORUS_SELF
 * @cap: the actor
 * @name: in: new name, NUL-padded, at most CHORUS_NAME_MAX printable characters
 * @out_name: the name before the call
 */
struct chorus_actor_name {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	char name[16];
	char out_name[16];
};
#define CHORUS_IOC_ACTOR_NAME		CHORUS_IOC(0x12)

/**
 * struct chorus_actor_privilege - CHORUS_IOC_ACTOR_PRIVILEGE
 * @size: sizeof(struct chorus_actor_privilege)
 * @flags: CHORUS_SET, CHORUS_SELF
 * @cap: the actor
 * @privilege: enum chorus_privilege; SUPERVISOR is refused (EINVAL)
 * @out_privilege: the privilege before the call
 *
 * Becoming SYSTEM needs CAP_SYS_ADMIN in the user namespace that owns the site.
 * A SYSTEM actor sets USER freely.
 */
struct chorus_actor_privilege {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	__u32 privilege;
	__u32 out_privilege;
};
#define CHORUS_IOC_ACTOR_PRIVILEGE	CHORUS_IOC(0x13)

/**
 * struct chorus_actor_pi - CHORUS_IOC_ACTOR_PI, protection id of an actor
 * @size: sizeof(struct chorus_actor_pi)
 * @flags: CHORUS_SET (SYSTEM actors only, else EPERM), CHORUS_SELF
 * @cap: the actor
 * @pi: new protection id
 * @out_pi: the one before the call
 *
 * Ports created later inherit it; existing ports keep theirs.
 */
struct chorus_actor_pi {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	struct chorus_protid pi;
	struct chorus_protid out_pi;
};
#define CHORUS_IOC_ACTOR_PI		CHORUS_IOC(0x14)

/* ---- 0x2n: threads ------------------------------------------------------ */

/**
 * struct chorus_thread_self - CHORUS_IOC_THREAD_SELF
 * @size: sizeof(struct chorus_thread_self)
 * @flags: must be 0
 * @out_li: local id of the calling thread, positive
 * @out_reserved: 0
 */
struct chorus_thread_self {
	__u32 size;
	__u32 flags;
	__s32 out_li;
	__u32 out_reserved;
};
#define CHORUS_IOC_THREAD_SELF		CHORUS_IOC(0x20)

/**
 * struct chorus_thread_abort - CHORUS_IOC_THREAD_ABORT
 * @size: sizeof(struct chorus_thread_abort)
 * @flags: CHORUS_SELF: the caller's own actor
 * @cap: the thread's actor
 * @li: the thread, or 0 for the caller itself
 * @reserved: must be 0
 *
 * A thread blocked in an abortable call leaves it with ECANCELED.  Any other is
 * marked and leaves its next abortable blocking call so, unless it asks with
 * CHORUS_IOC_THREAD_ABORTED first.  Source: ChorusOS threadAbort(2K).
 */
struct chorus_thread_abort {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	__s32 li;
	__u32 reserved;
};
#define CHORUS_IOC_THREAD_ABORT		CHORUS_IOC(0x21)

/**
 * struct chorus_thread_aborted - CHORUS_IOC_THREAD_ABORTED, test and clear
 * @size: sizeof(struct chorus_thread_aborted)
 * @flags: must be 0
 * @out_aborted: 1 if the calling thread was marked
 * @out_reserved: 0
 */
struct chorus_thread_aborted {
	__u32 size;
	__u32 flags;
	__u32 out_aborted;
	__u32 out_reserved;
};
#define CHORUS_IOC_THREAD_ABORTED	CHORUS_IOC(0x22)

/**
 * struct chorus_thread_delay - CHORUS_IOC_THREAD_DELAY, sleep
 * @size: sizeof(struct chorus_thread_delay)
 * @flags: must be 0
 * @timeout: nanoseconds; < 0 for ever
 * @deadline: see the messages
 *
 * Ends with ETIMEDOUT when the time has passed, and never with success.
 * Abortable.  Source: ChorusOS threadDelay(2K).
 */
struct chorus_thread_delay {
	__u32 size;
	__u32 flags;
	__s64 timeout;
	__aligned_u64 deadline;
};
#define CHORUS_IOC_THREAD_DELAY		CHORUS_IOC(0x23)

/* ---- 0x3n: ports -------------------------------------------------------- */

/**
 * struct chorus_port_create - CHORUS_IOC_PORT_CREATE
 * @size: sizeof(struct chorus_port_create)
 * @flags: CHORUS_PORT_DECLARE
 * @ui: with CHORUS_PORT_DECLARE the identifier to use, of type
 *	CHORUS_UI_STATPORT; else must be 0
 * @out_ui: unique identifier of the port
 * @out_li: its local id, positive
 * @out_reserved: 0
 *
 * The port starts disabled.  CHORUS_PORT_DECLARE is for SYSTEM actors.
 * Source: ChorusOS portCreate(2K), portDeclare(2K).
 */
struct chorus_port_create {
	__u32 size;
	__u32 flags;
	struct chorus_ui ui;
	struct chorus_ui out_ui;
	__s32 out_li;
	__u32 out_reserved;
};
#define CHORUS_IOC_PORT_CREATE		CHORUS_IOC(0x30)
#define CHORUS_PORT_DECLARE		(1U << 0)

/**
 * struct chorus_port_delete - CHORUS_IOC_PORT_DELETE
 * @size: sizeof(struct chorus_port_delete)
 * @flags: must be 0
 * @li: local id; the default port is refused (EINVAL)
 * @reserved: must be 0
 *
 * Queued messages are deleted, queued calls end with EIDRM, and threads
 * waiting on the port leave with EIDRM.  Source: ChorusOS portDelete(2K).
 */
struct chorus_port_delete {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 reserved;
};
#define CHORUS_IOC_PORT_DELETE		CHORUS_IOC(0x31)

/**
 * struct chorus_port_enable - CHORUS_IOC_PORT_ENABLE, CHORUS_IOC_PORT_DISABLE
 * @size: sizeof(struct chorus_port_enable)
 * @flags: must be 0
 * @li: local id
 * @priority: 0 (served first) to CHORUS_PRIORITY_MAX; 0 to disable
 *
 * Membership in the set that CHORUS_LI_ANYENABLED receives from.
 */
struct chorus_port_enable {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 priority;
};
#define CHORUS_IOC_PORT_ENABLE		CHORUS_IOC(0x32)
#define CHORUS_IOC_PORT_DISABLE		CHORUS_IOC(0x33)

/**
 * struct chorus_port_ui - CHORUS_IOC_PORT_UI (li to UI), CHORUS_IOC_PORT_LI
 * @size: sizeof(struct chorus_port_ui)
 * @flags: must be 0
 * @ui: in for PORT_LI, out for PORT_UI
 * @li: in for PORT_UI, out for PORT_LI
 * @reserved: must be 0
 *
 * Only ports of the calling actor are translated; others are ENOENT.
 */
struct chorus_port_ui {
	__u32 size;
	__u32 flags;
	struct chorus_ui ui;
	__s32 li;
	__u32 reserved;
};
#define CHORUS_IOC_PORT_UI		CHORUS_IOC(0x34)
#define CHORUS_IOC_PORT_LI		CHORUS_IOC(0x35)

/**
 * struct chorus_port_pi - CHORUS_IOC_PORT_PI, protection id of a port
 * @size: sizeof(struct chorus_port_pi)
 * @flags: CHORUS_SET (SYSTEM actors only, else EPERM)
 * @li: local id
 * @reserved: must be 0
 * @pi: new protection id
 * @out_pi: the one before the call
 */
struct chorus_port_pi {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 reserved;
	struct chorus_protid pi;
	struct chorus_protid out_pi;
};
#define CHORUS_IOC_PORT_PI		CHORUS_IOC(0x36)

/**
 * struct chorus_port_seqnum - CHORUS_IOC_PORT_SEQNUM
 * @size: sizeof(struct chorus_port_seqnum)
 * @flags: must be 0
 * @li: local id
 * @reserved: must be 0
 * @out_seqnum: messages received from the port so far
 */
struct chorus_port_seqnum {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 reserved;
	__aligned_u64 out_seqnum;
};
#define CHORUS_IOC_PORT_SEQNUM		CHORUS_IOC(0x37)

/**
 * struct chorus_port_migrate - CHORUS_IOC_PORT_MIGRATE, move a port to another actor
 * @size: sizeof(struct chorus_port_migrate)
 * @flags: CHORUS_SELF: @from is ignored, the port is the caller's;
 *	CHORUS_MIGRATE_DELETE: the messages in its queue are deleted, queued calls end with
 *	EIDRM; else they go with the port
 * @from: the actor it is attached to
 * @to: where it goes, another actor of the site
 * @li: its local id in @from
 * @out_li: its local id in @to, positive
 * @out_seqnum: messages received from it in @from, and one for the migration; it counts
 *	from 0 again
 *
 * The port keeps its name, its protection id and its groups, and is disabled.  Threads
 * that wait on it in @from leave with EIDRM; what they have received stays theirs to
 * reply to.  EINVAL: the default port, a declared port, or @to is @from; EPERM: a supervisor
 * actor, or a port of a system actor moved by a user actor that is not it; ENOENT: no such
 * port; EDQUOT: no room for a port in @to; EOWNERDEAD: @to died meanwhile, and the port with it.
 * Source: ChorusOS portMigrate(2K).
 */
struct chorus_port_migrate {
	__u32 size;
	__u32 flags;
	struct chorus_cap from;
	struct chorus_cap to;
	__s32 li;
	__s32 out_li;
	__aligned_u64 out_seqnum;
};
#define CHORUS_IOC_PORT_MIGRATE		CHORUS_IOC(0x38)
#define CHORUS_MIGRATE_DELETE		(1U << 2)

/* ---- 0x4n: messages ----------------------------------------------------- */

/*
 * Common to the calls below.  An annex pointer is 0 or the address of
 * CHORUS_ANNEX_SIZE bytes; a receiver that passes one for a message without
 * annex reads zeroes.  @timeout is in nanoseconds: negative waits for ever, 0
 * polls.  A handled signal interrupts a wait:
 *
 * - a receive restarts, or ends with EINTR, with nothing lost; @deadline
 *   carries the rest of a bounded wait;
 * - a call, once its request is queued, stores its transaction in @restart:
 *   entering again with it waits on for the same reply and never sends twice.
 *   After EINTR the caller may do the same, or drop the transaction by leaving
 *   it alone: a thread keeps its CHORUS_PARKED_MAX youngest ones;
 * - a reply-and-receive that has replied stores 1 in @restart whenever its receive
 *   ends without a message, and only receives when it is entered again.
 *
 * Both fields must be 0 on first entry and are 0 again on success.  A @restart that
 * names no transaction of the calling thread is ENOENT.
 */
#define CHORUS_MSG_ABORTABLE		(1U << 0) /* in: the wait obeys threadAbort */

#define CHORUS_MSG_RPC			(1U << 0) /* out: the sender waits for a reply */
#define CHORUS_MSG_ANNEX		(1U << 1) /* out: the sender gave an annex */
#define CHORUS_MSG_MORE			(1U << 2) /* out: body not fetched, or not whole */

/**
 * struct chorus_ipc_send - CHORUS_IOC_IPC_SEND, asynchronous send
 * @size: sizeof(struct chorus_ipc_send)
 * @flags: must be 0
 * @src_li: local id of the source port stamped on the message
 * @body_size: bytes at @body, 0 to CHORUS_BODY_MAX
 * @target: destination port, or a group with one of enum chorus_ui_mode
 * @cotarget: for CHORUS_MODE_WITH any object, for CHORUS_MODE_EXCEPT a port; else must be 0
 * @annex: address of the annex, or 0
 * @body: address of the body
 *
 * Never waits for queue space: ENOBUFS at once.  A broadcast is refused as a whole (EDQUOT,
 * ENOMEM), or goes to every member there was when it began; a member whose queue is full
 * misses it, and ENOBUFS says that no member has got it.  EHOSTUNREACH: no such port; the
 * group has no member, or none the mode allows.  Source: ChorusOS ipcSend(2K).
 */
struct chorus_ipc_send {
	__u32 size;
	__u32 flags;
	__s32 src_li;
	__u32 body_size;
	struct chorus_ui target;
	struct chorus_ui cotarget;
	__aligned_u64 annex;
	__aligned_u64 body;
};
#define CHORUS_IOC_IPC_SEND		CHORUS_IOC(0x40)

/**
 * struct chorus_ipc_receive - CHORUS_IOC_IPC_RECEIVE
 * @size: sizeof(struct chorus_ipc_receive)
 * @flags: CHORUS_MSG_ABORTABLE
 * @li: a port, CHORUS_LI_DEFAULT or CHORUS_LI_ANYENABLED
 * @body_size: room at @body in bytes
 * @annex: where the annex goes, or 0
 * @body: where the body goes, or 0 to leave it for CHORUS_IOC_IPC_GET_DATA
 * @timeout: nanoseconds; < 0 for ever, 0 poll
 * @deadline: see above
 * @out_li: the port the message came to
 * @out_body_size: size of the whole body
 * @out_flags: CHORUS_MSG_RPC, CHORUS_MSG_ANNEX, CHORUS_MSG_MORE
 * @out_reserved: 0
 * @out_seqnum: count of messages received from that port, this one included
 * @out_msg: token of the message; any thread of the actor may reply to it
 *
 * The message becomes the thread's current message and takes the place of the
 * one before, which a token can still reply to.  A body larger than @body_size
 * is cut, CHORUS_MSG_MORE is set, and the whole stays available once.  If the
 * results cannot be written (EFAULT) the message goes back to the head of its
 * queue.  Source: ChorusOS ipcReceive(2K).
 */
struct chorus_ipc_receive {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 body_size;
	__aligned_u64 annex;
	__aligned_u64 body;
	__s64 timeout;
	__aligned_u64 deadline;
	__s32 out_li;
	__u32 out_body_size;
	__u32 out_flags;
	__u32 out_reserved;
	__aligned_u64 out_seqnum;
	__aligned_u64 out_msg;
};
#define CHORUS_IOC_IPC_RECEIVE		CHORUS_IOC(0x41)

/**
 * struct chorus_ipc_call - CHORUS_IOC_IPC_CALL, request and reply
 * @size: sizeof(struct chorus_ipc_call)
 * @flags: CHORUS_MSG_ABORTABLE
 * @src_li: local id of the source port
 * @body_size: bytes at @body, 0 to CHORUS_BODY_MAX
 * @target: destination port, or a group with a mode other than CHORUS_MODE_BROADCAST (EINVAL)
 * @cotarget: as in struct chorus_ipc_send
 * @annex: address of the request's annex, or 0
 * @body: address of the request's body
 * @rep_annex: where the annex of the reply goes, or 0
 * @rep_body: where the body of the reply goes
 * @rep_size: room at @rep_body in bytes
 * @reserved: must be 0
 * @timeout: nanoseconds from first entry to the reply; < 0 for ever
 * @restart: transaction of an interrupted call; see above
 * @deadline: see above
 * @out_rep_size: size of the whole reply body; what exceeds @rep_size is lost
 * @out_flags: CHORUS_MSG_ANNEX if the reply has an annex
 *
 * A port with a message handler runs it on the calling thread: @timeout does not
 * bound it, and the handler's own waits obey aborts.  At most once: the request is received by at most one server, one time, and
 * the reply is the reply to this request.  Errors of the far side: EIDRM, the
 * port died with the request queued; EOWNERDEAD, the server died with the
 * request in its hands.  Source: ChorusOS ipcCall(2K).
 */
struct chorus_ipc_call {
	__u32 size;
	__u32 flags;
	__s32 src_li;
	__u32 body_size;
	struct chorus_ui target;
	struct chorus_ui cotarget;
	__aligned_u64 annex;
	__aligned_u64 body;
	__aligned_u64 rep_annex;
	__aligned_u64 rep_body;
	__u32 rep_size;
	__u32 reserved;
	__s64 timeout;
	__aligned_u64 restart;
	__aligned_u64 deadline;
	__u32 out_rep_size;
	__u32 out_flags;
};
#define CHORUS_IOC_IPC_CALL		CHORUS_IOC(0x42)

/**
 * struct chorus_ipc_reply - CHORUS_IOC_IPC_REPLY
 * @size: sizeof(struct chorus_ipc_reply)
 * @flags: must be 0
 * @body_size: bytes at @body
 * @reserved: must be 0
 * @annex: address of the annex, or 0
 * @body: address of the body
 * @msg: token of the message replied to; 0 for the current message
 *
 * Consumes the message.  EHOSTUNREACH: the caller is gone (died, timed out,
 * aborted, or its user has no room left for this reply, which it is told), the
 * message is consumed all the same.  On every other error it is kept.
 * A message that another thread is just replying to or fetching is waited for.  ENOMSG: no current message, or it was not a call.
 * Source: ChorusOS ipcReply(2K).
 */
struct chorus_ipc_reply {
	__u32 size;
	__u32 flags;
	__u32 body_size;
	__u32 reserved;
	__aligned_u64 annex;
	__aligned_u64 body;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_REPLY		CHORUS_IOC(0x43)

/**
 * struct chorus_ipc_reply_receive - CHORUS_IOC_IPC_REPLY_RECEIVE
 * @size: sizeof(struct chorus_ipc_reply_receive)
 * @flags: CHORUS_MSG_ABORTABLE
 * @rep_size: bytes at @rep_body
 * @reserved: must be 0
 * @rep_annex: address of the reply's annex, or 0
 * @rep_body: address of the reply's body
 * @rep_msg: token of the message replied to; 0 for the current message
 * @restart: 0; 1 once the reply is done; see above
 * @li: as in struct chorus_ipc_receive, and so on down to @out_msg
 * @body_size: room at @body
 * @annex: where the annex goes
 * @body: where the body goes
 * @timeout: of the receive
 * @deadline: of the receive
 * @out_li: port
 * @out_body_size: size of the whole body
 * @out_flags: flags of the message
 * @out_reserved: 0
 * @out_seqnum: sequence number
 * @out_msg: token
 *
 * One trap for the loop of a server.  A caller that is gone does not stop the
 * receive; any other failure of the reply does, with nothing received.  @restart
 * tells after a failure which half it was: 0 the reply, 1 the receive.
 */
struct chorus_ipc_reply_receive {
	__u32 size;
	__u32 flags;
	__u32 rep_size;
	__u32 reserved;
	__aligned_u64 rep_annex;
	__aligned_u64 rep_body;
	__aligned_u64 rep_msg;
	__aligned_u64 restart;
	__s32 li;
	__u32 body_size;
	__aligned_u64 annex;
	__aligned_u64 body;
	__s64 timeout;
	__aligned_u64 deadline;
	__s32 out_li;
	__u32 out_body_size;
	__u32 out_flags;
	__u32 out_reserved;
	__aligned_u64 out_seqnum;
	__aligned_u64 out_msg;
};
#define CHORUS_IOC_IPC_REPLY_RECEIVE	CHORUS_IOC(0x44)

/**
 * struct chorus_ipc_get_data - CHORUS_IOC_IPC_GET_DATA
 * @size: sizeof(struct chorus_ipc_get_data)
 * @flags: must be 0
 * @body_size: room at @body
 * @out_body_size: size of the whole body
 * @body: where the body of the current message goes
 *
 * Once a message, and only if it was received with CHORUS_MSG_MORE; else
 * ENOMSG.  Source: ChorusOS ipcGetData(2K).
 */
struct chorus_ipc_get_data {
	__u32 size;
	__u32 flags;
	__u32 body_size;
	__u32 out_body_size;
	__aligned_u64 body;
};
#define CHORUS_IOC_IPC_GET_DATA		CHORUS_IOC(0x45)

/**
 * struct chorus_ipc_save - CHORUS_IOC_IPC_SAVE, CHORUS_IOC_IPC_RESTORE
 * @size: sizeof(struct chorus_ipc_save)
 * @flags: must be 0
 * @msg: IPC_SAVE: out, token of the saved message; IPC_RESTORE: in
 *
 * IPC_SAVE parks the current message (ENOMSG if there is none, EDQUOT above
 * CHORUS_SAVED_MAX saved ones of the actor); IPC_RESTORE makes a saved message
 * the current one of the calling thread (ENOENT).  A saved message can also be
 * replied to by its token.
 * Source: ChorusOS ipcSave(2K), ipcRestore(2K).
 */
struct chorus_ipc_save {
	__u32 size;
	__u32 flags;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_SAVE		CHORUS_IOC(0x46)
#define CHORUS_IOC_IPC_RESTORE		CHORUS_IOC(0x47)

/**
 * struct chorus_ipc_sysinfo - CHORUS_IOC_IPC_SYSINFO
 * @size: sizeof(struct chorus_ipc_sysinfo)
 * @flags: must be 0
 * @out_body_size: size of the body
 * @out_flags: CHORUS_MSG_RPC, CHORUS_MSG_ANNEX
 * @out_src: unique identifier of the source port
 * @out_target: what the sender addressed
 * @out_cotarget: coTarget of the sender
 * @out_transid: transaction id
 * @out_actor_pi: protection id of the sending actor
 * @out_port_pi: protection id of the source port
 *
 * About the last message the thread received, also after the reply.
 * Source: ChorusOS ipcSysInfo(2K), KnMsgHead.
 */
struct chorus_ipc_sysinfo {
	__u32 size;
	__u32 flags;
	__u32 out_body_size;
	__u32 out_flags;
	struct chorus_ui out_src;
	struct chorus_ui out_target;
	struct chorus_ui out_cotarget;
	__aligned_u64 out_transid;
	struct chorus_protid out_actor_pi;
	struct chorus_protid out_port_pi;
};
#define CHORUS_IOC_IPC_SYSINFO		CHORUS_IOC(0x48)

/**
 * struct chorus_ipc_forward - CHORUS_IOC_IPC_FORWARD
 * @size: sizeof(struct chorus_ipc_forward)
 * @flags: must be 0
 * @target: a port of this site; no group
 * @msg: token of the message; 0 for the current message
 *
 * Passes a received message on as it was sent: sender, protection identifiers, annex and the
 * whole body.  A reply goes from who serves it then straight to the client, whose
 * timeout runs on.  Nobody pays again: it is the sender's message still.  A message
 * whose sender gave up meanwhile ends here, with success.  The message is kept on
 * every error: EHOSTUNREACH, no such port; ENOBUFS, its queue is full; ENOENT, no such
 * token; ENOMSG, no current message.  Source: none, an extension of ours.
 */
struct chorus_ipc_forward {
	__u32 size;
	__u32 flags;
	struct chorus_ui target;
	__aligned_u64 msg;
};
#define CHORUS_IOC_IPC_FORWARD		CHORUS_IOC(0x49)

/* ---- 0x5n: local access points ------------------------------------------ */

#define CHORUS_LAP_SAFE			(1U << 0) /* validity checked, callable by processes */
#define CHORUS_LAP_PROTECTED		(1U << 1) /* name visible to trusted actors only */
#define CHORUS_LAP_NOBLOCK		(1U << 2) /* resolve: do not wait */

/**
 * struct chorus_lap_desc - descriptor of a local access point, a plain value
 * @lap: unique identifier
 * @arg_size: bytes of the argument block the handler takes, fixed at creation
 * @options: CHORUS_LAP_SAFE
 *
 * Source: ChorusOS KnLapDesc, svLapCreate(2K).
 */
struct chorus_lap_desc {
	struct chorus_ui lap;
	__u32 arg_size;
	__u32 options;
};

/**
 * struct chorus_lap_invoke - CHORUS_IOC_LAP_INVOKE
 * @size: sizeof(struct chorus_lap_invoke)
 * @flags: must be 0
 * @lap: the LAP; it must be CHORUS_LAP_SAFE (else EPERM)
 * @arg: address of the in/out argument block, or 0 if @arg_size is 0
 * @arg_size: bytes at @arg; must be what the LAP takes (else EINVAL)
 * @reserved: must be 0
 *
 * Runs the handler of the supervisor actor on the calling thread.  ENOENT: no
 * such LAP; ECANCELED: deleted while the handler ran; EREMOTEIO: the handler
 * said that it failed; EOPNOTSUPP: a nucleus without CHORUS_FEATURE_SUPERVISOR has no
 * LAPs.  Source: ChorusOS lapInvoke(2K).
 */
struct chorus_lap_invoke {
	__u32 size;
	__u32 flags;
	struct chorus_ui lap;
	__aligned_u64 arg;
	__u32 arg_size;
	__u32 reserved;
};
#define CHORUS_IOC_LAP_INVOKE		CHORUS_IOC(0x50)

/**
 * struct chorus_lap_resolve - CHORUS_IOC_LAP_RESOLVE
 * @size: sizeof(struct chorus_lap_resolve)
 * @flags: CHORUS_LAP_NOBLOCK: ENOENT if the name is not bound;
 *	CHORUS_LAP_PROTECTED: look among the protected names (SYSTEM actors only,
 *	else EPERM)
 * @name: NUL-padded, 1 to CHORUS_LAP_NAME_MAX characters
 * @timeout: nanoseconds to wait until somebody binds the name; < 0 for ever
 * @deadline: see the messages
 * @out_desc: the descriptor
 *
 * Abortable.  EOPNOTSUPP as above.  Source: ChorusOS lapResolve(2K).
 */
struct chorus_lap_resolve {
	__u32 size;
	__u32 flags;
	char name[8];
	__s64 timeout;
	__aligned_u64 deadline;
	struct chorus_lap_desc out_desc;
};
#define CHORUS_IOC_LAP_RESOLVE		CHORUS_IOC(0x51)

/* ---- 0x6n: groups --------------------------------------------------------- */

/**
 * struct chorus_group_allocate - CHORUS_IOC_GROUP_ALLOCATE, the capability of a group
 * @size: sizeof(struct chorus_group_allocate)
 * @flags: must be 0
 * @type: CHORUS_UI_GROUP, CHORUS_UI_GROUP_SHARED: a fresh one; CHORUS_UI_STATGROUP_USER: the well-known one of
 *	@stamp; CHORUS_UI_STATGROUP_SYS: the same, SYSTEM actors only (else EPERM)
 * @stamp: 0 for a fresh one, else which one
 * @out_cap: its name and its key
 *
 * A message to a CHORUS_UI_GROUP_SHARED, in mode BROADCAST or ANY, is queued in the group, and
 * received by the first member that is idle.
 *
 * Makes a name and no object: a group exists while it has members.  The name of a fresh group
 * is a one-way function of its key, so that the name is enough to send, and does not give the
 * key away.  The key of a static group is a public function of its name.
 * Source: ChorusOS grpAllocate(2K).
 */
struct chorus_group_allocate {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 stamp;
	struct chorus_cap out_cap;
};
#define CHORUS_IOC_GROUP_ALLOCATE	CHORUS_IOC(0x60)

/**
 * struct chorus_group_member - CHORUS_IOC_GROUP_INSERT, CHORUS_IOC_GROUP_REMOVE
 * @size: sizeof(struct chorus_group_member)
 * @flags: must be 0
 * @cap: the group (EINVAL if it is none); its key must be right (EACCES); the mode is ignored
 * @port: a port of this site, of any actor (EHOSTUNREACH)
 *
 * To insert a member again is a success and changes nothing; to remove what is no member is
 * ENOENT.  A port is in one CHORUS_UI_GROUP_SHARED at most, and has no message handler then
 * (EBUSY).  A membership is charged to who made it, EDQUOT, and ends with the port.  Static
 * system groups are for SYSTEM actors (EPERM).
 * Source: ChorusOS grpPortInsert(2K), grpPortRemove(2K).
 */
struct chorus_group_member {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	struct chorus_ui port;
};
#define CHORUS_IOC_GROUP_INSERT		CHORUS_IOC(0x61)
#define CHORUS_IOC_GROUP_REMOVE		CHORUS_IOC(0x62)

#endif /* _UAPI_LINUX_CHORUS_H */
