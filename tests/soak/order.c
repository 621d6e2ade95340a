// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Order: the messages of one sender to one queue are received in the order in which they
 * were sent, by whichever threads, and wherever the port has migrated to meanwhile.
 *
 * Two receives that overlap in time say nothing.  So a thread looks, before it receives,
 * at the last number of every sender whose receive is over; what it then receives from the
 * same queue must be later.  Nothing here waits: anybody may be killed at any instruction,
 * which loses one number and makes no false one.
 */
#include "soak.h"

/* A queue is a row: the last one is the pool, others are ports, used again by later ones. */
#define POOL_ROW	PLACES_MAX
#define NUMBER_BITS	40

static unsigned int row_of(unsigned int incarnation)
{
	return incarnation ? incarnation % PLACES_MAX : POOL_ROW;
}

void order_look(struct order_view *view)
{
	unsigned int row, slot;

	for (row = 0; row <= PLACES_MAX; row++)
		for (slot = 0; slot < SLOTS_MAX; slot++)
			view->last[row][slot] = atomic_load(&shared->last[row][slot]);
}

/* @incarnation: of the port the message was received from.  @view: from before that. */
void order_received(const struct order_view *view, unsigned int incarnation, const void *body,
		    unsigned int size, unsigned int flags)
{
	enum ticket_kind kind;
	_Atomic uint64_t *last;
	uint64_t number, stamp, seen, old;
	unsigned int slot;

	/* What is passed on, or handed on after a death, comes as late as that. */
	if (!ticket_read(body, size, &slot, &number, &kind) || ticket_overtakes(body, flags))
		return;
	if (kind == TICKET_POOL)
		incarnation = 0;
	else if (!incarnation)
		return;		/* its port has left meanwhile */
	stamp = (uint64_t)incarnation << NUMBER_BITS | number;
	seen = view->last[row_of(incarnation)][slot];
	if (seen >> NUMBER_BITS == incarnation && seen) {
		count(N_ordered);
		if (seen >= stamp)
			wrong(W_order, "message %llu of slot %u came after its message %llu (queue %u, %u bytes, flags %#x)",
			      (unsigned long long)number, slot,
			      (unsigned long long)(seen & ((1ULL << NUMBER_BITS) - 1)),
			      incarnation, size, flags);
	}
	if (shared->plant == PLANT_ORDER && number % 100 == 0)
		stamp += 1000;
	last = &shared->last[row_of(incarnation)][slot];
	old = atomic_load(last);
	while (old < stamp && !atomic_compare_exchange_weak(last, &old, stamp))
		;
}
