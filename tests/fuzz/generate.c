// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs out of nothing and out of others.
 *
 * Most values are such that a call gets somewhere, some are at an edge, a few are garbage.
 * Idioms (idioms.c) are short sequences that come before anything interesting can happen at all.
 */
#include <string.h>

#include "idioms.h"
#include "program.h"

uint64_t random_next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dULL;
}

static bool chance(struct random *r, unsigned int percent)
{
	return random_below(r, 100) < percent;
}

static struct value number(uint64_t n)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

static struct value natural(void)
{
	return (struct value){ .kind = VALUE_NATURAL };
}

static struct value memory(unsigned int area, uint64_t offset)
{
	return (struct value){ .kind = VALUE_MEMORY, .area = (uint8_t)area, .number = offset };
}

static struct value garbage(struct random *r)
{
	static const uint64_t odd[] = {
		1, 2, 7, 0x7f, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		INT64_MAX, 0x8000000000000000, UINT64_MAX, UINT64_MAX - 1, 0xcccccccccccccccc,
	};

	return chance(r, 70) ? number(odd[random_below(r, sizeof(odd) / sizeof(odd[0]))]) :
			       number(random_next(r) >> random_below(r, 64));
}

/* ---- values ---- */

static bool row_gives(unsigned int row, enum gives what, enum gives or)
{
	unsigned int i;

	for (i = 0; i < rows[row].nr_fields; i++)
		if (rows[row].fields[i].gives == what || rows[row].fields[i].gives == or)
			return true;
	return false;
}

/* The result of a call before number @before; @process: of that process only, if >= 0. */
static bool result(struct value *v, const struct program *p, struct random *r,
		   unsigned int before, enum gives what, enum gives or, int process)
{
	unsigned int found = 0, i;

	for (i = 0; i < before; i++) {
		if (!row_gives(p->calls[i].row, what, or) ||
		    (process >= 0 && p->calls[i].lane / THREADS != process))
			continue;
		/* Later ones are likelier. */
		if (!found++ || chance(r, 50))
			*v = (struct value){ .kind = VALUE_RESULT, .call = (uint8_t)i };
	}
	return found;
}

static struct value some_memory(struct random *r, bool written)
{
	unsigned int dice = random_below(r, 100);

	if (dice < 60)
		return memory(AREA_DATA, random_below(r, 32) * 0x1000 + random_below(r, 4) * 8);
	if (dice < 72)
		return natural();
	if (dice < 82)
		return memory(AREA_EDGE, chance(r, 50) ? 8U << random_below(r, 10) :
							 random_below(r, 300));
	if (dice < 88)
		return memory(AREA_GONE, random_below(r, 4) * 4096);
	if (dice < 93)
		return memory(AREA_READ, random_below(r, 4096));
	if (dice < 96 || !written)
		return memory(AREA_NONE, 0);
	return chance(r, 50) ? memory(AREA_KERNEL, random_below(r, 4096)) : garbage(r);
}

static struct value some_length(struct random *r, uint32_t limit)
{
	unsigned int dice = random_below(r, 100);

	if (dice < 40)
		return number(8 * random_below(r, 17));
	if (dice < 60)
		return natural();
	if (dice < 85)
		return number(random_below(r, limit < 8192 ? limit + 1 : 8192));
	if (dice < 93)
		return number(random_below(r, limit + 1));
	if (dice < 97)
		return number(limit - 1 + random_below(r, 3));
	return garbage(r);
}

static struct value some_timeout(struct random *r)
{
	static const int64_t times[] = {
		0, 0, 0, 1, 1000, 100000, 500000, 1000000, 1000000, 3000000, -1, -1,
	};

	if (chance(r, 95))
		return number((uint64_t)times[random_below(r, sizeof(times) / sizeof(times[0]))]);
	return garbage(r);
}

