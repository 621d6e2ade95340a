// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules go when nobody uses them, and not before. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "chorus_probe.h"
#include "modules.h"
#include "scene.h"

TEST(open, "rmmod chorus with a descriptor open is refused, also with no actor module loaded")
{
	bool echo, probe;
	int copy;

	need_files();
	probe = !remove_module("chorus_probe");
	echo = !remove_module("chorus_echo");
	actor_open();
	EXPECT_EITHER(remove_module("chorus"), -EWOULDBLOCK, -EBUSY);
	copy = MUST_SYS(dup(dev));
	actor_close();
	EXPECT_EITHER(remove_module("chorus"), -EWOULDBLOCK, -EBUSY);
	dev = copy;
	new_port(NULL);
	actor_close();
	if (echo)
		EXPECT(insert_module("chorus_echo"), 0);
	if (probe)
		EXPECT(insert_module("chorus_probe"), 0);
}

TEST(users, "rmmod chorus is refused while actor modules use it")
{
	actor_open();
	need_lap(ECHO_LAP_NULL);
	actor_close();
	EXPECT_EITHER(remove_module("chorus"), -EWOULDBLOCK, -EBUSY);
}

TEST(inside, "rmmod of an actor module with callers inside aborts them: ECANCELED")
{
	struct puppet *p[4];
	struct lap_call *c = SHARED(struct lap_call);
	struct probe_wait *wait = SHARED(struct probe_wait);
	struct chorus_lap_desc old;
	int result;

	need_files();
	actor_open();
	old = c->desc = need_lap(PROBE_LAP_WAIT);
	c->arg = wait;
	c->size = sizeof(*wait);
	wait->timeout = FOREVER;
	for (int i = 0; i < 4; i++) {
		p[i] = puppet_actor();
		begin(p[i], do_invoke, c);
		wait_blocked(p[i]);
	}
	result = remove_module("chorus_probe");
	if (result == -EWOULDBLOCK || result == -EBUSY) {
		/* The other sound answer: a caller inside holds the module. */
		selftest_note("refused: %s", error_name(result));
		for (int i = 0; i < 4; i++)
			kill_puppet(p[i]);
		return;
	}
	EXPECT(result, 0);
	for (int i = 0; i < 4; i++)
		EXPECT(end(p[i]), -ECANCELED);
	EXPECT(invoke(&old, wait, sizeof(*wait)), -ENOENT);
	EXPECT(send_number(static_port(PROBE_PORT_STAMP), 1), -EHOSTUNREACH);
	EXPECT(insert_module("chorus_probe"), 0);
	CHECK(!same_ui(need_lap(PROBE_LAP_WAIT).lap, old.lap));
	EXPECT(invoke(&old, wait, sizeof(*wait)), -ENOENT);
}

TEST(waiting, "rmmod of an actor module under callers of its port's handler")
{
	struct puppet *p = puppet_actor();
	struct chorus_ipc_call *c = SHARED(struct chorus_ipc_call);
	unsigned char *annex = shared(CHORUS_ANNEX_SIZE);
	int result;

	need_files();
	actor_open();
	need_lap(PROBE_LAP_FAIL);
	annex[0] = PROBE_CMD_WAIT;
	c->target = static_port(PROBE_PORT_STAMP);
	c->timeout = FOREVER;
	c->annex = PTR(annex);
	begin(p, do_ipc_call, c);
	wait_blocked(p);
	result = remove_module("chorus_probe");
	if (!result) {
		long ended_with = end(p);

		CHECK(ended_with == -ECANCELED || ended_with == -EREMOTEIO ||
		      ended_with == -EOWNERDEAD || ended_with == -EIDRM, "%s",
		      error_name(ended_with));
		EXPECT(insert_module("chorus_probe"), 0);
	} else {
		EXPECT_EITHER(result, -EWOULDBLOCK, -EBUSY);
		kill_puppet(p);
	}
}

static long do_remove_probe(void *unused)
{
	(void)unused;
	return remove_module("chorus_probe");
}

static long do_new_namespace(void *unused)
{
	(void)unused;
	return unshare(CLONE_NEWNET) ? -errno : do_open(NULL);
}

struct missing {
	struct lap_call call;
	int uffd;
	void *page;
	long result;
};

/* A page that is not there before somebody brings it. */
static long do_miss(void *missing)
{
	struct missing *m = missing;
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct probe_copy *copy = m->call.arg;

	m->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	m->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (m->page == MAP_FAILED || m->uffd < 0)
		return -errno;
	reg.range.start = (uintptr_t)m->page;
	reg.range.len = 4096;
	if (ioctl(m->uffd, UFFDIO_API, &api) || ioctl(m->uffd, UFFDIO_REGISTER, &reg))
		return -errno;
	copy->address = PTR(m->page);
	copy->size = 8;
	return 0;
}

/* Returns when somebody stands there. */
static long do_await(void *missing)
{
	struct missing *m = missing;
	struct uffd_msg message;

	return read(m->uffd, &message, sizeof(message)) == sizeof(message) ? 0 : -errno;
}

static bool module_is_going(const char *name)
{
	char path[96], state[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	file = fopen(path, "re");
	if (file) {
		if (!fgets(state, sizeof(state), file))
			state[0] = 0;
		fclose(file);
	}
	return !strncmp(state, "going", 5);
}

TEST_TIMEOUT(page, "rmmod that waits for a page of a caller holds up no namespace", 60)
{
	struct puppet *caller = puppet_actor(), *remover = puppet_process(), *other, *watch;
	struct missing *m = SHARED(struct missing);
	long result;

	need_files();
	actor_open();
	m->call.desc = need_lap(PROBE_LAP_COPY);
	m->call.arg = SHARED(struct probe_copy);
	m->call.size = sizeof(struct probe_copy);
	result = run(caller, do_miss, m);
	if (result == -ENOSYS || result == -EPERM)
		selftest_skip("no userfaultfd: %s", error_name(result));
	MUST(result);
	watch = puppet_thread(caller);
	begin(caller, do_invoke, &m->call);
	/* It waits for its page inside the handler, and the deletion for it. */
	MUST(run(watch, do_await, m));
	begin(remover, do_remove_probe, NULL);
	while (!ended(remover) && !module_is_going("chorus_probe"))
		sleep_ms(1);
	wait_state(remover, "SD");
	for (int i = 0; i < 3; i++) {
		other = puppet_process();
		EXPECT(run(other, do_new_namespace, NULL), 0);
		kill_puppet(other);
	}
	CHECK(!ended(remover), "it did not wait");
	kill_puppet(caller);
	EXPECT(end(remover), 0);
	EXPECT(insert_module("chorus_probe"), 0);
}
