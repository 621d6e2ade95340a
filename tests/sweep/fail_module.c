// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The allocation-failure sweep: modules are loaded, sites are born.  Only what fails in
 * the modules' own code counts: the kernel's loader and its other namespaces have more.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "fail.h"
#include "modules.h"

#define FOLDER	"/lib/chorus/"

/* The last file of a test before may just be closing. */
static int module_remove(const char *name)
{
	int result = 0;

	for (int i = 0; i < 500; i++) {
		result = remove_module(name);
		if (!result || result == -ENOENT)
			return 0;
		sleep_ms(10);
	}
	return result;
}

static void need_modules(struct fail *f)
{
	if (access(FOLDER "chorus.ko", R_OK) || access(FOLDER "chorus_probe.ko", R_OK))
		selftest_skip("the modules are not in " FOLDER ", where this test could reload them");
}

/* ---- a supervisor actor ---- */

static void before_probe(struct fail *f)
{
	REQUIRE(module_remove("chorus_probe") == 0);
}

static void run_probe(struct fail *f)
{
	TRY(f, insert_module("chorus_probe"));
}

static void after_probe(struct fail *f)
{
	struct chorus_lap_desc wait;
	struct probe_wait w = { .timeout = 0 };

	actor_open();
	wait = need_lap(PROBE_LAP_WAIT);
	EXPECT(invoke(&wait, &w, sizeof(w)), 0);
	actor_close();
}

/* ---- the nucleus ---- */

/*
 * A kmem_cache_create() whose entry in sysfs fails gives the cache and loses its name,
 * on 6.12 at least: kmemleak would take the kernel's leak for ours.
 */
static void need_no_kmemleak(struct fail *f)
{
	need_modules(f);
	if (!access("/sys/kernel/debug/kmemleak", F_OK) &&
	    !write_text("/sys/kernel/debug/kmemleak", "scan=off"))
		selftest_skip("kmem_cache_create() leaks where it fails: boot with kmemleak=off for this one");
}

static void before_nucleus(struct fail *f)
{
	REQUIRE(module_remove("chorus_probe") == 0);
	REQUIRE(module_remove("chorus_echo") == 0);
	REQUIRE(module_remove("chorus") == 0);
}

static void run_nucleus(struct fail *f)
{
	TRY(f, insert_module("chorus"));
}

static void after_nucleus(struct fail *f)
{
	struct chorus_hello h = { 0 };

	actor_open();
	EXPECT(hello(&h), 0);
	actor_close();
}

static void finish_nucleus(struct fail *f)
{
	EXPECT(insert_module("chorus_echo"), 0);
	EXPECT(insert_module("chorus_probe"), 0);
}

/* ---- a site ---- */

static long do_unshare(void)
{
	return unshare(CLONE_NEWNET) ? -errno : 0;
}

/* A supervisor actor that finds no memory is missing in the site; the site is well. */
static void run_site(struct fail *f)
{
	TRY(f, do_unshare());
	dev = TRY(f, try_open());
	actor_close();
}

/* ---- the table ---- */

static const struct fail_sequence sequences[] = {
	{ "insmod of a supervisor actor", .prepare = need_modules, .before = before_probe,
	  .run = run_probe, .after = after_probe, .where = FAIL_LOAD, .seconds = 120 },
	{ "a site is born", .prepare = need_modules, .run = run_site, .where = FAIL_NUCLEUS,
	  .seconds = 120 },
	{ "insmod of the nucleus", .prepare = need_no_kmemleak, .before = before_nucleus,
	  .run = run_nucleus, .after = after_nucleus, .finish = finish_nucleus,
	  .where = FAIL_LOAD, .seconds = 240, .slow = true },
};
FAIL_TABLE(fail_module, sequences);
