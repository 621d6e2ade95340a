// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoders of module/dev in user space, under libFuzzer with AddressSanitizer and UBSan.
 *
 * One input is a command and user memory.  The real dispatcher, its tables, both
 * ways of the calls that have a fast one, and the copying of messages are compiled in; what
 * they call is here, and traps when it is called with anything a decoder should have refused.
 * Commands with a fast path go both ways with the same input: what reaches the objects, what
 * is answered and what is written back must be the same.
 */
#include "kernel.h"

#include "dev/ioctl.h"
#include "dev/mmap_area.h"
#include "dev/uring.h"
#include "ipc/area.h"
#include "ipc/bar.h"
#include "ipc/group.h"
#include "ipc/hold.h"
#include "ipc/lap.h"
#include "ipc/message.h"
#include "ipc/move.h"
#include "ipc/notice.h"
#include "ipc/port.h"
#include "ipc/receive.h"
#include "ipc/rpc.h"
#include "ipc/vector.h"
#include "ipc/window.h"

/* Small numbers are addresses that are there. */
#define USER_BASE	0x1000ULL
#define USER_SIZE	0x18000
#define NAMESPACE	((struct user_namespace *)8)

#define PROMISE(x)	do { if (!(x)) __builtin_trap(); } while (0)

static u8 user_memory[USER_SIZE];
static u8 answers;			/* how the objects answer, from the input */
static u64 structure;			/* where it is */
static u8 memory_is;

/* What befalls user memory. */
#define FROZEN_STRUCTURE	1	/* it cannot be written, */
#define FROZEN_REST		2	/* all else cannot */
#define RESTLESS		4	/* another thread writes there after each read */

/* What reached the objects: compared between the two ways. */
static struct {
	unsigned int nr;
	u64 sum;
} seen;

static void note(u64 value)
{
	seen.sum = (seen.sum ^ value) * 0x100000001b3ULL + 1;
}

static int answer(const int *from, unsigned int nr)
{
	seen.nr++;
	return from[answers % nr];
}

/* ---- user memory ---- */

bool user_range(const void *p, size_t n)
{
	u64 at = (uintptr_t)p;

	return at < 1ULL << 47 && n <= (1ULL << 47) - at;
}

unsigned long user_copy(void *to, const void *from, size_t n, bool out)
{
	u64 at = (uintptr_t)(out ? to : from);

	if (at < USER_BASE || at >= USER_BASE + USER_SIZE || n > USER_BASE + USER_SIZE - at)
		return n;
	if (out) {
		if (memory_is & (at >= structure && at < structure + 512 ? FROZEN_STRUCTURE :
									   FROZEN_REST))
			return n;
		memcpy(user_memory + (at - USER_BASE), from, n);
		return 0;
	}
	memcpy(to, user_memory + (at - USER_BASE), n);
	for (; n && memory_is & RESTLESS; n--)
		user_memory[at - USER_BASE + n - 1] += 0x7d;
	return 0;
}

