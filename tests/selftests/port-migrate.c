// SPDX-License-Identifier: GPL-2.0-or-later
/* portMigrate: a port moves to another actor. */
#include <sched.h>
#include <sys/mman.h>

#include "scene.h"

struct move {
	struct scene s;
	struct puppet *to;
	struct chorus_cap from_cap, to_cap;
	struct chorus_port_migrate *m;
};

/* A server with a port, another actor, and this process, an actor too, to ask for the move. */
static struct move move_new(void)
{
	struct move v = { .s = scene_new(), .to = puppet_actor() };

	puppet_thread(v.to);
	v.from_cap = puppet_capability(v.s.server);
	v.to_cap = puppet_capability(v.to);
	v.m = SHARED(struct chorus_port_migrate);
	v.m->from = v.from_cap;
	v.m->to = v.to_cap;
	v.m->li = v.s.li;
	actor_open();
	return v;
}

static long poll_at(struct puppet *p, int li, struct note *n)
{
	n->li = li;
	n->timeout = POLL;
	return run(p, note_receive, n);
}

TEST(name, "same name, new local id, disabled, counted from 0, the count comes back")
{
	struct move v = move_new();
	struct note *n = SHARED(struct note);
	struct chorus_port_ui *ui = SHARED(struct chorus_port_ui);
	struct chorus_port_enable *enable = SHARED(struct chorus_port_enable);
	struct chorus_port_seqnum *seqnum = SHARED(struct chorus_port_seqnum);

	enable->li = v.s.li;
	EXPECT(run(v.s.server, do_port_enable, enable), 0);
	for (int i = 0; i < 2; i++) {
		EXPECT(send_number(v.s.port, i), 0);
		EXPECT(poll_at(v.s.server, v.s.li, n), 0);
	}
	EXPECT(port_migrate(v.m), 0);
	CHECK(v.m->out_li > 0 && v.m->out_seqnum == 3, "li %d, %llu", v.m->out_li,
	      (unsigned long long)v.m->out_seqnum);
	/* The source knows it no more. */
	EXPECT(poll_at(v.s.server, v.s.li, n), -ENOENT);
	ui->ui = v.s.port;
	EXPECT(run(v.s.server, do_port_li, ui), -ENOENT);
	/* The destination does, by the same name. */
	EXPECT(run(v.to, do_port_li, ui), 0);
	CHECK(ui->li == v.m->out_li);
	seqnum->li = v.m->out_li;
	EXPECT(run(v.to, do_port_seqnum, seqnum), 0);
	CHECK(seqnum->out_seqnum == 0);
	EXPECT(send_number(v.s.port, 77), 0);
	EXPECT(poll_at(v.to, CHORUS_LI_ANYENABLED, n), -ETIMEDOUT);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == 77 && n->got_seqnum == 1 && n->got_li == v.m->out_li);
}

TEST(queue, "what is queued goes along, in order, before what comes later; the calls are answered")
{
	struct move v = move_new();
	struct note *n = SHARED(struct note), *reply = SHARED(struct note);

	EXPECT(send_number(v.s.port, 1), 0);
	EXPECT(send_number(v.s.port, 2), 0);
	begin(v.s.client, note_call, v.s.call);
	wait_blocked(v.s.client);
	EXPECT(port_migrate(v.m), 0);
	EXPECT(send_number(v.s.port, 4), 0);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == 1);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == 2);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == v.s.call->value && !ended(v.s.client));
	reply->value = 99;
	EXPECT(run(v.to, note_reply, reply), 0);
	EXPECT(end(v.s.client), 0);
	CHECK(v.s.call->got == 99);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == 4 && n->got_seqnum == 4);
}

