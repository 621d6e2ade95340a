// SPDX-License-Identifier: GPL-2.0-or-later
/* Unknown flags and dirty reserved fields are EINVAL, for every command. */
#include "sample.h"

static struct sample_place place;
static union {
	struct { __u32 size, flags; };
	unsigned char bytes[256];
} arg;

static __u32 known_flags(const struct command *c)
{
	switch (c->ioc) {
	case CHORUS_IOC_ACTOR_NAME:
	case CHORUS_IOC_ACTOR_PRIVILEGE:
	case CHORUS_IOC_ACTOR_PI:
		return CHORUS_SET | CHORUS_SELF;
	case CHORUS_IOC_THREAD_ABORT:
		return CHORUS_SELF;
	case CHORUS_IOC_PORT_CREATE:
		return CHORUS_PORT_DECLARE;
	case CHORUS_IOC_ACTOR_BAR:
	case CHORUS_IOC_PORT_PI:
	case CHORUS_IOC_PORT_LEND:
	case CHORUS_IOC_PORT_POLICY:
		return CHORUS_SET;
	case CHORUS_IOC_PORT_MIGRATE:
		return CHORUS_SELF | CHORUS_MIGRATE_DELETE;
	case CHORUS_IOC_IPC_SEND:
	case CHORUS_IOC_IPC_REPLY:
		return CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW;
	case CHORUS_IOC_IPC_GET_DATA:
		return CHORUS_MSG_VECTOR;
	case CHORUS_IOC_PORT_BODY_MAX:
		return CHORUS_SET;
	case CHORUS_IOC_IPC_RECEIVE:
		return CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR | CHORUS_MSG_MOVE;
	case CHORUS_IOC_IPC_REPLY_RECEIVE:
		return CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR | CHORUS_MSG_REP_VECTOR |
		       CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_REP_MOVE |
		       CHORUS_MSG_REP_COW;
	case CHORUS_IOC_IPC_CALL:
		return CHORUS_MSG_ABORTABLE | CHORUS_MSG_NOCYCLE | CHORUS_MSG_VECTOR |
		       CHORUS_MSG_REP_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE |
		       CHORUS_MSG_COW | CHORUS_MSG_REP_MOVE;
	case CHORUS_IOC_LAP_RESOLVE:
		return CHORUS_LAP_NOBLOCK | CHORUS_LAP_PROTECTED;
	case CHORUS_IOC_BATCH:
		return CHORUS_BATCH_STOP;
	case CHORUS_IOC_WATCH:
		return CHORUS_WATCH_MEMBERS | CHORUS_WATCH_SINCE;
	default:
		return 0;
	}
}

TEST(flags, "every unknown flag of every command is EINVAL")
{
	sample_prepare(&place);
	for (unsigned int i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		for (int bit = 0; bit < 32; bit++) {
			unsigned char before[256];

			if (known_flags(c) & 1u << bit)
				continue;
			sample_fill(&place, c, &arg);
			arg.flags |= 1u << bit;
			memcpy(before, &arg, sizeof(arg));
			if (!EXPECT(raw_ioctl(dev, c->ioc, &arg), -EINVAL))
				selftest_note("%s, flag bit %d", c->name, bit);
			CHECK(!memcmp(before, &arg, sizeof(arg)), "%s wrote", c->name);
		}
	}
}

#define R(NAME, type, field)						\
	{ CHORUS_IOC_##NAME, offsetof(struct type, field),		\
	  sizeof(((struct type *)0)->field), #NAME "." #field }
static const struct {
	unsigned int ioc, at, size;
	const char *what;
} reserved[] = {
	R(THREAD_ABORT, chorus_thread_abort, reserved),
	R(PORT_CREATE, chorus_port_create, ui),
	R(PORT_DELETE, chorus_port_delete, reserved),
	R(PORT_UI, chorus_port_ui, reserved),
	R(PORT_LI, chorus_port_ui, reserved),
	R(PORT_PI, chorus_port_pi, reserved),
	R(PORT_SEQNUM, chorus_port_seqnum, reserved),
	R(PORT_LEND, chorus_port_lend, reserved),
	R(IPC_SEND, chorus_ipc_send, cotarget),
	R(IPC_CALL, chorus_ipc_call, cotarget),
	R(IPC_CALL, chorus_ipc_call, reserved),
	R(IPC_REPLY, chorus_ipc_reply, reserved),
	R(IPC_REPLY_RECEIVE, chorus_ipc_reply_receive, reserved),
	R(LAP_INVOKE, chorus_lap_invoke, reserved),
	R(WATCH, chorus_watch, reserved),
	R(WATCH, chorus_watch, seen),
	R(WATCH_CANCEL, chorus_watch_cancel, reserved),
	R(WINDOW_CLOSE, chorus_window_close, reserved),
	R(PORT_BODY_MAX, chorus_port_body_max, body_max),
};

TEST(dirty, "every reserved field with any bit set is EINVAL")
{
	sample_prepare(&place);
	for (unsigned int i = 0; i < ARRAY_SIZE(reserved); i++)
		for (unsigned int byte = 0; byte < reserved[i].size; byte++) {
			sample_fill(&place, command_of(reserved[i].ioc), &arg);
			arg.bytes[reserved[i].at + byte] = 0x80;
			if (!EXPECT(raw_ioctl(dev, reserved[i].ioc, &arg), -EINVAL))
				selftest_note("%s, byte %u", reserved[i].what, byte);
		}
}

TEST(values, "values that can never be valid are EINVAL")
{
	struct chorus_port_enable enable = { .li = 0, .priority = CHORUS_PRIORITY_MAX + 1 };
	struct chorus_actor_privilege privilege = { .flags = CHORUS_SET | CHORUS_SELF };
	struct chorus_actor_pi pi = { .flags = CHORUS_SET | CHORUS_SELF, .pi.reserved = 1 };
	struct chorus_port_lend lend = { .flags = CHORUS_SET, .rt = 100, .nice = 19 };
	struct chorus_port_delete delete = { .li = CHORUS_LI_DEFAULT };
	struct chorus_ipc_receive receive = { .li = CHORUS_LI_NONE };

	actor_open();
	EXPECT(port_enable(&enable), -EINVAL);
	enable.priority = ~0u;
	EXPECT(port_enable(&enable), -EINVAL);
	enable.priority = 1;
	EXPECT(port_disable(&enable), -EINVAL);
	privilege.privilege = CHORUS_ACTOR_SUPERVISOR;
	EXPECT(actor_privilege(&privilege), -EINVAL);
	privilege.privilege = 3;
	EXPECT(actor_privilege(&privilege), -EINVAL);
	privilege.privilege = ~0u;
	EXPECT(actor_privilege(&privilege), -EINVAL);
	EXPECT(actor_pi(&pi), -EINVAL);
	EXPECT(port_delete(&delete), -EINVAL);
	EXPECT(port_lend(&lend), -EINVAL);
	lend.rt = ~0u;
	EXPECT(port_lend(&lend), -EINVAL);
	lend.rt = 0;
	lend.nice = 20;
	EXPECT(port_lend(&lend), -EINVAL);
	lend.nice = -21;
	EXPECT(port_lend(&lend), -EINVAL);
	/* "No port" is nothing to receive from. */
	EXPECT_EITHER(ipc_receive(&receive), -EINVAL, -ENOENT);
	receive.li = -3;
	EXPECT_EITHER(ipc_receive(&receive), -EINVAL, -ENOENT);
	receive.li = 0x7fffffff;
	EXPECT(ipc_receive(&receive), -ENOENT);
}
