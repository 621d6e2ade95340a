// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "object/quota.h"

unsigned int chorus_max_actors = 4096;
unsigned int chorus_max_ports = 4096;
unsigned int chorus_max_user_ports = 65536;
unsigned int chorus_max_messages = 65536;
unsigned long chorus_max_bytes = 64UL << 20;
unsigned int chorus_max_groups = 16384;
unsigned int chorus_max_members = 16384;
unsigned int chorus_max_user_members = 65536;
unsigned int chorus_max_watches = 16384;
unsigned int chorus_max_held = 4096;
unsigned int chorus_max_threads = 4096;
unsigned int chorus_max_user_threads = 65536;
unsigned int chorus_max_laps = 1024;
unsigned int chorus_port_queue = 128;

module_param_named(max_actors, chorus_max_actors, uint, 0644);
MODULE_PARM_DESC(max_actors, "Actors a user may have over all sites");
module_param_named(max_ports, chorus_max_ports, uint, 0644);
MODULE_PARM_DESC(max_ports, "Ports an actor may have, its default port included");
module_param_named(max_user_ports, chorus_max_user_ports, uint, 0644);
MODULE_PARM_DESC(max_user_ports, "Ports a user may have over all actors");
module_param_named(max_messages, chorus_max_messages, uint, 0644);
MODULE_PARM_DESC(max_messages, "Messages a user may have allocated");
module_param_named(max_bytes, chorus_max_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bytes, "Bytes of message bodies a user may have allocated");
module_param_named(max_groups, chorus_max_groups, uint, 0644);
MODULE_PARM_DESC(max_groups, "Groups with members a user may have made");
module_param_named(max_members, chorus_max_members, uint, 0644);
MODULE_PARM_DESC(max_members, "Memberships in groups an actor may have made");
module_param_named(max_user_members, chorus_max_user_members, uint, 0644);
MODULE_PARM_DESC(max_user_members, "Memberships in groups a user may have made");
module_param_named(max_watches, chorus_max_watches, uint, 0644);
MODULE_PARM_DESC(max_watches, "Deaths a user may ask to be told of");
module_param_named(max_held, chorus_max_held, uint, 0644);
MODULE_PARM_DESC(max_held, "Calls of a user that may wait for a successor of their server");
module_param_named(max_threads, chorus_max_threads, uint, 0644);
MODULE_PARM_DESC(max_threads, "Threads of an actor that call, receive or wait");
module_param_named(max_user_threads, chorus_max_user_threads, uint, 0644);
MODULE_PARM_DESC(max_user_threads, "The same of a user over all actors");
module_param_named(max_laps, chorus_max_laps, uint, 0644);
MODULE_PARM_DESC(max_laps, "LAPs a supervisor actor may have in a site");
module_param_named(port_queue, chorus_port_queue, uint, 0444);
MODULE_PARM_DESC(port_queue, "Messages the queue of a port holds (load time only)");

static DEFINE_HASHTABLE(users, 6);
static DEFINE_SPINLOCK(user_lock);

static struct chorus_user *user_find_locked(kuid_t uid, bool unlimited)
{
	struct chorus_user *user;

	lockdep_assert_held(&user_lock);
	hash_for_each_possible(users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid) && user->unlimited == unlimited &&
		    kref_get_unless_zero(&user->ref))
			return user;
	return NULL;
}

static struct chorus_user *user_get(kuid_t uid, bool unlimited)
{
	struct chorus_user *user, *found;

	spin_lock_bh(&user_lock);
	found = user_find_locked(uid, unlimited);
	spin_unlock_bh(&user_lock);
	if (found)
		return found;

	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return NULL;
	user->uid = uid;
	user->unlimited = unlimited;
	kref_init(&user->ref);

	/* Somebody may have added the same user while we allocated. */
	spin_lock_bh(&user_lock);
	found = user_find_locked(uid, unlimited);
	if (!found)
		hash_add(users, &user->node, __kuid_val(uid));
	spin_unlock_bh(&user_lock);
	if (found) {
		kfree(user);
		return found;
	}
	return user;
}

/** chorus_user_get() - the accounting of @uid, or NULL without memory */
struct chorus_user *chorus_user_get(kuid_t uid)
{
	return user_get(uid, false);
}

/** chorus_user_get_supervisor() - the accounting of kernel code, without limits */
struct chorus_user *chorus_user_get_supervisor(void)
{
	return user_get(GLOBAL_ROOT_UID, true);
}

static void user_release(struct kref *ref)
{
	struct chorus_user *user = container_of(ref, struct chorus_user, ref);
	int i;

	/* In RCU callbacks, too. A finder that saw the count at zero has left it alone. */
	spin_lock_bh(&user_lock);
	hash_del(&user->node);
	spin_unlock_bh(&user_lock);
	for (i = 0; i < CHORUS_QUOTA_NR; i++)
		WARN_ON_ONCE(atomic_long_read(&user->used[i]));
	kfree(user);
}

void chorus_user_put(struct chorus_user *user)
{
	if (user)
		kref_put(&user->ref, user_release);
}

static long quota_limit(enum chorus_quota what)
{
	switch (what) {
	case CHORUS_QUOTA_ACTORS:
		return READ_ONCE(chorus_max_actors);
	case CHORUS_QUOTA_PORTS:
		return READ_ONCE(chorus_max_user_ports);
	case CHORUS_QUOTA_MESSAGES:
		return READ_ONCE(chorus_max_messages);
	case CHORUS_QUOTA_GROUPS:
		return READ_ONCE(chorus_max_groups);
	case CHORUS_QUOTA_MEMBERS:
		return READ_ONCE(chorus_max_user_members);
	case CHORUS_QUOTA_WATCHES:
		return READ_ONCE(chorus_max_watches);
	case CHORUS_QUOTA_HELD:
		return READ_ONCE(chorus_max_held);
	case CHORUS_QUOTA_THREADS:
		return READ_ONCE(chorus_max_user_threads);
	case CHORUS_QUOTA_BYTES:
		return min_t(unsigned long, READ_ONCE(chorus_max_bytes), LONG_MAX / 2);
	default:
		return 0;
	}
}

/**
 * chorus_user_charge() - take a part of a quota
 * @user: who pays
 * @what: which quota
 * @amount: how much, at most CHORUS_WINDOW_MAX
 *
 * Add first, look after: two racing charges may both be refused at the edge, but
 * never both be granted above it.  Returns 0 or -EDQUOT.
 */
int chorus_user_charge(struct chorus_user *user, enum chorus_quota what, long amount)
{
	if (atomic_long_add_return(amount, &user->used[what]) > quota_limit(what) &&
	    !user->unlimited) {
		atomic_long_sub(amount, &user->used[what]);
		return -EDQUOT;
	}
	return 0;
}

void chorus_user_uncharge(struct chorus_user *user, enum chorus_quota what, long amount)
{
	WARN_ON_ONCE(atomic_long_sub_return(amount, &user->used[what]) < 0);
}
