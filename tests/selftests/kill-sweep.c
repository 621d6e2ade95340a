// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill -9 at every point of the protocols that can be reached from outside, at random
 * moments of a running dialogue, and a check after each that the survivor recovers.
 */
#include "chorus_probe.h"
#include "scene.h"

static unsigned int seed = 12345;

static unsigned int random_below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void short_while(void)
{
	long long end_at = now_ns() + random_below(3000000);

	if (random_below(3))
		while (now_ns() < end_at)
			;
	else
		sleep_ms(random_below(4));
}

static bool known_death(long result)
{
	return result == -EOWNERDEAD || result == -EIDRM || result == -EHOSTUNREACH;
}

struct dialogue {
	struct chorus_ui to;
	struct lap_call lap;
	unsigned int rounds;		/* of the client, so far */
	long unexpected;
};

/* Calls for ever; ends with the death of the server. */
static long do_client(void *dialogue)
{
	struct dialogue *d = dialogue;

	for (;; d->rounds++) {
		__u64 got = 0;
		long result = call_number(d->to, d->rounds, &got, FOREVER);

		if (result)
			return result;
		if (got != ~(__u64)d->rounds)
			return d->unexpected = -EIO;
	}
}

/* Serves for ever by reply-and-receive. */
static long do_server(void *note)
{
	struct note *n = note;
	long result = note_receive(n);

	while (!result || result == -EHOSTUNREACH) {
		n->value = ~n->got;
		n->msg = 0;
		result = note_reply_receive(n);
	}
	return result;
}

static long do_plain_server(void *note)
{
	struct note *n = note;

	for (;;) {
		long result = note_receive(n);

		if (result)
			return result;
		result = reply_number(n->msg, ~n->got);
		if (result && result != -EHOSTUNREACH)
			return result;
	}
}

/* Serves, saving every second request for a while. */
static long do_saving_server(void *note)
{
	struct note *n = note;
	struct chorus_ipc_save save = { 0 };

	for (;;) {
		long result = note_receive(n);
		__u64 got = n->got;

		save.msg = 0;
		result = result ?: ipc_save(&save) ?: ipc_restore(&save);
		if (result)
			return result;
		result = reply_number(0, ~got);
		if (result && result != -EHOSTUNREACH)
			return result;
	}
}

static long (*const servers[])(void *) = { do_server, do_plain_server, do_saving_server };

TEST_TIMEOUT(server, "the server of a running dialogue is killed: every client is told", 60)
{
	long long until = now_ns() + 2 * SECOND;
	unsigned int rounds = 0, dead = 0;

	for (; now_ns() < until; dead++) {
		struct puppet *server = puppet_actor(), *client[3];
		struct dialogue *d[3];
		struct note *n = SHARED(struct note);

		n->timeout = FOREVER;
		for (int i = 0; i < 3; i++) {
			client[i] = puppet_actor();
			d[i] = SHARED(struct dialogue);
			d[i]->to = puppet_default_port(server);
		}
		begin(server, servers[dead % 3], n);
		for (int i = 0; i < 3; i++)
			begin(client[i], do_client, d[i]);
		short_while();
		kill_puppet(server);
		for (int i = 0; i < 3; i++) {
			long result = end(client[i]);

			CHECK(known_death(result), "%s", error_name(result));
			CHECK(!d[i]->unexpected);
			rounds += d[i]->rounds;
			kill_puppet(client[i]);
		}
	}
	selftest_note("%u servers killed, %u calls", dead, rounds);
}

TEST_TIMEOUT(client, "clients of a running server are killed: it serves the others on", 60)
{
	long long until = now_ns() + 2 * SECOND, limit;
	struct puppet *server = puppet_actor(), *stays = puppet_actor();
	struct dialogue *lasting = SHARED(struct dialogue);
	struct note *n = SHARED(struct note);
	unsigned int dead = 0, before;

	n->timeout = FOREVER;
	lasting->to = puppet_default_port(server);
	begin(server, do_server, n);
	begin(stays, do_client, lasting);
	for (; now_ns() < until; dead++) {
		struct puppet *client = puppet_actor(), *second = puppet_thread(client);
		struct dialogue *d = SHARED(struct dialogue), *e = SHARED(struct dialogue);

		d->to = e->to = lasting->to;
		begin(client, do_client, d);
		begin(second, do_client, e);
		short_while();
		kill_puppet(client);
		before = *(volatile unsigned int *)&lasting->rounds;
		limit = now_ns() + 2 * LATE;
		while (*(volatile unsigned int *)&lasting->rounds == before) {
			REQUIRE(now_ns() < limit, "the server serves no more");
			sleep_ms(1);
		}
	}
	CHECK(!ended(server) && !ended(stays));
	selftest_note("%u clients killed, %u calls of the one that lives", dead, lasting->rounds);
}

