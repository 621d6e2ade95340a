// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several commands by one.
 *
 * Each entry goes the way it would go by itself: by ioctl or by a ring, the fast path if it
 * has one, else its row.  What a batch adds is the order, and @restart, by which nothing is
 * done twice: whoever leaves before the end tells it first.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "debug/step.h"
#include "dev/ioctl.h"
#include "dev/uring.h"
#include "ipc/copy.h"
#include "ipc/rpc.h"

#define PIECE	16	/* entries that are read at a time, until others run */

static noinline int run_by_table(const struct chorus_request *request, u32 command,
				 void __user *user)
{
	struct chorus_request entry = {
		.actor = request->actor,
		.ring = request->ring,
		.user = user,
		.in_batch = true,
	};

	chorus_count(batch_slow);
	return chorus_ioctl_run(&entry, command);
}

static bool in_submission(const struct chorus_request *request)
{
	return request->ring && request->ring->nowait;
}

/* In a worker of a ring nobody is a thread, and registered buffers are for the rows. */
static bool has_fast_path(const struct chorus_request *request)
{
	return !request->ring || (request->ring->nowait && !request->ring->pinned);
}

static int run_entry(const struct chorus_request *request, u32 command, void __user *user,
		     struct chorus_way *way)
{
	int ret = CHORUS_MISSED;

	if (likely(has_fast_path(request)))
		switch (command) {
		case CHORUS_IOC_LAP_INVOKE:
			if (!IS_ENABLED(CHORUS_SUPERVISOR))
				break;
			ret = request->ring ? chorus_fastpath_lap_prompt(request->actor, user) :
					      chorus_fastpath_lap(request->actor, user);
			break;
		case CHORUS_IOC_IPC_SEND:
			ret = chorus_fastpath_send_along(request->actor, user, way);
			break;
		}
	return likely(ret != CHORUS_MISSED) ? ret : run_by_table(request, command, user);
}

/* A submission waits for nothing, so only a killed process leaves it early. */
static bool must_leave(const struct chorus_request *request)
{
	return in_submission(request) ? fatal_signal_pending(current) : signal_pending(current);
}

/*
 * Nothing has happened: the entry is what the batch begins with when it is given again, after
 * a signal in a reply or a forward that had to wait for another thread, or when a worker
 * takes it from here.
 */
static bool was_not_done(const struct chorus_request *request, int ret)
{
	return ret == -ERESTARTSYS || (ret == -EAGAIN && in_submission(request));
}

/* Returns 0, or why it ends before its end; @done counts. */
static int run_entries(const struct chorus_request *request, const struct chorus_batch *p,
		       u32 *done, struct chorus_way *way)
{
	struct chorus_batch_entry __user *at = u64_to_user_ptr(p->entries);
	struct chorus_batch_entry piece[PIECE] __uninitialized;
	u32 nr, i, size = PIECE;
	u64 from;
	int ret;

	BUILD_BUG_ON(sizeof(*piece) != 2 * sizeof(u64));
	for (at += *done; *done < p->count; cond_resched()) {
		nr = min_t(u32, size, p->count - *done);
		from = (uintptr_t)at;
		if (unlikely(chorus_fetch_words((u64 *)piece, from, 2 * nr))) {
			if (nr == 1)
				return -EFAULT;
			size = 1;	/* up to where they are not there */
			continue;
		}
		for (i = 0; i < nr; i++, at++) {
			ret = run_entry(request, piece[i].command, u64_to_user_ptr(piece[i].arg),
					way);
			if (unlikely(was_not_done(request, ret)))
				return ret;
			++*done;
			chorus_step(B4);
			if (put_user(ret, &at->out_result))
				return -EFAULT;
			if (unlikely(ret) && p->flags & CHORUS_BATCH_STOP)
				return 0;
			if (unlikely(must_leave(request)) && *done < p->count)
				return -ERESTARTSYS;
		}
	}
	return 0;
}

static int batch(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_batch __user *user = request->user;
	struct chorus_batch *p = &payload->batch;
	struct chorus_way way = { .port = NULL };
	u32 done = p->restart;
	int ret;

	if (p->count > CHORUS_BATCH_ENTRIES_MAX || p->restart > p->count)
		return -EINVAL;
	ret = run_entries(request, p, &done, &way);
	chorus_rpc_way_end(&way);
	chorus_count_add(batch, done - (u32)p->restart);
	if (likely(!ret))
		return put_user(done, &user->out_done) || put_user(0, &user->restart) ?
		       -EFAULT : 0;
	if (put_user(done, &user->restart))
		return -EFAULT;
	chorus_step(B5);
	return ret;
}

const struct chorus_row chorus_rows_batch[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_batch, restart, batch, CHORUS_BATCH_STOP,
		   CHORUS_ROW_QUIET | CHORUS_ROW_RING),
};