int copy_struct_from_user(void *to, size_t ksize, const void *from, size_t usize)
{
	size_t size = min(ksize, usize), i;
	u8 byte;

	for (i = ksize; i < usize; i++) {
		if (user_copy(&byte, (const u8 *)from + i, 1, false))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	memset((u8 *)to + size, 0, ksize - size);
	return user_copy(to, from, size, false) ? -EFAULT : 0;
}

/* ---- the world: one actor, one thread, one port, one LAP ---- */

const struct chorus_object_ops chorus_port_ops, chorus_lap_ops, chorus_actor_ops;
static struct net net = { NAMESPACE };
static struct chorus_site site = { .number = 7, .net = &net };
static struct mm_struct mm;
static struct pid pid;
static struct task_struct task = { &mm, &pid };
struct task_struct *current = &task;
static struct chorus_user *const user = (struct chorus_user *)8;
static struct chorus_actor actor = {
	.object = { .site = &site, .ui = { 2ULL << 56 | 7, 2 } }, .mm = &mm, .tgid = &pid,
	.name = "decode",
};
static struct chorus_port port = {
	.object = { .site = &site, .ui = { 3ULL << 56 | 7, 3 }, .ops = &chorus_port_ops }, .actor = &actor, .li = 0,
};
static struct chorus_thread thread = { .actor = &actor, .li = 1, .task = &task };
struct chorus_thread *known_thread;	/* or none: then the table makes it */
static struct chorus_lap lap = {
	.object = { .site = &site, .ops = &chorus_lap_ops }, .gate = { .actor = &actor },
	.arg_size = 64, .options = CHORUS_LAP_SAFE | CHORUS_LAP_PROMPT,
};
atomic_long_t chorus_lap_epoch = { 1 };
struct hlist_head chorus_task_hash[1 << CHORUS_TASK_HASH_BITS];
struct chorus_stats chorus_stats;
unsigned int chorus_port_queue = 128;

void *rhashtable_lookup(struct rhashtable *table, const void *key,
			const struct rhashtable_params params)
{
	const struct chorus_ui *ui = key;

	(void)table;
	(void)params;
	switch (ui->head >> CHORUS_UI_TYPE_SHIFT) {
	case CHORUS_UI_PORT:
		return &port.object;
	case CHORUS_UI_LAP:
		return &lap.object;
	default:
		return NULL;
	}
}

bool ns_capable(struct user_namespace *ns, int capability)
{
	PROMISE(ns == NAMESPACE && capability == CAP_SYS_ADMIN);
	return answers & 1;
}

u32 jhash2(const u32 *words, u32 n, u32 seed)
{
	return words[0] + n + seed;
}

void chorus_object_put(struct chorus_object *object) { (void)object; }
void chorus_active_drained(struct chorus_active *active) { (void)active; __builtin_trap(); }
int chorus_user_charge(struct chorus_user *who, enum chorus_quota what, long amount)
{
	PROMISE(who == user && amount > 0 && amount <= CHORUS_BODY_LARGE_MAX);
	(void)what;
	return answers & 64 ? -EDQUOT : 0;
}
void chorus_user_uncharge(struct chorus_user *who, enum chorus_quota what, long amount)
{
	PROMISE(who == user && amount > 0 && amount <= CHORUS_BODY_LARGE_MAX);
	(void)what;
}

/* The thread is known already, or made by the table: the fast paths find none then. */
struct chorus_thread *chorus_thread_create(struct chorus_actor *of)
{
	PROMISE(of == &actor);
	return &thread;
}

/* ---- what is called, with what was promised ---- */

static unsigned int areas_held;		/* references to areas that were given out */

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

int chorus_forward(struct chorus_thread *by, u64 token, const struct chorus_ui *target)
{
	PROMISE(by == &thread);
	note(token);
	note(target->tail);
	return answers & 4 ? -EHOSTUNREACH : 0;
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

void chorus_bar_set(struct chorus_actor *which, const struct chorus_bar *set,
		    struct chorus_bar *old)
{
	PROMISE(which != &actor && (!set || set->what <= 3));
	*old = (struct chorus_bar){ };
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

/* No message here lies in one. */
void chorus_window_release(struct chorus_message *message)
{
	(void)message;
	__builtin_trap();
}

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

/* ---- one input ---- */

struct input {
	u8 number, type, answers, privilege;
	u16 at;				/* where in memory the structure is */
	u8 right_size;			/* of the structure; else what the input says */
	u8 lap_size;
	u8 memory, spare;
};

static u32 structure_size(u8 number)
{
	static const struct chorus_row *const parts[] = {
		chorus_rows_site, chorus_rows_actor, chorus_rows_thread, chorus_rows_port,
		chorus_rows_ipc, chorus_rows_lap, chorus_rows_group, chorus_rows_recover,
		chorus_rows_window, chorus_rows_area, chorus_rows_batch,
	};

	return number / CHORUS_ROWS_PER_PART < ARRAY_SIZE(parts) ?
	       parts[number / CHORUS_ROWS_PER_PART][number % CHORUS_ROWS_PER_PART].size : 0;
}

/* Where the results begin that both ways write. */
static size_t out_offset(u8 number)
{
	switch (CHORUS_IOC(number)) {
	case CHORUS_IOC_IPC_CALL:
		return offsetof(struct chorus_ipc_call, out_rep_size);
	case CHORUS_IOC_IPC_REPLY_RECEIVE:
		return offsetof(struct chorus_ipc_reply_receive, out_li);
	default:
		return 0;
	}
}

static void world_reset(const struct input *in, const u8 *memory, size_t size)
{
	memory_is = 0;
	port.body_max = CHORUS_BODY_MAX;
	memset(user_memory, 0, sizeof(user_memory));
	memcpy(user_memory, memory, min(size, sizeof(user_memory)));
	if (in->right_size & 1) {
		u32 right = structure_size(in->number);

		user_copy((void *)(uintptr_t)(USER_BASE + in->at), &right, sizeof(right), true);
	}
	structure = USER_BASE + in->at;
	seen.nr = 0;
	seen.sum = 0;
	answers = in->answers;
	memory_is = in->memory;
	actor.user = user;
	actor.privilege = in->privilege & 1;
	actor.default_port = &port;
	memset(actor.name, 0, sizeof(actor.name));
	memset(&actor.pi, 0, sizeof(actor.pi));
	memset(&port.pi, 0, sizeof(port.pi));
	thread.attention = in->answers >> 1 & 1;
	actor.object.active.count.counter = 0;
	thread.depth = 0;
	known_thread = in->right_size & 2 ? NULL : &thread;
	thread.info.out_transid = in->answers & 1;
	lap.arg_size = in->lap_size;
}

static long enter(const struct input *in, bool table)
{
	struct file file = { .private_data = &actor };
	unsigned int command = _IO(in->type & 0x80 ? in->type : CHORUS_IOC_MAGIC, in->number);
	u64 at = USER_BASE + in->at;

	if (in->at == 0xffff)
		at = 0;
	return table ? chorus_ioctl_by_table(&actor, command, (void *)(uintptr_t)at) :
		       chorus_ioctl(&file, command, at);
}

/* Words that mean something here, at places where fields begin: rarely found by bits alone. */
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed)
{
	static const u64 words[] = {
		0, 0, 0, 1, 2, 3, 4, 8, 64, 128, 200, 5000, CHORUS_BODY_MAX, CHORUS_BODY_MAX + 1,
		USER_BASE, USER_BASE + 0x800, USER_BASE + USER_SIZE - 64, UINT64_MAX, 1ULL << 63,
		0x6f6863652d70ULL, 64ULL << 32, 8ULL << 32, 1ULL << 32,
		2ULL << 56 | 7, 3ULL << 56 | 7, 4ULL << 56 | 7, 5ULL << 56 | 7,
		6ULL << 56 | 7, 0x46ULL << 56 | 7, 0xc9ULL << 56 | 7,
	};
	struct input in = { .number = 0 };
	size_t at;

	if (seed % 4 == 0 || max < 256)
		return LLVMFuzzerMutate(data, size, max);
	if (size < sizeof(in) + 200) {
		memset(data + size, 0, sizeof(in) + 200 - size);
		size = sizeof(in) + 200;
	}
	memcpy(&in, data, sizeof(in));
	switch (seed / 4 % 8) {
	case 0:
		in.number = (u8)((seed >> 8) % 11 * 16 + (seed >> 16) % 10);
		in.type = 0;
		in.right_size = 1;
		break;
	case 1:
		in.answers = (u8)(seed >> 8);
		in.privilege = (u8)(seed >> 16);
		break;
	case 2:
		in.memory = (u8)((seed >> 8) & (seed >> 16));
		in.lap_size = (u8)(8 * (seed >> 24));
		break;
	default:
		at = 4 * (seed >> 8) % 192;
		memcpy(data + sizeof(in) + at, &words[(seed >> 16) % ARRAY_SIZE(words)],
		       seed & 64 ? 8 : 4);
	}
	in.at = 0;
	memcpy(data, &in, sizeof(in));
	return size;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 after[USER_SIZE];
	struct input in;
	u64 sum;
	long ret;

	if (size < sizeof(in))
		return 0;
	memcpy(&in, data, sizeof(in));
	if (in.at > 0x8000)
		in.at = 0xffff;		/* nowhere */
	world_reset(&in, data + sizeof(in), size - sizeof(in));
	ret = enter(&in, false);
	PROMISE(ret <= 0 && ret > -4096);
	PROMISE(!thread.depth && !actor.object.active.count.counter && !areas_held);
	/* Who reads twice sees other things: no two ways are the same then. */
	if (in.memory & RESTLESS)
		return 0;
	sum = seen.sum;
	memcpy(after, user_memory, sizeof(after));

	world_reset(&in, data + sizeof(in), size - sizeof(in));
	PROMISE(enter(&in, true) == ret);
	PROMISE(seen.sum == sum);
	/*
	 * The table writes the caller's own fields back, too: seen where a buffer lies over the
	 * structure.
	 */
	if (!ret) {
		memset(after + in.at, 0, out_offset(in.number));
		memset(user_memory + in.at, 0, out_offset(in.number));
	}
	PROMISE(!memcmp(after, user_memory, sizeof(after)));
	return 0;
}
