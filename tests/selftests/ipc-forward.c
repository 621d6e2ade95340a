// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_IPC_FORWARD: a message in service goes on to another port, as it was sent. */
#include "chorus_probe.h"
#include "scene.h"

struct pass {
	struct chorus_ipc_forward forward;
	struct chorus_ipc_get_data data;
	struct chorus_ipc_sysinfo info;
	struct note note;
	unsigned char annex[CHORUS_ANNEX_SIZE], body[CHORUS_BODY_MAX];
};

/* A scene whose server has the request, and somebody to pass it on to. */
struct relay {
	struct scene s;
	struct puppet *next;
	struct pass *pass;
};

static struct relay relay_new(struct scene s)
{
	struct relay r = { .s = s, .next = puppet_actor(), .pass = SHARED(struct pass) };

	puppet_thread(r.next);
	r.pass->forward.target = puppet_default_port(r.next);
	r.pass->note.timeout = POLL;
	return r;
}

static long relay_pass(struct relay *r)
{
	return run(r->s.server, do_ipc_forward, &r->pass->forward);
}

static long relay_take(struct relay *r)
{
	return run(r->next, note_receive, &r->pass->note);
}

static long relay_answer(struct relay *r, __u64 value)
{
	r->pass->note.value = value;
	return run(r->next, note_reply, &r->pass->note);
}

TEST(call, "a call is answered by whom it was passed on to, and the client notices nothing")
{
	struct relay r = relay_new(scene_served());
	struct chorus_ipc_sysinfo *before = SHARED(struct chorus_ipc_sysinfo);
	struct chorus_ipc_sysinfo *after = SHARED(struct chorus_ipc_sysinfo);

	EXPECT(run(r.s.server, do_ipc_sysinfo, before), 0);
	EXPECT(relay_pass(&r), 0);
	/* It is the server's no more. */
	EXPECT(relay_pass(&r), -ENOMSG);
	EXPECT_EITHER(scene_reply(&r.s, 1), -ENOENT, -ENOMSG);
	EXPECT(relay_take(&r), 0);
	CHECK(r.pass->note.got == r.s.call->value && r.pass->note.got_flags == CHORUS_MSG_RPC);
	EXPECT(run(r.next, do_ipc_sysinfo, after), 0);
	CHECK(!memcmp(&before->out_src, &after->out_src, sizeof(before->out_src)));
	CHECK(!memcmp(&after->out_target, &r.pass->forward.target, sizeof(after->out_target)));
	CHECK(before->out_transid == after->out_transid);
	CHECK(!memcmp(&before->out_actor_pi, &after->out_actor_pi, sizeof(before->out_actor_pi)));
	CHECK(!ended(r.s.client));
	EXPECT(relay_answer(&r, 0x7777), 0);
	EXPECT(end(r.s.client), 0);
	CHECK(r.s.call->got == 0x7777);
	scene_round_trip(&r.s);
}

TEST(waiting, "a thread that waits for it gets it at once")
{
	struct relay r = relay_new(scene_served());

	r.pass->note.timeout = FOREVER;
	begin(r.next, note_receive, &r.pass->note);
	wait_blocked(r.next);
	EXPECT(relay_pass(&r), 0);
	EXPECT(end(r.next), 0);
	EXPECT(relay_answer(&r, 5), 0);
	EXPECT(end(r.s.client), 0);
	CHECK(r.s.call->got == 5);
}

static long do_large_call(void *pass)
{
	struct pass *p = pass;
	struct chorus_ipc_call c = {
		.target = p->note.to, .body = PTR(p->body), .body_size = sizeof(p->body),
		.annex = PTR(p->annex), .timeout = FOREVER,
	};

	return ipc_call(&c);
}

static long do_glance(void *note)
{
	struct note *n = note;
	struct chorus_ipc_receive r = { .li = n->li, .timeout = FOREVER };

	return ipc_receive(&r);
}

