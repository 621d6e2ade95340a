// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ports.
 */
#include <exec/chExec.h>
#include <ext/chServer.h>
#include <ipc/chIpc.h>

#include "internal.h"

_Static_assert(K_DEFAULTPORT == CHORUS_LI_DEFAULT, "uapi");
_Static_assert(K_PORTPRIOMAX == CHORUS_PRIORITY_MAX, "uapi");

/*
 * The device serves the ports of its own actor only: those of another one
 * live in that process's table of local ids.
 */
int chorus_own_actor(const KnCap *actorcap)
{
	KnCap self;
	int ret;

	if (actorcap == K_MYACTOR)
		return K_OK;
	if (!actorcap)
		return K_EFAULT;
	ret = actorSelf(&self);
	if (ret)
		return ret;
	if (!uiEqual(&self.ui, &actorcap->ui))
		return K_ENOTIMP;
	if (self.key.keyHead != actorcap->key.keyHead ||
	    self.key.keyTail != actorcap->key.keyTail)
		return K_EINVAL;
	return K_OK;
}

int portCreate(const KnCap *actorcap, KnUniqueId *portui)
{
	struct chorus_port_create cmd = { .size = sizeof(cmd) };
	int ret;

	if (!portui)
		return K_EFAULT;
	ret = chorus_own_actor(actorcap);
	if (!ret)
		ret = chorus_command(CHORUS_IOC_PORT_CREATE, &cmd);
	if (ret)
		return ret;
	chorus_ui_in(portui, &cmd.out_ui);
	return cmd.out_li;
}

int portDeclare(const KnCap *actorcap, const KnUniqueId *portui)
{
	struct chorus_port_create cmd = {
		.size = sizeof(cmd), .flags = CHORUS_PORT_DECLARE,
	};
	int ret;

	if (!portui)
		return K_EFAULT;
	cmd.ui = chorus_ui_out(portui);
	ret = chorus_own_actor(actorcap);
	if (!ret)
		ret = chorus_command(CHORUS_IOC_PORT_CREATE, &cmd);
	return ret ? ret : cmd.out_li;
}

int portDelete(const KnCap *actorcap, int portli)
{
	struct chorus_port_delete cmd = {
		.size = sizeof(cmd), .li = portli,
	};
	int ret = chorus_own_actor(actorcap);

	return ret ? ret : chorus_command(CHORUS_IOC_PORT_DELETE, &cmd);
}

int portEnable(const KnCap *actorcap, int portli, int priority)
{
	/* A negative priority becomes a huge one, which the nucleus refuses. */
	struct chorus_port_enable cmd = {
		.size = sizeof(cmd), .li = portli, .priority = (__u32)priority,
	};
	int ret = chorus_own_actor(actorcap);

	return ret ? ret : chorus_command(CHORUS_IOC_PORT_ENABLE, &cmd);
}

int portDisable(const KnCap *actorcap, int portli)
{
	struct chorus_port_enable cmd = {
		.size = sizeof(cmd), .li = portli,
	};
	int ret = chorus_own_actor(actorcap);

	return ret ? ret : chorus_command(CHORUS_IOC_PORT_DISABLE, &cmd);
}

int portUi(int portli, KnUniqueId *portui)
{
	struct chorus_port_ui cmd = { .size = sizeof(cmd), .li = portli };
	int ret;

	if (!portui)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_PORT_UI, &cmd);
	if (!ret)
		chorus_ui_in(portui, &cmd.ui);
	return ret;
}

int portLi(const KnUniqueId *portui)
{
	struct chorus_port_ui cmd = { .size = sizeof(cmd) };
	int ret;

	if (!portui)
		return K_EFAULT;
	cmd.ui = chorus_ui_out(portui);
	ret = chorus_command(CHORUS_IOC_PORT_LI, &cmd);
	return ret ? ret : cmd.li;
}

int portPi(const KnCap *actorcap, int portli, KnProtId *oldpi,
	   const KnProtId *newpi)
{
	struct chorus_port_pi cmd = { .size = sizeof(cmd), .li = portli };
	int ret = chorus_own_actor(actorcap);

	if (ret)
		return ret;
	if (newpi) {
		cmd.pi = chorus_pi_out(newpi);
		cmd.flags = CHORUS_SET;
	}
	ret = chorus_command(CHORUS_IOC_PORT_PI, &cmd);
	if (!ret && oldpi)
		chorus_pi_in(oldpi, &cmd.out_pi);
	return ret;
}

int portGetSeqNum(int portli, KnEvtNum *seqnum)
{
	struct chorus_port_seqnum cmd = { .size = sizeof(cmd), .li = portli };
	int ret;

	if (!seqnum)
		return K_EFAULT;
	ret = chorus_command(CHORUS_IOC_PORT_SEQNUM, &cmd);
	if (!ret)
		*seqnum = cmd.out_seqnum;
	return ret;
}

int chorus_port_lend(int portli, const ChorusLend *set, ChorusLend *was)
{
	struct chorus_port_lend cmd = { .size = sizeof(cmd), .li = portli };
	int ret;

	if (set) {
		cmd.flags = CHORUS_SET;
		cmd.rt = set->rt;
		cmd.nice = set->nice;
	}
	ret = chorus_command(CHORUS_IOC_PORT_LEND, &cmd);
	if (!ret && was) {
		was->rt = cmd.out_rt;
		was->nice = cmd.out_nice;
	}
	return ret;
}

int portMigrate(int options, const KnCap *srcactorcap, int portli,
		const KnCap *dstactorcap, KnEvtNum *seqnum)
{
	struct chorus_port_migrate cmd = { .size = sizeof(cmd), .li = portli };
	int ret;

	if (options & ~K_MIGRDELETE)
		return K_EINVAL;
	if (!srcactorcap || !dstactorcap)
		return K_EFAULT;
	/* One of them has to be another actor. */
	if (dstactorcap == K_MYACTOR) {
		KnCap self;

		ret = actorSelf(&self);
		if (ret)
			return ret;
		cmd.to = chorus_cap_out(&self);
	} else {
		cmd.to = chorus_cap_out(dstactorcap);
	}
	chorus_designate(srcactorcap, &cmd.from, &cmd.flags);
	if (options & K_MIGRDELETE)
		cmd.flags |= CHORUS_MIGRATE_DELETE;
	ret = chorus_command(CHORUS_IOC_PORT_MIGRATE, &cmd);
	if (ret)
		return ret;
	if (seqnum)
		*seqnum = cmd.out_seqnum;
	return cmd.out_li;
}
