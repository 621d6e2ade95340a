// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_SYSINFO: what the nucleus says about the last message. */
#include "scene.h"

TEST(none, "a thread that received nothing has ENOMSG")
{
	struct chorus_ipc_sysinfo i = { 0 };

	actor_open();
	EXPECT(ipc_sysinfo(&i), -ENOMSG);
}

struct both {
	struct chorus_ipc_sysinfo info, after;
	struct chorus_ipc_call call;
	char annex[CHORUS_ANNEX_SIZE];
};

TEST(call, "source, target, sizes, flags, transaction; the same after the reply")
{
	struct scene s = scene_new();
	struct both *b = SHARED(struct both);
	struct chorus_ui source;
	__u64 first;

	b->call = (struct chorus_ipc_call){
		.target = s.port, .timeout = FOREVER, .annex = PTR(b->annex),
		.body = PTR(b->annex), .body_size = 33,
		.src_li = puppet_port(s.client, &source),
	};
	begin(s.client, do_ipc_call, &b->call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(run(s.server, do_ipc_sysinfo, &b->info), 0);
	CHECK(b->info.out_body_size == 33);
	CHECK(b->info.out_flags == (CHORUS_MSG_RPC | CHORUS_MSG_ANNEX));
	CHECK(same_ui(b->info.out_src, source) && same_ui(b->info.out_target, s.port));
	CHECK(!b->info.out_cotarget.head && !b->info.out_cotarget.tail);
	CHECK(b->info.out_transid);
	first = b->info.out_transid;
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	EXPECT(run(s.server, do_ipc_sysinfo, &b->after), 0);
	CHECK(!memcmp(&b->info, &b->after, sizeof(b->info)));
	/* Another call is another transaction. */
	b->call.restart = 0;
	begin(s.client, do_ipc_call, &b->call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(run(s.server, do_ipc_sysinfo, &b->info), 0);
	CHECK(b->info.out_transid != first);
}

TEST(send, "of an asynchronous message with the default source")
{
	struct chorus_ipc_sysinfo i = { 0 };

	actor_open();
	EXPECT(send_number(default_port(), 1), 0);
	EXPECT(receive_number(0, NULL, POLL), 0);
	EXPECT(ipc_sysinfo(&i), 0);
	CHECK(i.out_body_size == 8 && i.out_flags == 0);
	CHECK(same_ui(i.out_src, default_port()) && same_ui(i.out_target, default_port()));
}

TEST(source, "only a port of the caller can be the source")
{
	struct puppet *p = puppet_actor();
	struct chorus_ui ui;
	struct chorus_ipc_send s = { .src_li = puppet_port(p, &ui) + 1000 };
	struct chorus_ipc_call c = { .src_li = s.src_li };

	actor_open();
	s.target = c.target = ui;
	EXPECT(ipc_send(&s), -ENOENT);
	EXPECT(ipc_call(&c), -ENOENT);
	s.src_li = c.src_li = CHORUS_LI_ANYENABLED;
	EXPECT_EITHER(ipc_send(&s), -EINVAL, -ENOENT);
	EXPECT_EITHER(ipc_call(&c), -EINVAL, -ENOENT);
}

TEST(thread, "it belongs to the thread that received")
{
	struct scene s = scene_served();
	struct puppet *second = puppet_thread(s.server);
	struct chorus_ipc_sysinfo *i = SHARED(struct chorus_ipc_sysinfo);

	EXPECT(run(second, do_ipc_sysinfo, i), -ENOMSG);
	EXPECT(run(s.server, do_ipc_sysinfo, i), 0);
}
