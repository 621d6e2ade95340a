// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/wake.h"
#include "debug/stat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/port.h"
#include "ipc/vector.h"
#include "ipc/window.h"

#define CACHE_MIN	16u		/* free messages an actor keeps; */
#define CACHE_BURST	256u		/* as many as were ever out at a time, up to these; */
#define CACHE_ROUNDS	4u		/* and for so many broadcasts like its largest, */
#define CACHE_MAX	1024u		/* but no more than these */

#define COPY_PIECE	(256u << 10)	/* bytes until others run, and a kill is seen */

static struct kmem_cache *message_cache;

DEFINE_PER_CPU(u64, chorus_message_tokens);

/* Between two pieces of a large body: true if the task goes on, false if it was killed. */
static bool copy_goes_on(void)
{
	cond_resched();
	return !fatal_signal_pending(current);
}

/*
 * Returns 0 or -EFAULT, the latter also to who was killed in the middle.
 * @kernel: @from is kernel memory of a supervisor actor.
 */
int chorus_copy_in_bulk(void *to, u64 from, size_t size, bool kernel)
{
	const void __user *at = u64_to_user_ptr(from);
	size_t n;

	if (kernel) {
		memcpy(to, (const void *)(uintptr_t)from, size);
		return 0;
	}
	do {
		n = min_t(size_t, size, COPY_PIECE);
		if (copy_from_user(to, at, n))
			return -EFAULT;
		to += n;
		at += n;
		size -= n;
	} while (size && copy_goes_on());
	return size ? -EFAULT : 0;
}

int chorus_copy_out_bulk(u64 to, const void *from, size_t size, bool kernel)
{
	size_t n;

	if (kernel) {
		memcpy((void *)(uintptr_t)to, from, size);
		return 0;
	}
	do {
		n = min_t(size_t, size, COPY_PIECE);
		if (copy_to_user(u64_to_user_ptr(to), from, n))
			return -EFAULT;
		to += n;
		from += n;
		size -= n;
	} while (size && copy_goes_on());
	return size ? -EFAULT : 0;
}

/* ---- bodies ---- */

/*
 * Large buffers are dear to make, and one a thread would be too many: what a message gives
 * back its maker keeps for whichever of its threads needs one next, the largest of them.
 * Returns true if nothing is left in @body, else it is what is to be freed.
 */
static bool large_keep(struct chorus_message_cache *cache, struct chorus_body *body)
{
	int i;

	spin_lock(&cache->lock);
	for (i = 0; i < CHORUS_LARGE_KEPT && body->data && !cache->closed; i++) {
		if (cache->large[i].data && cache->large[i].room >= body->room)
			continue;
		swap(cache->large[i].data, body->data);
		swap(cache->large[i].room, body->room);
	}
	spin_unlock(&cache->lock);
	return !body->data;
}

static bool large_take(struct chorus_message_cache *cache, struct chorus_body *body, u32 size)
{
	bool taken = false;
	int i;

	spin_lock(&cache->lock);
	for (i = 0; i < CHORUS_LARGE_KEPT && !taken; i++) {
		taken = cache->large[i].data && cache->large[i].room >= size;
		if (taken) {
			body->data = cache->large[i].data;
			body->room = cache->large[i].room;
			cache->large[i].data = NULL;
		}
	}
	spin_unlock(&cache->lock);
	return taken;
}

static void shared_free(struct chorus_actor *owner, struct chorus_shared_body *shared)
{
	if (!shared)
		return;
	chorus_user_uncharge(owner->user, CHORUS_QUOTA_BYTES, shared->room);
	kvfree(shared);
}

static void shared_put(struct chorus_message *message, struct chorus_body *body)
{
	struct chorus_shared_body *shared;

	shared = container_of(body->data, struct chorus_shared_body, data);
	if (refcount_dec_and_test(&shared->users))
		shared_free(message->owner, shared);
}

static void body_free(struct chorus_message *message, struct chorus_body *body)
{
	if (body->data == body->small)
		return;
	if (unlikely(body->room == CHORUS_BODY_SHARED)) {
		shared_put(message, body);
		chorus_body_reset(body);
		return;
	}
	if (unlikely(body->room == CHORUS_BODY_WINDOW)) {
		chorus_window_release(message);
		chorus_body_reset(body);
		return;
	}
	if (unlikely(body->room == CHORUS_BODY_MOVED)) {
		chorus_move_end(message, body);
		return;
	}
	/* What is larger than classic is rare, and too much to keep. */
	if (body->room > CHORUS_BODY_KEPT && body->room <= CHORUS_BODY_MAX &&
	    large_keep(&message->owner->cache, body)) {
		chorus_body_reset(body);
		return;
	}
	kvfree(body->data);
	chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_BYTES, body->room);
	chorus_body_reset(body);
}

