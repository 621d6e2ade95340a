// SPDX-License-Identifier: GPL-2.0-or-later
/* Many clients, many server threads, and things that vanish under them. */
#include <sched.h>

#include "scene.h"

struct work {
	struct chorus_ui to;
	int li;
	unsigned int calls, seed, lost;
	bool stop;
	struct chorus_port_delete delete;
};

static long do_calls(void *work)
{
	struct work *w = work;

	for (unsigned int i = 0; i < w->calls; i++) {
		__u64 got = 0, value = (__u64)w->seed << 32 | i;
		int result = call_number(w->to, value, &got, FOREVER);

		if (result == -ENOBUFS) {
			i--;
			sched_yield();
			continue;
		}
		if (result)
			return result;
		if (got != ~value)
			return -EIO;
	}
	return 0;
}

static long do_serve(void *work)
{
	struct work *w = work;
	struct note n = { .li = w->li, .timeout = FOREVER };
	long result = note_receive(&n);

	while (!result) {
		n.value = ~n.got;
		n.msg = 0;
		result = note_reply_receive(&n);
	}
	return result;
}

TEST_TIMEOUT(crowd, "eight clients, four server threads: every reply is the right one", 60)
{
	struct puppet *server = puppet_actor(), *t[4], *client[8];
	struct work *w = SHARED(struct work);
	long result;

	w->li = puppet_port(server, &w->to);
	for (int i = 0; i < 4; i++) {
		t[i] = puppet_thread(server);
		begin(t[i], do_serve, w);
	}
	for (int i = 0; i < 8; i++)
		client[i] = i < 6 ? puppet_actor() : puppet_thread(client[0]);
	for (int i = 0; i < 8; i++) {
		struct work *mine = SHARED(struct work);

		*mine = (struct work){ .to = w->to, .calls = 400, .seed = i };
		begin(client[i], do_calls, mine);
	}
	for (int i = 0; i < 8; i++) {
		result = end(client[i]);
		EXPECT(result, 0);
	}
	w->delete.li = w->li;
	EXPECT(run(server, do_port_delete, &w->delete), 0);
	/* One that was on its way back from its last reply finds the port gone already. */
	for (int i = 0; i < 4; i++)
		EXPECT_EITHER(end(t[i]), -EIDRM, -ENOENT);
}

/* Calls whatever port is current, for ever; every end of a call must be a known one. */
static long do_chase(void *work)
{
	struct work *w = work;

	while (!*(volatile bool *)&w->stop) {
		struct chorus_ui to = *(volatile struct chorus_ui *)&w->to;
		__u64 got = 0;
		int result = call_number(to, 77, &got, FOREVER);

		if (result == -EIDRM || result == -EHOSTUNREACH)
			w->lost++;
		else if (result)
			return result;
		else if (got != ~77ull)
			return -EIO;
		else
			w->calls++;
	}
	return 0;
}

static long do_serve_any(void *work)
{
	struct note n = { .li = CHORUS_LI_ANYENABLED, .timeout = FOREVER };
	long result;

	while (!(result = note_receive(&n))) {
		result = reply_number(0, ~n.got);
		if (result && result != -EHOSTUNREACH)
			return result;
	}
	return result;
}

struct port_trick {
	struct chorus_port_create create;
	struct chorus_port_enable enable;
	struct chorus_port_delete delete;
};

static long do_new_enabled(void *trick)
{
	struct port_trick *p = trick;
	int result = port_create(&p->create);

	p->enable.li = p->delete.li = p->create.out_li;
	return result ?: port_enable(&p->enable);
}

/*
 * For two seconds ports of the server are made, enabled and deleted under four clients that do @fn. Returns how
 * many there were; what the clients counted is added up in @sum.
 */
