// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients, senders and callers of LAPs. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "chorus_probe.h"
#include "soak.h"

bool leaving(void)
{
	return atomic_load(&shared->phase) != WORK;
}

struct chorus_ui some_server(void)
{
	unsigned int i = random_below(SERVERS_MAX);

	if (shared->flavour == ROAM)
		return roam_port();
	/* Head and tail of two servers make a name that nobody has. */
	return (struct chorus_ui){ atomic_load(&shared->server[i].head),
				   atomic_load(&shared->server[i].tail) };
}

/*
 * Judge how a call or a send ended.  Returns true if the error promises that nobody has
 * received the request.
 */
static bool judge(const char *what, int result)
{
	switch (result) {
	case 0:
	case -EINTR:		/* given up */
	case -ESRCH:		/* the same */
		return false;
	case -ENOBUFS:
		count(N_full);
		return true;
	case -EIDRM:
	case -EHOSTUNREACH:
		count(N_dead);
		return true;
	case -EOWNERDEAD:
		count(N_dead);
		return false;
	case -ETIMEDOUT:
		count(N_timeouts);
		return false;
	case -ECANCELED:
		if (shared->flavour != ROAM)
			break;
		count(N_aborts);
		return false;
	case -EDQUOT:		/* of the request, or of the reply */
		count(N_quota);
		return false;
	case -ENOMEM:
		count(N_memory);
		return false;
	}
	wrong(W_unexpected, "%s: %s", what, strerror(-result));
	return false;
}

/* A call, entered again after signals, most of the times. */
static int call_through(struct chorus_ipc_call *call, const void *asked)
{
	int result = command(CHORUS_IOC_IPC_CALL, call);
	bool resumed = false;

	while (result == -EINTR) {
		/* Before it was sent there is nothing to resume; it was not received. */
		if (call->restart && !random_below(16)) {
			ticket_give_up(asked);
			return result;
		}
		resumed = true;
		result = command(CHORUS_IOC_IPC_CALL, call);
	}
	if (!result && resumed)
		count(N_calls_resumed);
	return result;
}

/* What was not received is there still, or again: its pages have come back. */
static void see_body(const void *body, unsigned int size, bool surely)
{
	enum ticket_kind kind;
	unsigned int slot;
	uint64_t number;

	if (surely && !ticket_read(body, size, &slot, &number, &kind))
		wrong(W_mixed, "a body of %u bytes that nobody received has not come back", size);
}

int call_once(unsigned int slot, struct chorus_ui to, enum ticket_kind kind, long long timeout,
	      void *request, unsigned int flags, void *reply)
{
	struct chorus_ipc_call call = {
		.target = to, .body = PTR(request), .rep_body = PTR(reply), .rep_size = BODY_ROOM,
		.timeout = timeout, .flags = flags,
	};
	unsigned char asked[TICKET_SIZE];
	bool surely;
	int result;

	if (shared->flavour == ROAM && random_below(2))
		call.flags |= CHORUS_MSG_ABORTABLE;
	call.body_size = ticket_write(request, slot, kind, flags);
	memcpy(asked, request, sizeof(asked));	/* its pages may leave */
	atomic_store(&shared->slot[slot].tid, syscall(SYS_gettid));
	atomic_store(&shared->slot[slot].since, now_ns());
	result = call_through(&call, asked);
	atomic_store(&shared->slot[slot].since, 0);
	surely = judge("a call", result);
	ticket_settle(asked, result, surely, reply, call.out_rep_size);
	see_body(request, call.body_size, surely);
	count(result ? N_calls_failed : N_calls);
	if (!result && to.head >> CHORUS_UI_MODE_SHIFT)
		count(N_by_group);
	return result;
}

