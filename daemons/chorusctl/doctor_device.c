// SPDX-License-Identifier: GPL-2.0-or-later
/* The two doors to the nucleus, /dev/chorus and netlink, for the user who asks. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netlink/errno.h>

#include "chorusctl.h"
#include "doctor.h"
#include "netlink.h"

#define DEVICE	"/dev/chorus"
#define GROUP	"chorus"
#define NOBODY	((gid_t)-1)

struct chorus_group {
	gid_t gid;
	bool member;		/* the user, by what /etc/group says now */
};

static bool is_member(const struct group *group, const char *name)
{
	char **member;

	for (member = group->gr_mem; name && *member; member++)
		if (!strcmp(*member, name))
			return true;
	return false;
}

/* In the patient's /etc/group, not in ours. */
static struct chorus_group find_group(const struct patient *patient, const char *user)
{
	char *path = root_path(patient, "/etc/group");
	FILE *in = fopen(path, "re");
	struct chorus_group found = { .gid = NOBODY };
	struct group *group;

	free(path);
	while (in && (group = fgetgrent(in))) {
		if (strcmp(group->gr_name, GROUP))
			continue;
		found.gid = group->gr_gid;
		found.member = is_member(group, user);
	}
	if (in)
		fclose(in);
	return found;
}

static bool in_group(gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	int i, nr = getgroups(NGROUPS_MAX, groups);

	for (i = 0; i < nr; i++)
		if (groups[i] == gid)
			return true;
	return getegid() == gid;
}

static bool permitted(const struct stat *st)
{
	mode_t wanted = 06;	/* read and write, of others */

	if (!geteuid())
		return true;
	if (st->st_uid == geteuid())
		wanted <<= 6;
	else if (in_group(st->st_gid))
		wanted <<= 3;
	return (st->st_mode & wanted) == wanted;
}

static void examine_node(const struct stat *st, gid_t group)
{
	const char *finding = text("owner %u, group %u, mode %04o", st->st_uid, st->st_gid,
				   st->st_mode & 07777);

	if (group == NOBODY)
		report(WARN, "device", text("%s; there is no group " GROUP, finding),
		       "sudo groupadd --system " GROUP ", then the udev rule: "
		       "GROUP=\"" GROUP "\", MODE=\"0660\"");
	else if (st->st_mode & 06)
		report(WARN, "device", text("%s; everybody may become an actor", finding),
		       "sudo chgrp " GROUP " " DEVICE "; sudo chmod 0660 " DEVICE
		       " (and look who does that: /etc/udev/rules.d)");
	else if (st->st_gid != group || (st->st_mode & 0660) != 0660)
		report(WARN, "device", text("%s; not 0660 of group " GROUP, finding),
		       "install daemons/udev/60-chorus.rules in /etc/udev/rules.d, then: "
		       "sudo udevadm trigger --name-match=chorus");
	else
		report(OK, "device", text("%s, 0660 of group " GROUP, DEVICE), NULL);
}

static bool examine_permission(const struct stat *st, const struct chorus_group *group,
			       const char *name)
{
	const char *cure;

	if (permitted(st)) {
		report(OK, "permission", text("%s may open " DEVICE, name), NULL);
		return true;
	}
	if (group->gid == NOBODY || st->st_gid != group->gid)
		cure = text("see the line about the device, then: sudo usermod -aG " GROUP " %s",
			    name);
	else if ((st->st_mode & 060) && group->member)
		cure = "log in again: this session began before the group " GROUP
		       " had its new member (or: newgrp " GROUP ")";
	else if (st->st_mode & 060)
		cure = text("sudo usermod -aG " GROUP " %s, then log in again", name);
	else
		cure = "sudo chmod 0660 " DEVICE;
	report(BAD, "permission", text("%s may not open " DEVICE, name), cure);
	return false;
}

/* Do the nucleus and the programs of this release have a version in common? */
static bool agree(const struct chorus_hello *hello)
{
	static const unsigned int base = CHORUS_ABI_BASE, current = CHORUS_ABI_CURRENT;

	return hello->out_abi_base <= current && hello->out_abi_current >= base;
}

/* To ask is to be an actor for a moment: the counters actor_born and actor_dead grow. */
static void examine_handshake(void)
{
	struct chorus_hello hello = { .size = sizeof(hello) };
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		report(BAD, "handshake", text("opening " DEVICE ": %s", strerror(errno)),
		       errno == EDQUOT ? "end some actors of this user, or raise the quota" :
		       "look at the kernel's log: sudo dmesg | grep chorus");
		return;
	}
	if (ioctl(fd, CHORUS_IOC_HELLO, &hello))
		report(BAD, "handshake", text("CHORUS_IOC_HELLO: %s", strerror(errno)),
		       "is the module of the same release? load the newest one");
	else if (!agree(&hello))
		report(BAD, "handshake",
		       text("the nucleus serves ABI %u to %u, programs here speak %d to %d",
			    hello.out_abi_base, hello.out_abi_current, CHORUS_ABI_BASE,
			    CHORUS_ABI_CURRENT),
		       "install module, library and tools of one release");
	else
		report(OK, "handshake",
		       text("ABI %u to %u, site %u", hello.out_abi_base, hello.out_abi_current,
			    hello.out_site), NULL);
	if (hello.out_features & CHORUS_FEATURE_TEST)
		report(WARN, "test hooks", "the loaded module is the test build, slower and unsafe",
		       "load the one that 'make modules' builds");
	close(fd);
}

void examine_device(struct patient *patient)
{
	struct passwd *user = getpwuid(geteuid());
	const char *name = user ? user->pw_name : text("%u", geteuid());
	struct chorus_group group = find_group(patient, name);
	char *path = root_path(patient, DEVICE);
	struct stat st;

	if (!patient->loaded && stat(path, &st)) {
		report(WARN, "device", DEVICE " comes with the module", "load the module first");
	} else if (stat(path, &st)) {
		report(BAD, "device", text("%s: %s", DEVICE, strerror(errno)),
		       "is udev running, /dev a devtmpfs? by hand: sudo mknod " DEVICE
		       " c 10 $(awk '$2 == \"chorus\" { print $1 }' /proc/misc)");
	} else if (!patient->root[0] && !S_ISCHR(st.st_mode)) {
		report(BAD, "device", DEVICE " is not a device",
		       "sudo rm " DEVICE "; sudo udevadm trigger --name-match=chorus");
	} else {
		examine_node(&st, group.gid);
		if (examine_permission(&st, &group, name) && patient->loaded && !patient->root[0])
			examine_handshake();
	}
	free(path);
}

/* ---- netlink ---- */

static void seen(struct nlattr **attrs, void *data)
{
	(void)attrs;
	*(bool *)data = true;
}

void examine_netlink(struct patient *patient)
{
	bool answered = false;
	int ret;

	if (patient->root[0] || !patient->loaded)
		return;
	ret = netlink_start() ?: netlink_do(CHORUS_CMD_SITE_GET, seen, &answered);
	netlink_end();
	if (ret == -NLE_PERM || ret == -NLE_NOACCESS)
		report(WARN, "netlink", "needs CAP_NET_ADMIN: chorusctl actors and the like refuse",
		       "sudo chorusctl");
	else if (ret || !answered)
		report(BAD, "netlink", ret ? nl_geterror(ret) : "no answer",
		       "is the module of the same release? load the newest one");
	else
		report(OK, "netlink", "the family " CHORUS_FAMILY_NAME " answers", NULL);
}
