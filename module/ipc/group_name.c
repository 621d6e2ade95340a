// SPDX-License-Identifier: GPL-2.0-only
/* Names and keys of groups: which key belongs to which name. */
#include "compat/hash.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "object/key.h"

/* What is hashed: head of the name, and key or stamp. */
struct group_secret {
	__le64 head;
	__le64 word[2];
};

static void group_name_of(struct chorus_ui *ui, const struct chorus_key *key)
{
	struct group_secret secret = {
		.head = cpu_to_le64(ui->head),
		.word = { cpu_to_le64(key->k[0]), cpu_to_le64(key->k[1]) },
	};
	__le64 tail;

	chorus_one_way(&tail, sizeof(tail), &secret, sizeof(secret));
	ui->tail = le64_to_cpu(tail);
	memzero_explicit(&secret, sizeof(secret));
}

/* The key of a static group is no secret: what protects a system one is privilege. */
static void group_static_key(const struct chorus_ui *ui, struct chorus_key *key)
{
	struct group_secret name = {
		.head = cpu_to_le64(ui->head), .word = { cpu_to_le64(ui->tail) },
	};
	__le64 hash[2];

	chorus_one_way(hash, sizeof(hash), &name, sizeof(name));
	key->k[0] = le64_to_cpu(hash[0]);
	key->k[1] = le64_to_cpu(hash[1]);
}

static bool group_is_dynamic(u32 type)
{
	return type == CHORUS_UI_GROUP || type == CHORUS_UI_GROUP_SHARED;
}

static bool group_key_fits(const struct chorus_ui *ui, const struct chorus_key *key)
{
	struct chorus_ui name = *ui;
	struct chorus_key known;

	if (group_is_dynamic(chorus_ui_type(ui))) {
		group_name_of(&name, key);
		return name.tail == ui->tail;	/* a public name: its time tells nothing */
	}
	group_static_key(ui, &known);
	return chorus_key_equal(&known, key);
}

/**
 * chorus_group_allocate() - grpAllocate: make a name and its key
 * @actor: who asks
 * @type: CHORUS_UI_GROUP, or one of the static types
 * @stamp: which static group; 0 for a dynamic one
 * @cap: out
 *
 * Returns 0, -EINVAL, -EPERM.
 */
int chorus_group_allocate(struct chorus_actor *actor, u32 type, u32 stamp,
			  struct chorus_cap *cap)
{
	const struct chorus_site *site = actor->object.site;

	switch (type) {
	case CHORUS_UI_GROUP:
	case CHORUS_UI_GROUP_SHARED:
		if (stamp)
			return -EINVAL;
		chorus_ui_generate(&cap->ui, type, site->epoch, site->number);
		chorus_key_generate(&cap->key);
		group_name_of(&cap->ui, &cap->key);
		return 0;
	case CHORUS_UI_STATGROUP_SYS:
		if (!chorus_actor_trusted(actor))
			return -EPERM;
		fallthrough;
	case CHORUS_UI_STATGROUP_USER:
		/* Of no site: the same name on all of them. */
		chorus_ui_build(&cap->ui, type, 0, stamp);
		group_static_key(&cap->ui, &cap->key);
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * chorus_group_check() - may an actor change the membership of a group?
 * @actor: who asks
 * @cap: the group, in any mode
 * @name: out: its name without mode
 *
 * Returns 0, -EINVAL (no name of a group), -EPERM, -EACCES.
 */
int chorus_group_check(const struct chorus_actor *actor, const struct chorus_cap *cap,
		       struct chorus_ui *name)
{
	*name = chorus_ui_without_mode(&cap->ui);
	if (!chorus_ui_is_group(name))
		return -EINVAL;
	if (chorus_ui_type(name) == CHORUS_UI_STATGROUP_SYS && !chorus_actor_trusted(actor))
		return -EPERM;
	return group_key_fits(name, &cap->key) ? 0 : -EACCES;
}