static struct value some_li(const struct program *p, struct random *r, unsigned int before,
			    const struct call *c)
{
	unsigned int command = rows[c->row].command;
	int process = command == CHORUS_IOC_PORT_MIGRATE ? -1 : c->lane / THREADS;
	struct value v;

	if ((command == CHORUS_IOC_IPC_RECEIVE || command == CHORUS_IOC_IPC_REPLY_RECEIVE) && chance(r, 25))
		return number((uint64_t)CHORUS_LI_ANYENABLED);
	if (chance(r, 70) &&
	    result(&v, p, r, before, GIVES_LI, GIVES_LI, process))
		return v;
	if (chance(r, 75))
		return natural();
	return chance(r, 50) ? number(1 + random_below(r, 4)) :
	       chance(r, 50) ? number((uint64_t)-(int64_t)random_below(r, 4)) : garbage(r);
}

static struct value some_field(const struct program *p, struct random *r, unsigned int before,
			       const struct call *c, unsigned int index)
{
	const struct field *f = &rows[c->row].fields[index];
	struct value v = natural();

	switch ((enum kind)f->kind) {
	case KIND_SIZE:
		if (chance(r, 95))
			return v;
		return chance(r, 60) ? number(rows[c->row].size - 16 + 8 * random_below(r, 6)) :
				       number(random_below(r, 5000));
	case KIND_FLAGS:
		if (chance(r, 4))
			return garbage(r);
		return chance(r, 40) ? v : number(random_next(r) & f->limit);
	case KIND_ZERO:
		return chance(r, 98) ? v : garbage(r);
	case KIND_LI:
		return some_li(p, r, before, c);
	case KIND_THREAD:
		if (chance(r, 60) && result(&v, p, r, before, GIVES_THREAD, GIVES_THREAD, -1))
			return v;
		return chance(r, 80) ? number(random_below(r, 5)) : garbage(r);
	case KIND_TARGET:
		if (chance(r, 80) && result(&v, p, r, before, GIVES_UI, GIVES_GROUP, -1)) {
			if (row_gives(p->calls[v.call].row, GIVES_GROUP, GIVES_GROUP))
				v.number = (uint64_t)random_below(r, 4) << 62;
			return v;
		}
		return chance(r, 90) ? number(random_below(r, 6)) : garbage(r);
	case KIND_COTARGET:
		if (chance(r, 25) && result(&v, p, r, before, GIVES_UI, GIVES_GROUP, -1))
			return v;
		return chance(r, 97) ? v : number(random_below(r, 6));
	case KIND_GROUP:
		if (chance(r, 95) && result(&v, p, r, before, GIVES_GROUP, GIVES_GROUP, -1)) {
			if (chance(r, 6))
				v.number = 1;
			return v;
		}
		result(&v, p, r, before, GIVES_CAP, GIVES_CAP, -1);
		return v;
	case KIND_GROUP_TYPE:
		return number(chance(r, 85) ? CHORUS_UI_GROUP + random_below(r, 4) :
					      random_below(r, 12));
	case KIND_STATIC:
		return chance(r, 60) ? v : number(3 + random_below(r, 8));
	case KIND_LAP:
		if (chance(r, 95) && result(&v, p, r, before, GIVES_DESC, GIVES_DESC, -1))
			return v;
		return number(random_below(r, 8));
	case KIND_ARG_SIZE:
		if (index >= 2 && c->values[index - 2].kind == VALUE_RESULT && chance(r, 92))
			return c->values[index - 2];
		return some_length(r, f->limit);
	case KIND_CAP:
		if (chance(r, 92) && result(&v, p, r, before, GIVES_CAP, GIVES_CAP, -1)) {
			if (chance(r, 8))
				v.number = 1;
			return v;
		}
		return v;
	case KIND_LENGTH:
		return some_length(r, f->limit);
	case KIND_FROM:
		return some_memory(r, false);
	case KIND_TO:
		return some_memory(r, true);
	case KIND_TIMEOUT:
		return some_timeout(r);
	case KIND_DEADLINE:
		if (chance(r, 10) &&
		    result(&v, p, r, before, GIVES_DEADLINE, GIVES_DEADLINE, -1))
			return v;
		return chance(r, 97) ? v : garbage(r);
	case KIND_RESTART:
		if (chance(r, 25) && result(&v, p, r, before, GIVES_RESTART, GIVES_RESTART,
					    (int)(c->lane / THREADS)))
			return v;
		return chance(r, 97) ? v : garbage(r);
	case KIND_MARK:
		return chance(r, 75) ? v : number(random_below(r, 3));
	case KIND_TOKEN:
		if (chance(r, 45) && result(&v, p, r, before, GIVES_TOKEN, GIVES_TOKEN,
					    chance(r, 90) ? (int)(c->lane / THREADS) : -1))
			return v;
		return chance(r, 95) ? v : garbage(r);
	case KIND_LAP_NAME:
		return number(random_below(r, nr_lap_names));
	case KIND_ACTOR_NAME:
		return number(random_below(r, nr_actor_names));
	case KIND_PRIORITY:
		return chance(r, 85) ? number(random_below(r, 256)) : chance(r, 70) ? v : garbage(r);
	case KIND_PRIVILEGE:
		return number(random_below(r, chance(r, 85) ? 2 : 4));
	case KIND_PROTID:
		return number(random_next(r) >> (chance(r, 85) ? 16 : 0));
	case KIND_NUMBER:
		return number(random_below(r, f->limit));
	case KIND_LANE:
		return number(random_below(r, LANES));
	case KIND_OUT:
		return v;
	}
	return v;
}

