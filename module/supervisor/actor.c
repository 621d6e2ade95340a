// SPDX-License-Identifier: GPL-2.0-only
/* What a supervisor actor knows of itself; described in supervisor.h. */
#include "chorus/supervisor.h"
#include "compat/compat.h"
#include "executive/actor.h"

void chorus_actor_set_private(struct chorus_actor *actor, void *data)
{
	actor->private = data;
}
CHORUS_EXPORT(chorus_actor_set_private);

void *chorus_actor_private(const struct chorus_actor *actor)
{
	return actor->private;
}
CHORUS_EXPORT(chorus_actor_private);

void chorus_actor_capability(const struct chorus_actor *actor, struct chorus_cap *cap)
{
	cap->ui = actor->object.ui;
	cap->key = actor->key;
}
CHORUS_EXPORT(chorus_actor_capability);
