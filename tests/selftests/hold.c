// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls in flight when their server dies, with a port that holds them for a successor. */
#include "group.h"
#include "scene.h"

#define LONG	CHORUS_HOLD_MAX		/* longer than any test */
#define SURELY	(5 * LATE)		/* what comes has come by then */

struct heirs {
	struct chorus_port_policy policy;
	struct chorus_cap group;
	struct puppet *next;		/* the successor */
	struct chorus_ui port;		/* its own */
	struct note *take;
	struct chorus_group_member member;
};

static void hold(struct puppet *server, int li, struct chorus_ui heir, long long ns)
{
	struct chorus_port_policy *p = SHARED(struct chorus_port_policy);

	p->flags = CHORUS_SET;
	p->li = li;
	p->policy = CHORUS_POLICY_HOLD;
	p->hold = ns;
	p->heir = heir;
	MUST(run(server, do_port_policy, p));
}

/* The server's port is of a group of this type, and holds for it; a successor is not a member. */
static struct heirs *heirs_new(struct scene *s, unsigned int type, long long ns)
{
	struct heirs *h = SHARED(struct heirs);

	actor_open();
	h->group = group_of(type, 0);
	h->next = puppet_actor();
	h->take = SHARED(struct note);
	h->take->li = puppet_port(h->next, &h->port);
	h->take->timeout = SURELY;
	h->member.cap = h->group;
	h->member.port = h->port;
	EXPECT(join(h->group, s->port), 0);
	hold(s->server, s->li, h->group.ui, ns);
	return h;
}

static void succeed(struct heirs *h)
{
	EXPECT(run(h->next, do_group_insert, &h->member), 0);
}

/* The successor gets the scene's call, answers it, and the client is content. */
static void expect_served(struct scene *s, struct heirs *h, unsigned int flags)
{
	EXPECT(run(h->next, note_receive, h->take), 0);
	CHECK(h->take->got == s->call->value);
	CHECK(h->take->got_flags == (CHORUS_MSG_RPC | flags), "flags %x", h->take->got_flags);
	h->take->value = ~h->take->got;
	h->take->msg = 0;
	EXPECT(run(h->next, note_reply, h->take), 0);
	EXPECT(end(s->client), 0);
	CHECK(s->call->got == ~s->call->value);
}

TEST(policy, "what a port declares can be read, and is judged")
{
	struct chorus_port_policy p = { .flags = CHORUS_SET, .policy = CHORUS_POLICY_HOLD };
	struct chorus_ui ui;

	actor_open();
	p.li = new_port(&ui);
	EXPECT(port_policy(&p), -EINVAL);
	p.hold = CHORUS_HOLD_MAX + 1;
	EXPECT(port_policy(&p), -EINVAL);
	p.hold = ~0ULL;
	EXPECT(port_policy(&p), -EINVAL);
	p.hold = CHORUS_HOLD_MAX;
	p.heir = own_capability().ui;
	EXPECT(port_policy(&p), -EINVAL);
	p.heir = ui;
	EXPECT(port_policy(&p), 0);
	CHECK(p.out_policy == CHORUS_POLICY_FAIL && !p.out_hold && !p.out_heir.head);
	p.policy = 2;
	EXPECT(port_policy(&p), -EINVAL);
	p.policy = CHORUS_POLICY_FAIL;
	EXPECT(port_policy(&p), -EINVAL);
	p.hold = 0;
	EXPECT(port_policy(&p), -EINVAL);
	p.heir = NOWHERE;
	EXPECT(port_policy(&p), 0);
	CHECK(p.out_policy == CHORUS_POLICY_HOLD && p.out_hold == CHORUS_HOLD_MAX);
	CHECK(same_ui(p.out_heir, ui));
	p.flags = 0;
	EXPECT(port_policy(&p), 0);
	CHECK(p.out_policy == CHORUS_POLICY_FAIL);
	p.li = 0x7ffffff0;
	EXPECT(port_policy(&p), -ENOENT);
}

TEST(served, "the server is killed with the request: another member answers, and sees that it comes again")
{
	static const unsigned int types[] = { CHORUS_UI_GROUP, CHORUS_UI_GROUP_SHARED };

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		struct scene s = scene_new();
		struct heirs *h = heirs_new(&s, types[i], LONG);

		succeed(h);
		s.call->to = i ? in_mode(h->group, CHORUS_MODE_ANY) : s.port;
		begin(s.client, note_call, s.call);
		EXPECT(run(s.server, note_receive, s.receive), 0);
		CHECK(!(s.receive->got_flags & CHORUS_MSG_AGAIN));
		kill_puppet(s.server);
		expect_served(&s, h, CHORUS_MSG_AGAIN);
		actor_close();
	}
}

