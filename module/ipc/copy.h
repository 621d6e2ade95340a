/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies between the nucleus and those who call it: the one place.
 *
 * Memory of a process is reached through uaccess, memory of a supervisor actor
 * directly, and the caller says which it is.  Most bodies are a few words, and for
 * those the checks of copy_from_user() cost more than the copy; sizes have been
 * judged against the kernel buffer before anything comes here.
 */
#ifndef CHORUS_IPC_COPY_H
#define CHORUS_IPC_COPY_H

#include <linux/uaccess.h>

#include "debug/stat.h"

#define CHORUS_COPY_WORDS	16	/* up to so many words are copied here */

int chorus_copy_in_bulk(void *to, u64 from, size_t size, bool kernel);
int chorus_copy_out_bulk(u64 to, const void *from, size_t size, bool kernel);

/*
 * Whole words of a process; returns 0 or -EFAULT.  A number that is known when this is compiled
 * takes no loop; of bodies, whose number is not, most are one word.
 */
static __always_inline int chorus_fetch_words(u64 *to, u64 from, unsigned int words)
{
	const u64 __user *user = u64_to_user_ptr(from);
	unsigned int i;

	if (!user_read_access_begin(user, words * sizeof(u64)))
		return -EFAULT;
	if (__builtin_constant_p(words)) {
#pragma GCC unroll 20
		for (i = 0; i < words; i++)
			unsafe_get_user(to[i], user + i, fault);
	} else if (words == 1) {
		unsafe_get_user(to[0], user, fault);
	} else {
#pragma GCC unroll 4
		for (i = 0; i < words; i++)
			unsafe_get_user(to[i], user + i, fault);
	}
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
}

static __always_inline int chorus_store_words(u64 to, const u64 *from, unsigned int words)
{
	u64 __user *user = u64_to_user_ptr(to);
	unsigned int i;

	if (!user_write_access_begin(user, words * sizeof(u64)))
		return -EFAULT;
	if (__builtin_constant_p(words)) {
#pragma GCC unroll 20
		for (i = 0; i < words; i++)
			unsafe_put_user(from[i], user + i, fault);
	} else if (words == 1) {
		unsafe_put_user(from[0], user, fault);
	} else {
#pragma GCC unroll 4
		for (i = 0; i < words; i++)
			unsafe_put_user(from[i], user + i, fault);
	}
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

static inline bool chorus_copy_is_small(size_t size, bool kernel)
{
	return !kernel && !(size % sizeof(u64)) && size <= CHORUS_COPY_WORDS * sizeof(u64);
}

/* Returns 0 or -EFAULT.  @to is aligned to a word. */
static inline int chorus_copy_in(void *to, u64 from, size_t size, bool kernel)
{
	if (likely(chorus_copy_is_small(size, kernel)))
		return chorus_fetch_words(to, from, size / sizeof(u64));
	return chorus_copy_in_bulk(to, from, size, kernel);
}

static inline int chorus_copy_out(u64 to, const void *from, size_t size, bool kernel)
{
	if (likely(chorus_copy_is_small(size, kernel)))
		return chorus_store_words(to, from, size / sizeof(u64));
	return chorus_copy_out_bulk(to, from, size, kernel);
}

#endif /* CHORUS_IPC_COPY_H */
