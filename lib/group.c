// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Groups of ports.
 */
#include <ipc/chIpc.h>

#include "internal.h"

_Static_assert(K_DYNAMIC == (int)CHORUS_UI_GROUP &&
	       K_STATUSER == (int)CHORUS_UI_STATGROUP_USER &&
	       K_STATSYS == (int)CHORUS_UI_STATGROUP_SYS &&
	       K_SHARED == (int)CHORUS_UI_GROUP_SHARED, "uapi");
_Static_assert(K_BROADMODE == (int)CHORUS_MODE_BROADCAST &&
	       K_FUNCMODE == (int)CHORUS_MODE_ANY &&
	       K_FUNCUMODE == (int)CHORUS_MODE_WITH &&
	       K_FUNCXMODE == (int)CHORUS_MODE_EXCEPT, "uapi");

int grpAllocate(int option, KnCap *groupcap, unsigned int stamp)
{
	struct chorus_group_allocate cmd = {
		.size = sizeof(cmd), .type = (__u32)option, .stamp = stamp,
	};
	int ret;

	if (!groupcap)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_GROUP_ALLOCATE, &cmd);
	if (ret)
		return ret;
	chorus_ui_in(&groupcap->ui, &cmd.out_cap.ui);
	groupcap->key.keyHead = cmd.out_cap.key.k[0];
	groupcap->key.keyTail = cmd.out_cap.key.k[1];
	return K_OK;
}

static int member(unsigned int command, const KnCap *groupcap,
		  const KnUniqueId *portui)
{
	struct chorus_group_member cmd = { .size = sizeof(cmd) };

	if (!groupcap || !portui)
		return K_EFAULT;
	cmd.cap.ui = chorus_ui_out(&groupcap->ui);
	cmd.cap.key.k[0] = groupcap->key.keyHead;
	cmd.cap.key.k[1] = groupcap->key.keyTail;
	cmd.port = chorus_ui_out(portui);
	return chorus_command(command, &cmd);
}

int grpPortInsert(const KnCap *groupcap, const KnUniqueId *portui)
{
	return member(CHORUS_IOC_GROUP_INSERT, groupcap, portui);
}

int grpPortRemove(const KnCap *groupcap, const KnUniqueId *portui)
{
	return member(CHORUS_IOC_GROUP_REMOVE, groupcap, portui);
}

int ipcTarget(KnUniqueId *groupui, int mode)
{
	unsigned int type;

	if (!groupui)
		return K_EFAULT;
	type = groupui->uiHead >> CHORUS_UI_TYPE_SHIFT & CHORUS_UI_TYPE_MASK;
	if (type < CHORUS_UI_GROUP || type > CHORUS_UI_GROUP_SHARED ||
	    mode < K_BROADMODE || mode > K_FUNCXMODE)
		return K_EINVAL;
	/* Who is idle takes it: it cannot be told who. */
	if (type == CHORUS_UI_GROUP_SHARED && mode > K_FUNCMODE)
		return K_EINVAL;
	groupui->uiHead &= ~(UINT64_C(3) << CHORUS_UI_MODE_SHIFT);
	groupui->uiHead |= (uint64_t)mode << CHORUS_UI_MODE_SHIFT;
	return K_OK;
}
