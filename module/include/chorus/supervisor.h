/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a supervisor actor may call.
 */
#ifndef _CHORUS_SUPERVISOR_H
#define _CHORUS_SUPERVISOR_H

#include <linux/module.h>
#include <linux/types.h>
#include <linux/chorus.h>

/**
 * DOC: Supervisor actors
 *
 * A supervisor actor is a kernel module of its own.  It registers once with
 * chorus_supervisor_register(); the nucleus then makes one actor for it in every
 * site (network namespace), present and future, and calls @site_init in each.
 * There the module creates its ports and local access points and connects its
 * handlers.  When the site or the module goes, the nucleus takes all of them back and
 * waits until no handler runs; then it calls @site_exit, which can free what handlers
 * used.
 *
 * Handlers run on the caller's own task, in process context, and may sleep
 * through chorus calls only (chorus_thread_delay() and the ipc calls), because
 * only those obey an abort.  They never see a raw pointer of the caller: what the
 * caller passed is reached through the struct chorus_invocation they are given,
 * which knows whether the caller is a process or kernel code.
 *
 * Supervisor code shares the kernel's address space: a wild pointer in it is a
 * kernel bug.  Containment is promised for user and system actors only.
 *
 * Every call here needs process context unless its text says otherwise.  Source
 * of the semantics: ChorusOS man pages 2K svLapCreate, svMsgHandler, svGetInvoker,
 * svCopyIn, lapInvoke, ipcCall; differences are told where they are.
 */

struct chorus_actor;
struct chorus_invocation;

/** enum chorus_supervisor_flags - where the actor exists */
enum chorus_supervisor_flags {
	CHORUS_SUPERVISOR_INIT_SITE = 1 << 0,	/* only in the initial network namespace */
};

/**
 * struct chorus_supervisor_ops - what a supervisor actor tells the nucleus
 * @name: name of the actor, at most CHORUS_NAME_MAX characters
 * @owner: THIS_MODULE
 * @flags: enum chorus_supervisor_flags
 * @site_init: called once a site with its fresh actor; an error refuses the
 *	registration, or leaves a later site without the actor
 * @site_exit: called once for every @site_init that was called, also for one that
 *	failed, with the actor dead and no handler running; may be NULL
 */
struct chorus_supervisor_ops {
	const char *name;
	struct module *owner;
	unsigned int flags;
	int (*site_init)(struct chorus_actor *actor);
	void (*site_exit)(struct chorus_actor *actor);
};

/**
 * chorus_supervisor_register() - become a supervisor actor
 * @ops: must stay valid until chorus_supervisor_unregister() returns
 *
 * May sleep.  Returns 0, -EEXIST if registered already, -EINVAL for a bad name,
 * or the first error of @site_init, after which nothing is left.
 */
int chorus_supervisor_register(const struct chorus_supervisor_ops *ops);

/**
 * chorus_supervisor_unregister() - leave every site
 * @ops: what was registered
 *
 * Deletes the LAPs and ports of the actor everywhere, aborts the threads inside its
 * handlers, waits until all are out, and calls @site_exit.  To be called from module
 * exit only, with the module's own threads and work done; must not be called from a
 * handler.  A thread inside that waits for a page of its process is waited for, too.
 */
void chorus_supervisor_unregister(const struct chorus_supervisor_ops *ops);

/** chorus_actor_set_private() - attach a pointer to an actor, for its module */
void chorus_actor_set_private(struct chorus_actor *actor, void *data);

/** chorus_actor_private() - the pointer attached, or NULL */
void *chorus_actor_private(const struct chorus_actor *actor);

/** chorus_actor_capability() - unique identifier and key of an actor */
void chorus_actor_capability(const struct chorus_actor *actor, struct chorus_cap *cap);

/* ---- local access points ---- */

/**
 * typedef chorus_lap_handler - handler of a LAP
 * @inv: the invocation, valid until the handler returns
 * @cookie: as given to chorus_lap_create()
 *
 * Runs on the caller's task.  Results travel in the argument block.  Returns 0, or
 * a negative errno, which the caller sees as EREMOTEIO.
 */
