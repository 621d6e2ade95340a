// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Roaming rounds: servers whose ports are taken from them and given to others, groups
 * that change under their senders, requests that are passed on, calls that are aborted.
 *
 * The usher does all that; it is never killed, since it holds entries of shared->place
 * while it moves their ports.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "soak.h"

/* struct place, where: incarnation, life of the server, server, on the move. */
#define MOVING		1ULL
#define WHERE(incarnation, life, server)						\
	((uint64_t)(incarnation) << 40 | (uint64_t)((life) & 0xffffff) << 16 | (server) << 8)

static unsigned int where_incarnation(uint64_t where)
{
	return where >> 40;
}

static unsigned int where_server(uint64_t where)
{
	return where >> 8 & 0xff;
}

static unsigned int where_life(uint64_t where)
{
	return where >> 16 & 0xffffff;
}

static bool is_alive(uint64_t where)
{
	return where && where_life(where) ==
			(atomic_load(&shared->home[where_server(where)].life) & 0xffffff);
}

/* ---- servers ---- */

static unsigned int self, life;

/* What this server may receive from: the local id, and which port it is. */
static struct { _Atomic int li; _Atomic unsigned int incarnation; } mine[PLACES_MAX];

static unsigned int incarnation_of(int li)
{
	unsigned int i;

	for (i = 0; i < PLACES_MAX; i++)
		if (atomic_load(&mine[i].li) == li)
			return atomic_load(&mine[i].incarnation);
	return 0;
}

/* Ports that have come here begin to be served: nothing is received from one before. */
static void adopt(void)
{
	static pthread_mutex_t adopting = PTHREAD_MUTEX_INITIALIZER;
	struct chorus_port_enable enable;
	unsigned int i, k;
	uint64_t where;
	int li;

	pthread_mutex_lock(&adopting);
	for (i = 0; i < PLACES_MAX; i++) {
		where = atomic_load(&shared->place[i].where);
		li = atomic_load(&shared->place[i].li);
		if (where != atomic_load(&shared->place[i].where) || (where & MOVING) ||
		    where_server(where) != self || !is_alive(where))
			continue;
		if (incarnation_of(li) == where_incarnation(where))
			continue;
		/* A local id that is used again, and a port that comes again, have one entry. */
		for (k = 0; k < PLACES_MAX; k++)
			if (atomic_load(&mine[k].li) == li ||
			    atomic_load(&mine[k].incarnation) == where_incarnation(where))
				atomic_store(&mine[k].li, 0);
		atomic_store(&mine[i].incarnation, where_incarnation(where));
		atomic_store(&mine[i].li, li);
		enable = (struct chorus_port_enable){ .li = li, .priority = random_below(4) };
		command(CHORUS_IOC_PORT_ENABLE, &enable);
	}
	pthread_mutex_unlock(&adopting);
}

/* True if it went away. */
static bool pass_on(__u64 msg)
{
	struct chorus_ipc_forward forward = { .target = roam_port(), .msg = msg };
	int result = command(CHORUS_IOC_IPC_FORWARD, &forward);

	switch (result) {
	case 0:
		count(N_forwarded);
		return true;
	case -EHOSTUNREACH:
	case -ENOBUFS:
		return false;
	default:
		wrong(W_unexpected, "a forward: %s", strerror(-result));
		return false;
	}
}

/* A reply may wait here for any other thread of the server. */
static struct {
	pthread_mutex_t lock;
	struct chorus_ipc_reply reply;
} tray = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool reply_later(struct chorus_ipc_reply *reply)
{
	struct chorus_ipc_reply other;
	bool ok = true;

	pthread_mutex_lock(&tray.lock);
	other = tray.reply;
	tray.reply = *reply;
	pthread_mutex_unlock(&tray.lock);
	if (other.msg) {
		ok = server_replied(command(CHORUS_IOC_IPC_REPLY, &other));
		free((void *)(uintptr_t)other.body);
	}
	return ok;
}

