// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tickets: every request carries the slot of its sender and a number of that slot that
 * is never used again.  Whoever receives it notes so in the slot's history, which lies
 * in memory that all share; so it is seen when a request is received twice, and when one
 * is received of which the nucleus said that it was not.
 */
#include <errno.h>
#include <string.h>

#include "soak.h"

#define MAGIC	0x43484f52
#define PAGE	4096u

/*
 * An entry of a history: the low half of the number, who received it last, and how often it
 * was received.  One word, because who writes it may be killed at any instruction.
 */
#define NUMBER(number)	((uint64_t)(number) << 32)
#define WORKER(worker)	((uint64_t)((worker) & 0xffffff) << 8)
#define WORKER_OF(entry) ((unsigned int)(entry) >> 8)
#define PASSED	0x80		/* it was passed on once */
#define LOOSE	0x40		/* its sender went on without waiting for its end */
#define TIMES	0x3f

struct ticket {
	uint32_t magic, slot;
	uint64_t number, nonce;
	uint32_t size;		/* of the whole body */
	uint32_t answer;	/* what the answer's size shall be */
	uint32_t kind, reserved;
};
_Static_assert(sizeof(struct ticket) == TICKET_SIZE, "what is kept of a ticket");

static uint64_t mix(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9E3779B97F4A7C15ULL;
	return x ^ (x >> 29);
}

/* What follows a ticket in a body: nobody else's bytes look so. */
static void pattern_write(void *to, unsigned int size, uint64_t nonce)
{
	uint64_t word = mix(nonce + size);

	for (; size >= 8; size -= 8, to = (char *)to + 8, word += nonce)
		memcpy(to, &word, 8);
	memcpy(to, &word, size);
}

static bool pattern_right(const void *from, unsigned int size, uint64_t nonce)
{
	uint64_t word = mix(nonce + size);

	for (; size >= 8; size -= 8, from = (const char *)from + 8, word += nonce)
		if (memcmp(from, &word, 8))
			return false;
	return !memcmp(from, &word, size);
}

static unsigned int some_size(void)
{
	unsigned int kind = random_below(10), least = sizeof(struct ticket);

	if (kind < 6)
		return least + random_below(64);
	return least + random_below(kind < 9 ? 4096 : CHORUS_BODY_MAX - least + 1);
}

