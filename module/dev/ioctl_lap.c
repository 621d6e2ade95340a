// SPDX-License-Identifier: GPL-2.0-only
/* Commands about local access points. */
#include <linux/uaccess.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "dev/ioctl.h"
#include "dev/uring.h"
#include "ipc/lap.h"

/*
 * The argument block is copied in before the gate and out behind it: no page of the
 * caller is waited for inside, so a deletion waits for handlers only.
 */
static int lap_call(struct chorus_request *request, const struct chorus_lap_invoke *p, void *arg)
{
	struct chorus_lap *lap;
	int ret;

	rcu_read_lock();
	lap = chorus_lap_find(request->actor->object.site, &p->lap);
	ret = chorus_lap_enter(lap, request->thread);
	rcu_read_unlock();
	if (ret)
		return ret;
	if (!(lap->options & CHORUS_LAP_SAFE) || p->arg_size != lap->arg_size) {
		bool safe = lap->options & CHORUS_LAP_SAFE;

		chorus_gate_leave(&lap->gate, request->thread);
		return safe ? -EINVAL : -EPERM;
	}
	if (request->ring && request->ring->nowait && !(lap->options & CHORUS_LAP_PROMPT)) {
		chorus_gate_leave(&lap->gate, request->thread);
		return -EAGAIN;
	}
	return chorus_lap_run(lap, request->thread, request->actor, arg, false);
}

static int lap_invoke(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_lap_invoke *p = &payload->lap_invoke;
	u8 arg[CHORUS_LAP_ARG_MAX] __aligned(8) __uninitialized;
	void __user *user;
	int ret;

	if (p->reserved || p->arg_size > CHORUS_LAP_ARG_MAX ||
	    (request->ring && request->ring->pinned))
		return -EINVAL;
	if (!IS_ENABLED(CHORUS_SUPERVISOR))
		return -EOPNOTSUPP;
	user = u64_to_user_ptr(p->arg);
	if (p->arg_size && copy_from_user(arg, user, p->arg_size))
		return -EFAULT;
	ret = lap_call(request, p, arg);
	if (ret == -ENOENT || ret == -EPERM || ret == -EINVAL || ret == -ELOOP)
		chorus_count(lap_refused);
	if (ret)
		return ret;
	chorus_step(L3);
	if (p->arg_size && copy_to_user(user, arg, p->arg_size))
		return -EFAULT;
	return 0;
}

static int lap_resolve(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_lap_resolve *p = &payload->lap_resolve;
	struct chorus_lap_resolve __user *user = request->user;
	struct chorus_timeout timeout;
	size_t len = strnlen(p->name, sizeof(p->name));
	int ret;

	if (!len || len == sizeof(p->name) ||
	    memchr_inv(p->name + len, 0, sizeof(p->name) - len))
		return -EINVAL;
	if (!IS_ENABLED(CHORUS_SUPERVISOR))
		return -EOPNOTSUPP;
	if ((p->flags & CHORUS_LAP_PROTECTED) && !chorus_actor_trusted(request->actor))
		return -EPERM;
	chorus_timeout_init(&timeout, p->timeout, p->deadline);
	ret = chorus_lap_lookup(request->thread, request->actor->object.site, p->name, p->flags,
				&timeout, &p->out_desc);
	if (ret == -ERESTARTSYS && put_user(chorus_timeout_deadline(&timeout), &user->deadline))
		return -EFAULT;
	if (!ret)
		p->deadline = 0;
	return ret;
}

const struct chorus_row chorus_rows_lap[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_lap_invoke, reserved, lap_invoke, 0,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET | CHORUS_ROW_RING | CHORUS_ROW_BATCH),
	CHORUS_ROW(0x1, chorus_lap_resolve, out_desc, lap_resolve,
		   CHORUS_LAP_NOBLOCK | CHORUS_LAP_PROTECTED, CHORUS_ROW_THREAD),
};
