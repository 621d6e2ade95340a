/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules themselves: loaded and unloaded by the fuzzer.
 *
 * What they do when they come and go runs on whoever loads and unloads them, so the fuzzer
 * does that once under KCOV before it begins.
 */
#ifndef FUZZ_MODULE_H
#define FUZZ_MODULE_H

#include <stdbool.h>

#include "cover.h"

/* By name, from the folder where the rig puts them; 0 or -errno. */
long module_load(const char *name);
long module_unload(const char *name);
bool module_is_loaded(const char *name);

/* All of them out and in again, seen by @cover.  False: they are not all there now. */
bool modules_cycle(struct cover *cover);

#endif /* FUZZ_MODULE_H */
