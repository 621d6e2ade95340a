// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands of the nucleus: from values to a structure, and what its answer gives. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../include/bare_ring.h"
#include "act.h"

#define PAGE		4096UL
#define DATA_PAGES	64
#define DATA_FRESH	8		/* of these, filled anew before each program */
#define EDGE_PAGES	32

/* Where the areas are, in every process. */
#define DATA_BASE	0x10000000UL
#define EDGE_END	0x10200000UL
#define READ_BASE	0x10300000UL
#define GONE_BASE	0x10400000UL
#define NONE_BASE	0x10500000UL
#define KERNEL_BASE	0xffff888000000000UL
/* Structures, a place of each sort for each lane. */
#define PLAIN_BASE	0x10600000UL	/* a page, and one without access behind it */
#define ALIAS_BASE	0x10700000UL	/* writable under this address, */
#define FROZEN_BASE	0x10800000UL	/* read only under that one */
#define GONE_STRUCT	(16 * PAGE)	/* offset in the area that comes and goes */

int act_fds[2] = { -1, -1 };
bool act_memory_changed;
pid_t act_children[8];

/* Of the threads of a process; made when one is needed. */
static struct bare_ring rings[THREADS];

static int map_at(unsigned long at, size_t size, int protection)
{
	return mmap((void *)at, size, protection,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == (void *)at ? 0 : -1;
}

int areas_map(void)
{
	int fd = memfd_create("fuzz", 0), lane, ret;

	ret = map_at(DATA_BASE, DATA_PAGES * PAGE, PROT_READ | PROT_WRITE) |
	      map_at(EDGE_END - EDGE_PAGES * PAGE, EDGE_PAGES * PAGE, PROT_READ | PROT_WRITE) |
	      map_at(EDGE_END, PAGE, PROT_NONE) |
	      map_at(READ_BASE, 32 * PAGE, PROT_READ) |
	      map_at(GONE_BASE, 32 * PAGE, PROT_READ | PROT_WRITE) |
	      map_at(NONE_BASE, 32 * PAGE, PROT_NONE);
	for (lane = 0; lane < LANES; lane++)
		ret |= map_at(PLAIN_BASE + lane * 2 * PAGE, PAGE, PROT_READ | PROT_WRITE) |
		       map_at(PLAIN_BASE + lane * 2 * PAGE + PAGE, PAGE, PROT_NONE);
	if (ret || fd < 0 || ftruncate(fd, LANES * PAGE) ||
	    mmap((void *)ALIAS_BASE, LANES * PAGE, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0) == MAP_FAILED ||
	    mmap((void *)FROZEN_BASE, LANES * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE,
		 fd, 0) == MAP_FAILED)
		return -1;
	close(fd);
	return 0;
}

bool act_write(uint64_t to, const void *from, size_t size)
{
	struct iovec local = { (void *)(uintptr_t)from, size }, there = { (void *)to, size };

	return process_vm_writev(getpid(), &local, 1, &there, 1, 0) == (ssize_t)size;
}

/* The places of a lane's own are always there; anywhere else that is to be seen. */
static bool read_back(const struct act *act, void *to, uint64_t from, size_t size)
{
	struct iovec local = { to, size }, there = { (void *)from, size };

	if (act->call->at == AREA_DATA || act->call->at == AREA_EDGE || act->call->at == AREA_READ) {
		memcpy(to, (const void *)from, size);
		return true;
	}
	return process_vm_readv(getpid(), &local, 1, &there, 1, 0) == (ssize_t)size;
}

uint64_t act_address(const struct value *v)
{
	if (v->kind == VALUE_NUMBER)
		return v->number;
	if (v->kind != VALUE_MEMORY)
		return 0;
	switch (v->area) {
	case AREA_DATA:
		return DATA_BASE + v->number;
	case AREA_EDGE:
		return EDGE_END - v->number;
	case AREA_READ:
		return READ_BASE + v->number;
	case AREA_GONE:
		return GONE_BASE + v->number;
	case AREA_NONE:
		return NONE_BASE + v->number;
	case AREA_KERNEL:
		return KERNEL_BASE + v->number;
	default:
		return 0;
	}
}

/* ---- values ---- */

/* Number 0 is nobody, 1 to 3 are ports of the supervisor actors, small ones can be declared. */
static struct chorus_ui named_port(const struct run *run, uint64_t number)
{
	static const uint64_t stamps[] = { 0, 0x6563686f, 0x70726f62, 0x73706172 };
	struct chorus_ui ui = { 0, 0 };

	if (!number)
		return ui;
	ui.head = (uint64_t)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | run->site;
	if (number < 4)
		ui.tail = stamps[number];
	else if (number < 0x10000)
		ui.tail = number;
	else
		ui = (struct chorus_ui){ number, number * 0x9e3779b97f4a7c15ULL };
	return ui;
}

/* A result as a number, for fields where one makes sense. */
static uint64_t result_number(const struct result *r, enum kind kind)
{
	switch (kind) {
	case KIND_LI:
		return (uint64_t)(int64_t)r->li;
	case KIND_THREAD:
		return (uint64_t)(int64_t)r->thread;
	case KIND_ARG_SIZE:
		return r->arg_size;
	case KIND_TOKEN:
		return r->token;
	case KIND_DEADLINE:
		return r->deadline;
	case KIND_RESTART:
	case KIND_MARK:
		return r->restart;
	default:
		return r->token;
	}
}

static void value_bytes(const struct act *act, const struct field *f, const struct value *v,
			void *to)
{
	const struct result *r = v->kind == VALUE_RESULT ? &act->run->results[v->call] : NULL;
	struct chorus_cap cap;
	struct chorus_ui ui;
	uint64_t number = v->number;

	switch ((enum kind)f->kind) {
	case KIND_TARGET:
	case KIND_COTARGET:
	case KIND_STATIC:
	case KIND_LAP:
		ui = r ? r->ui : named_port(act->run, number);
		/* The two highest bits are those of a group's mode. */
		if (r) {
			ui.head ^= number & ~0ULL << 62;
			ui.tail ^= number & ~(~0ULL << 62);
		}
		memcpy(to, &ui, sizeof(ui) < f->size ? sizeof(ui) : f->size);
		return;
	case KIND_CAP:
	case KIND_GROUP:
		cap = r ? r->cap : (struct chorus_cap){ .ui = named_port(act->run, number) };
		if (r)
			cap.key.k[0] ^= number;
		memcpy(to, &cap, sizeof(cap));
		return;
	case KIND_LAP_NAME:
		memcpy(to, lap_names[number % nr_lap_names], sizeof(lap_names[0]));
		return;
	case KIND_ACTOR_NAME:
		memcpy(to, actor_names[number % nr_actor_names], sizeof(actor_names[0]));
		return;
	default:
		if (v->kind == VALUE_MEMORY)
			number = act_address(v);
		else if (r)
			number ^= result_number(r, (enum kind)f->kind);
		memcpy(to, &number, f->size < sizeof(number) ? f->size : sizeof(number));
	}
}

static void structure_fill(const struct act *act, const struct row *row, uint8_t *to)
{
	const struct field *f;
	const struct value *v;
	uint32_t size = row->size;
	unsigned int i;

	memset(to, 0, row->size);
	for (i = 0; i < row->nr_fields; i++) {
		f = &row->fields[i];
		v = &act->call->values[i];
		if (v->kind != VALUE_NATURAL)
			value_bytes(act, f, v, to + f->offset);
		else if (f->kind == KIND_SIZE)
			memcpy(to + f->offset, &size, sizeof(size));
	}
}

/* What the answer in @from gives; a failure only tells how to go on. */
static void structure_harvest(const struct row *row, const uint8_t *from, bool success,
			      struct result *r)
{
	struct chorus_lap_desc desc;
	const struct field *f;
	unsigned int i;

	for (i = 0; i < row->nr_fields; i++) {
		f = &row->fields[i];
		if (!success && f->gives < GIVES_RESTART)
			continue;
		switch ((enum gives)f->gives) {
		case GIVES_NOTHING:
			break;
		case GIVES_LI:
			memcpy(&r->li, from + f->offset, sizeof(r->li));
			break;
		case GIVES_UI:
			memcpy(&r->ui, from + f->offset, sizeof(r->ui));
			break;
		case GIVES_GROUP:
			memcpy(&r->ui, from + f->offset, sizeof(r->ui));
			memcpy(&r->cap, from + f->offset, sizeof(r->cap));
			break;
		case GIVES_CAP:
			memcpy(&r->cap, from + f->offset, sizeof(r->cap));
			break;
		case GIVES_TOKEN:
			memcpy(&r->token, from + f->offset, sizeof(r->token));
			break;
		case GIVES_THREAD:
			memcpy(&r->thread, from + f->offset, sizeof(r->thread));
			break;
		case GIVES_DESC:
			memcpy(&desc, from + f->offset, sizeof(desc));
			r->ui = desc.lap;
			r->arg_size = desc.arg_size;
			break;
		case GIVES_RESTART:
			memcpy(&r->restart, from + f->offset, sizeof(r->restart));
			break;
		case GIVES_DEADLINE:
			memcpy(&r->deadline, from + f->offset, sizeof(r->deadline));
			break;
		}
	}
}

/* ---- the call ---- */

/* Lays the structure where the program wants it; its address. */
static uint64_t structure_lay(const struct act *act, const uint8_t *from, size_t size)
{
	uint64_t plain = PLAIN_BASE + act->lane * 2 * PAGE, at;

	switch (act->call->at) {
	case AREA_EDGE:
		at = plain + PAGE - size;
		break;
	case AREA_NONE:			/* the last word is not there */
		at = plain + PAGE - size + 8;
		memcpy((void *)at, from, size - 8);
		return at;
	case AREA_READ:
		memcpy((void *)(ALIAS_BASE + act->lane * PAGE), from, size);
		return FROZEN_BASE + act->lane * PAGE;
	case AREA_GONE:
		at = GONE_BASE + GONE_STRUCT + act->lane * 512;
		act_write(at, from, size);
		return at;
	case AREA_KERNEL:
		return KERNEL_BASE;
	case AREA_NULL:
		return 0;
	default:
		at = plain;
	}
	memcpy((void *)at, from, size);
	return at;
}

/* Where the kernel can. */
void act_fail_nth(unsigned int nth)
{
	static __thread int fd = -1;
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fd >= 0 && write(fd, text, (size_t)length) < 0)
		return;
}

