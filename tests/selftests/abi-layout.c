// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The layout of every structure, frozen: an offset that moves breaks every binary.
 * After the first tag, rows are only added.
 */
#include "selftest.h"

#define SIZE(type, size)	{ #type, sizeof(struct type), size }
#define AT(type, field, at)	{ #type "." #field, offsetof(struct type, field), at }

static const struct {
	const char *what;
	size_t is, must;
} table[] = {
	SIZE(chorus_ui, 16), AT(chorus_ui, tail, 8),
	SIZE(chorus_key, 16),
	SIZE(chorus_cap, 32), AT(chorus_cap, key, 16),
	SIZE(chorus_protid, 8), AT(chorus_protid, gid, 2), AT(chorus_protid, did, 4),
	AT(chorus_protid, reserved, 6),
	SIZE(chorus_hello, 32), AT(chorus_hello, flags, 4), AT(chorus_hello, out_abi_base, 8),
	AT(chorus_hello, out_abi_current, 12), AT(chorus_hello, out_features, 16),
	AT(chorus_hello, out_site, 24), AT(chorus_hello, out_port_queue, 28),
	SIZE(chorus_actor_self, 64), AT(chorus_actor_self, out_cap, 8),
	AT(chorus_actor_self, out_default_port, 40), AT(chorus_actor_self, out_privilege, 56),
	SIZE(chorus_actor_delete, 40), AT(chorus_actor_delete, cap, 8),
	SIZE(chorus_actor_name, 72), AT(chorus_actor_name, name, 40),
	AT(chorus_actor_name, out_name, 56),
	SIZE(chorus_actor_privilege, 48), AT(chorus_actor_privilege, privilege, 40),
	AT(chorus_actor_privilege, out_privilege, 44),
	SIZE(chorus_actor_pi, 56), AT(chorus_actor_pi, pi, 40), AT(chorus_actor_pi, out_pi, 48),
	SIZE(chorus_actor_bar, 80), AT(chorus_actor_bar, bar, 40),
	AT(chorus_actor_bar, out_bar, 44), AT(chorus_actor_bar, mediator, 48),
	AT(chorus_actor_bar, out_mediator, 64),
	SIZE(chorus_thread_self, 16), AT(chorus_thread_self, out_li, 8),
	SIZE(chorus_thread_abort, 48), AT(chorus_thread_abort, li, 40),
	SIZE(chorus_thread_aborted, 16), AT(chorus_thread_aborted, out_aborted, 8),
	SIZE(chorus_thread_delay, 24), AT(chorus_thread_delay, timeout, 8),
	AT(chorus_thread_delay, deadline, 16),
	SIZE(chorus_port_create, 48), AT(chorus_port_create, ui, 8),
	AT(chorus_port_create, out_ui, 24), AT(chorus_port_create, out_li, 40),
	SIZE(chorus_port_delete, 16), AT(chorus_port_delete, li, 8),
	SIZE(chorus_port_enable, 16), AT(chorus_port_enable, priority, 12),
	SIZE(chorus_port_ui, 32), AT(chorus_port_ui, ui, 8), AT(chorus_port_ui, li, 24),
	SIZE(chorus_port_pi, 32), AT(chorus_port_pi, pi, 16), AT(chorus_port_pi, out_pi, 24),
	SIZE(chorus_port_seqnum, 24), AT(chorus_port_seqnum, out_seqnum, 16),
	SIZE(chorus_port_migrate, 88), AT(chorus_port_migrate, from, 8),
	AT(chorus_port_migrate, to, 40), AT(chorus_port_migrate, li, 72),
	AT(chorus_port_migrate, out_li, 76), AT(chorus_port_migrate, out_seqnum, 80),
	SIZE(chorus_port_lend, 32), AT(chorus_port_lend, rt, 12), AT(chorus_port_lend, nice, 16),
	AT(chorus_port_lend, out_rt, 24), AT(chorus_port_lend, out_nice, 28),
	SIZE(chorus_part, 16), AT(chorus_part, size, 8), AT(chorus_part, reserved, 12),
	SIZE(chorus_ipc_send, 64), AT(chorus_ipc_send, src_li, 8),
	AT(chorus_ipc_send, body_size, 12), AT(chorus_ipc_send, target, 16),
	AT(chorus_ipc_send, cotarget, 32), AT(chorus_ipc_send, annex, 48),
	AT(chorus_ipc_send, body, 56),
	SIZE(chorus_ipc_receive, 80), AT(chorus_ipc_receive, li, 8),
	AT(chorus_ipc_receive, body_size, 12), AT(chorus_ipc_receive, annex, 16),
	AT(chorus_ipc_receive, body, 24), AT(chorus_ipc_receive, timeout, 32),
	AT(chorus_ipc_receive, deadline, 40), AT(chorus_ipc_receive, out_li, 48),
	AT(chorus_ipc_receive, out_body_size, 52), AT(chorus_ipc_receive, out_flags, 56),
	AT(chorus_ipc_receive, out_slot, 60),
	AT(chorus_ipc_receive, out_seqnum, 64), AT(chorus_ipc_receive, out_msg, 72),
	SIZE(chorus_ipc_call, 120), AT(chorus_ipc_call, target, 16),
	AT(chorus_ipc_call, cotarget, 32), AT(chorus_ipc_call, annex, 48),
	AT(chorus_ipc_call, body, 56), AT(chorus_ipc_call, rep_annex, 64),
	AT(chorus_ipc_call, rep_body, 72), AT(chorus_ipc_call, rep_size, 80),
	AT(chorus_ipc_call, reserved, 84), AT(chorus_ipc_call, timeout, 88),
	AT(chorus_ipc_call, restart, 96), AT(chorus_ipc_call, deadline, 104),
	AT(chorus_ipc_call, out_rep_size, 112), AT(chorus_ipc_call, out_flags, 116),
	SIZE(chorus_ipc_reply, 40), AT(chorus_ipc_reply, body_size, 8),
	AT(chorus_ipc_reply, annex, 16), AT(chorus_ipc_reply, body, 24),
	AT(chorus_ipc_reply, msg, 32),
	SIZE(chorus_ipc_reply_receive, 120), AT(chorus_ipc_reply_receive, rep_size, 8),
	AT(chorus_ipc_reply_receive, rep_annex, 16), AT(chorus_ipc_reply_receive, rep_body, 24),
	AT(chorus_ipc_reply_receive, rep_msg, 32), AT(chorus_ipc_reply_receive, restart, 40),
	AT(chorus_ipc_reply_receive, li, 48), AT(chorus_ipc_reply_receive, body_size, 52),
	AT(chorus_ipc_reply_receive, annex, 56), AT(chorus_ipc_reply_receive, body, 64),
	AT(chorus_ipc_reply_receive, timeout, 72), AT(chorus_ipc_reply_receive, deadline, 80),
	AT(chorus_ipc_reply_receive, out_li, 88), AT(chorus_ipc_reply_receive, out_slot, 100),
	AT(chorus_ipc_reply_receive, out_seqnum, 104),
	AT(chorus_ipc_reply_receive, out_msg, 112),
	SIZE(chorus_ipc_get_data, 24), AT(chorus_ipc_get_data, body_size, 8),
	AT(chorus_ipc_get_data, out_body_size, 12), AT(chorus_ipc_get_data, body, 16),
	SIZE(chorus_ipc_save, 16), AT(chorus_ipc_save, msg, 8),
	SIZE(chorus_ipc_sysinfo, 88), AT(chorus_ipc_sysinfo, out_body_size, 8),
	AT(chorus_ipc_sysinfo, out_flags, 12), AT(chorus_ipc_sysinfo, out_src, 16),
	AT(chorus_ipc_sysinfo, out_target, 32), AT(chorus_ipc_sysinfo, out_cotarget, 48),
	AT(chorus_ipc_sysinfo, out_transid, 64), AT(chorus_ipc_sysinfo, out_actor_pi, 72),
	AT(chorus_ipc_sysinfo, out_port_pi, 80),
	SIZE(chorus_ipc_forward, 32), AT(chorus_ipc_forward, target, 8),
	AT(chorus_ipc_forward, msg, 24),
	SIZE(chorus_lap_desc, 24), AT(chorus_lap_desc, arg_size, 16),
	AT(chorus_lap_desc, options, 20),
	SIZE(chorus_lap_invoke, 40), AT(chorus_lap_invoke, lap, 8),
	AT(chorus_lap_invoke, arg, 24), AT(chorus_lap_invoke, arg_size, 32),
	SIZE(chorus_lap_resolve, 56), AT(chorus_lap_resolve, name, 8),
	AT(chorus_lap_resolve, timeout, 16), AT(chorus_lap_resolve, deadline, 24),
	AT(chorus_lap_resolve, out_desc, 32),
	SIZE(chorus_group_allocate, 48), AT(chorus_group_allocate, type, 8),
	AT(chorus_group_allocate, stamp, 12), AT(chorus_group_allocate, out_cap, 16),
	SIZE(chorus_group_member, 56), AT(chorus_group_member, cap, 8),
	AT(chorus_group_member, port, 40),
	SIZE(chorus_watch, 56), AT(chorus_watch, object, 8), AT(chorus_watch, li, 24),
	AT(chorus_watch, cookie, 32), AT(chorus_watch, seen, 40),
	AT(chorus_watch, out_departures, 48),
	SIZE(chorus_watch_cancel, 40), AT(chorus_watch_cancel, object, 8),
	AT(chorus_watch_cancel, li, 24), AT(chorus_watch_cancel, cookie, 32),
	SIZE(chorus_port_policy, 72), AT(chorus_port_policy, li, 8),
	AT(chorus_port_policy, policy, 12), AT(chorus_port_policy, hold, 16),
	AT(chorus_port_policy, heir, 24), AT(chorus_port_policy, out_policy, 40),
	AT(chorus_port_policy, out_hold, 48), AT(chorus_port_policy, out_heir, 56),
	SIZE(chorus_death, 56), AT(chorus_death, object, 8), AT(chorus_death, member, 24),
	AT(chorus_death, departures, 40), AT(chorus_death, members, 48),
	SIZE(chorus_window_open, 40), AT(chorus_window_open, slots, 12),
	AT(chorus_window_open, slot_size, 16), AT(chorus_window_open, least, 20),
	AT(chorus_window_open, out_slot_size, 24), AT(chorus_window_open, out_offset, 32),
	SIZE(chorus_window_close, 16), AT(chorus_window_close, li, 8),
	SIZE(chorus_port_body_max, 24), AT(chorus_port_body_max, body_max, 12),
	AT(chorus_port_body_max, out_body_max, 16),
	SIZE(chorus_area_open, 32), AT(chorus_area_open, length, 8),
	AT(chorus_area_open, out_length, 16), AT(chorus_area_open, out_offset, 24),
	SIZE(chorus_area_close, 16), AT(chorus_area_close, offset, 8),
	SIZE(chorus_batch_entry, 16), AT(chorus_batch_entry, out_result, 4),
	AT(chorus_batch_entry, arg, 8),
	SIZE(chorus_batch, 32), AT(chorus_batch, entries, 8), AT(chorus_batch, count, 16),
	AT(chorus_batch, out_done, 20), AT(chorus_batch, restart, 24),
	SIZE(chorus_ring_cmd, 16), AT(chorus_ring_cmd, arg, 0), AT(chorus_ring_cmd, reserved, 8),
};