static long do_lap_loop(void *dialogue)
{
	struct dialogue *d = dialogue;

	for (;; d->rounds++) {
		long result = do_invoke(&d->lap);

		if (result)
			return result;
	}
}

TEST_TIMEOUT(lap, "callers inside LAPs are killed: the LAPs serve on", 60)
{
	static const struct {
		const char *name;
		unsigned int size;
	} laps[] = {
		{ ECHO_LAP_NULL, 0 }, { ECHO_LAP_ECHO, sizeof(struct echo_arg) },
		{ PROBE_LAP_WAIT, sizeof(struct probe_wait) },
		{ PROBE_LAP_CALL, sizeof(struct probe_call) },
		{ PROBE_LAP_NEST, sizeof(struct probe_arg) },
	};
	long long until = now_ns() + 2 * SECOND;
	struct puppet *server = puppet_actor();
	struct note *n = SHARED(struct note);
	struct chorus_ui port = puppet_default_port(server);
	unsigned int dead = 0;

	n->timeout = FOREVER;
	begin(server, do_server, n);
	actor_open();
	for (; now_ns() < until; dead++) {
		unsigned int i = dead % ARRAY_SIZE(laps);
		struct puppet *client = puppet_actor(), *second = puppet_thread(client);
		struct dialogue *d[2] = { SHARED(struct dialogue), SHARED(struct dialogue) };

		for (int t = 0; t < 2; t++) {
			d[t]->lap.desc = need_lap(laps[i].name);
			d[t]->lap.size = laps[i].size;
			d[t]->lap.arg = shared(256);
			if (i == 2)
				((struct probe_wait *)d[t]->lap.arg)->timeout = t ? FOREVER : 10000;
			if (i == 3)
				*(struct probe_call *)d[t]->lap.arg = (struct probe_call){
					.target = { port.head, port.tail }, .timeout = FOREVER,
				};
			if (i == 4)
				((struct probe_arg *)d[t]->lap.arg)->value = 5;
			begin(t ? second : client, do_lap_loop, d[t]);
		}
		short_while();
		kill_puppet(client);
	}
	CHECK(!ended(server));
	selftest_note("%u callers killed", dead);
	/* All of them can still be deleted: nobody is counted as inside. */
	{
		struct probe_arg a = { 1 };
		struct chorus_lap_desc delete = need_lap(PROBE_LAP_DELETE);

		EXPECT(invoke(&delete, &a, sizeof(a)), 0);
		EXPECT(a.value, 0);
	}
}

static long do_open_close(void *unused)
{
	for (;;) {
		struct chorus_port_create c = { 0 };
		int result;

		/* The dead are counted until they are freed: any quota may be used up. */
		if (dev < 0)
			dev = try_open();
		if (dev == -EDQUOT) {
			sleep_ms(1);
			continue;
		}
		if (dev < 0)
			return dev;
		result = port_create(&c);
		if (!result)
			result = send_number(c.out_ui, 1);
		if (result && result != -EDQUOT)
			return result;
		actor_close();
	}
}

TEST_TIMEOUT(birth, "killed while actors and ports are born and die", 60)
{
	long long until = now_ns() + 2 * SECOND;
	unsigned int dead = 0;

	for (; now_ns() < until; dead++) {
		struct puppet *p = puppet_process();

		begin(p, do_open_close, NULL);
		short_while();
		CHECK(!ended(p));
		kill_puppet(p);
	}
	selftest_note("%u killed", dead);
}

static long do_wait_loop(void *note)
{
	struct note *n = note;

	for (;;) {
		struct note wait = { .li = n->li, .timeout = random_below(2) ? 100000 : 2000000 };
		long result = note_receive(&wait);

		if (result && result != -ETIMEDOUT)
			return result;
		if (!result && wait.got_flags & CHORUS_MSG_RPC)
			reply_number(0, ~wait.got);
	}
}

TEST_TIMEOUT(receivers, "receivers whose timeouts race with messages are killed", 60)
{
	long long until = now_ns() + 2 * SECOND;
	unsigned int dead = 0;

	for (; now_ns() < until; dead++) {
		struct puppet *server = puppet_actor(), *t = puppet_thread(server);
		struct puppet *client = puppet_actor();
		struct dialogue *d = SHARED(struct dialogue);
		struct note *n = SHARED(struct note);
		long result;

		d->to = puppet_default_port(server);
		begin(server, do_wait_loop, n);
		begin(t, do_wait_loop, n);
		begin(client, do_client, d);
		short_while();
		kill_puppet(server);
		result = end(client);
		CHECK(known_death(result), "%s", error_name(result));
		kill_puppet(client);
	}
	selftest_note("%u servers killed", dead);
}
