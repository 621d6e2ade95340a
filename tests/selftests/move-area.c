// SPDX-License-Identifier: GPL-2.0-or-later
/* Areas: what may be asked for, how it may be mapped, who pays, and until when. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "area.h"
#include "quota.h"

TEST(values, "lengths out of range are EINVAL, what is not open is ENOENT")
{
	static const __u64 bad[] = {
		0, CHORUS_AREA_MAX + 1ull, 1ull << 32, 1ull << 63, ~0ull, ~0ull - PAGE + 2,
	};
	struct area a, b;
	int result;

	actor_open();
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		if (!EXPECT(area_try(&a, bad[i]), -EINVAL))
			selftest_note("row %u", i);
	/* More than anybody may have, perhaps; nothing else must miss it. */
	result = area_try(&a, CHORUS_AREA_MAX);
	if (result)
		EXPECT(result, -EDQUOT);
	else
		EXPECT(area_drop(&a), 0);
	EXPECT(area_try(&a, 1), 0);
	CHECK(a.size == PAGE);
	EXPECT(area_try(&b, PAGE + 1), 0);
	CHECK(b.size == 2 * PAGE && b.offset != a.offset);
	EXPECT(area_drop(&a), 0);
	EXPECT(area_drop(&a), -ENOENT);
	b.offset += PAGE;
	EXPECT(area_drop(&b), -ENOENT);
	b.offset -= PAGE - 1;
	EXPECT(area_drop(&b), -ENOENT);
	b.offset -= 1;
	EXPECT(area_drop(&b), 0);
	b.offset = 0;
	EXPECT(area_drop(&b), -ENOENT);
	b.offset = ~0ull;
	EXPECT(area_drop(&b), -ENOENT);
}

static int map_error(size_t size, int prot, int flags, __u64 offset)
{
	void *p = mmap(NULL, size, prot, flags, dev, (off_t)offset);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, size);
	return 0;
}

TEST(mapping, "the whole area, shared, not for executing; nothing else")
{
	const int rw = PROT_READ | PROT_WRITE;
	struct area a;

	actor_open();
	MUST(area_try(&a, 4 * PAGE));
	EXPECT(map_error(a.size, rw, MAP_SHARED, a.offset), 0);
	EXPECT(map_error(a.size, PROT_READ, MAP_SHARED, a.offset), 0);
	EXPECT(map_error(a.size, PROT_NONE, MAP_SHARED, a.offset), 0);
	EXPECT(map_error(a.size, rw | PROT_EXEC, MAP_SHARED, a.offset), -EACCES);
	EXPECT(map_error(a.size, rw, MAP_PRIVATE, a.offset), -EINVAL);
	EXPECT(map_error(PAGE, rw, MAP_SHARED, a.offset), -EINVAL);
	EXPECT(map_error(a.size + PAGE, rw, MAP_SHARED, a.offset), -EINVAL);
	EXPECT(map_error(a.size, rw, MAP_SHARED, a.offset + PAGE), -EINVAL);
	EXPECT(area_drop(&a), 0);
	EXPECT(map_error(a.size, rw, MAP_SHARED, a.offset), -EINVAL);
}

TEST(memory, "zero at first, the same in each mapping, and what was mapped before stays")
{
	struct area a;
	unsigned char *again;

	actor_open();
	a = area_make(4);
	CHECK(pages_empty(a.base, 4));
	pages_fill(a.base, 3, 1);
	again = (unsigned char *)MUST_SYS(area_mmap(&a, PROT_READ | PROT_WRITE, MAP_SHARED));
	CHECK(pages_are(again, 3, 1) && pages_empty(again + 3 * PAGE, 1));
	pages_fill(again + PAGE, 1, 7);
	CHECK(pages_are(area_page(&a, 1), 1, 7));
	EXPECT(munmap(a.base, a.size), 0);
	a.base = (unsigned char *)MUST_SYS(area_mmap(&a, PROT_READ, MAP_SHARED));
	CHECK(pages_are(a.base, 1, 1) && pages_are(area_page(&a, 1), 1, 7));
	EXPECT(area_drop(&a), 0);
	CHECK(pages_are(a.base, 1, 1) && pages_are(again + 2 * PAGE, 1, 3));
	pages_fill(again + 3 * PAGE, 1, 9);
	CHECK(pages_are(area_page(&a, 3), 1, 9));
}