static void *roam_thread(void *unused)
{
	unsigned char *request = new_area() ?: malloc(BODY_ROOM), *answer = malloc(BODY_ROOM);
	struct order_view *view = malloc(sizeof(*view));
	struct chorus_ipc_receive r;
	struct chorus_ipc_reply reply;
	int result;

	(void)unused;
	if (!request || !answer || !view)
		worker_die();
	for (;;) {
		adopt();
		order_look(view);
		r = (struct chorus_ipc_receive){
			.li = CHORUS_LI_ANYENABLED, .body = PTR(request), .body_size = BODY_ROOM,
			.timeout = random_below(5) * MS, .flags = CHORUS_MSG_MOVE,
		};
		result = command(CHORUS_IOC_IPC_RECEIVE, &r);
		if (!server_goes_on(result))
			return NULL;
		if (result) {
			/* Whoever waits for the one in the tray waits for this. */
			reply = (struct chorus_ipc_reply){ 0 };
			reply_later(&reply);
			continue;
		}
		if (r.out_flags & CHORUS_MSG_MOVED)
			count(N_landed);
		order_received(view, incarnation_of(r.out_li), request, r.out_body_size,
			       r.out_flags);
		if (!(r.out_flags & CHORUS_MSG_RPC)) {
			ticket_received(request, r.out_body_size, r.out_flags);
			continue;
		}
		/* A body that has landed is ours. */
		if (!(r.out_flags & CHORUS_MSG_MOVED) && ticket_pass(request, r.out_body_size) &&
		    pass_on(random_below(2) ? r.out_msg : 0))
			continue;
		reply = (struct chorus_ipc_reply){
			.body_size = server_answer(request, r.out_body_size, r.out_flags, answer),
			.body = PTR(answer), .msg = r.out_msg,
		};
		/* Who dies here has noted it. */
		if (!random_below(16))
			sleep_us(random_below(2000));
		if (!random_below(256))
			worker_die();
		if (random_below(8)) {
			if (!server_replied(command(CHORUS_IOC_IPC_REPLY, &reply)))
				return NULL;
			continue;
		}
		/* The tray takes the body with it. */
		if (!reply_later(&reply))
			return NULL;
		answer = malloc(BODY_ROOM);
		if (!answer)
			worker_die();
	}
}

/*
 * What becomes of its calls when it dies: most go on, to any server, to whoever serves the
 * shared queue, or to where the port has moved to.
 */
static void declare(int li)
{
	struct chorus_port_policy policy = {
		.flags = CHORUS_SET, .li = li, .policy = CHORUS_POLICY_HOLD,
		.hold = (1 + random_below(2)) * SECOND,
	};
	unsigned int draw = random_below(8);
	int result;

	if (draw == 0)
		return;
	if (draw > 1 && atomic_load(&shared->groups))
		policy.heir = draw > 3 ? shared->any.ui : shared->pool.ui;
	result = command(CHORUS_IOC_PORT_POLICY, &policy);
	if (result)
		wrong(W_unexpected, "a policy: %s", strerror(-result));
}

/* A port of this life's own, where there is room to tell of it. */
static void settle(void)
{
	struct chorus_ui ui;
	uint64_t where;
	unsigned int i;
	int li = new_port(&ui);

	if (li < 0) {
		server_goes_on(li);
		return;
	}
	declare(li);
	for (i = 0; i < PLACES_MAX; i++) {
		where = atomic_load(&shared->place[i].where);
		if ((where & MOVING) || is_alive(where))
			continue;
		/* Nobody reads it while it is on the move. */
		if (!atomic_compare_exchange_strong(&shared->place[i].where, &where, MOVING))
			continue;
		atomic_store(&shared->place[i].head, ui.head);
		atomic_store(&shared->place[i].tail, ui.tail);
		atomic_store(&shared->place[i].li, li);
		atomic_store(&shared->place[i].where,
			     WHERE(atomic_fetch_add(&shared->incarnations, 1) + 1, life, self));
		return;
	}
}

void roam_serve(unsigned int index)
{
	struct chorus_actor_self me = { 0 };
	pthread_t second;

	self = index % SERVERS_MAX;
	command(CHORUS_IOC_ACTOR_SELF, &me);
	/* Whoever was here before may have died at any of these lines. */
	life = (atomic_load(&shared->home[self].life) | 1) + 2;
	atomic_store(&shared->home[self].life, life);
	shared->home[self].cap = me.out_cap;
	atomic_store(&shared->home[self].life, ++life);
	settle();
	if (!pthread_create(&second, NULL, roam_thread, NULL))
		pthread_detach(second);
	roam_thread(NULL);
}

/* ---- clients ---- */

static struct chorus_ui group_name(const struct chorus_cap *cap, enum chorus_ui_mode mode)
{
	struct chorus_ui ui = cap->ui;

	ui.head |= (__u64)mode << CHORUS_UI_MODE_SHIFT;
	return ui;
}

/* One with a port that lives, if there is any. */
static struct place *some_place(void)
{
	unsigned int i = random_below(PLACES_MAX), n;

	for (n = 0; n < PLACES_MAX; n++, i++)
		if (is_alive(atomic_load(&shared->place[i % PLACES_MAX].where)))
			break;
	return &shared->place[i % PLACES_MAX];
}

/* A name read while it changes is one that nobody has. */
struct chorus_ui roam_port(void)
{
	struct place *place = some_place();

	return (struct chorus_ui){ atomic_load(&place->head), atomic_load(&place->tail) };
}

/* Where the next message goes. */
struct chorus_ui roam_target(enum ticket_kind *kind, bool call)
{
	unsigned int draw = random_below(16);

	*kind = TICKET_PORT;
	if (atomic_load(&shared->groups) && draw < 8) {
		if (draw < 4)
			return group_name(&shared->any, CHORUS_MODE_ANY);
		if (draw < 6 || call) {
			*kind = TICKET_POOL;
			return group_name(&shared->pool, CHORUS_MODE_ANY);
		}
		*kind = TICKET_BROADCAST;
		return group_name(&shared->any, CHORUS_MODE_BROADCAST);
	}
	if (call && draw > 12)
		*kind = TICKET_FORWARD;
	return roam_port();
}