static long do_get_data(void *pass)
{
	struct pass *p = pass;
	struct chorus_ipc_receive r = {
		.timeout = POLL, .annex = PTR(p->annex), .body = PTR(p->body), .body_size = 100,
	};
	int result = ipc_receive(&r);

	if (!result && r.out_flags != (CHORUS_MSG_RPC | CHORUS_MSG_ANNEX | CHORUS_MSG_MORE))
		return -EPROTO;
	p->data.body = PTR(p->body);
	p->data.body_size = sizeof(p->body);
	return result ?: ipc_get_data(&p->data);
}

TEST(whole, "annex and the whole body go on, whatever the forwarder has read")
{
	struct relay r = relay_new(scene_new());
	struct pass *sent = SHARED(struct pass);

	for (unsigned int i = 0; i < sizeof(sent->body); i++)
		sent->body[i] = i * 31 >> 3;
	memset(sent->annex, 0x5a, sizeof(sent->annex));
	sent->note.to = r.s.port;
	begin(r.s.client, do_large_call, sent);
	EXPECT(run(r.s.server, do_glance, r.s.receive), 0);
	EXPECT(relay_pass(&r), 0);
	EXPECT(run(r.next, do_get_data, r.pass), 0);
	CHECK(r.pass->data.out_body_size == CHORUS_BODY_MAX);
	CHECK(!memcmp(r.pass->body, sent->body, sizeof(sent->body)));
	CHECK(!memcmp(r.pass->annex, sent->annex, sizeof(sent->annex)));
	EXPECT(relay_answer(&r, 0), 0);
	EXPECT(end(r.s.client), 0);
}

TEST(kept, "no such port, a group, a full queue: the message is where it was")
{
	struct relay r = relay_new(scene_served());
	struct chorus_ui target = r.pass->forward.target;
	struct note *fill = SHARED(struct note);
	unsigned int queued = 0;

	r.pass->forward.target.tail ^= 1;
	EXPECT(relay_pass(&r), -EHOSTUNREACH);
	r.pass->forward.target = target;
	r.pass->forward.target.head = (__u64)CHORUS_UI_GROUP << CHORUS_UI_TYPE_SHIFT;
	EXPECT(relay_pass(&r), -EHOSTUNREACH);
	r.pass->forward.target = target;
	fill->to = target;
	while (!run(r.next, note_send, fill))
		REQUIRE(++queued < 100000);
	EXPECT(relay_pass(&r), -ENOBUFS);
	EXPECT(relay_take(&r), 0);
	/* There is room again. */
	EXPECT(relay_pass(&r), 0);
	while (queued--)
		EXPECT(relay_take(&r), 0);
	CHECK(r.pass->note.got == r.s.call->value);
	EXPECT(relay_answer(&r, 9), 0);
	EXPECT(end(r.s.client), 0);
	CHECK(r.s.call->got == 9);
}

TEST(token, "by token from any thread; saved; a token that names nothing")
{
	struct relay r = relay_new(scene_served());
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);
	struct puppet *second = puppet_thread(r.s.server);

	r.pass->forward.msg = r.s.receive->msg + 100;
	EXPECT(relay_pass(&r), -ENOENT);
	EXPECT(run(r.s.server, do_ipc_save, save), 0);
	r.pass->forward.msg = 0;
	EXPECT(relay_pass(&r), -ENOMSG);
	r.pass->forward.msg = save->msg;
	r.pass->forward.target.tail ^= 1;
	EXPECT(run(second, do_ipc_forward, &r.pass->forward), -EHOSTUNREACH);
	r.pass->forward.target.tail ^= 1;
	/* Saved still. */
	EXPECT(run(second, do_ipc_forward, &r.pass->forward), 0);
	EXPECT(run(r.s.server, do_ipc_restore, save), -ENOENT);
	EXPECT(relay_take(&r), 0);
	EXPECT(relay_answer(&r, 3), 0);
	EXPECT(end(r.s.client), 0);
}

