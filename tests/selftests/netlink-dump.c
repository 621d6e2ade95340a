// SPDX-License-Identifier: GPL-2.0-or-later
/* A listing of many: each once, whatever dies while it is read. */
#include <linux/chorus_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "scene.h"

enum { PORTS = 1500 };

struct question {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	char attributes[64];
};

static char answer[32768];

static struct nlattr *attribute(struct nlmsghdr *head, int type)
{
	char *at = (char *)NLMSG_DATA(head) + GENL_HDRLEN, *end = (char *)head + head->nlmsg_len;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(((struct nlattr *)at)->nla_len)) {
		struct nlattr *a = (struct nlattr *)at;

		if (!a->nla_len)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
	}
	return NULL;
}

static int ask(int fd, int type, int command, int flags, const char *name)
{
	struct question q = {
		.head.nlmsg_type = type, .head.nlmsg_flags = NLM_F_REQUEST | flags,
		.genl.cmd = command, .genl.version = 1,
	};
	struct nlattr *a = (struct nlattr *)q.attributes;

	q.head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	if (name) {
		a->nla_type = CTRL_ATTR_FAMILY_NAME;
		a->nla_len = NLA_HDRLEN + strlen(name) + 1;
		strcpy((char *)a + NLA_HDRLEN, name);
		q.head.nlmsg_len += NLA_ALIGN(a->nla_len);
	}
	return send(fd, &q, q.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int netlink_open(int *family)
{
	int fd = MUST_SYS(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC));
	struct nlmsghdr *head = (struct nlmsghdr *)answer;
	struct timeval limit = { LATE / SECOND, 0 };
	struct nlattr *a;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	MUST(ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, CHORUS_FAMILY_NAME));
	MUST_SYS(recv(fd, answer, sizeof(answer), 0));
	a = attribute(head, CTRL_ATTR_FAMILY_ID);
	REQUIRE(head->nlmsg_type == GENL_ID_CTRL && a);
	*family = *(unsigned short *)((char *)a + NLA_HDRLEN);
	return fd;
}

struct seen {
	struct chorus_ui actor;
	unsigned char times[PORTS + 1];	/* by local id */
	unsigned int total, messages;
};

/* One message of the dump; false when it is over. */
static bool read_some(int fd, struct seen *seen)
{
	ssize_t got = MUST_SYS(recv(fd, answer, sizeof(answer), 0));
	struct nlmsghdr *head = (struct nlmsghdr *)answer;

	seen->messages++;
	for (; NLMSG_OK(head, got); head = NLMSG_NEXT(head, got)) {
		struct nlattr *owner, *li;

		if (head->nlmsg_type == NLMSG_DONE)
			return false;
		REQUIRE(head->nlmsg_type != NLMSG_ERROR);
		owner = attribute(head, CHORUS_A_ACTOR_UI);
		li = attribute(head, CHORUS_A_LI);
		REQUIRE(owner && li);
		if (memcmp((char *)owner + NLA_HDRLEN, &seen->actor, sizeof(seen->actor)))
			continue;
		seen->times[*(unsigned int *)((char *)li + NLA_HDRLEN)]++;
		seen->total++;
	}
	return true;
}

static void make_ports(struct seen *seen)
{
	actor_open();
	seen->actor = own_capability().ui;
	for (int i = 1; i <= PORTS; i++)
		REQUIRE(new_port(NULL) == i);
}

TEST_TIMEOUT(whole, "a listing of many ports has each once", 60)
{
	static struct seen seen;
	int family, fd = netlink_open(&family);

	make_ports(&seen);
	MUST(ask(fd, family, CHORUS_CMD_PORT_GET, NLM_F_DUMP, NULL));
	while (read_some(fd, &seen))
		;
	CHECK(seen.total == PORTS + 1, "%u of %u", seen.total, PORTS + 1);
	for (int i = 0; i <= PORTS; i++)
		if (!CHECK(seen.times[i] == 1, "port %d came %u times", i, seen.times[i]))
			break;
	CHECK(seen.messages > 2, "it came in %u messages", seen.messages);
}

TEST_TIMEOUT(dying, "ports that die while they are listed: the rest comes once", 60)
{
	struct chorus_port_delete delete = { 0 };
	static struct seen seen;
	int family, fd = netlink_open(&family);

	make_ports(&seen);
	MUST(ask(fd, family, CHORUS_CMD_PORT_GET, NLM_F_DUMP, NULL));
	/* Every second one, the one that was shown last among them. */
	REQUIRE(read_some(fd, &seen));
	for (delete.li = 2; delete.li <= PORTS; delete.li += 2)
		EXPECT(port_delete(&delete), 0);
	while (read_some(fd, &seen))
		;
	for (int i = 0; i <= PORTS; i++)
		if (!CHECK(seen.times[i] <= 1, "port %d came %u times", i, seen.times[i]))
			break;
}

TEST_TIMEOUT(given_up, "a listing that is not read to its end keeps nothing", 60)
{
	static struct seen seen;
	int family, fd = netlink_open(&family);

	make_ports(&seen);
	MUST(ask(fd, family, CHORUS_CMD_PORT_GET, NLM_F_DUMP, NULL));
	REQUIRE(read_some(fd, &seen));
	close(fd);
	actor_close();
	/* The frame sees that nothing is left behind. */
}