TEST(queued, "a call that nobody had received goes on without the mark")
{
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);

	succeed(h);
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	kill_puppet(s.server);
	expect_served(&s, h, 0);
}

TEST(late, "there is no successor yet: the call waits for one")
{
	static const unsigned int types[] = { CHORUS_UI_GROUP, CHORUS_UI_GROUP_SHARED };

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		struct scene s = scene_new();
		struct heirs *h = heirs_new(&s, types[i], LONG);

		begin(s.client, note_call, s.call);
		EXPECT(run(s.server, note_receive, s.receive), 0);
		kill_puppet(s.server);
		CHECK(!ended(s.client));
		succeed(h);
		expect_served(&s, h, CHORUS_MSG_AGAIN);
		actor_close();
	}
}

TEST(pooled, "what the shared queue holds when its last member dies waits, too")
{
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP_SHARED, LONG);

	s.call->to = in_mode(h->group, CHORUS_MODE_ANY);
	begin(s.client, note_call, s.call);
	wait_blocked(s.client);
	kill_puppet(s.server);
	CHECK(!ended(s.client));
	succeed(h);
	expect_served(&s, h, 0);
}

TEST(waiting, "a thread that waits gets it at once")
{
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);

	succeed(h);
	begin(h->next, note_receive, h->take);
	wait_blocked(h->next);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(h->next), 0);
	CHECK(h->take->got == s.call->value && h->take->got_flags & CHORUS_MSG_AGAIN);
	kill_puppet(h->next);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(heir_port, "the heir may be a port, there already or not")
{
	struct scene s = scene_served();
	struct note *second = SHARED(struct note);
	struct heirs *h;

	h = heirs_new(&s, CHORUS_UI_GROUP, LONG);
	hold(s.server, s.li, h->port, LONG);
	/* That call was received before the port declared anything. */
	second->to = s.port;
	second->timeout = FOREVER;
	begin(puppet_thread(s.client), note_call, second);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	EXPECT(run(h->next, note_receive, h->take), 0);
	CHECK(h->take->got_flags == (CHORUS_MSG_RPC | CHORUS_MSG_AGAIN));
}

#define STAMP	0x686f6c64ULL

static long do_trust(void *unused)
{
	return set_privilege(CHORUS_ACTOR_SYSTEM);
}

static int declare(struct puppet *p)
{
	struct chorus_port_create *c = SHARED(struct chorus_port_create);

	c->flags = CHORUS_PORT_DECLARE;
	c->ui = static_port(STAMP);
	MUST(run(p, do_trust, NULL));
	MUST(run(p, do_port_create, c));
	return c->out_li;
}

TEST(declared, "a server that is started again declares its port again, and goes on with what was asked")
{
	struct scene s = scene_new();
	struct heirs *h = SHARED(struct heirs);

	actor_open();
	s.call->to = static_port(STAMP);
	s.receive->li = declare(s.server);
	hold(s.server, s.receive->li, NOWHERE, LONG);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	CHECK(!ended(s.client));
	h->next = puppet_actor();
	h->take = SHARED(struct note);
	h->take->timeout = SURELY;
	h->take->li = declare(h->next);
	expect_served(&s, h, CHORUS_MSG_AGAIN);
}

TEST(migrated, "the port has moved since: where it lives now the call goes on")
{
	struct scene s = scene_new();
	struct chorus_port_migrate *m = SHARED(struct chorus_port_migrate);
	struct heirs *h = SHARED(struct heirs);

	actor_open();
	h->next = puppet_actor();
	h->take = SHARED(struct note);
	h->take->timeout = SURELY;
	hold(s.server, s.li, NOWHERE, LONG);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	m->flags = CHORUS_SELF;
	m->li = s.li;
	m->to = puppet_capability(h->next);
	EXPECT(run(s.server, do_port_migrate, m), 0);
	h->take->li = m->out_li;
	kill_puppet(s.server);
	expect_served(&s, h, CHORUS_MSG_AGAIN);
}

TEST(nobody, "no successor in time: the client is told of the death, and what that means")
{
	static const long ends[] = { -EIDRM, -EOWNERDEAD };

	for (int received = 0; received < 2; received++) {
		struct scene s = scene_new();
		long long began;

		heirs_new(&s, CHORUS_UI_GROUP, 200 * MS);
		begin(s.client, note_call, s.call);
		if (received)
			EXPECT(run(s.server, note_receive, s.receive), 0);
		else
			wait_blocked(s.client);
		began = now_ns();
		kill_puppet(s.server);
		EXPECT(end(s.client), ends[received]);
		CHECK(now_ns() - began >= 200 * MS);
		actor_close();
	}
}

