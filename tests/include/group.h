/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups in a few words, for the tests of groups. */
#ifndef GROUP_H
#define GROUP_H

#include "selftest.h"

#define NOWHERE	((struct chorus_ui){ 0, 0 })

static inline struct chorus_cap group_of(unsigned int type, unsigned int stamp)
{
	struct chorus_group_allocate a = { .type = type, .stamp = stamp };

	MUST(group_allocate(&a));
	return a.out_cap;
}

static inline struct chorus_cap new_group(void)
{
	return group_of(CHORUS_UI_GROUP, 0);
}

static inline int join(struct chorus_cap group, struct chorus_ui port)
{
	struct chorus_group_member m = { .cap = group, .port = port };

	return group_insert(&m);
}

static inline int leave(struct chorus_cap group, struct chorus_ui port)
{
	struct chorus_group_member m = { .cap = group, .port = port };

	return group_remove(&m);
}

/* The name as an address. */
static inline struct chorus_ui in_mode(struct chorus_cap group, enum chorus_ui_mode mode)
{
	struct chorus_ui ui = group.ui;

	ui.head |= (__u64)mode << CHORUS_UI_MODE_SHIFT;
	return ui;
}

static inline int send_to(struct chorus_ui target, struct chorus_ui cotarget, __u64 value)
{
	struct chorus_ipc_send s = {
		.target = target, .cotarget = cotarget,
		.body = PTR(&value), .body_size = sizeof(value),
	};

	return ipc_send(&s);
}

static inline int call_to(struct chorus_ui target, struct chorus_ui cotarget, __u64 value,
			  __u64 *reply, long long timeout)
{
	struct chorus_ipc_call c = {
		.target = target, .cotarget = cotarget, .timeout = timeout,
		.body = PTR(&value), .body_size = sizeof(value),
		.rep_body = PTR(reply), .rep_size = reply ? sizeof(*reply) : 0,
	};

	return ipc_call(&c);
}

/* What is queued at the port of this actor is @value, and nothing else. */
static inline void expect_one(int li, __u64 value)
{
	__u64 got = 0;

	EXPECT(receive_number(li, &got, POLL), 0);
	CHECK(got == value, "got %llx", (unsigned long long)got);
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

static inline void expect_none(int li)
{
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

#endif /* GROUP_H */
