// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: play the rows, see that every step has been reached; see kill.h. */
#include <fnmatch.h>

#include "kill.h"

#define HOOK		"/sys/kernel/debug/chorus/step"

static const char * const party_names[PARTIES] = { "client", "server", "third" };

/* ---- the hook ---- */

/* The victim gets SIGKILL from whoever reaches the step first, who waits for its end. */
static void arm(const char *step, struct puppet *victim)
{
	char line[32];

	snprintf(line, sizeof(line), "%s %d", step, puppet_pid(victim));
	REQUIRE(write_text(HOOK, line) == 0, "%s is no step of this nucleus", step);
}

static void disarm(void)
{
	write_text(HOOK, "off");
}

/* Calls fn(label, count, armed) for every step of the nucleus; how many there are. */
static int for_each_step(void (*fn)(const char *label, long count, bool armed, void *data),
			 void *data)
{
	char line[64], label[16];
	FILE *file = fopen(HOOK, "re");
	int steps = 0;
	long count;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15s %ld", label, &count) == 2) {
			fn(label, count, strstr(line, "armed"), data);
			steps++;
		}
	if (file)
		fclose(file);
	return steps;
}

static void see_armed(const char *label, long count, bool armed, void *data)
{
	*(bool *)data |= armed;
}

/* The arm is for one shot: it is spent if the step was reached. */
static bool reached(void)
{
	bool armed = false;

	return for_each_step(see_armed, &armed) && !armed;
}

/* ---- what parties do ---- */

long do_serve(void *serving)
{
	struct serving *s = serving;
	struct note n = { .li = s->li, .timeout = FOREVER };
	long result = note_receive(&n);
	__u64 got;

	while (!result) {
		s->served++;
		got = n.got;
		n.value = ~got;
		n.msg = 0;
		if (s->combined && got != LAST) {
			result = note_reply_receive(&n);
			continue;
		}
		result = reply_number(0, ~got);
		if (result == -EHOSTUNREACH) {
			s->gone++;
			result = 0;
		}
		if (result || got == LAST)
			break;
		result = note_receive(&n);
	}
	return result;
}

void play_people(struct play *play)
{
	for (int i = 0; i < PARTIES; i++) {
		play->party[i] = puppet_actor();
		play->note[i] = SHARED(struct note);
	}
	play->li = puppet_port(play->party[SERVER], &play->port);
	play->serving = SHARED(struct serving);
	play->serving->li = play->li;
	for (int i = 0; i < PARTIES; i++) {
		play->note[i]->to = play->port;
		play->note[i]->li = play->li;
		play->note[i]->timeout = FOREVER;
		play->note[i]->value = 0x1000 + i;
	}
}

void play_stranger_calls(struct play *play, long want)
{
	struct puppet *stranger = puppet_actor();
	struct note *n = SHARED(struct note);

	n->to = play->port;
	n->timeout = 3 * LATE;
	n->value = LAST;
	if (EXPECT(run(stranger, note_call, n), want) && !want)
		CHECK(n->got == ~LAST);
}

void play_lap(struct play *play, enum party party, const char *name, long long value)
{
	struct chorus_lap_resolve *r = SHARED(struct chorus_lap_resolve);
	struct lap_call *c = SHARED(struct lap_call);

	r->flags = CHORUS_LAP_NOBLOCK;
	strcpy(r->name, name);
	MUST(run(play->party[party], do_lap_resolve, r));
	c->desc = r->out_desc;
	c->size = c->desc.arg_size;
	c->arg = shared(c->size ? c->size : 1);
	if (c->size)
		*(long long *)c->arg = value;
	play->lap[party] = c;
}

long play_value(const struct play *play, enum party party)
{
	return *(long long *)play->lap[party]->arg;
}

/* ---- a row ---- */

static bool wanted(const long *want, long result)
{
	for (int i = 0; i < WANT_MAX; i++)
		if (want[i] && result == (want[i] == OK ? 0 : want[i]))
			return true;
	return !want[0];
}

static void judge(const struct play *play)
{
	const struct kill_row *row = play->row;

	for (int i = 0; i < PARTIES; i++) {
		long result = play->result[i];

		if (result == UNASKED || (is_victim(play, i) && result == DIED))
			continue;
		CHECK(wanted(row->want[i], result), "%s: the %s is killed, the %s sees %s",
		      row->step, party_names[row->victim], party_names[i], error_name(result));
	}
}

static void play_row(const void *data)
{
	const struct kill_row *row = data;
	struct play play = { .row = row };
	struct puppet *victim;
	long long limit;

	if (access(HOOK, W_OK))
		selftest_skip("not a test build");
	for (int i = 0; i < PARTIES; i++)
		play.result[i] = UNASKED;
	actor_open();
	row->scene->prepare(&play);
	victim = play.party[row->victim];
	REQUIRE(victim);
	arm(row->step, victim);
	row->scene->act(&play);
	/* Who was answered is back before who answers has come to the step after it. */
	for (limit = now_ns() + LATE; !reached() && now_ns() < limit;)
		sleep_ms(1);
	if (!CHECK(reached(), "the scene does not pass %s", row->step)) {
		disarm();
		return;
	}
	if (play.result[row->victim] != DIED)
		CHECK(puppet_status(victim) == -SIGKILL, "the victim lives");
	judge(&play);
	if (row->scene->after)
		row->scene->after(&play);
}

/* ---- the whole ---- */

static const struct kill_table *const tables[] = {
	&kill_call, &kill_message, &kill_port, &kill_lap, &kill_handler, &kill_actor, &kill_module,
	&kill_group, &kill_notice, &kill_hold, &kill_window, &kill_area,
	&kill_ring, &kill_batch, &kill_body,
};

static bool has_row(const char *label)
{
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++)
		for (unsigned int i = 0; i < tables[t]->count; i++)
			if (!strcmp(tables[t]->rows[i].step, label))
				return true;
	return false;
}

static void see_step(const char *label, long count, bool armed, void *data)
{
	CHECK(has_row(label), "step %s has no row", label);
	CHECK(count, "step %s was never reached", label);
}

static void all_steps(const void *unused)
{
	int steps;

	if (access(HOOK, R_OK))
		selftest_skip("not a test build");
	steps = for_each_step(see_step, NULL);
	CHECK(steps > 0);
	selftest_note("%d steps, all reached", steps);
}

/* ROWS in the environment: only those whose titles it matches. */
void selftest_begin(void)
{
	const char *only = getenv("ROWS");
	char title[128];

	/* What is left is worth a look that takes longer than a row does. */
	selftest_check_every(16);
	for (unsigned int t = 0; t < ARRAY_SIZE(tables); t++)
		for (unsigned int i = 0; i < tables[t]->count; i++) {
			const struct kill_row *row = &tables[t]->rows[i];

			snprintf(title, sizeof(title), "%s: %s: the %s is killed", row->step,
				 row->scene->name, party_names[row->victim]);
			if (!only || !fnmatch(only, title, 0))
				selftest_add_row(play_row, row, strdup(title), 40);
		}
	if (!only)
		selftest_add_row(all_steps, NULL, "every step was reached, every step has a row", 20);
}