TEST(order, "the moved port takes its place among those of the destination by what arrives there")
{
	struct move v = move_new();
	struct note *n = SHARED(struct note);
	struct chorus_port_enable *enable = SHARED(struct chorus_port_enable);
	struct chorus_ui other;
	int li = puppet_port(v.to, &other);

	/* Stamps of arrival are an actor's own: make those of the source larger. */
	for (int i = 0; i < 5; i++) {
		EXPECT(send_number(v.s.port, i), 0);
		EXPECT(poll_at(v.s.server, v.s.li, n), 0);
	}
	EXPECT(send_number(v.s.port, 100), 0);
	EXPECT(port_migrate(v.m), 0);
	EXPECT(send_number(other, 200), 0);
	enable->priority = 7;
	enable->li = li;
	EXPECT(run(v.to, do_port_enable, enable), 0);
	enable->li = v.m->out_li;
	EXPECT(run(v.to, do_port_enable, enable), 0);
	EXPECT(poll_at(v.to, CHORUS_LI_ANYENABLED, n), 0);
	CHECK(n->got == 100, "got %llu", (unsigned long long)n->got);
	EXPECT(poll_at(v.to, CHORUS_LI_ANYENABLED, n), 0);
	CHECK(n->got == 200);
}

TEST(delete, "or it is deleted: messages vanish, calls end with EIDRM")
{
	struct move v = move_new();
	struct note *n = SHARED(struct note);

	EXPECT(send_number(v.s.port, 1), 0);
	begin(v.s.client, note_call, v.s.call);
	wait_blocked(v.s.client);
	v.m->flags = CHORUS_MIGRATE_DELETE;
	EXPECT(port_migrate(v.m), 0);
	EXPECT(end(v.s.client), -EIDRM);
	EXPECT(poll_at(v.to, v.m->out_li, n), -ETIMEDOUT);
	EXPECT(send_number(v.s.port, 5), 0);
	EXPECT(poll_at(v.to, v.m->out_li, n), 0);
	CHECK(n->got == 5);
}

TEST(waiters, "who waits on it leaves with EIDRM; who waits for any port stays")
{
	struct move v = move_new();
	struct puppet *any = puppet_thread(v.s.server);
	struct note *n = SHARED(struct note);
	struct chorus_ui other;
	int li = puppet_port(v.s.server, &other);
	struct chorus_port_enable *enable = SHARED(struct chorus_port_enable);

	enable->li = v.s.li;
	EXPECT(run(v.s.server, do_port_enable, enable), 0);
	enable->li = li;
	EXPECT(run(v.s.server, do_port_enable, enable), 0);
	begin(v.s.server, note_receive, v.s.receive);
	n->li = CHORUS_LI_ANYENABLED;
	n->timeout = FOREVER;
	begin(any, note_receive, n);
	wait_blocked(v.s.server);
	wait_blocked(any);
	EXPECT(port_migrate(v.m), 0);
	EXPECT(end(v.s.server), -EIDRM);
	EXPECT(send_number(v.s.port, 1), 0);
	EXPECT(send_number(other, 2), 0);
	EXPECT(end(any), 0);
	CHECK(n->got == 2);
}

TEST(served, "what was received stays with the source, to be replied to")
{
	struct move v = move_new();

	begin(v.s.client, note_call, v.s.call);
	EXPECT(run(v.s.server, note_receive, v.s.receive), 0);
	EXPECT(port_migrate(v.m), 0);
	wait_blocked(v.s.client);
	EXPECT(scene_reply(&v.s, 11), 0);
	EXPECT(end(v.s.client), 0);
	CHECK(v.s.call->got == 11);
}

TEST(own, "an actor gives its own port away, and takes it back by the other's capability")
{
	struct puppet *to = puppet_actor();
	struct chorus_port_migrate m = { .flags = CHORUS_SELF, .to = puppet_capability(to) };
	struct chorus_ui ui;
	struct note n = { .timeout = POLL };

	actor_open();
	m.li = new_port(&ui);
	EXPECT(send_number(ui, 3), 0);
	EXPECT(port_migrate(&m), 0);
	m.flags = 0;
	m.from = m.to;
	m.to = own_capability();
	m.li = m.out_li;
	EXPECT(port_migrate(&m), 0);
	n.li = m.out_li;
	EXPECT(note_receive(&n), 0);
	CHECK(n.got == 3 && n.got_seqnum == 1 && m.out_seqnum == 1);
}

