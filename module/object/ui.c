// SPDX-License-Identifier: GPL-2.0-only
#include <linux/random.h>

#include "object/ui.h"

#define EPOCH_MASK	0xffffffULL

static u64 ui_head(enum chorus_ui_type type, u32 epoch, u32 site)
{
	return ((u64)type << CHORUS_UI_TYPE_SHIFT) |
	       ((epoch & EPOCH_MASK) << CHORUS_UI_EPOCH_SHIFT) | site;
}

/**
 * chorus_ui_generate() - a fresh identifier
 * @ui: out
 * @type: what it will name
 * @epoch: epoch of the site, 24 bits count
 * @site: number of the creating site
 *
 * The object table refuses a duplicate, so that the 64 random bits need not be
 * trusted for uniqueness on one site.
 */
void chorus_ui_generate(struct chorus_ui *ui, enum chorus_ui_type type, u32 epoch, u32 site)
{
	ui->head = ui_head(type, epoch, site);
	do {
		ui->tail = get_random_u64();
	} while (!ui->tail);
}

/** chorus_ui_build() - a static identifier (ChorusOS uiBuild) */
void chorus_ui_build(struct chorus_ui *ui, enum chorus_ui_type type, u32 site, u64 stamp)
{
	ui->head = ui_head(type, 0, site);
	ui->tail = stamp;
}

/**
 * chorus_ui_valid_static() - may this be declared on the site?
 * @ui: from the outside
 * @site: number of the declaring site
 */
bool chorus_ui_valid_static(const struct chorus_ui *ui, u32 site)
{
	return ui->head == ui_head(CHORUS_UI_STATPORT, 0, site) && ui->tail;
}
