// SPDX-License-Identifier: GPL-2.0-only
/*
 * chorus_probe.ko: a supervisor actor to be misused by tests (test build only).
 *
 * What each LAP and command does is told in tests/include/chorus_probe.h; the
 * structures stand there and here, and a test compares their sizes by using them.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "chorus/supervisor.h"
#include "compat/compat.h"

#define PROBE_PORT_STAMP	0x70726f62ULL	/* "prob" */
#define PROBE_SPARE_STAMP	0x73706172ULL	/* "spar" */
#define COPY_MAX		128

enum probe_command {
	CMD_ECHO,
	CMD_WAIT,
	CMD_SILENT,
	CMD_FAIL,
	CMD_INFO,
	CMD_COUNT,
	CMD_CLOSE,
};

#define WAIT_CLOSE	(-2)

enum probe_api_call {
	API_PORT,
	API_DELETE,
	API_RESOLVE,
	API_INVOKE,
	API_LAP,
	API_SEND,
	API_DELAY,
	API_NR,
};

enum probe_recover_call {
	RECOVER_WATCH,
	RECOVER_MEMBERS,
	RECOVER_UNWATCH,
	RECOVER_HOLD,
	RECOVER_BAR,
	RECOVER_NR,
};

struct probe_arg { s64 value; };
struct probe_wait { s64 timeout, result; };
struct probe_copy { u64 address, size; s64 result; };

struct probe_who {
	struct chorus_ui self, invoker;
	s32 tid;
	u32 depth;
};

struct probe_call {
	struct chorus_ui target;
	s64 timeout, result;
	u64 in, out;
};

struct probe_api {
	u64 call, a, b;
	s64 result;
};

struct probe_info {
	struct chorus_ui src, target, invoker;
	s32 tid;
	u32 flags;
	u16 actor_pi[3], port_pi[3];
	u32 body_size;
};

struct probe_recover {
	u64 call;
	struct chorus_cap actor;
	struct chorus_ui ui;
	u64 number, departures;
	s64 result;
};

struct probe_notice {
	u64 count;
	u32 flags, body_size;
	struct chorus_ui src;
	struct chorus_death death;
};

/* One a site. */
struct probe {
	struct chorus_actor *actor;
	struct mutex lock;			/* wait, late */
	struct chorus_lap_desc wait, suicide, nest, fail;
	struct delayed_work late;
	atomic64_t async;
	spinlock_t notice_lock;			/* notice */
	struct probe_notice notice;		/* the last one */
	int port_li, spare_li;
};

static struct probe *probe_of(struct chorus_invocation *inv)
{
	return chorus_actor_private(chorus_invocation_actor(inv));
}

static int fail_handler(struct chorus_invocation *inv, void *cookie)
{
	return -EIO;
}

static int null_handler(struct chorus_invocation *inv, void *cookie)
{
	return 0;
}

static int wait_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_wait *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	if (arg->timeout == WAIT_CLOSE)
		arg->result = chorus_port_connect(probe->actor, probe->spare_li, NULL, NULL);
	else
		arg->result = chorus_thread_delay(arg->timeout);
	return 0;
}

static int add_wait_lap(struct probe *probe)
{
	return chorus_lap_create(probe->actor, wait_handler, NULL, sizeof(struct probe_wait),
				 CHORUS_LAP_SAFE, &probe->wait) ?:
	       chorus_lap_bind(probe->actor, &probe->wait, "p_wait", 0);
}

static int delete_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	mutex_lock(&probe->lock);
	chorus_lap_unbind(probe->actor, "p_wait");
	arg->value = chorus_lap_delete(probe->actor, &probe->wait);
	if (add_wait_lap(probe))
		arg->value = -ENOMEM;
	mutex_unlock(&probe->lock);
	return 0;
}

static int suicide_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	arg->value = chorus_lap_delete(probe->actor, &probe->suicide);
	return 0;
}

