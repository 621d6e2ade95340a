// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors: pages that nobody has received are their sender's again. */
#include "area.h"
#include "quota.h"

#define SIZE	(2 * PAGE)

TEST(send_refused, "a send that fails leaves the body where it is")
{
	struct chorus_ipc_send s = { .flags = CHORUS_MSG_MOVE, .body_size = SIZE };
	struct chorus_ui port;
	struct area a;

	MUST(area_setting(&port, &a, 2, NULL, 0));
	s.body = PTR(a.base);
	s.target = port;
	s.target.tail ^= 1;
	EXPECT(ipc_send(&s), -EHOSTUNREACH);
	s.target = port;
	s.src_li = 0x7ffffff0;
	EXPECT(ipc_send(&s), -ENOENT);
	s.src_li = 0;
	s.annex = 8;
	EXPECT(ipc_send(&s), -EFAULT);
	CHECK(pages_are(a.base, 2, 1));
	s.annex = 0;
	for (;;) {
		int result = send_number(port, 1);

		if (result == -ENOBUFS)
			break;
		MUST(result);
	}
	EXPECT(ipc_send(&s), -ENOBUFS);
	CHECK(pages_are(a.base, 2, 1));
}

TEST(call_refused, "so does a call")
{
	struct chorus_ipc_call c = { .flags = CHORUS_MSG_MOVE, .body_size = SIZE };
	struct chorus_ui port;
	struct area a;
	__u64 number;
	int li = area_setting(&port, &a, 2, NULL, 0);

	c.body = PTR(a.base);
	c.target = port;
	c.target.tail ^= 1;
	EXPECT(ipc_call(&c), -EHOSTUNREACH);
	c.target = port;
	c.annex = 8;
	EXPECT(ipc_call(&c), -EFAULT);
	c.annex = 0;
	/* Queued, and taken back. */
	EXPECT(ipc_call(&c), -ETIMEDOUT);
	CHECK(pages_are(a.base, 2, 1));
	EXPECT(receive_number(li, &number, POLL), -ETIMEDOUT);
	c.timeout = 5 * MS;
	EXPECT(ipc_call(&c), -ETIMEDOUT);
	CHECK(pages_are(a.base, 2, 1));
}

/* ---- with a server ---- */

struct caller {
	struct chorus_ui to;
	struct area a;
	bool kept, empty;		/* the body, when the call is over */
	long long timeout;
};

static long do_prepare(void *caller)
{
	struct caller *c = caller;

	c->a = area_make(2);
	return 0;
}

static long do_call_moving(void *caller)
{
	struct caller *c = caller;
	struct chorus_ipc_call call = {
		.target = c->to, .flags = CHORUS_MSG_MOVE, .body = PTR(c->a.base),
		.body_size = SIZE, .timeout = c->timeout,
	};
	long result;

	pages_fill(c->a.base, 2, 1);
	result = ipc_call(&call);
	c->kept = pages_are(c->a.base, 2, 1);
	c->empty = pages_empty(c->a.base, 2);
	return result;
}

struct taker {
	int li;
	bool land, fault;
	bool right;
};

/* Receives one, into an area or not. */
static long do_take(void *taker)
{
	static unsigned char in[SIZE];
	struct taker *t = taker;
	struct area b = area_make(2);
	struct chorus_ipc_receive r = {
		.li = t->li, .timeout = FOREVER, .flags = CHORUS_MSG_MOVE,
		.body = PTR(t->land ? b.base : in), .body_size = SIZE,
	};
	long result = ipc_receive(&r);

	t->right = !result && pages_are(t->land ? b.base : in, 2, 1) &&
		   !!(r.out_flags & CHORUS_MSG_MOVED) == t->land;
	return result;
}

struct setting {
	struct puppet *client, *server;
	struct caller *c;
	struct taker *t;
};

static struct setting setting_new(void)
{
	struct setting s = {
		.client = puppet_actor(), .server = puppet_actor(),
		.c = SHARED(struct caller), .t = SHARED(struct taker),
	};

	s.t->li = puppet_port(s.server, &s.c->to);
	s.c->timeout = FOREVER;
	MUST(run(s.client, do_prepare, s.c));
	return s;
}

