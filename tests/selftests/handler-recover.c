// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Death and recovery as a supervisor actor knows them: its handler is told of deaths, the calls in its queue
 * outlive it, it bars others; and what it has asked for goes when its module does.
 */
#define _GNU_SOURCE
#include "chorus_probe.h"
#include "group.h"
#include "modules.h"
#include "scene.h"

#define LONG	CHORUS_HOLD_MAX		/* longer than any test */

/* ---- the probe does it ---- */

static long recover(struct probe_recover *r)
{
	struct chorus_lap_desc desc = need_lap(PROBE_LAP_RECOVER);

	MUST(invoke(&desc, r, sizeof(*r)));
	return r->result;
}

static long probe_watch(struct chorus_ui object, __u64 cookie)
{
	struct probe_recover r = { .call = PROBE_WATCH, .ui = object, .number = cookie };

	return recover(&r);
}

static long probe_unwatch(struct chorus_ui object, __u64 cookie)
{
	struct probe_recover r = { .call = PROBE_UNWATCH, .ui = object, .number = cookie };

	return recover(&r);
}

static long probe_hold(struct chorus_ui heir, __u64 ns)
{
	struct probe_recover r = { .call = PROBE_HOLD, .ui = heir, .number = ns };

	return recover(&r);
}

static long probe_bar(struct chorus_cap actor, __u64 what, struct chorus_ui mediator)
{
	struct probe_recover r = {
		.call = PROBE_BAR, .actor = actor, .number = what, .ui = mediator,
	};

	return recover(&r);
}

static int connect_spare(bool on)
{
	struct chorus_lap_desc desc = need_lap(PROBE_LAP_CONNECT);
	struct probe_arg a = { on };

	MUST(invoke(&desc, &a, sizeof(a)));
	return a.value;
}

/* What its handler was told last. */
static struct probe_notice last_notice(void)
{
	struct chorus_lap_desc desc = need_lap(PROBE_LAP_NOTICE);
	struct probe_notice n;

	memset(&n, 0, sizeof(n));
	MUST(invoke(&desc, &n, sizeof(n)));
	return n;
}

/* It is told on a thread of the nucleus, whenever that runs; a TEST that waits in vain is ended. */
static struct probe_notice await_notice(__u64 count)
{
	struct probe_notice n = last_notice();

	while (n.count < count) {
		sleep_ms(1);
		n = last_notice();
	}
	CHECK(n.count == count, "%llu notices", (unsigned long long)n.count);
	CHECK(n.flags == (CHORUS_MSG_ANNEX | CHORUS_MSG_DEATH) && !n.body_size, "flags %x",
	      n.flags);
	CHECK(same_ui(n.src, n.death.object) && !n.death.reserved);
	return n;
}

/* ---- notices ---- */

TEST(told, "a handler is told of the death of a process' port, once, and by the nucleus")
{
	struct puppet *server = puppet_actor();
	struct probe_notice n;
	struct chorus_ui port;
	__u64 before;

	actor_open();
	puppet_port(server, &port);
	before = last_notice().count;
	EXPECT(probe_watch(port, 0x1122334455667788), 0);
	EXPECT(probe_watch(port, 0x1122334455667788), -EEXIST);
	EXPECT(probe_watch(port, 2), 0);
	EXPECT(probe_unwatch(port, 2), 0);
	EXPECT(probe_unwatch(port, 2), -ENOENT);
	kill_puppet(server);
	n = await_notice(before + 1);
	CHECK(n.death.cookie == 0x1122334455667788 && same_ui(n.death.object, port));
	CHECK(!n.death.members && !n.death.departures && same_ui(n.death.member, NOWHERE));
	EXPECT(probe_watch(port, 3), -EHOSTUNREACH);
	EXPECT(probe_unwatch(port, 0x1122334455667788), -ENOENT);
}