static int nest_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);
	struct probe_arg inner = { .value = arg->value - 1 };
	int ret;

	if (arg->value <= 0) {
		arg->value = 0;
		return 0;
	}
	ret = chorus_lap_invoke(probe->actor, &probe->nest, &inner, sizeof(inner));
	arg->value = ret ?: inner.value;
	return 0;
}

static int copy_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_copy *arg = chorus_invocation_arg(inv);
	u8 bytes[COPY_MAX];
	u64 i;

	if (arg->size > sizeof(bytes)) {
		arg->result = -EINVAL;
		return 0;
	}
	arg->result = chorus_invocation_copyin(inv, bytes, arg->address, arg->size);
	if (arg->result)
		return 0;
	for (i = 0; i < arg->size / 2; i++)
		swap(bytes[i], bytes[arg->size - 1 - i]);
	arg->result = chorus_invocation_copyout(inv, arg->address, bytes, arg->size);
	return 0;
}

static int who_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_who *arg = chorus_invocation_arg(inv);
	struct chorus_cap cap;

	chorus_actor_capability(chorus_invocation_actor(inv), &cap);
	arg->self = cap.ui;
	if (chorus_invocation_invoker(inv, &arg->invoker))
		memset(&arg->invoker, 0, sizeof(arg->invoker));
	arg->tid = task_pid_vnr(current);
	arg->depth = chorus_invocation_depth(inv);
	return 0;
}

static void late_bind(struct work_struct *work)
{
	struct probe *probe = container_of(work, struct probe, late.work);

	chorus_lap_bind(probe->actor, &probe->fail, "p_bound", 0);
}

static int late_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	cancel_delayed_work_sync(&probe->late);
	if (arg->value)
		schedule_delayed_work(&probe->late, msecs_to_jiffies(arg->value));
	else
		chorus_lap_unbind(probe->actor, "p_bound");
	return 0;
}

static int bind_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	arg->value = arg->value ? chorus_lap_bind(probe->actor, &probe->fail, "p_bound", 0) :
				  chorus_lap_unbind(probe->actor, "p_bound");
	return 0;
}

static int big_handler(struct chorus_invocation *inv, void *cookie)
{
	u8 *bytes = chorus_invocation_arg(inv);
	int i;

	for (i = 0; i < CHORUS_LAP_ARG_MAX; i++)
		bytes[i] = ~bytes[i];
	return 0;
}

static int call_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_call *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);
	struct chorus_kmessage request = { .body = &arg->in, .size = sizeof(arg->in) };
	struct chorus_kmessage reply = { .body = &arg->out, .size = sizeof(arg->out) };

	arg->result = chorus_ipc_call(probe->actor, CHORUS_LI_DEFAULT, &arg->target, &request,
				      &reply, arg->timeout);
	return 0;
}

/* ---- the calls of supervisor.h, as the caller wants them ---- */

static int api_port(struct probe *probe, const struct probe_api *arg)
{
	int li = chorus_port_create(probe->actor, arg->a, NULL);

	return li < 0 ? li : chorus_port_delete(probe->actor, li);
}

/* The name is in the number. */
static int api_resolve(struct probe *probe, const struct probe_api *arg)
{
	struct chorus_lap_desc desc;
	char name[sizeof(arg->a) + 1] = "";

	memcpy(name, &arg->a, sizeof(arg->a));
	return chorus_lap_resolve(probe->actor, name, arg->b & (CHORUS_LAP_NOBLOCK |
				  CHORUS_LAP_PROTECTED), 1000 * NSEC_PER_USEC, &desc);
}

/* Of "p_nest", with as much as the caller says; an invocation of a block too large is refused. */
static int api_invoke(struct probe *probe, const struct probe_api *arg)
{
	struct probe_arg inner[4] = { };

	return chorus_lap_invoke(probe->actor, &probe->nest, inner, arg->a);
}