TEST(port_died, "the port dies with the request in its queue")
{
	struct setting s = setting_new();
	struct chorus_port_delete *d = SHARED(struct chorus_port_delete);

	begin(s.client, do_call_moving, s.c);
	wait_blocked(s.client);
	d->li = s.t->li;
	EXPECT(run(s.server, do_port_delete, d), 0);
	EXPECT(end(s.client), -EIDRM);
	CHECK(s.c->kept);
}

TEST(server_died, "the server dies with a copy of the request")
{
	struct setting s = setting_new();

	begin(s.client, do_call_moving, s.c);
	EXPECT(run(s.server, do_take, s.t), 0);
	CHECK(s.t->right);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	CHECK(s.c->kept);
}

TEST(server_died_landed, "the server dies with the pages themselves: they are gone")
{
	struct setting s = setting_new();

	s.t->land = true;
	begin(s.client, do_call_moving, s.c);
	EXPECT(run(s.server, do_take, s.t), 0);
	CHECK(s.t->right);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
	CHECK(s.c->empty);
}

struct untold {
	struct caller caller;
	struct chorus_ipc_call *call;	/* on a page of its own */
};

static long do_call_untold(void *untold)
{
	struct untold *u = untold;
	struct caller *c = &u->caller;
	long result;

	c->a = area_make(2);
	pages_fill(c->a.base, 2, 1);
	u->call = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (u->call == MAP_FAILED)
		return -errno;
	*u->call = (struct chorus_ipc_call){
		.target = c->to, .flags = CHORUS_MSG_MOVE, .body = PTR(c->a.base),
		.body_size = SIZE, .timeout = FOREVER,
	};
	result = ipc_call(u->call);
	c->kept = pages_are(c->a.base, 2, 1);
	return result;
}

static long do_protect(void *untold)
{
	struct untold *u = untold;

	return mprotect(u->call, PAGE, PROT_READ) ? -errno : 0;
}

TEST(interrupted, "an interrupted call that could not go on has its body back")
{
	struct puppet *client = puppet_actor(), *second = puppet_thread(client);
	struct untold *u = SHARED(struct untold);
	struct catch *c = SHARED(struct catch);

	c->signal = SIGUSR1;
	actor_open();
	MUST(new_port(&u->caller.to));
	MUST(run(second, do_catch, c));
	begin(client, do_call_untold, u);
	wait_blocked(client);
	MUST(run(second, do_protect, u));
	puppet_signal(client, SIGUSR1);
	EXPECT(end(client), -EFAULT);
	CHECK(u->caller.kept);
}

TEST(client_died, "the client dies with the request queued, and in service")
{
	struct setting s = setting_new(), late = setting_new();
	struct note *n = SHARED(struct note);

	begin(s.client, do_call_moving, s.c);
	wait_blocked(s.client);
	kill_puppet(s.client);
	n->li = s.t->li;
	n->timeout = POLL;
	EXPECT(run(s.server, note_receive, n), -ETIMEDOUT);

	late.t->land = true;
	begin(late.client, do_call_moving, late.c);
	EXPECT(run(late.server, do_take, late.t), 0);
	kill_puppet(late.client);
	CHECK(late.t->right);
	EXPECT(run(late.server, note_reply, n), -EHOSTUNREACH);
}

/* The server's port holds; an heir gets its calls. */
static struct puppet *heir_of(struct setting *s, struct taker *t)
{
	struct chorus_port_policy *p = SHARED(struct chorus_port_policy);
	struct puppet *heir = puppet_actor();

	t->li = puppet_port(heir, &p->heir);
	t->land = true;
	p->flags = CHORUS_SET;
	p->li = s->t->li;
	p->policy = CHORUS_POLICY_HOLD;
	p->hold = CHORUS_HOLD_MAX;
	MUST(run(s->server, do_port_policy, p));
	return heir;
}

