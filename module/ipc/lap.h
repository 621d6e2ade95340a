/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LAP: local access point, a handler of a supervisor actor that anybody on the site
 * calls on his own thread.
 *
 * A LAP is an object with a gate.  Its descriptor is a plain value, found by name or
 * passed along.  The steps of an invocation are L1, L2, L3; see ipc/fastpath.c for
 * the way a process takes.
 */
#ifndef CHORUS_IPC_LAP_H
#define CHORUS_IPC_LAP_H

#include "chorus/supervisor.h"
#include "executive/wait.h"
#include "ipc/gate.h"
#include "object/object.h"

struct chorus_lap {
	struct chorus_object object;
	struct chorus_gate gate;
	chorus_lap_handler fn;		/* constant, and so on */
	void *cookie;
	u32 arg_size;
	u32 options;
	struct list_head actor_node;	/* actor->lock */
};

extern const struct chorus_object_ops chorus_lap_ops;

static inline struct chorus_lap *chorus_lap_of(struct chorus_object *object)
{
	return container_of(object, struct chorus_lap, object);
}

/*
 * Find a LAP and pass its gate; inside an RCU read section.  Returns the LAP, for
 * chorus_lap_run(), or -ENOENT, -ELOOP as an ERR_PTR.
 */
static inline struct chorus_lap *chorus_lap_enter(struct chorus_site *site,
						  const struct chorus_ui *ui,
						  struct chorus_thread *thread)
{
	struct chorus_object *object = chorus_object_find(site, ui);
	int ret;

	if (unlikely(!object || object->ops != &chorus_lap_ops))
		return ERR_PTR(-ENOENT);
	/* An unborn LAP has a gate already, but no handler to speak of. */
	if (unlikely(!chorus_object_alive(object)))
		return ERR_PTR(-ENOENT);
	ret = chorus_gate_enter(&chorus_lap_of(object)->gate, thread);
	return unlikely(ret) ? ERR_PTR(ret) : chorus_lap_of(object);
}

int chorus_lap_run(struct chorus_lap *lap, struct chorus_thread *thread,
		   struct chorus_actor *invoker, void *arg, bool kernel);
int chorus_lap_lookup(struct chorus_thread *thread, struct chorus_site *site, const char *name,
		      u32 options, struct chorus_timeout *timeout, struct chorus_lap_desc *desc);
bool chorus_lap_name(const struct chorus_lap *lap, char *name);
void chorus_lap_delete_all(struct chorus_actor *actor);

int chorus_lap_init(void);
void chorus_lap_exit(void);

#endif /* CHORUS_IPC_LAP_H */