/* Not on the way of small bodies. */
static noinline int body_grow(struct chorus_message *message, struct chorus_body *body, u32 size)
{
	u32 room = size > CHORUS_BODY_MAX ? PAGE_ALIGN(size) : roundup_pow_of_two(size);
	void *data;
	int ret;

	body_free(message, body);
	if (room > CHORUS_BODY_KEPT) {
		message->large = true;
		if (room <= CHORUS_BODY_MAX &&
		    large_take(&message->owner->cache, body, size))
			return 0;
	}
	ret = chorus_user_charge(message->owner->user, CHORUS_QUOTA_BYTES, room);
	if (ret) {
		chorus_count(quota_refused);
		return ret;
	}
	data = kvmalloc(room, GFP_KERNEL_ACCOUNT);
	if (!data) {
		chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_BYTES, room);
		return -ENOMEM;
	}
	body->data = data;
	body->room = room;
	return 0;
}

/**
 * chorus_message_place() - the request is about to be copied into a slot of a window
 * @message: owned by the caller
 * @window: its reference goes over to the message
 * @slot: as does the slot
 */
void chorus_message_place(struct chorus_message *message, struct chorus_window *window, u32 slot)
{
	struct chorus_body *body = &message->request;

	body_free(message, body);
	message->window = window;
	message->slot = slot;
	message->large = true;		/* does not stay with the message */
	body->data = window->data + (size_t)slot * window->slot_size;
	body->room = CHORUS_BODY_WINDOW;
}

/** chorus_message_leave_window() - who served a request in a slot has replied to it */
void chorus_message_leave_window(struct chorus_message *message)
{
	body_free(message, &message->request);
}

static int body_copy_in(struct chorus_body *body, const struct chorus_buffers *from)
{
	if (unlikely(body->room == CHORUS_BODY_WINDOW))
		chorus_count(copy_window);
	else
		chorus_count(copy_in);
	return chorus_buffers_read(body->data, from, 0, from->size);
}

/* The annex first: what can fail is to fail before a page is taken. */
static int fill_moving(struct chorus_message *message, struct chorus_body *body, u32 *flags,
		       const struct chorus_buffers *from)
{
	body_free(message, body);
	if (from->annex &&
	    chorus_copy_in(message->annex, from->annex, CHORUS_ANNEX_SIZE, from->kernel))
		return -EFAULT;
	*flags = (*flags & ~CHORUS_MSG_ANNEX) | (from->annex ? CHORUS_MSG_ANNEX : 0);
	return chorus_move_take(message, body, from->place);
}

/**
 * chorus_message_fill() - copy annex and body into a message
 * @message: owned by the caller
 * @body: its request or its reply
 * @flags: gets or loses CHORUS_MSG_ANNEX
 * @from: what to copy; size judged before
 *
 * Returns 0, -EFAULT, -EDQUOT or -ENOMEM; the message stays the caller's.
 */
int chorus_message_fill(struct chorus_message *message, struct chorus_body *body, u32 *flags,
			const struct chorus_buffers *from)
{
	int ret;

	if (unlikely(from->place)) {
		chorus_move_undo(message, body, from);
		return fill_moving(message, body, flags, from);
	}
	if (unlikely(from->size > body->room)) {
		ret = body_grow(message, body, from->size);
		if (ret)
			return ret;
	}
	body->size = from->size;
	if (from->size) {
		if (body_copy_in(body, from))
			return -EFAULT;
		if (chorus_planted(CHORUS_PLANT_COPY))
			body_copy_in(body, from);
	}
	if (!from->annex) {
		*flags &= ~CHORUS_MSG_ANNEX;
		return 0;
	}
	*flags |= CHORUS_MSG_ANNEX;
	return chorus_copy_in(message->annex, from->annex, CHORUS_ANNEX_SIZE, from->kernel);
}

/**
 * chorus_message_drain() - copy annex and body out of a message
 * @message: owned by the caller
 * @body: its request or its reply
 * @flags: CHORUS_MSG_ANNEX if the annex means something
 * @to: where to; a body larger than the room is cut
 *
 * Returns 0 or -EFAULT, which may come after a part was written.
 */
