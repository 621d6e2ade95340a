// SPDX-License-Identifier: GPL-2.0-or-later
/* The counters copy_in, copy_out, copy_direct and copy_window of the nucleus, through generic netlink. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/chorus_netlink.h>

#include "bench.h"

struct found {
	struct copies *copies;
	unsigned int seen;		/* a bit a counter */
};

static int one_counter(struct nl_msg *msg, void *arg)
{
	struct nlattr *attr[CHORUS_A_MAX + 1];
	struct found *found = arg;
	const struct {
		const char *name;
		uint64_t *value;
	} wanted[] = {
		{ "copy_in", &found->copies->in },
		{ "copy_out", &found->copies->out },
		{ "copy_direct", &found->copies->direct },
		{ "copy_window", &found->copies->window },
	};
	unsigned int i;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attr, CHORUS_A_MAX, NULL) ||
	    !attr[CHORUS_A_NAME] || !attr[CHORUS_A_VALUE])
		return NL_SKIP;
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!strcmp(nla_get_string(attr[CHORUS_A_NAME]), wanted[i].name)) {
			*wanted[i].value = nla_get_u64(attr[CHORUS_A_VALUE]);
			found->seen |= 1u << i;
		}
	return NL_OK;
}

int copies_read(struct copies *c, char *why, size_t len)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_msg *msg = NULL;
	struct found found = { .copies = c };
	int family, error = -1;

	if (!sock || genl_connect(sock)) {
		snprintf(why, len, "no generic netlink socket");
		goto out;
	}
	family = genl_ctrl_resolve(sock, CHORUS_FAMILY_NAME);
	if (family < 0) {
		snprintf(why, len, "no netlink family \"%s\"", CHORUS_FAMILY_NAME);
		goto out;
	}
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, one_counter, &found);
	msg = nlmsg_alloc();
	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_DUMP,
				 CHORUS_CMD_STAT_GET, CHORUS_FAMILY_VERSION)) {
		snprintf(why, len, "no memory for a netlink message");
		goto out;
	}
	error = nl_send_auto(sock, msg);
	if (error >= 0)
		error = nl_recvmsgs_default(sock);
	if (error) {
		snprintf(why, len, "CHORUS_CMD_STAT_GET: %s", nl_geterror(error));
		error = -1;
	} else if (found.seen != 15) {
		snprintf(why, len, "the nucleus does not count copy_in, copy_out, copy_direct, copy_window");
		error = -1;
	}
out:
	nlmsg_free(msg);
	nl_socket_free(sock);
	return error;
}
