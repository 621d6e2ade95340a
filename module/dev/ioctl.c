// SPDX-License-Identifier: GPL-2.0-only
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "debug/stat.h"
#include "dev/ioctl.h"
#include "dev/uring.h"

static const struct chorus_row *const parts[] = {
	chorus_rows_site,
	chorus_rows_actor,
	chorus_rows_thread,
	chorus_rows_port,
	chorus_rows_ipc,
	chorus_rows_lap,
	chorus_rows_group,
	chorus_rows_recover,
	chorus_rows_window,
	chorus_rows_area,
	chorus_rows_batch,
};

static const struct chorus_row *find_row(unsigned int cmd)
{
	unsigned int part = _IOC_NR(cmd) / CHORUS_ROWS_PER_PART;
	const struct chorus_row *row;

	if (_IOC_TYPE(cmd) != CHORUS_IOC_MAGIC || part >= ARRAY_SIZE(parts))
		return NULL;
	row = &parts[array_index_nospec(part, ARRAY_SIZE(parts))]
		    [array_index_nospec(_IOC_NR(cmd) % CHORUS_ROWS_PER_PART, CHORUS_ROWS_PER_PART)];
	return row->fn ? row : NULL;
}

/* The process that was the actor has another mm after exec; anybody else is a stranger. */
int chorus_ioctl_stranger(const struct chorus_actor *actor)
{
	if (task_tgid(current) == actor->tgid)
		return -ESHUTDOWN;
	chorus_count(stranger);
	return -EXDEV;
}

static int copy_payload(struct chorus_request *request, const struct chorus_row *row,
			union chorus_payload *payload)
{
	u32 size;
	int ret;

	if (get_user(size, (u32 __user *)request->user))
		return -EFAULT;
	if (size < row->min_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(payload, row->size, request->user, size);
	if (ret)
		return ret;
	payload->head.size = size;	/* the one we judged */
	if (payload->head.flags & ~row->known_flags)
		return -EINVAL;
	request->user_size = min_t(u32, size, row->size);
	return 0;
}

/**
 * chorus_ioctl_write_back() - results to the caller's structure
 * @request: the request
 * @payload: what to write
 * @size: its size; a caller with a shorter structure gets what it knows
 */
int chorus_ioctl_write_back(struct chorus_request *request, const void *payload, size_t size)
{
	request->wrote = true;
	return copy_to_user(request->user, payload, min_t(size_t, size, request->user_size)) ?
	       -EFAULT : 0;
}

static long call_row(struct chorus_request *request, const struct chorus_row *row,
		     union chorus_payload *payload)
{
	long ret;

	if (row->flags & CHORUS_ROW_THREAD) {
		request->thread = request->ring ? chorus_uring_thread(request) :
						  chorus_thread_enter(request->actor);
		if (IS_ERR(request->thread))
			return PTR_ERR(request->thread);
	}
	ret = row->fn(request, payload);
	if (request->ring && request->thread)
		chorus_uring_thread_done(request);
	return ret;
}

/**
 * chorus_ioctl_run() - a command by its row
 * @request: whose, and where the structure is
 * @cmd: only type and number count
 */
long chorus_ioctl_run(struct chorus_request *request, unsigned int cmd)
{
	const struct chorus_row *row = find_row(cmd);
	union chorus_payload payload;
	long ret;

	if (!row)
		return -ENOTTY;
	if (!(row->flags & CHORUS_ROW_ANYBODY)) {
		ret = chorus_ioctl_check_actor(request->actor);
		if (ret)
			return ret;
	}
	if (request->ring && !(row->flags & CHORUS_ROW_RING))
		return -EOPNOTSUPP;
	if (request->in_batch && !(row->flags & CHORUS_ROW_BATCH))
		return -EOPNOTSUPP;
	ret = copy_payload(request, row, &payload);
	if (ret)
		return ret;
	ret = call_row(request, row, &payload);
	if (!ret && !request->wrote && !(row->flags & CHORUS_ROW_QUIET))
		ret = chorus_ioctl_write_back(request, &payload, row->size);
	return ret;
}

/**
 * chorus_ioctl_by_table() - the general way: any command, a structure of any size
 * @actor: of the file
 * @cmd: only type and number count
 * @user: the caller's structure
 *
 * Not a part of chorus_ioctl(): its request on the stack would cost the fast paths.
 */
noinline long chorus_ioctl_by_table(struct chorus_actor *actor, unsigned int cmd, void __user *user)
{
	struct chorus_request request = { .actor = actor, .user = user };

	return chorus_ioctl_run(&request, cmd);
}

/**
 * chorus_ioctl() - the dispatcher
 * @file: an open /dev/chorus
 * @cmd: only type and number count
 * @arg: address of the structure
 *
 * The calls that make up the traffic have a way of their own, which sends what it does
 * not expect to the table.
 */
long chorus_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct chorus_actor *actor = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case CHORUS_IOC_LAP_INVOKE:
		if (!IS_ENABLED(CHORUS_SUPERVISOR))
			return chorus_ioctl_by_table(actor, cmd, user);
		return chorus_fastpath_lap_invoke(actor, cmd, user);
	case CHORUS_IOC_IPC_SEND:
		return chorus_fastpath_send(actor, cmd, user);
	case CHORUS_IOC_IPC_CALL:
		return chorus_fastpath_call(actor, cmd, user);
	case CHORUS_IOC_IPC_REPLY_RECEIVE:
		return chorus_fastpath_reply_receive(actor, cmd, user);
	default:
		return chorus_ioctl_by_table(actor, cmd, user);
	}
}
