/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Window: memory of the nucleus into which the senders of a port copy bodies, and in which
 * their receiver reads them.
 *
 * A window belongs to one port and is cut into slots of one size.  A sender takes a free slot
 * for his message before he copies, straight from his own memory, in his own context; the
 * slot goes where the message goes.  The receiver has the pages mapped, for reading only: what
 * is in a slot is what its sender has sent, for the receiver and for whom he passes the
 * message on to.  Nobody waits for a slot: a sender who finds none uses a buffer.
 *
 *	free ---> taken by a message ---> (queued, served, forwarded, with its message)
 *	  ^-------------------------------- replied to, freed, or given up by its sender
 *
 * A slot is one bit, taken and given back by one atomic operation; no lock is held while a
 * body is copied.  A window is *closed* when its port lets go of it (by command, because it
 * dies, because it moves to another actor).  Then nobody takes a slot any more, and what is in
 * one is copied out to its receiver like any other body.  Its memory lives as long as the
 * port, a message or a mapping has a reference.
 *
 * Who may call: senders and receivers of messages, dev/ for mappings.
 */
#ifndef CHORUS_IPC_WINDOW_H
#define CHORUS_IPC_WINDOW_H

#include <linux/chorus.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

struct chorus_actor;
struct chorus_message;
struct chorus_port;
struct page;

struct chorus_window {
	struct kref ref;
	struct rcu_head rcu;
	struct chorus_actor *actor;	/* constant: who sees it, and pays; referenced */
	struct chorus_port *port;	/* constant, to compare: alive until it is closed */
	struct list_head node;		/* actor->windows, actor->lock */
	bool closed;			/* actor->lock to write */
	u32 slots;			/* constant, and so on */
	u32 slot_size;			/* whole pages */
	u32 least;
	int number;			/* of all windows: its place among the offsets of mmap */
	unsigned int nr_pages;
	struct page **pages;
	void *data;			/* the pages in a row */
	unsigned long busy[BITS_TO_LONGS(CHORUS_WINDOW_SLOTS_MAX)]; /* atomic bits */
};

int chorus_window_open(struct chorus_actor *actor, const struct chorus_window_open *args,
		       struct chorus_window **window);
int chorus_window_close(struct chorus_actor *actor, int li);
void chorus_window_undo(struct chorus_window *window);
struct chorus_window *chorus_window_detach_locked(struct chorus_port *port,
						  struct chorus_actor *actor);
void chorus_window_put(struct chorus_window *window);

/* For mappings: pages from the start of the device's address space, and back. */
#define CHORUS_WINDOW_SHIFT	18	/* room for 1 GiB in small pages */
#define CHORUS_WINDOW_NUMBER_MAX 0x1fffffff /* offsets are bytes in a loff_t */

static inline unsigned long chorus_window_pgoff(const struct chorus_window *window)
{
	return 2UL * window->number << CHORUS_WINDOW_SHIFT; /* between them are areas */
}

struct chorus_window *chorus_window_get(struct chorus_actor *actor, unsigned long pgoff);

void chorus_window_take(struct chorus_port *port, struct chorus_message *message, u32 size);
void chorus_window_release(struct chorus_message *message);

int chorus_window_init(void);
void chorus_window_exit(void);

#endif /* CHORUS_IPC_WINDOW_H */
