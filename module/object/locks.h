/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock order of the nucleus, outermost first.
 *
 *	area->lock			area.c: the pages of an area (a mutex, taken in page
 *					faults; of ours nothing is inside or outside)
 *	supervisor_mutex		supervisor.c: registrations and the list of sites;
 *	|				held over site_init and site_exit of modules
 *	+-> gate_mutex			gate.c: who waits for whom when closing gates
 *	+-> group->lock			group.c: the members of a group (a mutex)
 *	|   +-> group_mutex		group.c: groups are born and die
 *	+-> actor->lock			under each of the above: an actor's ports, queues,
 *	|   |				waiters, threads, messages in service; the windows
 *	|   |				of its ports, and the groups these are in
 *	|   +-> site->lock		lists of objects of a site, LAP names; under
 *	|   |				group_mutex, too
 *	|   +-> thread_lock		thread.c: threads by task (raw: taken by the
 *	|   |				exit probe, which is atomic)
 *	|   +-> cache->lock		message.c: free messages of an actor
 *	|   +-> pool->lock		pool.c: the shared queue of a group
 *	+-> hold_lock			hold.c: calls that wait for a successor
 *	+-> notice_lock			notice.c: who is told of whose death
 *	+-> loan->lock			loan.c: what was lent to a thread (a mutex; nothing
 *	|				else is held)
 *	+-> process_lock		actor.c: actors by process (raw, as above)
 *	+-> user_lock			quota.c: users by uid
 *
 * Two actors' locks are never held together.  No lock here is held across a wait,
 * a copy from or to user memory, or a handler, except supervisor_mutex around the
 * callbacks of a registering module.  Only user_lock is taken in RCU callbacks, hence
 * with bottom halves off; nothing here is taken in interrupt context.
 */
