// SPDX-License-Identifier: GPL-2.0-or-later
/* Several commands by one: each is done once, in its turn, and has its own result. */
#include <sys/mman.h>
#include <unistd.h>

#include "batch.h"
#include "chorus_probe.h"

static struct chorus_ui nobody(void)
{
	struct chorus_ui ui = default_port();

	ui.tail ^= 1;
	return ui;
}

TEST(order, "sends and LAPs are done in their order, and all of them")
{
	struct chorus_lap_desc echo;
	struct echo_arg arg = { .sequence = 41 };
	struct plan *p = plan_new();

	actor_open();
	echo = need_lap(ECHO_LAP_ECHO);
	plan_send(p, default_port(), 1);
	plan_lap(p, &echo, &arg);
	plan_send(p, default_port(), 2);
	plan_lap(p, &echo, &arg);
	plan_send(p, default_port(), 3);
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 5);
	for (int i = 0; i < 5; i++)
		EXPECT(p->entry[i].out_result, 0);
	CHECK(arg.sequence == 43);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2, 3);
	/* Once more: it has left nothing behind. */
	EXPECT(batch(&p->batch), 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2, 3);
	CHECK(arg.sequence == 45);
}

TEST(failures, "what fails says so by itself, and the others are done")
{
	struct plan *p = plan_new();
	unsigned int i;

	actor_open();
	plan_send(p, default_port(), 1);
	plan_send(p, nobody(), 2);
	i = plan_send(p, default_port(), 3);
	p->arg[i].send.body = 8;
	i = plan_send(p, default_port(), 4);
	p->arg[i].send.size = 16;
	i = plan_send(p, default_port(), 5);
	p->arg[i].send.flags = 1u << 31;
	i = plan_send(p, default_port(), 6);
	p->entry[i].arg = 8;
	plan_send(p, default_port(), 7);
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 7);
	EXPECT(p->entry[0].out_result, 0);
	EXPECT(p->entry[1].out_result, -EHOSTUNREACH);
	EXPECT(p->entry[2].out_result, -EFAULT);
	EXPECT(p->entry[3].out_result, -EINVAL);
	EXPECT(p->entry[4].out_result, -EINVAL);
	EXPECT(p->entry[5].out_result, -EFAULT);
	EXPECT(p->entry[6].out_result, 0);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 7);
}

TEST(stop, "with CHORUS_BATCH_STOP nothing is done after a failure")
{
	struct plan *p = plan_new();

	actor_open();
	p->batch.flags = CHORUS_BATCH_STOP;
	plan_send(p, default_port(), 1);
	plan_send(p, nobody(), 2);
	plan_send(p, default_port(), 3);
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 2);
	EXPECT(p->entry[0].out_result, 0);
	EXPECT(p->entry[1].out_result, -EHOSTUNREACH);
	CHECK(p->entry[2].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1);
	p->arg[1].send.target = default_port();
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 3);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 1, 2, 3);
}

TEST(limit, "CHORUS_BATCH_ENTRIES_MAX entries and not one more; none is nothing")
{
	struct chorus_ipc_send send = { .size = sizeof(send) };
	static struct chorus_batch_entry entry[CHORUS_BATCH_ENTRIES_MAX + 1];
	struct chorus_batch b = { .entries = PTR(entry), .count = CHORUS_BATCH_ENTRIES_MAX };
	const unsigned int too_many[] = { CHORUS_BATCH_ENTRIES_MAX + 1, 1u << 31, ~0u };

	actor_open();
	send.target = nobody();
	for (unsigned int i = 0; i < ARRAY_SIZE(entry); i++)
		entry[i] = (struct chorus_batch_entry){
			.command = CHORUS_IOC_IPC_SEND, .out_result = UNTOLD, .arg = PTR(&send),
		};
	for (unsigned int i = 0; i < ARRAY_SIZE(too_many); i++) {
		b.count = too_many[i];
		EXPECT(batch(&b), -EINVAL);
		CHECK(entry[0].out_result == UNTOLD);
	}
	b.count = CHORUS_BATCH_ENTRIES_MAX;
	EXPECT(batch(&b), 0);
	CHECK(b.out_done == CHORUS_BATCH_ENTRIES_MAX);
	for (unsigned int i = 0; i < CHORUS_BATCH_ENTRIES_MAX; i++)
		if (!EXPECT(entry[i].out_result, -EHOSTUNREACH))
			break;
	CHECK(entry[CHORUS_BATCH_ENTRIES_MAX].out_result == UNTOLD);
	b = (struct chorus_batch){ .entries = 8 };
	EXPECT(batch(&b), 0);
	CHECK(!b.out_done);
}

TEST(restart, "what is said to be done is not done again")
{
	struct plan *p = plan_new();

	actor_open();
	plan_send(p, default_port(), 1);
	plan_send(p, default_port(), 2);
	plan_send(p, default_port(), 3);
	p->batch.restart = 4;
	EXPECT(batch(&p->batch), -EINVAL);
	p->batch.restart = 1ull << 32;
	EXPECT(batch(&p->batch), -EINVAL);
	p->batch.restart = 2;
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 3 && p->entry[1].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 3);
	p->batch.restart = 3;
	EXPECT(batch(&p->batch), 0);
	CHECK(p->batch.out_done == 3);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT);
}

