// SPDX-License-Identifier: GPL-2.0-or-later
/* The allocation-failure sweep: actors, threads, ports, LAPs, listings. */
#include <fcntl.h>

#include "fail.h"
#include "listing.h"

static long do_try_open(void)
{
	return dev = try_open();
}

/* Without O_CLOEXEC the nucleus has one thing more to do. */
static long do_try_open_plain(void)
{
	int fd = open(DEVICE, O_RDWR);

	return dev = fd < 0 ? -errno : fd;
}

#define OPEN(f)		TRY(f, do_try_open(), -EFAULT)

/* ---- actors and threads ---- */

static void run_open(struct fail *f)
{
	char text[512];
	int fd;

	TRY(f, do_try_open_plain(), -EFAULT);
	actor_close();
	OPEN(f);
	/* Whatever is left of the failure hits the kernel's own code for this file. */
	snprintf(text, sizeof(text), "/proc/self/fdinfo/%d", dev);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, text, sizeof(text)) < 0)
			text[0] = 0;
		close(fd);
	}
	actor_close();
}

static void run_actor(struct fail *f)
{
	struct chorus_hello h = { 0 };
	struct chorus_actor_self self = { 0 };
	struct chorus_actor_name name = { .flags = CHORUS_SET | CHORUS_SELF, .name = "fail" };
	struct chorus_actor_privilege p = { .flags = CHORUS_SET | CHORUS_SELF, .privilege = 1 };
	struct chorus_actor_pi pi = { .flags = CHORUS_SELF };
	struct chorus_thread_self t = { 0 };
	struct chorus_thread_abort a = { .flags = CHORUS_SELF };
	struct chorus_thread_aborted aborted = { 0 };

	OPEN(f);
	TRY(f, hello(&h), -EFAULT);
	TRY(f, actor_self(&self), -EFAULT);
	TRY(f, actor_name(&name), -EFAULT);
	TRY(f, actor_privilege(&p), -EFAULT);
	TRY(f, actor_pi(&pi), -EFAULT);
	TRY(f, thread_self(&t), -EFAULT);
	a.li = t.out_li;
	TRY(f, thread_abort(&a), -EFAULT);
	TRY(f, thread_aborted(&aborted), -EFAULT);
	CHECK(aborted.out_aborted, "n = %u: the mark is lost", f->n);
	actor_close();
}

static void before_delete(struct fail *f)
{
	struct chorus_actor_delete *d = SHARED(struct chorus_actor_delete);

	f->peer = puppet_actor();
	d->cap = puppet_capability(f->peer);
	f->data = d;
}

static void run_delete(struct fail *f)
{
	OPEN(f);
	TRY(f, actor_delete(f->data), -EFAULT);
	actor_close();
}

static void after_delete(struct fail *f)
{
	CHECK(puppet_status(f->peer) == -SIGKILL);
}

/* ---- ports ---- */

#define STAMP	0x6661696cULL

static void run_ports(struct fail *f)
{
	struct chorus_actor_privilege system = {
		.flags = CHORUS_SET | CHORUS_SELF, .privilege = CHORUS_ACTOR_SYSTEM,
	};
	struct chorus_port_create port[40] = { 0 }, fixed = { .flags = CHORUS_PORT_DECLARE };
	struct chorus_port_ui ui = { 0 };
	struct chorus_port_pi pi = { 0 };
	struct chorus_port_seqnum seqnum = { 0 };
	struct chorus_port_enable enable = { .priority = 3 }, disable = { 0 };
	struct chorus_port_delete delete = { 0 };
	struct chorus_hello h = { 0 };

	OPEN(f);
	TRY(f, actor_privilege(&system), -EFAULT);
	TRY(f, hello(&h), -EFAULT);
	fixed.ui.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site;
	fixed.ui.tail = STAMP;
	TRY(f, port_create(&fixed), -EFAULT);
	/* So many that the tables behind grow. */
	for (unsigned int i = 0; i < ARRAY_SIZE(port); i++)
		TRY(f, port_create(&port[i]), -EFAULT);
	ui.li = port[0].out_li;
	TRY(f, port_ui(&ui), -EFAULT);
	CHECK(same_ui(ui.ui, port[0].out_ui));
	TRY(f, port_li(&ui), -EFAULT);
	pi.li = seqnum.li = enable.li = disable.li = ui.li;
	TRY(f, port_pi(&pi), -EFAULT);
	TRY(f, port_seqnum(&seqnum), -EFAULT);
	TRY(f, port_enable(&enable), -EFAULT);
	TRY(f, port_disable(&disable), -EFAULT);
	for (unsigned int i = 0; i < ARRAY_SIZE(port); i++) {
		delete.li = port[i].out_li;
		TRY(f, port_delete(&delete), -EFAULT);
	}
	actor_close();
}

static void before_migrate(struct fail *f)
{
	struct chorus_port_migrate *m = SHARED(struct chorus_port_migrate);

	f->peer = puppet_actor();
	m->flags = CHORUS_SELF;
	m->to = puppet_capability(f->peer);
	f->data = m;
}

