// SPDX-License-Identifier: GPL-2.0-or-later
/* The kill sweep: ports are made, enabled, deleted; waits are aborted; objects are listed. */
#include "kill.h"
#include "listing.h"

static bool server_died(const struct play *play)
{
	return is_victim(play, SERVER);
}

static void serve_on(struct play *play)
{
	begin(play->party[SERVER], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[SERVER]), 0);
}

/* ---- portDeclare: the name is taken for as long as its owner lives ---- */

#define STAMP	0x737765657000ULL

static long do_trust(void *unused)
{
	return set_privilege(CHORUS_ACTOR_SYSTEM);
}

static void declare_prepare(struct play *play)
{
	struct chorus_port_create *c = SHARED(struct chorus_port_create);

	play_people(play);
	for (int i = 0; i < PARTIES; i++)
		MUST(run(play->party[i], do_trust, NULL));
	c->flags = CHORUS_PORT_DECLARE;
	c->ui = static_port(STAMP);
	play->data = c;
	play->port = c->ui;
}

static void declare_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_port_create, play->data);
}

static void declare_after(struct play *play)
{
	struct chorus_port_create *c = SHARED(struct chorus_port_create);

	c->flags = CHORUS_PORT_DECLARE;
	c->ui = play->port;
	if (!server_died(play)) {
		EXPECT(run(play->party[THIRD], do_port_create, c), -EEXIST);
		play->serving->li = ((struct chorus_port_create *)play->data)->out_li;
		return serve_on(play);
	}
	play_stranger_calls(play, -EHOSTUNREACH);
	/* Whoever comes after the dead gets the name, and calls reach him. */
	EXPECT(run(play->party[THIRD], do_port_create, c), 0);
	play->serving->li = c->out_li;
	begin(play->party[THIRD], do_serve, play->serving);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[THIRD]), 0);
}

static const struct kill_scene declare = {
	"portDeclare", declare_prepare, declare_act, declare_after,
};

/* ---- portDelete with one call in the queue and one in the server's hands ---- */