TEST(held, "a call goes on to a successor with its body, if that has not landed")
{
	struct setting s = setting_new();
	struct taker *t = SHARED(struct taker);
	struct puppet *heir = heir_of(&s, t);
	struct note *n = SHARED(struct note);

	begin(s.client, do_call_moving, s.c);
	EXPECT(run(s.server, do_take, s.t), 0);
	kill_puppet(s.server);
	EXPECT(run(heir, do_take, t), 0);
	CHECK(t->right, "the successor got another body");
	EXPECT(run(heir, note_reply, n), 0);
	EXPECT(end(s.client), 0);
	CHECK(s.c->empty);
}

TEST(held_landed, "one whose body has landed is not given to a successor")
{
	struct setting s = setting_new();
	struct taker *t = SHARED(struct taker);

	heir_of(&s, t);
	s.t->land = true;
	begin(s.client, do_call_moving, s.c);
	EXPECT(run(s.server, do_take, s.t), 0);
	kill_puppet(s.server);
	EXPECT(end(s.client), -EOWNERDEAD);
}

struct replier {
	bool kept;
};

/* Replies to the current message, with pages. */
static long do_reply_moving(void *replier)
{
	struct replier *r = replier;
	struct chorus_ipc_reply out = { .flags = CHORUS_MSG_MOVE, .body_size = SIZE };
	struct area a = area_make(2);
	long result;

	pages_fill(a.base, 2, 1);
	out.body = PTR(a.base);
	result = ipc_reply(&out);
	r->kept = pages_are(a.base, 2, 1);
	return result;
}

TEST(reply_late, "a reply to a client that has gone leaves its body with the server")
{
	struct scene s = scene_served();
	struct replier *r = SHARED(struct replier);

	kill_puppet(s.client);
	EXPECT(run(s.server, do_reply_moving, r), -EHOSTUNREACH);
	CHECK(r->kept);
}

TEST(not_told, "a receiver who cannot be told receives nothing, and the next one gets it all")
{
	struct chorus_ipc_receive *r;
	struct chorus_ui port;
	struct area a, b;
	char *edge;
	int li = area_setting(&port, &a, 2, &b, 2);

	pages_fill(b.base, 2, 10);
	EXPECT(body_send(port, a.base, SIZE, CHORUS_MSG_MOVE), 0);
	/* A structure that can be read and not written. */
	edge = (char *)MUST_SYS(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	r = (struct chorus_ipc_receive *)(void *)edge;
	*r = (struct chorus_ipc_receive){
		.size = sizeof(*r), .li = li, .timeout = POLL, .flags = CHORUS_MSG_MOVE,
		.body = PTR(b.base), .body_size = SIZE,
	};
	EXPECT(mprotect(edge, PAGE, PROT_READ), 0);
	EXPECT(raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, r), -EFAULT);
	CHECK(pages_are(b.base, 2, 10), "it has landed");
	body_receive(li, b.base, SIZE, true);
	CHECK(pages_are(b.base, 2, 1));
}

/* ---- who pays for pages on their way ---- */

struct payer {
	struct chorus_ui to;
	bool kept;
	int refused, sent;
};

/* For the area, of eight pages, and two pages on their way. */
#define ROOM	40960

static long do_pay(void *payer)
{
	struct payer *p = payer;
	struct area a = area_make(8);

	pages_fill(a.base, 8, 1);
	p->refused = body_send(p->to, a.base, 3 * PAGE, CHORUS_MSG_MOVE);
	p->kept = pages_are(a.base, 8, 1);
	p->sent = body_send(p->to, a.base, 2 * PAGE, CHORUS_MSG_MOVE);
	return 0;
}

TEST(quota, "pages on their way are charged to their sender until they have arrived")
{
	struct payer *payer = SHARED(struct payer);
	struct puppet *p = somebody(12009);
	struct area b;
	long long max;

	actor_open();
	payer->to = default_port();
	b = area_make(2);
	max = parameter("max_bytes", SELFTEST_STR(ROOM));
	EXPECT(run(p, do_pay, payer), 0);
	restore("max_bytes", max);
	EXPECT(payer->refused, -EDQUOT);
	CHECK(payer->kept);
	EXPECT(payer->sent, 0);
	body_receive(0, b.base, 2 * PAGE, true);
	CHECK(pages_are(b.base, 2, 1));
}