/* Nothing takes a port back that has moved: its mover may not be told, and finds it gone. */
static long migrate(const struct fail *f, struct chorus_port_migrate *m)
{
	long result = port_migrate(m);

	return result == -ENOENT && f->errors ? 0 : result;
}

static void run_migrate(struct fail *f)
{
	struct chorus_port_migrate *m = f->data;
	struct chorus_port_create port = { 0 };

	OPEN(f);
	TRY(f, port_create(&port), -EFAULT);
	m->li = port.out_li;
	TRY(f, migrate(f, m), -EFAULT);
	actor_close();
}

static void after_migrate(struct fail *f)
{
	kill_puppet(f->peer);
}

/* ---- LAPs ---- */

static void need_probe(struct fail *f)
{
	actor_open();
	need_lap(PROBE_LAP_DELETE);
	actor_close();
}

static struct chorus_lap_desc resolve(struct fail *f, const char *name)
{
	struct chorus_lap_resolve r = { .flags = CHORUS_LAP_NOBLOCK };

	strcpy(r.name, name);
	TRY(f, lap_resolve(&r), -EFAULT);
	return r.out_desc;
}

static void run_laps(struct fail *f)
{
	struct chorus_lap_desc echo, big, copy, nest;
	struct echo_arg e = { .sequence = 5 };
	unsigned char bytes[CHORUS_LAP_ARG_MAX] = { 1 }, word[8] = "12345678";
	struct probe_copy c = { .address = PTR(word), .size = sizeof(word) };
	struct probe_arg a = { 4 };

	OPEN(f);
	echo = resolve(f, ECHO_LAP_ECHO);
	big = resolve(f, PROBE_LAP_BIG);
	copy = resolve(f, PROBE_LAP_COPY);
	nest = resolve(f, PROBE_LAP_NEST);
	TRY(f, invoke(&echo, &e, sizeof(e)), -EFAULT);
	CHECK(e.sequence == 6);
	TRY(f, invoke(&big, bytes, sizeof(bytes)), -EFAULT);
	TRY(f, invoke(&copy, &c, sizeof(c)) ?: (long)c.result, -EFAULT);
	CHECK(!memcmp(word, "87654321", 8) || f->errors, "n = %u: %.8s", f->n, word);
	TRY(f, invoke(&nest, &a, sizeof(a)), -EFAULT);
	CHECK(!a.value);
	actor_close();
}

/* What was deleted and not made anew is not there to be deleted again. */
static long remake(const struct chorus_lap_desc *desc)
{
	struct probe_arg a = { 0 };
	int result = invoke(desc, &a, sizeof(a));

	if (result)
		return result;
	return a.value == -ENOENT ? 0 : a.value;
}

static long set(const struct chorus_lap_desc *desc, long long value)
{
	struct probe_arg a = { value };
	int result = invoke(desc, &a, sizeof(a));

	return result ? result : a.value;
}

static void run_remake(struct fail *f)
{
	struct chorus_lap_desc delete, bind, connect, wait;
	struct probe_wait w = { .timeout = 0 };

	OPEN(f);
	delete = resolve(f, PROBE_LAP_DELETE);
	bind = resolve(f, PROBE_LAP_BIND);
	connect = resolve(f, PROBE_LAP_CONNECT);
	TRY(f, remake(&delete), -EFAULT);
	wait = resolve(f, PROBE_LAP_WAIT);
	TRY(f, invoke(&wait, &w, sizeof(w)), -EFAULT);
	TRY(f, set(&bind, 1), -EFAULT);
	TRY(f, set(&bind, 0), -EFAULT);
	TRY(f, set(&connect, 1), -EFAULT);
	TRY(f, set(&connect, 0), -EFAULT);
	actor_close();
}

/* ---- listings ---- */

static void listing_prepare(struct fail *f)
{
	struct listing *l = SHARED(struct listing);

	f->peer = puppet_actor();
	l->family = MUST(listing_family(l));
	f->data = l;
}

/* What netlink makes of a failure on its way is its own business; it must come to an end. */
static void run_listing(struct fail *f)
{
	static const int commands[] = {
		CHORUS_CMD_ACTOR_GET, CHORUS_CMD_PORT_GET, CHORUS_CMD_LAP_GET, CHORUS_CMD_STAT_GET,
	};
	struct listing *l = f->data;

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		l->command = commands[i];
		l->objects = 0;
		TRY(f, do_list(l), -EFAULT, -ENOBUFS, -ENFILE, -EIO, -EREMOTEIO);
		CHECK(l->objects);
	}
}

/* ---- the table ---- */

static const struct fail_sequence sequences[] = {
	{ "open and close", .run = run_open },
	{ "actor, thread", .run = run_actor },
	{ "actorDelete", .before = before_delete, .run = run_delete,
	  .after = after_delete },
	{ "ports", .run = run_ports, .seconds = 120 },
	{ "portMigrate", .before = before_migrate, .run = run_migrate, .after = after_migrate },
	{ "lapResolve, lapInvoke", .prepare = need_probe, .run = run_laps },
	{ "svLapCreate, svLapBind, svMsgHandler", .prepare = need_probe, .run = run_remake },
	{ "listings", .prepare = listing_prepare, .run = run_listing },
};
FAIL_TABLE(fail_object, sequences);
