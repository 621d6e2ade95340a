// SPDX-License-Identifier: GPL-2.0-or-later
/* A port that asks for it is served with the priority of its callers, and nobody keeps one. */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "scene.h"

/* How urgent a thread is: real-time priority above 0, else its nice value from 0 down. */
struct urgency {
	int policy, rt, nice;
};

static struct urgency urgency_of(pid_t tid)
{
	struct urgency u = { .policy = sched_getscheduler(tid) & ~SCHED_RESET_ON_FORK };
	struct sched_param param;

	MUST_SYS(sched_getparam(tid, &param));
	u.rt = param.sched_priority;
	errno = 0;
	u.nice = getpriority(PRIO_PROCESS, (id_t)tid);
	return u;
}

#define IS(tid, policy_, rt_, nice_) do {						\
	struct urgency u_ = urgency_of(tid);						\
	CHECK(u_.policy == (policy_) && u_.rt == (rt_) && u_.nice == (nice_),		\
	      "policy %d, priority %d, nice %d", u_.policy, u_.rt, u_.nice);		\
} while (0)
#define IS_ITSELF(tid) IS(tid, SCHED_OTHER, 0, 0)

static void set_policy(pid_t tid, int policy, int rt)
{
	struct sched_param param = { .sched_priority = rt };

	MUST_SYS(sched_setscheduler(tid, policy, &param));
}

static void set_nice(pid_t tid, int nice)
{
	MUST_SYS(setpriority(PRIO_PROCESS, (id_t)tid, nice));
}

/* A scene whose port takes loans. */
static struct scene scene_lend(unsigned int rt, int nice)
{
	struct scene s = scene_new();
	struct chorus_port_lend *l = SHARED(struct chorus_port_lend);

	*l = (struct chorus_port_lend){ .flags = CHORUS_SET, .li = s.li, .rt = rt, .nice = nice };
	MUST(run(s.server, do_port_lend, l));
	return s;
}

/* The client's request is with the server, who waited for it. */
static void serve(struct scene *s)
{
	begin(s->server, note_receive, s->receive);
	wait_blocked(s->server);
	begin(s->client, note_call, s->call);
	MUST(end(s->server));
	wait_blocked(s->client);
}

static void answer(struct scene *s)
{
	EXPECT(scene_reply(s, 1), 0);
	EXPECT(end(s->client), 0);
	IS_ITSELF(puppet_tid(s->server));
}

TEST(limits, "a port takes nothing at first; what it takes can be asked")
{
	struct chorus_port_lend l = { .nice = 0 };

	actor_open();
	EXPECT(port_lend(&l), 0);
	CHECK(l.out_rt == 0 && l.out_nice == 19);
	l = (struct chorus_port_lend){ .flags = CHORUS_SET, .rt = 99, .nice = -20 };
	EXPECT(port_lend(&l), 0);
	CHECK(l.out_rt == 0 && l.out_nice == 19);
	l.flags = 0;
	EXPECT(port_lend(&l), 0);
	CHECK(l.out_rt == 99 && l.out_nice == -20);
	l.li = 7;
	EXPECT(port_lend(&l), -ENOENT);
}

static long limit_rt(void *unused)
{
	struct rlimit rt = { 20, 20 }, nice = { 25, 25 };	/* down to nice -5 */

	return setrlimit(RLIMIT_RTPRIO, &rt) || setrlimit(RLIMIT_NICE, &nice) ? -errno : 0;
}

TEST(allowed, "no more than the process could give itself")
{
	static const struct { int rt, nice, result; } rows[] = {
		{ 0, 19, 0 }, { 0, 0, 0 }, { 20, -5, 0 }, { 21, 0, -EPERM }, { 0, -6, -EPERM },
		{ 99, -20, -EPERM },
	};
	struct puppet *poor = puppet_actor();
	struct chorus_port_lend *l = SHARED(struct chorus_port_lend);

	MUST(run(poor, limit_rt, NULL));
	MUST(run(poor, do_drop, NULL));
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		*l = (struct chorus_port_lend){
			.flags = CHORUS_SET, .rt = (__u32)rows[i].rt, .nice = rows[i].nice,
		};
		if (!EXPECT(run(poor, do_port_lend, l), rows[i].result))
			selftest_note("rt %d, nice %d", rows[i].rt, rows[i].nice);
	}
}

TEST(fifo, "a SCHED_FIFO client lends its priority until the reply")
{
	struct scene s = scene_lend(50, 0);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	for (int i = 0; i < 3; i++) {
		serve(&s);
		IS(puppet_tid(s.server), SCHED_FIFO, 10, 0);
		answer(&s);
	}
}

