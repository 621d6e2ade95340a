// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "grammar.h"

/* A field of a structure; what it gives and its limit may follow. */
#define F(type, member, what, ...)						\
	{ #member, offsetof(struct type, member),				\
	  sizeof(((struct type *)0)->member), KIND_##what, __VA_ARGS__ }
#define HEAD(type, known) F(type, size, SIZE), F(type, flags, FLAGS, 0, known)

static const struct field hello_fields[] = {
	HEAD(chorus_hello, 0),
	F(chorus_hello, out_abi_base, OUT),
	F(chorus_hello, out_abi_current, OUT),
	F(chorus_hello, out_features, OUT),
	F(chorus_hello, out_site, OUT),
	F(chorus_hello, out_port_queue, OUT),
};

static const struct field actor_self_fields[] = {
	HEAD(chorus_actor_self, 0),
	F(chorus_actor_self, out_cap, OUT, GIVES_CAP),
	F(chorus_actor_self, out_default_port, OUT, GIVES_UI),
	F(chorus_actor_self, out_privilege, OUT),
	F(chorus_actor_self, out_reserved, OUT),
};

static const struct field actor_delete_fields[] = {
	HEAD(chorus_actor_delete, 0),
	F(chorus_actor_delete, cap, CAP),
};

static const struct field actor_name_fields[] = {
	HEAD(chorus_actor_name, CHORUS_SET | CHORUS_SELF),
	F(chorus_actor_name, cap, CAP),
	F(chorus_actor_name, name, ACTOR_NAME),
	F(chorus_actor_name, out_name, OUT),
};

static const struct field actor_privilege_fields[] = {
	HEAD(chorus_actor_privilege, CHORUS_SET | CHORUS_SELF),
	F(chorus_actor_privilege, cap, CAP),
	F(chorus_actor_privilege, privilege, PRIVILEGE),
	F(chorus_actor_privilege, out_privilege, OUT),
};

static const struct field actor_pi_fields[] = {
	HEAD(chorus_actor_pi, CHORUS_SET | CHORUS_SELF),
	F(chorus_actor_pi, cap, CAP),
	F(chorus_actor_pi, pi, PROTID),
	F(chorus_actor_pi, out_pi, OUT),
};

static const struct field actor_bar_fields[] = {
	HEAD(chorus_actor_bar, CHORUS_SET),
	F(chorus_actor_bar, cap, CAP),
	F(chorus_actor_bar, bar, NUMBER, 0, 4),
	F(chorus_actor_bar, out_bar, OUT),
	F(chorus_actor_bar, mediator, TARGET),
	F(chorus_actor_bar, out_mediator, OUT),
};

static const struct field thread_self_fields[] = {
	HEAD(chorus_thread_self, 0),
	F(chorus_thread_self, out_li, OUT, GIVES_THREAD),
	F(chorus_thread_self, out_reserved, OUT),
};

static const struct field thread_abort_fields[] = {
	HEAD(chorus_thread_abort, CHORUS_SELF),
	F(chorus_thread_abort, cap, CAP),
	F(chorus_thread_abort, li, THREAD),
	F(chorus_thread_abort, reserved, ZERO),
};

static const struct field thread_aborted_fields[] = {
	HEAD(chorus_thread_aborted, 0),
	F(chorus_thread_aborted, out_aborted, OUT),
	F(chorus_thread_aborted, out_reserved, OUT),
};

static const struct field thread_delay_fields[] = {
	HEAD(chorus_thread_delay, 0),
	F(chorus_thread_delay, timeout, TIMEOUT),
	F(chorus_thread_delay, deadline, DEADLINE, GIVES_DEADLINE),
};

static const struct field port_create_fields[] = {
	HEAD(chorus_port_create, CHORUS_PORT_DECLARE),
	F(chorus_port_create, ui, STATIC),
	F(chorus_port_create, out_ui, OUT, GIVES_UI),
	F(chorus_port_create, out_li, OUT, GIVES_LI),
	F(chorus_port_create, out_reserved, OUT),
};

static const struct field port_delete_fields[] = {
	HEAD(chorus_port_delete, 0),
	F(chorus_port_delete, li, LI),
	F(chorus_port_delete, reserved, ZERO),
};

static const struct field port_enable_fields[] = {
	HEAD(chorus_port_enable, 0),
	F(chorus_port_enable, li, LI),
	F(chorus_port_enable, priority, PRIORITY),
};

static const struct field port_ui_fields[] = {
	HEAD(chorus_port_ui, 0),
	F(chorus_port_ui, ui, TARGET, GIVES_UI),
	F(chorus_port_ui, li, LI, GIVES_LI),
	F(chorus_port_ui, reserved, ZERO),
};

static const struct field port_pi_fields[] = {
	HEAD(chorus_port_pi, CHORUS_SET),
	F(chorus_port_pi, li, LI),
	F(chorus_port_pi, reserved, ZERO),
	F(chorus_port_pi, pi, PROTID),
	F(chorus_port_pi, out_pi, OUT),
};

static const struct field port_seqnum_fields[] = {
	HEAD(chorus_port_seqnum, 0),
	F(chorus_port_seqnum, li, LI),
	F(chorus_port_seqnum, reserved, ZERO),
	F(chorus_port_seqnum, out_seqnum, OUT),
};

static const struct field port_migrate_fields[] = {
	HEAD(chorus_port_migrate, CHORUS_SELF | CHORUS_MIGRATE_DELETE),
	F(chorus_port_migrate, from, CAP),
	F(chorus_port_migrate, to, CAP),
	F(chorus_port_migrate, li, LI),
	F(chorus_port_migrate, out_li, OUT, GIVES_LI),
	F(chorus_port_migrate, out_seqnum, OUT),
};

static const struct field port_lend_fields[] = {
	HEAD(chorus_port_lend, CHORUS_SET),
	F(chorus_port_lend, li, LI),
	F(chorus_port_lend, rt, NUMBER, 0, 101),
	F(chorus_port_lend, nice, NUMBER, 0, 21),
	F(chorus_port_lend, reserved, ZERO),
	F(chorus_port_lend, out_rt, OUT),
	F(chorus_port_lend, out_nice, OUT),
};

static const struct field ipc_send_fields[] = {
	HEAD(chorus_ipc_send, CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW),
	F(chorus_ipc_send, src_li, LI),
	F(chorus_ipc_send, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_send, target, TARGET),
	F(chorus_ipc_send, cotarget, COTARGET),
	F(chorus_ipc_send, annex, FROM),
	F(chorus_ipc_send, body, FROM),
};

static const struct field ipc_receive_fields[] = {
	HEAD(chorus_ipc_receive, CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR | CHORUS_MSG_MOVE),
	F(chorus_ipc_receive, li, LI),
	F(chorus_ipc_receive, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_receive, annex, TO),
	F(chorus_ipc_receive, body, TO),
	F(chorus_ipc_receive, timeout, TIMEOUT),
	F(chorus_ipc_receive, deadline, DEADLINE, GIVES_DEADLINE),
	F(chorus_ipc_receive, out_li, OUT),
	F(chorus_ipc_receive, out_body_size, OUT),
	F(chorus_ipc_receive, out_flags, OUT),
	F(chorus_ipc_receive, out_slot, OUT),
	F(chorus_ipc_receive, out_seqnum, OUT),
	F(chorus_ipc_receive, out_msg, OUT, GIVES_TOKEN),
};

static const struct field ipc_call_fields[] = {
	HEAD(chorus_ipc_call, CHORUS_MSG_ABORTABLE | CHORUS_MSG_NOCYCLE | CHORUS_MSG_VECTOR |
			      CHORUS_MSG_REP_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE |
			      CHORUS_MSG_COW | CHORUS_MSG_REP_MOVE),
	F(chorus_ipc_call, src_li, LI),
	F(chorus_ipc_call, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_call, target, TARGET),
	F(chorus_ipc_call, cotarget, COTARGET),
	F(chorus_ipc_call, annex, FROM),
	F(chorus_ipc_call, body, FROM),
	F(chorus_ipc_call, rep_annex, TO),
	F(chorus_ipc_call, rep_body, TO),
	F(chorus_ipc_call, rep_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_call, reserved, ZERO),
	F(chorus_ipc_call, timeout, TIMEOUT),
	F(chorus_ipc_call, restart, RESTART, GIVES_RESTART),
	F(chorus_ipc_call, deadline, DEADLINE, GIVES_DEADLINE),
	F(chorus_ipc_call, out_rep_size, OUT),
	F(chorus_ipc_call, out_flags, OUT),
};

static const struct field ipc_reply_fields[] = {
	HEAD(chorus_ipc_reply, CHORUS_MSG_VECTOR | CHORUS_MSG_LARGE | CHORUS_MSG_MOVE | CHORUS_MSG_COW),
	F(chorus_ipc_reply, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_reply, reserved, ZERO),
	F(chorus_ipc_reply, annex, FROM),
	F(chorus_ipc_reply, body, FROM),
	F(chorus_ipc_reply, msg, TOKEN),
};

static const struct field ipc_reply_receive_fields[] = {
	HEAD(chorus_ipc_reply_receive, CHORUS_MSG_ABORTABLE | CHORUS_MSG_VECTOR |
				       CHORUS_MSG_REP_VECTOR | CHORUS_MSG_LARGE |
				       CHORUS_MSG_MOVE | CHORUS_MSG_REP_MOVE | CHORUS_MSG_REP_COW),
	F(chorus_ipc_reply_receive, rep_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_reply_receive, reserved, ZERO),
	F(chorus_ipc_reply_receive, rep_annex, FROM),
	F(chorus_ipc_reply_receive, rep_body, FROM),
	F(chorus_ipc_reply_receive, rep_msg, TOKEN),
	F(chorus_ipc_reply_receive, restart, MARK, GIVES_RESTART),
	F(chorus_ipc_reply_receive, li, LI),
	F(chorus_ipc_reply_receive, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_reply_receive, annex, TO),
	F(chorus_ipc_reply_receive, body, TO),
	F(chorus_ipc_reply_receive, timeout, TIMEOUT),
	F(chorus_ipc_reply_receive, deadline, DEADLINE, GIVES_DEADLINE),
	F(chorus_ipc_reply_receive, out_li, OUT),
	F(chorus_ipc_reply_receive, out_body_size, OUT),
	F(chorus_ipc_reply_receive, out_flags, OUT),
	F(chorus_ipc_reply_receive, out_slot, OUT),
	F(chorus_ipc_reply_receive, out_seqnum, OUT),
	F(chorus_ipc_reply_receive, out_msg, OUT, GIVES_TOKEN),
};

static const struct field ipc_get_data_fields[] = {
	HEAD(chorus_ipc_get_data, CHORUS_MSG_VECTOR),
	F(chorus_ipc_get_data, body_size, LENGTH, 0, CHORUS_BODY_MAX),
	F(chorus_ipc_get_data, out_body_size, OUT),
	F(chorus_ipc_get_data, body, TO),
};

static const struct field ipc_save_fields[] = {
	HEAD(chorus_ipc_save, 0),
	F(chorus_ipc_save, msg, OUT, GIVES_TOKEN),
};

static const struct field ipc_restore_fields[] = {
	HEAD(chorus_ipc_save, 0),
	F(chorus_ipc_save, msg, TOKEN),
};

static const struct field ipc_forward_fields[] = {
	HEAD(chorus_ipc_forward, 0),
	F(chorus_ipc_forward, target, TARGET),
	F(chorus_ipc_forward, msg, TOKEN),
};

static const struct field ipc_sysinfo_fields[] = {
	HEAD(chorus_ipc_sysinfo, 0),
	F(chorus_ipc_sysinfo, out_body_size, OUT),
	F(chorus_ipc_sysinfo, out_flags, OUT),
	F(chorus_ipc_sysinfo, out_src, OUT, GIVES_UI),
	F(chorus_ipc_sysinfo, out_target, OUT),
	F(chorus_ipc_sysinfo, out_cotarget, OUT),
	F(chorus_ipc_sysinfo, out_transid, OUT),
	F(chorus_ipc_sysinfo, out_actor_pi, OUT),
	F(chorus_ipc_sysinfo, out_port_pi, OUT),
};

static const struct field lap_invoke_fields[] = {
	HEAD(chorus_lap_invoke, 0),
	F(chorus_lap_invoke, lap, LAP),
	F(chorus_lap_invoke, arg, FROM),
	F(chorus_lap_invoke, arg_size, ARG_SIZE, 0, CHORUS_LAP_ARG_MAX),
	F(chorus_lap_invoke, reserved, ZERO),
};

static const struct field lap_resolve_fields[] = {
	HEAD(chorus_lap_resolve, CHORUS_LAP_NOBLOCK | CHORUS_LAP_PROTECTED),
	F(chorus_lap_resolve, name, LAP_NAME),
	F(chorus_lap_resolve, timeout, TIMEOUT),
	F(chorus_lap_resolve, deadline, DEADLINE, GIVES_DEADLINE),
	F(chorus_lap_resolve, out_desc, OUT, GIVES_DESC),
};

static const struct field group_allocate_fields[] = {
	HEAD(chorus_group_allocate, 0),
	F(chorus_group_allocate, type, GROUP_TYPE),
	F(chorus_group_allocate, stamp, NUMBER, 0, 3),
	F(chorus_group_allocate, out_cap, OUT, GIVES_GROUP),
};

static const struct field group_insert_fields[] = {
	HEAD(chorus_group_member, 0),
	F(chorus_group_member, cap, GROUP),
	F(chorus_group_member, port, TARGET),
};

static const struct field watch_fields[] = {
	HEAD(chorus_watch, CHORUS_WATCH_MEMBERS | CHORUS_WATCH_SINCE),
	F(chorus_watch, object, TARGET),
	F(chorus_watch, li, LI),
	F(chorus_watch, reserved, ZERO),
	F(chorus_watch, cookie, NUMBER, 0, 3),
	F(chorus_watch, seen, NUMBER, 0, 3),
	F(chorus_watch, out_departures, OUT),
};

static const struct field watch_cancel_fields[] = {
	HEAD(chorus_watch_cancel, 0),
	F(chorus_watch_cancel, object, TARGET),
	F(chorus_watch_cancel, li, LI),
	F(chorus_watch_cancel, reserved, ZERO),
	F(chorus_watch_cancel, cookie, NUMBER, 0, 3),
};

static const struct field port_policy_fields[] = {
	HEAD(chorus_port_policy, CHORUS_SET),
	F(chorus_port_policy, li, LI),
	F(chorus_port_policy, policy, NUMBER, 0, 3),
	F(chorus_port_policy, hold, TIMEOUT),
	F(chorus_port_policy, heir, TARGET),
	F(chorus_port_policy, out_policy, OUT),
	F(chorus_port_policy, out_reserved, OUT),
	F(chorus_port_policy, out_hold, OUT),
	F(chorus_port_policy, out_heir, OUT),
};

static const struct field window_open_fields[] = {
	HEAD(chorus_window_open, 0),
	F(chorus_window_open, li, LI),
	F(chorus_window_open, slots, NUMBER, 0, 5),
	F(chorus_window_open, slot_size, LENGTH, 0, 4 * CHORUS_BODY_MAX),
	F(chorus_window_open, least, NUMBER, 0, 2),
	F(chorus_window_open, out_slot_size, OUT),
	F(chorus_window_open, out_reserved, OUT),
	F(chorus_window_open, out_offset, OUT, GIVES_TOKEN),
};

static const struct field window_close_fields[] = {
	HEAD(chorus_window_close, 0),
	F(chorus_window_close, li, LI),
	F(chorus_window_close, reserved, ZERO),
};

static const struct field area_open_fields[] = {
	HEAD(chorus_area_open, 0),
	F(chorus_area_open, length, LENGTH, 0, 4 * CHORUS_BODY_MAX),
	F(chorus_area_open, out_length, OUT),
	F(chorus_area_open, out_offset, OUT, GIVES_TOKEN),
};

static const struct field area_close_fields[] = {
	HEAD(chorus_area_close, 0),
	F(chorus_area_close, offset, TOKEN),
};

static const struct field port_body_max_fields[] = {
	HEAD(chorus_port_body_max, CHORUS_SET),
	F(chorus_port_body_max, li, LI),
	F(chorus_port_body_max, body_max, LENGTH, 0, 4 * CHORUS_BODY_MAX),
	F(chorus_port_body_max, out_body_max, OUT),
	F(chorus_port_body_max, out_reserved, OUT),
};

static const struct field batch_fields[] = {
	HEAD(chorus_batch, CHORUS_BATCH_STOP),
	F(chorus_batch, entries, FROM),
	F(chorus_batch, count, LENGTH, 0, CHORUS_BATCH_ENTRIES_MAX),
	F(chorus_batch, out_done, OUT),
	F(chorus_batch, restart, RESTART, GIVES_RESTART),
};

/* Arguments of what is no command: they lie one after the other, a word each. */
#define A(nr, name, what, ...) { name, (nr) * 8, 8, KIND_##what, __VA_ARGS__ }

static const struct field which_fields[] = { A(0, "which", NUMBER, 0, 2) };
static const struct field nr_fields[] = { A(0, "nr", NUMBER, 0, 256) };
static const struct field signal_fields[] = {
	A(0, "to", LANE), A(1, "number", NUMBER, 0, 3),
};
static const struct field lane_fields[] = { A(0, "to", LANE) };
static const struct field poke_fields[] = { A(0, "at", TO), A(1, "value", TIMEOUT) };
static const struct field poke_ui_fields[] = { A(0, "at", TO), A(1, "ui", TARGET) };
static const struct field poke_address_fields[] = { A(0, "at", TO), A(1, "address", TO) };
static const struct field raw_fields[] = {
	A(0, "type", NUMBER, 0, 256), A(1, "nr", NUMBER, 0, 256), A(2, "at", TO),
};
static const struct field file_fields[] = {
	A(0, "how", NUMBER, 0, 9), A(1, "at", TO), A(2, "length", LENGTH, 0, 4096),
};
static const struct field netlink_fields[] = {
	A(0, "command", NUMBER, 0, 8), A(1, "dump", NUMBER, 0, 2),
	A(2, "attribute", NUMBER, 0, 40), A(3, "length", LENGTH, 0, 64),
};
static const struct field limit_fields[] = {
	A(0, "which", NUMBER, 0, 10), A(1, "value", NUMBER, 0, 12),
};
static const struct field pause_fields[] = { A(0, "us", NUMBER, 0, 3000) };
static const struct field uid_fields[] = { A(0, "uid", NUMBER, 0, 3) };

#define COMMAND(name, NAME, type, weight)					\
	{ #name, CHORUS_IOC_##NAME, sizeof(struct type), weight,		\
	  sizeof(name##_fields) / sizeof(name##_fields[0]), true, name##_fields,	\
	  act_command }
#define OTHER(name, table, weight, fails)					\
	{ #name, 0, 0, weight, sizeof(table) / sizeof(table[0]), fails, table, act_##name }
#define ALONE(name, weight, fails)						\
	{ #name, 0, 0, weight, 0, fails, NULL, act_##name }

/* Fields of one structure that two commands share. */
#define port_disable_fields	port_enable_fields
#define port_li_fields		port_ui_fields
#define group_remove_fields	group_insert_fields

const struct row rows[] = {
	COMMAND(hello, HELLO, chorus_hello, 2),
	COMMAND(actor_self, ACTOR_SELF, chorus_actor_self, 10),
	COMMAND(actor_delete, ACTOR_DELETE, chorus_actor_delete, 4),
	COMMAND(actor_name, ACTOR_NAME, chorus_actor_name, 4),
	COMMAND(actor_privilege, ACTOR_PRIVILEGE, chorus_actor_privilege, 6),
	COMMAND(actor_pi, ACTOR_PI, chorus_actor_pi, 5),
	COMMAND(actor_bar, ACTOR_BAR, chorus_actor_bar, 5),
	COMMAND(thread_self, THREAD_SELF, chorus_thread_self, 4),
	COMMAND(thread_abort, THREAD_ABORT, chorus_thread_abort, 8),
	COMMAND(thread_aborted, THREAD_ABORTED, chorus_thread_aborted, 2),
	COMMAND(thread_delay, THREAD_DELAY, chorus_thread_delay, 3),
	COMMAND(port_create, PORT_CREATE, chorus_port_create, 20),
	COMMAND(port_delete, PORT_DELETE, chorus_port_delete, 8),
	COMMAND(port_enable, PORT_ENABLE, chorus_port_enable, 10),
	COMMAND(port_disable, PORT_DISABLE, chorus_port_enable, 4),
	COMMAND(port_ui, PORT_UI, chorus_port_ui, 4),
	COMMAND(port_li, PORT_LI, chorus_port_ui, 4),
	COMMAND(port_pi, PORT_PI, chorus_port_pi, 4),
	COMMAND(port_seqnum, PORT_SEQNUM, chorus_port_seqnum, 3),
	COMMAND(port_migrate, PORT_MIGRATE, chorus_port_migrate, 8),
	COMMAND(port_lend, PORT_LEND, chorus_port_lend, 6),
	COMMAND(ipc_send, IPC_SEND, chorus_ipc_send, 24),
	COMMAND(ipc_receive, IPC_RECEIVE, chorus_ipc_receive, 30),
	COMMAND(ipc_call, IPC_CALL, chorus_ipc_call, 36),
	COMMAND(ipc_reply, IPC_REPLY, chorus_ipc_reply, 20),
	COMMAND(ipc_reply_receive, IPC_REPLY_RECEIVE, chorus_ipc_reply_receive, 24),
	COMMAND(ipc_get_data, IPC_GET_DATA, chorus_ipc_get_data, 8),
	COMMAND(ipc_save, IPC_SAVE, chorus_ipc_save, 8),
	COMMAND(ipc_restore, IPC_RESTORE, chorus_ipc_save, 8),
	COMMAND(ipc_sysinfo, IPC_SYSINFO, chorus_ipc_sysinfo, 4),
	COMMAND(ipc_forward, IPC_FORWARD, chorus_ipc_forward, 10),
	COMMAND(lap_invoke, LAP_INVOKE, chorus_lap_invoke, 16),
	COMMAND(lap_resolve, LAP_RESOLVE, chorus_lap_resolve, 14),
	COMMAND(group_allocate, GROUP_ALLOCATE, chorus_group_allocate, 10),
	COMMAND(group_insert, GROUP_INSERT, chorus_group_member, 14),
	COMMAND(group_remove, GROUP_REMOVE, chorus_group_member, 6),
	COMMAND(watch, WATCH, chorus_watch, 12),
	COMMAND(watch_cancel, WATCH_CANCEL, chorus_watch_cancel, 6),
	COMMAND(port_policy, PORT_POLICY, chorus_port_policy, 12),
	COMMAND(window_open, WINDOW_OPEN, chorus_window_open, 8),
	COMMAND(window_close, WINDOW_CLOSE, chorus_window_close, 4),
	COMMAND(port_body_max, PORT_BODY_MAX, chorus_port_body_max, 4),
	COMMAND(area_open, AREA_OPEN, chorus_area_open, 8),
	COMMAND(area_close, AREA_CLOSE, chorus_area_close, 4),
	COMMAND(batch, BATCH, chorus_batch, 8),

	/* What else can happen to a caller.  Without weight: rare, because it costs a process, or others. */
	ALONE(open, 4, true),
	OTHER(close, which_fields, 3, false),
	OTHER(dup, which_fields, 2, false),
	OTHER(fork, nr_fields, 2, false),
	ALONE(exec, 0, false),
	ALONE(leave, 0, false),
	ALONE(end_thread, 0, false),
	OTHER(signal, signal_fields, 14, false),
	OTHER(kill, lane_fields, 0, false),
	OTHER(unmap, which_fields, 3, false),
	OTHER(map, which_fields, 3, false),
	OTHER(poke, poke_fields, 6, false),
	OTHER(poke_ui, poke_ui_fields, 4, false),
	OTHER(poke_address, poke_address_fields, 4, false),
	OTHER(raw, raw_fields, 3, true),
	OTHER(file, file_fields, 3, true),
	OTHER(netlink, netlink_fields, 6, true),
	OTHER(limit, limit_fields, 0, false),
	OTHER(pause, pause_fields, 4, false),
	OTHER(await, lane_fields, 2, false),
	OTHER(uid, uid_fields, 0, false),
	ALONE(new_site, 0, true),
	ALONE(reload, 0, false),
};
const unsigned int nr_rows = sizeof(rows) / sizeof(rows[0]);

/* Those of the supervisor actors that are there, and what nobody would accept. */
const char lap_names[][8] = {
	"null", "echo", "p_wait", "p_del", "p_self", "p_nest", "p_copy", "p_who", "p_late",
	"p_bound", "p_prot", "p_raw", "p_big", "p_call", "p_fail", "nobody", "",
	{ 'n', 'o', 't', 'e', 'n', 'd', 'e', 'd' }, { 'a', 0, 'b' }, { 'x', '\n' },
	{ (char)0xc3, (char)0xa9 }, "p_bind", "p_conn", "p_api", "p_recov", "p_note",
};
const unsigned int nr_lap_names = sizeof(lap_names) / sizeof(lap_names[0]);

const char actor_names[][16] = {
	"fuzz", "", "fifteen letters", "sixteen letters!", { 'a', 0, 'b' }, { 'x', 27 },
	{ (char)0xff },
};
const unsigned int nr_actor_names = sizeof(actor_names) / sizeof(actor_names[0]);

int row_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_rows; i++)
		if (!strcmp(rows[i].name, name))
			return (int)i;
	return -1;
}

const char *grammar_judge(void)
{
	static char text[128];
	const struct field *f;
	unsigned int i, j, end;

	for (i = 0; i < nr_rows; i++) {
		if (rows[i].nr_fields > FIELDS_MAX) {
			snprintf(text, sizeof(text), "%s has too many fields", rows[i].name);
			return text;
		}
		for (j = 0, end = 0; rows[i].command && j < rows[i].nr_fields; j++) {
			f = &rows[i].fields[j];
			if (f->offset != end) {
				snprintf(text, sizeof(text), "%s: a gap before %s", rows[i].name,
					 f->name);
				return text;
			}
			end += f->size;
		}
		if (rows[i].command && end != rows[i].size) {
			snprintf(text, sizeof(text), "%s: fields are missing at its end",
				 rows[i].name);
			return text;
		}
	}
	return NULL;
}
