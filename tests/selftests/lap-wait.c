// SPDX-License-Identifier: GPL-2.0-or-later
/* A caller inside a handler that sleeps: time, abort, signals, SIGSTOP, SIGKILL. */
#include "blocked.h"

static struct lap_call *wait_call(long long timeout)
{
	struct lap_call *c = SHARED(struct lap_call);
	int own = dev < 0;

	if (own)
		actor_open();
	c->desc = need_lap(PROBE_LAP_WAIT);
	if (own)
		actor_close();
	c->size = sizeof(struct probe_wait);
	c->arg = shared(c->size);
	*(struct probe_wait *)c->arg = (struct probe_wait){ .timeout = timeout, .result = 1 };
	return c;
}

static long result_of(struct lap_call *c)
{
	return ((struct probe_wait *)c->arg)->result;
}

TEST(time, "the sleep inside takes its time")
{
	struct lap_call *c;
	long long start;

	actor_open();
	c = wait_call(80 * MS);
	start = now_ns();
	EXPECT(do_invoke(c), 0);
	EXPECT(result_of(c), -ETIMEDOUT);
	CHECK(now_ns() - start >= 80 * MS && now_ns() - start < LATE);
}

TEST(abort, "threadAbort reaches the sleep inside the handler")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p);
	struct lap_call *c = wait_call(FOREVER);
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);
	struct chorus_thread_abort *a = SHARED(struct chorus_thread_abort);
	long result;

	MUST(run(p, do_thread_self, self));
	a->flags = CHORUS_SELF;
	a->li = self->out_li;
	begin(p, do_invoke, c);
	wait_blocked(p);
	EXPECT(run(second, do_thread_abort, a), 0);
	result = end(p);
	if (!result)
		EXPECT(result_of(c), -ECANCELED);
	else
		EXPECT(result, -ECANCELED);
}

TEST(signal, "a signal ends the sleep inside: the handler is told, the caller too")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p);
	struct lap_call *c = wait_call(FOREVER);
	struct catch *catch = SHARED(struct catch);
	long result;

	catch->signal = SIGUSR1;
	MUST(run(second, do_catch, catch));
	begin(p, do_invoke, c);
	wait_blocked(p);
	puppet_signal(p, SIGUSR1);
	result = end(p);
	if (!result)
		EXPECT(result_of(c), -EINTR);
	else
		EXPECT(result, -EINTR);
	EXPECT(*signals_seen, 1);
}

TEST(killed, "SIGKILL inside: the process dies, the LAP serves on")
{
	struct puppet *p[3], *next = puppet_actor();
	struct lap_call *c = wait_call(FOREVER), *after = wait_call(1);

	for (int i = 0; i < 3; i++) {
		p[i] = puppet_actor();
		begin(p[i], do_invoke, c);
	}
	for (int i = 0; i < 3; i++)
		wait_blocked(p[i]);
	for (int i = 0; i < 3; i++)
		kill_puppet(p[i]);
	EXPECT(run(next, do_invoke, after), 0);
	EXPECT(result_of(after), -ETIMEDOUT);
}

TEST(thread, "one thread inside, another exits, then the process is killed")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p), *third = puppet_thread(p);
	struct lap_call *c = wait_call(FOREVER);

	begin(third, do_invoke, c);
	wait_blocked(third);
	exit_thread(second);
	CHECK(!ended(third));
	kill_puppet(p);
	EXPECT(end(third), DIED);
}

TEST(actor_deleted, "the actor of a caller inside is deleted")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p);
	struct lap_call *c = wait_call(FOREVER);
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);
	long result;

	d->cap = puppet_capability(p);
	begin(p, do_invoke, c);
	wait_blocked(p);
	EXPECT(run(second, do_actor_delete, d), 0);
	result = end(p);
	CHECK(!result ? result_of(c) == -ECANCELED || result_of(c) == -ESHUTDOWN :
	      result == -ECANCELED || result == -ESHUTDOWN, "%s, %s", error_name(result),
	      error_name(result_of(c)));
}