typedef int (*chorus_lap_handler)(struct chorus_invocation *inv, void *cookie);

/**
 * chorus_lap_create() - create a LAP
 * @actor: its owner
 * @handler: the handler
 * @cookie: handed to @handler
 * @arg_size: bytes of the in/out argument block, 0 to CHORUS_LAP_ARG_MAX
 * @options: CHORUS_LAP_SAFE to admit processes as callers; CHORUS_LAP_PROMPT if @handler
 *	never waits
 * @desc: out: the descriptor, good from now on
 *
 * Unlike ChorusOS every LAP is checked at each call; CHORUS_LAP_SAFE only decides
 * who may call.  A ring of a process (io_uring) calls a CHORUS_LAP_PROMPT handler while it
 * is submitted, with the ring locked, and any other on a worker; a call of the nucleus that
 * would wait in there is -EAGAIN.  Returns 0, -EINVAL, -EDQUOT, -ENOMEM, -ESHUTDOWN.
 */
int chorus_lap_create(struct chorus_actor *actor, chorus_lap_handler handler, void *cookie,
		      u32 arg_size, u32 options, struct chorus_lap_desc *desc);

/**
 * chorus_lap_delete() - delete a LAP
 * @actor: its owner
 * @desc: the LAP; its names stay bound until unbound
 *
 * New invocations fail; threads inside are aborted, their callers get -ECANCELED,
 * and the call returns when all are out.  The wait is killable.  Returns 0,
 * -ENOENT, -EDEADLK from a thread that is inside the LAP, or from one inside
 * another LAP whose deletion waits for this one, -EINTR when killed (the LAP is
 * dead all the same; what is left of it goes with the next chorus_lap_create() after
 * its last caller is out).
 */
int chorus_lap_delete(struct chorus_actor *actor, const struct chorus_lap_desc *desc);

/**
 * chorus_lap_bind() - publish a LAP under a name
 * @actor: owner of the LAP
 * @desc: the LAP
 * @name: 1 to CHORUS_LAP_NAME_MAX printable characters, unique in the site
 * @options: CHORUS_LAP_PROTECTED hides the name from user actors
 *
 * Wakes every lapResolve that waits for the name.  Returns 0, -EBUSY if the name is
 * taken, -EINVAL, -ENOENT, -ENOMEM.
 */
int chorus_lap_bind(struct chorus_actor *actor, const struct chorus_lap_desc *desc,
		    const char *name, u32 options);

/** chorus_lap_unbind() - withdraw a name; 0 or -ENOENT */
int chorus_lap_unbind(struct chorus_actor *actor, const char *name);

/**
 * chorus_lap_resolve() - find a LAP by name in the site of an actor
 * @actor: the calling supervisor actor
 * @name: the name
 * @options: CHORUS_LAP_NOBLOCK, CHORUS_LAP_PROTECTED
 * @timeout: nanoseconds to wait for the name; < 0 for ever
 * @desc: out
 *
 * Returns 0, -ENOENT (not bound and CHORUS_LAP_NOBLOCK), -ETIMEDOUT, -ECANCELED,
 * -ESHUTDOWN, -EINTR on a signal.
 */
int chorus_lap_resolve(struct chorus_actor *actor, const char *name, u32 options, s64 timeout,
		       struct chorus_lap_desc *desc);

/**
 * chorus_lap_invoke() - call a LAP from supervisor code
 * @actor: the calling supervisor actor
 * @desc: the LAP
 * @arg: in/out argument block in kernel memory
 * @arg_size: its size; must be what the LAP takes
 *
 * A plain call on the current task.  Returns 0, -ENOENT, -EINVAL, -ECANCELED,
 * -EREMOTEIO, -ELOOP.
 */
int chorus_lap_invoke(struct chorus_actor *actor, const struct chorus_lap_desc *desc,
		      void *arg, u32 arg_size);

/* ---- inside a handler ---- */

/** chorus_invocation_actor() - the actor whose handler runs: the execution actor */
struct chorus_actor *chorus_invocation_actor(const struct chorus_invocation *inv);

