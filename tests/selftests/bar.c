// SPDX-License-Identifier: GPL-2.0-or-later
/* An actor that a subsystem shuts off from messages, or puts a mediator before. */
#include "death.h"
#include "group.h"
#include "scene.h"

static int bar(struct chorus_cap actor, unsigned int what, struct chorus_ui mediator)
{
	struct chorus_actor_bar b = {
		.flags = CHORUS_SET, .cap = actor, .bar = what, .mediator = mediator,
	};

	return actor_bar(&b);
}

/* The TEST is the subsystem. */
static struct scene barred_scene(void)
{
	struct scene s = scene_new();

	actor_open();
	EXPECT(set_privilege(CHORUS_ACTOR_SYSTEM), 0);
	return s;
}

static long do_trust(void *unused)
{
	return set_privilege(CHORUS_ACTOR_SYSTEM);
}

TEST(who, "only a system actor bars others, nobody himself, and who is barred frees nobody")
{
	struct scene s = scene_new();
	struct chorus_actor_bar *b = SHARED(struct chorus_actor_bar);
	struct chorus_cap client = puppet_capability(s.client);

	actor_open();
	EXPECT(bar(client, CHORUS_BAR_SEND, NOWHERE), -EPERM);
	EXPECT(set_privilege(CHORUS_ACTOR_SYSTEM), 0);
	b->flags = CHORUS_SET;
	b->cap = own_capability();
	EXPECT(actor_bar(b), -EPERM);
	b->cap = client;
	b->cap.key.k[0] ^= 1;
	EXPECT(actor_bar(b), -EACCES);
	b->cap = client;
	b->bar = 4;
	EXPECT(actor_bar(b), -EINVAL);
	b->bar = CHORUS_BAR_SEND;
	b->mediator = client.ui;
	EXPECT(actor_bar(b), -EINVAL);
	EXPECT(bar(client, CHORUS_BAR_SEND, s.port), 0);
	b->flags = 0;
	b->mediator = NOWHERE;
	EXPECT(actor_bar(b), 0);
	CHECK(b->out_bar == CHORUS_BAR_SEND && same_ui(b->out_mediator, s.port));
	/* A system actor that is barred has no more say. */
	EXPECT(run(s.client, do_trust, NULL), 0);
	b->flags = CHORUS_SET;
	b->bar = 0;
	EXPECT(run(s.client, do_actor_bar, b), -EPERM);
	b->cap = puppet_capability(s.server);
	EXPECT(run(s.client, do_actor_bar, b), -EPERM);
	EXPECT(bar(client, 0, NOWHERE), 0);
	EXPECT(run(s.client, do_actor_bar, b), 0);
}

TEST(send, "it sends, calls and forwards to nobody; what it has received it answers")
{
	struct scene s = barred_scene();
	struct chorus_cap server = puppet_capability(s.server);
	struct chorus_ipc_forward *f = SHARED(struct chorus_ipc_forward);
	struct chorus_cap group = new_group();
	struct note *n = SHARED(struct note);

	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	EXPECT(bar(server, CHORUS_BAR_SEND, NOWHERE), 0);
	EXPECT(join(group, default_port()), 0);
	n->to = default_port();
	n->timeout = POLL;
	EXPECT(run(s.server, note_send, n), -EPERM);
	EXPECT(run(s.server, note_call, n), -EPERM);
	f->target = n->to;
	EXPECT(run(s.server, do_ipc_forward, f), -EPERM);
	n->to = group.ui;
	EXPECT(run(s.server, note_send, n), -EPERM);
	n->to = in_mode(group, CHORUS_MODE_ANY);
	EXPECT(run(s.server, note_call, n), -EPERM);
	EXPECT(scene_reply(&s, 5), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 5);
	expect_none(0);
	/* It receives, and after the bar is lifted it sends. */
	scene_round_trip(&s);
	EXPECT(bar(server, 0, NOWHERE), 0);
	n->to = default_port();
	EXPECT(run(s.server, note_send, n), 0);
}

