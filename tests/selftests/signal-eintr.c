// SPDX-License-Identifier: GPL-2.0-or-later
/* A handled signal without SA_RESTART: EINTR, and the call can be entered again. */
#include <sys/mman.h>

#include "blocked.h"

struct protect {
	void *page;
	int mode;
};

static long do_protect(void *protect)
{
	struct protect *p = protect;

	return mprotect(p->page, 4096, p->mode) ? -errno : 0;
}

static long do_raw_call(void *call)
{
	return raw_ioctl(dev, CHORUS_IOC_IPC_CALL, call);
}

/* A page of its own in the shared memory. */
static void *shared_page(void)
{
	return (void *)(((uintptr_t)shared(8192) + 4095) & ~(uintptr_t)4095);
}

static long interrupted(struct blocked *b)
{
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	MUST(run(puppet_thread(b->victim), do_catch, c));
	puppet_signal(b->victim, SIGUSR1);
	return end(b->victim);
}

static void interrupt(struct blocked *b)
{
	EXPECT(interrupted(b), -EINTR);
}

static void interrupt_again(struct blocked *b)
{
	for (int i = 0; i < 3; i++) {
		interrupt(b);
		switch (b->kind) {
		case CALL_QUEUED:
		case CALL_SERVED:
			CHECK(b->n->call.restart);
			CHECK(!b->n->call.deadline);
			break;
		case REPLY_RECEIVE:
			CHECK(b->n->reply_receive.restart == 1);
			break;
		default:
			break;
		}
		blocked_again(b);
	}
}

TEST(again, "entered again with what was left in it, every call comes to its end, once")
{
	blocked_sweep(interrupt_again);
}

TEST(fresh, "a receive or resolve that is simply called anew has lost nothing")
{
	struct blocked b;

	for (int kind = RECEIVE; kind <= RECEIVE_ANY; kind++) {
		REQUIRE(blocked_start(&b, kind, FOREVER, 0));
		interrupt(&b);
		begin(b.victim, b.fn, b.n);
		wait_blocked(b.victim);
		blocked_finish(&b);
		blocked_end(&b);
	}
}

TEST(wrong, "a wrong transaction is refused and nothing is sent; the right one still works")
{
	struct blocked b;
	struct note *wrong = SHARED(struct note);
	struct puppet *thread;

	REQUIRE(blocked_start(&b, CALL_SERVED, FOREVER, 0));
	interrupt(&b);
	*wrong = *b.n;
	for (int i = 0; i < 64; i += 9) {
		wrong->call.restart = b.n->call.restart ^ 1ull << i;
		if (wrong->call.restart)
			EXPECT_EITHER(run(b.victim, note_again, wrong), -ENOENT, -EINVAL);
	}
	/* It belongs to the thread. */
	*wrong = *b.n;
	thread = puppet_thread(b.victim);
	EXPECT_EITHER(run(thread, note_again, wrong), -ENOENT, -EINVAL);
	*wrong = *b.n;
	EXPECT_EITHER(run(puppet_actor(), note_again, wrong), -ENOENT, -EINVAL);
	blocked_again(&b);
	blocked_finish(&b);
	/* It is used up. */
	*wrong = *b.n;
	wrong->call.restart = 1;
	EXPECT_EITHER(run(b.victim, note_again, wrong), -ENOENT, -EINVAL);
	scene_empty(&b.s);
}

TEST(meanwhile, "a reply that comes between EINTR and the second entry is there")
{
	struct blocked b;

	REQUIRE(blocked_start(&b, CALL_SERVED, FOREVER, 0));
	interrupt(&b);
	EXPECT(scene_reply(&b.s, 0x77), 0);
	EXPECT(run(b.victim, note_again, b.n), 0);
	CHECK(b.n->got == 0x77);
	scene_empty(&b.s);
}

TEST(meanwhile_dead, "so is the death of the server")
{
	struct blocked b;

	for (int kind = CALL_QUEUED; kind <= CALL_SERVED; kind++) {
		REQUIRE(blocked_start(&b, kind, FOREVER, 0));
		interrupt(&b);
		kill_puppet(b.other);
		if (kind == CALL_SERVED)
			EXPECT(run(b.victim, note_again, b.n), -EOWNERDEAD);
		else
			EXPECT_EITHER(run(b.victim, note_again, b.n), -EOWNERDEAD, -EIDRM);
		EXPECT_EITHER(run(b.victim, note_again, b.n), -ENOENT, -EINVAL);
		blocked_end(&b);
	}
}

