// SPDX-License-Identifier: GPL-2.0-or-later
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <string.h>

#include "chorusctl.h"
#include "netlink.h"

static struct nl_sock *sock;
static int family;

static const struct nla_policy policy[CHORUS_A_MAX + 1] = {
	[CHORUS_A_SITE] = { .type = NLA_U32 },
	[CHORUS_A_VERSION] = { .type = NLA_STRING },
	[CHORUS_A_ABI_BASE] = { .type = NLA_U32 },
	[CHORUS_A_ABI_CURRENT] = { .type = NLA_U32 },
	[CHORUS_A_FEATURES] = { .type = NLA_U64 },
	[CHORUS_A_UI] = { .minlen = sizeof(struct chorus_ui) },
	[CHORUS_A_ACTOR_UI] = { .minlen = sizeof(struct chorus_ui) },
	[CHORUS_A_NAME] = { .type = NLA_STRING },
	[CHORUS_A_PRIVILEGE] = { .type = NLA_U32 },
	[CHORUS_A_PID] = { .type = NLA_U32 },
	[CHORUS_A_PI_UID] = { .type = NLA_U16 },
	[CHORUS_A_PI_GID] = { .type = NLA_U16 },
	[CHORUS_A_PI_DID] = { .type = NLA_U16 },
	[CHORUS_A_ACTORS] = { .type = NLA_U32 },
	[CHORUS_A_PORTS] = { .type = NLA_U32 },
	[CHORUS_A_LAPS] = { .type = NLA_U32 },
	[CHORUS_A_THREADS] = { .type = NLA_U32 },
	[CHORUS_A_MESSAGES] = { .type = NLA_U32 },
	[CHORUS_A_LI] = { .type = NLA_U32 },
	[CHORUS_A_QUEUED] = { .type = NLA_U32 },
	[CHORUS_A_SEQNUM] = { .type = NLA_U64 },
	[CHORUS_A_ENABLED] = { .type = NLA_FLAG },
	[CHORUS_A_PRIORITY] = { .type = NLA_U32 },
	[CHORUS_A_HANDLER] = { .type = NLA_FLAG },
	[CHORUS_A_OPTIONS] = { .type = NLA_U32 },
	[CHORUS_A_ARG_SIZE] = { .type = NLA_U32 },
	[CHORUS_A_VALUE] = { .type = NLA_U64 },
	[CHORUS_A_GROUPS] = { .type = NLA_U32 },
	[CHORUS_A_MEMBERS] = { .type = NLA_U32 },
};

int netlink_start(void)
{
	int ret;

	sock = nl_socket_alloc();
	if (!sock)
		return -NLE_NOMEM;
	ret = genl_connect(sock);
	if (ret)
		return ret;
	family = genl_ctrl_resolve(sock, CHORUS_FAMILY_NAME);
	if (family < 0)
		return family;
	nl_socket_disable_auto_ack(sock);
	return 0;
}

void netlink_end(void)
{
	nl_socket_free(sock);
	sock = NULL;
}

/* ---- requests ---- */

struct receiver {
	message_fn message;
	void *data;
};

static int receive(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CHORUS_A_MAX + 1];
	struct receiver *receiver = arg;
	int ret;

	ret = genlmsg_parse(nlmsg_hdr(msg), 0, attrs, CHORUS_A_MAX, policy);
	if (ret)
		return ret;
	receiver->message(attrs, receiver->data);
	return NL_OK;
}

static int request(int command, int flags, message_fn message, void *data)
{
	struct receiver receiver = { message, data };
	struct nl_msg *msg = nlmsg_alloc();
	int ret = -NLE_NOMEM;

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, command,
			       CHORUS_FAMILY_VERSION)) {
		nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, receive, &receiver);
		ret = nl_send_auto(sock, msg);
	}
	nlmsg_free(msg);
	if (ret < 0)
		return ret;
	/* A dump goes on until its end in here. */
	ret = nl_recvmsgs_default(sock);
	return ret < 0 ? ret : 0;
}

int netlink_dump(int command, message_fn message, void *data)
{
	return request(command, NLM_F_DUMP, message, data);
}

int netlink_do(int command, message_fn message, void *data)
{
	return request(command, 0, message, data);
}

int netlink_complain(int err)
{
	switch (err) {
	case -NLE_OBJ_NOTFOUND:
		return complain("the nucleus is not loaded: modprobe chorus, or ask chorusctl doctor");
	case -NLE_PERM:
	case -NLE_NOACCESS:
		return complain("no permission: this needs CAP_NET_ADMIN (try sudo)");
	case -NLE_OPNOTSUPP:
		return complain("the loaded nucleus does not know this command: chorusctl is newer");
	default:
		return complain("netlink: %s", nl_geterror(err));
	}
}

/* ---- attributes ---- */

uint64_t attr_number(struct nlattr **attrs, int attr)
{
	if (!attrs[attr])
		return 0;
	switch (policy[attr].type) {
	case NLA_U16:
		return nla_get_u16(attrs[attr]);
	case NLA_U32:
		return nla_get_u32(attrs[attr]);
	case NLA_U64:
		return nla_get_u64(attrs[attr]);
	default:
		return 1;
	}
}

const char *attr_string(struct nlattr **attrs, int attr)
{
	return attrs[attr] ? nla_get_string(attrs[attr]) : "";
}

struct chorus_ui attr_ui(struct nlattr **attrs, int attr)
{
	struct chorus_ui ui = { };

	if (attrs[attr])
		memcpy(&ui, nla_data(attrs[attr]), sizeof(ui));
	return ui;
}