TEST(members, "and of a group's members, of those it has missed, too")
{
	struct probe_recover r = { .call = PROBE_WATCH_MEMBERS, .departures = ~0ULL };
	struct puppet *member[3];
	struct chorus_ui port[3];
	struct chorus_cap group;
	struct probe_notice n;
	__u64 before;

	actor_open();
	group = new_group();
	for (int i = 0; i < 3; i++) {
		member[i] = puppet_actor();
		puppet_port(member[i], &port[i]);
		EXPECT(join(group, port[i]), 0);
	}
	before = last_notice().count;
	r.ui = in_mode(group, CHORUS_MODE_ANY);
	EXPECT(recover(&r), 0);
	CHECK(!r.departures);
	kill_puppet(member[0]);
	n = await_notice(before + 1);
	CHECK(same_ui(n.death.member, port[0]) && same_ui(n.death.object, group.ui));
	CHECK(n.death.departures == 1 && n.death.members == 2);
	kill_puppet(member[1]);
	r.departures = n.death.departures;
	EXPECT(recover(&r), 0);
	CHECK(r.departures == 2);
	n = await_notice(before + 2);
	CHECK(n.death.departures == 2);
	EXPECT(probe_watch(group.ui, 9), 0);
	kill_puppet(member[2]);
	n = await_notice(before + 3);
	CHECK(n.death.cookie == 9 && !n.death.members && n.death.departures == 3);
}

TEST(module, "and a process of the death of a module's port")
{
	struct chorus_watch w = { .cookie = 5 };
	struct chorus_ipc_receive r = { .timeout = FOREVER };
	struct chorus_death death;
	unsigned char annex[CHORUS_ANNEX_SIZE];

	need_files();
	actor_open();
	need_lap(PROBE_LAP_RECOVER);
	w.object = static_port(PROBE_PORT_STAMP);
	EXPECT(watch(&w), 0);
	EXPECT(remove_module("chorus_probe"), 0);
	r.annex = PTR(annex);
	EXPECT(ipc_receive(&r), 0);
	memcpy(&death, annex, sizeof(death));
	CHECK(r.out_flags & CHORUS_MSG_DEATH && death.cookie == 5);
	CHECK(same_ui(death.object, w.object));
	EXPECT(insert_module("chorus_probe"), 0);
}

/* ---- held calls ---- */

TEST(judged, "what a port of the module declares is judged as that of a process")
{
	actor_open();
	EXPECT(probe_hold(NOWHERE, LONG), 0);
	EXPECT(probe_hold(NOWHERE, LONG + 1), -EINVAL);
	EXPECT(probe_hold(NOWHERE, ~0ULL), -EINVAL);
	EXPECT(probe_hold(own_capability().ui, LONG), -EINVAL);
	EXPECT(probe_hold(default_port(), 0), -EINVAL);
	EXPECT(probe_hold(default_port(), 1), 0);
	EXPECT(probe_hold(NOWHERE, 0), 0);
}

/* The scene's client has called the probe's port that has no handler. */
static struct scene waiting_client(void)
{
	struct scene s = scene_new();

	actor_open();
	need_lap(PROBE_LAP_RECOVER);
	need_files();
	connect_spare(false);
	s.call->to = static_port(PROBE_SPARE_STAMP);
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	return s;
}

TEST(reload, "a module is unloaded and loaded again: what waited in its queue it answers then")
{
	struct scene s = waiting_client();
	struct puppet *second = puppet_actor();
	struct note *other = SHARED(struct note);

	*other = *s.call;
	other->value = 0x2222;
	begin(second, note_call, other);
	wait_blocked(second);
	EXPECT(probe_hold(NOWHERE, LONG), 0);
	EXPECT(remove_module("chorus_probe"), 0);
	CHECK(!ended(s.client) && !ended(second));
	/* Who leaves while it is held takes his own away. */
	kill_puppet(second);
	EXPECT(insert_module("chorus_probe"), 0);
	EXPECT(connect_spare(true), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == s.call->value);
	EXPECT(connect_spare(false), 0);
}

