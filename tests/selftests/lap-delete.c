// SPDX-License-Identifier: GPL-2.0-or-later
/* The deletion of a LAP aborts and waits for the callers inside. */
#include "chorus_probe.h"
#include "scene.h"

static struct lap_call *call_of(const char *name, unsigned int size)
{
	struct lap_call *c = SHARED(struct lap_call);

	c->desc = need_lap(name);
	c->size = size;
	c->arg = shared(size);
	return c;
}

static struct lap_call *wait_call(long long timeout)
{
	struct lap_call *c = call_of(PROBE_LAP_WAIT, sizeof(struct probe_wait));

	*(struct probe_wait *)c->arg = (struct probe_wait){ .timeout = timeout, .result = 1 };
	return c;
}

TEST(inside, "callers inside get ECANCELED, the deletion comes back with 0")
{
	struct puppet *p[5];
	struct lap_call *c[5], *delete;
	struct chorus_lap_desc old, new;

	actor_open();
	delete = call_of(PROBE_LAP_DELETE, sizeof(struct probe_arg));
	old = need_lap(PROBE_LAP_WAIT);
	for (int i = 0; i < 5; i++) {
		c[i] = wait_call(FOREVER);
		p[i] = i < 3 ? puppet_actor() : puppet_thread(NULL);
		begin(p[i], do_invoke, c[i]);
		wait_blocked(p[i]);
	}
	EXPECT(do_invoke(delete), 0);
	EXPECT(((struct probe_arg *)delete->arg)->value, 0);
	for (int i = 0; i < 5; i++) {
		EXPECT(end(p[i]), -ECANCELED);
		CHECK(((struct probe_wait *)c[i]->arg)->result == 1, "the block was written");
	}
	new = need_lap(PROBE_LAP_WAIT);
	CHECK(!same_ui(old.lap, new.lap), "an identifier was used again");
	EXPECT(invoke(&old, c[0]->arg, sizeof(struct probe_wait)), -ENOENT);
	((struct probe_wait *)c[0]->arg)->timeout = 1;
	EXPECT(invoke(&new, c[0]->arg, sizeof(struct probe_wait)), 0);
	EXPECT(((struct probe_wait *)c[0]->arg)->result, -ETIMEDOUT);
}

TEST(empty, "with nobody inside it is as good")
{
	struct lap_call *delete;

	actor_open();
	delete = call_of(PROBE_LAP_DELETE, sizeof(struct probe_arg));
	for (int i = 0; i < 20; i++) {
		EXPECT(do_invoke(delete), 0);
		EXPECT(((struct probe_arg *)delete->arg)->value, 0);
		need_lap(PROBE_LAP_WAIT);
	}
}

TEST(suicide, "a LAP that deletes itself from inside is EDEADLK, and lives on")
{
	struct lap_call *c;

	actor_open();
	c = call_of(PROBE_LAP_SUICIDE, sizeof(struct probe_arg));
	EXPECT(do_invoke(c), 0);
	EXPECT(((struct probe_arg *)c->arg)->value, -EDEADLK);
	EXPECT(do_invoke(c), 0);
	EXPECT(((struct probe_arg *)c->arg)->value, -EDEADLK);
}

static long do_churn(void *lap_call)
{
	struct lap_call *c = lap_call;
	long result = 0;

	for (int i = 0; i < 100 && !result; i++)
		result = do_invoke(c) ?: ((struct probe_arg *)c->arg)->value;
	return result;
}

TEST(race, "callers that race with deletions get in, get cancelled, or find nothing")
{
	struct puppet *p = puppet_actor();
	struct lap_call *delete;
	struct probe_wait w;
	unsigned int in = 0, out = 0, nothing = 0;

	actor_open();
	delete = call_of(PROBE_LAP_DELETE, sizeof(struct probe_arg));
	begin(p, do_churn, delete);
	while (!ended(p)) {
		struct chorus_lap_desc lap;
		int result = find_lap(PROBE_LAP_WAIT, 0, &lap);

		if (!result) {
			w.timeout = 500000;
			result = invoke(&lap, &w, sizeof(w));
		}
		CHECK(!result || result == -ECANCELED || result == -ENOENT, "%s",
		      error_name(result));
		*(!result ? &in : result == -ENOENT ? &nothing : &out) += 1;
	}
	EXPECT(end(p), 0);
	selftest_note("%u got in, %u were cancelled, %u found nothing", in, out, nothing);
}
