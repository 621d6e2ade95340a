// SPDX-License-Identifier: GPL-2.0-only
#include <linux/chorus_netlink.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "dev/ioctl.h"
#include "dev/netlink.h"
#include "ipc/group.h"
#include "ipc/lap.h"
#include "ipc/port.h"

#define DUMP_BATCH	32

static struct genl_family chorus_family;

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, CHORUS_A_PAD);
}

static int put_ui(struct sk_buff *skb, int attr, const struct chorus_ui *ui)
{
	return nla_put(skb, attr, sizeof(*ui), ui);
}

static int put_pi(struct sk_buff *skb, const struct chorus_protid *pi)
{
	return nla_put_u16(skb, CHORUS_A_PI_UID, pi->uid) ?:
	       nla_put_u16(skb, CHORUS_A_PI_GID, pi->gid) ?:
	       nla_put_u16(skb, CHORUS_A_PI_DID, pi->did);
}

/* ---- one object, one message ---- */

static int put_actor(struct sk_buff *skb, struct chorus_object *object)
{
	struct chorus_actor *actor = chorus_actor_of(object);
	struct chorus_protid pi = READ_ONCE(actor->pi);
	char name[sizeof(actor->name)];

	spin_lock(&actor->lock);
	memcpy(name, actor->name, sizeof(name));
	spin_unlock(&actor->lock);
	return put_ui(skb, CHORUS_A_UI, &object->ui) ?:
	       nla_put_string(skb, CHORUS_A_NAME, name) ?:
	       nla_put_u32(skb, CHORUS_A_PRIVILEGE, READ_ONCE(actor->privilege)) ?:
	       nla_put_u32(skb, CHORUS_A_PID, pid_vnr(actor->tgid)) ?:
	       put_pi(skb, &pi) ?:
	       nla_put_u32(skb, CHORUS_A_PORTS, READ_ONCE(actor->nr_ports)) ?:
	       nla_put_u32(skb, CHORUS_A_LAPS, READ_ONCE(actor->nr_laps)) ?:
	       nla_put_u32(skb, CHORUS_A_THREADS, READ_ONCE(actor->nr_threads)) ?:
	       nla_put_u32(skb, CHORUS_A_MESSAGES, atomic_read(&actor->nr_messages));
}

static int put_port(struct sk_buff *skb, struct chorus_object *object)
{
	struct chorus_port *port = chorus_port_of(object);
	struct chorus_protid pi = READ_ONCE(port->pi);
	struct chorus_ui actor;

	rcu_read_lock();	/* keeps an actor that the port has just left */
	actor = READ_ONCE(port->actor)->object.ui;
	rcu_read_unlock();
	return put_ui(skb, CHORUS_A_UI, &object->ui) ?:
	       put_ui(skb, CHORUS_A_ACTOR_UI, &actor) ?:
	       nla_put_u32(skb, CHORUS_A_LI, port->li) ?:
	       put_pi(skb, &pi) ?:
	       nla_put_u32(skb, CHORUS_A_QUEUED, READ_ONCE(port->queued)) ?:
	       put_u64(skb, CHORUS_A_SEQNUM, READ_ONCE(port->seqnum)) ?:
	       (READ_ONCE(port->enabled) ? nla_put_flag(skb, CHORUS_A_ENABLED) : 0) ?:
	       nla_put_u32(skb, CHORUS_A_PRIORITY, READ_ONCE(port->priority)) ?:
	       (rcu_access_pointer(port->handler) ? nla_put_flag(skb, CHORUS_A_HANDLER) : 0) ?:
	       nla_put_u32(skb, CHORUS_A_GROUPS, READ_ONCE(port->nr_groups));
}

