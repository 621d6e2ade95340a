/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys: 128 secret bits that turn a name into a capability.
 *
 * Compared in constant time, never printed, never listed over netlink.
 */
#ifndef CHORUS_OBJECT_KEY_H
#define CHORUS_OBJECT_KEY_H

#include <linux/chorus.h>
#include <linux/random.h>

static inline void chorus_key_generate(struct chorus_key *key)
{
	get_random_bytes(key, sizeof(*key));
}

/* No early exit: the time must not tell how much of a guess was right. */
static inline bool chorus_key_equal(const struct chorus_key *a, const struct chorus_key *b)
{
	u64 differ = a->k[0] ^ b->k[0];

	OPTIMIZER_HIDE_VAR(differ);
	differ |= a->k[1] ^ b->k[1];
	return !differ;
}

#endif /* CHORUS_OBJECT_KEY_H */
