// SPDX-License-Identifier: GPL-2.0-only
/* Commands about ports. */
#include <linux/sched.h>

#include "debug/step.h"
#include "dev/ioctl.h"
#include "ipc/lend.h"
#include "ipc/migrate.h"
#include "ipc/port.h"

static int port_create(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_create *p = &payload->port_create;
	struct chorus_actor *actor = request->actor;
	bool declare = p->flags & CHORUS_PORT_DECLARE;
	struct chorus_port *port;

	if (declare) {
		if (!chorus_ui_valid_static(&p->ui, actor->object.site->number))
			return -EINVAL;
		if (!chorus_actor_trusted(actor))
			return -EPERM;
	} else if (!chorus_ui_is_null(&p->ui)) {
		return -EINVAL;
	}
	port = chorus_port_new(actor, declare ? &p->ui : NULL);
	if (IS_ERR(port))
		return PTR_ERR(port);
	p->out_ui = port->object.ui;
	p->out_li = port->li;
	p->out_reserved = 0;
	chorus_step(P3);
	/* Nobody would ever delete a port he was not told of. */
	if (chorus_ioctl_write_back(request, p, sizeof(*p))) {
		chorus_port_kill(port);
		chorus_port_put(port);
		return -EFAULT;
	}
	chorus_port_put(port);
	return 0;
}

static int port_delete(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_delete *p = &payload->port_delete;

	return p->reserved ? -EINVAL : chorus_port_delete_li(request->actor, p->li);
}

static int port_enable(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_enable *p = &payload->port_enable;

	if (p->priority > CHORUS_PRIORITY_MAX)
		return -EINVAL;
	return chorus_port_enable(request->actor, p->li, true, p->priority);
}

static int port_disable(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_enable *p = &payload->port_enable;

	if (p->priority)
		return -EINVAL;
	return chorus_port_enable(request->actor, p->li, false, 0);
}

static int port_ui(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_ui *p = &payload->port_ui;
	struct chorus_port *port;

	if (p->reserved)
		return -EINVAL;
	rcu_read_lock();
	port = chorus_port_find_li(request->actor, p->li);
	if (port)
		p->ui = port->object.ui;
	rcu_read_unlock();
	return port ? 0 : -ENOENT;
}

static int port_li(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_ui *p = &payload->port_ui;
	struct chorus_actor *owner;
	struct chorus_port *port;
	int ret = -ENOENT;

	if (p->reserved)
		return -EINVAL;
	rcu_read_lock();
	port = chorus_port_find(request->actor->object.site, &p->ui);
	if (port) {
		owner = chorus_port_lock(port);
		if (owner == request->actor) {
			p->li = port->li;
			ret = 0;
		}
		spin_unlock(&owner->lock);
	}
	rcu_read_unlock();
	return ret;
}

static int port_pi(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_pi *p = &payload->port_pi;
	struct chorus_actor *actor = request->actor;
	struct chorus_port *port;

	if (p->reserved || p->pi.reserved)
		return -EINVAL;
	if ((p->flags & CHORUS_SET) && !chorus_actor_trusted(actor))
		return -EPERM;
	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, p->li);
	if (port) {
		p->out_pi = port->pi;
		if (p->flags & CHORUS_SET)
			WRITE_ONCE(port->pi, p->pi);
	}
	spin_unlock(&actor->lock);
	return port ? 0 : -ENOENT;
}

static int port_seqnum(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_seqnum *p = &payload->port_seqnum;
	struct chorus_actor *actor = request->actor;
	struct chorus_port *port;

	if (p->reserved)
		return -EINVAL;
	spin_lock(&actor->lock);
	port = chorus_port_find_li(actor, p->li);
	if (port)
		p->out_seqnum = port->seqnum;
	spin_unlock(&actor->lock);
	return port ? 0 : -ENOENT;
}

/* As for a deletion: with the key, but a user actor does not take from a system actor. */
static bool may_take(struct chorus_actor *caller, struct chorus_actor *from)
{
	return caller == from || chorus_actor_trusted(caller) || !chorus_actor_trusted(from);
}

static int port_migrate(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_migrate *p = &payload->port_migrate;
	struct chorus_actor *from, *to;
	int ret;

	/* The port cannot be called back: see first whether the caller can be told. */
	if (chorus_ioctl_write_back(request, p, sizeof(*p)))
		return -EFAULT;
	from = chorus_ioctl_target(request, p->flags, &p->from);
	if (IS_ERR(from))
		return PTR_ERR(from);
	to = chorus_actor_acquire(request->actor->object.site, &p->to);
	if (IS_ERR(to)) {
		ret = PTR_ERR(to);
		goto release;
	}
	ret = may_take(request->actor, from) ?
	      chorus_port_migrate(from, p->li, to, p->flags & CHORUS_MIGRATE_DELETE,
				  &p->out_seqnum) : -EPERM;
	chorus_object_release(&to->object);
release:
	chorus_object_release(&from->object);
	if (ret < 0)
		return ret;
	p->out_li = ret;
	return chorus_ioctl_write_back(request, p, sizeof(*p));
}

static int port_lend(struct chorus_request *request, union chorus_payload *payload)
{
	struct chorus_port_lend *p = &payload->port_lend;
	struct chorus_lend set = { .rt = p->rt, .nice = p->nice }, was;
	bool write = p->flags & CHORUS_SET;
	int ret;

	if (p->reserved)
		return -EINVAL;
	if (write && (p->rt >= MAX_RT_PRIO || p->nice < MIN_NICE || p->nice > MAX_NICE))
		return -EINVAL;
	if (write && !chorus_lend_allowed(&set))
		return -EPERM;
	ret = chorus_port_lend(request->actor, p->li, write ? &set : NULL, &was);
	if (!ret) {
		p->out_rt = was.rt;
		p->out_nice = was.nice;
	}
	return ret;
}

const struct chorus_row chorus_rows_port[CHORUS_ROWS_PER_PART] = {
	CHORUS_ROW(0x0, chorus_port_create, out_reserved, port_create, CHORUS_PORT_DECLARE, 0),
	CHORUS_ROW(0x1, chorus_port_delete, reserved, port_delete, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x2, chorus_port_enable, priority, port_enable, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x3, chorus_port_enable, priority, port_disable, 0, CHORUS_ROW_QUIET),
	CHORUS_ROW(0x4, chorus_port_ui, reserved, port_ui, 0, 0),
	CHORUS_ROW(0x5, chorus_port_ui, reserved, port_li, 0, 0),
	CHORUS_ROW(0x6, chorus_port_pi, out_pi, port_pi, CHORUS_SET, 0),
	CHORUS_ROW(0x7, chorus_port_seqnum, out_seqnum, port_seqnum, 0, 0),
	CHORUS_ROW(0x8, chorus_port_migrate, out_seqnum, port_migrate,
		   CHORUS_SELF | CHORUS_MIGRATE_DELETE, 0),
	CHORUS_ROW(0xb, chorus_port_lend, out_nice, port_lend, CHORUS_SET, 0),
};