TEST(refused, "what does not move, and whose it is not to move")
{
	struct move v = move_new();
	struct chorus_port_create *c = SHARED(struct chorus_port_create);
	struct chorus_actor_privilege *privilege = SHARED(struct chorus_actor_privilege);
	struct note *n = SHARED(struct note);
	struct chorus_port_migrate keep = *v.m;

	v.m->li = CHORUS_LI_DEFAULT;
	EXPECT(port_migrate(v.m), -EINVAL);
	v.m->li = -1;
	EXPECT(port_migrate(v.m), -EINVAL);
	v.m->li = 0x7fffffff;
	EXPECT(port_migrate(v.m), -ENOENT);
	*v.m = keep;
	v.m->to = v.from_cap;
	EXPECT(port_migrate(v.m), -EINVAL);
	*v.m = keep;
	v.m->from.key.k[0] ^= 1;
	EXPECT(port_migrate(v.m), -EACCES);
	*v.m = keep;
	v.m->to.key.k[1] ^= 1;
	EXPECT(port_migrate(v.m), -EACCES);
	*v.m = keep;
	v.m->to.ui.tail ^= 1;
	EXPECT(port_migrate(v.m), -EHOSTUNREACH);
	*v.m = keep;
	v.m->flags = 1u << 5;
	EXPECT(port_migrate(v.m), -EINVAL);
	/* A declared port, and then a user actor that takes from a system actor. */
	*v.m = keep;
	privilege->flags = CHORUS_SET | CHORUS_SELF;
	privilege->privilege = CHORUS_ACTOR_SYSTEM;
	if (!run(v.s.server, do_actor_privilege, privilege)) {
		c->flags = CHORUS_PORT_DECLARE;
		c->ui = static_port(0x6d6f7665);
		EXPECT(run(v.s.server, do_port_create, c), 0);
		v.m->li = c->out_li;
		EXPECT(set_privilege(CHORUS_ACTOR_SYSTEM), 0);
		EXPECT(port_migrate(v.m), -EINVAL);
		EXPECT(set_privilege(CHORUS_ACTOR_USER), 0);
		*v.m = keep;
		EXPECT(port_migrate(v.m), -EPERM);
	}
	/* All that was nothing: the port is where it was. */
	EXPECT(send_number(v.s.port, 9), 0);
	EXPECT(poll_at(v.s.server, v.s.li, n), 0);
	CHECK(n->got == 9);
}

TEST(told, "a caller that cannot be told moves nothing")
{
	struct move v = move_new();
	struct note *n = SHARED(struct note);
	struct chorus_port_migrate *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(page != MAP_FAILED);
	*page = *v.m;
	page->size = sizeof(*page);
	MUST_SYS(mprotect(page, 4096, PROT_READ));
	EXPECT(raw_ioctl(dev, CHORUS_IOC_PORT_MIGRATE, page), -EFAULT);
	EXPECT(send_number(v.s.port, 9), 0);
	EXPECT(poll_at(v.s.server, v.s.li, n), 0);
}

TEST(quota, "the destination needs room for it")
{
	const char *limit = "/sys/module/chorus/parameters/max_ports";
	long long was = read_number(limit);
	struct move v = move_new();
	struct note *n = SHARED(struct note);
	char text[32];

	/* Two more than it has: its default port and one more; the second is one too many. */
	MUST(write_text(limit, "2"));
	EXPECT(port_migrate(v.m), 0);
	v.m->from = v.to_cap;
	v.m->to = v.from_cap;
	v.m->li = v.m->out_li;
	EXPECT(port_migrate(v.m), 0);
	puppet_port(v.to, &(struct chorus_ui){ });
	v.m->from = v.from_cap;
	v.m->to = v.to_cap;
	v.m->li = v.m->out_li;
	EXPECT(port_migrate(v.m), -EDQUOT);
	EXPECT(send_number(v.s.port, 9), 0);
	EXPECT(poll_at(v.s.server, v.m->li, n), 0);
	snprintf(text, sizeof(text), "%lld", was);
	MUST(write_text(limit, text));
}

TEST(death, "it lives on without its source, and dies with its destination")
{
	struct move v = move_new();

	EXPECT(port_migrate(v.m), 0);
	kill_puppet(v.s.server);
	begin(v.s.client, note_call, v.s.call);
	wait_blocked(v.s.client);
	kill_puppet(v.to);
	EXPECT(end(v.s.client), -EIDRM);
	EXPECT(send_number(v.s.port, 1), -EHOSTUNREACH);
}

