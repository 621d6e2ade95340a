// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Actors.
 */
#include <string.h>

#include <exec/chExec.h>

#include "internal.h"

_Static_assert(K_ACTORNAMEMAX == CHORUS_NAME_MAX, "uapi");
_Static_assert(K_USERACTOR == (int)CHORUS_ACTOR_USER &&
	       K_SYSTEMACTOR == (int)CHORUS_ACTOR_SYSTEM &&
	       K_SUPACTOR == (int)CHORUS_ACTOR_SUPERVISOR, "uapi");

int actorSelf(KnCap *actorcap)
{
	struct chorus_actor_self cmd = { .size = sizeof(cmd) };
	int ret;

	if (!actorcap)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_ACTOR_SELF, &cmd);
	if (ret)
		return ret;
	chorus_ui_in(&actorcap->ui, &cmd.out_cap.ui);
	actorcap->key.keyHead = cmd.out_cap.key.k[0];
	actorcap->key.keyTail = cmd.out_cap.key.k[1];
	return K_OK;
}

int actorDelete(const KnCap *actorcap)
{
	struct chorus_actor_delete cmd = { .size = sizeof(cmd) };
	KnCap self;
	int ret;

	if (!actorcap)
		return K_EFAULT;
	/* The command has no CHORUS_SELF: dying takes a deliberate key. */
	if (actorcap == K_MYACTOR) {
		ret = actorSelf(&self);
		if (ret)
			return ret;
		actorcap = &self;
	}
	cmd.cap = chorus_cap_out(actorcap);
	return chorus_command(CHORUS_IOC_ACTOR_DELETE, &cmd);
}

int actorName(const KnCap *actorcap, char *oldname, const char *newname)
{
	struct chorus_actor_name cmd = { .size = sizeof(cmd) };
	int ret;

	if (!actorcap)
		return K_EFAULT;
	chorus_designate(actorcap, &cmd.cap, &cmd.flags);
	if (newname) {
		size_t len = strnlen(newname, sizeof(cmd.name));

		if (len > CHORUS_NAME_MAX)
			return K_EINVAL;
		memcpy(cmd.name, newname, len);
		cmd.flags |= CHORUS_SET;
	}
	ret = chorus_command(CHORUS_IOC_ACTOR_NAME, &cmd);
	if (!ret && oldname) {
		memcpy(oldname, cmd.out_name, sizeof(cmd.out_name));
		oldname[K_ACTORNAMEMAX] = '\0';
	}
	return ret;
}

int actorPrivilege(const KnCap *actorcap, KnActorPrivilege *oldpriv,
		   const KnActorPrivilege *newpriv)
{
	struct chorus_actor_privilege cmd = { .size = sizeof(cmd) };
	int ret;

	if (!actorcap)
		return K_EFAULT;
	chorus_designate(actorcap, &cmd.cap, &cmd.flags);
	if (newpriv) {
		cmd.privilege = (__u32)*newpriv;
		cmd.flags |= CHORUS_SET;
	}
	ret = chorus_command(CHORUS_IOC_ACTOR_PRIVILEGE, &cmd);
	if (!ret && oldpriv)
		*oldpriv = (KnActorPrivilege)cmd.out_privilege;
	return ret;
}

int actorPi(const KnCap *actorcap, KnProtId *oldpi, const KnProtId *newpi)
{
	struct chorus_actor_pi cmd = { .size = sizeof(cmd) };
	int ret;

	if (!actorcap)
		return K_EFAULT;
	chorus_designate(actorcap, &cmd.cap, &cmd.flags);
	if (newpi) {
		cmd.pi = chorus_pi_out(newpi);
		cmd.flags |= CHORUS_SET;
	}
	ret = chorus_command(CHORUS_IOC_ACTOR_PI, &cmd);
	if (!ret && oldpi)
		chorus_pi_in(oldpi, &cmd.out_pi);
	return ret;
}