TEST(layout, "sizes and offsets are those of the first ABI")
{
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		CHECK(table[i].is == table[i].must, "%s is %zu, was %zu", table[i].what,
		      table[i].is, table[i].must);
}

TEST(numbers, "command numbers and constants are those of the first ABI")
{
	static const unsigned char nr[] = {
		0x00, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32,
		0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x3b, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46,
		0x47, 0x48, 0x49, 0x50, 0x51, 0x60, 0x61, 0x62, 0x70, 0x71, 0x72, 0x80, 0x81, 0x82,
		0x90, 0x91, 0xa0,
	};

	REQUIRE(commands_count == ARRAY_SIZE(nr));
	for (unsigned int i = 0; i < commands_count; i++)
		CHECK(commands[i].ioc == (0xcb00u | nr[i]), "%s is %#x", commands[i].name,
		      commands[i].ioc);
	CHECK(CHORUS_ANNEX_SIZE == 120 && CHORUS_BODY_MAX == 65536 && CHORUS_NAME_MAX == 15);
	CHECK(CHORUS_LAP_NAME_MAX == 7 && CHORUS_LAP_ARG_MAX == 256 && CHORUS_FRAME_MAX == 8);
	CHECK(CHORUS_LI_DEFAULT == 0 && CHORUS_LI_ANYENABLED == -1 && CHORUS_LI_NONE == -2);
	CHECK(CHORUS_MSG_RPC == 1 && CHORUS_MSG_ANNEX == 2 && CHORUS_MSG_MORE == 4);
	CHECK(CHORUS_MSG_AGAIN == 16 && CHORUS_POLICY_HOLD == 1 && CHORUS_AGAIN_MAX == 8);
	CHECK(CHORUS_MSG_DEATH == 8 && CHORUS_WATCH_MEMBERS == 1 && CHORUS_WATCH_SINCE == 2);
	CHECK(CHORUS_MSG_WINDOW == 32 && CHORUS_MSG_VECTOR == 4 && CHORUS_MSG_REP_VECTOR == 8);
	CHECK(CHORUS_PARTS_MAX == 64);
	CHECK(CHORUS_BATCH_STOP == 1 && CHORUS_BATCH_ENTRIES_MAX == 1024);
	CHECK(CHORUS_WINDOW_SLOTS_MAX == 1024 && CHORUS_WINDOW_MAX == 1 << 30);
	CHECK(CHORUS_MSG_MOVE == 32 && CHORUS_MSG_COW == 64 && CHORUS_MSG_MOVED == 64);
	CHECK(CHORUS_MSG_REP_MOVE == 128 && CHORUS_MSG_REP_COW == 256);
	CHECK(CHORUS_AREA_MAX == 1 << 30);
	CHECK(CHORUS_MSG_LARGE == 16 && CHORUS_BODY_LARGE_MAX == 1 << 30);
	CHECK(CHORUS_SET == 1 && CHORUS_SELF == 2 && CHORUS_PORT_DECLARE == 1);
	CHECK(CHORUS_LAP_SAFE == 1 && CHORUS_LAP_PROTECTED == 2 && CHORUS_LAP_NOBLOCK == 4);
	CHECK(CHORUS_LAP_PROMPT == 8 && CHORUS_FEATURE_RING == 4);
	CHECK(CHORUS_UI_STATPORT == 4 && CHORUS_UI_GROUP == 6);
	CHECK(CHORUS_UI_STATGROUP_USER == 7 && CHORUS_UI_STATGROUP_SYS == 8 &&
	      CHORUS_UI_GROUP_SHARED == 9);
	CHECK(CHORUS_MODE_ANY == 1 && CHORUS_MODE_WITH == 2 && CHORUS_MODE_EXCEPT == 3);
	CHECK(CHORUS_UI_MODE_SHIFT == 62 && CHORUS_UI_TYPE_MASK == 0x3f);
}