int chorus_message_drain(struct chorus_message *message, const struct chorus_body *body,
			 u32 flags, const struct chorus_buffers *to)
{
	u32 size = min(body->size, to->size);

	if (size && to->body) {
		int ret;

		chorus_count(copy_out);
		if (unlikely(body->room == CHORUS_BODY_MOVED))
			ret = chorus_move_copy(body, to, size);
		else
			ret = chorus_buffers_write(to, 0, body->data, size);
		if (ret)
			return -EFAULT;
	}
	if (!to->annex)
		return 0;
	/* Nothing of an older message may show in an annex that was not sent. */
	if (!(flags & CHORUS_MSG_ANNEX))
		memset(message->annex, 0, CHORUS_ANNEX_SIZE);
	return chorus_copy_out(to->annex, message->annex, CHORUS_ANNEX_SIZE, to->kernel);
}

/* ---- birth and death ---- */

static struct chorus_message *cache_pop(struct chorus_message_cache *cache)
{
	struct chorus_message *message;

	spin_lock(&cache->lock);
	message = cache->free;
	if (likely(message)) {
		cache->free = message->next;
		cache->nr--;
	}
	spin_unlock(&cache->lock);
	return message;
}

static bool cache_push(struct chorus_message_cache *cache, struct chorus_message *message)
{
	bool kept = false;

	spin_lock(&cache->lock);
	if (!cache->closed && cache->nr < cache->max) {
		message->next = cache->free;
		cache->free = message;
		cache->nr++;
		kept = true;
	}
	spin_unlock(&cache->lock);
	return kept;
}

/* None was free, so @out is how many the actor has at work: worth keeping for the next burst. */
static void cache_grow(struct chorus_message_cache *cache, unsigned int out)
{
	out = min(out, CACHE_BURST);
	spin_lock(&cache->lock);
	cache->max = max(cache->max, out);
	spin_unlock(&cache->lock);
}

/*
 * As messages are kept: chorus_message_free() leaves them so, but for bodies to CHORUS_BODY_KEPT.
 * What is not written here is written before anybody looks: by stamp, body, annex, post.
 */
static void message_init(struct chorus_message *message, struct chorus_actor *owner)
{
	INIT_HLIST_NODE(&message->held_node);
	INIT_HLIST_NODE(&message->parked_node);
	atomic_set(&message->state, CHORUS_MESSAGE_IDLE);
	message->flags = 0;
	message->reply_flags = 0;
	message->saved = false;
	message->lends = false;
	message->large = false;
	message->window = NULL;
	chorus_body_reset(&message->request);
	chorus_body_reset(&message->reply);
	message->owner = owner;
}

/**
 * chorus_message_alloc() - a message of the caller's, in state IDLE
 * @owner: who pays; referenced by the message
 *
 * Returns NULL without memory or quota; ERR_PTR(-EDQUOT) or ERR_PTR(-ENOMEM).
 */
struct chorus_message *chorus_message_alloc(struct chorus_actor *owner)
{
	struct chorus_message *message = cache_pop(&owner->cache);
	int ret;

	if (likely(message)) {
		chorus_object_get(&owner->object);
		return message;
	}
	ret = chorus_user_charge(owner->user, CHORUS_QUOTA_MESSAGES, 1);
	if (ret) {
		chorus_count(quota_refused);
		return ERR_PTR(ret);
	}
	message = kmem_cache_alloc(message_cache, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!message) {
		chorus_user_uncharge(owner->user, CHORUS_QUOTA_MESSAGES, 1);
		return ERR_PTR(-ENOMEM);
	}
	message_init(message, owner);
	chorus_object_get(&owner->object);
	cache_grow(&owner->cache, atomic_inc_return(&owner->nr_messages));
	return message;
}

static void message_release(struct chorus_message *message)
{
	struct chorus_actor *owner = message->owner;

	body_free(message, &message->request);
	body_free(message, &message->reply);
	chorus_user_uncharge(owner->user, CHORUS_QUOTA_MESSAGES, 1);
	atomic_dec(&owner->nr_messages);
	kmem_cache_free(message_cache, message);
}

/**
 * chorus_message_trim() - give back the buffers that are too large to stay
 * @message: owned by the caller
 */
void chorus_message_trim(struct chorus_message *message)
{
	if (message->request.room > CHORUS_BODY_KEPT)
		body_free(message, &message->request);
	if (message->reply.room > CHORUS_BODY_KEPT)
		body_free(message, &message->reply);
	message->large = false;
}

/**
 * chorus_message_free() - give a message back to its maker
 * @message: owned by the caller; NULL is nothing
 *
 * Process context: a body may be vmalloc memory.
 */
