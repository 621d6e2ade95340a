// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands with fields replaced at random: whatever the answer, it is one of the
 * documented ones, the kernel says nothing, nothing is lost and the actor works on.
 */
#include <sys/mman.h>

#include "chorus_probe.h"
#include "sample.h"
#include "scene.h"

enum { SCRATCH = 256 * 1024 };

struct random {
	unsigned int seed, calls, good;
	struct sample_place *place;	/* of its process, with room behind it for the largest body */
	__u64 scratch;			/* where wild but valid pointers lead */
	struct chorus_ui known[6];
	struct chorus_lap_desc lap;
	long long until;
	int odd;			/* an errno that is not documented */
	unsigned int odd_command;
};

static unsigned int any(struct random *r, unsigned int below)
{
	r->seed = r->seed * 1664525 + 1013904223;
	return (r->seed >> 9) % below;
}

static __u64 value(struct random *r)
{
	const __u64 values[] = {
		0, 1, 2, 3, 8, 64, 120, 255, 256, 4096, 65535, 65536, 65537, 1u << 31, ~0u, ~0ull,
		0x7fffffff, 0x8000000000000000ull, 0xffffffff81000000ull, r->scratch, r->scratch,
		r->scratch + 7, r->scratch + SCRATCH - 4, (__u64)-4096, -1, -2,
	};

	return values[any(r, ARRAY_SIZE(values))];
}

static bool documented(int error)
{
	static const int all[] = {
		ENOTTY, E2BIG, EINVAL, EFAULT, EXDEV, ESHUTDOWN, ENOENT, EHOSTUNREACH, EACCES,
		EPERM, EBUSY, EEXIST, ENOBUFS, EMSGSIZE, EDQUOT, ENOMEM, ETIMEDOUT, ECANCELED,
		EIDRM, EOWNERDEAD, ENOMSG, EREMOTEIO, ELOOP, EDEADLK, EOPNOTSUPP, EINTR,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i] == error)
			return true;
	return false;
}

static void one(struct random *r)
{
	const struct command *c = &commands[any(r, commands_count)];
	union {
		__u32 size;
		unsigned char bytes[256];
		__u64 words[32];
		__u32 halves[64];
	} arg;
	int result;

	sample_fill(r->place, c, &arg);
	for (unsigned int n = any(r, 4); n; n--) {
		unsigned int words = c->size / 8;

		switch (any(r, 4)) {
		case 0:
			arg.words[1 + any(r, words - 1)] = value(r);
			break;
		case 1:
			arg.halves[1 + any(r, c->size / 4 - 1)] = value(r);
			break;
		case 2:
			if (words > 3)
				memcpy(&arg.words[1 + any(r, words - 2)],
				       &r->known[any(r, ARRAY_SIZE(r->known))], 16);
			break;
		default:
			arg.halves[1] = 1u << any(r, 4);
		}
	}
	if (c->ioc == CHORUS_IOC_LAP_INVOKE && any(r, 2)) {
		struct chorus_lap_invoke *i = (void *)&arg;

		i->lap = r->lap.lap;
		i->arg = any(r, 3) ? r->scratch : value(r);
		i->arg_size = any(r, 3) ? r->lap.arg_size : value(r);
	}
	if (!any(r, 20))
		arg.size = value(r) % 4200;
	result = raw_ioctl(dev, c->ioc, &arg);
	r->calls++;
	r->good += !result;
	if (result && !documented(-result)) {
		r->odd = result;
		r->odd_command = c->ioc;
	}
}

static long do_random(void *random)
{
	struct random *r = random;

	while (now_ns() < r->until)
		one(r);
	return 0;
}

static long do_prepare(void *random)
{
	struct random *r = random;
	char *room = mmap(NULL, 2 * SCRATCH, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return -errno;
	/* What a body too large for the sample's buffer runs over is nothing that we share. */
	r->place = (void *)(room + SCRATCH + SCRATCH / 2);
	sample_prepare(r->place);
	r->scratch = PTR(room);
	r->known[0] = r->place->ui;
	r->known[1] = default_port();
	r->known[2] = own_capability().ui;
	r->known[3] = static_port(ECHO_PORT_STAMP);
	r->known[4] = static_port(PROBE_PORT_STAMP);
	if (!find_lap(ECHO_LAP_ECHO, 0, &r->lap))
		r->known[5] = r->lap.lap;
	return 0;
}

TEST_TIMEOUT(random, "thousands of random commands by four threads of two actors", 60)
{
	struct puppet *p[4];
	struct random *r[4];
	struct catch *c = SHARED(struct catch);
	struct chorus_actor_self *self = SHARED(struct chorus_actor_self);
	unsigned int calls = 0, good = 0;

	c->signal = SIGALRM;
	for (int i = 0; i < 4; i++) {
		r[i] = SHARED(struct random);
		if (i < 2) {
			p[i] = puppet_process();
			MUST(run(p[i], do_catch, c));
			MUST(run(p[i], do_prepare, r[i]));
		} else {
			p[i] = puppet_thread(p[i - 2]);
			*r[i] = *r[i - 2];
		}
		r[i]->seed = (unsigned int)now_ns() * 7 + i;
		selftest_note("seed %u", r[i]->seed);
	}
	for (int i = 0; i < 4; i++) {
		r[i]->until = now_ns() + 4 * SECOND;
		begin(p[i], do_random, r[i]);
	}
	/* Random timeouts may be for ever: every thread is interrupted now and then. */
	for (int busy = 4; busy; sleep_ms(3)) {
		busy = 4;
		for (int i = 0; i < 4; i++) {
			busy -= ended(p[i]);
			if (!ended(p[i]))
				puppet_signal(p[i], SIGALRM);
		}
	}
	for (int i = 0; i < 4; i++) {
		EXPECT(end(p[i]), 0);
		calls += r[i]->calls;
		good += r[i]->good;
		CHECK(!r[i]->odd, "%s ended with the undocumented %s",
		      command_of(r[i]->odd_command)->name, error_name(r[i]->odd));
	}
	selftest_note("%u commands, %u of them well", calls, good);
	for (int i = 0; i < 2; i++)
		EXPECT_EITHER(run(p[i], do_actor_self, self), 0, -ESHUTDOWN);
}