TEST(send, "a message that is no call goes on, too, and to oneself")
{
	struct scene s = scene_new();
	struct relay r = relay_new(s);

	EXPECT(run(s.client, note_send, s.call), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	r.pass->forward.target = s.port;
	EXPECT(relay_pass(&r), 0);
	EXPECT(run(s.server, note_receive, s.receive), 0);
	CHECK(s.receive->got == s.call->value && !(s.receive->got_flags & CHORUS_MSG_RPC));
	r.pass->forward.target = puppet_default_port(r.next);
	EXPECT(relay_pass(&r), 0);
	EXPECT(relay_take(&r), 0);
	CHECK(r.pass->note.got == s.call->value);
	scene_empty(&s);
}

TEST(gone, "a client that has given up: the message ends, and nobody gets it")
{
	struct scene s = scene_new();
	struct relay r;

	scene_served_for(&s, 30 * MS);
	EXPECT(end(s.client), -ETIMEDOUT);
	r = relay_new(s);
	EXPECT(relay_pass(&r), 0);
	EXPECT(relay_take(&r), -ETIMEDOUT);
	EXPECT(relay_pass(&r), -ENOMSG);
	scene_round_trip(&s);
}

TEST(timeout, "the client's timeout runs on over both servers")
{
	struct scene s = scene_new();
	struct relay r;

	scene_served_for(&s, 200 * MS);
	r = relay_new(s);
	EXPECT(relay_pass(&r), 0);
	EXPECT(end(s.client), -ETIMEDOUT);
	EXPECT(relay_take(&r), -ETIMEDOUT);
}

TEST(handler, "to a port with a handler, which answers")
{
	struct relay r = relay_new(scene_served());

	actor_open();
	need_lap(ECHO_LAP_NULL);
	r.pass->forward.target = static_port(ECHO_PORT_STAMP);
	EXPECT(relay_pass(&r), 0);
	EXPECT(end(r.s.client), 0);
	CHECK(r.s.call->got == r.s.call->value);
}

TEST(aborted, "an abort goes to whom the call was passed on to, and to nobody before")
{
	struct scene s = scene_new();
	struct chorus_thread_abort abort = abort_of(s.client);
	struct relay r;

	actor_open();
	s.call->flags = CHORUS_MSG_ABORTABLE;
	begin(s.client, note_call, s.call);
	MUST(run(s.server, note_receive, s.receive));
	wait_blocked(s.client);
	r = relay_new(s);
	EXPECT(relay_pass(&r), 0);
	EXPECT(relay_take(&r), 0);
	EXPECT(thread_abort(&abort), 0);
	EXPECT(end(s.client), -ECANCELED);
	EXPECT(run(s.server, do_is_marked, NULL), 0);
	EXPECT(run(r.next, do_is_marked, NULL), 1);
	EXPECT(relay_answer(&r, 1), -EHOSTUNREACH);
}

TEST(died, "the death of who passed it on is nothing to the client, that of the next is")
{
	struct relay r = relay_new(scene_served());

	EXPECT(relay_pass(&r), 0);
	EXPECT(relay_take(&r), 0);
	kill_puppet(r.s.server);
	sleep_ms(20);
	CHECK(!ended(r.s.client));
	kill_puppet(r.next);
	EXPECT(end(r.s.client), -EOWNERDEAD);
}

/* ---- races ---- */

struct ring {
	struct chorus_ui next;
	unsigned int hops, calls, late, seed;
	bool stop;
};

/* Three requests of four go on to the next; what cannot is answered. */
static long do_hop(void *ring)
{
	struct ring *r = ring;
	struct note n = { .timeout = FOREVER };
	struct chorus_ipc_forward f = { .target = r->next };
	long result;

	for (unsigned int i = 0; !(result = note_receive(&n)); i++) {
		result = i % 4 != 3 ? ipc_forward(&f) : -ENOBUFS;
		r->hops += !result;
		if (result == -ENOBUFS)
			result = reply_number(0, ~n.got);
		if (result && result != -EHOSTUNREACH)
			break;
	}
	return result;
}

static long do_ring_calls(void *ring)
{
	struct ring *r = ring;

	for (; !*(volatile bool *)&r->stop; r->calls++) {
		__u64 got = 0, value = (__u64)r->seed << 32 | r->calls;
		long result = call_number(r->next, value, &got, r->calls % 2 ? FOREVER : MS / 5);

		if (result == -ETIMEDOUT)
			r->late++;
		else if (result)
			return result;
		else if (got != ~value)
			return -EIO;
	}
	return 0;
}

TEST_TIMEOUT(race, "round a ring of servers, under timeouts: no call is lost, no reply is another's", 60)
{
	struct puppet *server[3], *client[4];
	struct ring *hop[3], *call[4];
	struct chorus_ui port[3];
	unsigned int hops = 0, calls = 0, late = 0;
	bool both = false;

	for (int i = 0; i < 3; i++) {
		server[i] = puppet_actor();
		port[i] = puppet_default_port(server[i]);
		hop[i] = SHARED(struct ring);
	}
	for (int i = 0; i < 3; i++) {
		hop[i]->next = port[(i + 1) % 3];
		begin(server[i], do_hop, hop[i]);
	}
	for (int i = 0; i < 4; i++) {
		client[i] = puppet_actor();
		call[i] = SHARED(struct ring);
		call[i]->next = port[i % 3];
		call[i]->seed = i;
		begin(client[i], do_ring_calls, call[i]);
	}
	/* Two seconds, or until some have been answered and some passed on. */
	for (int ms = 0; ms < 2000 || !both; ms++) {
		sleep_ms(1);
		for (int i = 0; i < 4; i++)
			both |= *(volatile unsigned int *)&call[i]->calls >
				*(volatile unsigned int *)&call[i]->late &&
				*(volatile unsigned int *)&hop[i % 3]->hops;
	}
	for (int i = 0; i < 4; i++)
		call[i]->stop = true;
	for (int i = 0; i < 4; i++) {
		EXPECT(end(client[i]), 0);
		calls += call[i]->calls;
		late += call[i]->late;
	}
	for (int i = 0; i < 3; i++) {
		CHECK(!ended(server[i]));
		hops += hop[i]->hops;
	}
	selftest_note("%u calls, %u of them given up, %u times passed on", calls, late, hops);
	CHECK(calls > late && hops);
}

/* Passes one request on, if there is one. */
static long do_pass_one(void *pass)
{
	struct pass *p = pass;
	long result = note_receive(&p->note);

	return result ?: ipc_forward(&p->forward);
}

TEST_TIMEOUT(storm, "aborts at any moment of the way: who was answered has marked nobody", 60)
{
	struct scene s = scene_new();
	struct chorus_thread_abort abort = abort_of(s.client);
	struct relay r = relay_new(s);
	struct pass *pass = SHARED(struct pass);
	unsigned int answered = 0, marked = 0;

	actor_open();
	s.call->flags = CHORUS_MSG_ABORTABLE;
	pass->forward = r.pass->forward;
	pass->note.li = s.li;
	for (int i = 0; i < 30; i++) {
		long result, served;

		pass->note.timeout = r.pass->note.timeout = 100 * MS;
		begin(s.server, do_pass_one, pass);
		begin(r.next, do_serve_marked, &r.pass->note);
		begin(s.client, note_call, s.call);
		for (volatile int spin = 0; spin < i * 800; spin++)
			;
		EXPECT(thread_abort(&abort), 0);
		result = end(s.client);
		CHECK(!result || result == -ECANCELED, "%s", error_name(result));
		EXPECT_EITHER(end(s.server), 0, -ETIMEDOUT);
		served = end(r.next);
		if (!result)
			CHECK(served == 2, "%ld", served);
		else
			CHECK(served == 0 || served == 1 || served == -ETIMEDOUT, "%ld", served);
		answered += !result;
		marked += served == 1;
		/* It may have been on its way out of the first server's hands. */
		run(s.server, do_is_marked, NULL);
		run(s.client, do_is_marked, NULL);
		EXPECT(run(r.next, do_is_marked, NULL), 0);
	}
	selftest_note("%u answered, %u aborted at the second server", answered, marked);
}
