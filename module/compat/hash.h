/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-way function: BLAKE2s of the kernel, whose state has had two names. */
#ifndef CHORUS_COMPAT_HASH_H
#define CHORUS_COMPAT_HASH_H

#include <crypto/blake2s.h>
#include <linux/version.h>

static inline void chorus_one_way(void *to, size_t to_size, const void *from, size_t from_size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
	struct blake2s_ctx state;
#else
	struct blake2s_state state;
#endif

	blake2s_init(&state, to_size);
	blake2s_update(&state, from, from_size);
	blake2s_final(&state, to);
}

#endif /* CHORUS_COMPAT_HASH_H */