/* ---- the storm ---- */

#define STORM_CLIENTS	3
#define STORM_CALLS	300

struct storm {
	struct chorus_ui port;
	unsigned int moves, done, executed[STORM_CLIENTS][STORM_CALLS];
};

struct storm_part {
	struct storm *storm;
	unsigned int number;
};

static long storm_client(void *part)
{
	struct storm_part *p = part;

	for (unsigned int i = 0; i < STORM_CALLS; i++) {
		__u64 value = (__u64)p->number << 32 | i, got = 0;
		int result;

		/* The calls shall not be over before the port has wandered. */
		while (__atomic_load_n(&p->storm->moves, __ATOMIC_SEQ_CST) < i / 10)
			sched_yield();
		result = call_number(p->storm->port, value, &got, FOREVER);

		if (result)
			return result;
		if (got != ~value)
			return -EIO;
	}
	__atomic_fetch_add(&p->storm->done, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/* Serves whatever port of the name is with us at the moment. */
static long storm_server(void *part)
{
	struct storm_part *p = part;
	struct note n = { .timeout = 5 * MS };

	while (__atomic_load_n(&p->storm->done, __ATOMIC_SEQ_CST) < STORM_CLIENTS) {
		struct chorus_port_ui ui = { .ui = p->storm->port };
		int result = port_li(&ui);

		if (result == -ENOENT) {
			sched_yield();
			continue;
		}
		n.li = ui.li;
		result = result ?: note_receive(&n);
		if (result == -ENOENT || result == -EIDRM || result == -ETIMEDOUT)
			continue;
		if (result)
			return result;
		p->storm->executed[n.got >> 32][(unsigned int)n.got]++;
		n.value = ~n.got;
		n.msg = 0;
		result = note_reply(&n);
		if (result)
			return result;
	}
	return 0;
}

TEST_TIMEOUT(storm, "a port that wanders under its callers: each call is executed and answered once",
	     60)
{
	struct puppet *server[2], *client[STORM_CLIENTS];
	struct chorus_port_migrate m = { 0 };
	struct storm *storm = SHARED(struct storm);
	struct chorus_cap cap[2];
	unsigned int twice = 0, never = 0;
	int at = 0;

	actor_open();
	for (int i = 0; i < 2; i++) {
		server[i] = puppet_actor();
		cap[i] = puppet_capability(server[i]);
	}
	m.li = puppet_port(server[0], &storm->port);
	for (int i = 0; i < 2; i++) {
		struct storm_part *part = SHARED(struct storm_part);

		part->storm = storm;
		begin(server[i], storm_server, part);
	}
	for (int i = 0; i < STORM_CLIENTS; i++) {
		struct storm_part *part = SHARED(struct storm_part);

		*part = (struct storm_part){ storm, i };
		client[i] = puppet_actor();
		begin(client[i], storm_client, part);
	}
	while (__atomic_load_n(&storm->done, __ATOMIC_SEQ_CST) < STORM_CLIENTS && !ended(server[0])) {
		m.from = cap[at];
		m.to = cap[!at];
		EXPECT(port_migrate(&m), 0);
		m.li = m.out_li;
		at = !at;
		__atomic_fetch_add(&storm->moves, 1, __ATOMIC_SEQ_CST);
		/* On a slow machine a server needs longer to get hold of a request: it stays ever longer. */
		usleep(200 + storm->moves);
		for (int i = 0; i < STORM_CLIENTS; i++)
			REQUIRE(!ended(client[i]) || storm->done);
	}
	for (int i = 0; i < STORM_CLIENTS; i++)
		EXPECT(end(client[i]), 0);
	for (int i = 0; i < 2; i++)
		EXPECT(end(server[i]), 0);
	for (int i = 0; i < STORM_CLIENTS; i++)
		for (int j = 0; j < STORM_CALLS; j++) {
			twice += storm->executed[i][j] > 1;
			never += !storm->executed[i][j];
		}
	CHECK(!twice && !never, "%u executed twice, %u never", twice, never);
	CHECK(storm->moves > 10);
	selftest_note("%u moves under %u calls", storm->moves, STORM_CLIENTS * STORM_CALLS);
}