/* All that can go wrong in the life of a LAP; the first error that should not be. */
static int api_lap(struct probe *probe, const struct probe_api *arg)
{
	struct chorus_lap_desc desc;
	int ret;

	ret = chorus_lap_create(probe->actor, arg->b & 1 ? NULL : null_handler, NULL,
				(u32)arg->a, (arg->b >> 1) & 3, &desc);
	if (ret)
		return ret;
	ret = chorus_lap_bind(probe->actor, &desc, arg->b & 8 ? "p_null" : "no\n", arg->b >> 4);
	if (!ret) {
		chorus_lap_bind(probe->actor, &desc, "p_null", 0);
		chorus_lap_unbind(probe->actor, "p_null");
	}
	chorus_lap_unbind(probe->actor, "null");	/* another's, or nobody's */
	if (chorus_lap_delete(probe->actor, &desc) == -EINTR)
		return -EINTR;
	chorus_lap_delete(probe->actor, &desc);
	chorus_lap_bind(probe->actor, &desc, "p_null", 0);
	chorus_lap_unbind(probe->actor, "p_null");
	return ret;
}

static int api_send(struct probe *probe, const struct probe_api *arg)
{
	static u8 body[256];
	struct chorus_kmessage message = { .body = body, .size = arg->b };
	struct chorus_ui target = { 0, arg->a };
	struct chorus_cap cap;

	/* To itself, if it is to nobody else. */
	chorus_actor_capability(probe->actor, &cap);
	target.head = ((u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT) | (u32)cap.ui.head;
	if (message.size > sizeof(body) && message.size <= CHORUS_BODY_MAX)
		message.size = sizeof(body);
	return chorus_ipc_send(probe->actor, CHORUS_LI_DEFAULT, &target, &message);
}

static int api_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_api *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	switch (arg->call % API_NR) {
	case API_PORT:
		arg->result = api_port(probe, arg);
		break;
	case API_DELETE:	/* never one of its own */
		arg->result = chorus_port_delete(probe->actor, -(int)(arg->a % 2));
		break;
	case API_RESOLVE:
		arg->result = api_resolve(probe, arg);
		break;
	case API_INVOKE:
		arg->result = api_invoke(probe, arg);
		break;
	case API_LAP:
		arg->result = api_lap(probe, arg);
		break;
	case API_SEND:
		arg->result = api_send(probe, arg);
		break;
	default:
		arg->result = chorus_thread_delay(arg->a % NSEC_PER_MSEC);
	}
	return 0;
}

/* ---- death and recovery ---- */

static int recover_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_recover *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	switch (arg->call % RECOVER_NR) {
	case RECOVER_WATCH:
		arg->result = chorus_watch(probe->actor, &arg->ui, probe->port_li, arg->number);
		break;
	case RECOVER_MEMBERS:
		arg->result = chorus_watch_members(probe->actor, &arg->ui, probe->port_li,
						   arg->number, &arg->departures);
		break;
	case RECOVER_UNWATCH:
		arg->result = chorus_unwatch(probe->actor, &arg->ui, probe->port_li, arg->number);
		break;
	case RECOVER_HOLD:
		arg->result = chorus_port_hold(probe->actor, probe->spare_li, &arg->ui,
					       arg->number);
		break;
	default:
		arg->result = chorus_actor_bar(probe->actor, &arg->actor, arg->number, &arg->ui);
	}
	return 0;
}

static int notice_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_notice *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	spin_lock(&probe->notice_lock);
	*arg = probe->notice;
	spin_unlock(&probe->notice_lock);
	return 0;
}

static int note_death(struct probe *probe, struct chorus_invocation *inv,
		      const struct chorus_message_info *info)
{
	u8 annex[CHORUS_ANNEX_SIZE];
	int ret = chorus_invocation_read_annex(inv, annex);

	if (ret)
		return ret;
	spin_lock(&probe->notice_lock);
	probe->notice.count++;
	probe->notice.flags = info->flags;
	probe->notice.body_size = info->body_size;
	probe->notice.src = info->src;
	memcpy(&probe->notice.death, annex, sizeof(probe->notice.death));
	spin_unlock(&probe->notice_lock);
	return 0;
}

