// SPDX-License-Identifier: GPL-2.0-or-later
/* A receive that cannot be written loses nothing: the message goes back to the head. */
#include <sys/mman.h>

#include "scene.h"

TEST(body, "bad body, annex or structure: EFAULT, the same message comes next, in order")
{
	struct chorus_ipc_receive *r = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct chorus_port_seqnum q = { 0 };
	struct chorus_ui ui;
	__u64 got;
	int li;

	REQUIRE(r != MAP_FAILED);
	actor_open();
	li = q.li = new_port(&ui);
	for (__u64 i = 1; i <= 3; i++)
		EXPECT(send_number(ui, i), 0);
	*r = (struct chorus_ipc_receive){ .li = li, .body = 8, .body_size = 8 };
	EXPECT(ipc_receive(r), -EFAULT);
	*r = (struct chorus_ipc_receive){ .li = li, .annex = 8 };
	EXPECT(ipc_receive(r), -EFAULT);
	*r = (struct chorus_ipc_receive){
		.size = sizeof(*r), .li = li, .body = PTR(&got), .body_size = 8,
	};
	MUST_SYS(mprotect(r, 4096, PROT_READ));
	EXPECT(raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, r), -EFAULT);
	EXPECT(port_seqnum(&q), 0);
	CHECK(q.out_seqnum == 0, "%llu were counted", (unsigned long long)q.out_seqnum);
	EXPECT(reply_number(0, 1), -ENOMSG);
	for (__u64 i = 1; i <= 3; i++) {
		EXPECT(receive_number(li, &got, POLL), 0);
		CHECK(got == i, "message %llu came for %llu", (unsigned long long)got,
		      (unsigned long long)i);
	}
	EXPECT(receive_number(li, NULL, POLL), -ETIMEDOUT);
}

TEST(call, "a request goes back too, and its caller waits on")
{
	struct scene s = scene_queued();
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);

	*r = (struct chorus_ipc_receive){ .li = s.li, .body = 8, .body_size = 8 };
	EXPECT(run(s.server, do_ipc_receive, r), -EFAULT);
	CHECK(!ended(s.client));
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value);
	EXPECT(scene_reply(&s, 5), 0);
	EXPECT(end(s.client), 0);
	/* Direct delivery to a waiting receiver: the message is at the head after it. */
	r->timeout = FOREVER;
	begin(s.server, do_ipc_receive, r);
	wait_blocked(s.server);
	begin(s.client, note_call, s.call);
	EXPECT(end(s.server), -EFAULT);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(scene_reply(&s, 6), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 6);
}

TEST(current, "the current message is not replaced by one that went back")
{
	struct scene s = scene_served();
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);

	actor_open();
	EXPECT(send_number(s.port, 1), 0);
	*r = (struct chorus_ipc_receive){ .li = s.li, .body = 8, .body_size = 8 };
	EXPECT(run(s.server, do_ipc_receive, r), -EFAULT);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 6), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 6);
}