/** chorus_invocation_arg() - the argument block of a LAP handler, in kernel memory */
void *chorus_invocation_arg(struct chorus_invocation *inv);

/** chorus_invocation_depth() - handler frames of this thread, this one included */
unsigned int chorus_invocation_depth(const struct chorus_invocation *inv);

/**
 * chorus_invocation_invoker() - who called (svGetInvoker)
 * @inv: the invocation
 * @ui: out: unique identifier of the execution actor before this handler
 *
 * Returns 0, or -EINVAL in a message handler that runs for an asynchronous or a
 * remote message.
 */
int chorus_invocation_invoker(const struct chorus_invocation *inv, struct chorus_ui *ui);

/**
 * chorus_invocation_copyin() - read the caller's memory (svCopyIn)
 * @inv: the invocation
 * @to: kernel buffer
 * @from: address the caller passed, a user address if the caller is a process
 * @size: bytes
 *
 * Returns 0 or -EFAULT; always -EFAULT for a queued message, whose sender's memory is
 * not at hand.  Copy once, then judge the copy.
 */
int chorus_invocation_copyin(struct chorus_invocation *inv, void *to, u64 from, size_t size);

/** chorus_invocation_copyout() - write the caller's memory (svCopyOut); 0 or -EFAULT */
int chorus_invocation_copyout(struct chorus_invocation *inv, u64 to, const void *from,
			      size_t size);

/* ---- ports and messages ---- */

/**
 * struct chorus_message_info - about the message a handler serves (ipcSysInfo)
 * @body_size: bytes of the body
 * @flags: CHORUS_MSG_RPC, CHORUS_MSG_ANNEX; CHORUS_MSG_DEATH: a notice, see chorus_watch();
 *	CHORUS_MSG_AGAIN: a server died with this call before, see chorus_port_hold()
 * @src: source port
 * @target: what the sender addressed
 * @transid: transaction id
 * @actor_pi: protection id of the sending actor
 * @port_pi: protection id of the source port
 */
struct chorus_message_info {
	u32 body_size;
	u32 flags;
	struct chorus_ui src;
	struct chorus_ui target;
	u64 transid;
	struct chorus_protid actor_pi;
	struct chorus_protid port_pi;
};

/**
 * typedef chorus_message_handler - message handler of a port
 * @inv: the invocation
 * @cookie: as given to chorus_port_connect()
 *
 * For a local ipcCall it runs on the client's task and reads the client's buffers
 * directly; for asynchronous messages on a thread of the nucleus.  A call that is
 * not replied to with chorus_invocation_reply() gets an empty reply when the
 * handler returns 0, and EREMOTEIO when it returns an error.
 */
typedef int (*chorus_message_handler)(struct chorus_invocation *inv, void *cookie);

/**
 * chorus_port_create() - create a port of a supervisor actor
 * @actor: owner
 * @stamp: 0 for a fresh identifier, else the stamp of a static one
 *	(type CHORUS_UI_STATPORT on this site)
 * @ui: out: unique identifier; may be NULL
 *
 * Returns a positive local id, -EEXIST, -EDQUOT, -ENOMEM, -ESHUTDOWN.
 */
int chorus_port_create(struct chorus_actor *actor, u64 stamp, struct chorus_ui *ui);

/**
 * chorus_port_delete() - delete a port
 * @actor: its owner
 * @li: local id
 *
 * Takes its handler away first, and waits for who is inside.  Returns 0, -ENOENT,
 * -EINVAL for the default port, -EDEADLK from inside its handler.
 */
int chorus_port_delete(struct chorus_actor *actor, int li);

/**
 * chorus_port_connect() - connect a message handler (svMsgHandler)
 * @actor: owner of the port
 * @li: local id
 * @handler: the handler, NULL to disconnect
 * @cookie: handed to @handler
 *
 * Messages queued before are handled at once.  While connected nobody can receive
 * from the port.  Disconnecting aborts the threads inside and waits for them.
 * Returns 0, -ENOENT, -EBUSY if a handler is connected already, -ENOMEM, and for
 * a disconnect -EDEADLK or -EINTR as chorus_lap_delete().
 */
