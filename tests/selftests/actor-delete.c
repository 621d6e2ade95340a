// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_ACTOR_DELETE. */
#include "scene.h"

static void expect_killed(struct puppet *p)
{
	long long limit = now_ns() + LATE;

	while (now_ns() < limit && !ended(p))
		sleep_ms(1);
	CHECK(ended(p), "the process lives");
}

TEST(kills, "with the capability the actor and its process die, its clients are told")
{
	struct scene s = scene_served();
	struct chorus_actor_delete d = { .cap = puppet_capability(puppet_thread(s.server)) };
	struct puppet *queued = puppet_actor();
	struct note *call = SHARED(struct note);

	call->to = s.port;
	call->timeout = FOREVER;
	begin(queued, note_call, call);
	wait_blocked(queued);
	actor_open();
	EXPECT(actor_delete(&d), 0);
	EXPECT(end(s.client), -EOWNERDEAD);
	EXPECT_EITHER(end(queued), -EOWNERDEAD, -EIDRM);
	expect_killed(s.server);
	EXPECT(actor_delete(&d), -EHOSTUNREACH);
	EXPECT(send_number(s.port, 1), -EHOSTUNREACH);
}

TEST(key, "a wrong key is EACCES, an unknown actor EHOSTUNREACH; nothing happens")
{
	struct scene s = scene_new();
	struct chorus_actor_delete d = { .cap = puppet_capability(s.server) };

	actor_open();
	d.cap.key.k[0] ^= 1;
	EXPECT(actor_delete(&d), -EACCES);
	d.cap.key.k[0] ^= 1;
	d.cap.key.k[1] ^= 1ull << 63;
	EXPECT(actor_delete(&d), -EACCES);
	d.cap.key = (struct chorus_key){ { 0, 0 } };
	EXPECT(actor_delete(&d), -EACCES);
	d.cap = puppet_capability(s.server);
	d.cap.ui.tail ^= 1;
	EXPECT(actor_delete(&d), -EHOSTUNREACH);
	/* A port is no actor. */
	d.cap = puppet_capability(s.server);
	d.cap.ui = s.port;
	EXPECT(actor_delete(&d), -EHOSTUNREACH);
	scene_round_trip(&s);
}

TEST(self, "an actor deletes itself: ESHUTDOWN from then on, its process lives")
{
	struct scene s = scene_served();
	struct puppet *second = puppet_thread(s.server);
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);
	struct chorus_actor_self *self = SHARED(struct chorus_actor_self);

	d->cap = puppet_capability(s.server);
	EXPECT(run(s.server, do_actor_delete, d), 0);
	EXPECT(end(s.client), -EOWNERDEAD);
	EXPECT(run(s.server, do_actor_self, self), -ESHUTDOWN);
	EXPECT(run(second, do_actor_self, self), -ESHUTDOWN);
	EXPECT(run(s.server, note_receive, s.receive), -ESHUTDOWN);
	EXPECT(scene_reply(&s, 1), -ESHUTDOWN);
	CHECK(!ended(s.server));
	/* After a close it may begin anew. */
	MUST(run(s.server, do_close, NULL));
	EXPECT(run(s.server, do_open, NULL), 0);
	EXPECT(run(second, do_actor_self, self), 0);
}

TEST(self_blocked, "a thread blocked in its own actor's receive leaves when it is deleted")
{
	struct puppet *p = puppet_actor(), *waiter = puppet_thread(p), *caller = puppet_thread(p);
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);
	struct note *receive = SHARED(struct note), *call = SHARED(struct note);
	struct puppet *server = puppet_actor();
	long result;

	receive->timeout = call->timeout = FOREVER;
	call->to = puppet_default_port(server);
	d->cap = puppet_capability(p);
	begin(waiter, note_receive, receive);
	begin(caller, note_call, call);
	wait_blocked(waiter);
	wait_blocked(caller);
	EXPECT(run(p, do_actor_delete, d), 0);
	result = end(waiter);
	CHECK(result == -ESHUTDOWN || result == -EIDRM, "receive: %s", error_name(result));
	result = end(caller);
	CHECK(result == -ESHUTDOWN || result == -ECANCELED || result == -EIDRM, "call: %s",
	      error_name(result));
}

static long do_system(void *unused)
{
	return set_privilege(CHORUS_ACTOR_SYSTEM);
}

TEST(system, "a USER actor may not delete a SYSTEM actor; a SYSTEM actor may")
{
	struct puppet *system = puppet_actor();
	struct chorus_actor_delete d = { .cap = puppet_capability(system) };

	MUST(run(system, do_system, NULL));
	actor_open();
	EXPECT(actor_delete(&d), -EPERM);
	CHECK(!ended(system));
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	EXPECT(actor_delete(&d), 0);
	expect_killed(system);
}
