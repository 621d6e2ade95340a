// SPDX-License-Identifier: GPL-2.0-or-later
/* Receive windows: what may be asked for, how it may be mapped, who pays, and until when. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/wait.h>

#include "window.h"

TEST(values, "numbers out of range are EINVAL, a port that is not there is ENOENT")
{
	static const struct {
		unsigned int slots, slot_size, least;
	} bad[] = {
		{ 0, 4096, 0 }, { CHORUS_WINDOW_SLOTS_MAX + 1, 4096, 0 }, { ~0u, 4096, 0 },
		{ 1, 0, 0 }, { 1, CHORUS_WINDOW_MAX + 1, 0 }, { 1, ~0u, 0 },
		{ 2, CHORUS_WINDOW_MAX / 2 + 1, 0 }, { 1024, CHORUS_WINDOW_MAX / 1024 + 1, 0 },
		{ 1, 4096, 4097 }, { 1, 4096, ~0u }, { ~0u, ~0u, ~0u },
	};
	struct window w;

	actor_open();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		if (!EXPECT(window_try(&w, 0, bad[i].slots, bad[i].slot_size, bad[i].least), -EINVAL))
			selftest_note("row %u", i);
	EXPECT(window_try(&w, 0x7ffffff0, 1, 1, 0), -ENOENT);
	EXPECT(window_try(&w, CHORUS_LI_NONE, 1, 1, 0), -ENOENT);
	EXPECT(window_try(&w, CHORUS_LI_ANYENABLED, 1, 1, 0), -ENOENT);
	w.li = 0;
	EXPECT(window_drop(&w), -ENOENT);
	/* The edges themselves. */
	EXPECT(window_try(&w, 0, CHORUS_WINDOW_SLOTS_MAX, 1, 1), 0);
	EXPECT(window_drop(&w), 0);
	EXPECT(window_try(&w, 0, 1, CHORUS_BODY_MAX, CHORUS_BODY_MAX), 0);
	EXPECT(window_drop(&w), 0);
}

static int map_error(const struct window *w, size_t size, int prot, int flags, __u64 offset)
{
	void *p = mmap(NULL, size, prot, flags, dev, (off_t)offset);

	if (p != MAP_FAILED) {
		munmap(p, size);
		return 0;
	}
	(void)w;
	return -errno;
}

TEST(mapping, "the whole window, shared, for reading; nothing else")
{
	struct window w;
	size_t size;

	actor_open();
	MUST(window_try(&w, 0, 4, 4096, 1));
	size = window_bytes(&w);
	EXPECT(map_error(&w, size, PROT_READ, MAP_SHARED, w.offset), 0);
	EXPECT(map_error(&w, size, PROT_NONE, MAP_SHARED, w.offset), 0);
	EXPECT(map_error(&w, size, PROT_READ | PROT_WRITE, MAP_SHARED, w.offset), -EACCES);
	EXPECT(map_error(&w, size, PROT_WRITE, MAP_SHARED, w.offset), -EACCES);
	EXPECT(map_error(&w, size, PROT_READ | PROT_EXEC, MAP_SHARED, w.offset), -EACCES);
	EXPECT(map_error(&w, size, PROT_READ, MAP_PRIVATE, w.offset), -EINVAL);
	EXPECT(map_error(&w, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, w.offset), -EINVAL);
	EXPECT(map_error(&w, 4096, PROT_READ, MAP_SHARED, w.offset), -EINVAL);
	EXPECT(map_error(&w, size + 4096, PROT_READ, MAP_SHARED, w.offset), -EINVAL);
	EXPECT(map_error(&w, size, PROT_READ, MAP_SHARED, w.offset + 4096), -EINVAL);
	EXPECT(map_error(&w, size, PROT_READ, MAP_SHARED, 0), -EINVAL);
	EXPECT(window_drop(&w), 0);
	EXPECT(map_error(&w, size, PROT_READ, MAP_SHARED, w.offset), -EINVAL);
}

