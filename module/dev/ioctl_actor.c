// SPDX-License-Identifier: GPL-2.0-only
/* Commands about the site, actors and threads. */
#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat/wake.h"
#include "debug/step.h"
#include "dev/ioctl.h"
#include "executive/wait.h"
#include "ipc/bar.h"
#include "ipc/port.h"

/* ---- the site ---- */

u64 chorus_features(void)
{
	u64 features = 0;

	if (CHORUS_HAVE_WAKE_LOCAL)
		features |= CHORUS_FEATURE_WAKE_LOCAL;
	if (IS_ENABLED(CHORUS_SUPERVISOR))
		features |= CHORUS_FEATURE_SUPERVISOR;
	if (IS_ENABLED(CONFIG_IO_URING))
		features |= CHORUS_FEATURE_RING;
	if (IS_ENABLED(CHORUS_TEST))
		features |= CHORUS_FEATURE_TEST;
	return features;
}

static int hello(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_hello *p = &payload->hello;

	p->out_abi_base = CHORUS_ABI_BASE;
	p->out_abi_current = CHORUS_ABI_CURRENT;
	p->out_features = chorus_features();
	p->out_site = request->actor->object.site->number;
	p->out_port_queue = chorus_port_queue;
	return 0;
}

const struct chorus_row chorus_rows_site[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_hello, out_port_queue, hello, 0, CHORUS_ROW_ANYBODY),
};

/* ---- actors ---- */

static int actor_self(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor_self *p = &payload->actor_self;
	struct chorus_actor *actor = request->actor;

	p->out_cap.ui = actor->object.ui;
	p->out_cap.key = actor->key;
	p->out_default_port = actor->default_port->object.ui;
	p->out_privilege = READ_ONCE(actor->privilege);
	p->out_reserved = 0;
	return 0;
}

/**
 * chorus_ioctl_target() - the actor a command is about, acquired
 * @request: the request
 * @flags: of the command: CHORUS_SELF takes the caller
 * @cap: else this one
 *
 * Returns it for chorus_object_release(), or -ESHUTDOWN, -EHOSTUNREACH, -EACCES as an
 * ERR_PTR.
 */
struct chorus_actor *chorus_ioctl_target(struct chorus_request *request, u32 flags,
					 const struct chorus_cap *cap)
{
	struct chorus_actor *actor = request->actor;

	if (!(flags & CHORUS_SELF))
		return chorus_actor_acquire(actor->object.site, cap);
	return chorus_active_acquire(&actor->object.active) ? actor : ERR_PTR(-ESHUTDOWN);
}

static void target_release(struct chorus_actor *actor)
{
	chorus_object_release(&actor->object);
}

static int actor_delete(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor *actor = chorus_ioctl_target(request, 0, &payload->actor_delete.cap);
	u32 privilege;

	if (IS_ERR(actor))
		return PTR_ERR(actor);
	privilege = READ_ONCE(actor->privilege);
	if (privilege == CHORUS_ACTOR_SUPERVISOR ||
	    (privilege == CHORUS_ACTOR_SYSTEM && !chorus_actor_trusted(request->actor))) {
		target_release(actor);
		return -EPERM;
	}
	/* Keep the memory, but not the use of it: the killer waits for users. */
	chorus_object_get(&actor->object);
	target_release(actor);
	/* Who died otherwise meanwhile, by exec, has nothing to do with the process any more. */
	if (chorus_actor_kill(actor) && actor != request->actor) {
		chorus_step(D5);
		kill_pid(actor->tgid, SIGKILL, 1);
	}
	chorus_actor_put(actor);
	return 0;
}

/* NUL-padded, and nothing that would upset a terminal. */
static bool name_valid(const char *name, size_t size)
{
	size_t len = strnlen(name, size), i;

	if (len == size || memchr_inv(name + len, 0, size - len))
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || !isprint(name[i]))
			return false;
	return true;
}

static int actor_name(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor_name *p = &payload->actor_name;
	struct chorus_actor *actor;

	if ((p->flags & CHORUS_SET) && !name_valid(p->name, sizeof(p->name)))
		return -EINVAL;
	actor = chorus_ioctl_target(request, p->flags, &p->cap);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	spin_lock(&actor->lock);
	memcpy(p->out_name, actor->name, sizeof(p->out_name));
	if (p->flags & CHORUS_SET)
		memcpy(actor->name, p->name, sizeof(actor->name));
	spin_unlock(&actor->lock);
	target_release(actor);
	return 0;
}

/* Power over the names and identities of a site: its owner's, not the machine's. */
static bool may_trust(const struct chorus_site *site)
{
	return ns_capable(site->net->user_ns, CAP_SYS_ADMIN);
}