/* A LAP may be bound under several names, or none: the first one is shown. */
static int put_lap(struct sk_buff *skb, struct chorus_object *object)
{
	struct chorus_lap *lap = chorus_lap_of(object);
	char name[CHORUS_LAP_NAME_MAX + 1];

	return put_ui(skb, CHORUS_A_UI, &object->ui) ?:
	       put_ui(skb, CHORUS_A_ACTOR_UI, &lap->gate.actor->object.ui) ?:
	       (chorus_lap_name(lap, name) ? nla_put_string(skb, CHORUS_A_NAME, name) : 0) ?:
	       nla_put_u32(skb, CHORUS_A_OPTIONS, lap->options) ?:
	       nla_put_u32(skb, CHORUS_A_ARG_SIZE, lap->arg_size);
}

static int put_group(struct sk_buff *skb, struct chorus_object *object)
{
	const struct chorus_group *group = chorus_group_of(object);

	return put_ui(skb, CHORUS_A_UI, &object->ui) ?:
	       nla_put_u32(skb, CHORUS_A_MEMBERS, READ_ONCE(group->nr_members)) ?:
	       nla_put_u32(skb, CHORUS_A_QUEUED, READ_ONCE(group->pool.queued));
}

/* ---- dumps ---- */

struct dump {
	size_t list;		/* offset in struct chorus_site */
	int (*put)(struct sk_buff *skb, struct chorus_object *object);
};

static const struct dump dumps[__CHORUS_CMD_MAX] = {
	[CHORUS_CMD_ACTOR_GET] = { offsetof(struct chorus_site, actors), put_actor },
	[CHORUS_CMD_PORT_GET] = { offsetof(struct chorus_site, ports), put_port },
	[CHORUS_CMD_LAP_GET] = { offsetof(struct chorus_site, laps), put_lap },
	[CHORUS_CMD_GROUP_GET] = { offsetof(struct chorus_site, groups), put_group },
};

/* Where a dump stands, kept in cb->args. */
struct dump_place {
	unsigned long shown;		/* objects shown so far */
	struct chorus_object *last;	/* of these the last one, referenced */
};

static struct dump_place *dump_place(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_place) > sizeof(cb->args));
	return (struct dump_place *)cb->args;
}

/*
 * Where the next object is behind.  The last one shown, as long as it is on the list, so
 * that a dump walks the list once; the place it had, when it has died since.
 */
static struct list_head *resume_locked(struct chorus_site *site, struct list_head *head,
				       const struct dump_place *place)
{
	unsigned long skip = place->shown;
	struct list_head *node = head;

	lockdep_assert_held(&site->lock);
	if (place->last && !list_empty(&place->last->site_node))
		return &place->last->site_node;
	while (skip-- && node->next != head)
		node = node->next;
	return node;
}

/* The next objects of a list, referenced. */
static unsigned int collect(struct chorus_site *site, size_t list,
			    const struct dump_place *place, struct chorus_object **batch)
{
	struct list_head *head = (void *)site + list, *node;
	unsigned int nr = 0;

	spin_lock(&site->lock);
	node = resume_locked(site, head, place);
	while (nr < DUMP_BATCH && (node = node->next) != head) {
		batch[nr] = list_entry(node, struct chorus_object, site_node);
		/* On the list means alive or just dying: there is a reference. */
		chorus_object_get(batch[nr++]);
	}
	spin_unlock(&site->lock);
	return nr;
}

static int put_message(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       struct chorus_object *object)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &chorus_family, NLM_F_MULTI, cmd);

	if (!header)
		return -EMSGSIZE;
	if (dumps[cmd].put(skb, object)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* Objects that come and go meanwhile may be missed. */
static int dump_objects(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	struct chorus_site *site = chorus_site_of(sock_net(skb->sk));
	struct chorus_object *batch[DUMP_BATCH];
	struct dump_place *place = dump_place(cb);
	unsigned int nr, i;
	int ret = 0;

	do {
		nr = collect(site, dumps[cmd].list, place, batch);
		chorus_step(X1);
		for (i = 0; i < nr; i++) {
			if (!ret)
				ret = put_message(skb, cb, cmd, batch[i]);
			if (!ret) {
				/* Its reference goes to the place. */
				swap(place->last, batch[i]);
				place->shown++;
			}
			chorus_object_put(batch[i]);
		}
	} while (nr && !ret);
	return skb->len;
}

/* The end of a dump, complete or given up. */
static int dump_done(struct netlink_callback *cb)
{
	struct dump_place *place = dump_place(cb);

	chorus_object_put(place->last);
	place->last = NULL;
	return 0;
}

static int actor_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_objects(skb, cb, CHORUS_CMD_ACTOR_GET);
}

