// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of the objects: what the decoders call, with what they have promised.  Each notes what
 * it was given and answers as the input says.
 */
#include "decode.h"

#include "dev/mmap_area.h"
#include "dev/uring.h"
#include "ipc/area.h"
#include "ipc/bar.h"
#include "ipc/group.h"
#include "ipc/hold.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/notice.h"
#include "ipc/receive.h"
#include "ipc/rpc.h"
#include "ipc/vector.h"
#include "ipc/window.h"

/* ---- messages ---- */

static void note_body(const struct chorus_buffers *buffers)
{
	const struct chorus_vector *vector = (const void *)(uintptr_t)buffers->body;
	u64 sum = 0;
	u32 i;

	note(buffers->annex);
	note(buffers->size);
	if (!buffers->vector) {
		note(buffers->body);
		return;
	}
	PROMISE(vector->nr <= CHORUS_PARTS_MAX);
	for (i = 0; i < vector->nr; i++) {
		PROMISE(!vector->parts[i].reserved);
		note(vector->parts[i].addr);
		sum += vector->parts[i].size;
	}
	PROMISE(buffers->size == (sum < U32_MAX ? sum : U32_MAX));
}

static void judge_outgoing(const struct chorus_buffers *from)
{
	static struct chorus_message message;
	u32 flags = 0;
	int ret;

	PROMISE(from->size <= CHORUS_BODY_LARGE_MAX && !from->kernel);
	note_body(from);
	if (from->place) {
		PROMISE(areas_held && !from->vector && !from->pinned);
		PROMISE(from->size && from->place->nr * PAGE_SIZE == from->size);
		note(from->place->share);
		return;
	}
	/* And it is copied as it will be. */
	message.owner = &actor;
	if (!message.request.data) {
		message.request.data = message.request.small;
		message.request.room = CHORUS_BODY_SMALL;
	}
	ret = chorus_message_fill(&message, &message.request, &flags, from);
	PROMISE(!ret || ret == -EFAULT || ret == -EDQUOT || ret == -ENOMEM);
	if (!ret)
		PROMISE(message.request.size == from->size && message.request.room >= from->size);
	note((u64)ret);
}

static void judge_incoming(const struct chorus_buffers *to)
{
	static struct chorus_message message;
	u32 flags = answers & 2 ? CHORUS_MSG_ANNEX : 0;
	int ret;

	PROMISE(!to->kernel);
	note_body(to);
	if (to->place) {
		PROMISE(areas_held && !to->vector && !to->pinned && !to->place->share);
		PROMISE(to->place->nr == to->size / PAGE_SIZE);
		note(to->place->nr);
	}
	message.owner = &actor;
	message.request.data = message.request.small;
	message.request.room = CHORUS_BODY_SMALL;
	message.request.size = answers;
	if (message.request.size > CHORUS_BODY_SMALL)
		message.request.size = CHORUS_BODY_SMALL;
	ret = chorus_message_drain(&message, &message.request, flags, to);
	PROMISE(!ret || ret == -EFAULT);
	note((u64)ret);
}

/* To a port a coTarget says nothing. */
static void judge_address(const struct chorus_ui *target, const struct chorus_ui *cotarget)
{
	PROMISE(chorus_ui_is_null(cotarget) || chorus_ui_is_group(target));
	note(target->head);
	note(target->tail);
	note(cotarget->head);
	note(cotarget->tail);
}