TEST(receive, "nobody sends to it, but what it asked for itself it gets; notices come")
{
	struct scene s = barred_scene();
	struct chorus_cap server = puppet_capability(s.server);
	struct chorus_watch *w = SHARED(struct chorus_watch);
	struct notice *n = SHARED(struct notice);
	struct chorus_cap group = new_group();
	struct chorus_port_delete d = { 0 };

	d.li = new_port(&w->object);
	w->li = s.li;
	EXPECT(run(s.server, do_watch, w), 0);
	EXPECT(join(group, s.port), 0);
	EXPECT(bar(server, CHORUS_BAR_RECEIVE, NOWHERE), 0);
	EXPECT(run(s.client, note_send, s.call), -EPERM);
	EXPECT(run(s.client, note_call, s.call), -EPERM);
	EXPECT(send_to(in_mode(group, CHORUS_MODE_ANY), NOWHERE, 1), -EPERM);
	scene_empty(&s);
	/* One member that may not is no hindrance to the others. */
	EXPECT(join(group, default_port()), 0);
	EXPECT(send_to(group.ui, NOWHERE, 3), 0);
	expect_one(0, 3);
	scene_empty(&s);
	EXPECT(port_delete(&d), 0);
	n->li = s.li;
	n->timeout = POLL;
	EXPECT(run(s.server, do_take_notice, n), 0);
	CHECK(n->flags & CHORUS_MSG_DEATH);
	EXPECT(bar(server, 0, NOWHERE), 0);
	scene_round_trip(&s);
}

TEST(under_way, "calls under way are told: its own, and those in its queue")
{
	struct scene s = barred_scene();
	struct chorus_cap client = puppet_capability(s.client);
	struct puppet *second = puppet_thread(s.client), *other = puppet_actor();
	struct note *n = SHARED(struct note), *queued = SHARED(struct note);
	struct chorus_ui mine;
	int li = puppet_port(s.client, &mine);

	/* One of its calls is served, one is queued, one of another lies in its own queue. */
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	n->to = s.port;
	n->timeout = FOREVER;
	begin(second, note_call, n);
	wait_blocked(second);
	queued->to = mine;
	queued->timeout = FOREVER;
	begin(other, note_call, queued);
	wait_blocked(other);
	EXPECT(bar(client, CHORUS_BAR_SEND | CHORUS_BAR_RECEIVE, NOWHERE), 0);
	EXPECT(end(s.client), -EPERM);
	EXPECT(end(second), -EPERM);
	EXPECT(end(other), -EPERM);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	scene_empty(&s);
	n->li = li;
	n->timeout = POLL;
	EXPECT(run(s.client, note_receive, n), -ETIMEDOUT);
}

struct mediation {
	struct note take, pass;
	struct chorus_ipc_forward forward;
	struct chorus_ipc_send send;
	__u64 word;
};

TEST(mediator, "a mediator stands between it and the rest, both ways")
{
	struct scene s = barred_scene();
	struct chorus_cap client = puppet_capability(s.client);
	struct puppet *middle = puppet_actor();
	struct mediation *m = SHARED(struct mediation);
	struct chorus_ui between, own = puppet_default_port(s.client);

	m->take.li = puppet_port(middle, &between);
	m->take.timeout = LATE;
	EXPECT(bar(client, CHORUS_BAR_SEND | CHORUS_BAR_RECEIVE, between), 0);
	/* Out: it reaches the mediator, who passes the call on; the server answers it. */
	s.call->to = between;
	begin(s.client, note_call, s.call);
	EXPECT(run(middle, note_receive, &m->take), 0);
	m->forward.target = s.port;
	EXPECT(run(middle, do_ipc_forward, &m->forward), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value);
	EXPECT(scene_reply(&s, 9), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 9);
	s.call->to = s.port;
	EXPECT(run(s.client, note_call, s.call), -EPERM);
	/* In: not straight, but by the mediator; and what he sends himself, from that port. */
	EXPECT(send_to(own, NOWHERE, 4), -EPERM);
	EXPECT(send_to(between, NOWHERE, 4), 0);
	EXPECT(run(middle, note_receive, &m->take), 0);
	m->forward.target = own;
	EXPECT(run(middle, do_ipc_forward, &m->forward), 0);
	m->send.target = own;
	EXPECT(run(middle, do_ipc_send, &m->send), -EPERM);
	m->send.src_li = m->take.li;
	EXPECT(run(middle, do_ipc_send, &m->send), 0);
	m->pass.timeout = POLL;
	EXPECT(run(s.client, note_receive, &m->pass), 0);
	CHECK(m->pass.got == 4);
	EXPECT(run(s.client, note_receive, &m->pass), 0);
	EXPECT(run(s.client, note_receive, &m->pass), -ETIMEDOUT);
}

