/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Message: an annex, a body, and who owns them right now.
 *
 * A request and its reply live in one struct chorus_message, made and paid for by
 * the client, so that a call allocates nothing and a reply cannot fail for memory of
 * the server.  One word, @state, says who owns it; every change of hands is one
 * compare-and-exchange, and only the owner touches the rest:
 *
 *	IDLE ------> QUEUED ------> SERVED ------> REPLIED	(client again)
 *	sender	     the queue,	    server    \--> -errno	(client again)
 *		     actor->lock	       \-> CANCELLED	(server, to free)
 *		       \-> IDLE, -errno	   or ABORTED	by the client
 *
 * In the shared queue of a group it is POOLED in place of QUEUED, and pool->lock in place
 * of actor->lock.  Between two servers it is FORWARDED, see forward.h, and when one died
 * before the next is there it is HELD, under a lock of its own; see hold.h.  An asynchronous
 * message goes IDLE, QUEUED, SERVED and is freed by the receiver.
 */
#ifndef CHORUS_IPC_MESSAGE_H
#define CHORUS_IPC_MESSAGE_H

#include <linux/chorus.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/refcount.h>

#include "compat/wake.h"
#include "executive/thread.h"
#include "ipc/copy.h"
#include "object/brief.h"

struct chorus_actor;
struct chorus_group;
struct chorus_message_cache;
struct chorus_place;
struct chorus_port;
struct chorus_window;

enum chorus_message_state {
	CHORUS_MESSAGE_IDLE = 0,
	CHORUS_MESSAGE_QUEUED = 1,
	CHORUS_MESSAGE_SERVED = 2,
	CHORUS_MESSAGE_REPLIED = 3,
	CHORUS_MESSAGE_POOLED = 4,	/* QUEUED, in the shared queue of a group */
	CHORUS_MESSAGE_FORWARDED = 5,	/* on its way from one server to the next */
	CHORUS_MESSAGE_HELD = 6,	/* its server died; waits for a successor */
	CHORUS_MESSAGE_CANCELLED = 7,
	CHORUS_MESSAGE_ABORTED = 8,	/* CANCELLED, and its server is to hear of it */
};

/* The client has left a served call, and the message, to its server. */
static inline bool chorus_message_is_left(int state)
{
	return state >= CHORUS_MESSAGE_CANCELLED;
}

#define CHORUS_BODY_SMALL	128	/* bytes kept in the message itself */
#define CHORUS_BODY_KEPT	PAGE_SIZE /* larger buffers do not stay with a message */
#define CHORUS_BODY_SHARED	U32_MAX	/* as @room: @data of a struct chorus_shared_body, */
#define CHORUS_BODY_WINDOW	(U32_MAX - 1) /* or a slot of @window, */
#define CHORUS_BODY_MOVED	(U32_MAX - 2) /* or a struct chorus_moved: ipc/move.h */

struct chorus_body {
	void *data;			/* @small or a buffer of @room bytes */
	u32 size;
	u32 room;
	u8 small[CHORUS_BODY_SMALL];
};

/* What it had has gone elsewhere, or was never there. */
static inline void chorus_body_reset(struct chorus_body *body)
{
	body->data = body->small;
	body->room = CHORUS_BODY_SMALL;
	body->size = 0;
}

/* What a port has declared: see ipc/hold.h. */
struct chorus_policy {
	struct chorus_ui heir;		/* who gets its calls, or null */
	u64 ns;				/* how long they wait for that one; 0: they fail */
};

struct chorus_hold {
	struct chorus_policy policy;	/* of the port it was received from; else only @ns is set */
	struct chorus_ui port;		/* the name of that */
	ktime_t until;			/* valid while HELD */
	u8 times;			/* servers that died with it */
	bool spoiled;			/* the request is not as it was sent any more */
};

struct chorus_message {
	union {
		struct list_head node;	/* a queue (actor->lock), or its owner's */
		struct chorus_message *next; /* a chain: kept by its maker, or of copies */
	};
	struct hlist_node held_node;	/* actor->held, actor->lock */
	struct hlist_node parked_node;	/* the client thread's interrupted calls */
	atomic_t state;
	u32 flags;			/* CHORUS_MSG_* as the receiver sees them */
	u32 reply_flags;
	bool saved;			/* actor->lock: counts in nr_saved */
	bool lends;			/* @level goes to who serves it */
	struct chorus_level level;	/* owner, then the lock of the port's actor */
	bool large;			/* a buffer above CHORUS_BODY_KEPT: to be trimmed */
	bool takes_large;		/* its client takes a reply above CHORUS_BODY_MAX */
	s32 li;				/* where it was received */
	u64 arrival;			/* order of arrival at the actor */
	u64 seqnum;			/* order of reception from the port */
	struct task_struct *client;	/* whose request it is; valid while the client waits */
	u32 slot;			/* of @window */
	struct chorus_window *window;	/* referenced: the request lies there */
	struct chorus_port *port;	/* valid while QUEUED */
	struct chorus_group *group;	/* valid while POOLED */
	struct chorus_actor *server;	/* valid while SERVED */
	struct chorus_actor *owner;	/* who made it; referenced */
	struct chorus_ipc_sysinfo info;	/* what the receiver may ask; out_transid is the token */
	struct chorus_hold hold;
	struct chorus_body request;
	struct chorus_body reply;
	u8 annex[CHORUS_ANNEX_SIZE];
};