int chorus_rpc_send(struct chorus_actor *from, s32 src_li, const struct chorus_ui *target,
		    const struct chorus_ui *cotarget, const struct chorus_buffers *buffers)
{
	static const int ends[] = { 0, -EHOSTUNREACH, -ENOBUFS, -EFAULT };

	PROMISE(from == &actor);
	note((u64)src_li);
	judge_address(target, cotarget);
	judge_outgoing(buffers);
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_rpc_send_along(struct chorus_way *way, struct chorus_actor *from, s32 src_li,
			  const struct chorus_ui *target, const struct chorus_buffers *buffers)
{
	static const struct chorus_ui nobody;

	PROMISE(way && buffers->size <= CHORUS_BODY_MAX);
	return chorus_rpc_send(from, src_li, target, &nobody, buffers);
}

void chorus_rpc_way_end(struct chorus_way *way)
{
	PROMISE(way);
}

static void note_timeout(const struct chorus_timeout *timeout)
{
	note((u64)timeout->ns);
	if (timeout->ns > 0) {
		PROMISE(timeout->at >= 0);
		note((u64)timeout->at);
	}
}

int chorus_rpc_call(struct chorus_thread *by, struct chorus_actor *from, struct chorus_call *call)
{
	static const int ends[] = { 0, -EHOSTUNREACH, -ERESTARTSYS, -ETIMEDOUT, -EOWNERDEAD };

	PROMISE(by == &thread && from == &actor);
	judge_address(&call->target, &call->cotarget);
	note((u64)call->src_li);
	note(call->abortable);
	note(call->nocycle);
	note(call->token);
	note_timeout(&call->timeout);
	judge_outgoing(&call->request);
	judge_incoming(&call->reply);
	call->reply_size = answers;
	call->reply_flags = answers & CHORUS_MSG_ANNEX;
	call->token = 0x77;
	return answer(ends, ARRAY_SIZE(ends));
}

void chorus_rpc_give_up(struct chorus_thread *by, struct chorus_call *call)
{
	PROMISE(by == &thread && call->token == 0x77);
	PROMISE(!call->request.place || areas_held);
	note(call->token);
}

int chorus_rpc_reply(struct chorus_thread *by, u64 token, const struct chorus_buffers *from,
		     bool handoff)
{
	static const int ends[] = { 0, -EHOSTUNREACH, -ENOMSG, -ENOENT, -ERESTARTSYS, 0, 0, 0 };

	PROMISE(by == &thread);
	note(token);
	note(handoff);
	judge_outgoing(from);
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_receive(struct chorus_thread *by, struct chorus_receive *receive,
		   struct chorus_received *out)
{
	static const int ends[] = { 0, -ENOENT, -ETIMEDOUT, -ERESTARTSYS, -EFAULT, 0, 0 };

	PROMISE(by == &thread);
	note((u64)receive->li);
	note(receive->abortable);
	note_timeout(&receive->timeout);
	judge_incoming(&receive->to);
	*out = (struct chorus_received){ 1, 2, CHORUS_MSG_RPC, 4, 5, .lands = receive->to.place };
	return answer(ends, ARRAY_SIZE(ends));
}

void chorus_receive_land(struct chorus_thread *by, const struct chorus_receive *receive)
{
	PROMISE(by == &thread && receive->to.place && areas_held);
	note(2);
}

void chorus_receive_undo(struct chorus_thread *by)
{
	PROMISE(by == &thread);
	note(1);
}

/* What only a ring calls. */
struct chorus_message *chorus_receive_detached(struct chorus_thread *by,
					       struct chorus_receive *receive,
					       struct chorus_received *out)
{
	(void)by; (void)receive; (void)out;
	__builtin_trap();
}

void chorus_receive_land_detached(struct chorus_message *message,
				  const struct chorus_receive *receive)
{
	(void)message; (void)receive;
	__builtin_trap();
}

void chorus_receive_hold(struct chorus_actor *by, struct chorus_message *message)
{
	(void)by; (void)message;
	__builtin_trap();
}

void chorus_receive_give_back(struct chorus_actor *by, struct chorus_message *message)
{
	(void)by; (void)message;
	__builtin_trap();
}

struct chorus_thread *chorus_uring_thread(struct chorus_request *request)
{
	(void)request;
	__builtin_trap();
}

void chorus_uring_thread_done(struct chorus_request *request)
{
	(void)request;
	__builtin_trap();
}

int chorus_uring_import(struct chorus_request *request, struct chorus_buffers *buffers,
			int direction)
{
	(void)request; (void)buffers; (void)direction;
	__builtin_trap();
}

int chorus_receive_get_data(struct chorus_thread *by, const struct chorus_buffers *to, u32 *size)
{
	PROMISE(by == &thread && (to->body || !to->size));
	judge_incoming(to);
	*size = 1;
	return answers & 4 ? -ENOMSG : 0;
}

void chorus_receive_get_data_undo(struct chorus_thread *by)
{
	PROMISE(by == &thread);
	note(2);
}

int chorus_receive_save(struct chorus_thread *by, u64 *token)
{
	PROMISE(by == &thread);
	*token = 0x99;
	return answers & 4 ? -ENOMSG : 0;
}

int chorus_receive_restore(struct chorus_thread *by, u64 token)
{
	PROMISE(by == &thread);
	note(token);
	return answers & 4 ? -ENOENT : 0;
}

int chorus_forward(struct chorus_thread *by, u64 token, const struct chorus_ui *target)
{
	PROMISE(by == &thread);
	note(token);
	note(target->tail);
	return answers & 4 ? -EHOSTUNREACH : 0;
}

/* ---- LAPs ---- */

int chorus_lap_run(struct chorus_lap *what, struct chorus_thread *by, struct chorus_actor *invoker,
		   void *arg, bool kernel)
{
	static const int ends[] = { 0, -EREMOTEIO, -ECANCELED };
	u64 word;
	size_t i;

	PROMISE(what == &lap && by == &thread && invoker == &actor && !kernel);
	PROMISE(by->depth == 1);
	/* The whole block is there, and ours to change. */
	for (i = 0; i < what->arg_size; i += sizeof(word)) {
		memcpy(&word, (u8 *)arg + i, sizeof(word));
		note(word);
		word = ~word;
		memcpy((u8 *)arg + i, &word, sizeof(word));
	}
	chorus_gate_leave(&what->gate, by);
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_lap_lookup(struct chorus_thread *by, struct chorus_site *where, const char *name,
		      u32 options, struct chorus_timeout *timeout, struct chorus_lap_desc *desc)
{
	PROMISE(by == &thread && where == &site);
	PROMISE(*name && strlen(name) <= CHORUS_LAP_NAME_MAX);
	PROMISE(!(options & ~(CHORUS_LAP_NOBLOCK | CHORUS_LAP_PROTECTED)));
	PROMISE(!(options & CHORUS_LAP_PROTECTED) || chorus_actor_trusted(&actor));
	(void)timeout;
	memset(desc, 0x11, sizeof(*desc));
	return answers & 4 ? -ENOENT : answers & 8 ? -ERESTARTSYS : 0;
}

/* ---- ports ---- */

struct chorus_port *chorus_port_new(struct chorus_actor *of, const struct chorus_ui *ui)
{
	PROMISE(of == &actor);
	PROMISE(!ui || (chorus_ui_valid_static(ui, site.number) && chorus_actor_trusted(of)));
	return answers & 4 ? ERR_PTR(-EDQUOT) : &port;
}

void chorus_port_kill(struct chorus_port *which)
{
	PROMISE(which == &port);
}

struct chorus_port *chorus_port_find_li(struct chorus_actor *of, int li)
{
	PROMISE(of == &actor);
	return li == 0 ? &port : NULL;
}

int chorus_port_delete_li(struct chorus_actor *of, int li)
{
	PROMISE(of == &actor);
	return li > 0 ? 0 : -EINVAL;
}

int chorus_port_enable(struct chorus_actor *of, int li, bool enable, u32 priority)
{
	PROMISE(of == &actor && priority <= CHORUS_PRIORITY_MAX && (enable || !priority));
	return li ? -ENOENT : 0;
}

struct chorus_actor *chorus_port_lock(struct chorus_port *which)
{
	PROMISE(which == &port);
	return &actor;
}

bool chorus_lend_allowed(const struct chorus_lend *lend)
{
	PROMISE(lend->rt < MAX_RT_PRIO && lend->nice >= MIN_NICE && lend->nice <= MAX_NICE);
	return answers & 1;
}

int chorus_port_lend(struct chorus_actor *of, int li, const struct chorus_lend *set,
		     struct chorus_lend *was)
{
	PROMISE(of == &actor);
	note((u64)li);
	note(set ? (u64)set->rt << 8 | (u8)set->nice : 1);
	*was = CHORUS_LEND_NONE;
	return answers & 2 ? -ENOENT : 0;
}

int chorus_port_migrate(struct chorus_actor *from, int li, struct chorus_actor *to, bool drop,
			u64 *seqnum)
{
	PROMISE(from == &actor && to == &actor);
	note((u64)li);
	note(drop);
	*seqnum = 6;
	return answers & 4 ? -ENOENT : 5;
}

/* ---- groups, deaths, recovery ---- */

int chorus_group_allocate(struct chorus_actor *by, u32 type, u32 stamp, struct chorus_cap *cap)
{
	PROMISE(by == &actor);
	note(type);
	note(stamp);
	memset(cap, 0x22, sizeof(*cap));
	return answers & 4 ? -EINVAL : 0;
}

static int judge_member(struct chorus_actor *by, const struct chorus_cap *cap,
			const struct chorus_ui *which)
{
	static const int ends[] = { 0, -EACCES, -EHOSTUNREACH, -ENOENT, -EDQUOT };

	PROMISE(by == &actor);
	note(cap->ui.head);
	note(cap->key.k[1]);
	note(which->tail);
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_group_insert(struct chorus_actor *by, const struct chorus_cap *cap,
			const struct chorus_ui *which)
{
	return judge_member(by, cap, which);
}

int chorus_group_remove(struct chorus_actor *by, const struct chorus_cap *cap,
			const struct chorus_ui *which)
{
	return judge_member(by, cap, which);
}

int chorus_notice_ask(struct chorus_actor *by, const struct chorus_notice_request *request,
		      u64 *departures)
{
	static const int ends[] = { 0, -EHOSTUNREACH, -ENOENT, -EDQUOT, -EEXIST };

	PROMISE(by == &actor && (!request->since || request->members));
	PROMISE(request->since || !request->seen);
	note(request->object.tail);
	note((u64)request->li);
	note(request->cookie);
	note(request->seen);
	*departures = 8;
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_bar_actor(struct chorus_actor *by, const struct chorus_cap *cap,
		     const struct chorus_bar *set, struct chorus_bar *old)
{
	PROMISE(by == &actor);
	note(cap->ui.tail);
	if (set) {
		PROMISE(set->what <= 3 && !chorus_ui_mode(&set->mediator));
		note(set->what);
		note(set->mediator.tail);
	}
	*old = (struct chorus_bar){ };
	return answers & 4 ? -EPERM : 0;
}

int chorus_hold_policy(struct chorus_actor *by, s32 li, const struct chorus_policy *set,
		       struct chorus_policy *old)
{
	PROMISE(by == &actor);
	if (set) {
		PROMISE(set->ns <= CHORUS_HOLD_MAX);
		PROMISE(set->ns || chorus_ui_is_null(&set->heir));
		note(set->ns);
		note(set->heir.tail);
	}
	note((u64)li);
	*old = (struct chorus_policy){ .ns = answers };
	return answers & 4 ? -ENOENT : 0;
}

int chorus_notice_cancel(struct chorus_actor *by, const struct chorus_ui *object, s32 li,
			 u64 cookie)
{
	PROMISE(by == &actor);
	note(object->tail);
	note((u64)li);
	note(cookie);
	return answers & 4 ? -ENOENT : 0;
}

/* ---- windows ---- */

static struct chorus_window window = {
	.actor = &actor, .port = &port, .slot_size = 4096, .slots = 1, .number = 3,
};

int chorus_window_open(struct chorus_actor *by, const struct chorus_window_open *args,
		       struct chorus_window **out)
{
	PROMISE(by == &actor);
	PROMISE(args->slots > 0 && args->slots <= CHORUS_WINDOW_SLOTS_MAX);
	PROMISE(args->slot_size > 0 &&
		(u64)args->slots * PAGE_ALIGN(args->slot_size) <= CHORUS_WINDOW_MAX);
	PROMISE(args->least <= args->slot_size);
	note((u64)args->li);
	*out = &window;
	return answers & 4 ? -EBUSY : 0;
}

int chorus_window_close(struct chorus_actor *by, int li)
{
	PROMISE(by == &actor);
	note((u64)li);
	return answers & 4 ? -ENOENT : 0;
}

void chorus_window_undo(struct chorus_window *which)
{
	PROMISE(which == &window);
	note(3);
}

void chorus_window_put(struct chorus_window *which)
{
	PROMISE(which == &window);
}

/* No message here lies in one. */
void chorus_window_release(struct chorus_message *message)
{
	(void)message;
	__builtin_trap();
}

/* ---- areas ---- */

static struct chorus_area area = { .actor = &actor, .nr_pages = 4, .number = 1 };

int chorus_area_open(struct chorus_actor *by, u64 length, struct chorus_area **out)
{
	PROMISE(by == &actor);
	PROMISE(length > 0 && length <= CHORUS_AREA_MAX);
	note(length);
	if (answers & 4)
		return -EDQUOT;
	areas_held++;
	*out = &area;
	return 0;
}

int chorus_area_close(struct chorus_actor *by, u64 offset)
{
	PROMISE(by == &actor);
	note(offset);
	return answers & 4 ? -ENOENT : 0;
}

void chorus_area_put(struct chorus_area *which)
{
	PROMISE(which == &area && areas_held);
	areas_held--;
}

/* A part of user memory is an area, sometimes. */
bool chorus_mmap_place(const struct chorus_actor *by, u64 addr, u32 size, bool write,
		       struct chorus_place *place)
{
	PROMISE(by == &actor);
	note(addr);
	note(size);
	note(write);
	if (!(answers & 32) || addr % PAGE_SIZE || size < PAGE_SIZE || (!write && size % PAGE_SIZE))
		return false;
	areas_held++;
	*place = (struct chorus_place){ .area = &area, .nr = size / PAGE_SIZE };
	return true;
}

/* No body is taken here: what moves is judged and noted. */
int chorus_move_take(struct chorus_message *message, struct chorus_body *body,
		     const struct chorus_place *place)
{
	(void)message; (void)body; (void)place;
	__builtin_trap();
}

void chorus_move_return(struct chorus_message *message, struct chorus_body *body,
			const struct chorus_place *place)
{
	(void)message; (void)body; (void)place;
	__builtin_trap();
}

int chorus_move_copy(const struct chorus_body *body, const struct chorus_buffers *to, u32 size)
{
	(void)body; (void)to; (void)size;
	__builtin_trap();
}

void chorus_move_end(struct chorus_message *message, struct chorus_body *body)
{
	(void)message; (void)body;
	__builtin_trap();
}

/* ---- actors and threads ---- */

struct chorus_actor *chorus_actor_acquire(struct chorus_site *where, const struct chorus_cap *cap)
{
	PROMISE(where == &site);
	if (cap->ui.tail != actor.object.ui.tail)
		return ERR_PTR(-EHOSTUNREACH);
	chorus_active_acquire(&actor.object.active);
	return &actor;
}

bool chorus_actor_kill(struct chorus_actor *which)
{
	PROMISE(which == &actor);
	return true;
}

int chorus_wait_delay(struct chorus_thread *by, struct chorus_timeout *timeout)
{
	static const int ends[] = { -ETIMEDOUT, -ECANCELED, -ERESTARTSYS };

	PROMISE(by == &thread);
	note_timeout(timeout);
	return answer(ends, ARRAY_SIZE(ends));
}

int chorus_thread_abort(struct chorus_actor *of, int li)
{
	PROMISE(of == &actor && li > 0);
	return 0;
}
