/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lending: when a call lends the priority of its client, and to whom.
 *
 * A call to a port that takes loans says what it lends (message->level).  The thread that
 * waits gets it from the client before it is woken; a thread that takes the call from a queue
 * takes it by itself.  What a loan is, and when it ends: executive/loan.h.
 */
#ifndef CHORUS_IPC_LEND_H
#define CHORUS_IPC_LEND_H

#include "executive/loan.h"

struct chorus_actor;
struct chorus_message;
struct chorus_port;
struct chorus_thread;
struct chorus_waiter;

/* On the stack of a client: what is lent to the thread it has handed its request to. */
struct chorus_port_loan {
	struct chorus_thread *thread;	/* referenced */
	struct task_struct *task;	/* referenced */
	struct chorus_level level;
	u64 token;
};

bool chorus_port_loan_open_locked(struct chorus_port_loan *loan, struct chorus_port *port,
				  struct chorus_waiter *waiter,
				  const struct chorus_message *message);
void chorus_port_loan_give(struct chorus_port_loan *loan);
void chorus_port_loan_put(struct chorus_port_loan *loan);

void chorus_lend_borrow(struct chorus_thread *thread, const struct chorus_message *message);
struct chorus_thread *chorus_lend_borrower_get_locked(struct chorus_actor *server, u64 token);
void chorus_lend_end(struct chorus_actor *server, u64 token);

int chorus_port_lend(struct chorus_actor *actor, int li, const struct chorus_lend *set,
		     struct chorus_lend *was);

#endif /* CHORUS_IPC_LEND_H */