/* ---- calls ---- */

static unsigned int some_row(struct random *r)
{
	static unsigned int sum;
	unsigned int i, dice;

	if (!sum)
		for (i = 0; i < nr_rows; i++)
			sum += rows[i].weight;
	dice = random_below(r, 5000);
	if (dice < nr_rows && !rows[dice].weight)
		return dice;
	dice = random_below(r, sum);
	for (i = 0; dice >= rows[i].weight; i++)
		dice -= rows[i].weight;
	return i;
}

/* A command of ours has a few; an open, or a socket, many of the kernel's own before them. */
static uint8_t some_chance_to_fail(struct random *r)
{
	return (uint8_t)(1 + random_below(r, chance(r, 70) ? 6 : 24));
}

/* Most of them as a program would, that means it. */
static uint8_t some_ring(struct random *r)
{
	return RING_ENTRY | (chance(r, 20) ? RING_WORKER : chance(r, 4) ? RING_DIRTY : 0);
}

static void call_fill(const struct program *p, struct random *r, unsigned int before,
		      struct call *c, unsigned int row, unsigned int lane)
{
	unsigned int i;

	memset(c, 0, sizeof(*c));
	c->row = (uint8_t)row;
	c->lane = (uint8_t)lane;
	for (i = 0; i < rows[row].nr_fields; i++)
		c->values[i] = some_field(p, r, before, c, i);
	if (rows[row].command && chance(r, 8))
		c->at = (uint8_t)(1 + random_below(r, AREAS - 1));
	if (rows[row].fails && chance(r, 8))
		c->fail = some_chance_to_fail(r);
	if (rows[row].command && chance(r, 6))
		c->ring = some_ring(r);
}

/* ---- idioms ---- */

static unsigned int idiom_lane(char letter, unsigned int first, unsigned int second)
{
	return letter <= 'c' ? first * THREADS + (unsigned int)(letter - 'a') :
			       second * THREADS + (unsigned int)(letter - 'x');
}

static void lay_idiom(struct program *p, unsigned int number, unsigned int first,
		      unsigned int second)
{
	static struct program made;
	char text[TEXT_MAX], *out = text;
	const char *in = idiom_text(number);
	unsigned int base = p->nr, i, j;

	for (; *in; in++) {
		if (in[0] >= 'a' && in[1] == ' ' && (out == text || out[-1] == '\n'))
			*out++ = (char)('0' + idiom_lane(in[0], first, second));
		else if (in[0] >= 'a' && in[-1] == '=' && (in[1] == '\n' || in[1] == ' '))
			*out++ = (char)('0' + idiom_lane(in[0], first, second));
		else
			*out++ = *in;
	}
	*out = 0;
	if (program_parse(&made, text) || base + made.nr > CALLS_MAX)
		return;
	if (made.repeat > p->repeat)
		p->repeat = made.repeat;
	for (i = 0; i < made.nr; i++) {
		for (j = 0; j < FIELDS_MAX; j++)
			if (made.calls[i].values[j].kind == VALUE_RESULT)
				made.calls[i].values[j].call += (uint8_t)base;
		p->calls[p->nr++] = made.calls[i];
	}
}

