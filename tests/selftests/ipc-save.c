// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_SAVE and RESTORE. */
#include "scene.h"

TEST(reverse, "two clients are answered in reverse order")
{
	struct scene s = scene_served();
	struct puppet *client2 = puppet_actor();
	struct note *call2 = SHARED(struct note);
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);

	EXPECT(run(s.server, do_ipc_save, save), 0);
	CHECK(save->msg);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 1), -ENOMSG);
	*call2 = *s.call;
	call2->value = 0x2222;
	begin(client2, note_call, call2);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 0x2222);
	EXPECT(scene_reply(&s, 2), 0);
	EXPECT(end(client2), 0);
	CHECK(call2->got == 2);
	CHECK(!ended(s.client));
	EXPECT(run(s.server, do_ipc_restore, save), 0);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 1);
	EXPECT(run(s.server, do_ipc_restore, save), -ENOENT);
}

TEST(nothing, "nothing to save is ENOMSG, an unknown token to restore ENOENT")
{
	struct chorus_ipc_save s = { 0 };

	actor_open();
	EXPECT(ipc_save(&s), -ENOMSG);
	s.msg = 12345;
	EXPECT(ipc_restore(&s), -ENOENT);
	s.msg = 0;
	EXPECT_EITHER(ipc_restore(&s), -ENOENT, -EINVAL);
}

TEST(thread, "another thread of the actor restores, another actor does not")
{
	struct scene s = scene_served();
	struct puppet *second = puppet_thread(s.server), *thief = puppet_actor();
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);
	struct note *n = SHARED(struct note);

	EXPECT(run(s.server, do_ipc_save, save), 0);
	EXPECT(run(thief, do_ipc_restore, save), -ENOENT);
	EXPECT(run(second, do_ipc_restore, save), 0);
	n->value = 3;
	EXPECT(run(second, note_reply, n), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 3);
}

TEST(limit, "CHORUS_SAVED_MAX messages of an actor, the next is EDQUOT and stays current")
{
	struct chorus_ipc_save save[CHORUS_SAVED_MAX + 1] = { 0 };
	struct chorus_ui ui;
	__u64 got;
	int li;

	actor_open();
	li = new_port(&ui);
	for (int i = 0; i < CHORUS_SAVED_MAX; i++) {
		EXPECT(send_number(ui, i), 0);
		EXPECT(receive_number(li, &got, POLL), 0);
		if (!EXPECT(ipc_save(&save[i]), 0)) {
			selftest_note("message %d", i + 1);
			return;
		}
		for (int j = 0; j < i; j++)
			CHECK(save[j].msg != save[i].msg);
	}
	EXPECT(send_number(ui, 99), 0);
	EXPECT(receive_number(li, &got, POLL), 0);
	EXPECT(ipc_save(&save[CHORUS_SAVED_MAX]), -EDQUOT);
	/* One restored makes room for one. */
	EXPECT(ipc_restore(&save[7]), 0);
	EXPECT(ipc_save(&save[7]), 0);
	EXPECT(ipc_restore(&save[CHORUS_SAVED_MAX - 1]), 0);
	EXPECT(send_number(ui, 100), 0);
	EXPECT(receive_number(li, &got, POLL), 0);
	EXPECT(ipc_save(&save[CHORUS_SAVED_MAX]), 0);
}

TEST(exit, "a saved message survives the thread that saved it")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);

	begin(s.client, note_call, s.call);
	EXPECT(run(second, note_receive, s.receive), 0);
	EXPECT(run(second, do_ipc_save, save), 0);
	exit_thread(second);
	sleep_ms(20);
	CHECK(!ended(s.client));
	EXPECT(run(s.server, do_ipc_restore, save), 0);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 31), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 31);
}

TEST(dies, "a server killed with saved messages: EOWNERDEAD")
{
	struct scene s = scene_served();
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);

	EXPECT(run(s.server, do_ipc_save, save), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(output, "what stands in the output field before the call is not looked at")
{
	struct chorus_ipc_save s = { .size = sizeof(s), .msg = 0xccccccccccccccccull };
	__u64 got;

	actor_open();
	EXPECT(send_number(default_port(), 5), 0);
	EXPECT(receive_number(0, &got, POLL), 0);
	EXPECT(raw_ioctl(dev, CHORUS_IOC_IPC_SAVE, &s), 0);
	EXPECT(ipc_restore(&s), 0);
}
