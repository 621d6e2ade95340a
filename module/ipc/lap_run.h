/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The invocation of a LAP itself, compiled into both ways to it: chorus_lap_run() in lap.c,
 * and the fast path of a process in dev/fastpath_lap.c.
 */
#ifndef CHORUS_IPC_LAP_RUN_H
#define CHORUS_IPC_LAP_RUN_H

#include "debug/stat.h"
#include "debug/step.h"
#include "debug/trace.h"
#include "ipc/invocation.h"
#include "ipc/lap.h"

static __always_inline int chorus_lap_run_here(struct chorus_lap *lap,
					       struct chorus_thread *thread,
					       struct chorus_actor *invoker, void *arg,
					       bool kernel)
{
	struct chorus_invocation inv __uninitialized;
	int ret;

	/* Member by member: @call and @replied are not looked at without @info. */
	inv.actor = lap->gate.actor;
	inv.invoker = invoker;
	inv.thread = thread;
	inv.arg = arg;
	inv.kernel = kernel;
	inv.info = NULL;
	inv.message = NULL;
	chorus_step(L1);
	chorus_plant_here();
	chorus_count(lap_invoke);
	ret = lap->fn(&inv, lap->cookie);
	chorus_step(L2);
	trace_chorus_lap_invoke(&lap->object.ui, ret);
	return chorus_gate_finish(&lap->gate, thread, ret);
}

#endif /* CHORUS_IPC_LAP_RUN_H */