/* The message handler of chorus_echo.ko sends back what it gets. */
static void call_handler(unsigned char *request, unsigned char *reply)
{
	unsigned int size = random_below(512);
	struct chorus_ipc_call call = {
		.target = static_port(ECHO_PORT_STAMP), .body = PTR(request), .body_size = size,
		.rep_body = PTR(reply), .rep_size = BODY_ROOM, .timeout = FOREVER,
	};
	int result = command(CHORUS_IOC_IPC_CALL, &call);

	switch (result) {
	case 0:
		if (call.out_rep_size != size || memcmp(request, reply, size))
			wrong(W_mixed, "the handler's reply is not the request");
		count(N_handler_calls);
		break;
	case -ECANCELED:	/* its module leaves */
	case -EHOSTUNREACH:
	case -EIDRM:
		count(N_laps_refused);
		break;
	case -EREMOTEIO:	/* it could not answer: the caller's quota, or no memory */
		if (shared->flavour != QUOTA && shared->flavour != TIGHT)
			wrong(W_unexpected, "the handler failed");
		count(N_quota);
		break;
	case -EINTR:
		break;
	default:
		judge("a call to the handler", result);
	}
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Signals that end waits; half of the processes let the kernel restart them. */
static void be_disturbed(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { 0 };

	if (random_below(3))
		return;
	action.sa_flags = random_below(2) ? SA_RESTART : 0;
	sigaction(SIGALRM, &action, NULL);
	timer.it_value.tv_usec = timer.it_interval.tv_usec = 3000 + random_below(30000);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* How a body in an area is sent, sometimes. */
static unsigned int some_way(void)
{
	static const unsigned int ways[] = { 0, 0, CHORUS_MSG_MOVE, CHORUS_MSG_COW };

	return ways[random_below(ARRAY_SIZE(ways))];
}

static void *client_thread(void *slot)
{
	unsigned char *request = malloc(BODY_ROOM), *reply = malloc(BODY_ROOM), *area = NULL;
	enum ticket_kind kind = TICKET_PORT;
	struct chorus_ui to;
	unsigned int what, flags;

	if (!request || !reply)
		return NULL;
	if (shared->flavour == ROAM) {
		roam_show((uintptr_t)slot);
		area = new_area();
	}
	while (!leaving()) {
		what = random_below(16);
		if (what == 0) {
			call_handler(request, reply);
			continue;
		}
		to = shared->flavour == ROAM ? roam_target(&kind, true) : some_server();
		flags = area ? some_way() : 0;
		if (call_once((uintptr_t)slot, to, kind,
			      what < 12 ? FOREVER : random_below(20) * MS, flags ? area : request,
			      flags, reply))
			sleep_us(200);
	}
	if (shared->plant == PLANT_LOST && (uintptr_t)slot % 2) {
		atomic_store(&shared->slot[(uintptr_t)slot].since, now_ns());
		for (;;)
			pause();
	}
	free(request);
	free(reply);
	return NULL;
}

/* Two threads, two slots. */
void client_work(unsigned int index)
{
	pthread_t second;
	bool two;

	while (!leaving() && !door_open())
		sleep_us(1000);
	if (leaving())
		return;
	be_disturbed();
	two = !pthread_create(&second, NULL, client_thread, (void *)(uintptr_t)(2 * index + 1));
	client_thread((void *)(uintptr_t)(2 * index));
	if (two)
		pthread_join(second, NULL);
}

static struct chorus_ipc_send fresh_send(unsigned int slot, void *body, unsigned int flags)
{
	struct chorus_ipc_send send = {
		.size = sizeof(send), .flags = flags, .body = PTR(body),
	};
	enum ticket_kind kind = TICKET_PORT;

	send.target = shared->flavour == ROAM ? roam_target(&kind, false) : some_server();
	send.body_size = ticket_write(body, slot, kind, flags);
	return send;
}

static void settle_send(const void *body, unsigned int size, int result)
{
	bool surely;

	if (!result) {
		count(N_sent);
		return;
	}
	surely = judge("a send", result);
	see_body(body, size, surely);
	ticket_settle(body, result, surely, NULL, 0);
}

#define BATCH_MAX	4

/* Several by one command; each is judged as if it had been sent by itself. */
static int send_batch(unsigned int slot, unsigned char *bodies)
{
	struct chorus_batch_entry entry[BATCH_MAX];
	struct chorus_ipc_send send[BATCH_MAX];
	struct chorus_batch batch = { .entries = PTR(entry), .count = 1 + random_below(BATCH_MAX) };
	unsigned int i;
	int result;

	for (i = 0; i < batch.count; i++) {
		send[i] = fresh_send(slot, bodies + i * BODY_ROOM, 0);
		entry[i] = (struct chorus_batch_entry){
			.command = CHORUS_IOC_IPC_SEND, .arg = PTR(&send[i]),
		};
	}
	do {
		result = command(CHORUS_IOC_BATCH, &batch);
	} while (result == -EINTR);
	if (result || batch.out_done != batch.count) {
		wrong(W_unexpected, "a batch: %u of %u done, %s", batch.out_done, batch.count,
		      strerror(-result));
		return 0;
	}
	for (i = 0; i < batch.count; i++) {
		settle_send(bodies + i * BODY_ROOM, send[i].body_size, entry[i].out_result);
		if (!entry[i].out_result)
			count(N_batched);
		result = result ?: entry[i].out_result;
	}
	return result;
}

void sender_work(unsigned int index)
{
	unsigned char *bodies = malloc(BATCH_MAX * BODY_ROOM), *area = NULL, *body;
	struct chorus_ipc_send send;
	unsigned int flags;
	int result;

	if (!bodies)
		return;
	while (!leaving() && !door_open())
		sleep_us(1000);
	if (shared->flavour == ROAM && !leaving())
		area = new_area();
	while (!leaving()) {
		if (shared->flavour == ROAM && !random_below(4)) {
			result = send_batch(2 * index, bodies);
		} else {
			flags = area ? some_way() : 0;
			body = flags ? area : bodies;
			send = fresh_send(2 * index, body, flags);
			result = command(CHORUS_IOC_IPC_SEND, &send);
			settle_send(body, send.body_size, result);
		}
		if (result || shared->flavour != FULL)
			sleep_us(random_below(result ? 2000 : 1000));
	}
}

/* LAP "echo" adds one; its module comes and goes. */
void lap_work(unsigned int index)
{
	struct chorus_lap_resolve name = { .flags = CHORUS_LAP_NOBLOCK };
	struct chorus_lap_invoke invoke;
	struct echo_arg arg;
	uint64_t sequence = 0;
	int result = -ENOENT;

	(void)index;
	while (!leaving() && !door_open())
		sleep_us(1000);
	while (!leaving()) {
		if (result) {
			name = (struct chorus_lap_resolve){ .flags = CHORUS_LAP_NOBLOCK };
			strcpy(name.name, ECHO_LAP_ECHO);
			result = command(CHORUS_IOC_LAP_RESOLVE, &name);
		}
		if (!result) {
			arg.sequence = ++sequence;
			invoke = (struct chorus_lap_invoke){
				.lap = name.out_desc.lap, .arg = PTR(&arg), .arg_size = sizeof(arg),
			};
			result = command(CHORUS_IOC_LAP_INVOKE, &invoke);
		}
		switch (result) {
		case 0:
			if (arg.sequence != sequence + 1)
				wrong(W_mixed, "LAP echo: %llu + 1 is %llu", (unsigned long long)sequence,
				      (unsigned long long)arg.sequence);
			count(N_laps);
			if (!random_below(16))
				sleep_us(random_below(1000));
			break;
		case -ENOENT:
		case -ECANCELED:
			count(N_laps_refused);
			sleep_us(500);
			break;
		case -ENOMEM:
			count(N_memory);
			sleep_us(500);
			break;
		default:
			wrong(W_unexpected, "LAP echo: %s", strerror(-result));
			return;
		}
	}
}
