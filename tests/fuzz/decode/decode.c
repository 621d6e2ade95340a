// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoders of module/dev in user space, under libFuzzer with AddressSanitizer and UBSan.
 *
 * One input is a command and user memory.  The real dispatcher, its tables, both
 * ways of the calls that have a fast one, and the copying of messages are compiled in; what
 * they call is in objects.c, and traps when it is called with anything a decoder should have
 * refused.  Commands with a fast path go both ways with the same input: what reaches the objects,
 * what is answered and what is written back must be the same.
 */
#include "decode.h"

#include "dev/ioctl.h"

/* Small numbers are addresses that are there. */
#define USER_BASE	0x1000ULL
#define USER_SIZE	0x18000
#define NAMESPACE	((struct user_namespace *)8)

static u8 user_memory[USER_SIZE];
u8 answers;
unsigned int areas_held;
struct seen seen;
static u64 structure;			/* where it is */
static u8 memory_is;

/* What befalls user memory. */
#define FROZEN_STRUCTURE	1	/* it cannot be written, */
#define FROZEN_REST		2	/* all else cannot */
#define RESTLESS		4	/* another thread writes there after each read */

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
struct chorus_site site = { .number = 7, .net = &net };
static struct mm_struct mm;
static struct pid pid;
static struct task_struct task = { &mm, &pid };
struct task_struct *current = &task;
static struct chorus_user *const user = (struct chorus_user *)8;
struct chorus_actor actor = {
	.object = { .site = &site, .ui = { 2ULL << 56 | 7, 2 } }, .mm = &mm, .tgid = &pid,
	.name = "decode",
};
struct chorus_port port = {
	.object = { .site = &site, .ui = { 3ULL << 56 | 7, 3 }, .ops = &chorus_port_ops }, .actor = &actor, .li = 0,
};
struct chorus_thread thread = { .actor = &actor, .li = 1, .task = &task };
struct chorus_thread *known_thread;	/* or none: then the table makes it */
struct chorus_lap lap = {
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
