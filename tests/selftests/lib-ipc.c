// SPDX-License-Identifier: GPL-2.0-or-later
/* The ChorusOS calls of libchorus over a real nucleus: the codes programs see. */
#include <sys/wait.h>

#include <chorus.h>
#include <exec/chExec.h>
#include <ext/chLib.h>
#include <ipc/chIpc.h>

#include "selftest.h"

struct shared_memory {
	KnUniqueId port;
	int li, delay;
	char body[64], annex[K_CMSGANNEXSIZE], got[64], got_annex[K_CMSGANNEXSIZE];
	int size;
};

static long lib_port(void *memory)
{
	struct shared_memory *m = memory;

	m->li = portCreate(K_MYACTOR, &m->port);
	return m->li > 0 ? 0 : m->li;
}

static long lib_serve(void *memory)
{
	struct shared_memory *m = memory;
	char body[64], annex[K_CMSGANNEXSIZE];
	KnMsgDesc msg = { .bodyAddr = body, .bodySize = sizeof(body), .annexAddr = annex };
	int size = ipcReceive(&msg, &m->li, m->delay);

	if (size < 0)
		return size;
	m->size = size;
	for (int i = 0; i < size; i++)
		body[i] ^= 0x55;
	annex[0]++;
	msg.bodySize = size;
	return ipcReply(&msg);
}

static long lib_call(void *memory)
{
	struct shared_memory *m = memory;
	KnMsgDesc request = { .bodyAddr = m->body, .bodySize = 40, .annexAddr = m->annex };
	KnMsgDesc reply = { .bodyAddr = m->got, .bodySize = 64, .annexAddr = m->got_annex };
	KnIpcDest to = { .target = m->port };

	return ipcCall(&request, K_DEFAULTPORT, &to, &reply, m->delay);
}

static long lib_receive(void *memory)
{
	struct shared_memory *m = memory;
	KnMsgDesc msg = { .bodyAddr = m->got, .bodySize = sizeof(m->got) };
	int li = m->li;

	return ipcReceive(&msg, &li, m->delay);
}

TEST(call, "a call and its reply, annex and body")
{
	struct puppet *server = puppet_process(), *client = puppet_process();
	struct shared_memory *m = SHARED(struct shared_memory);

	m->delay = -1;
	m->annex[0] = 7;
	for (int i = 0; i < 40; i++)
		m->body[i] = i;
	EXPECT(run(server, lib_port, m), 0);
	begin(client, lib_call, m);
	EXPECT(run(server, lib_serve, m), K_OK);
	CHECK(m->size == 40);
	EXPECT(end(client), 40);
	for (int i = 0; i < 40; i++)
		CHECK(m->got[i] == (char)(i ^ 0x55));
	CHECK(m->got_annex[0] == 8);
}

TEST(killed, "K_EDEAD when the server is killed, K_EUNKNOWN after")
{
	struct puppet *server = puppet_process(), *client = puppet_process();
	struct shared_memory *m = SHARED(struct shared_memory);

	m->delay = -1;
	EXPECT(run(server, lib_port, m), 0);
	begin(client, lib_call, m);
	EXPECT(run(server, lib_receive, m), 40);
	kill_puppet(server);
	EXPECT(end(client), K_EDEAD);
	EXPECT(run(client, lib_call, m), K_EUNKNOWN);
}

TEST(codes, "the codes of what goes wrong")
{
	static char big[K_CMSGSIZEMAX + 1];
	KnMsgDesc msg = { .bodyAddr = big, .bodySize = 8 };
	KnIpcDest to = { .target = { 0, 0 } };
	int li = K_DEFAULTPORT, made;
	KnUniqueId ui;
	ChorusInfo info;
	KnProtId pi = { 1, 2, 3 };

	EXPECT(ipcReply(&msg), K_EINVAL);
	EXPECT(ipcReceive(&msg, &li, 0), K_ETIMEOUT);
	made = portCreate(K_MYACTOR, &ui);
	REQUIRE(made > 0);
	to.target = ui;
	msg.bodySize = sizeof(big);
	EXPECT(ipcSend(&msg, K_DEFAULTPORT, &to), K_ETOOMUCH);
	msg.bodySize = 8;
	EXPECT(chorus_info(&info), K_OK);
	for (unsigned int i = 0; i < info.portQueue; i++)
		EXPECT(ipcSend(&msg, K_DEFAULTPORT, &to), K_OK);
	EXPECT(ipcSend(&msg, K_DEFAULTPORT, &to), K_EFULL);
	EXPECT(ipcReceive(&msg, &made, 0), 8);
	msg.bodyAddr = (void *)8;
	EXPECT(ipcSend(&msg, K_DEFAULTPORT, &to), K_EFAULT);
	EXPECT(portDelete(K_MYACTOR, K_DEFAULTPORT), K_EINVAL);
	EXPECT(portDelete(K_MYACTOR, made), K_OK);
	msg.bodyAddr = big;
	EXPECT(ipcSend(&msg, K_DEFAULTPORT, &to), K_EUNKNOWN);
	EXPECT(actorPi(K_MYACTOR, NULL, &pi), K_EPRIV);
	EXPECT(threadAborted(), 0);
	EXPECT(threadAbort(K_MYACTOR, K_MYSELF), K_OK);
	EXPECT(threadAborted(), 1);
}

TEST(fork, "a forked child becomes an actor of its own at its first call")
{
	KnCap parent, child;
	int status;
	pid_t pid;

	EXPECT(actorSelf(&parent), K_OK);
	pid = MUST_SYS(fork());
	if (!pid) {
		EXPECT(actorSelf(&child), K_OK);
		CHECK(!uiEqual(&parent.ui, &child.ui));
		_exit(0);
	}
	MUST_SYS(waitpid(pid, &status, 0));
	CHECK(!status);
	EXPECT(actorSelf(&child), K_OK);
	CHECK(uiEqual(&parent.ui, &child.ui));
}

TEST(signals, "a call under signals with SA_RESTART: one request, one reply")
{
	struct puppet *server = puppet_process(), *client = puppet_process();
	struct puppet *second = puppet_thread(client);
	struct shared_memory *m = SHARED(struct shared_memory), *n = SHARED(struct shared_memory);
	struct catch *c = SHARED(struct catch);

	m->delay = -1;
	c->signal = SIGUSR1;
	c->restart = true;
	EXPECT(run(server, lib_port, m), 0);
	MUST(run(second, do_catch, c));
	begin(client, lib_call, m);
	wait_blocked(client);
	for (int i = 1; i <= 5; i++) {
		puppet_signal(client, SIGUSR1);
		wait_signals(i);
	}
	EXPECT(run(server, lib_serve, m), K_OK);
	EXPECT(end(client), 40);
	*n = *m;
	n->delay = 0;
	EXPECT(run(server, lib_receive, n), K_ETIMEOUT);
}
