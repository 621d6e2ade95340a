// SPDX-License-Identifier: GPL-2.0-or-later
/* A site is a network namespace: what is in one cannot be reached from another. */
#define _GNU_SOURCE
#include <sched.h>

#include "chorus_probe.h"
#include "scene.h"

static long do_new_site(void *unused)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

static struct puppet *abroad(void)
{
	struct puppet *p = puppet_process();
	long result = run(p, do_new_site, NULL);

	if (result)
		selftest_skip("no network namespaces: %s", error_name(result));
	MUST(run(p, do_open, NULL));
	return p;
}

TEST(apart, "ports and actors of another site are EHOSTUNREACH")
{
	struct scene s = scene_new();
	struct puppet *far = abroad();
	struct note *n = SHARED(struct note);
	struct chorus_actor_name *name = SHARED(struct chorus_actor_name);
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);

	n->to = s.port;
	n->timeout = FOREVER;
	EXPECT(run(far, note_send, n), -EHOSTUNREACH);
	EXPECT(run(far, note_call, n), -EHOSTUNREACH);
	n->to = puppet_default_port(far);
	EXPECT(run(s.client, note_send, n), -EHOSTUNREACH);
	EXPECT(run(far, note_send, n), 0);
	name->cap = d->cap = puppet_capability(s.server);
	EXPECT(run(far, do_actor_name, name), -EHOSTUNREACH);
	EXPECT(run(far, do_actor_delete, d), -EHOSTUNREACH);
	scene_round_trip(&s);
}

TEST(guess, "who knows many names of ports knows no other: neither what is next to them nor between")
{
	enum { NAMES = 200 };
	struct puppet *server = puppet_actor();
	struct chorus_ui ui[NAMES], guess;
	unsigned int hits = 0;

	actor_open();
	for (int i = 0; i < NAMES; i++)
		new_port(&ui[i]);
	/* What is there to be found. */
	for (int i = 0; i < 50; i++)
		puppet_port(server, &guess);
	for (int i = 1; i < NAMES; i++) {
		guess = ui[i];
		for (int bit = 0; bit < 64; bit++) {
			guess.tail = ui[i].tail ^ 1ULL << bit;
			hits += send_number(guess, 0) != -EHOSTUNREACH;
		}
		for (int step = -8; step <= 8; step++) {
			guess.tail = ui[i].tail + (ui[i].tail - ui[i - 1].tail) * step;
			if (step && step != -1)
				hits += send_number(guess, 0) != -EHOSTUNREACH;
			guess.tail = ui[i].tail + step;
			if (step)
				hits += send_number(guess, 0) != -EHOSTUNREACH;
		}
	}
	CHECK(!hits, "%u", hits);
}

TEST(number, "sites have different numbers, and actors of one site the same")
{
	struct chorus_hello *h = SHARED(struct chorus_hello), *g = SHARED(struct chorus_hello);
	struct puppet *far = abroad(), *near = puppet_actor(), *near2 = puppet_actor();

	EXPECT(run(far, do_hello, h), 0);
	EXPECT(run(near, do_hello, g), 0);
	CHECK(h->out_site != g->out_site);
	EXPECT(run(near2, do_hello, h), 0);
	CHECK(h->out_site == g->out_site);
}

static long do_declare(void *create)
{
	struct chorus_port_create *c = create;
	int result = set_privilege(CHORUS_ACTOR_SYSTEM);

	c->flags = CHORUS_PORT_DECLARE;
	c->ui = static_port(c->ui.tail);
	return result ?: port_create(c);
}

TEST(stamp, "one stamp may be declared in both sites, once in each")
{
	struct chorus_port_create *c = SHARED(struct chorus_port_create);
	struct puppet *far = abroad(), *near = puppet_actor(), *near2 = puppet_actor();

	c->ui.tail = 0x7e57;
	EXPECT(run(near, do_declare, c), 0);
	EXPECT(run(near2, do_declare, c), -EEXIST);
	EXPECT(run(far, do_declare, c), 0);
	EXPECT(run(far, do_declare, c), -EEXIST);
	/* A name that died may be declared again. */
	kill_puppet(near);
	EXPECT(run(near2, do_declare, c), 0);
}

static long do_echo(void *unused)
{
	__u64 got = 0;
	int result = call_number(static_port(ECHO_PORT_STAMP), 42, &got, FOREVER);

	return result ?: got == 42 ? 0 : -EIO;
}

static long do_lap(void *unused)
{
	struct chorus_lap_desc desc;

	return find_lap(ECHO_LAP_NULL, 0, &desc) ?: invoke(&desc, NULL, 0);
}

TEST(supervisor, "supervisor actors serve in every site, with a port and LAPs of its own")
{
	struct puppet *far = abroad(), *near = puppet_actor();
	struct chorus_lap_desc here;
	struct lap_call *call = SHARED(struct lap_call);

	if (run(near, do_lap, NULL) == -ENOENT)
		selftest_skip("chorus_echo.ko is not loaded");
	EXPECT(run(near, do_echo, NULL), 0);
	EXPECT(run(far, do_echo, NULL), 0);
	EXPECT(run(far, do_lap, NULL), 0);
	/* The descriptor of one site is worth nothing in the other. */
	actor_open();
	here = need_lap(ECHO_LAP_NULL);
	call->desc = here;
	EXPECT(run(near, do_invoke, call), 0);
	EXPECT(run(far, do_invoke, call), -ENOENT);
}

TEST(stays, "setns and unshare after the open do not move an actor")
{
	struct scene s = scene_new();

	MUST(run(s.client, do_new_site, NULL));
	scene_round_trip(&s);
	MUST(run(s.server, do_new_site, NULL));
	scene_round_trip(&s);
}

TEST(crowd, "sites come and go with actors in them, and with calls under way")
{
	for (int i = 0; i < 6; i++) {
		struct puppet *server = abroad(), *client;
		struct note *n = SHARED(struct note);

		n->to = puppet_default_port(server);
		n->timeout = FOREVER;
		client = puppet_thread(server);
		begin(client, note_call, n);	/* its own actor's port */
		wait_blocked(client);
		kill_puppet(server);
	}
}
