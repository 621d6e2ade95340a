/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of sends of numbers and of LAPs, for selftests. */
#ifndef BATCH_H
#define BATCH_H

#include "selftest.h"

#define PLAN_MAX	8

/* Entries with what they point at; a result that nobody has written is UNTOLD. */
#define UNTOLD		0x55555555
struct plan {
	struct chorus_batch batch;
	struct chorus_batch_entry entry[PLAN_MAX];
	union {
		struct chorus_ipc_send send;
		struct chorus_ipc_reply reply;
		struct chorus_ipc_forward forward;
		struct chorus_lap_invoke lap;
		__u64 words[16];
	} arg[PLAN_MAX];
	__u64 value[PLAN_MAX];
};

/* In memory that puppets see, too. */
static inline struct plan *plan_new(void)
{
	struct plan *p = SHARED(struct plan);

	p->batch.size = sizeof(p->batch);
	p->batch.entries = PTR(p->entry);
	return p;
}

/* One more; its number. */
static inline unsigned int plan_add(struct plan *p, unsigned int command)
{
	const struct command *c = command_of(command);
	unsigned int i = p->batch.count++;

	REQUIRE(i < PLAN_MAX);
	p->arg[i].send.size = c ? c->size : 8;
	p->entry[i] = (struct chorus_batch_entry){
		.command = command, .out_result = UNTOLD, .arg = PTR(&p->arg[i]),
	};
	return i;
}

static inline unsigned int plan_send(struct plan *p, struct chorus_ui to, __u64 value)
{
	unsigned int i = plan_add(p, CHORUS_IOC_IPC_SEND);

	p->value[i] = value;
	p->arg[i].send.target = to;
	p->arg[i].send.body = PTR(&p->value[i]);
	p->arg[i].send.body_size = sizeof(p->value[i]);
	return i;
}

static inline unsigned int plan_lap(struct plan *p, const struct chorus_lap_desc *lap, void *arg)
{
	unsigned int i = plan_add(p, CHORUS_IOC_LAP_INVOKE);

	p->arg[i].lap.lap = lap->lap;
	p->arg[i].lap.arg = PTR(arg);
	p->arg[i].lap.arg_size = lap->arg_size;
	return i;
}

/* For puppets; unlike nucleus() it leaves all fields as they are. */
static inline long do_plan(void *plan)
{
	struct plan *p = plan;

	return raw_ioctl(dev, CHORUS_IOC_BATCH, &p->batch);
}

/* The port has just these numbers, in this order. */
#define EXPECT_NUMBERS(li, ...) do {							\
	const __u64 wanted_[] = { 0, ##__VA_ARGS__ };				\
	__u64 got_;									\
											\
	for (unsigned int i_ = 1; i_ < ARRAY_SIZE(wanted_); i_++) {			\
		EXPECT(receive_number(li, &got_, POLL), 0);				\
		CHECK(got_ == wanted_[i_], "%llu, not %llu", (unsigned long long)got_,	\
		      (unsigned long long)wanted_[i_]);					\
	}										\
	EXPECT(receive_number(li, &got_, POLL), -ETIMEDOUT);				\
} while (0)

#endif /* BATCH_H */
