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

/* An entry of a history: number << 8, and in the low byte how often it was received. */
#define TIMES	0x7f
#define PASSED	0x80		/* it was passed on once */

struct ticket {
	uint32_t magic, slot;
	uint64_t number, nonce;
	uint32_t size;		/* of the whole body */
	uint32_t answer;	/* what the answer's size shall be */
	uint32_t kind, reserved;
};

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

/* A fresh request of @slot; returns the size of its body. */
unsigned int ticket_write(void *body, unsigned int slot, enum ticket_kind kind)
{
	struct slot *s = &shared->slot[slot];
	struct ticket t = {
		.magic = MAGIC, .slot = slot, .size = some_size(), .answer = some_size(),
		.number = atomic_fetch_add(&s->number, 1) + 1,
		.nonce = mix(now_ns() + slot), .kind = kind,
	};

	atomic_store(&s->history[t.number % HISTORY], t.number << 8);
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
	entry = &shared->slot[t.slot].history[t.number % HISTORY];
	old = atomic_load(entry);
	do {
		if (old >> 8 != t.number || (old & PASSED))
			return false;
	} while (!atomic_compare_exchange_weak(entry, &old, old | PASSED));
	return true;
}

/* On the server: one more request was received. */
void ticket_received(const void *body, unsigned int size)
{
	_Atomic uint64_t *entry;
	struct ticket t;
	uint64_t old;

	count(N_served);
	if (!whole(body, size, &t)) {
		wrong(W_mixed, "a request of %u bytes arrived damaged", size);
		return;
	}
	if (t.kind == TICKET_BROADCAST)
		return;
	entry = &shared->slot[t.slot].history[t.number % HISTORY];
	old = atomic_load(entry);
	do {
		/* So old that its sender has forgotten it: it gave up and went on. */
		if (old >> 8 != t.number)
			return;
	} while (!atomic_compare_exchange_weak(entry, &old, old + 1));
	if (old & TIMES)
		wrong(W_twice, "request %llu of slot %u was received %u times",
		      (unsigned long long)t.number, t.slot, (unsigned int)(old & TIMES) + 1);
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
	entry = atomic_load(&shared->slot[t.slot].history[t.number % HISTORY]);
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
