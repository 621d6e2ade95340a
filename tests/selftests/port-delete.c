// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_PORT_DELETE and everybody it concerns. */
#include "scene.h"

static struct chorus_port_delete *the_port(struct scene *s)
{
	struct chorus_port_delete *d = SHARED(struct chorus_port_delete);

	d->li = s->li;
	return d;
}

TEST(waiter, "a receiver of the port leaves with EIDRM, one of any port waits on")
{
	struct scene s = scene_waiting();
	struct puppet *second = puppet_thread(s.server), *any = puppet_thread(s.server);
	struct note *n = SHARED(struct note);
	struct chorus_port_enable *e = SHARED(struct chorus_port_enable);

	e->li = s.li;
	MUST(run(second, do_port_enable, e));
	n->li = CHORUS_LI_ANYENABLED;
	n->timeout = FOREVER;
	begin(any, note_receive, n);
	wait_blocked(any);
	EXPECT(run(second, do_port_delete, the_port(&s)), 0);
	EXPECT(end(s.server), -EIDRM);
	sleep_ms(50);
	CHECK(!ended(any));
	EXPECT(run(s.server, note_receive, s.receive), -ENOENT);
}

TEST(queued, "queued calls end with EIDRM, queued messages vanish")
{
	struct scene s = scene_queued();

	EXPECT(run(s.server, do_port_delete, the_port(&s)), 0);
	EXPECT(end(s.client), -EIDRM);
	EXPECT(run(s.client, note_call, s.call), -EHOSTUNREACH);
	EXPECT(run(s.client, note_send, s.call), -EHOSTUNREACH);
	EXPECT(run(s.server, do_port_delete, the_port(&s)), -ENOENT);
}

TEST(served, "a call that was received is answered all the same")
{
	struct scene s = scene_served();

	EXPECT(run(s.server, do_port_delete, the_port(&s)), 0);
	sleep_ms(30);
	CHECK(!ended(s.client));
	EXPECT(scene_reply(&s, 3), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 3);
}

TEST(fixed, "the default port is not deletable, by neither of its ids")
{
	struct chorus_port_delete d = { .li = CHORUS_LI_DEFAULT };
	struct chorus_port_ui t;

	actor_open();
	EXPECT(port_delete(&d), -EINVAL);
	t = (struct chorus_port_ui){ .ui = default_port() };
	EXPECT(port_li(&t), 0);
	d.li = t.li;
	EXPECT(port_delete(&d), -EINVAL);
	EXPECT(send_number(default_port(), 1), 0);
	EXPECT(receive_number(CHORUS_LI_DEFAULT, NULL, POLL), 0);
}

TEST(source, "the source port of a call may go while the call waits")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.client);
	struct chorus_port_delete *d = SHARED(struct chorus_port_delete);
	struct chorus_ipc_call *call = SHARED(struct chorus_ipc_call);
	struct chorus_ui source;

	d->li = call->src_li = puppet_port(s.client, &source);
	call->target = s.port;
	call->timeout = FOREVER;
	begin(s.client, do_ipc_call, call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(run(second, do_port_delete, d), 0);
	EXPECT(scene_reply(&s, 3), 0);
	EXPECT(end(s.client), 0);
	EXPECT(run(s.client, do_ipc_call, call), -ENOENT);
}

TEST(reuse, "local ids in use are never given twice; a dead one leads nowhere")
{
	enum { N = 50 };
	struct chorus_port_delete d = { 0 };
	struct chorus_ui ui[N];
	int li[N];

	actor_open();
	for (int i = 0; i < N; i++) {
		li[i] = new_port(&ui[i]);
		for (int j = 0; j < i; j++)
			CHECK(li[i] != li[j]);
	}
	for (int round = 0; round < 100; round++) {
		int at = round * 7 % N;
		struct chorus_ui old = ui[at];

		EXPECT(send_number(old, 1), 0);
		d.li = li[at];
		EXPECT(port_delete(&d), 0);
		EXPECT(receive_number(d.li, NULL, POLL), -ENOENT);
		EXPECT(send_number(old, 1), -EHOSTUNREACH);
		li[at] = new_port(&ui[at]);
		CHECK(!same_ui(ui[at], old));
		for (int j = 0; j < N; j++)
			CHECK(j == at || li[at] != li[j]);
		/* Nothing queued before comes to the new one. */
		EXPECT(receive_number(li[at], NULL, POLL), -ETIMEDOUT);
		EXPECT(send_number(old, 1), -EHOSTUNREACH);
	}
}