static void delete_prepare(struct play *play)
{
	struct chorus_port_delete *d = SHARED(struct chorus_port_delete);

	play_people(play);
	d->li = play->li;
	play->data = d;
	begin(play->party[THIRD], note_call, play->note[THIRD]);
	wait_blocked(play->party[THIRD]);
	MUST(run(play->party[SERVER], note_receive, play->note[SERVER]));
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void delete_act(struct play *play)
{
	play->result[SERVER] = run(play->party[SERVER], do_port_delete, play->data);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void delete_after(struct play *play)
{
	struct note *reply = SHARED(struct note);

	if (!server_died(play))
		EXPECT(run(play->party[SERVER], note_reply, reply),
		       is_victim(play, THIRD) ? -EHOSTUNREACH : 0);
	if (!is_victim(play, THIRD))
		EXPECT(end(play->party[THIRD]), server_died(play) ? -EOWNERDEAD : 0);
	play_stranger_calls(play, -EHOSTUNREACH);
	if (server_died(play))
		return;
	/* The actor is well: it makes another. */
	play->li = puppet_port(play->party[SERVER], &play->port);
	play->serving->li = play->li;
	serve_on(play);
}

static const struct kill_scene deletion = {
	"portDelete", delete_prepare, delete_act, delete_after,
};

/* ---- portMigrate with a call in the queue: the server moves its port to the third ---- */

static void migrate_prepare(struct play *play)
{
	struct chorus_port_migrate *m = SHARED(struct chorus_port_migrate);

	play_people(play);
	m->flags = CHORUS_SELF;
	m->to = puppet_capability(play->party[THIRD]);
	m->li = play->li;
	play->data = m;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

/* Who has got a port knows its name and asks for the rest. */
static void migrate_act(struct play *play)
{
	struct chorus_port_ui *ui = SHARED(struct chorus_port_ui);

	play->result[SERVER] = run(play->party[SERVER], do_port_migrate, play->data);
	if (!is_victim(play, THIRD)) {
		ui->ui = play->port;
		MUST(run(play->party[THIRD], do_port_li, ui));
		play->serving->li = ui->li;
		begin(play->party[THIRD], do_serve, play->serving);
	}
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void migrate_after(struct play *play)
{
	if (is_victim(play, THIRD))
		return play_stranger_calls(play, -EHOSTUNREACH);
	play_stranger_calls(play, 0);
	EXPECT(end(play->party[THIRD]), 0);
}

static const struct kill_scene migration = {
	"portMigrate", migrate_prepare, migrate_act, migrate_after,
};

/* ---- portEnable: somebody waits at any port, a call is queued at this one ---- */

struct enabling {
	struct chorus_port_enable on;
	struct puppet *waiter;		/* another thread of the server */
};

static void enable_prepare(struct play *play)
{
	struct enabling *e = SHARED(struct enabling);

	play_people(play);
	play->data = e;
	e->on.li = play->li;
	play->serving->li = CHORUS_LI_ANYENABLED;
	e->waiter = puppet_thread(play->party[SERVER]);
	begin(e->waiter, do_serve, play->serving);
	wait_blocked(e->waiter);
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void enable_act(struct play *play)
{
	struct enabling *e = play->data;

	play->result[SERVER] = run(play->party[SERVER], do_port_enable, &e->on);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void enable_after(struct play *play)
{
	struct enabling *e = play->data;

	if (server_died(play))
		return play_stranger_calls(play, -EHOSTUNREACH);
	play_stranger_calls(play, 0);
	EXPECT(end(e->waiter), 0);
	EXPECT(run(play->party[SERVER], do_port_disable, &e->on), 0);
}

static const struct kill_scene enabling = {
	"portEnable", enable_prepare, enable_act, enable_after,
};

/* ---- threadAbort of a server that waits ---- */

static void abort_prepare(struct play *play)
{
	struct chorus_thread_abort *a = SHARED(struct chorus_thread_abort);
	struct chorus_thread_self *self = SHARED(struct chorus_thread_self);

	play_people(play);
	MUST(run(play->party[SERVER], do_thread_self, self));
	a->cap = puppet_capability(play->party[SERVER]);
	a->li = self->out_li;
	play->data = a;
	play->note[SERVER]->flags = CHORUS_MSG_ABORTABLE;
	begin(play->party[SERVER], note_receive, play->note[SERVER]);
	wait_blocked(play->party[SERVER]);
}

static void abort_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_thread_abort, play->data);
	play->result[SERVER] = end(play->party[SERVER]);
}

static void abort_after(struct play *play)
{
	if (server_died(play))
		play_stranger_calls(play, -EHOSTUNREACH);
	else
		serve_on(play);
}

static const struct kill_scene aborting = {
	"threadAbort", abort_prepare, abort_act, abort_after,
};

/* ---- the third bars the server, with the client's call in its queue ---- */

static void bar_prepare(struct play *play)
{
	struct chorus_actor_bar *b = SHARED(struct chorus_actor_bar);

	play_people(play);
	MUST(run(play->party[THIRD], do_trust, NULL));
	b->flags = CHORUS_SET;
	b->cap = puppet_capability(play->party[SERVER]);
	b->bar = CHORUS_BAR_SEND | CHORUS_BAR_RECEIVE;
	play->data = b;
	begin(play->party[CLIENT], note_call, play->note[CLIENT]);
	wait_blocked(play->party[CLIENT]);
}

static void bar_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_actor_bar, play->data);
	play->result[CLIENT] = end(play->party[CLIENT]);
}

static void bar_after(struct play *play)
{
	struct puppet *other = puppet_actor();
	struct chorus_actor_bar *b = play->data;

	play_stranger_calls(play, server_died(play) ? -EHOSTUNREACH : -EPERM);
	MUST(run(other, do_trust, NULL));
	b->bar = 0;
	EXPECT(run(other, do_actor_bar, b), server_died(play) ? -EHOSTUNREACH : 0);
	if (!server_died(play))
		serve_on(play);
}

static const struct kill_scene barring = { "a bar", bar_prepare, bar_act, bar_after };

/* ---- a listing ---- */

static void list_prepare(struct play *play)
{
	struct listing *l = SHARED(struct listing);

	play_people(play);
	l->family = MUST(listing_family(l));
	play->data = l;
}

static void list_act(struct play *play)
{
	play->result[THIRD] = run(play->party[THIRD], do_list, play->data);
}

static void list_after(struct play *play)
{
	struct listing *l = SHARED(struct listing);

	if (server_died(play))
		play_stranger_calls(play, -EHOSTUNREACH);
	else
		serve_on(play);
	l->family = ((struct listing *)play->data)->family;
	EXPECT(run(puppet_process(), do_list, l), 0);
	CHECK(l->objects >= 2);
}

static const struct kill_scene listing = { "a listing", list_prepare, list_act, list_after };

/* ---- the table ---- */

#define DONE	{ OK }
#define ENDED	{ -EIDRM }

static const struct kill_row rows[] = {
	{ &declare, "P1", SERVER }, { &declare, "P1", CLIENT, { [SERVER] = DONE } },
	{ &declare, "P2", SERVER }, { &declare, "P2", CLIENT, { [SERVER] = DONE } },
	{ &declare, "P3", SERVER }, { &declare, "P3", CLIENT, { [SERVER] = DONE } },

	{ &deletion, "P4", SERVER, { [CLIENT] = ENDED } },
	{ &deletion, "P4", CLIENT, { [SERVER] = DONE } },
	{ &deletion, "P4", THIRD, { [SERVER] = DONE, [CLIENT] = ENDED } },
	{ &deletion, "P5", SERVER, { [CLIENT] = ENDED } },
	{ &deletion, "P5", CLIENT, { [SERVER] = DONE } },
	{ &deletion, "P5", THIRD, { [SERVER] = DONE, [CLIENT] = ENDED } },

	{ &migration, "M1", SERVER, { [CLIENT] = DONE } },
	{ &migration, "M1", CLIENT, { [SERVER] = DONE } },
	/* Its actor dies a little later than its threads, which the port may be faster than. */
	{ &migration, "M1", THIRD, { [CLIENT] = ENDED, [SERVER] = { -EOWNERDEAD, OK } } },
	{ &migration, "M2", SERVER, { [CLIENT] = DONE } },
	{ &migration, "M2", CLIENT, { [SERVER] = DONE } },
	{ &migration, "M2", THIRD, { [CLIENT] = ENDED, [SERVER] = { -EOWNERDEAD, OK } } },
	{ &migration, "M3", SERVER, { [CLIENT] = DONE } },
	{ &migration, "M3", CLIENT, { [SERVER] = DONE } },
	{ &migration, "M3", THIRD, { [CLIENT] = ENDED, [SERVER] = DONE } },

	/* The waiter is dead, too, and takes the request or leaves it. */
	{ &enabling, "E1", SERVER, { [CLIENT] = { -EOWNERDEAD, -EIDRM } } },
	{ &enabling, "E1", CLIENT, { [SERVER] = DONE } },
	/* The waiter has the request since, and may have replied. */
	{ &enabling, "E2", SERVER, { [CLIENT] = { -EOWNERDEAD, OK } } },
	{ &enabling, "E2", CLIENT, { [SERVER] = DONE, [CLIENT] = DONE } },

	/* Its thread may be gone with it. */
	{ &aborting, "A1", SERVER, { [THIRD] = { OK, -ENOENT } } },
	{ &aborting, "A1", THIRD, { [SERVER] = { -ECANCELED } } },
	{ &aborting, "A2", SERVER, { [THIRD] = DONE, [SERVER] = { -ECANCELED } } },
	{ &aborting, "A2", THIRD, { [SERVER] = { -ECANCELED } } },

	/* Who dies is as dead as who is told. */
	{ &barring, "A3", SERVER, { [THIRD] = DONE, [CLIENT] = { -EPERM, -EIDRM } } },
	{ &barring, "A3", THIRD, { [CLIENT] = { -EPERM } } },
	{ &barring, "A3", CLIENT, { [THIRD] = DONE } },
	{ &barring, "A4", SERVER, { [THIRD] = DONE, [CLIENT] = { -EPERM } } },
	{ &barring, "A4", THIRD, { [CLIENT] = { -EPERM } } },
	{ &barring, "A4", CLIENT, { [THIRD] = DONE, [CLIENT] = { -EPERM } } },

	{ &listing, "X1", THIRD }, { &listing, "X1", SERVER, { [THIRD] = DONE } },
	{ &listing, "X1", CLIENT, { [THIRD] = DONE } },
};
KILL_TABLE(kill_port, rows);