/* One body of many messages of one owner, who pays for it once.  Nobody writes to it. */
struct chorus_shared_body {
	refcount_t users;
	u32 room;
	u64 data[];
};

/* One change of hands; false: somebody else's came first. */
static inline bool chorus_message_move(struct chorus_message *message, int from, int to)
{
	return atomic_cmpxchg(&message->state, from, to) == from;
}

/*
 * The messages of a broadcast that are not sent yet, and what they have in common.  Each is
 * paid for, has a reference on its maker, and a user of the body is set aside for it.
 */
struct chorus_copies {
	struct chorus_message *next;	/* a chain of them */
	unsigned int nr;
	struct chorus_shared_body *body; /* NULL: they have none */
	u32 size;			/* of it */
	u32 flags;			/* CHORUS_MSG_ANNEX, or 0 */
	u8 annex[CHORUS_ANNEX_SIZE];
};

/*
 * Give a served call back to its client, answered (step R3).  False: the client is gone
 * and has left the message to the caller.  @replier: NULL, or a thread that waits next.
 */
static inline bool chorus_message_answer(struct chorus_message *message, bool handoff,
					 struct chorus_thread *replier)
{
	struct task_struct *client;
	bool answered;

	/* Once REPLIED the message is the client's, and the client may be gone. */
	chorus_brief_lock();
	client = message->client;
	answered = atomic_cmpxchg(&message->state, CHORUS_MESSAGE_SERVED,
				  CHORUS_MESSAGE_REPLIED) == CHORUS_MESSAGE_SERVED;
	if (likely(answered)) {
		if (handoff)
			chorus_wake_handoff(client);
		else
			wake_up_process(client);
		if (replier)
			replier->apart = task_cpu(client) != raw_smp_processor_id();
	}
	chorus_brief_unlock();
	return answered;
}

/* Where a message comes from or goes to: memory of a process, or of the kernel. */
struct chorus_buffers {
	u64 annex;			/* address, or 0 */
	u64 body;
	u32 size;			/* bytes of body, or room for it */
	bool kernel;
	bool vector;			/* @body is that of a struct chorus_vector: ipc/vector.h */
	bool pinned;			/* @body is the address of an iov_iter of pinned pages */
	const struct chorus_place *place; /* what is there may change hands: ipc/move.h; or NULL */
};

/* Transaction id, unique in this boot; names the message to whoever received it. */
static inline u64 chorus_message_token(const struct chorus_message *message)
{
	return message->info.out_transid;
}

struct chorus_message *chorus_message_alloc(struct chorus_actor *owner);
void chorus_message_free(struct chorus_message *message);
void chorus_message_trim(struct chorus_message *message);
int chorus_message_fill(struct chorus_message *message, struct chorus_body *body, u32 *flags,
			const struct chorus_buffers *from);
void chorus_message_place(struct chorus_message *message, struct chorus_window *window, u32 slot);
void chorus_message_leave_window(struct chorus_message *message);
int chorus_message_drain(struct chorus_message *message, const struct chorus_body *body,
			 u32 flags, const struct chorus_buffers *to);
void chorus_message_end(struct chorus_message *message, int from, int error);
void chorus_message_fail(struct chorus_message *message, int error);

/*
 * Transaction ids without a shared cache line: every CPU counts in steps of the
 * number of CPUs from its own start, in one instruction that cannot be split by a
 * migration.  Never 0.
 */
DECLARE_PER_CPU(u64, chorus_message_tokens);

static inline u64 chorus_message_new_token(void)
{
	return this_cpu_add_return(chorus_message_tokens, nr_cpu_ids);
}

int chorus_copies_alloc(struct chorus_copies *copies, struct chorus_actor *owner, unsigned int nr,
			const struct chorus_buffers *from);
void chorus_copies_clear(struct chorus_message *message);
void chorus_copies_free(struct chorus_copies *copies);

/* One of them, with annex and body: the caller's, to be stamped and posted. */
static inline struct chorus_message *chorus_copies_take(struct chorus_copies *copies)
{
	struct chorus_message *message = copies->next;

	copies->next = message->next;
	copies->nr--;
	if (unlikely(message->request.room != CHORUS_BODY_SMALL))
		chorus_copies_clear(message);
	if (copies->body) {
		message->request.data = copies->body->data;
		message->request.room = CHORUS_BODY_SHARED;
		message->large = true;		/* not kept when it is freed */
	}
	message->request.size = copies->size;
	message->flags = copies->flags;
	if (copies->flags)
		memcpy(message->annex, copies->annex, CHORUS_ANNEX_SIZE);
	return message;
}

/* Nobody has got it: it is the next one again. */
static inline void chorus_copies_give_back(struct chorus_copies *copies,
					   struct chorus_message *message)
{
	chorus_body_reset(&message->request);
	message->large = false;
	message->next = copies->next;
	copies->next = message;
	copies->nr++;
}

void chorus_message_cache_init(struct chorus_message_cache *cache);
void chorus_message_cache_close(struct chorus_message_cache *cache);

int chorus_message_init(void);
void chorus_message_exit(void);

#endif /* CHORUS_IPC_MESSAGE_H */
