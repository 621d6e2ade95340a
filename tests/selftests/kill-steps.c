// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill -9 of each party at the labelled steps of sends, handlers and dying actors, with
 * the hooks of a test build.  The steps of calls, replies and LAPs have a table of their
 * own, tests/check.d/71-steps.
 */
#include <stdio.h>
#include <string.h>

#include "chorus_probe.h"
#include "scene.h"

#define HOOK "/sys/kernel/debug/chorus/step"

/* The victim gets SIGKILL from whoever reaches the step first, who waits for its end. */
static void arm(const char *step, struct puppet *victim)
{
	char line[32];

	if (access(HOOK, W_OK))
		selftest_skip("not a test build");
	snprintf(line, sizeof(line), "%s %d", step, puppet_pid(victim));
	REQUIRE(write_text(HOOK, line) == 0);
}

/* The hook is for one shot: it is spent if the step was reached. */
static bool reached(const char *step)
{
	char line[64];
	FILE *file = fopen(HOOK, "re");
	bool armed = false;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, step, strlen(step)) && strstr(line, "armed"))
			armed = true;
	if (file)
		fclose(file);
	return !armed;
}

static void send_step(const char *step, bool kill_receiver)
{
	struct scene s = scene_new();
	struct note *n = SHARED(struct note);
	long result;

	n->to = s.port;
	n->value = 7;
	arm(step, kill_receiver ? s.server : s.client);
	result = run(s.client, note_send, n);
	CHECK(reached(step));
	if (kill_receiver) {
		/* N1: the port is gone before the message comes; N2: the message dies with it. */
		EXPECT(result, strcmp(step, "N1") ? 0 : -EHOSTUNREACH);
		EXPECT(call_number(s.port, 1, NULL, POLL), -EHOSTUNREACH);
		return;
	}
	EXPECT(result, DIED);
	/* What was queued before its sender died is delivered like any other. */
	s.receive->timeout = 100 * MS;
	result = run(s.server, note_receive, s.receive);
	CHECK(result == 0 || (result == -ETIMEDOUT && !strcmp(step, "N1")), "%s",
	      error_name(result));
	if (!result)
		CHECK(s.receive->got == 7);
	scene_empty(&s);
}

TEST(send_sender, "N1, N2: the sender is killed")
{
	actor_open();
	send_step("N1", false);
	send_step("N2", false);
}

TEST(send_receiver, "N1, N2: the receiver is killed")
{
	actor_open();
	send_step("N1", true);
	send_step("N2", true);
}

static void handler_step(const char *step)
{
	struct puppet *client = puppet_actor();
	struct note *n = SHARED(struct note);
	__u64 got = 0;

	n->to = static_port(ECHO_PORT_STAMP);
	n->timeout = FOREVER;
	n->value = 3;
	arm(step, client);
	EXPECT(run(client, note_call, n), DIED);
	CHECK(reached(step));
	/* The handler serves the others on. */
	EXPECT(call_number(n->to, 9, &got, LATE), 0);
	CHECK(got == 9);
}

TEST(handler, "H1, H2: the caller of a message handler is killed")
{
	actor_open();
	handler_step("H1");
	handler_step("H2");
}

enum victim { DELETER, CLIENT, SERVER };

/*
 * Somebody deletes the server's actor, with one call in its queue and one in its hands.
 * Whoever is killed while it dies, it dies to the end: both clients are told.
 */
static void death_step(const char *step, enum victim victim)
{
	struct scene s = scene_served();
	struct puppet *deleter = puppet_actor(), *second = puppet_actor();
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);
	struct note *queued = SHARED(struct note);
	long result;

	queued->to = s.port;
	queued->timeout = FOREVER;
	begin(second, note_call, queued);
	wait_blocked(second);
	d->cap = puppet_capability(puppet_thread(s.server));

	arm(step, victim == DELETER ? deleter : victim == CLIENT ? s.client : s.server);
	result = run(deleter, do_actor_delete, d);
	CHECK(reached(step));
	EXPECT(result, victim == DELETER ? DIED : 0);
	EXPECT(end(second), -EIDRM);
	/* At D3 the client has its answer: on another CPU it may be home with it before the kill. */
	if (victim == CLIENT && !strcmp(step, "D3"))
		EXPECT_EITHER(end(s.client), DIED, -EOWNERDEAD);
	else
		EXPECT(end(s.client), victim == CLIENT ? DIED : -EOWNERDEAD);
	EXPECT(call_number(s.port, 1, NULL, POLL), -EHOSTUNREACH);
}

TEST_TIMEOUT(deleter, "D1, D2, D3: who deletes an actor is killed", 40)
{
	actor_open();
	death_step("D1", DELETER);
	death_step("D2", DELETER);
	death_step("D3", DELETER);
}

TEST_TIMEOUT(client, "D1, D2, D3: a client of a dying actor is killed", 40)
{
	actor_open();
	death_step("D1", CLIENT);
	death_step("D2", CLIENT);
	death_step("D3", CLIENT);
}

TEST_TIMEOUT(server, "D1, D2, D3: the process of a dying actor is killed", 40)
{
	actor_open();
	death_step("D1", SERVER);
	death_step("D2", SERVER);
	death_step("D3", SERVER);
}