/* By ioctl where there is no io_uring. */
static long give(struct act *act, uint32_t command, uint64_t at)
{
	struct bare_ring *ring = &rings[act->lane % THREADS];
	unsigned int how = act->call->ring;

	if (how && (ring->sqes || !bare_ring_open(ring)))
		return bare_ring_command(ring, act_fds[0], command, at, !!(how & RING_DIRTY),
					 how & RING_WORKER ? IOSQE_ASYNC : 0);
	return ioctl(act_fds[0], command, at) < 0 ? -errno : 0;
}

long act_command(struct act *act)
{
	const struct row *row = &rows[act->call->row];
	uint8_t bytes[512] = { 0 };
	uint64_t at;
	long ret;

	structure_fill(act, row, bytes);
	at = structure_lay(act, bytes, row->size);
	if (act->call->fail)
		act_fail_nth(act->call->fail);
	ret = give(act, row->command, at);
	if (act->call->fail)
		act_fail_nth(0);
	if (read_back(act, bytes, at, row->size))
		structure_harvest(row, bytes, !ret, act->result);
	return ret;
}

void act_prepare(struct run *run)
{
	int i;

	(void)run;
	/* An annex of page N begins with N: what the probe's port is to do. */
	for (i = 0; i < DATA_PAGES; i++)
		memset((char *)DATA_BASE + i * PAGE, i, i < DATA_FRESH ? PAGE : 8);
	act_fds[0] = open("/dev/chorus", O_RDWR | O_CLOEXEC);
}

void act_close_all(void)
{
	int i;

	for (i = 0; i < 8; i++) {
		if (act_children[i]) {
			kill(act_children[i], SIGKILL);
			waitpid(act_children[i], NULL, 0);
		}
		act_children[i] = 0;
	}
	for (i = 0; i < THREADS; i++)
		if (rings[i].sqes)
			bare_ring_close(&rings[i]);
	for (i = 0; i < 2; i++)
		if (act_fds[i] >= 0)
			close(act_fds[i]);
	act_fds[0] = act_fds[1] = -1;
	/* A mapping of the device would keep its actor. */
	if (act_memory_changed)
		mmap((void *)GONE_BASE, 32 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	act_memory_changed = false;
}
