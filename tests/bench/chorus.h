/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rows of chorus.ko share: raw ioctls on /dev/chorus. */
#ifndef BENCH_CHORUS_H
#define BENCH_CHORUS_H

#include <linux/chorus.h>

#include "chorus_probe.h"		/* what chorus_echo.ko offers */

struct row;

int chorus_door(struct row *row, struct chorus_hello *hello);
/* ipcCall with the row's body to the port in row->data, which acknowledges it. */
int call_server_run(struct row *row, unsigned int n);
void lap_rows(void);
void call_rows(void);
void window_rows(void);
void move_rows(void);
void group_rows(void);
void ports_rows(void);
void ring_rows(void);
void batch_rows(void);

#endif /* BENCH_CHORUS_H */