void chorus_message_free(struct chorus_message *message)
{
	struct chorus_actor *owner;

	if (!message)
		return;
	owner = message->owner;
	message->flags = 0;
	message->saved = false;
	message->lends = false;
	atomic_set(&message->state, CHORUS_MESSAGE_IDLE);
	if (message->large)
		chorus_message_trim(message);
	/* Cached messages hold no reference, or an actor would keep itself. */
	if (!cache_push(&owner->cache, message))
		message_release(message);
	chorus_actor_put(owner);
}

/* ---- many with one body ---- */

#define BULK	16

/* Returns a body with @nr users, NULL for a message without body, or an ERR_PTR. */
static struct chorus_shared_body *shared_alloc(struct chorus_actor *owner, unsigned int nr,
					       const struct chorus_buffers *from)
{
	struct chorus_shared_body *shared;
	int ret;

	if (!from->size)
		return NULL;
	ret = chorus_user_charge(owner->user, CHORUS_QUOTA_BYTES, from->size);
	if (ret) {
		chorus_count(quota_refused);
		return ERR_PTR(ret);
	}
	ret = -ENOMEM;
	shared = kvmalloc(struct_size(shared, data, DIV_ROUND_UP(from->size, sizeof(u64))),
			  GFP_KERNEL_ACCOUNT);
	if (!shared)
		goto error;
	ret = -EFAULT;
	chorus_count(copy_in);
	if (chorus_buffers_read(shared->data, from, 0, from->size))
		goto error;
	shared->room = from->size;
	refcount_set(&shared->users, nr);
	return shared;
error:
	kvfree(shared);
	chorus_user_uncharge(owner->user, CHORUS_QUOTA_BYTES, from->size);
	return ERR_PTR(ret);
}

/* Up to @nr of the messages the actor keeps; it will keep more from here on. */
static void cache_take(struct chorus_message_cache *cache, unsigned int nr,
		       struct chorus_copies *copies)
{
	struct chorus_message **end = &copies->next;

	spin_lock(&cache->lock);
	cache->max = max(cache->max, min(nr, CACHE_MAX / CACHE_ROUNDS) * CACHE_ROUNDS);
	copies->nr = min(nr, cache->nr);
	*end = cache->free;
	for (nr = copies->nr; nr; nr--)
		end = &(*end)->next;
	cache->nr -= copies->nr;
	cache->free = *end;
	*end = NULL;
	spin_unlock(&cache->lock);
}

/*
 * New messages, paid for by the caller, before those of a chain.  Not zeroed: of a message
 * without call nobody looks at what message_init(), a stamp and the body have not written.
 */
static int bulk_alloc(struct chorus_actor *owner, unsigned int nr, struct chorus_message **chain)
{
	struct chorus_message *message, *old = *chain;
	void *batch[BULK];
	unsigned int got, i;

	while (nr) {
		/* All or nothing; newer kernels do not say how many. */
		got = min_t(unsigned int, nr, BULK);
		if (!kmem_cache_alloc_bulk(message_cache, GFP_KERNEL_ACCOUNT, got, batch))
			goto error;
		for (i = 0; i < got; i++) {
			message = batch[i];
			message_init(message, owner);
			message->next = *chain;
			*chain = message;
		}
		nr -= got;
	}
	return 0;
error:
	while ((message = *chain) != old) {
		*chain = message->next;
		kmem_cache_free(message_cache, message);
	}
	return -ENOMEM;
}

/* To the messages taken from the cache so many more.  Returns 0, -EDQUOT, -ENOMEM. */
static int copies_add(struct chorus_copies *copies, struct chorus_actor *owner, unsigned int nr)
{
	int ret = chorus_user_charge(owner->user, CHORUS_QUOTA_MESSAGES, nr);

	if (ret) {
		chorus_count(quota_refused);
		return ret;
	}
	ret = bulk_alloc(owner, nr, &copies->next);
	if (ret) {
		chorus_user_uncharge(owner->user, CHORUS_QUOTA_MESSAGES, nr);
		return ret;
	}
	copies->nr += nr;
	atomic_add(nr, &owner->nr_messages);
	return 0;
}

static void cache_give_back(struct chorus_message_cache *cache, struct chorus_copies *copies)
{
	struct chorus_message *message;

	while ((message = copies->next)) {
		copies->next = message->next;
		if (!cache_push(cache, message))
			message_release(message);
	}
}

/**
 * chorus_copies_alloc() - messages with the same annex and body, in state IDLE
 * @copies: out
 * @owner: who pays; referenced by each
 * @nr: how many, at least one
 * @from: annex and body; size judged before
 *
 * The body is copied once and kept once.  Returns 0; -EDQUOT, -ENOMEM, -EFAULT with nothing
 * made and nothing charged.
 */