TEST(rr, "so does a SCHED_RR client; no more than the port takes")
{
	struct scene s = scene_lend(5, 0);

	set_policy(puppet_tid(s.client), SCHED_RR, 10);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_RR, 5, 0);
	answer(&s);
}

TEST(queued, "a request that waited in the queue lends, too")
{
	struct scene s = scene_lend(50, 0);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	MUST(run(s.server, note_receive, s.receive));
	IS(puppet_tid(s.server), SCHED_FIFO, 10, 0);
	answer(&s);
}

TEST(nice, "a nice client lends its value, down to what the port takes")
{
	struct scene s = scene_lend(0, -5);

	set_nice(puppet_tid(s.client), -3);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_OTHER, 0, -3);
	answer(&s);
	set_nice(puppet_tid(s.client), -10);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_OTHER, 0, -5);
	answer(&s);
	/* Real time, of which the port takes none, is worth its best nice value. */
	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_OTHER, 0, -5);
	answer(&s);
}

TEST(not_above, "who is no more urgent than the server lends nothing")
{
	struct scene s = scene_lend(99, -20);

	serve(&s);
	IS_ITSELF(puppet_tid(s.server));
	answer(&s);
	set_nice(puppet_tid(s.client), 10);
	serve(&s);
	answer(&s);
	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	set_policy(puppet_tid(s.server), SCHED_FIFO, 20);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_FIFO, 20, 0);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	IS(puppet_tid(s.server), SCHED_FIFO, 20, 0);
}

TEST(unasked, "a port that has not asked takes nothing; nor does a message that is no call")
{
	struct scene s = scene_new(), t = scene_lend(50, -20);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	IS_ITSELF(puppet_tid(s.server));
	answer(&s);
	set_policy(puppet_tid(t.client), SCHED_FIFO, 10);
	/* Nor one in the memory of a call that lent, and that its client has left. */
	scene_served_for(&t, 100 * MS);
	EXPECT(end(t.client), -ETIMEDOUT);
	EXPECT(scene_reply(&t, 1), -EHOSTUNREACH);
	begin(t.server, note_receive, t.receive);
	wait_blocked(t.server);
	MUST(run(t.client, note_send, t.call));
	MUST(end(t.server));
	IS_ITSELF(puppet_tid(t.server));
}

TEST(leaves, "a client that times out, is aborted or killed takes it back, while the server works on")
{
	struct scene s = scene_lend(50, 0);
	struct chorus_thread_abort abort = abort_of(s.client);

	actor_open();
	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	scene_served_for(&s, 200 * MS);
	EXPECT(end(s.client), -ETIMEDOUT);
	IS_ITSELF(puppet_tid(s.server));
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);

	s.call->timeout = FOREVER;
	s.call->flags = CHORUS_MSG_ABORTABLE;
	serve(&s);
	IS(puppet_tid(s.server), SCHED_FIFO, 10, 0);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	IS_ITSELF(puppet_tid(s.server));
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);

	serve(&s);
	IS(puppet_tid(s.server), SCHED_FIFO, 10, 0);
	kill_puppet(s.client);
	IS_ITSELF(puppet_tid(s.server));
	EXPECT(scene_reply(&s, 1), -EHOSTUNREACH);
	IS_ITSELF(puppet_tid(s.server));
}

TEST(own_change, "what somebody set meanwhile stays")
{
	struct scene s = scene_lend(50, -20);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	set_policy(puppet_tid(s.server), SCHED_FIFO, 3);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	IS(puppet_tid(s.server), SCHED_FIFO, 3, 0);
	set_policy(puppet_tid(s.server), SCHED_OTHER, 0);

	set_policy(puppet_tid(s.client), SCHED_OTHER, 0);
	set_nice(puppet_tid(s.client), -3);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_OTHER, 0, -3);
	set_nice(puppet_tid(s.server), 4);
	EXPECT(scene_reply(&s, 1), 0);
	EXPECT(end(s.client), 0);
	IS(puppet_tid(s.server), SCHED_OTHER, 0, 4);
}

static long fork_and_look(void *unused)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(sched_getscheduler(0) == SCHED_OTHER && !getpriority(PRIO_PROCESS, 0) ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -errno;
	return status;
}

TEST(fork, "a child of the server has no part in it")
{
	struct scene s = scene_lend(50, 0);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	EXPECT(run(s.server, fork_and_look, NULL), 0);
	answer(&s);
	EXPECT(sched_getscheduler(puppet_tid(s.server)), SCHED_OTHER);
}