static int port_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_objects(skb, cb, CHORUS_CMD_PORT_GET);
}

static int lap_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_objects(skb, cb, CHORUS_CMD_LAP_GET);
}

static int group_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_objects(skb, cb, CHORUS_CMD_GROUP_GET);
}

static int stat_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	void *header;

	for (; cb->args[0] < CHORUS_STAT_NR; cb->args[0]++) {
		header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     &chorus_family, NLM_F_MULTI, CHORUS_CMD_STAT_GET);
		if (!header)
			break;
		if (nla_put_string(skb, CHORUS_A_NAME, chorus_stat_name(cb->args[0])) ||
		    put_u64(skb, CHORUS_A_VALUE, chorus_stat_sum(cb->args[0]))) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

static int put_site(struct sk_buff *skb, const struct chorus_site *site)
{
	return nla_put_u32(skb, CHORUS_A_SITE, site->number) ?:
	       nla_put_string(skb, CHORUS_A_VERSION, CHORUS_VERSION) ?:
	       nla_put_u32(skb, CHORUS_A_ABI_BASE, CHORUS_ABI_BASE) ?:
	       nla_put_u32(skb, CHORUS_A_ABI_CURRENT, CHORUS_ABI_CURRENT) ?:
	       put_u64(skb, CHORUS_A_FEATURES, chorus_features()) ?:
	       nla_put_u32(skb, CHORUS_A_ACTORS, READ_ONCE(site->nr_actors)) ?:
	       nla_put_u32(skb, CHORUS_A_PORTS, READ_ONCE(site->nr_ports)) ?:
	       nla_put_u32(skb, CHORUS_A_LAPS, READ_ONCE(site->nr_laps)) ?:
	       nla_put_u32(skb, CHORUS_A_GROUPS, READ_ONCE(site->nr_groups));
}

static int site_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &chorus_family, 0, CHORUS_CMD_SITE_GET);
	if (!header || put_site(reply, chorus_site_of(genl_info_net(info)))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static const struct genl_ops chorus_ops[] = {
	{ .cmd = CHORUS_CMD_SITE_GET, .flags = GENL_UNS_ADMIN_PERM, .doit = site_doit },
	{ .cmd = CHORUS_CMD_ACTOR_GET, .flags = GENL_UNS_ADMIN_PERM, .dumpit = actor_dumpit,
	  .done = dump_done },
	{ .cmd = CHORUS_CMD_PORT_GET, .flags = GENL_UNS_ADMIN_PERM, .dumpit = port_dumpit,
	  .done = dump_done },
	{ .cmd = CHORUS_CMD_LAP_GET, .flags = GENL_UNS_ADMIN_PERM, .dumpit = lap_dumpit,
	  .done = dump_done },
	/* Of all sites together: anybody is the administrator of a namespace of his own. */
	{ .cmd = CHORUS_CMD_STAT_GET, .flags = GENL_ADMIN_PERM, .dumpit = stat_dumpit },
	{ .cmd = CHORUS_CMD_GROUP_GET, .flags = GENL_UNS_ADMIN_PERM, .dumpit = group_dumpit,
	  .done = dump_done },
};

/* No command takes an attribute. */
static const struct nla_policy chorus_policy[1] = { };

static struct genl_family chorus_family __ro_after_init = {
	.name = CHORUS_FAMILY_NAME,
	.version = CHORUS_FAMILY_VERSION,
	.maxattr = 0,
	.policy = chorus_policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = chorus_ops,
	.n_ops = ARRAY_SIZE(chorus_ops),
	.resv_start_op = CHORUS_CMD_SITE_GET,
};

int chorus_netlink_init(void)
{
	return genl_register_family(&chorus_family);
}

void chorus_netlink_exit(void)
{
	genl_unregister_family(&chorus_family);
}
