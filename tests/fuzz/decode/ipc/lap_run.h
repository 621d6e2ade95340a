/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In place of module/ipc/lap_run.h: the stand-in of decode.c judges both ways to a LAP. */
#ifndef DECODE_LAP_RUN_H
#define DECODE_LAP_RUN_H

#include "ipc/lap.h"

#define chorus_lap_run_here chorus_lap_run

#endif /* DECODE_LAP_RUN_H */