/* ---- the port ---- */

/*
 * From inside this handler away with another one: whoever is in there and wants this one away
 * waits in a circle, and one of both has to hear of it.  The lock is not waited for, because
 * its holder may wait for us.
 */
static int close_wait(struct probe *probe)
{
	int ret;

	chorus_thread_delay(5 * NSEC_PER_MSEC);
	usleep_range(2000, 4000);	/* inside for a moment still, whoever closes the gate */
	if (!mutex_trylock(&probe->lock))
		return -EBUSY;
	chorus_lap_unbind(probe->actor, "p_wait");
	ret = chorus_lap_delete(probe->actor, &probe->wait);
	if (add_wait_lap(probe))
		ret = -ENOMEM;
	mutex_unlock(&probe->lock);
	return ret;
}

static int reply_echo(struct chorus_invocation *inv, const struct chorus_message_info *info,
		      const u8 *annex)
{
	void *body = kvmalloc(info->body_size + 1, GFP_KERNEL_ACCOUNT);
	int ret;

	if (!body)
		return -ENOMEM;
	ret = chorus_invocation_read_body(inv, 0, body, info->body_size);
	if (!ret)
		ret = chorus_invocation_reply(inv, annex, body, info->body_size);
	kvfree(body);
	return ret;
}

static void pi_copy(u16 *to, const struct chorus_protid *pi)
{
	to[0] = pi->uid;
	to[1] = pi->gid;
	to[2] = pi->did;
}

static int reply_info(struct chorus_invocation *inv, const struct chorus_message_info *info)
{
	struct probe_info body = {
		.src = info->src,
		.target = info->target,
		.tid = task_pid_vnr(current),
		.flags = info->flags,
		.body_size = info->body_size,
	};

	if (chorus_invocation_invoker(inv, &body.invoker))
		memset(&body.invoker, 0, sizeof(body.invoker));
	pi_copy(body.actor_pi, &info->actor_pi);
	pi_copy(body.port_pi, &info->port_pi);
	return chorus_invocation_reply(inv, NULL, &body, sizeof(body));
}

static int message_handler(struct chorus_invocation *inv, void *cookie)
{
	const struct chorus_message_info *info = chorus_invocation_message(inv);
	struct probe *probe = cookie;
	u8 annex[CHORUS_ANNEX_SIZE];
	u64 count;

	if (info->flags & CHORUS_MSG_DEATH)
		return note_death(probe, inv, info);
	if (!(info->flags & CHORUS_MSG_RPC)) {
		atomic64_inc(&probe->async);
		return 0;
	}
	if (chorus_invocation_read_annex(inv, annex))
		return -EFAULT;
	switch (annex[0]) {
	case CMD_ECHO:
		return reply_echo(inv, info, annex);
	case CMD_WAIT:
		return chorus_thread_delay(-1);
	case CMD_SILENT:
		return 0;
	case CMD_INFO:
		return reply_info(inv, info);
	case CMD_COUNT:
		count = atomic64_read(&probe->async);
		return chorus_invocation_reply(inv, NULL, &count, sizeof(count));
	case CMD_CLOSE:
		return close_wait(probe);
	default:
		return -EIO;
	}
}

static int connect_handler(struct chorus_invocation *inv, void *cookie)
{
	struct probe_arg *arg = chorus_invocation_arg(inv);
	struct probe *probe = probe_of(inv);

	arg->value = chorus_port_connect(probe->actor, probe->spare_li,
					 arg->value ? message_handler : NULL, probe);
	return 0;
}

/* ---- a site ---- */

static int add_lap(struct probe *probe, chorus_lap_handler handler, u32 size, u32 options,
		   const char *name, u32 name_options, struct chorus_lap_desc *desc)
{
	struct chorus_lap_desc unused;

	if (!desc)
		desc = &unused;
	return chorus_lap_create(probe->actor, handler, NULL, size, options, desc) ?:
	       chorus_lap_bind(probe->actor, desc, name, name_options);
}