TEST(heir, "or a process answers, which the module has named")
{
	struct scene s = waiting_client();

	EXPECT(probe_hold(s.port, LONG), 0);
	EXPECT(remove_module("chorus_probe"), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value && s.receive->got_flags == CHORUS_MSG_RPC);
	EXPECT(scene_reply(&s, 7), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 7);
	EXPECT(insert_module("chorus_probe"), 0);
}

TEST(fails, "a module that has declared nothing, or takes it back: EIDRM")
{
	struct scene s = waiting_client();

	EXPECT(probe_hold(s.port, LONG), 0);
	EXPECT(probe_hold(NOWHERE, 0), 0);
	EXPECT(remove_module("chorus_probe"), 0);
	EXPECT(end(s.client), -EIDRM);
	EXPECT(insert_module("chorus_probe"), 0);
}

/* ---- all at once ---- */

/* The frame counts afterwards: no notice, no message, no port more than before. */
TEST(unload, "a module goes with watches and held calls of its: nothing of them stays behind")
{
	struct scene s = waiting_client();
	struct puppet *lives = puppet_actor();
	struct chorus_ui other = puppet_default_port(lives);

	EXPECT(probe_hold(NOWHERE, LONG), 0);
	for (int i = 0; i < 200; i++) {
		EXPECT(probe_watch(s.port, i), 0);
		EXPECT(probe_watch(other, i), 0);
	}
	/* What is being told while it goes is nobody's, whether handled or not. */
	kill_puppet(s.server);
	EXPECT(remove_module("chorus_probe"), 0);
	kill_puppet(lives);
	kill_puppet(s.client);
	EXPECT(insert_module("chorus_probe"), 0);
	CHECK(!last_notice().count);
	/* The successor got what had waited only if somebody waits for it still. */
	EXPECT(connect_spare(true), 0);
	EXPECT(connect_spare(false), 0);
}

/* ---- bars ---- */

TEST(bars, "a module bars an actor and lets it go; the bar stays when the module goes")
{
	struct scene s = scene_new();
	struct chorus_cap client = puppet_capability(s.client), wrong = client;

	need_files();
	actor_open();
	EXPECT(probe_bar(client, 4, NOWHERE), -EINVAL);
	EXPECT(probe_bar(client, CHORUS_BAR_SEND, client.ui), -EINVAL);
	wrong.key.k[0] ^= 1;
	EXPECT(probe_bar(wrong, CHORUS_BAR_SEND, NOWHERE), -EACCES);
	wrong.ui.tail ^= 1;
	EXPECT(probe_bar(wrong, CHORUS_BAR_SEND, NOWHERE), -EHOSTUNREACH);
	EXPECT(probe_bar(client, CHORUS_BAR_SEND, s.port), 0);
	s.call->to = default_port();
	EXPECT(run(s.client, note_send, s.call), -EPERM);
	s.call->to = s.port;
	scene_round_trip(&s);
	EXPECT(probe_bar(client, CHORUS_BAR_SEND, NOWHERE), 0);
	EXPECT(run(s.client, note_send, s.call), -EPERM);
	EXPECT(remove_module("chorus_probe"), 0);
	EXPECT(run(s.client, note_send, s.call), -EPERM);
	EXPECT(insert_module("chorus_probe"), 0);
	EXPECT(probe_bar(client, 0, NOWHERE), 0);
	scene_round_trip(&s);
}

TEST(barred_self, "also the actor for which its handler runs")
{
	struct chorus_ui port;

	actor_open();
	new_port(&port);
	EXPECT(probe_bar(own_capability(), CHORUS_BAR_SEND, NOWHERE), 0);
	EXPECT(send_number(port, 1), -EPERM);
	/* A LAP is no message: the way to the module is open. */
	EXPECT(probe_bar(own_capability(), 0, NOWHERE), 0);
	EXPECT(send_number(port, 1), 0);
}
