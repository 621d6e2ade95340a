// SPDX-License-Identifier: GPL-2.0-or-later
/* The device and its commands. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "soak.h"

int door = -1;

bool door_open(void)
{
	door = open(DEVICE, O_RDWR | (random_below(2) ? O_CLOEXEC : 0));
	if (door >= 0) {
		count(N_born);
		return true;
	}
	switch (errno) {
	case ENOENT:		/* no module, no device */
	case ENODEV:
	case ENXIO:
		count(N_open_refused);
		break;
	case EDQUOT:
		count(N_quota);
		break;
	case ENOMEM:
		count(N_memory);
		break;
	default:
		wrong(W_unexpected, "open " DEVICE ": %s", strerror(errno));
	}
	return false;
}

void door_close(void)
{
	close(door);
	door = -1;
}

/* The sizes of the commands that are used here. */
static unsigned int command_size(unsigned int ioc)
{
	switch (ioc) {
	case CHORUS_IOC_HELLO: return sizeof(struct chorus_hello);
	case CHORUS_IOC_ACTOR_SELF: return sizeof(struct chorus_actor_self);
	case CHORUS_IOC_ACTOR_DELETE: return sizeof(struct chorus_actor_delete);
	case CHORUS_IOC_PORT_CREATE: return sizeof(struct chorus_port_create);
	case CHORUS_IOC_THREAD_SELF: return sizeof(struct chorus_thread_self);
	case CHORUS_IOC_THREAD_ABORT: return sizeof(struct chorus_thread_abort);
	case CHORUS_IOC_PORT_ENABLE: return sizeof(struct chorus_port_enable);
	case CHORUS_IOC_PORT_MIGRATE: return sizeof(struct chorus_port_migrate);
	case CHORUS_IOC_PORT_DELETE: return sizeof(struct chorus_port_delete);
	case CHORUS_IOC_PORT_POLICY: return sizeof(struct chorus_port_policy);
	case CHORUS_IOC_AREA_OPEN: return sizeof(struct chorus_area_open);
	case CHORUS_IOC_BATCH: return sizeof(struct chorus_batch);
	case CHORUS_IOC_IPC_SEND: return sizeof(struct chorus_ipc_send);
	case CHORUS_IOC_IPC_RECEIVE: return sizeof(struct chorus_ipc_receive);
	case CHORUS_IOC_IPC_CALL: return sizeof(struct chorus_ipc_call);
	case CHORUS_IOC_IPC_REPLY: return sizeof(struct chorus_ipc_reply);
	case CHORUS_IOC_IPC_REPLY_RECEIVE: return sizeof(struct chorus_ipc_reply_receive);
	case CHORUS_IOC_IPC_SAVE:
	case CHORUS_IOC_IPC_RESTORE: return sizeof(struct chorus_ipc_save);
	case CHORUS_IOC_IPC_FORWARD: return sizeof(struct chorus_ipc_forward);
	case CHORUS_IOC_GROUP_ALLOCATE: return sizeof(struct chorus_group_allocate);
	case CHORUS_IOC_GROUP_INSERT:
	case CHORUS_IOC_GROUP_REMOVE: return sizeof(struct chorus_group_member);
	case CHORUS_IOC_LAP_INVOKE: return sizeof(struct chorus_lap_invoke);
	case CHORUS_IOC_LAP_RESOLVE: return sizeof(struct chorus_lap_resolve);
	default: return 0;
	}
}

int command(unsigned int ioc, void *arg)
{
	*(__u32 *)arg = command_size(ioc);
	return ioctl(door, ioc, arg) < 0 ? -errno : 0;
}

int new_port(struct chorus_ui *ui)
{
	struct chorus_port_create create = { 0 };
	int result = command(CHORUS_IOC_PORT_CREATE, &create);

	if (result)
		return result;
	*ui = create.out_ui;
	return create.out_li;
}

void *new_area(void)
{
	struct chorus_area_open area = { .length = BODY_ROOM };
	void *base;
	int result = command(CHORUS_IOC_AREA_OPEN, &area);

	if (result) {
		if (result != -EDQUOT && result != -ENOMEM)
			wrong(W_unexpected, "an area: %s", strerror(-result));
		return NULL;
	}
	base = mmap(NULL, BODY_ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, door,
		    (off_t)area.out_offset);
	return base == MAP_FAILED ? NULL : base;
}

struct chorus_ui static_port(__u64 stamp)
{
	struct chorus_hello hello = { 0 };
	struct chorus_ui ui = { .tail = stamp };

	if (!command(CHORUS_IOC_HELLO, &hello))
		ui.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | hello.out_site;
	return ui;
}