static unsigned int whole_pages(unsigned int size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

static _Atomic uint64_t *entry_of(const struct ticket *t)
{
	return &shared->slot[t->slot].history[t->number % HISTORY];
}

/* Its sender has not forgotten it: he remembers so many. */
static bool is_of(uint64_t entry, const struct ticket *t)
{
	return entry >> 32 == (uint32_t)t->number;
}

/* A fresh request of @slot; returns the size of its body. */
unsigned int ticket_write(void *body, unsigned int slot, enum ticket_kind kind,
			  unsigned int flags)
{
	struct slot *s = &shared->slot[slot];
	struct ticket t = {
		.magic = MAGIC, .slot = slot, .size = some_size(), .answer = some_size(),
		.number = atomic_fetch_add(&s->number, 1) + 1,
		.nonce = mix(now_ns() + slot), .kind = kind,
	};

	if (flags & (CHORUS_MSG_MOVE | CHORUS_MSG_COW))
		t.size = whole_pages(t.size);
	atomic_store(entry_of(&t), NUMBER(t.number));
	memcpy(body, &t, sizeof(t));
	pattern_write((char *)body + sizeof(t), t.size - sizeof(t), t.nonce);
	return t.size;
}

static bool whole(const void *body, unsigned int size, struct ticket *t)
{
	if (size < sizeof(*t))
		return false;
	memcpy(t, body, sizeof(*t));
	return t->magic == MAGIC && t->size == size && t->slot < SLOTS_MAX &&
	       pattern_right((const char *)body + sizeof(*t), size - sizeof(*t), t->nonce);
}

/* What a message says of itself, if it is a whole one. */
bool ticket_read(const void *body, unsigned int size, unsigned int *slot, uint64_t *number,
		 enum ticket_kind *kind)
{
	struct ticket t;

	if (!whole(body, size, &t))
		return false;
	*slot = t.slot;
	*number = t.number;
	*kind = t.kind;
	return true;
}

/* Shall this request be passed on?  True once for each that was sent for that. */
bool ticket_pass(const void *body, unsigned int size)
{
	_Atomic uint64_t *entry;
	struct ticket t;
	uint64_t old;

	if (!whole(body, size, &t) || t.kind != TICKET_FORWARD)
		return false;
	entry = entry_of(&t);
	old = atomic_load(entry);
	do {
		if (!is_of(old, &t) || (old & PASSED))
			return false;
	} while (!atomic_compare_exchange_weak(entry, &old, old | PASSED));
	return true;
}

/*
 * Its sender, interrupted, leaves it to itself.  It may be held until after later ones are
 * received.
 */
void ticket_give_up(const void *body)
{
	struct ticket t;

	memcpy(&t, body, sizeof(t));
	atomic_fetch_or(entry_of(&t), LOOSE);
}

/* May it come after a later one of its sender?  Whole. */
bool ticket_overtakes(const void *body, unsigned int flags)
{
	struct ticket t;
	uint64_t entry;

	memcpy(&t, body, sizeof(t));
	entry = atomic_load(entry_of(&t));
	return t.kind == TICKET_FORWARD || (flags & CHORUS_MSG_AGAIN) || !is_of(entry, &t) ||
	       (entry & LOOSE);
}

/*
 * A request that was received before comes again: only to a successor of who had it, who was
 * killed, and it says so.
 */
static bool may_come_again(uint64_t entry, unsigned int flags)
{
	return (flags & CHORUS_MSG_AGAIN) && (entry & TIMES) <= CHORUS_AGAIN_MAX &&
	       worker_is_doomed(WORKER_OF(entry));
}

/* On the server: one more request was received. */
void ticket_received(const void *body, unsigned int size, unsigned int flags)
{
	_Atomic uint64_t *entry;
	struct ticket t;
	uint64_t old, new;

	count(N_served);
	if (!whole(body, size, &t)) {
		wrong(W_mixed, "a request of %u bytes arrived damaged", size);
		return;
	}
	if (t.kind == TICKET_BROADCAST)
		return;
	entry = entry_of(&t);
	old = atomic_load(entry);
	do {
		/* So old that its sender has forgotten it: it gave up and went on. */
		if (!is_of(old, &t))
			return;
		new = (old & ~WORKER(~0)) | WORKER(worker_self);
	} while (!atomic_compare_exchange_weak(entry, &old, new + 1));
	if (!(old & TIMES))
		return;
	if (may_come_again(old, flags))
		count(N_again);
	else
		wrong(W_twice, "request %llu of slot %u was received %u times, flags %#x, before by %s",
		      (unsigned long long)t.number, t.slot, (unsigned int)(old & TIMES) + 1, flags,
		      worker_is_doomed(WORKER_OF(old)) ? "somebody killed" : "somebody alive");
}

/* The right reply to @request; returns its size. */
unsigned int ticket_answer(const void *request, unsigned int size, void *reply)
{
	struct ticket t;

	if (!whole(request, size, &t))
		return 0;
	t.nonce = ~t.nonce;
	t.size = t.answer;
	memcpy(reply, &t, sizeof(t));
	pattern_write((char *)reply + sizeof(t), t.size - sizeof(t), t.nonce);
	return t.size;
}

static bool is_answer(const struct ticket *asked, const void *reply, unsigned int size)
{
	struct ticket t;

	return whole(reply, size, &t) && t.slot == asked->slot && t.number == asked->number &&
	       t.nonce == ~asked->nonce && size == asked->answer;
}

/*
 * On the client: its call has ended.  @surely: the error says that nothing was received.
 * How often the request was received must fit.
 */
void ticket_settle(const void *request, int result, bool surely, const void *reply,
		   unsigned int size)
{
	unsigned int times;
	uint64_t entry;
	struct ticket t;

	memcpy(&t, request, sizeof(t));
	entry = atomic_load(entry_of(&t));
	times = entry & TIMES;
	if (!result && !is_answer(&t, reply, size))
		wrong(W_mixed, "slot %u: the reply to request %llu is not its own", t.slot,
		      (unsigned long long)t.number);
	if (!result && !times)
		wrong(W_ghost, "slot %u: request %llu was answered and never received", t.slot,
		      (unsigned long long)t.number);
	if (result && surely && times)
		wrong(W_ghost, "slot %u: request %llu was received, its sender was told %s", t.slot,
		      (unsigned long long)t.number, strerror(-result));
}
