// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/stat.h>
#include <linux/slab.h>

#include "compat/wake.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "executive/actor.h"
#include "executive/thread.h"
#include "ipc/bar.h"
#include "ipc/group.h"
#include "ipc/handler.h"
#include "ipc/hold.h"
#include "ipc/lend.h"
#include "ipc/message.h"
#include "ipc/notice.h"
#include "ipc/pool.h"
#include "ipc/port.h"
#include "ipc/window.h"
#include "object/brief.h"

static struct kmem_cache *port_cache;

/* ---- birth and death ---- */

static void port_free(struct chorus_object *object)
{
	struct chorus_port *port = chorus_port_of(object);
	struct chorus_actor *actor = port->actor;

	chorus_user_uncharge(actor->user, CHORUS_QUOTA_PORTS, 1);
	kmem_cache_free(port_cache, port);
	chorus_actor_put(actor);
}

const struct chorus_object_ops chorus_port_ops = {
	.free = port_free,
	.list = offsetof(struct chorus_site, ports),
	.count = offsetof(struct chorus_site, nr_ports),
};

/** chorus_port_charge() - one more port: of the actor, and of its user; 0 or -EDQUOT */
int chorus_port_charge(struct chorus_actor *actor)
{
	int ret = chorus_user_charge(actor->user, CHORUS_QUOTA_PORTS, 1);

	if (ret)
		goto refused;
	spin_lock(&actor->lock);
	if (actor->nr_ports >= READ_ONCE(chorus_max_ports))
		ret = -EDQUOT;
	else
		actor->nr_ports++;
	spin_unlock(&actor->lock);
	if (!ret)
		return 0;
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_PORTS, 1);
refused:
	chorus_count(quota_refused);
	return ret;
}

static void port_uncharge_actor(struct chorus_actor *actor)
{
	spin_lock(&actor->lock);
	actor->nr_ports--;
	spin_unlock(&actor->lock);
}

/** chorus_port_uncharge() - undo chorus_port_charge() */
void chorus_port_uncharge(struct chorus_actor *actor)
{
	port_uncharge_actor(actor);
	chorus_user_uncharge(actor->user, CHORUS_QUOTA_PORTS, 1);
}

/* First phase of birth: charged, reserved, without local id. */
static struct chorus_port *port_alloc(struct chorus_actor *actor, const struct chorus_ui *ui)
{
	struct chorus_port *port;
	int ret = chorus_port_charge(actor);

	if (ret)
		return ERR_PTR(ret);
	port = kmem_cache_zalloc(port_cache, GFP_KERNEL_ACCOUNT);
	if (!port) {
		chorus_port_uncharge(actor);
		return ERR_PTR(-ENOMEM);
	}
	chorus_object_init(&port->object, &chorus_port_ops, actor->object.site, CHORUS_UI_PORT);
	if (ui)
		port->object.ui = *ui;
	port->actor = actor;
	chorus_object_get(&actor->object);
	INIT_LIST_HEAD(&port->queue);
	INIT_HLIST_HEAD(&port->waiters);
	INIT_LIST_HEAD(&port->members);
	INIT_LIST_HEAD(&port->pool_node);
	INIT_LIST_HEAD(&port->watchers);
	INIT_LIST_HEAD(&port->watches);
	RB_CLEAR_NODE(&port->ready_node);
	port->pi = READ_ONCE(actor->pi);
	port->lend = CHORUS_LEND_NONE;
	port->body_max = CHORUS_BODY_MAX;
	ret = chorus_object_reserve(&port->object);
	if (ret) {
		port_uncharge_actor(actor);
		chorus_object_put(&port->object);
		return ERR_PTR(ret);
	}
	return port;
}

static void port_abort(struct chorus_port *port)
{
	port_uncharge_actor(port->actor);
	chorus_object_abort(&port->object);
	chorus_object_put(&port->object);
}

/* The default port has local id 0 and no place among the others. */
struct chorus_port *chorus_port_create_default(struct chorus_actor *actor)
{
	struct chorus_port *port = port_alloc(actor, NULL);

