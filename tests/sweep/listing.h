/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A listing over netlink, as chorusctl makes it, in few system calls. */
#ifndef SWEEP_LISTING_H
#define SWEEP_LISTING_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <linux/chorus_netlink.h>

#include "selftest.h"

struct listing {
	int family;
	int command;			/* 0: CHORUS_CMD_PORT_GET */
	int objects;			/* out: so many were shown */
	char answer[32768];
};

struct listing_question {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	struct nlattr name;
	char text[8];
};

static inline int listing_ask(struct listing_question *q, int size)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		return -errno;
	q->head.nlmsg_len = size;
	q->genl.version = 1;
	if (send(fd, q, size, 0) == size)
		return fd;
	close(fd);
	return -EIO;
}

static inline int listing_family(struct listing *l)
{
	struct listing_question q = {
		.head = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST },
		.genl.cmd = CTRL_CMD_GETFAMILY,
		.name = { NLA_HDRLEN + 7, CTRL_ATTR_FAMILY_NAME }, .text = CHORUS_FAMILY_NAME,
	};
	struct nlmsghdr *head = (struct nlmsghdr *)l->answer;
	int fd = listing_ask(&q, sizeof(q));
	char *a = l->answer + NLMSG_LENGTH(GENL_HDRLEN);

	if (fd < 0 || recv(fd, l->answer, sizeof(l->answer), 0) < (int)sizeof(*head))
		return -EIO;
	close(fd);
	for (; a < l->answer + head->nlmsg_len; a += NLA_ALIGN(((struct nlattr *)a)->nla_len))
		if (((struct nlattr *)a)->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(unsigned short *)(a + NLA_HDRLEN);
	return -ENOENT;
}

/* Lists all objects of a kind; 0, or why not. */
static inline long do_list(void *listing)
{
	struct listing *l = listing;
	struct listing_question q = {
		.head = { .nlmsg_type = l->family, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.genl.cmd = l->command ? l->command : CHORUS_CMD_PORT_GET,
	};
	int fd = listing_ask(&q, NLMSG_LENGTH(GENL_HDRLEN)), size;
	struct nlmsghdr *head;

	if (fd < 0)
		return fd;
	for (;;) {
		size = recv(fd, l->answer, sizeof(l->answer), 0);
		if (size <= 0)
			break;
		for (head = (struct nlmsghdr *)l->answer; NLMSG_OK(head, (unsigned int)size);
		     head = NLMSG_NEXT(head, size)) {
			if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR) {
				close(fd);
				return head->nlmsg_type == NLMSG_DONE ? 0 : -EREMOTEIO;
			}
			l->objects++;
		}
	}
	close(fd);
	return -EIO;
}

#endif /* SWEEP_LISTING_H */
