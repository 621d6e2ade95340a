/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/chorus: opening it makes an actor, closing it ends one.
 */
#ifndef CHORUS_DEV_FOPS_H
#define CHORUS_DEV_FOPS_H

int chorus_dev_init(void);
void chorus_dev_exit(void);

#endif /* CHORUS_DEV_FOPS_H */