	if (IS_ERR(port))
		return port;
	port->li = CHORUS_LI_DEFAULT;
	chorus_object_get(&port->object);	/* for the pointer in the actor */
	chorus_object_finalize(&port->object);
	return port;
}

/**
 * chorus_port_new() - portCreate, portDeclare
 * @actor: owner, alive
 * @ui: NULL for a fresh identifier, else the static one, judged by the caller
 *
 * Returns the port with a reference for the caller, or -EDQUOT, -ENOMEM, -EEXIST,
 * -ESHUTDOWN as an ERR_PTR.  An actor that dies meanwhile either sees the port among its own
 * or refuses it here.
 */
struct chorus_port *chorus_port_new(struct chorus_actor *actor, const struct chorus_ui *ui)
{
	struct chorus_port *port = port_alloc(actor, ui);
	u32 li;
	int ret;

	if (IS_ERR(port))
		return port;
	chorus_step(P1);
	/* Cyclic, so that a stale local id does not name a young port soon. */
	ret = xa_alloc_cyclic(&actor->ports, &li, NULL, XA_LIMIT(1, INT_MAX), &actor->next_li,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		port_abort(port);
		return ERR_PTR(ret);
	}
	port->li = li;
	chorus_object_get(&port->object);
	chorus_object_finalize(&port->object);

	xa_store(&actor->ports, li, port, GFP_KERNEL);
	chorus_step(P2);
	chorus_hold_offer(actor->object.site, &port->object.ui);
	smp_mb();	/* pairs with the kill of the actor: it sees the port, or we its death */
	if (!chorus_object_alive(&actor->object)) {
		/* Its killer may have walked the ports before this one was there. */
		chorus_port_kill(port);
		chorus_port_put(port);
		return ERR_PTR(-ESHUTDOWN);
	}
	trace_chorus_port_create(port);
	return port;
}

static struct chorus_waiter *waiter_first(const struct hlist_head *waiters)
{
	return hlist_entry_safe(waiters->first, struct chorus_waiter, node);
}

/**
 * chorus_port_lock() - take the lock of the actor a port belongs to
 * @port: referenced, or inside an RCU read section
 *
 * The port may move while we wait for the lock; then it is the other actor's we need.
 * Inside an RCU read section, which keeps the actor.  Returns the actor, locked.
 */
struct chorus_actor *chorus_port_lock(struct chorus_port *port)
	__acquires(&port->actor->lock)
{
	struct chorus_actor *actor;

	for (;;) {
		actor = READ_ONCE(port->actor);
		spin_lock(&actor->lock);
		if (likely(actor == port->actor))
			return actor;
		spin_unlock(&actor->lock);
	}
}

/**
 * chorus_port_detach_locked() - a port leaves its actor: no set, no waiters
 * @port: dead, or about to move
 * @messages: gets what is queued, SERVED, to be failed or handed on; NULL: stays
 *
 * Inside an RCU read section, which keeps the tasks of the waiters.
 */
void chorus_port_detach_locked(struct chorus_port *port, struct list_head *messages)
{
	struct chorus_actor *actor = port->actor;
	struct chorus_message *message;
	struct chorus_waiter *waiter;

	lockdep_assert_held(&actor->lock);
	if (!RB_EMPTY_NODE(&port->ready_node)) {
		rb_erase_cached(&port->ready_node, &actor->ready);
		RB_CLEAR_NODE(&port->ready_node);
	}
	port->enabled = false;
	list_del_init(&port->pool_node);
	actor->port_epoch++;
	if (messages) {
		list_for_each_entry(message, &port->queue, node) {
			message->server = actor;
			chorus_hold_note_locked(port, message);
			atomic_set(&message->state, CHORUS_MESSAGE_SERVED);
		}
		list_splice_init(&port->queue, messages);
		port->queued = 0;
	}
	while ((waiter = waiter_first(&port->waiters))) {
		struct task_struct *task = container_of(waiter, struct chorus_thread,
							waiter)->task;

		hlist_del_init(&waiter->node);
		/* From here on the waiter may be gone; its task is kept by RCU. */
		smp_store_release(&waiter->result, -EIDRM);
		chorus_wake_interruptible(task);
	}
}

