// SPDX-License-Identifier: GPL-2.0-only
/* Test builds only; see cover.h. */
#include <linux/kcov.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "debug/cover.h"

#ifdef CONFIG_KCOV
bool chorus_cover_begin(void)
{
	/* KCOV warns of a second begin; a softirq has a state of its own. */
	if (in_task() ? READ_ONCE(current->kcov_mode) : current->kcov_softirq)
		return false;
	if (!in_task() && !in_serving_softirq())
		return false;
	kcov_remote_start_common(CHORUS_COVER);
	return true;
}

/* Also where nobody has asked and nothing began: then it finds that. */
void chorus_cover_end(bool begun)
{
	if (begun)
		kcov_remote_stop();
}
#endif
