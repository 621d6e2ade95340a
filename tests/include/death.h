/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notices of death in a few words, for the tests of them. */
#ifndef DEATH_H
#define DEATH_H

#include "selftest.h"

/* For what comes surely, however long exec or a death may take. */
#define SURELY	(5 * LATE)

struct notice {
	int li;
	long long timeout;
	unsigned int flags, size;
	__u64 seqnum, msg;
	union {
		struct chorus_death death;
		unsigned char annex[CHORUS_ANNEX_SIZE];
	};
};

static inline int watch_for(struct chorus_ui object, int li, __u64 cookie)
{
	struct chorus_watch w = { .object = object, .li = li, .cookie = cookie };

	return watch(&w);
}

static inline int watch_no_more(struct chorus_ui object, int li, __u64 cookie)
{
	struct chorus_watch_cancel c = { .object = object, .li = li, .cookie = cookie };

	return watch_cancel(&c);
}

/* For puppets: whatever comes to the port. */
static inline long do_take_notice(void *notice)
{
	struct notice *n = notice;
	struct chorus_ipc_receive r = {
		.li = n->li, .timeout = n->timeout, .annex = PTR(n->annex),
	};
	int result = ipc_receive(&r);

	n->flags = r.out_flags;
	n->size = r.out_body_size;
	n->seqnum = r.out_seqnum;
	n->msg = r.out_msg;
	return result;
}

static inline struct notice take_notice(int li, long long timeout)
{
	struct notice n = { .li = li, .timeout = timeout };

	EXPECT(do_take_notice(&n), 0);
	CHECK(n.flags == (CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH) && !n.size, "flags %x", n.flags);
	CHECK(same_bytes(n.annex + sizeof(n.death), sizeof(n.annex) - sizeof(n.death), 0));
	CHECK(!n.death.reserved);
	return n;
}

/* One of the death of a port. */
static inline void expect_death(int li, struct chorus_ui port, __u64 cookie)
{
	struct notice n = take_notice(li, SURELY);

	CHECK(same_ui(n.death.object, port) && n.death.cookie == cookie, "cookie %llx",
	      (unsigned long long)n.death.cookie);
	CHECK(!n.death.departures && !n.death.members && !n.death.member.head);
}

static inline void expect_no_notice(int li)
{
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

#endif /* DEATH_H */