TEST(shared, "a shared queue gives it nothing, until the bar is lifted")
{
	struct scene s = barred_scene();
	struct chorus_cap server = puppet_capability(s.server);
	struct chorus_cap group = group_of(CHORUS_UI_GROUP_SHARED, 0);

	EXPECT(join(group, s.port), 0);
	begin(s.server, note_receive, s.receive);
	wait_blocked(s.server);
	EXPECT(bar(server, CHORUS_BAR_RECEIVE, NOWHERE), 0);
	EXPECT(send_to(group.ui, NOWHERE, 6), 0);
	CHECK(!ended(s.server));
	EXPECT(bar(server, 0, NOWHERE), 0);
	EXPECT(end(s.server), 0);
	CHECK(s.receive->got == 6);
}

static long do_try(void *unused)
{
	int fd = try_open();

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

TEST(again, "the process of a barred actor does not come back as another; its children are their own")
{
	struct scene s = barred_scene();
	struct chorus_cap client = puppet_capability(s.client);

	EXPECT(bar(client, CHORUS_BAR_SEND, NOWHERE), 0);
	EXPECT(run(s.client, do_close, NULL), 0);
	EXPECT(run(s.client, do_try, NULL), -EBUSY);
	EXPECT(run(s.server, do_close, NULL), 0);
	EXPECT(run(s.server, do_try, NULL), 0);
}

struct chatter {
	struct chorus_ui to;
	unsigned int sent, refused;
	volatile bool stop;
};

static long do_chat(void *chatter)
{
	struct chatter *c = chatter;

	while (!c->stop) {
		long result = call_number(c->to, c->sent, NULL, FOREVER);

		if (!result)
			c->sent++;
		else if (result == -EPERM)
			c->refused++;
		else
			return result;
	}
	return 0;
}

static long do_serve(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	while (!result) {
		n->msg = 0;
		result = note_reply_receive(n);
	}
	return result;
}

TEST_TIMEOUT(race, "bars come and go under calls both ways: each is answered or told", 60)
{
	struct scene s = barred_scene();
	struct chorus_cap client = puppet_capability(s.client);
	struct puppet *other = puppet_actor();
	struct chatter *c[2] = { SHARED(struct chatter), SHARED(struct chatter) };
	struct note *serve = SHARED(struct note);
	struct puppet *answering = puppet_thread(s.client);

	serve->li = puppet_port(s.client, &c[1]->to);
	serve->timeout = FOREVER;
	begin(answering, do_serve, serve);
	begin(s.server, do_serve, s.receive);
	c[0]->to = s.port;
	begin(s.client, do_chat, c[0]);
	begin(other, do_chat, c[1]);
	for (int round = 0; round < 60; round++) {
		unsigned int sent = c[0]->sent, refused = c[0]->refused;

		while (*(volatile unsigned int *)&c[0]->sent == sent && !ended(s.client))
			sleep_ms(1);
		EXPECT(bar(client, round % 4, NOWHERE), 0);
		while (round % 2 && *(volatile unsigned int *)&c[0]->refused == refused &&
		       !ended(s.client))
			sleep_ms(1);
		EXPECT(bar(client, 0, NOWHERE), 0);
	}
	/* Nothing bars him any more. */
	while (!*(volatile unsigned int *)&c[1]->sent && !ended(other))
		sleep_ms(1);
	c[0]->stop = c[1]->stop = true;
	EXPECT(end(s.client), 0);
	EXPECT(end(other), 0);
	selftest_note("%u and %u answered, %u and %u refused", c[0]->sent, c[1]->sent, c[0]->refused,
		      c[1]->refused);
	CHECK(c[0]->refused && c[1]->sent);
}