int chorus_copies_alloc(struct chorus_copies *copies, struct chorus_actor *owner, unsigned int nr,
			const struct chorus_buffers *from)
{
	int ret = 0;

	copies->size = from->size;
	copies->flags = from->annex ? CHORUS_MSG_ANNEX : 0;
	if (from->annex &&
	    chorus_copy_in(copies->annex, from->annex, CHORUS_ANNEX_SIZE, from->kernel))
		return -EFAULT;
	copies->body = shared_alloc(owner, nr, from);
	if (IS_ERR(copies->body))
		return PTR_ERR(copies->body);
	cache_take(&owner->cache, nr, copies);
	if (copies->nr < nr)
		ret = copies_add(copies, owner, nr - copies->nr);
	if (ret) {
		cache_give_back(&owner->cache, copies);
		shared_free(owner, copies->body);
		return ret;
	}
	chorus_object_get_many(&owner->object, nr);
	return 0;
}

/** chorus_copies_clear() - a body that a call has left in one of them */
void chorus_copies_clear(struct chorus_message *message)
{
	body_free(message, &message->request);
}

/** chorus_copies_free() - those that were not sent */
void chorus_copies_free(struct chorus_copies *copies)
{
	struct chorus_message *message;
	struct chorus_actor *owner;

	while ((message = copies->next)) {
		copies->next = message->next;
		owner = message->owner;
		if (copies->body && refcount_dec_and_test(&copies->body->users))
			shared_free(owner, copies->body);
		chorus_message_free(message);
	}
}

/* ---- kept for the next send ---- */

void chorus_message_cache_init(struct chorus_message_cache *cache)
{
	spin_lock_init(&cache->lock);
	cache->max = CACHE_MIN;
}

/** chorus_message_cache_close() - the actor died: free what is kept, keep no more */
void chorus_message_cache_close(struct chorus_message_cache *cache)
{
	struct chorus_actor *owner = container_of(cache, struct chorus_actor, cache);
	struct chorus_message *message, *free;
	struct chorus_body large;

	spin_lock(&cache->lock);
	cache->closed = true;
	free = cache->free;
	cache->free = NULL;
	cache->nr = 0;
	spin_unlock(&cache->lock);
	while ((message = free)) {
		free = message->next;
		message_release(message);
	}
	/* Nobody adds to a closed cache, but a thread on its way out may still take. */
	while (large_take(cache, &large, 0)) {
		kvfree(large.data);
		chorus_user_uncharge(owner->user, CHORUS_QUOTA_BYTES, large.room);
	}
}

/**
 * chorus_message_end() - end a call without a reply
 * @message: owned by the caller
 * @from: the state it is in, unless the client has left it
 * @error: what the client is told
 */
void chorus_message_end(struct chorus_message *message, int from, int error)
{
	struct task_struct *client;
	int state;

	/* The task may be gone as soon as the client sees the new state. */
	rcu_read_lock();
	client = message->client;
	state = atomic_cmpxchg(&message->state, from, error);
	if (state == from)
		chorus_wake_interruptible(client);
	rcu_read_unlock();
	if (state != from)
		chorus_message_free(message);	/* CANCELLED: the client left it to us */
}

/**
 * chorus_message_fail() - end a message without a reply
 * @message: owned by the caller, who took it from a queue or served it
 * @error: what the client is told
 *
 * Wakes the client, or frees the message where nobody waits for an answer.
 */
void chorus_message_fail(struct chorus_message *message, int error)
{
	if (!(message->flags & CHORUS_MSG_RPC)) {
		chorus_message_free(message);
		return;
	}
	/* -EIDRM promises that it had no effects. */
	if (error == -EIDRM && (message->flags & CHORUS_MSG_AGAIN))
		error = -EOWNERDEAD;
	chorus_message_end(message, CHORUS_MESSAGE_SERVED, error);
}

int chorus_message_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(chorus_message_tokens, cpu) = cpu + 1;
	/* Annex and small bodies are copied from and to users: hardened usercopy. */
	message_cache = kmem_cache_create_usercopy("chorus_message", sizeof(struct chorus_message),
						   0, SLAB_HWCACHE_ALIGN,
						   offsetof(struct chorus_message, request),
						   sizeof(struct chorus_message) -
						   offsetof(struct chorus_message, request),
						   NULL);
	return message_cache ? 0 : -ENOMEM;
}

void chorus_message_exit(void)
{
	kmem_cache_destroy(message_cache);
}