TEST(hopeless, "a port without heir whose name nobody can have again does not hold")
{
	struct scene s = scene_new();

	hold(s.server, s.li, NOWHERE, LONG);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(fails, "without a policy all is as ever: at most once")
{
	struct scene s = scene_new();
	struct chorus_cap group;
	struct chorus_ui mine;
	int li;

	actor_open();
	group = new_group();
	li = new_port(&mine);
	EXPECT(join(group, s.port), 0);
	EXPECT(join(group, mine), 0);
	begin(s.client, note_call, s.call);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	expect_none(li);
}

TEST_TIMEOUT(client, "a client that gives up, is aborted or dies while its call is held takes it back", 60)
{
	struct chorus_thread_abort abort;
	struct puppet *third = puppet_actor();
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);
	struct puppet *second = puppet_thread(s.client);
	struct note *other = SHARED(struct note), *killed = SHARED(struct note);
	long result;

	abort = abort_of(s.client);
	*other = *killed = *s.call;
	s.call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.client, note_call, s.call);
	begin(third, note_call, killed);
	for (int i = 0; i < 2; i++)
		EXPECT(run(s.server, note_receive, s.receive), 0);
	wait_blocked(s.client);
	/* With as much time as it takes to be received before it is over. */
	for (other->timeout = SECOND;; other->timeout *= 2) {
		s.receive->timeout = other->timeout;
		begin(second, note_call, other);
		result = run(s.server, note_receive, s.receive);
		if (result != -ETIMEDOUT)
			break;
		EXPECT(end(second), -ETIMEDOUT);
	}
	EXPECT(result, 0);
	kill_puppet(s.server);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(end(second), -ETIMEDOUT);
	kill_puppet(third);
	succeed(h);
	h->take->timeout = POLL;
	EXPECT(run(h->next, note_receive, h->take), -ETIMEDOUT);
}

TEST(thread, "a server thread that ends leaves its request to the others of its actor")
{
	struct scene s = scene_new();
	struct puppet *second = puppet_thread(s.server);

	hold(s.server, s.li, NOWHERE, LONG);
	begin(s.client, note_call, s.call);
	EXPECT(run(second, note_receive, s.receive), 0);
	exit_thread(second);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value);
	CHECK(s.receive->got_flags == (CHORUS_MSG_RPC | CHORUS_MSG_AGAIN));
	EXPECT(scene_reply(&s, 4), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.call->got == 4);
}

TEST(order, "many are handed on in the order they came, those received first")
{
	enum { CALLS = 6 };
	struct puppet *client[CALLS];
	struct note *call[CALLS];
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);

	succeed(h);
	for (int i = 0; i < CALLS; i++) {
		client[i] = puppet_actor();
		call[i] = SHARED(struct note);
		*call[i] = *s.call;
		call[i]->value = i;
		begin(client[i], note_call, call[i]);
		wait_blocked(client[i]);
	}
	for (int i = 0; i < CALLS; i++)
		EXPECT(run(s.server, note_receive, s.receive), 0);
	kill_puppet(s.server);
	for (int i = 0; i < CALLS; i++) {
		EXPECT(run(h->next, note_receive, h->take), 0);
		CHECK(h->take->got == (__u64)i && h->take->got_seqnum == (__u64)i + 1);
		h->take->msg = 0;
		h->take->value = i;
		EXPECT(run(h->next, note_reply, h->take), 0);
		EXPECT(end(client[i]), 0);
	}
}

TEST_TIMEOUT(poison, "a request that kills its servers kills so many, and no more", 60)
{
	struct scene s = scene_new();
	struct chorus_cap group;
	int servers = 0;

	actor_open();
	group = new_group();
	s.call->to = in_mode(group, CHORUS_MODE_ANY);
	for (;; servers++) {
		struct puppet *p = puppet_actor();
		struct note *n = SHARED(struct note);
		struct chorus_ui ui;

		REQUIRE(servers < 20);
		n->li = puppet_port(p, &ui);
		n->timeout = SURELY;
		hold(p, n->li, group.ui, LONG);
		EXPECT(join(group, ui), 0);
		if (!servers)
			begin(s.client, note_call, s.call);
		EXPECT(run(p, note_receive, n), 0);
		CHECK(!!(n->got_flags & CHORUS_MSG_AGAIN) == !!servers);
		kill_puppet(p);
		if (servers == CHORUS_AGAIN_MAX)
			break;
		CHECK(!ended(s.client));
	}
	EXPECT(end(s.client), -EOWNERDEAD);
	CHECK(servers == CHORUS_AGAIN_MAX);
}

