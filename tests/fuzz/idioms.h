/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Idioms: what it takes before anything interesting can happen at all.
 *
 * A server that waits, a message that is saved, a handler that is entered: nobody finds them by
 * chance.  They are programs (program.h) with letters in place of lanes, so that they can be laid
 * on any: a, b and c are threads of one process, x, y and z of another.  Calls are numbered from
 * the first one of the idiom.  Every run performs each of them, and made-up programs consist of
 * them in good part.
 *
 * An annex in page N of the data begins with N, which tells the ports of chorus_probe what to
 * do; see tests/include/chorus_probe.h for them and for its LAPs, and grammar.c for the numbers
 * of their names.
 */
#ifndef FUZZ_IDIOMS_H
#define FUZZ_IDIOMS_H

#include <stddef.h>

/* By number from 0; NULL behind the last one. */
const char *idiom_text(unsigned int number);
unsigned int idioms_nr(void);

/* idioms_bodies.c, idioms_around.c */
extern const char *const idioms_bodies[];
extern const unsigned int nr_idioms_bodies;
extern const char *const idioms_around[];
extern const unsigned int nr_idioms_around;

#endif /* FUZZ_IDIOMS_H */
