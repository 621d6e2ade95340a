// SPDX-License-Identifier: GPL-2.0-or-later
/* threadDelay: ends with its time, an abort, a signal or a death, and with nothing else. */
#include "scene.h"

struct sleep {
	struct chorus_thread_delay delay;
	int li;
};

static long do_sleep(void *sleep)
{
	struct sleep *s = sleep;
	struct chorus_thread_self self = { 0 };
	long result = thread_self(&self);

	s->li = self.out_li;
	return result ?: thread_delay(&s->delay);
}

static struct sleep *long_sleep(void)
{
	struct sleep *s = SHARED(struct sleep);

	s->delay.timeout = FOREVER;
	return s;
}

TEST(time, "ends with ETIMEDOUT, and not before its time")
{
	struct chorus_thread_delay delay = { 0 };
	long long start;

	actor_open();
	EXPECT(thread_delay(&delay), -ETIMEDOUT);
	for (int ms = 1; ms <= 64; ms *= 4) {
		delay.timeout = ms * MS;
		start = now_ns();
		EXPECT(thread_delay(&delay), -ETIMEDOUT);
		CHECK(now_ns() - start >= ms * MS);
	}
}

TEST(abort, "is always abortable: ECANCELED; a mark ends the next one at once")
{
	struct puppet *p = puppet_actor(), *other = puppet_thread(p);
	struct chorus_thread_abort *abort = SHARED(struct chorus_thread_abort);
	struct sleep *s = long_sleep();

	begin(p, do_sleep, s);
	wait_blocked(p);
	abort->flags = CHORUS_SELF;
	abort->li = s->li;
	EXPECT(run(other, do_thread_abort, abort), 0);
	EXPECT(end(p), -ECANCELED);
	EXPECT(run(other, do_thread_abort, abort), 0);
	EXPECT(run(p, do_sleep, s), -ECANCELED);
}

TEST(signal, "a signal interrupts it; entered again it has not become longer")
{
	struct puppet *p = puppet_actor();
	struct catch *c = SHARED(struct catch);
	struct sleep *s = SHARED(struct sleep);
	long long start, time;
	long result;

	c->signal = SIGUSR1;
	MUST(run(p, do_catch, c));
	/* Until the signal is faster than the time. */
	for (time = 300 * MS;; time *= 2) {
		s->delay = (struct chorus_thread_delay){ .timeout = time };
		start = now_ns();
		begin(p, do_sleep, s);
		if (try_wait_blocked(p))
			puppet_signal(p, SIGUSR1);
		result = end(p);
		if (result != -ETIMEDOUT)
			break;
	}
	EXPECT(result, -EINTR);
	EXPECT(run(p, do_sleep, s), -ETIMEDOUT);
	CHECK(now_ns() - start >= time);
}

TEST(death, "ends with the death of the actor")
{
	struct puppet *p = puppet_actor();
	struct chorus_actor_delete delete = { 0 };
	struct sleep *s = long_sleep();

	delete.cap = puppet_capability(p);
	begin(p, do_sleep, s);
	wait_blocked(p);
	actor_open();
	EXPECT(actor_delete(&delete), 0);
	/* The actor is dead before its process is: the thread may have said so. */
	EXPECT_EITHER(end(p), DIED, -ESHUTDOWN);
}

TEST(message, "a message does not end it")
{
	struct puppet *p = puppet_actor();
	struct chorus_ui port = puppet_default_port(p);
	struct sleep *s = long_sleep();

	begin(p, do_sleep, s);
	wait_blocked(p);
	actor_open();
	EXPECT(send_number(port, 1), 0);
	sleep_ms(50);
	CHECK(!ended(p));
}
