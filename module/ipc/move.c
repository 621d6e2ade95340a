// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>

#include "debug/stat.h"
#include "debug/step.h"
#include "executive/actor.h"
#include "ipc/move.h"
#include "ipc/vector.h"

static long moved_bytes(const struct chorus_moved *moved)
{
	return (long)(moved->nr << PAGE_SHIFT);
}

static struct chorus_moved *moved_alloc(struct chorus_user *user, unsigned long nr)
{
	struct chorus_moved *moved;
	int ret;

	ret = chorus_user_charge(user, CHORUS_QUOTA_BYTES, (long)(nr << PAGE_SHIFT));
	if (ret) {
		chorus_count(quota_refused);
		return ERR_PTR(ret);
	}
	moved = kvmalloc(struct_size(moved, pages, nr), GFP_KERNEL_ACCOUNT);
	if (!moved) {
		chorus_user_uncharge(user, CHORUS_QUOTA_BYTES, (long)(nr << PAGE_SHIFT));
		return ERR_PTR(-ENOMEM);
	}
	moved->nr = nr;
	return moved;
}

static bool are_empty(struct page **pages, unsigned long nr)
{
	return !memchr_inv(pages, 0, nr * sizeof(*pages));
}

/* A place that has no page is nowhere mapped. */
static void take_locked(struct chorus_moved *moved, const struct chorus_place *place)
{
	struct page **places = place->area->pages + place->index;
	unsigned long i;

	lockdep_assert_held(&place->area->lock);
	moved->empty = are_empty(places, place->nr);
	memcpy(moved->pages, places, place->nr * sizeof(*places));
	if (moved->empty)
		return;
	for (i = 0; place->share && i < place->nr; i++)
		if (places[i])
			get_page(places[i]);
	if (!place->share)
		memset(places, 0, place->nr * sizeof(*places));
	chorus_area_unmap_locked(place->area, place->index, place->nr);
}

/**
 * chorus_move_take() - pages of the caller become a body
 * @message: owned by the caller
 * @body: of it, empty
 * @place: where they are
 *
 * Who wrote to them until now has written what is sent; nobody writes to them from here on.
 *
 * Returns 0, -EDQUOT or -ENOMEM.
 */
int chorus_move_take(struct chorus_message *message, struct chorus_body *body,
		     const struct chorus_place *place)
{
	struct chorus_area *area = place->area;
	struct chorus_moved *moved;

	moved = moved_alloc(message->owner->user, place->nr);
	if (IS_ERR(moved))
		return PTR_ERR(moved);
	moved->shared = place->share;
	mutex_lock(&area->lock);
	take_locked(moved, place);
	mutex_unlock(&area->lock);

	body->data = moved;
	body->room = CHORUS_BODY_MOVED;
	body->size = place->nr << PAGE_SHIFT;
	message->large = true;		/* does not stay with the message */
	if (place->share)
		chorus_count(move_shared);
	else
		chorus_count(move);
	chorus_step(M4);
	return 0;
}

/* What was in the places is in @moved afterwards. */
static void exchange(struct chorus_moved *moved, const struct chorus_place *place)
{
	struct chorus_area *area = place->area;
	struct page **places = area->pages + place->index;
	unsigned long i;

	mutex_lock(&area->lock);
	moved->empty = are_empty(places, moved->nr);
	if (moved->empty) {
		memcpy(places, moved->pages, moved->nr * sizeof(*places));
	} else {
		for (i = 0; i < moved->nr; i++)
			swap(places[i], moved->pages[i]);
		chorus_area_unmap_locked(area, place->index, moved->nr);
	}
	mutex_unlock(&area->lock);
}

/**
 * chorus_move_land() - the pages are the receiver's
 * @message: owned by the caller
 * @body: fits, see chorus_move_fits(); empty afterwards, but for its size
 * @place: where to
 */
void chorus_move_land(struct chorus_message *message, struct chorus_body *body,
		      const struct chorus_place *place)
{
	u32 size = body->size;

	exchange(body->data, place);
	chorus_count(move_landed);
	chorus_step(M6);
	chorus_move_end(message, body);
	body->size = size;
}

/**
 * chorus_move_return() - to the sender, as if nothing had been sent
 * @message: owned by the caller
 * @body: taken from @place, or from what was there at an earlier entry of the call
 * @place: where to
 */
void chorus_move_return(struct chorus_message *message, struct chorus_body *body,
			const struct chorus_place *place)
{
	struct chorus_moved *moved = body->data;

	/* What is shared has never left. */
	if (!moved->shared && moved->nr == place->nr) {
		chorus_step(M7);
		exchange(moved, place);
		chorus_count(move_returned);
	}
	chorus_move_end(message, body);
}

/**
 * chorus_move_copy() - the body goes where pages cannot
 * @body: moved
 * @to: where to
 * @size: bytes, cut to the room
 *
 * Returns 0 or -EFAULT.
 */
int chorus_move_copy(const struct chorus_body *body, const struct chorus_buffers *to, u32 size)
{
	const struct chorus_moved *moved = body->data;
	u32 offset, n;

	for (offset = 0; offset < size; offset += n) {
		struct page *page = moved->pages[offset >> PAGE_SHIFT] ?: ZERO_PAGE(0);

		n = min_t(u32, size - offset, PAGE_SIZE);
		if (chorus_buffers_write(to, offset, page_address(page), n))
			return -EFAULT;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EFAULT;
	}
	chorus_count(move_copied);
	return 0;
}

/** chorus_move_read() - a piece of a body, into the kernel's memory; judged */
void chorus_move_read(const struct chorus_body *body, u32 offset, void *to, u32 size)
{
	const struct chorus_moved *moved = body->data;
	u32 n;

	for (; size; size -= n, to += n, offset += n) {
		struct page *page = moved->pages[offset >> PAGE_SHIFT] ?: ZERO_PAGE(0);

		n = min_t(u32, size, PAGE_SIZE - offset_in_page(offset));
		memcpy(to, page_address(page) + offset_in_page(offset), n);
	}
}

/** chorus_move_end() - what is left of a body ends; process context */
void chorus_move_end(struct chorus_message *message, struct chorus_body *body)
{
	struct chorus_moved *moved = body->data;
	unsigned long i;

	for (i = 0; !moved->empty && i < moved->nr; i++) {
		if (moved->pages[i])
			put_page(moved->pages[i]);
		if (!(i % 1024))
			cond_resched();
	}
	chorus_user_uncharge(message->owner->user, CHORUS_QUOTA_BYTES, moved_bytes(moved));
	kvfree(moved);
	chorus_body_reset(body);
}