/** chorus_port_fail_messages() - end what chorus_port_detach_locked() took */
void chorus_port_fail_messages(struct list_head *messages, int error)
{
	struct chorus_message *message, *next;

	list_for_each_entry_safe(message, next, messages, node) {
		list_del_init(&message->node);
		if (message->flags & CHORUS_MSG_RPC)
			chorus_count(call_port_dead);
		chorus_message_fail(message, error);
	}
}

/*
 * Mark it dead and take it out of everything, in one section of its actor's lock: a
 * port that is alive under that lock neither dies nor moves until the lock is dropped.
 * @owner: only while it is this actor's.
 */
static bool port_bury(struct chorus_port *port, const struct chorus_actor *owner,
		      struct list_head *messages, struct chorus_window **window)
{
	struct chorus_actor *actor;
	bool killed;

	rcu_read_lock();
	actor = chorus_port_lock(port);
	killed = (!owner || actor == owner) && chorus_object_kill(&port->object);
	if (killed) {
		if (port->li != CHORUS_LI_DEFAULT)
			xa_erase(&actor->ports, port->li);
		chorus_port_detach_locked(port, messages);
		*window = chorus_window_detach_locked(port, actor);
	}
	spin_unlock(&actor->lock);
	rcu_read_unlock();
	return killed;
}

static bool port_kill(struct chorus_port *port, const struct chorus_actor *owner)
{
	struct chorus_window *window = NULL;
	LIST_HEAD(messages);

	if (!port_bury(port, owner, &messages, &window))
		return false;
	trace_chorus_port_delete(port);
	chorus_step(P5);
	chorus_group_leave_all(port);
	chorus_hold_or_fail_all(&messages, -EIDRM);
	chorus_notice_port_died(port);
	chorus_window_put(window);
	chorus_handler_disconnect(port, false);
	chorus_object_drain(&port->object);
	port_uncharge_actor(port->actor);
	chorus_object_put(&port->object);
	return true;
}

/**
 * chorus_port_kill() - death of a port
 * @port: any; killing twice is nothing
 *
 * Process context.  Takes the actor's reference on the port.
 */
void chorus_port_kill(struct chorus_port *port)
{
	port_kill(port, NULL);
}

/** chorus_port_kill_owned() - the same, if the port is still @actor's; true if it was */
bool chorus_port_kill_owned(struct chorus_port *port, const struct chorus_actor *actor)
{
	return port_kill(port, actor);
}

/**
 * chorus_port_delete_li() - portDelete
 * @actor: owner
 * @li: local id
 *
 * Returns 0, -EINVAL for the default port, -ENOENT, -EDEADLK from inside its handler,
 * with nothing done.
 */
int chorus_port_delete_li(struct chorus_actor *actor, int li)
{
	struct chorus_port *port;
	int ret;

	if (li <= CHORUS_LI_DEFAULT)
		return -EINVAL;
	port = chorus_port_get_li(actor, li);
	if (!port)
		return -ENOENT;
	/* Before the port is dead, because only this can be refused. */
	ret = chorus_handler_disconnect(port, false);
	if (ret != -EDEADLK) {
		chorus_step(P4);
		ret = chorus_port_kill_owned(port, actor) ? 0 : -ENOENT;
	}
	chorus_port_put(port);
	return ret;
}

/* ---- local ids ---- */

/**
 * chorus_port_find_li() - a port of an actor, without any count
 * @actor: owner
 * @li: local id
 *
 * For an RCU read section, or the actor's lock, where a port that is alive stays
 * so until the lock is dropped as far as its queue is concerned.
 */
struct chorus_port *chorus_port_find_li(struct chorus_actor *actor, int li)
{
	struct chorus_port *port;

