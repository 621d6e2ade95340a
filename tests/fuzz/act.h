/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call of a program, performed on the thread of its lane.
 *
 * Whatever a call asks for is done without a fault of our own: what the program does to its
 * memory meanwhile only changes what the nucleus is told.
 */
#ifndef FUZZ_ACT_H
#define FUZZ_ACT_H

#include "execute.h"

struct act {
	struct run *run;
	const struct call *call;
	struct result *result;
	unsigned int lane;
	uint64_t args[8];		/* of what is no command */
};

/* The memory of every process, at the same addresses; once, before the first fork. */
int areas_map(void);
/* Before a program: memory as it is at first, the actor of this process. */
void act_prepare(struct run *run);
/* After it: descriptors and children of this process. */
void act_close_all(void);

long act_command(struct act *act);
long act_open(struct act *act);
long act_close(struct act *act);
long act_dup(struct act *act);
long act_fork(struct act *act);
long act_exec(struct act *act);
long act_leave(struct act *act);
long act_end_thread(struct act *act);
long act_signal(struct act *act);
long act_kill(struct act *act);
long act_unmap(struct act *act);
long act_map(struct act *act);
long act_poke(struct act *act);
long act_poke_ui(struct act *act);
long act_poke_address(struct act *act);
long act_raw(struct act *act);
long act_file(struct act *act);
long act_netlink(struct act *act);
long act_limit(struct act *act);
long act_pause(struct act *act);
long act_await(struct act *act);
long act_uid(struct act *act);
long act_new_site(struct act *act);
long act_reload(struct act *act);

/* act_around.c */
void limits_read(void);			/* once: what they are */
void limits_restore(void);
int netlink_family(void);		/* once, asks for the number of the family */

/* act.c, for the others */
extern bool act_memory_changed;		/* the area that comes and goes */
extern pid_t act_children[8];
extern int act_fds[2];			/* of this process */
uint64_t act_address(const struct value *v);
bool act_write(uint64_t to, const void *from, size_t size);
/* The Nth chance to fail that this thread meets from now on; 0: none any more. */
void act_fail_nth(unsigned int nth);
/* What a process does that was started with "--idle": it uses what it has inherited. */
void act_after_exec(void);

#endif /* FUZZ_ACT_H */
