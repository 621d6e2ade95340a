// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Servers: two threads on one port, each serving in the way that was drawn for it.  They
 * serve until they are killed, the last ones by the end of the round.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "soak.h"

static int port;

struct desk {			/* what one thread works with */
	unsigned char *request, *reply;
};

static void desk_open(struct desk *desk)
{
	desk->request = malloc(BODY_ROOM);
	desk->reply = malloc(BODY_ROOM);
	if (!desk->request || !desk->reply)
		worker_die();
}

unsigned int server_answer(void *request, unsigned int size, unsigned int flags, void *reply)
{
	static _Thread_local unsigned int served;
	unsigned int answer;

	served++;
	if (shared->plant == PLANT_UNMARKED)
		flags &= ~CHORUS_MSG_AGAIN;
	ticket_received(request, size, flags);
	if (shared->plant == PLANT_TWICE && served % 100 == 0)
		ticket_received(request, size, flags);
	if (shared->plant == PLANT_AGAIN && served % 100 == 0)
		ticket_received(request, size, flags | CHORUS_MSG_AGAIN);
	if (shared->flavour == FULL && random_below(2))
		sleep_us(2000);
	answer = ticket_answer(request, size, reply);
	if (shared->plant == PLANT_MIXED && served % 100 == 0)
		((unsigned char *)reply)[answer / 2] ^= 1;
	return answer;
}

static unsigned int serve(struct desk *desk, unsigned int size, unsigned int flags)
{
	return server_answer(desk->request, size, flags, desk->reply);
}

/* Ends of a receive that are nobody's fault. */
bool server_goes_on(int result)
{
	switch (result) {
	case 0:
	case -ETIMEDOUT:
	case -EINTR:
		return true;
	case -EDQUOT:
		count(N_quota);
		return true;
	case -ENOMEM:
		count(N_memory);
		sleep_us(1000);
		return true;
	default:
		wrong(W_unexpected, "a server's receive: %s", strerror(-result));
		return false;
	}
}

static int receive(struct desk *desk, struct chorus_ipc_receive *r)
{
	*r = (struct chorus_ipc_receive){
		.li = port, .body = PTR(desk->request), .body_size = BODY_ROOM,
		.timeout = random_below(3) ? FOREVER : random_below(20) * MS,
	};
	return command(CHORUS_IOC_IPC_RECEIVE, r);
}

bool server_replied(int result)
{
	/* EHOSTUNREACH: the client was killed, gave up, or cannot pay for the answer. */
	if (!result || result == -EHOSTUNREACH)
		return true;
	wrong(W_unexpected, "a server's reply: %s", strerror(-result));
	return false;
}

/* One trap a request. */
static void by_reply_receive(struct desk *desk)
{
	struct chorus_ipc_reply_receive r;
	struct chorus_ipc_receive first;
	unsigned int size, flags;
	int result;

	for (;;) {
		result = receive(desk, &first);
		size = first.out_body_size;
		flags = first.out_flags;
		while (!result && (flags & CHORUS_MSG_RPC)) {
			r = (struct chorus_ipc_reply_receive){
				.rep_size = serve(desk, size, flags), .rep_body = PTR(desk->reply),
				.li = port, .body = PTR(desk->request), .body_size = BODY_ROOM,
				.timeout = random_below(3) ? FOREVER : random_below(20) * MS,
			};
			result = command(CHORUS_IOC_IPC_REPLY_RECEIVE, &r);
			size = r.out_body_size;
			flags = r.out_flags;
		}
		if (!server_goes_on(result))
			return;
		if (!result)
			ticket_received(desk->request, size, flags);
	}
}

/* By token, perhaps saved and restored before. */
static void by_token(struct desk *desk, bool save)
{
	struct chorus_ipc_receive r;
	struct chorus_ipc_reply reply;
	struct chorus_ipc_save saved;
	unsigned int answer;
	int result;

	for (;;) {
		result = receive(desk, &r);
		if (!server_goes_on(result))
			return;
		if (result)
			continue;
		if (!(r.out_flags & CHORUS_MSG_RPC)) {
			ticket_received(desk->request, r.out_body_size, r.out_flags);
			continue;
		}
		if (save) {
			saved = (struct chorus_ipc_save){ 0 };
			result = command(CHORUS_IOC_IPC_SAVE, &saved) ?:
				 command(CHORUS_IOC_IPC_RESTORE, &saved);
			if (result) {
				wrong(W_unexpected, "save and restore: %s", strerror(-result));
				return;
			}
		}
		answer = serve(desk, r.out_body_size, r.out_flags);
		reply = (struct chorus_ipc_reply){
			.body_size = answer, .body = PTR(desk->reply), .msg = save ? 0 : r.out_msg,
		};
		if (!server_replied(command(CHORUS_IOC_IPC_REPLY, &reply)))
			return;
	}
}

static void *thread(void *unused)
{
	struct desk desk;

	(void)unused;
	desk_open(&desk);
	switch (random_below(4)) {
	case 0: by_token(&desk, false); break;
	case 1: by_token(&desk, true); break;
	default: by_reply_receive(&desk);
	}
	return NULL;
}

void server_work(unsigned int index)
{
	struct chorus_ui ui;
	pthread_t second;

	while (!door_open())
		sleep_us(1000);
	if (shared->flavour == ROAM) {
		roam_serve(index);
		return;
	}
	for (;;) {
		port = new_port(&ui);
		if (port > 0)
			break;
		server_goes_on(port);
		sleep_us(1000);
	}
	atomic_store(&shared->server[index % SERVERS_MAX].head, ui.head);
	atomic_store(&shared->server[index % SERVERS_MAX].tail, ui.tail);
	if (!pthread_create(&second, NULL, thread, NULL))
		pthread_detach(second);
	thread(NULL);
}