static void lay_some_idiom(struct program *p, struct random *r)
{
	unsigned int first = random_below(r, PROCESSES);
	unsigned int second = (first + 1 + random_below(r, PROCESSES - 1)) % PROCESSES;

	/* One process for both, now and then: it calls itself. */
	lay_idiom(p, random_below(r, idioms_nr()), first, chance(r, 10) ? first : second);
}

bool program_idiom(struct program *p, unsigned int number)
{
	if (number >= idioms_nr())
		return false;
	p->nr = 0;
	p->repeat = 1;
	p->kill = false;
	lay_idiom(p, number, 0, 1);
	return true;
}

/* ---- programs ---- */

static void lay_calls(struct program *p, struct random *r, unsigned int count)
{
	unsigned int lanes[3], i;

	for (i = 0; i < 3; i++)
		lanes[i] = random_below(r, LANES);
	for (i = 0; i < count && p->nr < CALLS_MAX; i++) {
		unsigned int lane = chance(r, 90) ? lanes[random_below(r, 3)] :
						    random_below(r, LANES);

		call_fill(p, r, p->nr, &p->calls[p->nr], some_row(r), lane);
		p->nr++;
	}
}

void program_generate(struct program *p, struct random *r)
{
	unsigned int parts = 1 + random_below(r, 5);

	p->nr = 0;
	p->repeat = chance(r, 60) ? 1 : 2 + random_below(r, REPEAT_MAX - 1);
	p->kill = chance(r, 3);
	while (parts--) {
		if (chance(r, 60))
			lay_some_idiom(p, r);
		else
			lay_calls(p, r, 2 + random_below(r, 12));
	}
	if (!p->nr)
		lay_calls(p, r, 4);
}

/* A call of the other program, with what it refers to taken from ours. */
static void splice(struct program *p, struct random *r, const struct program *other)
{
	unsigned int from = random_below(r, other->nr), count = 1 + random_below(r, 8), base, i, j;

	if (from + count > other->nr)
		count = other->nr - from;
	base = p->nr;
	for (i = 0; i < count && p->nr < CALLS_MAX; i++) {
		struct call *c = &p->calls[p->nr];

		*c = other->calls[from + i];
		for (j = 0; j < FIELDS_MAX; j++) {
			struct value *v = &c->values[j];

			if (v->kind != VALUE_RESULT)
				continue;
			if (v->call >= from)
				v->call = (uint8_t)(v->call - from + base);
			else
				*v = some_field(p, r, base, c, j);
		}
		p->nr++;
	}
}

static void mutate_once(struct program *p, struct random *r, const struct program *other)
{
	unsigned int dice = random_below(r, 100), at = random_below(r, p->nr), field;
	struct call c, *of = &p->calls[at];

	if (dice < 40 && rows[of->row].nr_fields) {
		field = random_below(r, rows[of->row].nr_fields);
		of->values[field] = some_field(p, r, at, of, field);
	} else if (dice < 55) {
		call_fill(p, r, at, &c, some_row(r), chance(r, 60) ? of->lane :
								   random_below(r, LANES));
		program_insert(p, at, &c);
	} else if (dice < 65 && p->nr > 1) {
		program_remove(p, at);
	} else if (dice < 72 && other && other->nr) {
		splice(p, r, other);
	} else if (dice < 78) {
		lay_some_idiom(p, r);
	} else if (dice < 83) {
		c = *of;
		program_insert(p, at, &c);
	} else if (dice < 89) {
		of->lane = (uint8_t)random_below(r, LANES);
	} else if (dice < 93) {
		of->at = (uint8_t)(rows[of->row].command ? random_below(r, AREAS) : 0);
	} else if (dice < 95) {
		of->ring = rows[of->row].command && chance(r, 50) ? some_ring(r) : 0;
	} else if (dice < 98) {
		of->fail = rows[of->row].fails && chance(r, 85) ? some_chance_to_fail(r) : 0;
	} else if (dice < 99) {
		p->repeat = 1 + random_below(r, REPEAT_MAX);
	} else {
		p->kill = !p->kill;
	}
}

void program_mutate(struct program *p, struct random *r, const struct program *other)
{
	unsigned int times = 1 + random_below(r, 5);

	while (times--)
		mutate_once(p, r, other);
}
