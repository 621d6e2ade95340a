/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A nucleus that does what the test says: the library is compiled with
 * CHORUS_FAKE_TRAP, so chorus_trap() is ours, and linked with --wrap=open.
 */
#ifndef TESTS_LIB_FAKE_H
#define TESTS_LIB_FAKE_H

#include <stddef.h>
#include <stdint.h>
#include <linux/chorus.h>

/* Answers one command: 0 or a negative errno.  @arg is the caller's struct. */
typedef int (*fake_answer)(unsigned int command, void *arg);

extern struct fake {
	/* set by the test */
	fake_answer answer;		/* null: every command succeeds */
	int open_errno;			/* what open(2) fails with, or 0 */
	int hello_errno;		/* what the handshake fails with, or 0 */
	uint32_t abi_base, abi_current;

	/* recorded */
	int opens, hellos, traps;	/* traps without handshakes */
	char path[128];
	int open_flags;
	int fd;				/* of the last trap */
	unsigned int command;
	union {
		char bytes[512];
		struct { __u32 size, flags; } head;
		struct chorus_actor_name name;
		struct chorus_actor_privilege privilege;
		struct chorus_actor_pi pi;
		struct chorus_actor_bar actor_bar;
		struct chorus_actor_delete actor_delete;
		struct chorus_thread_abort abort;
		struct chorus_thread_delay delay;
		struct chorus_port_create port_create;
		struct chorus_port_delete port_delete;
		struct chorus_port_enable port_enable;
		struct chorus_port_ui port_ui;
		struct chorus_port_pi port_pi;
		struct chorus_port_lend port_lend;
		struct chorus_ipc_send send;
		struct chorus_ipc_receive receive;
		struct chorus_ipc_call call;
		struct chorus_ipc_reply reply;
		struct chorus_ipc_forward forward;
		struct chorus_ipc_reply_receive reply_receive;
		struct chorus_ipc_get_data get_data;
		struct chorus_ipc_save save;
		struct chorus_lap_invoke lap;
		struct chorus_lap_resolve resolve;
		struct chorus_group_allocate group_allocate;
		struct chorus_group_member group_member;
		struct chorus_watch watch;
		struct chorus_watch_cancel watch_cancel;
		struct chorus_port_policy port_policy;
		struct chorus_window_open window_open;
		struct chorus_window_close window_close;
		struct chorus_port_body_max port_body_max;
		struct chorus_area_open area_open;
		struct chorus_area_close area_close;
		struct chorus_batch batch;
	} in;				/* the last struct as it came in */
} fake;

/* Forgets records and settings, and makes the library forget its actor. */
void fake_reset(void);

/* An answer that fails with fake_errno. */
extern int fake_errno;
int fake_fail(unsigned int command, void *arg);

#endif /* TESTS_LIB_FAKE_H */