static int add_laps(struct probe *probe)
{
	static const struct {
		chorus_lap_handler handler;
		u32 size;
		u32 options;
		const char *name;
		u32 name_options;
	} laps[] = {
		{ delete_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE, "p_del", 0 },
		{ copy_handler, sizeof(struct probe_copy), CHORUS_LAP_SAFE, "p_copy", 0 },
		{ who_handler, sizeof(struct probe_who), CHORUS_LAP_SAFE, "p_who", 0 },
		{ late_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE, "p_late", 0 },
		{ bind_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE, "p_bind", 0 },
		{ connect_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE, "p_conn", 0 },
		{ big_handler, CHORUS_LAP_ARG_MAX, CHORUS_LAP_SAFE, "p_big", 0 },
		{ call_handler, sizeof(struct probe_call), CHORUS_LAP_SAFE, "p_call", 0 },
		{ api_handler, sizeof(struct probe_api), CHORUS_LAP_SAFE, "p_api", 0 },
		{ recover_handler, sizeof(struct probe_recover), CHORUS_LAP_SAFE, "p_recov", 0 },
		{ notice_handler, sizeof(struct probe_notice), CHORUS_LAP_SAFE, "p_note", 0 },
		{ null_handler, 0, CHORUS_LAP_SAFE, "p_prot", CHORUS_LAP_PROTECTED },
		{ null_handler, 0, 0, "p_raw", 0 },
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(laps); i++) {
		ret = add_lap(probe, laps[i].handler, laps[i].size, laps[i].options,
			      laps[i].name, laps[i].name_options, NULL);
		if (ret)
			return ret;
	}
	return add_wait_lap(probe) ?:
	       add_lap(probe, fail_handler, 0, CHORUS_LAP_SAFE, "p_fail", 0, &probe->fail) ?:
	       add_lap(probe, suicide_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE,
		       "p_self", 0, &probe->suicide) ?:
	       add_lap(probe, nest_handler, sizeof(struct probe_arg), CHORUS_LAP_SAFE, "p_nest",
		       0, &probe->nest);
}

static int probe_site_init(struct chorus_actor *actor)
{
	struct probe *probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	int ret;

	if (!probe)
		return -ENOMEM;
	probe->actor = actor;
	mutex_init(&probe->lock);
	spin_lock_init(&probe->notice_lock);
	INIT_DELAYED_WORK(&probe->late, late_bind);
	chorus_actor_set_private(actor, probe);
	ret = add_laps(probe);
	if (!ret)
		ret = chorus_port_create(actor, PROBE_SPARE_STAMP, NULL);
	if (ret > 0) {
		probe->spare_li = ret;
		ret = chorus_port_create(actor, PROBE_PORT_STAMP, NULL);
	}
	if (ret > 0) {
		probe->port_li = ret;
		ret = chorus_port_connect(actor, ret, message_handler, probe);
	}
	return ret;
}

static void probe_site_exit(struct chorus_actor *actor)
{
	struct probe *probe = chorus_actor_private(actor);

	if (!probe)
		return;
	cancel_delayed_work_sync(&probe->late);
	kfree(probe);
}

static const struct chorus_supervisor_ops probe_ops = {
	.name = "probe",
	.owner = THIS_MODULE,
	.site_init = probe_site_init,
	.site_exit = probe_site_exit,
};

static int __init probe_init(void)
{
	return chorus_supervisor_register(&probe_ops);
}

static void __exit probe_exit(void)
{
	chorus_supervisor_unregister(&probe_ops);
}

module_init(probe_init);
module_exit(probe_exit);
MODULE_DESCRIPTION("CHORUS supervisor actor: probe for tests");
MODULE_LICENSE("GPL");
CHORUS_IMPORT();