int chorus_port_connect(struct chorus_actor *actor, int li, chorus_message_handler handler,
			void *cookie);

/** chorus_invocation_message() - about the message; NULL in a LAP handler */
const struct chorus_message_info *chorus_invocation_message(const struct chorus_invocation *inv);

/**
 * chorus_invocation_read_annex() - fetch the annex
 * @inv: the invocation of a message handler
 * @annex: out: CHORUS_ANNEX_SIZE bytes, zeroes if the sender gave none
 *
 * Returns 0 or -EFAULT.
 */
int chorus_invocation_read_annex(struct chorus_invocation *inv, void *annex);

/**
 * chorus_invocation_read_body() - fetch a part of the body
 * @inv: the invocation of a message handler
 * @offset: where it starts
 * @to: kernel buffer
 * @size: bytes; -EINVAL beyond the end of the body
 *
 * For a local call each read looks at the client's memory anew: copy once, then
 * judge the copy.
 */
int chorus_invocation_read_body(struct chorus_invocation *inv, u32 offset, void *to, u32 size);

/**
 * chorus_invocation_reply() - answer the call (svMsgHdlReply)
 * @inv: the invocation of a message handler
 * @annex: CHORUS_ANNEX_SIZE bytes or NULL
 * @body: kernel buffer
 * @size: bytes, at most CHORUS_BODY_MAX
 *
 * Written straight to the client's buffers; what exceeds them is lost and told.
 * Once an invocation.  Returns 0, -EFAULT, -EMSGSIZE, -ENOMSG (not a call, or
 * replied already), for a queued call also -EDQUOT and -ENOMEM.
 */
int chorus_invocation_reply(struct chorus_invocation *inv, const void *annex, const void *body,
			    u32 size);

/**
 * struct chorus_kmessage - a message in kernel memory
 * @annex: CHORUS_ANNEX_SIZE bytes or NULL
 * @body: buffer
 * @size: in: bytes at @body; out, for a reply: size of the whole reply
 */
struct chorus_kmessage {
	void *annex;
	void *body;
	u32 size;
};

/**
 * chorus_ipc_send() - asynchronous send from supervisor code (ipcSend)
 * @actor: the sender
 * @src_li: local id of the source port
 * @target: destination port
 * @message: what to send
 */
int chorus_ipc_send(struct chorus_actor *actor, int src_li, const struct chorus_ui *target,
		    const struct chorus_kmessage *message);

/**
 * chorus_ipc_call() - call from supervisor code (ipcCall)
 * @actor: the client
 * @src_li: local id of the source port
 * @target: destination port
 * @request: what to send
 * @reply: where the reply goes; @reply->size is the room, then the size
 * @timeout: nanoseconds; < 0 for ever
 *
 * The wait is abortable; a signal ends it with -EINTR and drops the transaction; the
 * death of the calling thread's actor is -ESHUTDOWN.  Other errors as
 * CHORUS_IOC_IPC_CALL.
 */
int chorus_ipc_call(struct chorus_actor *actor, int src_li, const struct chorus_ui *target,
		    const struct chorus_kmessage *request, struct chorus_kmessage *reply,
		    s64 timeout);

/* ---- death and recovery ---- */

/**
 * chorus_watch() - be told when a port dies, or a group has lost its last member
 * @actor: who asks
 * @object: the port, or the group in any mode; of the site of @actor
 * @li: local id of the port of @actor that gets the notice
 * @cookie: comes back in the notice
 *
 * One message comes to @li, once, and ends the watch.  CHORUS_MSG_DEATH is among its flags, which
 * nobody but the nucleus sets; its source is @object, its annex starts with a struct chorus_death
 * of <linux/chorus.h>, it has no body.  A message handler gets it on a thread of the nucleus, as
 * any asynchronous message, and may watch again from in there.  All the notice needs is had
 * beforehand: it is never lost, unless @li dies.  The watches for a port end with that port,
 * when module or site go at the latest; nobody has to take them back.
 *
 * Watches of supervisor actors are charged to no limit: whoever makes them for others bounds
 * them.  Any handler may call it, with no spinlock held; it sleeps for memory only.  Returns 0,
 * -EHOSTUNREACH (dead already, or never born), -ENOENT (no such @li), -EEXIST (the same stands
 * already), -ENOMEM.  Source: ours; CHORUS_IOC_WATCH.
 */