	if (li == CHORUS_LI_DEFAULT)
		port = actor->default_port;
	else
		port = li > 0 ? xa_load(&actor->ports, li) : NULL;
	return port && chorus_object_alive(&port->object) ? port : NULL;
}

struct chorus_port *chorus_port_get_li(struct chorus_actor *actor, int li)
{
	struct chorus_port *port;

	rcu_read_lock();
	port = chorus_port_find_li(actor, li);
	if (port && !kref_get_unless_zero(&port->object.ref))
		port = NULL;
	rcu_read_unlock();
	return port;
}

/* The port with the least local id from *@li on, referenced; *@li moves behind it. */
struct chorus_port *chorus_port_get_next(struct chorus_actor *actor, unsigned long *li)
{
	struct chorus_port *port;

	rcu_read_lock();
	do {
		port = xa_find(&actor->ports, li, ULONG_MAX, XA_PRESENT);
		++*li;
	} while (port && !kref_get_unless_zero(&port->object.ref));
	rcu_read_unlock();
	return port;
}

/* ---- the ready tree ---- */

static u64 port_oldest(const struct chorus_port *port)
{
	return list_first_entry(&port->queue, struct chorus_message, node)->arrival;
}

static bool port_before(struct rb_node *a, const struct rb_node *b)
{
	const struct chorus_port *x = rb_entry(a, struct chorus_port, ready_node);
	const struct chorus_port *y = rb_entry(b, struct chorus_port, ready_node);

	if (x->priority != y->priority)
		return x->priority < y->priority;
	return port_oldest(x) < port_oldest(y);
}

/*
 * To be called with the port off the tree whenever its key may change: the order of
 * the tree must hold at every moment.
 */
static void port_unready_locked(struct chorus_port *port)
{
	lockdep_assert_held(&port->actor->lock);
	if (RB_EMPTY_NODE(&port->ready_node))
		return;
	rb_erase_cached(&port->ready_node, &port->actor->ready);
	RB_CLEAR_NODE(&port->ready_node);
}

static void port_ready_locked(struct chorus_port *port)
{
	lockdep_assert_held(&port->actor->lock);
	if (port->enabled && port->queued && !rcu_access_pointer(port->handler))
		rb_add_cached(&port->ready_node, &port->actor->ready, port_before);
}

/* ---- posting and taking ---- */

static struct chorus_waiter *port_waiter_locked(struct chorus_port *port)
{
	struct chorus_waiter *waiter;

	lockdep_assert_held(&port->actor->lock);
	waiter = waiter_first(&port->waiters);
	if (!waiter && port->enabled && !rcu_access_pointer(port->handler))
		waiter = waiter_first(&port->actor->any_waiters);
	return waiter;
}

static __always_inline void message_taken_locked(struct chorus_port *port,
						 struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	message->seqnum = ++port->seqnum;
	message->li = port->li;
	/* Also where it was forwarded from a port that takes more. */
	if (unlikely(message->lends))
		chorus_level_cap(&message->level, &port->lend);
	message->hold.policy.ns = port->policy.ns;
	if (unlikely(port->policy.ns))
		chorus_hold_note_locked(port, message);
	WRITE_ONCE(message->server, port->actor);
	/* Whoever reads SERVED reads who serves it now; see chorus_receive_abort(). */
	atomic_set_release(&message->state, CHORUS_MESSAGE_SERVED);
}

/* Returns the task to wake. */
static struct task_struct *waiter_end_locked(struct chorus_waiter *waiter,
					     struct chorus_message *message)
{
	struct chorus_thread *thread = container_of(waiter, struct chorus_thread, waiter);
	struct task_struct *task = thread->task;

	lockdep_assert_held(&thread->actor->lock);
	hlist_del_init(&waiter->node);
	waiter->message = message;
	/* Pairs with the acquire in the receiver's wait: the message is complete. */
	smp_store_release(&waiter->result, 0);
	return task;
}