TEST(read_only, "it cannot be made writable, nor grown; it is zero at first")
{
	struct window w;
	size_t size;

	actor_open();
	w = window_make(0, 4, 4096, 1);
	size = window_bytes(&w);
	CHECK(same_bytes(w.base, size, 0));
	CHECK(mprotect(w.base, size, PROT_READ | PROT_WRITE) == -1 && errno == EACCES);
	CHECK(mprotect(w.base, size, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	CHECK(mremap(w.base, size, size * 2, MREMAP_MAYMOVE) == MAP_FAILED);
}

TEST(pieces, "pieces may be unmapped, dropped and moved: what is left shows what is there")
{
	struct chorus_ui port;
	struct window w;
	unsigned char *moved;

	actor_open();
	port = default_port();
	w = window_make(0, 4, 4096, 1);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT(pattern_send(port, 4096, i), 0);
	EXPECT(munmap(w.base + 4096, 4096), 0);
	CHECK(pattern_is(w.base, 4096, 0));
	/* Either refused, or the page comes back. */
	if (madvise(w.base, 4096, MADV_DONTNEED))
		CHECK(errno == EINVAL);
	CHECK(pattern_is(w.base, 4096, 0));
	moved = mremap(w.base + 2 * 4096, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
		       w.base + 4096);
	if (moved == MAP_FAILED)
		CHECK(errno == EINVAL);
	else
		CHECK(pattern_is(moved, 4096, 2));
	CHECK(pattern_is(w.base + 3 * 4096, 4096, 3));
	EXPECT(window_drop(&w), 0);
	CHECK(pattern_is(w.base + 3 * 4096, 4096, 3));
	EXPECT(munmap(w.base, 4 * 4096), 0);
}

TEST(unmapped, "a window that nobody has mapped, or not any more, still takes bodies")
{
	struct chorus_ui port;
	struct chorus_ipc_receive r = { .timeout = POLL };
	struct window w;

	actor_open();
	port = default_port();
	MUST(window_try(&w, 0, 1, 4096, 1));
	EXPECT(pattern_send(port, 4096, 5), 0);
	EXPECT(ipc_receive(&r), 0);
	CHECK(r.out_flags == CHORUS_MSG_WINDOW);
	w.base = (unsigned char *)MUST_SYS(window_mmap(&w, PROT_READ, MAP_SHARED));
	CHECK(pattern_is(w.base, 4096, 5));
}

TEST(forked, "a child inherits no window and can map none")
{
	struct window w;
	int status;
	pid_t pid;

	actor_open();
	w = window_make(0, 1, 4096, 1);
	pid = MUST_SYS(fork());
	if (!pid) {
		/* msync(2) says whether anything is mapped there. */
		if (!msync(w.base, 4096, MS_ASYNC) || errno != ENOMEM)
			_exit(1);
		if (window_mmap(&w, PROT_READ, MAP_SHARED) != MAP_FAILED || errno != EXDEV)
			_exit(2);
		_exit(0);
	}
	MUST_SYS(waitpid(pid, &status, 0));
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "status %#x", status);
}

/* ---- who lives until when ---- */

struct holder {
	struct window w;
	struct chorus_ui port;
	long readable;
};

static long do_hold(void *holder)
{
	struct holder *h = holder;

	h->w = window_make(0, 2, 4096, 1);
	return 0;
}

static long do_close_file(void *unused)
{
	(void)unused;
	actor_close();
	return 0;
}

static long do_unmap(void *holder)
{
	struct holder *h = holder;

	return munmap(h->w.base, window_bytes(&h->w)) ? -errno : 0;
}

TEST(file, "a mapping keeps the file, and with it the actor, until it is unmapped")
{
	struct puppet *p = puppet_actor();
	struct holder *h = SHARED(struct holder);

	h->port = puppet_default_port(p);
	MUST(run(p, do_hold, h));
	MUST(run(p, do_close_file, NULL));
	actor_open();
	EXPECT(pattern_send(h->port, 100, 1), 0);
	EXPECT(run(p, do_unmap, h), 0);
	EXPECT(pattern_send(h->port, 100, 1), -EHOSTUNREACH);
}

TEST(deleted, "the window goes with its port, what was received stays readable")
{
	struct chorus_port_delete d = { 0 };
	struct chorus_ui port;
	struct window w;
	int slot;

	actor_open();
	d.li = new_port(&port);
	w = window_make(d.li, 2, 4096, 1);
	EXPECT(pattern_send(port, 4096, 1), 0);
	EXPECT(pattern_send(port, 4096, 2), 0);
	slot = pattern_receive(&w, 4096, 1, true);
	EXPECT(port_delete(&d), 0);
	CHECK(pattern_is(window_slot(&w, slot), 4096, 1));
	EXPECT(window_drop(&w), -ENOENT);
	EXPECT(map_error(&w, window_bytes(&w), PROT_READ, MAP_SHARED, w.offset), -EINVAL);
}

TEST(killed, "the receiver is killed with bodies in its window, queued and served")
{
	struct puppet *server = puppet_actor(), *client[2] = { puppet_actor(), puppet_actor() };
	struct holder *h = SHARED(struct holder);
	struct note *n[2], *r = SHARED(struct note);

	h->port = puppet_default_port(server);
	MUST(run(server, do_hold, h));
	for (int i = 0; i < 2; i++) {
		n[i] = SHARED(struct note);
		n[i]->to = h->port;
		n[i]->timeout = FOREVER;
		begin(client[i], note_call, n[i]);
		wait_blocked(client[i]);
	}
	r->timeout = FOREVER;
	EXPECT(run(server, note_receive, r), 0);
	CHECK(r->got_flags & CHORUS_MSG_WINDOW);
	kill_puppet(server);
	EXPECT(end(client[0]), -EOWNERDEAD);
	EXPECT(end(client[1]), -EIDRM);
}

/* ---- who pays ---- */

#define MAX_BYTES	"/sys/module/chorus/parameters/max_bytes"

static long do_try_window(void *window)
{
	struct window *w = window;

	return window_try(w, 0, w->slots, 4096, 1);
}

static long do_become(void *uid)
{
	return do_setuid(uid) ?: do_open(NULL);
}

TEST(quota, "its bytes count in max_bytes of the user, and come back with the last reference")
{
	struct puppet *p = puppet_process();
	struct window *w = SHARED(struct window);
	long long max = read_number(MAX_BYTES);
	char text[32];
	long result;

	if (max <= 0)
		selftest_skip("no parameter max_bytes");
	chmod(DEVICE, 0666);
	result = run(p, do_become, (void *)12003L);
	chmod(DEVICE, 0660);
	if (result == -EACCES || result == -EPERM)
		selftest_skip("user 12003 may not open " DEVICE);
	MUST(result);
	REQUIRE(!write_text(MAX_BYTES, "65536"));
	w->slots = 17;
	EXPECT(run(p, do_try_window, w), -EDQUOT);
	w->slots = 16;
	EXPECT(run(p, do_try_window, w), 0);
	snprintf(text, sizeof(text), "%lld", max);
	write_text(MAX_BYTES, text);
}