TEST(aside, "saved, it goes back, and comes again with the message; so does a receive end it")
{
	struct scene s = scene_lend(50, 0);
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);
	struct note *poll = SHARED(struct note);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	MUST(run(s.server, do_ipc_save, save));
	IS_ITSELF(puppet_tid(s.server));
	MUST(run(s.server, do_ipc_restore, save));
	IS(puppet_tid(s.server), SCHED_FIFO, 10, 0);
	poll->li = s.li;
	poll->timeout = POLL;
	EXPECT(run(s.server, note_receive, poll), -ETIMEDOUT);
	IS_ITSELF(puppet_tid(s.server));
	answer(&s);
}

TEST(by_token, "another thread's reply ends it")
{
	struct scene s = scene_lend(50, 0);
	struct puppet *other = puppet_thread(s.server);
	struct note *reply = SHARED(struct note);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	serve(&s);
	reply->msg = s.receive->msg;
	EXPECT(run(other, note_reply, reply), 0);
	EXPECT(end(s.client), 0);
	IS_ITSELF(puppet_tid(s.server));
}

TEST(passed_on, "forwarded, it goes with the message; a server's own call lends on")
{
	struct scene s = scene_lend(50, 0), t = scene_lend(20, 0);
	struct chorus_ipc_forward *forward = SHARED(struct chorus_ipc_forward);
	struct note *reply = SHARED(struct note);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 30);
	serve(&s);
	IS(puppet_tid(s.server), SCHED_FIFO, 30, 0);
	forward->target = t.port;
	MUST(run(s.server, do_ipc_forward, forward));
	IS_ITSELF(puppet_tid(s.server));
	MUST(run(t.server, note_receive, t.receive));
	IS(puppet_tid(t.server), SCHED_FIFO, 20, 0);
	reply->msg = t.receive->msg;
	EXPECT(run(t.server, note_reply, reply), 0);
	EXPECT(end(s.client), 0);
	IS_ITSELF(puppet_tid(t.server));

	serve(&s);
	t.call->to = t.port;
	begin(s.server, note_call, t.call);
	MUST(run(t.server, note_receive, t.receive));
	IS(puppet_tid(t.server), SCHED_FIFO, 20, 0);
	EXPECT(run(t.server, note_reply, reply), -ENOENT);
	reply->msg = t.receive->msg;
	EXPECT(run(t.server, note_reply, reply), 0);
	EXPECT(end(s.server), 0);
	IS_ITSELF(puppet_tid(t.server));
	answer(&s);
}

TEST(migrate, "a port that moves to another actor takes nothing there")
{
	struct scene s = scene_lend(50, -20);
	struct chorus_port_migrate *m = SHARED(struct chorus_port_migrate);
	struct chorus_port_lend *l = SHARED(struct chorus_port_lend);

	m->flags = CHORUS_SELF;
	m->li = s.li;
	m->to = puppet_capability(s.client);
	MUST(run(s.server, do_port_migrate, m));
	l->li = m->out_li;
	EXPECT(run(s.client, do_port_lend, l), 0);
	CHECK(l->out_rt == 0 && l->out_nice == 19);
}

/* Serves for a while, with pauses of all lengths. */
static long serve_many(void *note)
{
	struct note *n = note;

	for (int i = 0; i < 200; i++) {
		long result;

		n->msg = 0;
		n->timeout = FOREVER;
		result = note_receive(n);
		if (result)
			return result;
		if (n->got == ~0ULL)
			return 0;
		if (i % 3)
			usleep((useconds_t)(i * 37 % 3000));
		result = note_reply(n);
		if (result && result != -EHOSTUNREACH)
			return result;
	}
	return -E2BIG;
}

static long call_many(void *note)
{
	struct note *n = note;

	for (int i = 0; i < 150; i++) {
		long result;

		n->timeout = i % 7 ? (i * 53 % 2500) * 1000LL : FOREVER;
		result = note_call(n);
		if (result && result != -ETIMEDOUT)
			return result;
	}
	n->value = ~0ULL;
	return note_send(n);
}

TEST_TIMEOUT(storm, "clients that leave at any moment leave the server as it was", 60)
{
	struct scene s = scene_lend(50, -20);

	set_policy(puppet_tid(s.client), SCHED_FIFO, 10);
	begin(s.server, serve_many, s.receive);
	begin(s.client, call_many, s.call);
	EXPECT(end(s.client), 0);
	EXPECT(end(s.server), 0);
	IS_ITSELF(puppet_tid(s.server));
}
