// SPDX-License-Identifier: GPL-2.0-or-later
/* ipcCall to a port with a message handler: the same API, on the caller's thread. */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include "chorus_probe.h"
#include "scene.h"

static unsigned char out[CHORUS_BODY_MAX], in[CHORUS_BODY_MAX + 8];
static unsigned char annex[CHORUS_ANNEX_SIZE], back[CHORUS_ANNEX_SIZE + 8];

static struct chorus_ui echo_port(void)
{
	need_lap(ECHO_LAP_NULL);
	return static_port(ECHO_PORT_STAMP);
}

TEST(echo, "annex and body come back, at every size")
{
	static const unsigned int sizes[] = { 0, 1, 8, 120, 4095, 4096, 4097, 16384, 65536 };
	struct chorus_ui port;

	actor_open();
	port = echo_port();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct chorus_ipc_call c = {
			.target = port, .timeout = FOREVER, .annex = PTR(annex), .body = PTR(out),
			.body_size = sizes[i], .rep_annex = PTR(back), .rep_body = PTR(in),
			.rep_size = sizeof(in),
		};

		for (unsigned int b = 0; b < sizes[i]; b++)
			out[b] = b * 17 + i;
		for (int b = 0; b < CHORUS_ANNEX_SIZE; b++)
			annex[b] = b + i;
		memset(in, POISON, sizeof(in));
		memset(back, POISON, sizeof(back));
		EXPECT(ipc_call(&c), 0);
		CHECK(c.out_rep_size == sizes[i] && c.out_flags == CHORUS_MSG_ANNEX);
		CHECK(!memcmp(in, out, sizes[i]) && !memcmp(annex, back, CHORUS_ANNEX_SIZE));
		CHECK(same_bytes(in + sizes[i], sizeof(in) - sizes[i], POISON));
		CHECK(same_bytes(back + CHORUS_ANNEX_SIZE, 8, POISON));
		/* The same with a poll: a handler needs no wait. */
		c.timeout = POLL;
		EXPECT(ipc_call(&c), 0);
	}
}

TEST(cut, "a reply that exceeds the room is cut and its size told")
{
	struct chorus_ipc_call c = {
		.timeout = FOREVER, .body = PTR(out), .body_size = 5000, .rep_body = PTR(in),
		.rep_size = 100,
	};

	actor_open();
	c.target = echo_port();
	memset(out, 0x3c, 5000);
	memset(in, POISON, sizeof(in));
	EXPECT(ipc_call(&c), 0);
	CHECK(c.out_rep_size == 5000);
	CHECK(same_bytes(in, 100, 0x3c) && same_bytes(in + 100, 4900, POISON));
}

TEST(faults, "bad buffers of the caller are EFAULT, too large a body EMSGSIZE")
{
	struct chorus_ipc_call good = {
		.timeout = FOREVER, .body = PTR(out), .body_size = 64, .rep_body = PTR(in),
		.rep_size = 64, .annex = PTR(annex), .rep_annex = PTR(back),
	}, c;

	actor_open();
	good.target = echo_port();
	c = good, c.body = 8;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.annex = 8;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.rep_body = 8;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.rep_annex = 8;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.rep_body = 0xffffffff81000000ull;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.body = 0xffffffff81000000ull;
	EXPECT_EITHER(ipc_call(&c), -EFAULT, -EREMOTEIO);
	c = good, c.body_size = CHORUS_BODY_MAX + 1;
	EXPECT(ipc_call(&c), -EMSGSIZE);
	c = good, c.restart = 1;
	EXPECT_EITHER(ipc_call(&c), -ENOENT, -EINVAL);
	EXPECT(ipc_call(&good), 0);
}

static int probe(enum probe_command command, void *reply, unsigned int room, unsigned int *size)
{
	struct chorus_ipc_call c = {
		.timeout = FOREVER, .annex = PTR(annex), .rep_body = PTR(reply), .rep_size = room,
	};
	int result;

	need_lap(PROBE_LAP_FAIL);
	c.target = static_port(PROBE_PORT_STAMP);
	memset(annex, 0, sizeof(annex));
	annex[0] = command;
	result = ipc_call(&c);
	if (!result && size)
		*size = c.out_rep_size;
	return result;
}

