/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unique identifiers: 128-bit names, sparse and never reused.
 *
 * The head tells type, epoch and creation site (the hint for localisation); the
 * tail is 64 random bits.  A static identifier has epoch 0 and a stamp in place
 * of the random bits, so that anybody can build it.
 */
#ifndef CHORUS_OBJECT_UI_H
#define CHORUS_OBJECT_UI_H

#include <linux/bitops.h>
#include <linux/chorus.h>
#include <linux/types.h>

static inline bool chorus_ui_equal(const struct chorus_ui *a, const struct chorus_ui *b)
{
	return ((a->head ^ b->head) | (a->tail ^ b->tail)) == 0;
}

static inline bool chorus_ui_is_null(const struct chorus_ui *ui)
{
	return !(ui->head | ui->tail);
}

static inline enum chorus_ui_type chorus_ui_type(const struct chorus_ui *ui)
{
	return (ui->head >> CHORUS_UI_TYPE_SHIFT) & CHORUS_UI_TYPE_MASK;
}

static inline bool chorus_ui_is_group(const struct chorus_ui *ui)
{
	enum chorus_ui_type type = chorus_ui_type(ui);

	return type >= CHORUS_UI_GROUP && type <= CHORUS_UI_GROUP_SHARED;
}

/* How to find members of a group: part of the address, not of the name. */
static inline enum chorus_ui_mode chorus_ui_mode(const struct chorus_ui *ui)
{
	return ui->head >> CHORUS_UI_MODE_SHIFT;
}

static inline struct chorus_ui chorus_ui_without_mode(const struct chorus_ui *ui)
{
	return (struct chorus_ui){
		.head = ui->head & ~(3ULL << CHORUS_UI_MODE_SHIFT), .tail = ui->tail,
	};
}

/* What may be kept to be sent to later, or nobody: a port, or a group in any mode. */
static inline bool chorus_ui_is_address_or_null(const struct chorus_ui *ui)
{
	enum chorus_ui_type type = chorus_ui_type(ui);

	return chorus_ui_is_null(ui) || chorus_ui_is_group(ui) ||
	       (!chorus_ui_mode(ui) &&
		(type == CHORUS_UI_PORT || type == CHORUS_UI_STATPORT));
}

static inline u32 chorus_ui_site(const struct chorus_ui *ui)
{
	return (u32)ui->head;
}

/*
 * A process can keep the ports whose names it likes, so the hash is keyed: multiply and
 * shift by a secret odd number, whose best bits go where the table looks.
 */
static inline u32 chorus_ui_hash(const struct chorus_ui *ui, u32 seed)
{
	u64 secret = (seed * 0x9E3779B97F4A7C15ULL) | 1;

	return ror32((u32)((ui->tail * secret) >> 32), 16);
}

void chorus_ui_generate(struct chorus_ui *ui, enum chorus_ui_type type, u32 epoch, u32 site);
void chorus_ui_build(struct chorus_ui *ui, enum chorus_ui_type type, u32 site, u64 stamp);
bool chorus_ui_valid_static(const struct chorus_ui *ui, u32 site);

#endif /* CHORUS_OBJECT_UI_H */
