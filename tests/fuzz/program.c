// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

const char *const area_names[AREAS] = {
	[AREA_DATA] = "data", [AREA_EDGE] = "edge", [AREA_READ] = "read", [AREA_GONE] = "gone",
	[AREA_NONE] = "none", [AREA_KERNEL] = "kernel", [AREA_NULL] = "null",
};

static int area_find(const char *name, size_t length)
{
	int i;

	for (i = 0; i < AREAS; i++)
		if (strlen(area_names[i]) == length && !strncmp(area_names[i], name, length))
			return i;
	return -1;
}

/* ---- to text ---- */

static int value_print(const struct value *v, char *text, size_t size)
{
	switch (v->kind) {
	case VALUE_RESULT:
		return v->number ? snprintf(text, size, "@%u^%" PRIu64, v->call, v->number) :
				   snprintf(text, size, "@%u", v->call);
	case VALUE_MEMORY:
		return v->number ? snprintf(text, size, "%s+%" PRIu64, area_names[v->area],
					    v->number) :
				   snprintf(text, size, "%s", area_names[v->area]);
	default:
		if ((int64_t)v->number < 0 && (int64_t)v->number > -1000000)
			return snprintf(text, size, "%" PRId64, (int64_t)v->number);
		if (v->number < 10000000)
			return snprintf(text, size, "%" PRIu64, v->number);
		return snprintf(text, size, "0x%" PRIx64, v->number);
	}
}

static size_t call_print(const struct call *c, char *text, size_t size)
{
	const struct row *row = &rows[c->row];
	size_t n = (size_t)snprintf(text, size, "%u %s", c->lane, row->name);
	unsigned int i;

	for (i = 0; i < row->nr_fields && n + 64 < size; i++) {
		if (c->values[i].kind == VALUE_NATURAL)
			continue;
		n += (size_t)snprintf(text + n, size - n, " %s=", row->fields[i].name);
		n += (size_t)value_print(&c->values[i], text + n, size - n);
	}
	if (c->at && n + 64 < size)
		n += (size_t)snprintf(text + n, size - n, " at=%s", area_names[c->at]);
	if (c->fail && n + 64 < size)
		n += (size_t)snprintf(text + n, size - n, " fail=%u", c->fail);
	if (c->ring && n + 64 < size)
		n += (size_t)snprintf(text + n, size - n, " ring=%u", c->ring);
	n += (size_t)snprintf(text + n, size - n, "\n");
	return n;
}

size_t program_print(const struct program *p, char *text, size_t size)
{
	size_t n = 0;
	unsigned int i;

	text[0] = 0;
	if (p->repeat > 1)
		n += (size_t)snprintf(text, size, "repeat %u\n", p->repeat);
	if (p->kill)
		n += (size_t)snprintf(text + n, size - n, "kill\n");
	for (i = 0; i < p->nr && n + 512 < size; i++)
		n += call_print(&p->calls[i], text + n, size - n);
	return n;
}

/* ---- from text ---- */

static bool value_parse(struct value *v, const char *text, unsigned int calls)
{
	const char *plus = strchr(text, '+');
	size_t length = plus ? (size_t)(plus - text) : strlen(text);
	int area = area_find(text, length);
	unsigned long call;
	char *end;

	memset(v, 0, sizeof(*v));
	if (text[0] == '@') {
		call = strtoul(text + 1, &end, 10);
		if (call >= calls)
			return false;
		v->kind = VALUE_RESULT;
		v->call = (uint8_t)call;
		if (*end == '^')
			v->number = strtoull(end + 1, &end, 0);
		return !*end;
	}
	if (area >= 0) {
		v->kind = VALUE_MEMORY;
		v->area = (uint8_t)area;
		if (!plus)
			return true;
		v->number = strtoull(plus + 1, &end, 0);
		return !*end;
	}
	v->kind = VALUE_NUMBER;
	v->number = text[0] == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
	return *text && !*end;
}

static int field_find(const struct row *row, const char *name, size_t length)
{
	int i;

	for (i = 0; i < row->nr_fields; i++)
		if (strlen(row->fields[i].name) == length &&
		    !strncmp(row->fields[i].name, name, length))
			return i;
	return -1;
}