TEST(body, "annex and the whole body are as they were sent, whatever the dead one had fetched")
{
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);
	struct chorus_ipc_receive *r = SHARED(struct chorus_ipc_receive);
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	unsigned char *sent = shared(CHORUS_BODY_MAX), *got = shared(CHORUS_BODY_MAX);
	unsigned char *annex = shared(2 * CHORUS_ANNEX_SIZE);

	succeed(h);
	for (int i = 0; i < CHORUS_BODY_MAX; i++)
		sent[i] = i * 37 >> 4;
	memset(annex, 0x7e, CHORUS_ANNEX_SIZE);
	c->target = s.port;
	c->body = PTR(sent);
	c->body_size = CHORUS_BODY_MAX;
	c->annex = PTR(annex);
	c->timeout = FOREVER;
	begin(s.client, do_ipc_call, c);
	r->li = s.li;
	r->timeout = SURELY;
	r->body = PTR(got);
	r->body_size = 10;
	EXPECT(run(s.server, do_ipc_receive, r), 0);
	kill_puppet(s.server);
	memset(r, 0, sizeof(*r));
	r->li = h->take->li;
	r->timeout = SURELY;
	r->body = PTR(got);
	r->body_size = CHORUS_BODY_MAX;
	r->annex = PTR(annex + CHORUS_ANNEX_SIZE);
	EXPECT(run(h->next, do_ipc_receive, r), 0);
	CHECK(r->out_flags == (CHORUS_MSG_RPC | CHORUS_MSG_ANNEX | CHORUS_MSG_AGAIN));
	CHECK(!memcmp(sent, got, CHORUS_BODY_MAX));
	CHECK(!memcmp(annex, annex + CHORUS_ANNEX_SIZE, CHORUS_ANNEX_SIZE));
	kill_puppet(h->next);
	EXPECT(end(s.client), -EOWNERDEAD);
}

TEST(sends, "messages that are no calls are not held")
{
	struct scene s = scene_new();
	struct heirs *h = heirs_new(&s, CHORUS_UI_GROUP, LONG);

	succeed(h);
	EXPECT(run(s.client, note_send, s.call), 0);
	kill_puppet(s.server);
	h->take->timeout = POLL;
	EXPECT(run(h->next, note_receive, h->take), -ETIMEDOUT);
}

/* ---- under load ---- */

struct load {
	struct chorus_ui target;
	unsigned int calls;
	volatile bool stop;
};

static long do_load(void *load)
{
	struct load *l = load;

	for (; !l->stop; l->calls++) {
		__u64 got = 0;
		long result = call_to(l->target, NOWHERE, l->calls, &got, FOREVER);

		if (result)
			return result;
		if (got != ~(__u64)l->calls)
			return -EIO;
	}
	return 0;
}

static struct puppet *server_start(struct chorus_cap group)
{
	struct puppet *p = puppet_actor();
	struct note *n = SHARED(struct note);
	struct chorus_ui ui;

	n->li = puppet_port(p, &ui);
	n->timeout = FOREVER;
	hold(p, n->li, group.ui, LONG);
	EXPECT(join(group, ui), 0);
	begin(p, do_serve_all, n);
	return p;
}

static void under_load(unsigned int type)
{
	struct puppet *client[3], *server[2];
	struct load *l[3];
	struct chorus_cap group;

	actor_open();
	group = group_of(type, 0);
	for (int i = 0; i < 2; i++)
		server[i] = server_start(group);
	for (int i = 0; i < 3; i++) {
		client[i] = puppet_actor();
		l[i] = SHARED(struct load);
		l[i]->target = in_mode(group, CHORUS_MODE_ANY);
		begin(client[i], do_load, l[i]);
	}
	for (int round = 0; round < 30; round++) {
		/* Everybody goes on: no call loses more servers than it may. */
		for (int i = 0; i < 3; i++) {
			volatile unsigned int *calls = &l[i]->calls;
			unsigned int seen = *calls;

			while (*calls < seen + 3 && !ended(client[i]))
				sleep_ms(1);
		}
		kill_puppet(server[round % 2]);
		server[round % 2] = server_start(group);
	}
	for (int i = 0; i < 3; i++) {
		l[i]->stop = true;
		EXPECT(end(client[i]), 0);
	}
	actor_close();
}

TEST_TIMEOUT(load, "servers die and come under load, and no client ever hears of it", 60)
{
	under_load(CHORUS_UI_GROUP);
}

TEST_TIMEOUT(load_shared, "the same with a shared queue", 60)
{
	under_load(CHORUS_UI_GROUP_SHARED);
}
