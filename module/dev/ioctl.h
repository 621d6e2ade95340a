/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioctl: from a user's structure to a call on an object, and back.
 *
 * Each command is one row {number, size, least size, function} of its part's table.
 * The dispatcher checks the caller, copies the structure in once, calls the function
 * with the copy, and copies back what the function says.  Objects know nothing of
 * this layer.
 */
#ifndef CHORUS_DEV_IOCTL_H
#define CHORUS_DEV_IOCTL_H

#include <linux/chorus.h>
#include <linux/fs.h>

#include "debug/stat.h"
#include "executive/actor.h"
#include "executive/thread.h"

struct chorus_ring;
struct chorus_way;

/* Who calls, and where his structure is. */
struct chorus_request {
	struct chorus_actor *actor;
	struct chorus_thread *thread;	/* NULL for commands without CHORUS_ROW_THREAD */
	struct chorus_ring *ring;	/* NULL: by ioctl; see dev/uring.h */
	void __user *user;
	bool in_batch;			/* an entry of one: ioctl_batch.c */
	u32 user_size;			/* what the caller's structure holds */
	bool wrote;			/* the function has copied out by itself */
};

/* The largest structure of any command. */
union chorus_payload {
	struct { u32 size; u32 flags; } head;
	struct chorus_hello hello;
	struct chorus_actor_self actor_self;
	struct chorus_actor_delete actor_delete;
	struct chorus_actor_name actor_name;
	struct chorus_actor_privilege actor_privilege;
	struct chorus_actor_pi actor_pi;
	struct chorus_actor_bar actor_bar;
	struct chorus_thread_self thread_self;
	struct chorus_thread_abort thread_abort;
	struct chorus_thread_aborted thread_aborted;
	struct chorus_thread_delay thread_delay;
	struct chorus_port_create port_create;
	struct chorus_port_delete port_delete;
	struct chorus_port_enable port_enable;
	struct chorus_port_ui port_ui;
	struct chorus_port_pi port_pi;
	struct chorus_port_seqnum port_seqnum;
	struct chorus_port_migrate port_migrate;
	struct chorus_port_lend port_lend;
	struct chorus_ipc_send send;
	struct chorus_ipc_receive receive;
	struct chorus_ipc_call call;
	struct chorus_ipc_reply reply;
	struct chorus_ipc_reply_receive reply_receive;
	struct chorus_ipc_get_data get_data;
	struct chorus_ipc_save save;
	struct chorus_ipc_sysinfo sysinfo;
	struct chorus_ipc_forward forward;
	struct chorus_lap_invoke lap_invoke;
	struct chorus_lap_resolve lap_resolve;
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
};

enum chorus_row_flags {
	CHORUS_ROW_ANYBODY = 1 << 0,	/* no actor needed */
	CHORUS_ROW_THREAD = 1 << 1,	/* needs the state of the calling thread */
	CHORUS_ROW_QUIET = 1 << 2,	/* nothing to copy back */
	CHORUS_ROW_RING = 1 << 3,	/* also by io_uring */
	CHORUS_ROW_BATCH = 1 << 4,	/* also in a batch */
};

struct chorus_row {
	int (*fn)(struct chorus_request *request, union chorus_payload *payload);
	u16 size;
	u16 min_size;			/* size in the first ABI */
	u32 known_flags;
	u32 flags;
};

#define CHORUS_ROW(nr, type, last, func, known, how)				\
	[nr] = {								\
		.fn = func,							\
		.size = sizeof(struct type) +					\
			BUILD_BUG_ON_ZERO(sizeof(struct type) >			\
					  sizeof(union chorus_payload)),	\
		.min_size = offsetofend(struct type, last),			\
		.known_flags = known,						\
		.flags = how,							\
	}

/* One table a part; the high digit of the command number picks the part. */
#define CHORUS_ROWS_PER_PART	16
extern const struct chorus_row chorus_rows_site[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_actor[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_thread[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_port[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_ipc[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_lap[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_group[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_recover[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_window[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_area[CHORUS_ROWS_PER_PART];
extern const struct chorus_row chorus_rows_batch[CHORUS_ROWS_PER_PART];

u64 chorus_features(void);
int chorus_ioctl_write_back(struct chorus_request *request, const void *payload, size_t size);
struct chorus_actor *chorus_ioctl_target(struct chorus_request *request, u32 flags,
					 const struct chorus_cap *cap);
long chorus_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* ioctl_ipc.c: endings that the fast and the slow path share */
struct chorus_call;
struct chorus_receive;
int chorus_call_interrupted(struct chorus_thread *thread, struct chorus_call *call,
			    struct chorus_ipc_call __user *user);
int chorus_reply_receive_failed(int error, const struct chorus_receive *receive,
				struct chorus_ipc_reply_receive __user *user);

long chorus_ioctl_run(struct chorus_request *request, unsigned int cmd);
int chorus_ioctl_stranger(const struct chorus_actor *actor);

/* Returns 0, -EXDEV, -ESHUTDOWN. */
static inline int chorus_ioctl_check_actor(const struct chorus_actor *actor)
{
	if (unlikely(!chorus_actor_is_current(actor)))
		return chorus_ioctl_stranger(actor);
	return likely(chorus_object_alive(&actor->object)) ? 0 : -ESHUTDOWN;
}

long chorus_ioctl_by_table(struct chorus_actor *actor, unsigned int cmd, void __user *user);

/* fastpath_lap.c, fastpath.c */
long chorus_fastpath_lap_invoke(struct chorus_actor *actor, unsigned int cmd,
				void __user *user);
long chorus_fastpath_send(struct chorus_actor *actor, unsigned int cmd, void __user *user);
long chorus_fastpath_call(struct chorus_actor *actor, unsigned int cmd, void __user *user);
long chorus_fastpath_reply_receive(struct chorus_actor *actor, unsigned int cmd,
				   void __user *user);

/* For rings and batches: an error, 0, or CHORUS_MISSED with nothing done. */
#define CHORUS_MISSED	1
int chorus_fastpath_lap(struct chorus_actor *actor, void __user *user);
int chorus_fastpath_lap_prompt(struct chorus_actor *actor, void __user *user);
int chorus_fastpath_send_along(struct chorus_actor *actor, void __user *user,
			       struct chorus_way *way);

#endif /* CHORUS_DEV_IOCTL_H */