int chorus_watch(struct chorus_actor *actor, const struct chorus_ui *object, int li, u64 cookie);

/**
 * chorus_watch_members() - be told when a member leaves a group
 * @actor: who asks
 * @group: the group, in any mode
 * @li: local id of the port of @actor that gets the notice
 * @cookie: comes back in the notice
 * @departures: in: departures that @actor knows of, or U64_MAX for "from now on"; out: those so
 *	far; may be NULL for "from now on"
 *
 * As chorus_watch(), for one notice at the next departure; at once if more have left than @actor
 * knows of.  With the @departures of the last notice none is missed between two watches.  Errors
 * as there; -EINVAL: @group is a port.
 */
int chorus_watch_members(struct chorus_actor *actor, const struct chorus_ui *group, int li,
			 u64 cookie, u64 *departures);

/**
 * chorus_unwatch() - not to be told
 * @actor: who asked
 * @object: as it was given
 * @li: the same
 * @cookie: the same
 *
 * From any handler; never waits.  Returns 0: no notice comes; or -ENOENT: there is no such watch,
 * and if there was, its notice is queued, or with the handler, or handled.
 */
int chorus_unwatch(struct chorus_actor *actor, const struct chorus_ui *object, int li, u64 cookie);

/**
 * chorus_port_hold() - calls in the queue of a port go on to a successor when it dies
 * @actor: owner
 * @li: local id
 * @heir: who gets them: a port, or a group in any mode; NULL or null: whoever has the port's own
 *	name then, which for a static one can be the same module, loaded again
 * @hold: nanoseconds they wait for that one, 1 to CHORUS_HOLD_MAX; 0: they fail, as those of a
 *	new port, and @heir must be null
 *
 * For calls that lie in the queue when the port goes: those that came while it had no handler,
 * and those behind one that its handler was busy with.  What a handler has begun is aborted with
 * the handler all the same, and its caller gets -ECANCELED.  The port's own name comes before the
 * heir.  From any handler; never waits.  Returns 0, -EINVAL, -ENOENT.  Source: ours;
 * CHORUS_IOC_PORT_POLICY.
 */
int chorus_port_hold(struct chorus_actor *actor, int li, const struct chorus_ui *heir, u64 hold);

/**
 * chorus_actor_bar() - shut an actor off from messages, or put a mediator before it
 * @actor: who bars; any supervisor actor may
 * @other: capability of the actor of a process, in the same site
 * @bar: CHORUS_BAR_SEND, CHORUS_BAR_RECEIVE; 0 lifts it, whoever set it
 * @mediator: whom it does not concern: a port, or a group in any mode; may be NULL
 *
 * When it returns nothing comes in that the bar refuses; calls in the actor's queues have got
 * EPERM, its own calls get it.  The bar goes with the process, not with @actor: it stays when
 * this module goes.  From any handler, also one that runs for @other; never waits.  Returns 0,
 * -EINVAL, -EHOSTUNREACH (no such actor), -EACCES (wrong key), -EPERM (a supervisor actor).
 * Source: ours; CHORUS_IOC_ACTOR_BAR.
 */
int chorus_actor_bar(struct chorus_actor *actor, const struct chorus_cap *other, u32 bar,
		     const struct chorus_ui *mediator);

/* ---- waiting ---- */

/**
 * chorus_thread_delay() - abortable sleep of the current thread (threadDelay)
 * @timeout: nanoseconds; < 0 for ever
 *
 * Returns -ETIMEDOUT when the time is over, -ECANCELED when aborted (threadAbort,
 * or the LAP or handler around it is being deleted), -ESHUTDOWN when the caller's
 * actor died, -EINTR on a signal, -EINVAL on a kernel thread that is nobody's.
 */
int chorus_thread_delay(s64 timeout);

#endif /* _CHORUS_SUPERVISOR_H */