TEST(pieces, "pieces may be unmapped, protected, dropped and moved: what is left shows what is there")
{
	struct area a;
	unsigned char *moved;

	actor_open();
	a = area_make(8);
	pages_fill(a.base, 8, 1);
	EXPECT(munmap(area_page(&a, 1), PAGE), 0);
	CHECK(pages_are(a.base, 1, 1) && pages_are(area_page(&a, 2), 6, 3));
	/* Either refused, or the page comes back. */
	if (madvise(a.base, PAGE, MADV_DONTNEED))
		CHECK(errno == EINVAL);
	CHECK(pages_are(a.base, 1, 1));
	EXPECT(mprotect(area_page(&a, 4), PAGE, PROT_READ), 0);
	CHECK(pages_are(area_page(&a, 4), 1, 5));
	EXPECT(mprotect(area_page(&a, 4), PAGE, PROT_READ | PROT_WRITE), 0);
	pages_fill(area_page(&a, 4), 1, 50);
	CHECK(pages_are(area_page(&a, 4), 1, 50));
	CHECK(mprotect(a.base, PAGE, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	CHECK(mremap(area_page(&a, 2), 6 * PAGE, 8 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	moved = mremap(area_page(&a, 6), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       area_page(&a, 1));
	if (moved == MAP_FAILED)
		CHECK(errno == EINVAL);
	else
		CHECK(pages_are(moved, 1, 7));
	CHECK(pages_are(area_page(&a, 7), 1, 8));
}

TEST(forked, "a child inherits no area and can map none")
{
	struct area a;
	int status;
	pid_t pid;

	actor_open();
	a = area_make(1);
	pages_fill(a.base, 1, 1);
	CHECK(madvise(a.base, a.size, MADV_DOFORK) == -1 && errno == EINVAL);
	pid = MUST_SYS(fork());
	if (!pid) {
		/* msync(2) says whether anything is mapped there. */
		if (!msync(a.base, PAGE, MS_ASYNC) || errno != ENOMEM)
			_exit(1);
		if (area_mmap(&a, PROT_READ, MAP_SHARED) != MAP_FAILED || errno != EXDEV)
			_exit(2);
		_exit(0);
	}
	MUST_SYS(waitpid(pid, &status, 0));
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "status %#x", status);
	CHECK(pages_are(a.base, 1, 1));
}

TEST(pinned, "it is read and written by system calls, but nobody can pin it")
{
	struct iovec iov = { .iov_len = PAGE };
	static char in[PAGE];
	struct area a;
	int fd[2];

	actor_open();
	a = area_make(2);
	pages_fill(a.base, 1, 3);
	MUST_SYS(pipe(fd));
	iov.iov_base = a.base;
	CHECK(vmsplice(fd[1], &iov, 1, 0) == -1 && errno == EFAULT);
	CHECK(write(fd[1], a.base, PAGE) == PAGE);
	CHECK(read(fd[0], in, PAGE) == PAGE && pages_are(in, 1, 3));
	CHECK(write(fd[1], a.base, PAGE) == PAGE);
	CHECK(read(fd[0], area_page(&a, 1), PAGE) == PAGE && pages_are(area_page(&a, 1), 1, 3));
}

/* ---- who lives until when ---- */

struct holder {
	struct area a;
	struct chorus_ui port;
};

static long do_hold(void *holder)
{
	struct holder *h = holder;

	h->a = area_make(2);
	pages_fill(h->a.base, 1, 1);
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

	pages_fill(area_page(&h->a, 1), 1, 2);
	if (!pages_are(h->a.base, 2, 1))
		return -EBADMSG;
	return munmap(h->a.base, h->a.size) ? -errno : 0;
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

/* ---- who pays ---- */

static long do_try_area(void *area)
{
	struct area *a = area;

	return area_try(a, a->size);
}

TEST(quota, "its bytes count in max_bytes of the user, and come back with the last reference")
{
	struct puppet *p = somebody(12007);
	struct area *a = SHARED(struct area);
	long long max = parameter("max_bytes", "65536");

	a->size = 65536 + 1;
	EXPECT(run(p, do_try_area, a), -EDQUOT);
	a->size = 65536;
	EXPECT(run(p, do_try_area, a), 0);
	a->size = 1;
	EXPECT(run(p, do_try_area, a), -EDQUOT);
	restore("max_bytes", max);
}