void roam_show(unsigned int slot)
{
	struct chorus_actor_self me = { 0 };
	struct chorus_thread_self thread = { 0 };

	if (command(CHORUS_IOC_ACTOR_SELF, &me) || command(CHORUS_IOC_THREAD_SELF, &thread))
		return;
	shared->thread[slot].cap = me.out_cap;
	atomic_store(&shared->thread[slot].li, thread.out_li);
}

/* ---- the usher ---- */

/* Has all that a roaming round is for happened? */
bool roamed(void)
{
	return counted(N_moves) && counted(N_joined) && counted(N_left_group) &&
	       counted(N_forwarded) && counted(N_by_group) && counted(N_aborts) &&
	       counted(N_ordered);
}

/* And of the stress, which is longer? */
bool stressed(void)
{
	return counted(N_again) && counted(N_batched) && counted(N_landed);
}

/* One of those who took part has died. */
static bool is_missed(int result)
{
	return result == -EHOSTUNREACH || result == -EOWNERDEAD || result == -ENOENT;
}

/* The capability of a server in this life; false if that is over, or begins. */
static bool capability(unsigned int server, unsigned int wanted, struct chorus_cap *cap)
{
	if (atomic_load(&shared->home[server].life) != wanted || (wanted & 1))
		return false;
	*cap = shared->home[server].cap;
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load(&shared->home[server].life) == wanted;
}

static void move(void)
{
	struct place *place = some_place();
	unsigned int to = random_below(SERVERS_MAX), there = atomic_load(&shared->home[to].life);
	uint64_t where = atomic_load(&place->where);
	struct chorus_port_migrate m = { 0 };
	int result;

	if ((where & MOVING) || !is_alive(where) || where_server(where) == to)
		return;
	if (!atomic_compare_exchange_strong(&place->where, &where, where | MOVING))
		return;
	m.li = atomic_load(&place->li);
	m.flags = random_below(8) ? 0 : CHORUS_MIGRATE_DELETE;
	result = -ENOENT;
	if (capability(where_server(where), where_life(where), &m.from) &&
	    capability(to, there, &m.to))
		result = command(CHORUS_IOC_PORT_MIGRATE, &m);
	if (result) {
		if (!is_missed(result))
			wrong(W_unexpected, "a migration: %s", strerror(-result));
		count(N_moves_refused);
		/* EOWNERDEAD: the port has died with where it went. */
		atomic_store(&place->where, result == -EOWNERDEAD ? 0 : where);
		return;
	}
	count(N_moves);
	atomic_store(&place->li, m.out_li);
	atomic_store(&place->where, WHERE(where_incarnation(where), there, to));
}

static void regroup(void)
{
	bool insert = random_below(3);
	struct chorus_group_member m = {
		.cap = random_below(2) ? shared->any : shared->pool,
		.port = roam_port(),
	};
	int result = command(insert ? CHORUS_IOC_GROUP_INSERT : CHORUS_IOC_GROUP_REMOVE, &m);

	if (!result)
		count(insert ? N_joined : N_left_group);
	else if (!is_missed(result))
		wrong(W_unexpected, "a member %s: %s", insert ? "inserted" : "removed",
		      strerror(-result));
}

static void abort_somebody(void)
{
	unsigned int slot = random_below(SLOTS_MAX), n;
	struct chorus_thread_abort a = { 0 };
	int result;

	for (n = 0; n < SLOTS_MAX && !a.li; n++, slot++) {
		a.cap = shared->thread[slot % SLOTS_MAX].cap;
		a.li = atomic_load(&shared->thread[slot % SLOTS_MAX].li);
	}
	result = command(CHORUS_IOC_THREAD_ABORT, &a);
	/* A capability that was read while it changed is anybody's, and nobody's. */
	if (a.li && result && result != -EACCES && result != -EINVAL && !is_missed(result))
		wrong(W_unexpected, "threadAbort: %s", strerror(-result));
}

static bool make_groups(void)
{
	struct chorus_group_allocate any = { .type = CHORUS_UI_GROUP };
	struct chorus_group_allocate pool = { .type = CHORUS_UI_GROUP_SHARED };

	if (command(CHORUS_IOC_GROUP_ALLOCATE, &any) || command(CHORUS_IOC_GROUP_ALLOCATE, &pool))
		return false;
	shared->any = any.out_cap;
	shared->pool = pool.out_cap;
	atomic_store(&shared->groups, true);
	return true;
}

void usher_work(unsigned int index)
{
	(void)index;
	while (!leaving() && !door_open())
		sleep_us(1000);
	if (leaving())
		return;
	if (!make_groups()) {
		wrong(W_unexpected, "no groups can be made");
		return;
	}
	while (!leaving()) {
		switch (random_below(8)) {
		case 0: abort_somebody(); break;
		case 1:
		case 2: regroup(); break;
		default: move();
		}
		sleep_us(random_below(500));
	}
}