static int actor_privilege(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor_privilege *p = &payload->actor_privilege;
	struct chorus_actor *actor;
	int ret = 0;

	if ((p->flags & CHORUS_SET) && p->privilege > CHORUS_ACTOR_SYSTEM)
		return -EINVAL;
	actor = chorus_ioctl_target(request, p->flags, &p->cap);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	if ((p->flags & CHORUS_SET) &&
	    (actor->supervisor || (p->privilege == CHORUS_ACTOR_SYSTEM &&
				   !may_trust(actor->object.site)))) {
		ret = -EPERM;
	} else {
		spin_lock(&actor->lock);
		p->out_privilege = actor->privilege;
		if (p->flags & CHORUS_SET)
			WRITE_ONCE(actor->privilege, p->privilege);
		spin_unlock(&actor->lock);
	}
	target_release(actor);
	return ret;
}

static int actor_pi(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor_pi *p = &payload->actor_pi;
	struct chorus_actor *actor;

	if (p->pi.reserved)
		return -EINVAL;
	if ((p->flags & CHORUS_SET) && !chorus_actor_trusted(request->actor))
		return -EPERM;
	actor = chorus_ioctl_target(request, p->flags, &p->cap);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	spin_lock(&actor->lock);
	p->out_pi = actor->pi;
	if (p->flags & CHORUS_SET)
		WRITE_ONCE(actor->pi, p->pi);
	spin_unlock(&actor->lock);
	target_release(actor);
	return 0;
}

static int actor_bar(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_actor_bar *p = &payload->actor_bar;
	struct chorus_bar set, old;
	int ret;

	ret = chorus_bar_decode(&set, p->bar, &p->mediator);
	if (!ret)
		ret = chorus_bar_actor(request->actor, &p->cap, p->flags & CHORUS_SET ? &set : NULL,
				       &old);
	if (ret)
		return ret;
	p->out_bar = old.what;
	p->out_mediator = old.mediator;
	return 0;
}

const struct chorus_row chorus_rows_actor[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_actor_self, out_reserved, actor_self, 0, 0),
	CHORUS_ROW(0x1, chorus_actor_delete, cap, actor_delete, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x2, chorus_actor_name, out_name, actor_name, CHORUS_SET | CHORUS_SELF, 0),
	CHORUS_ROW(0x3, chorus_actor_privilege, out_privilege, actor_privilege,
		   CHORUS_SET | CHORUS_SELF, 0),
	CHORUS_ROW(0x4, chorus_actor_pi, out_pi, actor_pi, CHORUS_SET | CHORUS_SELF, 0),
	CHORUS_ROW(0x5, chorus_actor_bar, out_mediator, actor_bar, CHORUS_SET, 0),
};

/* ---- threads ---- */

static int thread_self(struct chorus_request *request, union chorus_payload *payload)
{
	payload->thread_self.out_li = request->thread->li;
	payload->thread_self.out_reserved = 0;
	return 0;
}

static int thread_abort(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_thread_abort *p = &payload->thread_abort;
	struct chorus_actor *actor;
	int ret;

	if (p->reserved || p->li < 0)
		return -EINVAL;
	if (!p->li)
		return chorus_thread_abort(request->actor, request->thread->li);
	actor = chorus_ioctl_target(request, p->flags, &p->cap);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	ret = chorus_thread_abort(actor, p->li);
	target_release(actor);
	return ret;
}

static int thread_aborted(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_thread_aborted *p = &payload->thread_aborted;
	int ret;

	p->out_aborted = chorus_thread_test_clear_aborted(request->thread);
	p->out_reserved = 0;
	/* A mark that nobody was told of stays. */
	ret = chorus_ioctl_write_back(request, p, sizeof(*p));
	if (ret && p->out_aborted)
		set_bit(CHORUS_THREAD_ABORTED, &request->thread->attention);
	return ret;
}

static int thread_delay(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_thread_delay *p = &payload->thread_delay;
	struct chorus_thread_delay __user *user = request->user;
	struct chorus_timeout timeout;
	int ret;

	chorus_timeout_init(&timeout, p->timeout, p->deadline);
	ret = chorus_wait_delay(request->thread, &timeout);
	if (ret == -ERESTARTSYS && put_user(chorus_timeout_deadline(&timeout), &user->deadline))
		return -EFAULT;
	return ret;
}

const struct chorus_row chorus_rows_thread[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_thread_self, out_reserved, thread_self, 0, CHORUS_ROW_THREAD),
	CHORUS_ROW(0x1, chorus_thread_abort, reserved, thread_abort, CHORUS_SELF,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET),
	CHORUS_ROW(0x2, chorus_thread_aborted, out_reserved, thread_aborted, 0,
		   CHORUS_ROW_THREAD),
	CHORUS_ROW(0x3, chorus_thread_delay, deadline, thread_delay, 0,
		   CHORUS_ROW_THREAD | CHORUS_ROW_QUIET),
};