TEST(info, "the handler runs on the caller's thread and sees what the nucleus stamped")
{
	struct probe_info i = { 0 };
	struct chorus_ui me, target;
	unsigned int size = 0;

	actor_open();
	me = own_capability().ui;
	target = static_port(PROBE_PORT_STAMP);
	EXPECT(probe(PROBE_CMD_INFO, &i, sizeof(i), &size), 0);
	CHECK(size == sizeof(i));
	CHECK(i.tid == syscall(SYS_gettid));
	CHECK(i.src[0] == default_port().head && i.src[1] == default_port().tail);
	CHECK(i.target[0] == target.head && i.target[1] == target.tail);
	CHECK(i.invoker[0] == me.head && i.invoker[1] == me.tail);
	CHECK(i.flags == (CHORUS_MSG_RPC | CHORUS_MSG_ANNEX) && i.body_size == 0);
	CHECK(!i.actor_pi[0] && !i.actor_pi[1] && !i.actor_pi[2]);
}

TEST(pi, "and the protection identifiers of the sender")
{
	struct chorus_actor_pi a = { .flags = CHORUS_SET | CHORUS_SELF, .pi = { 4, 5, 6, 0 } };
	struct chorus_port_pi p = { .flags = CHORUS_SET, .pi = { 7, 8, 9, 0 } };
	struct probe_info i = { 0 };

	actor_open();
	MUST(set_privilege(CHORUS_ACTOR_SYSTEM));
	MUST(actor_pi(&a));
	MUST(port_pi(&p));
	EXPECT(probe(PROBE_CMD_INFO, &i, sizeof(i), NULL), 0);
	CHECK(i.actor_pi[0] == 4 && i.actor_pi[1] == 5 && i.actor_pi[2] == 6);
	CHECK(i.port_pi[0] == 7 && i.port_pi[1] == 8 && i.port_pi[2] == 9);
}

TEST(silent, "a handler that does not reply is an empty reply, one that fails EREMOTEIO")
{
	unsigned int size = 77;
	__u64 body = 5;

	actor_open();
	EXPECT(probe(PROBE_CMD_SILENT, &body, sizeof(body), &size), 0);
	CHECK(size == 0 && body == 5);
	EXPECT(probe(PROBE_CMD_FAIL, &body, sizeof(body), NULL), -EREMOTEIO);
	EXPECT(probe(PROBE_CMD_SILENT, NULL, 0, &size), 0);
}

TEST(async, "asynchronous messages are handled too, by somebody else's thread")
{
	__u64 before = 0, after = 0;
	struct chorus_ipc_send s = { .body = PTR(out), .body_size = 100 };
	long long limit;

	actor_open();
	EXPECT(probe(PROBE_CMD_COUNT, &before, sizeof(before), NULL), 0);
	s.target = static_port(PROBE_PORT_STAMP);
	for (int i = 0; i < 10; i++)
		EXPECT(ipc_send(&s), 0);
	for (limit = now_ns() + LATE; now_ns() < limit && after != before + 10;)
		EXPECT(probe(PROBE_CMD_COUNT, &after, sizeof(after), NULL), 0);
	CHECK(after == before + 10, "%llu, then %llu", (unsigned long long)before,
	      (unsigned long long)after);
}

TEST(receive, "nobody else can receive from it: it is not his")
{
	struct chorus_port_ui t = { 0 };

	actor_open();
	t.ui = echo_port();
	EXPECT(port_li(&t), -ENOENT);
}

static long do_probe_wait(void *unused)
{
	return probe(PROBE_CMD_WAIT, NULL, 0, NULL);
}

TEST(aborted, "a call that sleeps in the handler: an abort fails it, EREMOTEIO or ECANCELED")
{
	struct puppet *p = puppet_actor(), *second = puppet_thread(p);
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);
	struct chorus_thread_abort *a = SHARED(struct chorus_thread_abort);

	actor_open();
	need_lap(PROBE_LAP_FAIL);
	MUST(run(p, do_thread_self, self));
	a->flags = CHORUS_SELF;
	a->li = self->out_li;
	begin(p, do_probe_wait, NULL);
	wait_blocked(p);
	EXPECT(run(second, do_thread_abort, a), 0);
	EXPECT_EITHER(end(p), -EREMOTEIO, -ECANCELED);
}

TEST(killed, "SIGKILL in the handler: the process dies, the port serves on")
{
	struct puppet *p = puppet_actor();
	unsigned int size;

	actor_open();
	need_lap(PROBE_LAP_FAIL);
	begin(p, do_probe_wait, NULL);
	wait_blocked(p);
	kill_puppet(p);
	EXPECT(probe(PROBE_CMD_SILENT, NULL, 0, &size), 0);
}
