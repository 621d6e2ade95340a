// SPDX-License-Identifier: GPL-2.0-only
#include "compat/uring.h"
#include "dev/ioctl.h"
#include "dev/uring.h"
#include "ipc/message.h"

/**
 * chorus_uring_thread() - the thread on which a row runs
 * @request: by ring, of a task of the actor's process
 *
 * Returns it for chorus_uring_thread_done(), or an ERR_PTR.
 */
struct chorus_thread *chorus_uring_thread(struct chorus_request *request)
{
	struct chorus_thread *thread;

	if (current->flags & PF_IO_WORKER)
		thread = chorus_thread_borrow_worker(request->actor);
	else
		thread = chorus_thread_enter(request->actor);
	if (!IS_ERR(thread))
		thread->nowait = request->ring->nowait;
	return thread;
}

void chorus_uring_thread_done(struct chorus_request *request)
{
	request->thread->nowait = false;
	chorus_thread_give_back(request->thread);
	request->thread = NULL;
}

/**
 * chorus_uring_import() - a body in a registered buffer
 * @request: by ring
 * @buffers: judged; out: its body is the pages, if the entry said so
 * @direction: ITER_SOURCE for what is sent, ITER_DEST for what is received
 *
 * Returns 0 or -EFAULT: it does not lie there.
 */
int chorus_uring_import(struct chorus_request *request, struct chorus_buffers *buffers,
			int direction)
{
	struct chorus_ring *ring = request->ring;
	int ret;

	if (!ring->pinned || !buffers->size || !buffers->body)
		return 0;
	ret = chorus_uring_import_pages(ring->cmd, ring->issue_flags, buffers->body,
					buffers->size, direction, &ring->body[direction]);
	if (ret)
		return -EFAULT;
	buffers->body = (uintptr_t)&ring->body[direction];
	buffers->pinned = true;
	return 0;
}

/* Not in line: the fast paths need no stack for it. */
static noinline int run_by_table(struct chorus_actor *actor, struct io_uring_cmd *cmd,
				 unsigned int issue_flags, void __user *user)
{
	struct chorus_ring ring;
	struct chorus_request request = { .actor = actor, .user = user, .ring = &ring };

	ring.cmd = cmd;
	ring.issue_flags = issue_flags;
	ring.nowait = issue_flags & IO_URING_F_NONBLOCK;
	ring.pinned = chorus_uring_flags(cmd) & IORING_URING_CMD_FIXED;
	return chorus_ioctl_run(&request, cmd->cmd_op);
}

/* Nothing enters again by itself. */
static int ended(int ret)
{
	return unlikely(ret == -ERESTARTSYS) ? -EINTR : ret;
}

/**
 * chorus_uring_cmd() - one entry of a ring
 * @cmd: the entry
 * @issue_flags: of io_uring; IO_URING_F_NONBLOCK in a submission, not in a worker
 *
 * Returns the result of the command, or -EAGAIN for a worker to do it.
 */
int chorus_uring_cmd(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct chorus_actor *actor = cmd->file->private_data;
	int ret = CHORUS_MISSED;
	void __user *user;
	u64 word;

	chorus_count(ring);
	/* The address is read once, whoever does the command in the end. */
	if (!(issue_flags & IO_URING_F_NONBLOCK) && chorus_uring_kept(cmd, &word)) {
		chorus_count(ring_worker);
		return ended(run_by_table(actor, cmd, issue_flags, u64_to_user_ptr(word)));
	}
	word = chorus_uring_word(cmd, 0);
	user = u64_to_user_ptr(word);
	if (unlikely(chorus_uring_word(cmd, 1)))
		return -EINVAL;
	if (unlikely(chorus_uring_flags(cmd) & ~IORING_URING_CMD_FIXED))
		return -EINVAL;
	if (unlikely(!(issue_flags & IO_URING_F_NONBLOCK)))
		chorus_count(ring_worker);
	else if (likely(!chorus_uring_flags(cmd)))
		switch (cmd->cmd_op) {
		case CHORUS_IOC_LAP_INVOKE:
			if (IS_ENABLED(CHORUS_SUPERVISOR))
				ret = chorus_fastpath_lap_prompt(actor, user);
			break;
		case CHORUS_IOC_IPC_SEND:
			ret = chorus_fastpath_send_along(actor, user, NULL);
			break;
		}
	if (ret == CHORUS_MISSED)
		ret = run_by_table(actor, cmd, issue_flags, user);
	if (ret == -EAGAIN)
		chorus_uring_keep(cmd, word);
	return ended(ret);
}
