// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Saved messages.
 *
 * ChorusOS names a saved message by a positive int, the device by a 64-bit
 * token.  This table translates.  An id is slot + 1 + 64 * round, and the round
 * of a slot moves on with each use, so an id that was used up does not name the
 * next message to land in its slot.
 */
#include <string.h>

#include <ipc/chIpc.h>

#include "internal.h"

#define SLOTS		K_CMSGSAVEDMAX
#define ROUNDS		(1u << 24)

/* lock */
static struct slot {
	uint64_t token;
	unsigned int round;
	enum { SLOT_FREE, SLOT_RESERVED, SLOT_FULL } state;
} slots[SLOTS];

/* Slots not free; read without the lock to spare the usual reply the search. */
static unsigned int used;

/* Called with the lock held: the messages died with their actor. */
void chorus_saved_reset(void)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		slots[i].state = SLOT_FREE;
	__atomic_store_n(&used, 0, __ATOMIC_RELAXED);
}

static int reserve(void)
{
	int i, found = -1;

	chorus_lock();
	for (i = 0; i < SLOTS; i++) {
		if (slots[i].state == SLOT_FREE) {
			slots[i].state = SLOT_RESERVED;
			__atomic_store_n(&used, used + 1, __ATOMIC_RELAXED);
			found = i;
			break;
		}
	}
	chorus_unlock();
	return found;
}

static void release_locked(int i)
{
	slots[i].state = SLOT_FREE;
	slots[i].round = (slots[i].round + 1) % ROUNDS;
	__atomic_store_n(&used, used - 1, __ATOMIC_RELAXED);
}

static void release(int i)
{
	chorus_lock();
	release_locked(i);
	chorus_unlock();
}

void chorus_saved_forget(uint64_t token)
{
	int i;

	if (chorus_likely(!__atomic_load_n(&used, __ATOMIC_RELAXED)))
		return;
	chorus_lock();
	for (i = 0; i < SLOTS; i++)
		if (slots[i].state == SLOT_FULL && slots[i].token == token)
			release_locked(i);
	chorus_unlock();
}

int ipcSave(int portli)
{
	struct chorus_ipc_save cmd = { .size = sizeof(cmd) };
	int i, id, ret;

	if (portli != K_NONEPORT)
		return K_EINVAL;
	/* First, so that a failure leaves the message where it is. */
	i = reserve();
	if (i < 0)
		return K_ENOMEM;
	ret = chorus_command(CHORUS_IOC_IPC_SAVE, &cmd);
	if (ret) {
		release(i);
		return ret;
	}
	chorus_lock();
	slots[i].token = cmd.msg;
	slots[i].state = SLOT_FULL;
	id = (int)(slots[i].round * SLOTS) + i + 1;
	chorus_unlock();
	return id;
}

int ipcRestore(int msgid)
{
	struct chorus_ipc_save cmd = { .size = sizeof(cmd) };
	int i, ret;

	if (msgid <= 0)
		return K_EINVAL;
	i = (msgid - 1) % SLOTS;
	chorus_lock();
	if (slots[i].state != SLOT_FULL ||
	    slots[i].round != (unsigned int)(msgid - 1) / SLOTS) {
		chorus_unlock();
		return K_EINVAL;
	}
	/* Reserved: of two threads that restore it, one finds it. */
	cmd.msg = slots[i].token;
	slots[i].state = SLOT_RESERVED;
	chorus_unlock();
	ret = chorus_command(CHORUS_IOC_IPC_RESTORE, &cmd);
	if (ret && ret != K_EINVAL) {
		chorus_lock();
		slots[i].state = SLOT_FULL;
		chorus_unlock();
		return ret;
	}
	release(i);
	return ret;
}
