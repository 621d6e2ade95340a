// SPDX-License-Identifier: GPL-2.0-or-later
/* The netlink family shows names that are secrets: CAP_NET_ADMIN of the site, or EPERM. */
#define _GNU_SOURCE
#include <sched.h>

#include <linux/chorus_netlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "scene.h"

struct question {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	char attributes[64];
};

/* Ask and return the type of the answer, or -errno. */
static int ask(int type, int command, int flags, const void *attribute, int size, char *answer)
{
	struct question q = {
		.head.nlmsg_type = type, .head.nlmsg_flags = NLM_F_REQUEST | flags,
		.genl.cmd = command, .genl.version = 1,
	};
	struct nlmsghdr *head = (struct nlmsghdr *)answer;
	struct timeval limit = { LATE / SECOND, 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), result;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (size)
		memcpy(q.attributes, attribute, size);
	q.head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + size;
	result = send(fd, &q, q.head.nlmsg_len, 0) < 0 ? -errno : 0;
	if (!result && recv(fd, answer, 16384, 0) < (int)sizeof(*head))
		result = -errno;
	close(fd);
	if (result)
		return result;
	if (head->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(head))->error;
	return head->nlmsg_type;
}

static int family;

static void find_family(void)
{
	static char answer[16384];
	struct {
		struct nlattr a;
		char name[8];
	} name = { { NLA_HDRLEN + 7, CTRL_ATTR_FAMILY_NAME }, CHORUS_FAMILY_NAME };
	struct nlattr *a;
	int result = ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, &name, sizeof(name), answer);

	REQUIRE(result > 0, "no family: %s", error_name(result));
	a = (struct nlattr *)(answer + NLMSG_LENGTH(GENL_HDRLEN));
	while ((char *)a < answer + ((struct nlmsghdr *)answer)->nlmsg_len && a->nla_len) {
		if (a->nla_type == CTRL_ATTR_FAMILY_ID)
			family = *(unsigned short *)((char *)a + NLA_HDRLEN);
		a = (struct nlattr *)((char *)a + NLA_ALIGN(a->nla_len));
	}
	REQUIRE(family);
}

static const struct {
	int command, flags;
	const char *name;
} all[] = {
	{ CHORUS_CMD_SITE_GET, 0, "site" }, { CHORUS_CMD_ACTOR_GET, NLM_F_DUMP, "actors" },
	{ CHORUS_CMD_PORT_GET, NLM_F_DUMP, "ports" }, { CHORUS_CMD_LAP_GET, NLM_F_DUMP, "laps" },
	{ CHORUS_CMD_STAT_GET, NLM_F_DUMP, "stat" },
};

static long do_ask(void *which)
{
	static char answer[16384];
	unsigned int i = (uintptr_t)which;

	return ask(family, all[i].command, all[i].flags, NULL, 0, answer);
}

TEST(root, "root of the site is answered")
{
	find_family();
	actor_open();
	new_port(NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		long result = do_ask((void *)(uintptr_t)i);

		CHECK(result == family, "%s: %s", all[i].name, error_name(result));
	}
}

TEST(nobody, "anybody else is not: EPERM")
{
	struct puppet *p;

	find_family();
	p = puppet_process();
	MUST(run(p, do_drop, NULL));
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
		if (!EXPECT(run(p, do_ask, (void *)(uintptr_t)i), -EPERM))
			selftest_note("%s", all[i].name);
}

static long do_own_site(void *unused)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) ? -errno : 0;
}

TEST(userns, "the root of a user namespace sees his own site, and not what the machine counts")
{
	struct puppet *p;
	long result;

	find_family();
	p = puppet_process();
	result = run(p, do_own_site, NULL);
	if (result)
		selftest_skip("no user namespaces here: %s", error_name(result));
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		bool machine = all[i].command == CHORUS_CMD_STAT_GET;

		result = run(p, do_ask, (void *)(uintptr_t)i);
		/* A list of nothing ends with NLMSG_DONE at once. */
		CHECK(machine ? result == -EPERM : result == family || result == NLMSG_DONE, "%s: %s",
		      all[i].name, error_name(result));
	}
}

TEST(bad, "unknown commands and strange attributes are refused or ignored, quietly")
{
	static char answer[16384];
	char junk[48];

	find_family();
	EXPECT(ask(family, 77, 0, NULL, 0, answer), -EOPNOTSUPP);
	for (int i = 0; i < 48; i++)
		junk[i] = i * 37 + 11;
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
		for (int size = 1; size <= 48; size += 7)
			ask(family, all[i].command, all[i].flags, junk, size, answer);
}