static __always_inline struct task_struct *
port_hand_over_locked(struct chorus_port *port, struct chorus_waiter *waiter,
		      struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	message_taken_locked(port, message);
	return waiter_end_locked(waiter, message);
}

static void port_enqueue_locked(struct chorus_port *port, struct chorus_message *message,
				bool at_head)
{
	lockdep_assert_held(&port->actor->lock);
	port_unready_locked(port);
	atomic_set(&message->state, CHORUS_MESSAGE_QUEUED);
	if (at_head)
		list_add(&message->node, &port->queue);
	else
		list_add_tail(&message->node, &port->queue);
	port->queued++;
	port_ready_locked(port);
	chorus_handler_kick_locked(port);
}

/*
 * What comes to a port: 0, and it is queued, or @waiter, who waited for it, is to get it; or
 * an error, and it is the sender's still.
 */
static __always_inline int port_accept_locked(struct chorus_port *port, struct chorus_actor *actor,
					      struct chorus_message *message,
					      struct chorus_waiter **waiter)
{
	lockdep_assert_held(&actor->lock);
	*waiter = NULL;
	if (unlikely(!chorus_object_alive(&port->object)))
		return -EHOSTUNREACH;
	if (unlikely(actor->bar) && !chorus_bar_admits_locked(actor, message))
		return -EPERM;
	*waiter = port_waiter_locked(port);
	if (*waiter)
		return 0;
	if (unlikely(port->queued >= chorus_port_queue))
		return -ENOBUFS;
	message->arrival = ++actor->arrivals;
	port_enqueue_locked(port, message, false);
	return 0;
}

static int post_refused(int error)
{
	if (error == -EHOSTUNREACH)
		chorus_count(send_unknown);
	else if (error == -EPERM)
		chorus_count(send_barred);
	else
		chorus_count(send_full);
	return error;
}

/**
 * chorus_port_send() - deliver a message nobody waits for (step N2)
 * @port: alive a moment ago
 * @message: the caller's, complete; on success it is not any more
 *
 * Inside an RCU read section, brief or not.  Returns as chorus_port_post().
 */
int chorus_port_send(struct chorus_port *port, struct chorus_message *message)
{
	struct task_struct *task = NULL;
	struct chorus_waiter *waiter;
	struct chorus_actor *actor;
	int ret;

	message->port = port;	/* before any state that lets others look at it */
	actor = chorus_port_lock(port);
	ret = port_accept_locked(port, actor, message, &waiter);
	if (waiter)
		task = port_hand_over_locked(port, waiter, message);
	spin_unlock(&actor->lock);
	if (unlikely(ret))
		return post_refused(ret);
	if (task) {
		chorus_count(receive_handed);
		wake_up_process(task);
	}
	return 0;
}

/* Whoever calls this is about to wait for the task. */
static __always_inline enum chorus_woken port_wake(struct task_struct *task)
{
	bool alone = single_task_running();

	chorus_wake_handoff(task);
	return chorus_wake_where(task, alone);
}

/* The scheduler may sleep over a priority: in no RCU section, so the loan keeps the task. */
static noinline enum chorus_woken port_wake_borrower(struct chorus_port_loan *loan)
{
	enum chorus_woken woken;

	chorus_port_loan_give(loan);
	woken = port_wake(loan->task);
	chorus_port_loan_put(loan);
	return woken;
}

/**
 * chorus_port_post() - deliver a call, whose sender is about to wait (step C3)
 * @port: referenced
 * @message: the caller's, complete; on success it is not any more
 *
 * Returns where its receiver was woken, an enum chorus_woken; or -EHOSTUNREACH (the port died),
 * -ENOBUFS (queue full), -EPERM (see ipc/bar.h).
 */
