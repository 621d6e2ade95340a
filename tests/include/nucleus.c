// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of the nucleus for tests; see selftest.h. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "selftest.h"

int dev = -1;

#define OUT(type, first, last)							\
	{ offsetof(struct type, first),						\
	  offsetof(struct type, last) + sizeof(((struct type *)0)->last) }
#define C(NAME, type, ...) \
	{ CHORUS_IOC_##NAME, sizeof(struct type), #NAME, { __VA_ARGS__ }, -1, -1 }
#define CW(NAME, type, restart, ...)							\
	{ CHORUS_IOC_##NAME, sizeof(struct type), #NAME, { __VA_ARGS__ }, restart,	\
	  offsetof(struct type, deadline) }

const struct command commands[] = {
	C(HELLO, chorus_hello, OUT(chorus_hello, out_abi_base, out_port_queue)),
	C(ACTOR_SELF, chorus_actor_self, OUT(chorus_actor_self, out_cap, out_reserved)),
	C(ACTOR_DELETE, chorus_actor_delete),
	C(ACTOR_NAME, chorus_actor_name, OUT(chorus_actor_name, out_name, out_name)),
	C(ACTOR_PRIVILEGE, chorus_actor_privilege,
	  OUT(chorus_actor_privilege, out_privilege, out_privilege)),
	C(ACTOR_PI, chorus_actor_pi, OUT(chorus_actor_pi, out_pi, out_pi)),
	C(ACTOR_BAR, chorus_actor_bar, OUT(chorus_actor_bar, out_bar, out_bar),
	  OUT(chorus_actor_bar, out_mediator, out_mediator)),
	C(THREAD_SELF, chorus_thread_self, OUT(chorus_thread_self, out_li, out_reserved)),
	C(THREAD_ABORT, chorus_thread_abort),
	C(THREAD_ABORTED, chorus_thread_aborted,
	  OUT(chorus_thread_aborted, out_aborted, out_reserved)),
	CW(THREAD_DELAY, chorus_thread_delay, -1),
	C(PORT_CREATE, chorus_port_create, OUT(chorus_port_create, out_ui, out_reserved)),
	C(PORT_DELETE, chorus_port_delete),
	C(PORT_ENABLE, chorus_port_enable),
	C(PORT_DISABLE, chorus_port_enable),
	C(PORT_UI, chorus_port_ui, OUT(chorus_port_ui, ui, ui)),
	C(PORT_LI, chorus_port_ui, OUT(chorus_port_ui, li, li)),
	C(PORT_PI, chorus_port_pi, OUT(chorus_port_pi, out_pi, out_pi)),
	C(PORT_SEQNUM, chorus_port_seqnum, OUT(chorus_port_seqnum, out_seqnum, out_seqnum)),
	C(PORT_MIGRATE, chorus_port_migrate, OUT(chorus_port_migrate, out_li, out_seqnum)),
	C(PORT_LEND, chorus_port_lend, OUT(chorus_port_lend, out_rt, out_nice)),
	C(IPC_SEND, chorus_ipc_send),
	CW(IPC_RECEIVE, chorus_ipc_receive, -1, OUT(chorus_ipc_receive, out_li, out_msg)),
	CW(IPC_CALL, chorus_ipc_call, offsetof(struct chorus_ipc_call, restart),
	   OUT(chorus_ipc_call, out_rep_size, out_flags)),
	C(IPC_REPLY, chorus_ipc_reply),
	CW(IPC_REPLY_RECEIVE, chorus_ipc_reply_receive,
	   offsetof(struct chorus_ipc_reply_receive, restart),
	   OUT(chorus_ipc_reply_receive, out_li, out_msg)),
	C(IPC_GET_DATA, chorus_ipc_get_data,
	  OUT(chorus_ipc_get_data, out_body_size, out_body_size)),
	C(IPC_SAVE, chorus_ipc_save),
	C(IPC_RESTORE, chorus_ipc_save),
	C(IPC_SYSINFO, chorus_ipc_sysinfo, OUT(chorus_ipc_sysinfo, out_body_size, out_port_pi)),
	C(IPC_FORWARD, chorus_ipc_forward),
	C(LAP_INVOKE, chorus_lap_invoke),
	CW(LAP_RESOLVE, chorus_lap_resolve, -1, OUT(chorus_lap_resolve, out_desc, out_desc)),
	C(GROUP_ALLOCATE, chorus_group_allocate, OUT(chorus_group_allocate, out_cap, out_cap)),
	C(GROUP_INSERT, chorus_group_member),
	C(GROUP_REMOVE, chorus_group_member),
	C(WATCH, chorus_watch, OUT(chorus_watch, out_departures, out_departures)),
	C(WATCH_CANCEL, chorus_watch_cancel),
	C(PORT_POLICY, chorus_port_policy, OUT(chorus_port_policy, out_policy, out_heir)),
	C(WINDOW_OPEN, chorus_window_open, OUT(chorus_window_open, out_slot_size, out_offset)),
	C(WINDOW_CLOSE, chorus_window_close),
	C(PORT_BODY_MAX, chorus_port_body_max,
	  OUT(chorus_port_body_max, out_body_max, out_reserved)),
	C(AREA_OPEN, chorus_area_open, OUT(chorus_area_open, out_length, out_offset)),
	C(AREA_CLOSE, chorus_area_close),
	{ CHORUS_IOC_BATCH, sizeof(struct chorus_batch), "BATCH",
	  { OUT(chorus_batch, out_done, out_done) }, offsetof(struct chorus_batch, restart), -1 },
};
const unsigned int commands_count = ARRAY_SIZE(commands);

const struct command *command_of(unsigned int ioc)
{
	for (unsigned int i = 0; i < commands_count; i++)
		if (commands[i].ioc == ioc)
			return &commands[i];
	return NULL;
}

int raw_ioctl(int fd, unsigned long command, void *arg)
{
	return ioctl(fd, command, arg) < 0 ? -errno : 0;
}

int nucleus(int fd, unsigned int ioc, void *arg)
{
	const struct command *c = command_of(ioc);
	unsigned char before[256];
	__u32 *size = arg;
	int result;

	REQUIRE(c && c->size <= sizeof(before));
	if (!*size)
		*size = c->size;
	for (unsigned int i = 0; i < ARRAY_SIZE(c->out); i++)
		memset((char *)arg + c->out[i].from, POISON, c->out[i].to - c->out[i].from);
	if (ioc == CHORUS_IOC_IPC_SAVE)		/* ipc-save.c tries other values */
		((struct chorus_ipc_save *)arg)->msg = 0;
	memcpy(before, arg, c->size);
	result = ioctl(fd, ioc, arg);
	if (result > 0)
		selftest_fail(c->name, "returned %d, a success is 0", result);
	if (!result) {
		if (c->restart >= 0 && !same_bytes((char *)arg + c->restart, 8, 0))
			selftest_fail(c->name, "@restart is not 0 on success");
		if (c->deadline >= 0 && !same_bytes((char *)arg + c->deadline, 8, 0))
			selftest_fail(c->name, "@deadline is not 0 on success");
		return 0;
	}
	result = -errno;
	if (c->restart >= 0)
		memcpy(before + c->restart, (char *)arg + c->restart, 8);
	if (c->deadline >= 0)
		memcpy(before + c->deadline, (char *)arg + c->deadline, 8);
	for (unsigned int i = 0; i < c->size; i++)
		if (before[i] != ((unsigned char *)arg)[i]) {
			selftest_fail(c->name, "failed with %s but wrote byte %u of the structure",
				      error_name(result), i);
			break;
		}
	return result;
}

int try_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int actor_open(void)
{
	REQUIRE(dev < 0);
	return dev = MUST(try_open());
}

void actor_close(void)
{
	close(dev);
	dev = -1;
}

int new_port(struct chorus_ui *ui)
{
	struct chorus_port_create create = { 0 };

	MUST(port_create(&create));
	if (ui)
		*ui = create.out_ui;
	return create.out_li;
}

struct chorus_cap own_capability(void)
{
	struct chorus_actor_self self = { 0 };

	MUST(actor_self(&self));
	return self.out_cap;
}

struct chorus_ui default_port(void)
{
	struct chorus_actor_self self = { 0 };

	MUST(actor_self(&self));
	return self.out_default_port;
}

struct chorus_ui static_port(__u64 stamp)
{
	struct chorus_hello h = { 0 };

	MUST(hello(&h));
	return (struct chorus_ui){
		.head = (__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | h.out_site,
		.tail = stamp,
	};
}

int set_privilege(unsigned int privilege)
{
	struct chorus_actor_privilege p = {
		.flags = CHORUS_SET | CHORUS_SELF, .privilege = privilege,
	};

	return actor_privilege(&p);
}

bool has_feature(__u64 feature)
{
	struct chorus_hello h = { 0 };

	MUST(hello(&h));
	return h.out_features & feature;
}

int find_lap(const char *name, unsigned int flags, struct chorus_lap_desc *desc)
{
	struct chorus_lap_resolve r = { .flags = flags | CHORUS_LAP_NOBLOCK };
	int result;

	memcpy(r.name, name, strnlen(name, sizeof(r.name)));
	result = lap_resolve(&r);
	if (!result)
		*desc = r.out_desc;
	return result;
}

struct chorus_lap_desc need_lap(const char *name)
{
	struct chorus_lap_desc desc = { 0 };
	int result = find_lap(name, 0, &desc);

	if (result == -EOPNOTSUPP)
		selftest_skip("this nucleus is built without supervisor actors");
	if (result == -ENOENT)
		selftest_skip("the LAP %s is not there: load chorus_echo.ko and chorus_probe.ko", name);
	REQUIRE(!result, "%s", error_name(result));
	return desc;
}

int invoke(const struct chorus_lap_desc *desc, void *arg, unsigned int size)
{
	struct chorus_lap_invoke i = { .lap = desc->lap, .arg = PTR(arg), .arg_size = size };

	return lap_invoke(&i);
}

long do_invoke(void *lap_call)
{
	struct lap_call *c = lap_call;

	return invoke(&c->desc, c->arg, c->size);
}

/* ---- numbers as messages ---- */

enum { NOTE_RESOLVE, NOTE_CALL, NOTE_RECEIVE, NOTE_REPLY_RECEIVE };

long note_send(void *note)
{
	struct note *n = note;
	struct chorus_ipc_send s = {
		.body = PTR(&n->value), .body_size = sizeof(n->value), .target = n->to,
	};

	return ipc_send(&s);
}

static long call_done(struct note *n, long result)
{
	if (!result) {
		n->got_flags = n->call.out_flags;
		n->got_size = n->call.out_rep_size;
	}
	return result;
}

long note_call(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_CALL;
	n->call = (struct chorus_ipc_call){
		.flags = n->flags, .target = n->to, .timeout = n->timeout,
		.body = PTR(&n->value), .body_size = sizeof(n->value),
		.rep_body = PTR(&n->got), .rep_size = sizeof(n->got),
	};
	return call_done(n, ipc_call(&n->call));
}

static long receive_done(struct note *n, long result)
{
	if (!result) {
		n->msg = n->receive.out_msg;
		n->got_flags = n->receive.out_flags;
		n->got_size = n->receive.out_body_size;
		n->got_li = n->receive.out_li;
		n->got_seqnum = n->receive.out_seqnum;
	}
	return result;
}

long note_receive(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_RECEIVE;
	n->receive = (struct chorus_ipc_receive){
		.flags = n->flags, .li = n->li, .timeout = n->timeout,
		.body = PTR(&n->got), .body_size = sizeof(n->got),
	};
	return receive_done(n, ipc_receive(&n->receive));
}

long note_reply(void *note)
{
	struct note *n = note;

	return reply_number(n->msg, n->value);
}

static long reply_receive_done(struct note *n, long result)
{
	if (!result) {
		n->msg = n->reply_receive.out_msg;
		n->got_flags = n->reply_receive.out_flags;
		n->got_size = n->reply_receive.out_body_size;
		n->got_li = n->reply_receive.out_li;
		n->got_seqnum = n->reply_receive.out_seqnum;
	}
	return result;
}

long note_reply_receive(void *note)
{
	struct note *n = note;

	n->got = 0;
	n->kind = NOTE_REPLY_RECEIVE;
	n->reply_receive = (struct chorus_ipc_reply_receive){
		.flags = n->flags, .li = n->li, .timeout = n->timeout, .rep_msg = n->msg,
		.rep_body = PTR(&n->value), .rep_size = sizeof(n->value),
		.body = PTR(&n->got), .body_size = sizeof(n->got),
	};
	return reply_receive_done(n, ipc_reply_receive(&n->reply_receive));
}

long note_again(void *note)
{
	struct note *n = note;

	switch (n->kind) {
	case NOTE_CALL:
		return call_done(n, ipc_call(&n->call));
	case NOTE_REPLY_RECEIVE:
		return reply_receive_done(n, ipc_reply_receive(&n->reply_receive));
	case NOTE_RECEIVE:
		return receive_done(n, ipc_receive(&n->receive));
	default:
		return lap_resolve(&n->resolve);
	}
}

int send_number(struct chorus_ui to, __u64 value)
{
	struct note n = { .to = to, .value = value };

	return note_send(&n);
}

int call_number(struct chorus_ui to, __u64 value, __u64 *reply, long long timeout)
{
	struct note n = { .to = to, .value = value, .timeout = timeout };
	int result = note_call(&n);

	if (reply)
		*reply = n.got;
	return result;
}

int receive_number(int li, __u64 *value, long long timeout)
{
	struct note n = { .li = li, .timeout = timeout };
	int result = note_receive(&n);

	if (value)
		*value = n.got;
	return result;
}

int reply_number(__u64 msg, __u64 value)
{
	struct chorus_ipc_reply r = {
		.msg = msg, .body = PTR(&value), .body_size = sizeof(value),
	};

	return ipc_reply(&r);
}
