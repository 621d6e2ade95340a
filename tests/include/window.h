/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Receive windows for tests: opened, mapped, and what should lie in a slot. */
#ifndef WINDOW_H
#define WINDOW_H

#include <sys/mman.h>

#include "scene.h"

struct window {
	int li;
	unsigned int slots, slot_size;	/* the second as the nucleus rounds it */
	__u64 offset;			/* for mmap */
	unsigned char *base;		/* in the process that opened it */
};

static inline size_t window_bytes(const struct window *w)
{
	return (size_t)w->slots * w->slot_size;
}

static inline void *window_mmap(const struct window *w, int prot, int flags)
{
	return mmap(NULL, window_bytes(w), prot, flags, dev, (off_t)w->offset);
}

/* For the actor of this process; 0 or -errno. */
static inline int window_try(struct window *w, int li, unsigned int slots, unsigned int slot_size,
			     unsigned int least)
{
	struct chorus_window_open o = {
		.li = li, .slots = slots, .slot_size = slot_size, .least = least,
	};
	int result = window_open(&o);

	*w = (struct window){
		.li = li, .slots = slots, .slot_size = o.out_slot_size, .offset = o.out_offset,
	};
	return result;
}

static inline struct window window_make(int li, unsigned int slots, unsigned int slot_size,
					unsigned int least)
{
	struct window w;

	MUST(window_try(&w, li, slots, slot_size, least));
	w.base = (unsigned char *)MUST_SYS(window_mmap(&w, PROT_READ, MAP_SHARED));
	return w;
}

static inline int window_drop(const struct window *w)
{
	struct chorus_window_close c = { .li = w->li };

	return window_close(&c);
}

static inline const unsigned char *window_slot(const struct window *w, unsigned int slot)
{
	REQUIRE(slot < w->slots);
	return w->base + (size_t)slot * w->slot_size;
}

/* Bodies that are told from each other, by a number. */
static inline void pattern_fill(void *to, unsigned int size, unsigned int number)
{
	unsigned char *c = to;

	for (unsigned int i = 0; i < size; i++)
		c[i] = (unsigned char)(i * 7 + i / 256 + number * 31 + 1);
}

static inline bool pattern_is(const void *body, unsigned int size, unsigned int number)
{
	const unsigned char *c = body;

	for (unsigned int i = 0; i < size; i++)
		if (c[i] != (unsigned char)(i * 7 + i / 256 + number * 31 + 1))
			return false;
	return true;
}

static inline int pattern_send(struct chorus_ui to, unsigned int size, unsigned int number)
{
	static unsigned char body[CHORUS_BODY_MAX];
	struct chorus_ipc_send s = { .target = to, .body = PTR(body), .body_size = size };

	pattern_fill(body, size < sizeof(body) ? size : sizeof(body), number);
	return ipc_send(&s);
}

/*
 * The next message of the port is this one, in the window or not.  Returns the slot it is in,
 * or -1.
 */
static inline int pattern_receive(const struct window *w, unsigned int size, unsigned int number,
				  bool in_window)
{
	static unsigned char in[CHORUS_BODY_MAX];
	struct chorus_ipc_receive r = {
		.li = w->li, .timeout = POLL, .body = PTR(in), .body_size = sizeof(in),
	};

	memset(in, POISON, sizeof(in));
	if (!EXPECT(ipc_receive(&r), 0))
		return -1;
	CHECK(r.out_body_size == size, "%u bytes", r.out_body_size);
	CHECK(!(r.out_flags & CHORUS_MSG_MORE));
	CHECK(!!(r.out_flags & CHORUS_MSG_WINDOW) == in_window, "%u bytes, flags %#x", size,
	      r.out_flags);
	if (!(r.out_flags & CHORUS_MSG_WINDOW)) {
		CHECK(!r.out_slot && pattern_is(in, size, number), "message %u", number);
		return -1;
	}
	CHECK(same_bytes(in, sizeof(in), POISON), "the buffer was written, too");
	CHECK(pattern_is(window_slot(w, r.out_slot), size, number), "message %u", number);
	return (int)r.out_slot;
}

#endif /* WINDOW_H */