static const char *word_parse(struct call *c, const char *word, unsigned int calls)
{
	const struct row *row = &rows[c->row];
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : 0;
	int i;

	if (!equals)
		return "a word without =";
	if (length == 2 && !strncmp(word, "at", 2)) {
		i = area_find(equals + 1, strlen(equals + 1));
		if (i >= 0 && row->command) {
			c->at = (uint8_t)i;
			return NULL;
		}
	}
	if (length == 4 && !strncmp(word, "fail", 4)) {
		c->fail = (uint8_t)strtoul(equals + 1, NULL, 0);
		return NULL;
	}
	if (length == 4 && !strncmp(word, "ring", 4) && row->command) {
		c->ring = (uint8_t)strtoul(equals + 1, NULL, 0);
		return NULL;
	}
	i = field_find(row, word, length);
	if (i < 0)
		return "no such field";
	return value_parse(&c->values[i], equals + 1, calls) ? NULL : "no such value";
}

static const char *line_parse(struct program *p, char *line)
{
	char *word, *rest = NULL;
	struct call *c;
	const char *wrong;
	unsigned long lane;
	int row;

	word = strtok_r(line, " \t", &rest);
	if (!word || word[0] == '#')
		return NULL;
	if (!strcmp(word, "repeat")) {
		word = strtok_r(NULL, " \t", &rest);
		p->repeat = word ? (unsigned int)strtoul(word, NULL, 0) : 0;
		return p->repeat && p->repeat <= REPEAT_MAX ? NULL : "repeat how often?";
	}
	if (!strcmp(word, "kill")) {
		p->kill = true;
		return NULL;
	}
	lane = strtoul(word, NULL, 10);
	word = strtok_r(NULL, " \t", &rest);
	row = word ? row_find(word) : -1;
	if (lane >= LANES)
		return "no such lane";
	if (row < 0)
		return "no such command";
	if (p->nr == CALLS_MAX)
		return "too many calls";
	c = &p->calls[p->nr];
	memset(c, 0, sizeof(*c));
	c->row = (uint8_t)row;
	c->lane = (uint8_t)lane;
	while ((word = strtok_r(NULL, " \t", &rest))) {
		wrong = word_parse(c, word, p->nr);
		if (wrong)
			return wrong;
	}
	p->nr++;
	return NULL;
}

const char *program_parse(struct program *p, const char *text)
{
	static char answer[256];
	const char *wrong, *end;
	char line[1024];
	size_t length;
	unsigned int number = 0;

	p->nr = 0;
	p->repeat = 1;
	p->kill = false;
	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		length = (size_t)(end - text);
		number++;
		if (length >= sizeof(line))
			return "a line is too long";
		memcpy(line, text, length);
		line[length] = 0;
		wrong = line_parse(p, line);
		if (wrong) {
			snprintf(answer, sizeof(answer), "line %u: %s: %.*s", number, wrong,
				 (int)(length < 150 ? length : 150), text);
			return answer;
		}
	}
	return NULL;
}

/* ---- changing one ---- */

void program_insert(struct program *p, unsigned int at, const struct call *call)
{
	unsigned int i, j;

	if (p->nr == CALLS_MAX)
		return;
	memmove(&p->calls[at + 1], &p->calls[at], (p->nr - at) * sizeof(*call));
	p->calls[at] = *call;
	p->nr++;
	for (i = at + 1; i < p->nr; i++)
		for (j = 0; j < FIELDS_MAX; j++)
			if (p->calls[i].values[j].kind == VALUE_RESULT &&
			    p->calls[i].values[j].call >= at)
				p->calls[i].values[j].call++;
}

void program_remove(struct program *p, unsigned int at)
{
	struct value *v;
	unsigned int i, j;

	p->nr--;
	memmove(&p->calls[at], &p->calls[at + 1], (p->nr - at) * sizeof(p->calls[0]));
	for (i = at; i < p->nr; i++) {
		for (j = 0; j < FIELDS_MAX; j++) {
			v = &p->calls[i].values[j];
			if (v->kind != VALUE_RESULT || v->call < at)
				continue;
			if (v->call == at)
				*v = (struct value){ .kind = VALUE_NATURAL };
			else
				v->call--;
		}
	}
}
