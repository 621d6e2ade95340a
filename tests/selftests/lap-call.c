// SPDX-License-Identifier: GPL-2.0-or-later
/* ipcCall made by a handler on its caller's thread. */
#include "chorus_probe.h"
#include "scene.h"

static struct lap_call *call_through(struct chorus_ui to, long long timeout, __u64 value)
{
	struct lap_call *c = SHARED(struct lap_call);
	int own = dev < 0;

	if (own)
		actor_open();
	c->desc = need_lap(PROBE_LAP_CALL);
	if (own)
		actor_close();
	c->size = sizeof(struct probe_call);
	c->arg = shared(c->size);
	*(struct probe_call *)c->arg = (struct probe_call){
		.target = { to.head, to.tail }, .timeout = timeout, .in = value, .result = 1,
	};
	return c;
}

TEST(server, "to a server process: the reply comes back through the handler")
{
	struct scene s = scene_new();
	struct lap_call *c = call_through(s.port, FOREVER, 0xabc);
	struct probe_call *p = c->arg;
	struct chorus_ipc_sysinfo *info = SHARED(struct chorus_ipc_sysinfo);

	begin(s.client, do_invoke, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == 0xabc && s.receive->got_flags == CHORUS_MSG_RPC);
	/* The source is a port of the supervisor actor, not of the caller. */
	EXPECT(run(s.server, do_ipc_sysinfo, info), 0);
	EXPECT(scene_reply(&s, 0xdef), 0);
	EXPECT(end(s.client), 0);
	EXPECT(p->result, 0);
	CHECK(p->out == 0xdef);
	CHECK(!same_ui(info->out_src, puppet_default_port(s.client)));
}

TEST(dead, "the server dies: the handler is told")
{
	struct scene s = scene_new();
	struct lap_call *c = call_through(s.port, FOREVER, 1);

	begin(s.client, do_invoke, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), 0);
	EXPECT(((struct probe_call *)c->arg)->result, -EOWNERDEAD);
}

TEST(timeout, "nobody replies: the handler's time is over")
{
	struct scene s = scene_new();
	struct lap_call *c = call_through(s.port, 60 * MS, 1);

	EXPECT(run(s.client, do_invoke, c), 0);
	EXPECT(((struct probe_call *)c->arg)->result, -ETIMEDOUT);
	scene_empty(&s);
}

TEST(killed, "the caller is killed inside: the server's reply is EHOSTUNREACH")
{
	struct scene s = scene_new();
	struct lap_call *c = call_through(s.port, FOREVER, 1);

	begin(s.client, do_invoke, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.client);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST(current, "a server keeps its own current message over a LAP that calls")
{
	struct scene s = scene_served();
	struct lap_call *c = SHARED(struct lap_call);

	actor_open();
	*c = *call_through(static_port(ECHO_PORT_STAMP), FOREVER, 1);
	EXPECT(run(s.server, do_invoke, c), 0);
	EXPECT(((struct probe_call *)c->arg)->result, 0);
	s.receive->msg = 0;
	EXPECT(scene_reply(&s, 0x31), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 0x31);
}

TEST(handler, "to a port with a handler: nested on the same thread")
{
	struct lap_call *c;
	struct probe_call *p;

	actor_open();
	c = call_through(static_port(ECHO_PORT_STAMP), FOREVER, 0x5a5a);
	p = c->arg;
	EXPECT(do_invoke(c), 0);
	EXPECT(p->result, 0);
	CHECK(p->out == 0x5a5a);
}

TEST(unknown, "to nobody")
{
	struct lap_call *c;

	actor_open();
	c = call_through((struct chorus_ui){ default_port().head, 1 }, FOREVER, 1);
	EXPECT(do_invoke(c), 0);
	EXPECT(((struct probe_call *)c->arg)->result, -EHOSTUNREACH);
}