TEST(dropped, "a transaction left alone: another call works, the server may still reply")
{
	struct blocked b;
	struct note *other = SHARED(struct note);

	REQUIRE(blocked_start(&b, CALL_SERVED, FOREVER, 0));
	interrupt(&b);
	*other = (struct note){ .to = puppet_default_port(b.other), .timeout = 10 * MS };
	EXPECT(run(b.victim, note_call, other), -ETIMEDOUT);
	EXPECT_EITHER(scene_reply(&b.s, 1), 0, -EHOSTUNREACH);
	kill_puppet(b.victim);
}

TEST(parked, "a thread keeps its CHORUS_PARKED_MAX youngest; older ones are gone")
{
	enum { N = CHORUS_PARKED_MAX + 1 };
	struct scene s = scene_new();
	struct catch *c = SHARED(struct catch);
	struct note *n[N], *r[N];

	c->signal = SIGUSR1;
	MUST(run(s.client, do_catch, c));
	for (int i = 0; i < N; i++) {
		n[i] = SHARED(struct note);
		r[i] = SHARED(struct note);
		*n[i] = *s.call;
		*r[i] = *s.receive;
		n[i]->value = i;
		begin(s.client, note_call, n[i]);
		wait_blocked(s.client);
		EXPECT(run(s.server, note_receive, r[i]), 0);
		CHECK(r[i]->got == (__u64)i);
		puppet_signal(s.client, SIGUSR1);
		EXPECT(end(s.client), -EINTR);
		for (int j = 0; j < i; j++)
			CHECK(n[j]->call.restart != n[i]->call.restart);
	}
	EXPECT_EITHER(run(s.client, note_again, n[0]), -ENOENT, -EINVAL);
	r[0]->value = 100;
	EXPECT(run(s.server, note_reply, r[0]), -EHOSTUNREACH);
	for (int i = N - 1; i > 0; i--) {
		r[i]->value = 100 + i;
		EXPECT(run(s.server, note_reply, r[i]), 0);
		EXPECT(run(s.client, note_again, n[i]), 0);
		CHECK(n[i]->got == (__u64)(100 + i), "call %d got %llu", i,
		      (unsigned long long)n[i]->got);
	}
	scene_empty(&s);
}

TEST(exits, "the transaction dies with its thread: the server's reply is EHOSTUNREACH")
{
	struct scene s = scene_new();
	struct puppet *thread = puppet_thread(s.client);
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	MUST(run(s.client, do_catch, c));
	begin(thread, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(thread);
	puppet_signal(thread, SIGUSR1);
	EXPECT(end(thread), -EINTR);
	exit_thread(thread);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
}

TEST(unwritable, "a transaction that cannot be stored is dropped: EFAULT, nothing is sent twice")
{
	struct scene s = scene_new();
	struct chorus_ipc_call *c = shared_page();
	struct catch *catch = SHARED(struct catch);
	struct protect *p = SHARED(struct protect);

	catch->signal = SIGUSR1;
	catch->restart = true;
	MUST(run(s.client, do_catch, catch));
	*c = (struct chorus_ipc_call){ .size = sizeof(*c), .target = s.port, .timeout = FOREVER };
	begin(s.client, do_raw_call, c);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(s.client);
	p->page = c;
	p->mode = PROT_READ;
	MUST(run(puppet_thread(s.client), do_protect, p));
	puppet_signal(s.client, SIGUSR1);
	EXPECT(end(s.client), -EFAULT);
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	scene_empty(&s);
}

TEST(expired, "a transaction entered again after its time is ETIMEDOUT, and gone")
{
	struct blocked b;
	long long time;
	long result;

	/* As much time as it takes to interrupt it. */
	for (time = 300 * MS;; time *= 2) {
		time = blocked_start_timed(&b, CALL_SERVED, time);
		result = interrupted(&b);
		if (result != -ETIMEDOUT)
			break;
		blocked_end(&b);
	}
	EXPECT(result, -EINTR);
	sleep_ms(time / MS);
	EXPECT(run(b.victim, note_again, b.n), -ETIMEDOUT);
	EXPECT(scene_reply(&b.s, 1), -EHOSTUNREACH);
	scene_empty(&b.s);
}

static long do_receive_many(void *note)
{
	struct note *n = note;

	for (__u64 next = 0; next < n->value;) {
		long result = note_receive(n);

		if (result == -EINTR)
			continue;
		if (result)
			return result;
		if (n->got != next++)
			return -EIO;
	}
	return 0;
}

TEST(racing, "receives interrupted while messages come lose none and keep the order")
{
	struct scene s = scene_new();
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	MUST(run(s.server, do_catch, c));
	s.receive->value = 400;
	begin(s.server, do_receive_many, s.receive);
	actor_open();
	for (__u64 i = 0; i < 400; i++) {
		while (send_number(s.port, i) == -ENOBUFS)
			sleep_ms(1);
		puppet_signal(s.server, SIGUSR1);
	}
	EXPECT(end(s.server), 0);
	scene_empty(&s);
}