int chorus_port_post(struct chorus_port *port, struct chorus_message *message)
{
	struct chorus_port_loan loan __uninitialized;
	struct chorus_waiter *waiter;
	struct chorus_actor *actor;
	struct task_struct *task;
	bool lent = false;
	int ret;

	message->port = port;	/* before any state that lets the client look at it */
	chorus_brief_lock();	/* keeps the actor, and the task of the waiter */
	actor = chorus_port_lock(port);
	ret = port_accept_locked(port, actor, message, &waiter);
	if (!waiter) {
		spin_unlock(&actor->lock);
		chorus_brief_unlock();
		return unlikely(ret) ? post_refused(ret) : CHORUS_WOKEN_SOMEHOW;
	}
	if (unlikely(message->lends))
		lent = chorus_port_loan_open_locked(&loan, port, waiter, message);
	task = port_hand_over_locked(port, waiter, message);
	spin_unlock(&actor->lock);
	chorus_count(receive_handed);
	if (unlikely(lent)) {
		chorus_brief_unlock();
		return port_wake_borrower(&loan);
	}
	ret = port_wake(task);
	chorus_brief_unlock();
	return ret;
}

/**
 * chorus_port_requeue() - give back a message that could not be received
 * @port: referenced; where it came from
 * @message: SERVED, owned by the caller
 *
 * It goes to the head of the queue, above the limit if need be, or to the next
 * waiting thread.
 */
void chorus_port_requeue(struct chorus_port *port, struct chorus_message *message)
{
	struct task_struct *task = NULL;
	struct chorus_waiter *waiter;
	struct chorus_actor *actor;

	chorus_count(receive_requeued);
	rcu_read_lock();
	actor = chorus_port_lock(port);
	if (!chorus_object_alive(&port->object)) {
		spin_unlock(&actor->lock);
		rcu_read_unlock();
		chorus_hold_or_fail(message, -EIDRM);
		return;
	}
	/* A client that gave up has left its message to us; see chorus_port_withdraw(). */
	if ((message->flags & CHORUS_MSG_RPC) &&
	    atomic_cmpxchg(&message->state, CHORUS_MESSAGE_SERVED, CHORUS_MESSAGE_QUEUED) !=
	    CHORUS_MESSAGE_SERVED) {
		spin_unlock(&actor->lock);
		rcu_read_unlock();
		chorus_message_free(message);
		return;
	}
	/* A port that has moved meanwhile counts for another receiver. */
	if (message->server == actor)
		port->seqnum--;
	waiter = port_waiter_locked(port);
	if (waiter)
		task = port_hand_over_locked(port, waiter, message);
	else
		port_enqueue_locked(port, message, true);
	spin_unlock(&actor->lock);
	if (task)
		wake_up_process(task);
	rcu_read_unlock();
}

/* The oldest message of a port that has one, off the queue. */
static struct chorus_message *port_pop_locked(struct chorus_port *port)
{
	struct chorus_message *message = list_first_entry(&port->queue, struct chorus_message,
							  node);

	lockdep_assert_held(&port->actor->lock);
	port_unready_locked(port);
	list_del_init(&message->node);
	port->queued--;
	port_ready_locked(port);
	return message;
}

/** chorus_port_take_first_locked() - the oldest message of a port that has one, SERVED */
struct chorus_message *chorus_port_take_first_locked(struct chorus_port *port)
{
	struct chorus_message *message;

	lockdep_assert_held(&port->actor->lock);
	message = port_pop_locked(port);
	message_taken_locked(port, message);
	chorus_count(receive_queued);
	return message;
}

/** chorus_port_take_any_locked() - the oldest message of the best enabled port */
struct chorus_message *chorus_port_take_any_locked(struct chorus_actor *actor)
{
	struct rb_node *node = rb_first_cached(&actor->ready);

	lockdep_assert_held(&actor->lock);
	return node ? chorus_port_take_locked(rb_entry(node, struct chorus_port, ready_node)) :
		      NULL;
}

/**
 * chorus_port_withdraw() - a client takes its request back
 * @message: its request, in any state
 *
 * Returns true if the request was still queued: it is IDLE and the client's again.
 *
 * A port lives while a message is QUEUED on it, because its death empties the queue
 * first; so the port read after the state, inside one RCU section, is there.
 */
