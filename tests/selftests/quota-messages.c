// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The quotas of a user over messages and their bytes.  A user of its own is taken for
 * each test, so that nobody else's use counts.
 */
#include <sys/stat.h>

#include "scene.h"

static unsigned char body[CHORUS_BODY_MAX];

struct fill {
	uid_t uid;
	unsigned int size, ports;
	long long limit;	/* stop beyond this many messages */
	long long sent;
	long result;		/* of the last send */
	struct chorus_ui last;	/* where it went */
};

static long do_become(void *uid)
{
	return do_setuid(uid) ?: do_open(NULL);
}

/* Send to own ports until a quota, not a queue, says no. */
static long do_fill(void *fill)
{
	struct fill *f = fill;
	struct chorus_ui port = default_port();
	long result;

	for (;;) {
		struct chorus_ipc_send s = {
			.target = port, .body = PTR(body), .body_size = f->size,
		};

		result = ipc_send(&s);
		if (result == -ENOBUFS) {
			struct chorus_port_create c = { 0 };

			if (f->ports-- == 0 || port_create(&c))
				break;
			port = c.out_ui;
			continue;
		}
		if (result || f->sent > f->limit)
			break;
		f->sent++;
	}
	f->last = port;
	f->result = result;
	return 0;
}

static long do_one(void *fill)
{
	struct fill *f = fill;
	struct chorus_ipc_send s = { .body = PTR(body), .body_size = f->size };

	s.target = default_port();
	return ipc_send(&s);
}

/* Somebody of this user, with an actor. */
static struct puppet *somebody(unsigned long uid)
{
	struct puppet *p = puppet_process();
	long result = run(p, do_become, (void *)uid);

	if (result == -EACCES || result == -EPERM)
		selftest_skip("user %lu may not open " DEVICE, uid);
	REQUIRE(!result, "%s", error_name(result));
	return p;
}

static void check(const char *parameter, unsigned int size, unsigned long uid, long long unit)
{
	char path[96];
	struct puppet *first, *second;
	struct fill *f = SHARED(struct fill);
	long long max, limit;

	snprintf(path, sizeof(path), "/sys/module/chorus/parameters/%s", parameter);
	max = read_number(path);
	if (max <= 0)
		selftest_skip("no parameter %s", parameter);
	chmod(DEVICE, 0666);		/* put back below */
	first = somebody(uid);
	second = somebody(uid);
	chmod(DEVICE, 0660);
	f->size = size;
	f->ports = 4000;
	f->limit = max / unit + 100;
	MUST(run(first, do_fill, f));
	selftest_note("%s %lld: %lld messages of %u bytes", parameter, max, f->sent, size);
	if (f->result != -EDQUOT && f->result == -ENOBUFS)
		selftest_skip("the ports of one actor hold less than the quota");
	EXPECT(f->result, -EDQUOT);
	CHECK(f->sent <= max / unit, "%lld messages fit in %lld", f->sent, max);
	/* Not absurdly early either: within a tenth, overheads included. */
	CHECK(f->sent * unit >= max / 2, "%lld messages, %lld allowed", f->sent, max);
	/* The same user elsewhere has nothing left; root has. */
	EXPECT(run(second, do_one, f), -EDQUOT);
	actor_open();
	EXPECT(do_one(f), 0);
	/* All is given back, when nobody can look at it any more. */
	kill_puppet(first);
	limit = now_ns() + LATE;
	while (now_ns() < limit && run(second, do_one, f) == -EDQUOT)
		sleep_ms(10);
	EXPECT(run(second, do_one, f), 0);
}

TEST_TIMEOUT(messages, "max_messages messages of a user, the next is EDQUOT", 60)
{
	check("max_messages", 0, 12001, 1);
}

TEST_TIMEOUT(bytes, "max_bytes bytes of bodies of a user, the next is EDQUOT", 60)
{
	check("max_bytes", CHORUS_BODY_MAX, 12002, CHORUS_BODY_MAX);
}
