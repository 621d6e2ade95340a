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
 * ``ENOENT``              no such local id, name, LAP, member, window, area or message
 *                         here
 * ``EHOSTUNREACH``        nothing with this unique identifier can be reached
 * ``EACCES``              the key of the capability is wrong
 * ``EPERM``               the caller lacks the privilege, or he, or whom he sends to, is
 *                         barred from messages
 * ``EBUSY``               taken: one actor a process, one owner a name, one window
 *                         a port, a port with a handler has no receivers
 * ``EEXIST``              the declared unique identifier, or the same watch, exists
 *                         already
 * ``ENOBUFS``             the queue of the destination port is full
 * ``EMSGSIZE``            body larger than CHORUS_BODY_MAX, or than both sides take
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
 *                         see CHORUS_FEATURE_*; a ring, or a batch, does not take it
 * ``EINTR``               a signal without SA_RESTART; see @restart.  Of a ring: the wait was
 *                         cancelled
 * ======================  ====================================================
 */

/* The ABI the header describes; the nucleus reports the range it serves. */
#define CHORUS_ABI_BASE			0
#define CHORUS_ABI_CURRENT		0

#define CHORUS_ANNEX_SIZE		120	/* bytes, always whole */
#define CHORUS_BODY_MAX			65536	/* bytes of a classic message */
#define CHORUS_BODY_LARGE_MAX		1073741824 /* where both sides take more */
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
#define CHORUS_FEATURE_RING		(1ULL << 2) /* commands by io_uring; see <linux/chorus_ring.h> */
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

#define CHORUS_BAR_SEND			(1U << 0) /* it sends and calls nobody */
#define CHORUS_BAR_RECEIVE		(1U << 1) /* nobody sends to its ports or calls them */

/**
 * struct chorus_actor_bar - CHORUS_IOC_ACTOR_BAR, shut an actor off, or stand between it and the rest
 * @size: sizeof(struct chorus_actor_bar)
 * @flags: CHORUS_SET
 * @cap: the actor, of a process, not the caller
 * @bar: CHORUS_BAR_* bits; 0 lifts it
 * @out_bar: as it was before the call
 * @mediator: whom it does not concern: a port, or a group in any mode; null: nobody.  What the barred
 *	actor may still send to, and the source port of what it may still get; the actor this port is
 *	attached to may also forward to it
 * @out_mediator: as it was
 *
 * For SYSTEM actors that are not barred themselves (else EPERM).  The barred actor's ipcSend, ipcCall
 * and ipcForward are EPERM, and so are those to its ports; calls under way, its own and those in
 * its queues, end with EPERM, other messages in its queues are deleted, notices of death stay.
 * What it had received it may reply to.  A shared queue gives it nothing.  LAPs are no messages.
 *
 * The bar goes with the process: when its actor dies the process can open the device no more (EBUSY),
 * not after exec either.  A child of it is another process, with its own right to open the device, or
 * without.  Source: none, an extension of ours.
 */
struct chorus_actor_bar {
	__u32 size;
	__u32 flags;
	struct chorus_cap cap;
	__u32 bar;
	__u32 out_bar;
	struct chorus_ui mediator;
	struct chorus_ui out_mediator;
};
#define CHORUS_IOC_ACTOR_BAR		CHORUS_IOC(0x15)

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

/**
 * struct chorus_port_lend - CHORUS_IOC_PORT_LEND, take the priority of callers
 * @size: sizeof(struct chorus_port_lend)
 * @flags: CHORUS_SET: write; else only read
 * @li: local id
 * @rt: highest real-time priority taken, 1 to 99, or 0 for none
 * @nice: least nice value taken, -20 to 19; 19 takes none
 * @reserved: must be 0
 * @out_rt: @rt before the call
 * @out_nice: @nice before the call
 *
 * A thread that serves a call to the port gets the SCHED_FIFO or SCHED_RR priority of the
 * calling thread, or its nice value, within these limits and if it is more urgent than its own.
 * It has its own again when it replies, saves, forwards or receives the next message, when the
 * caller leaves the call, and when it ends; unless somebody has set another one
 * meanwhile.  EPERM: more than the calling process could give itself (RLIMIT_RTPRIO,
 * RLIMIT_NICE, CAP_SYS_NICE).  A port takes nothing at first, and nothing after a migration.
 * Source: none, an extension.
 */
struct chorus_port_lend {
	__u32 size;
	__u32 flags;
	__s32 li;
	__u32 rt;
	__s32 nice;
	__u32 reserved;
	__u32 out_rt;
	__s32 out_nice;
};
#define CHORUS_IOC_PORT_LEND		CHORUS_IOC(0x3b)

/* ---- 0x5n: local access points ------------------------------------------ */

#define CHORUS_LAP_SAFE			(1U << 0) /* validity checked, callable by processes */
#define CHORUS_LAP_PROTECTED		(1U << 1) /* name visible to trusted actors only */
#define CHORUS_LAP_NOBLOCK		(1U << 2) /* resolve: do not wait */
#define CHORUS_LAP_PROMPT		(1U << 3) /* the handler never waits */

/**
 * struct chorus_lap_desc - descriptor of a local access point, a plain value
 * @lap: unique identifier
 * @arg_size: bytes of the argument block the handler takes, fixed at creation
 * @options: CHORUS_LAP_SAFE, CHORUS_LAP_PROMPT
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

/* 0x4n: messages, 0x6n: groups */
#include <linux/chorus_ipc.h>
/* 0x7n: death and recovery */
#include <linux/chorus_recover.h>
/* 0x8n: windows, large bodies */
#include <linux/chorus_window.h>
/* 0x9n: areas */
#include <linux/chorus_area.h>
/* 0xan: several commands by one */
#include <linux/chorus_batch.h>
/* the same commands by io_uring */
#include <linux/chorus_ring.h>

#endif /* _UAPI_LINUX_CHORUS_H */
