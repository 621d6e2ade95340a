/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocation-failure sweep: a good *sequence* of commands is run again and again, each
 * time with the next allocation failing, until it passes untouched.
 *
 * The kernel does that by itself (/proc/thread-self/fail-nth, on a kernel built for it):
 * the n-th slab or page allocation, or copy from or to user memory, of this task fails.
 * A command that fails for it says so with one of the errors that the sequence expects,
 * has done nothing, and succeeds when it is given again.
 */
#ifndef SWEEP_FAIL_H
#define SWEEP_FAIL_H

#include "chorus_probe.h"
#include "scene.h"

struct fail {
	const struct fail_sequence *sequence;
	struct puppet *peer;		/* prepared: a server that answers for ever */
	struct note *note;		/* what the peer does */
	struct chorus_ui port;		/* of the peer */
	void *data;
	/* this run */
	unsigned int n;
	unsigned int errors;		/* commands that failed: at most one may */
	bool came;			/* the failure was injected */
	/* of all runs */
	unsigned int injected, refused;
};

struct fail_sequence {
	const char *name;
	/* Once, before all runs. */
	void (*prepare)(struct fail *fail);
	/* Before each run, untouched. */
	void (*before)(struct fail *fail);
	/* One run, from nothing to nothing, its commands by TRY(): other calls may fail, too. */
	void (*run)(struct fail *fail);
	/* After each run, untouched. */
	void (*after)(struct fail *fail);
	/* Once, after all runs. */
	void (*finish)(struct fail *fail);
	int seconds;			/* a limit; 0 is 40 */
	bool slow;			/* thinned out more where the sweep is bounded */
	/* Count only what fails below: the nucleus, or its load; else the whole kernel. */
	enum { FAIL_ANY, FAIL_NUCLEUS, FAIL_LOAD } where;
};

struct fail_table {
	const struct fail_sequence *sequences;
	unsigned int count;
};
#define FAIL_TABLE(name, sequences)							\
	const struct fail_table name = { sequences, ARRAY_SIZE(sequences) }
extern const struct fail_table fail_ipc, fail_body, fail_object, fail_module;

/* Ends the injection; the command @what failed with @error, and may, if it is in @allowed. */
void fail_judge(struct fail *fail, const char *where, long error, const long *allowed);

/*
 * A command, whose result is negative where it fails.  It may fail once, by an injected
 * failure, with ENOMEM or one of the errors named; then it is given again.
 */
#define TRY(fail, expr, ...) ({								\
	static const long allowed_[] = { -ENOMEM, ##__VA_ARGS__, 0 };			\
	long result_;									\
	selftest_at(HERE(#expr));							\
	result_ = (expr);								\
	if (result_ < 0) {								\
		fail_judge(fail, HERE(#expr), result_, allowed_);			\
		result_ = (expr);							\
		if (result_ < 0)							\
			selftest_fail(HERE(#expr), "again: %s", error_name(result_));	\
	}										\
	result_;									\
})

#endif /* SWEEP_FAIL_H */
