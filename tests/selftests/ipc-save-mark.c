// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message that one server saved and then answered by its token is the client's memory
 * for the next call: nothing of the first server's doings may show at the second.
 */
#define _GNU_SOURCE
#include <string.h>

#include "scene.h"

#define BODY	4096

struct big {
	struct chorus_ipc_call call;
	unsigned char body[BODY];
	__u64 answer;
};

static long do_big_call(void *big)
{
	struct big *b = big;

	b->call.size = sizeof(b->call);
	b->call.body = PTR(b->body);
	b->call.body_size = BODY;
	b->call.rep_body = PTR(&b->answer);
	b->call.rep_size = sizeof(b->answer);
	b->call.timeout = FOREVER;
	return raw_ioctl(dev, CHORUS_IOC_IPC_CALL, &b->call);
}

TEST(mark, "saved and answered by token at one server, then fetched and answered at another")
{
	struct puppet *accomplice = puppet_actor(), *victim = puppet_actor();
	struct puppet *client = puppet_actor();
	struct chorus_ipc_save *save = SHARED(struct chorus_ipc_save);
	struct chorus_ipc_get_data *data = SHARED(struct chorus_ipc_get_data);
	struct note *call = SHARED(struct note), *n = SHARED(struct note);
	struct big *big = SHARED(struct big);
	unsigned char *fetched = shared(BODY);
	int li;

	/* The accomplice saves the request, and replies without restoring it. */
	n->li = puppet_port(accomplice, &call->to);
	call->timeout = n->timeout = FOREVER;
	begin(client, note_call, call);
	EXPECT(run(accomplice, note_receive, n), 0);
	EXPECT(run(accomplice, do_ipc_save, save), 0);
	n->msg = save->msg;
	EXPECT(run(accomplice, note_reply, n), 0);
	EXPECT(end(client), 0);

	/* The victim has room for a part only, fetches the whole, and replies. */
	li = puppet_port(victim, &big->call.target);
	memset(big->body, 0x5a, BODY);
	begin(client, do_big_call, big);
	memset(n, 0, sizeof(*n));
	n->li = li;
	n->timeout = FOREVER;
	EXPECT(run(victim, note_receive, n), 0);
	CHECK(n->got_flags & CHORUS_MSG_MORE);
	data->body = PTR(fetched);
	data->body_size = BODY;
	EXPECT(run(victim, do_ipc_get_data, data), 0);
	CHECK(same_bytes(fetched, BODY, 0x5a));
	n->msg = 0;
	n->value = 77;
	EXPECT(run(victim, note_reply, n), 0);
	EXPECT(end(client), 0);
	CHECK(big->answer == 77);
}