static unsigned int come_and_go(struct puppet *server, long (*fn)(void *), struct work *sum)
{
	struct puppet *client[4];
	struct work *w[4];
	struct port_trick *p = SHARED(struct port_trick);
	unsigned int rounds = 0;
	long long until;

	for (int i = 0; i < 4; i++) {
		client[i] = puppet_actor();
		w[i] = SHARED(struct work);
		w[i]->to = puppet_default_port(client[0]);
		w[i]->to.tail ^= 1;
	}
	for (int i = 0; i < 4; i++)
		begin(client[i], fn, w[i]);
	for (until = now_ns() + 2 * SECOND; now_ns() < until; rounds++) {
		EXPECT(run(server, do_new_enabled, p), 0);
		for (int i = 0; i < 4; i++)
			w[i]->to = p->create.out_ui;
		sleep_ms(rounds % 4);
		EXPECT(run(server, do_port_delete, &p->delete), 0);
	}
	for (int i = 0; i < 4; i++)
		w[i]->stop = true;
	for (int i = 0; i < 4; i++) {
		EXPECT(end(client[i]), 0);
		sum->calls += w[i]->calls;
		sum->lost += w[i]->lost;
	}
	return rounds;
}

TEST_TIMEOUT(vanishing, "ports are made, enabled and deleted under callers and receivers", 60)
{
	struct puppet *server = puppet_actor(), *t = puppet_thread(server);
	struct work sum = { 0 };
	unsigned int rounds;

	begin(t, do_serve_any, NULL);
	rounds = come_and_go(server, do_chase, &sum);
	selftest_note("%u ports, %u calls answered, %u told", rounds, sum.calls, sum.lost);
	CHECK(!ended(t));
}

/* Nobody serves: a request is taken back by its client, or dies with its port. */
static long do_leave(void *work)
{
	struct work *w = work;

	while (!*(volatile bool *)&w->stop) {
		struct chorus_ui to = *(volatile struct chorus_ui *)&w->to;
		int result = call_number(to, 77, NULL, MS / 10);

		if (result == -ETIMEDOUT)
			w->calls++;
		else if (result == -EIDRM || result == -EHOSTUNREACH)
			w->lost++;
		else
			return result;
	}
	return 0;
}

TEST_TIMEOUT(withdrawn, "requests are taken back from ports that are being deleted", 60)
{
	struct work sum = { 0 };
	unsigned int rounds = come_and_go(puppet_actor(), do_leave, &sum);

	selftest_note("%u ports, %u requests taken back, %u told", rounds, sum.calls, sum.lost);
}

/* Nobody serves: every call ends with the death of the actor. */
static long do_chase_dead(void *work)
{
	struct work *w = work;

	while (!*(volatile bool *)&w->stop) {
		struct chorus_ui to = *(volatile struct chorus_ui *)&w->to;
		int result = call_number(to, 1, NULL, FOREVER);

		if (result != -EIDRM && result != -EOWNERDEAD && result != -EHOSTUNREACH)
			return result;
	}
	return 0;
}

TEST_TIMEOUT(reopening, "an actor closed and opened again under its callers", 60)
{
	struct puppet *server = puppet_actor(), *client[3];
	struct work *w[3];
	long long until = now_ns() + 2 * SECOND;
	unsigned int rounds = 0;

	for (int i = 0; i < 3; i++) {
		w[i] = SHARED(struct work);
		w[i]->to = puppet_default_port(server);
		client[i] = puppet_actor();
	}
	for (int i = 0; i < 3; i++)
		begin(client[i], do_chase_dead, w[i]);
	for (; now_ns() < until; rounds++) {
		sleep_ms(rounds % 3);
		MUST(run(server, do_close, NULL));
		MUST(run(server, do_open, NULL));
		for (int i = 0; i < 3; i++)
			w[i]->to = puppet_default_port(server);
	}
	for (int i = 0; i < 3; i++)
		w[i]->stop = true;
	MUST(run(server, do_close, NULL));
	for (int i = 0; i < 3; i++)
		EXPECT(end(client[i]), 0);
	selftest_note("%u actors", rounds);
}
