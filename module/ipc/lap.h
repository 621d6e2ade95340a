/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LAP: local access point, a handler of a supervisor actor that anybody on the site
 * calls on his own thread.
 *
 * A LAP is an object with a gate.  Its descriptor is a plain value, found by name or
 * passed along.  The steps of an invocation are L1, L2, L3; see dev/fastpath_lap.c
 * for the way a process takes.
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

/* A LAP by name, without any count, or NULL; inside an RCU read section. */
static inline struct chorus_lap *chorus_lap_find(struct chorus_site *site,
						 const struct chorus_ui *ui)
{
	struct chorus_object *object = chorus_object_find(site, ui);

	if (unlikely(!object || object->ops != &chorus_lap_ops))
		return NULL;
	return chorus_lap_of(object);
}

/*
 * Pass the gate of a LAP, or of NULL, in the same RCU section: 0, and it is there for
 * chorus_lap_run(); -ENOENT, -ELOOP.
 */
static inline int chorus_lap_enter(struct chorus_lap *lap, struct chorus_thread *thread)
{
	/* An unborn LAP has a gate already, but no handler to speak of. */
	if (unlikely(!lap || !chorus_object_alive(&lap->object)))
		return -ENOENT;
	return chorus_gate_enter(&lap->gate, thread);
}

/* Counts the deaths of LAPs, each before its memory can go; from 1 on. */
extern atomic_long_t chorus_lap_epoch;

int chorus_lap_run(struct chorus_lap *lap, struct chorus_thread *thread,
		   struct chorus_actor *invoker, void *arg, bool kernel);
int chorus_lap_lookup(struct chorus_thread *thread, struct chorus_site *site, const char *name,
		      u32 options, struct chorus_timeout *timeout, struct chorus_lap_desc *desc);
bool chorus_lap_name(const struct chorus_lap *lap, char *name);
void chorus_lap_delete_all(struct chorus_actor *actor);

int chorus_lap_init(void);
void chorus_lap_exit(void);

#endif /* CHORUS_IPC_LAP_H */
