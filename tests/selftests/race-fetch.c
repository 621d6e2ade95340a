// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A structure that changes under the call: each field is judged and used as it was at one moment. Whatever
 * the nucleus reads twice it may find legal first and then not. The buffers hold what is legal and end where
 * the memory does, so that too many bytes are EFAULT; KASAN on the debug kernel sees the rest. A copy may go
 * byte by byte and see half of a change: where the value is told back, the legal ones differ in one byte.
 */
#include <sys/mman.h>

#include "chorus_probe.h"
#include "scene.h"

#define CALLS	20000
#define BODY	64
#define OTHER	(BODY | 0xff00)		/* the only other legal size that any mix of bytes makes */

struct flips {
	__u32 *where[4];
	__u32 what[4][4];	/* the last is the one that is legal */
	unsigned int nr;
	volatile bool over;
};

/* On another CPU, or whenever the scheduler wants. */
static long do_flip(void *flips)
{
	struct flips *f = flips;

	for (unsigned int i = 0; !f->over; i++) {
		unsigned int at = i % f->nr;

		*(volatile __u32 *)f->where[at] = f->what[at][i / f->nr % 3];
		*(volatile __u32 *)f->where[at] = f->what[at][3];
	}
	return 0;
}

/* Memory of @size bytes, behind which there is none. */
static unsigned char *memory(size_t size)
{
	size_t whole = (size + 4095) & ~(size_t)4095;
	unsigned char *p = mmap(NULL, whole + 4096, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	REQUIRE(p != MAP_FAILED);
	MUST_SYS(mprotect(p + whole, 4096, PROT_NONE));
	return p + whole - size;
}

static struct flips *start(struct puppet *flipper, struct flips *f)
{
	begin(flipper, do_flip, f);
	return f;
}

static void stop(struct puppet *flipper, struct flips *f)
{
	f->over = true;
	EXPECT(end(flipper), 0);
}

TEST_TIMEOUT(call, "ipcCall whose sizes and flags change meanwhile", 60)
{
	struct chorus_ipc_call *c = (void *)memory(sizeof(*c)), model;
	unsigned char *out = memory(CHORUS_BODY_MAX), *in = memory(64);
	struct puppet *flipper = puppet_thread(NULL);
	struct flips *f = SHARED(struct flips);
	unsigned int good = 0;

	actor_open();
	need_lap(ECHO_LAP_NULL);
	model = (struct chorus_ipc_call){
		.size = sizeof(*c), .target = static_port(ECHO_PORT_STAMP), .timeout = FOREVER,
		.body = PTR(out), .body_size = BODY, .rep_body = PTR(in), .rep_size = 64,
	};
	*c = model;
	*f = (struct flips){
		.where = { &c->size, &c->flags, &c->body_size, &c->reserved },
		.what = {
			{ 8, ~0u, 4, sizeof(*c) }, { ~0u, 1u << 31, 2, 0 },
			{ BODY | 1 << 16, BODY | 1u << 31, OTHER, BODY }, { 1, ~0u, 1u << 31, 0 },
		},
		.nr = 4,
	};
	start(flipper, f);
	for (int i = 0; i < CALLS; i++) {
		int result = raw_ioctl(dev, CHORUS_IOC_IPC_CALL, c);

		good += !result;
		if (result && result != -EINVAL && result != -E2BIG && result != -EMSGSIZE)
			EXPECT(result, 0);
		if (!result)
			CHECK(c->out_rep_size == BODY || c->out_rep_size == OTHER,
			      "a body of %u bytes", c->out_rep_size);
	}
	stop(flipper, f);
	selftest_note("%u of %u calls were good", good, CALLS);
	*c = model;
	EXPECT(raw_ioctl(dev, CHORUS_IOC_IPC_CALL, c), 0);
}

TEST_TIMEOUT(lap, "lapInvoke whose size changes meanwhile", 60)
{
	struct chorus_lap_invoke *p = (void *)memory(sizeof(*p)), model;
	/* As many bytes as a block may ever have. */
	struct echo_arg *arg = (void *)memory(CHORUS_LAP_ARG_MAX);
	struct puppet *flipper = puppet_thread(NULL);
	struct flips *f = SHARED(struct flips);
	struct chorus_lap_desc desc;
	unsigned int good = 0;

	actor_open();
	desc = need_lap(ECHO_LAP_ECHO);
	model = (struct chorus_lap_invoke){
		.size = sizeof(*p), .lap = desc.lap, .arg = PTR(arg), .arg_size = sizeof(*arg),
	};
	*p = model;
	*f = (struct flips){
		.where = { &p->size, &p->arg_size, &p->reserved },
		.what = {
			{ 8, ~0u, 4, sizeof(*p) }, { 256, ~0u, 0, sizeof(*arg) },
			{ 1, ~0u, 1u << 31, 0 },
		},
		.nr = 3,
	};
	start(flipper, f);
	for (int i = 0; i < CALLS; i++) {
		int result = raw_ioctl(dev, CHORUS_IOC_LAP_INVOKE, p);

		good += !result;
		if (result && result != -EINVAL && result != -E2BIG)
			EXPECT(result, 0);
	}
	stop(flipper, f);
	CHECK(arg->sequence == good, "%llu invocations, %u were good",
	      (unsigned long long)arg->sequence, good);
	*p = model;
	EXPECT(raw_ioctl(dev, CHORUS_IOC_LAP_INVOKE, p), 0);
}

TEST_TIMEOUT(receive, "a receive whose room changes meanwhile", 60)
{
	struct chorus_ipc_receive *r = (void *)memory(sizeof(*r)), model;
	unsigned char *in = memory(64);
	struct puppet *flipper = puppet_thread(NULL);
	struct flips *f = SHARED(struct flips);
	struct chorus_ui ui;
	unsigned char out[64];
	unsigned int sent = 0, received = 0;
	int li;

	actor_open();
	li = new_port(&ui);
	model = (struct chorus_ipc_receive){
		.size = sizeof(*r), .li = li, .timeout = POLL, .body = PTR(in), .body_size = 64,
	};
	*r = model;
	*f = (struct flips){
		.where = { &r->size, &r->body_size, &r->flags },
		.what = {
			{ 8, ~0u, 4, sizeof(*r) }, { 65, ~0u, 0, 64 }, { ~0u, 1u << 31, 2, 0 },
		},
		.nr = 3,
	};
	start(flipper, f);
	for (int i = 0; i < CALLS; i++) {
		struct chorus_ipc_send s = {
			.target = ui, .body = PTR(out), .body_size = sizeof(out),
		};
		int result;

		/* What was not received is still there. */
		if (sent == received) {
			EXPECT(ipc_send(&s), 0);
			sent++;
		}
		r->deadline = 0;
		result = raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, r);
		received += !result;
		if (result && result != -EINVAL && result != -E2BIG)
			EXPECT(result, 0);
	}
	stop(flipper, f);
	*r = model;
	EXPECT(raw_ioctl(dev, CHORUS_IOC_IPC_RECEIVE, r), sent == received ? -ETIMEDOUT : 0);
}