bool chorus_port_withdraw(struct chorus_message *message)
{
	struct chorus_actor *actor;
	struct chorus_port *port;
	bool mine = false;

	rcu_read_lock();
	if (atomic_read_acquire(&message->state) == CHORUS_MESSAGE_QUEUED) {
		port = READ_ONCE(message->port);
		actor = chorus_port_lock(port);
		if (atomic_read(&message->state) == CHORUS_MESSAGE_QUEUED &&
		    message->port == port) {
			port_unready_locked(port);
			list_del_init(&message->node);
			port->queued--;
			port_ready_locked(port);
			atomic_set(&message->state, CHORUS_MESSAGE_IDLE);
			mine = true;
		}
		spin_unlock(&actor->lock);
	}
	rcu_read_unlock();
	return mine;
}

/**
 * chorus_port_settle_locked() - a port was enabled, or has got or lost its handler
 * @port: alive
 *
 * Puts it where it now belongs, on the ready tree or off it, and gives what is queued to
 * those who waited for just this.
 */
void chorus_port_settle_locked(struct chorus_port *port)
{
	struct chorus_waiter *waiter;

	lockdep_assert_held(&port->actor->lock);
	port_unready_locked(port);
	port_ready_locked(port);
	rcu_read_lock();	/* keeps the tasks of the waiters */
	while (port->queued) {
		waiter = port_waiter_locked(port);
		if (!waiter)
			break;
		wake_up_process(port_hand_over_locked(port, waiter, port_pop_locked(port)));
		chorus_count(receive_handed);
	}
	if (unlikely(port->pool_member))
		chorus_pool_settle_locked(port);
	rcu_read_unlock();
}

/* ---- for messages that come from elsewhere: see ipc/pool.h and ipc/forward.h ---- */

/** chorus_port_is_awaited_locked() - does a thread wait that would take a message of this port? */
bool chorus_port_is_awaited_locked(struct chorus_port *port)
{
	lockdep_assert_held(&port->actor->lock);
	return port_waiter_locked(port);
}

/** chorus_port_taken_locked() - a receiver takes a message as one of this port */
void chorus_port_taken_locked(struct chorus_port *port, struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	/* Where what is given back goes, and its place among what is there. */
	message->port = port;
	message->arrival = ++port->actor->arrivals;
	message_taken_locked(port, message);
}

/** chorus_port_append_locked() - the last in the queue, which the caller has seen has room */
void chorus_port_append_locked(struct chorus_port *port, struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	message->arrival = ++port->actor->arrivals;
	port_enqueue_locked(port, message, false);
}

/**
 * chorus_port_hand_over_locked() - give what was taken to the thread that waits for it
 * @port: chorus_port_is_awaited_locked()
 * @message: taken
 *
 * Inside an RCU read section, which keeps the task: returns it for wake_up_process().
 */
struct task_struct *chorus_port_hand_over_locked(struct chorus_port *port,
						 struct chorus_message *message)
{
	lockdep_assert_held(&port->actor->lock);
	chorus_count(receive_handed);
	return waiter_end_locked(port_waiter_locked(port), message);
}

/** chorus_port_enable() - portEnable, portDisable; -ENOENT */
int chorus_port_enable(struct chorus_actor *actor, int li, bool enable, u32 priority)
{
	struct chorus_port *port;
	int ret = -ENOENT;

	chorus_step(E1);
	rcu_read_lock();
	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, li);
	if (port) {
		port_unready_locked(port);
		port->enabled = enable;
		port->priority = priority;
		chorus_port_settle_locked(port);
		ret = 0;
	}
	spin_unlock(&actor->lock);
	rcu_read_unlock();
	chorus_step(E2);
	return ret;
}

int chorus_port_init(void)
{
	port_cache = kmem_cache_create("chorus_port", sizeof(struct chorus_port), 0,
				       SLAB_HWCACHE_ALIGN, NULL);
	return port_cache ? 0 : -ENOMEM;
}

void chorus_port_exit(void)
{
	kmem_cache_destroy(port_cache);
}
