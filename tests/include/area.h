/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Areas for tests: opened, mapped, pages that are told from each other, bodies that change hands. */
#ifndef AREA_H
#define AREA_H

#include <sys/mman.h>

#include "window.h"

#define PAGE	4096u

struct area {
	__u64 offset;			/* for mmap */
	size_t size;
	unsigned char *base;		/* in the process that opened it */
};

static inline void *area_mmap(const struct area *a, int prot, int flags)
{
	return mmap(NULL, a->size, prot, flags, dev, (off_t)a->offset);
}

/* For the actor of this process; 0 or -errno. */
static inline int area_try(struct area *a, __u64 length)
{
	struct chorus_area_open o = { .length = length };
	int result = area_open(&o);

	*a = (struct area){ .offset = o.out_offset, .size = (size_t)o.out_length };
	return result;
}

static inline struct area area_make(unsigned int pages)
{
	struct area a;

	MUST(area_try(&a, pages * (__u64)PAGE));
	a.base = (unsigned char *)MUST_SYS(area_mmap(&a, PROT_READ | PROT_WRITE, MAP_SHARED));
	return a;
}

static inline int area_drop(const struct area *a)
{
	struct chorus_area_close c = { .offset = a->offset };

	return area_close(&c);
}

static inline unsigned char *area_page(const struct area *a, unsigned int page)
{
	return a->base + page * (size_t)PAGE;
}

/* Whole pages with a number each. */
static inline void pages_fill(void *to, unsigned int pages, unsigned int number)
{
	for (unsigned int i = 0; i < pages; i++)
		pattern_fill((char *)to + i * (size_t)PAGE, PAGE, number + i);
}

static inline bool pages_are(const void *body, unsigned int pages, unsigned int number)
{
	for (unsigned int i = 0; i < pages; i++)
		if (!pattern_is((const char *)body + i * (size_t)PAGE, PAGE, number + i))
			return false;
	return true;
}

static inline bool pages_empty(const void *body, unsigned int pages)
{
	return same_bytes(body, pages * (size_t)PAGE, 0);
}

/* @flags: CHORUS_MSG_MOVE or CHORUS_MSG_COW; or none. */
static inline int body_send(struct chorus_ui to, const void *body, unsigned int size,
			    unsigned int flags)
{
	struct chorus_ipc_send s = {
		.target = to, .body = PTR(body), .body_size = size, .flags = flags,
	};

	return ipc_send(&s);
}

/* The next message of a port, whose body has @size bytes, comes to @to, moved or copied. */
static inline bool body_receive(int li, void *to, unsigned int size, bool moved)
{
	struct chorus_ipc_receive r = {
		.li = li, .timeout = POLL, .body = PTR(to), .body_size = size,
		.flags = CHORUS_MSG_MOVE,
	};

	return EXPECT(ipc_receive(&r), 0) &&
	       CHECK(r.out_body_size == size, "%u bytes", r.out_body_size) &&
	       CHECK(!(r.out_flags & CHORUS_MSG_MORE)) &&
	       CHECK(!!(r.out_flags & CHORUS_MSG_MOVED) == moved, "flags %#x", r.out_flags);
}

/*
 * What most tests begin with: this process an actor, a port of it, an area whose pages are numbered
 * from 1 on, and one to receive in, or none.  Returns the port.
 */
static inline int area_setting(struct chorus_ui *port, struct area *a, unsigned int pages,
			       struct area *b, unsigned int pages_b)
{
	int li;

	actor_open();
	li = new_port(port);
	*a = area_make(pages);
	if (b)
		*b = area_make(pages_b);
	pages_fill(a->base, pages, 1);
	return li;
}

#endif /* AREA_H */