TEST(commands, "a batch takes sends, replies, forwards and LAPs, and no batch")
{
	actor_open();
	for (unsigned int i = 0; i < commands_count; i++) {
		struct plan *p = plan_new();

		switch (commands[i].ioc) {
		case CHORUS_IOC_IPC_SEND:
		case CHORUS_IOC_IPC_REPLY:
		case CHORUS_IOC_IPC_FORWARD:
		case CHORUS_IOC_LAP_INVOKE:
			continue;
		}
		plan_add(p, commands[i].ioc);
		EXPECT(batch(&p->batch), 0);
		if (!EXPECT(p->entry[0].out_result, -EOPNOTSUPP))
			selftest_note("%s", commands[i].name);
	}
	for (unsigned int i = 0; i < 3; i++) {
		const unsigned int strange[] = { CHORUS_IOC(0xff), 0, CHORUS_IOC_IPC_SEND ^ 0x100 };
		struct plan *p = plan_new();

		plan_add(p, strange[i]);
		EXPECT(batch(&p->batch), 0);
		EXPECT(p->entry[0].out_result, -ENOTTY);
	}
}

TEST(served, "a request is passed on, another one answered, and both are told, by one command")
{
	struct puppet *client = puppet_actor(), *second = puppet_thread(client);
	struct note *n = SHARED(struct note), *n2 = SHARED(struct note);
	struct chorus_ipc_save first = { 0 };
	struct plan *p = plan_new();
	struct chorus_ui other;
	unsigned int i;
	__u64 got;
	int li;

	actor_open();
	li = new_port(&other);
	*n = (struct note){ .to = default_port(), .value = 5, .timeout = FOREVER };
	*n2 = (struct note){ .to = default_port(), .value = 6, .timeout = FOREVER };
	begin(client, note_call, n);
	wait_blocked(client);
	begin(second, note_call, n2);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, FOREVER), 0);
	CHECK(got == 5);
	MUST(ipc_save(&first));
	EXPECT(receive_number(CHORUS_LI_DEFAULT, &got, FOREVER), 0);
	CHECK(got == 6);
	i = plan_add(p, CHORUS_IOC_IPC_FORWARD);
	p->arg[i].forward.msg = first.msg;
	p->arg[i].forward.target = other;
	i = plan_add(p, CHORUS_IOC_IPC_REPLY);
	p->value[i] = 66;
	p->arg[i].reply.body = PTR(&p->value[i]);
	p->arg[i].reply.body_size = sizeof(p->value[i]);
	/* And again: nothing is current any more. */
	plan_add(p, CHORUS_IOC_IPC_REPLY);
	EXPECT(batch(&p->batch), 0);
	EXPECT(p->entry[0].out_result, 0);
	EXPECT(p->entry[1].out_result, 0);
	EXPECT(p->entry[2].out_result, -ENOMSG);
	EXPECT(end(second), 0);
	CHECK(n2->got == 66);
	EXPECT(receive_number(li, &got, POLL), 0);
	CHECK(got == 5);
	EXPECT(reply_number(0, 55), 0);
	EXPECT(end(client), 0);
	CHECK(n->got == 55);
}

/* Pages that are there and pages that are not, with entries across. */
struct pages {
	char *at;
	struct chorus_batch_entry *entry;
};

static struct pages pages_new(unsigned int before)
{
	struct pages p;

	p.at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(p.at != MAP_FAILED);
	p.entry = (struct chorus_batch_entry *)(p.at + 4096) - before;
	return p;
}

TEST(unreadable, "entries that are not there: those before are done, and the rest when they are")
{
	struct plan *p = plan_new();
	struct pages m = pages_new(2);

	actor_open();
	for (int i = 0; i < 4; i++)
		plan_send(p, default_port(), 10 + i);
	memcpy(m.entry, p->entry, 4 * sizeof(*m.entry));
	p->batch.entries = PTR(m.entry);
	MUST_SYS(mprotect(m.at + 4096, 4096, PROT_NONE));
	EXPECT(do_plan(p), -EFAULT);
	CHECK(p->batch.restart == 2);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 10, 11);
	EXPECT(do_plan(p), -EFAULT);
	CHECK(p->batch.restart == 2);
	MUST_SYS(mprotect(m.at + 4096, 4096, PROT_READ | PROT_WRITE));
	EXPECT(do_plan(p), 0);
	CHECK(!p->batch.restart && p->batch.out_done == 4);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 12, 13);
	p->batch.entries = ~0ull - 7;
	EXPECT(do_plan(p), -EFAULT);
	p->batch.entries = 1ull << 63;
	EXPECT(do_plan(p), -EFAULT);
	p->batch.entries = 0;
	EXPECT(do_plan(p), -EFAULT);
	CHECK(!p->batch.restart);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT);
}

TEST(untold, "a result that cannot be written: its entry is done, and not done again")
{
	struct plan *p = plan_new();
	struct pages m = pages_new(1);

	actor_open();
	for (int i = 0; i < 3; i++)
		plan_send(p, default_port(), 20 + i);
	memcpy(m.entry, p->entry, 3 * sizeof(*m.entry));
	p->batch.entries = PTR(m.entry);
	MUST_SYS(mprotect(m.at + 4096, 4096, PROT_READ));
	EXPECT(do_plan(p), -EFAULT);
	CHECK(p->batch.restart == 2);
	EXPECT(m.entry[0].out_result, 0);
	MUST_SYS(mprotect(m.at + 4096, 4096, PROT_READ | PROT_WRITE));
	EXPECT(do_plan(p), 0);
	EXPECT(m.entry[2].out_result, 0);
	CHECK(m.entry[1].out_result == UNTOLD);
	EXPECT_NUMBERS(CHORUS_LI_DEFAULT, 20, 21, 22);
}
