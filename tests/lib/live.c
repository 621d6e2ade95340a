// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libchorus on a live nucleus: run it in a guest, with chorus.ko loaded, and
 * for the LAP also chorus_echo.ko.  TAP; whatever needs the echo actor is left
 * out if that is not there.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <chorus.h>

#include "tap.h"

static void test_start(void)
{
	ChorusInfo info;
	KnCap self, again;
	char name[K_ACTORNAMEMAX + 1] = "?";
	int ret = chorus_init();

	if (ret)
		chorus_perror("chorus_init", ret);
	is(ret, K_OK, "chorus_init");
	is(chorus_info(&info), K_OK, "chorus_info");
	ok(info.portQueue > 0, "queue of %u", info.portQueue);
	is(actorSelf(&self), K_OK, "actorSelf");
	is(actorSelf(&again), K_OK, "actorSelf again");
	ok(!memcmp(&self, &again, sizeof(self)), "the same");
	ok(!uiIsCleared(&self.ui) && uiIsLocal(&self.ui) == 1, "local name");
	is(actorName(K_MYACTOR, NULL, "live"), K_OK, "actorName");
	is(actorName(&self, name, NULL), K_OK, "by capability");
	ok(!strcmp(name, "live"), "the name is %s", name);
	self.key.keyTail ^= 1;
	is(actorName(&self, name, NULL), K_EINVAL, "wrong key");
	self.ui.uiTail ^= 1;
	is(actorName(&self, name, NULL), K_EUNKNOWN, "no such actor");
	ok(threadSelf() > 0, "threadSelf");
}

static KnIpcDest default_dest(void)
{
	KnIpcDest dest;

	uiClear(&dest.coTarget);
	is(portUi(K_DEFAULTPORT, &dest.target), K_OK, "portUi(K_DEFAULTPORT)");
	return dest;
}

static void test_send(void)
{
	char out[100] = "text", in[100], annex[K_CMSGANNEXSIZE] = "note";
	char in_annex[K_CMSGANNEXSIZE];
	KnMsgDesc msg = { .bodySize = 5, .bodyAddr = out, .annexAddr = annex };
	KnMsgDesc got = {
		.bodySize = sizeof(in), .bodyAddr = in, .annexAddr = in_annex,
	};
	KnIpcDest dest = default_dest();
	KnMsgHead head;
	KnEvtNum seq;
	ChorusLend lend;
	int li = K_DEFAULTPORT, i;

	is(ipcReceive(&got, &li, 0), K_ETIMEOUT, "poll of an empty port");
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_OK, "ipcSend");
	is(ipcReceive(&got, &li, -1), 5, "ipcReceive");
	is(li, K_DEFAULTPORT, "from the default port");
	ok(!strcmp(in, "text"), "body");
	ok(!memcmp(in_annex, annex, sizeof(annex)), "annex");
	is(got.flags, K_MSG_ANNEX, "flags");
	is(portGetSeqNum(K_DEFAULTPORT, &seq), K_OK, "portGetSeqNum");
	is(got.seqNum, seq, "seqNum");
	is(chorus_port_lend(K_DEFAULTPORT, NULL, &lend), K_OK, "chorus_port_lend");
	ok(lend.rt == 0 && lend.nice == 19, "takes nothing at first");
	is(ipcSysInfo(&head), K_OK, "ipcSysInfo");
	ok(uiEqual(&head.target, &dest.target) &&
	   uiEqual(&head.srcPort, &dest.target), "target and source");
	is(head.bodySize, 5, "size");
	is(ipcReply(&msg), K_EINVAL, "nobody waits for a reply");

	/* Leave the body, then fetch it, once. */
	ipcSend(&msg, K_DEFAULTPORT, &dest);
	got.bodyAddr = NULL;
	is(ipcReceive(&got, &li, -1), 5, "null body: its size");
	ok(got.flags & K_MSG_MORE, "K_MSG_MORE");
	got.bodyAddr = in;
	memset(in, 0, sizeof(in));
	is(ipcGetData(&got), 5, "ipcGetData");
	ok(!strcmp(in, "text"), "body");
	is(ipcGetData(&got), K_EINVAL, "a second time");

	for (i = 0; i < 100000; i++)
		if (ipcSend(&msg, K_DEFAULTPORT, &dest))
			break;
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EFULL, "full after %d", i);
	while (ipcReceive(&got, &li, 0) >= 0)
		i--;
	is(i, 0, "all of them arrive");
	msg.bodySize = K_CMSGSIZEMAX + 1;
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_ETOOMUCH, "too large");
	msg.bodySize = 5;
	dest.target.uiTail ^= 1;
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EUNKNOWN, "no such port");
	is(ipcSend(NULL, 0, &dest), K_EFAULT, "null");
}

static void test_ports(void)
{
	KnUniqueId ui, ui2;
	char in[8];
	KnMsgDesc msg = { .bodySize = sizeof(in), .bodyAddr = in };
	KnIpcDest dest = { .coTarget = { 0, 0 } };
	int a, b, li;

	a = portCreate(K_MYACTOR, &ui);
	b = portCreate(K_MYACTOR, &ui2);
	ok(a > 0 && b > 0 && a != b, "portCreate");
	is(portLi(&ui2), b, "portLi");
	dest.target = ui;
	msg.bodySize = 1;
	in[0] = 'a';
	is(ipcSend(&msg, a, &dest), K_OK, "send to a");
	dest.target = ui2;
	in[0] = 'b';
	is(ipcSend(&msg, a, &dest), K_OK, "send to b");
	li = K_ANYENABLED;
	is(ipcReceive(&msg, &li, 0), K_ETIMEOUT, "none is enabled");
	is(portEnable(K_MYACTOR, a, 5), K_OK, "enable a");
	is(portEnable(K_MYACTOR, b, 0), K_OK, "enable b, more urgent");
	is(portEnable(K_MYACTOR, b, -1), K_EINVAL, "priority -1");
	is(ipcReceive(&msg, &li, 0), 1, "receive");
	is(li, b, "b first");
	is(portDisable(K_MYACTOR, a), K_OK, "disable a");
	li = K_ANYENABLED;
	is(ipcReceive(&msg, &li, 0), K_ETIMEOUT, "a no more");
	is(portDelete(K_MYACTOR, a), K_OK, "delete a");
	is(portDelete(K_MYACTOR, b), K_OK, "delete b");
	is(portDelete(K_MYACTOR, b), K_EINVAL, "twice");
	is(portDelete(K_MYACTOR, K_DEFAULTPORT), K_EINVAL, "the default port");
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EUNKNOWN, "b is gone");
}

static void test_groups(void)
{
	KnUniqueId ui, ui2;
	char in[8] = "x";
	KnMsgDesc msg = { .bodySize = 1, .bodyAddr = in };
	KnIpcDest dest = { .coTarget = { 0, 0 } };
	KnCap group, wrong;
	int a = portCreate(K_MYACTOR, &ui), b = portCreate(K_MYACTOR, &ui2), li;

	is(grpAllocate(K_DYNAMIC, &group, 0), K_OK, "grpAllocate");
	is(grpAllocate(K_STATSYS, &wrong, 1), K_EPRIV, "a system group");
	is(grpAllocate(99, &wrong, 1), K_EINVAL, "no such option");
	dest.target = group.ui;
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EUNKNOWN, "no members");
	is(grpPortInsert(&group, &ui), K_OK, "grpPortInsert");
	is(grpPortInsert(&group, &ui2), K_OK, "another");
	is(grpPortInsert(&group, &ui2), K_OK, "twice");
	wrong = group;
	wrong.key.keyTail ^= 1;
	is(grpPortInsert(&wrong, &ui), K_EINVAL, "a wrong key");
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_OK, "to all");
	is(ipcCall(&msg, K_DEFAULTPORT, &dest, &msg, 0), K_EINVAL, "no call to all");
	li = a;
	is(ipcReceive(&msg, &li, 0), 1, "one has got it");
	li = b;
	is(ipcReceive(&msg, &li, 0), 1, "and the other");
	is(ipcTarget(&dest.target, K_FUNCXMODE), K_OK, "ipcTarget");
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EINVAL, "a coTarget is missing");
	dest.coTarget = ui;
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_OK, "to anyone but a");
	is(ipcReceive(&msg, &li, 0), 1, "which is b");
	is(grpPortRemove(&group, &ui), K_OK, "grpPortRemove");
	is(grpPortRemove(&group, &ui), K_EINVAL, "twice");
	portDelete(K_MYACTOR, a);
	portDelete(K_MYACTOR, b);
	is(ipcSend(&msg, K_DEFAULTPORT, &dest), K_EUNKNOWN, "all are gone");
}

static void test_watch(void)
{
	char annex[K_CMSGANNEXSIZE];
	KnMsgDesc msg = { .annexAddr = annex };
	KnUniqueId ui, mine;
	ChorusDeath death;
	int a = portCreate(K_MYACTOR, &ui), li = portCreate(K_MYACTOR, &mine);

	is(chorus_watch(&ui, li, 42), K_OK, "chorus_watch");
	is(chorus_watch(&ui, li, 42), K_EBUSY, "twice");
	is(chorus_watch(&ui, li, 43), K_OK, "with another cookie");
	is(chorus_unwatch(&ui, li, 43), K_OK, "chorus_unwatch");
	is(chorus_unwatch(&ui, li, 43), K_EINVAL, "twice");
	is(chorus_watch_members(&ui, li, 1, NULL), K_EINVAL, "of no group");
	portDelete(K_MYACTOR, a);
	is(ipcReceive(&msg, &li, 0), 0, "the port has died, a notice comes");
	memcpy(&death, annex, sizeof(death));
	ok(msg.flags & K_MSG_DEATH && death.cookie == 42 && uiEqual(&death.object, &ui),
	   "with its cookie");
	is(ipcReceive(&msg, &li, 0), K_ETIMEOUT, "one");
	is(chorus_watch(&ui, li, 42), K_EUNKNOWN, "dead already");
	is(chorus_port_hold(li, &mine, 1000000), K_OK, "chorus_port_hold");
	is(chorus_port_hold(li, NULL, -1), K_EINVAL, "for ever");
	is(chorus_port_hold(a, NULL, 1000000), K_EINVAL, "no such port");
	is(chorus_port_hold(li, NULL, 0), K_OK, "no more");
	portDelete(K_MYACTOR, li);
}

/* ---- a server in a forked child ------------------------------------------- */

struct shared {
	KnUniqueId port;
	int ready;
	int go;				/* the server may answer what it holds */
};

static struct shared *shared;

/* In place of a time-out that a slow machine could meet: too long for anything that goes well. */
enum { LONG = 120000 };

static int get(const int *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(int *flag, int value)
{
	__atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

static int add(void *cookie, const ChorusRequest *req, KnMsgDesc *rep)
{
	unsigned char *byte = req->msg.bodyAddr;
	unsigned int i;

	(void)cookie;
	if (!req->msg.bodySize)
		return CHORUS_STOP;
	if (byte[0] == 0xff)
		_exit(3);		/* die with the request in hand */
	/* Held until the test says so: no clock decides what came first. */
	while (byte[0] == 0xfe && !get(&shared->go))
		usleep(1000);
	for (i = 0; i < req->msg.bodySize; i++)
		byte[i]++;
	rep->bodyAddr = byte;
	rep->bodySize = req->msg.bodySize;
	rep->annexAddr = req->msg.annexAddr;
	return CHORUS_REPLY;
}

static pid_t start_server(void)
{
	pid_t pid;

	shared->ready = 0;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		ChorusServer server = {
			.portLi = K_DEFAULTPORT, .serve = add,
		};

		if (portUi(K_DEFAULTPORT, &shared->port))
			_exit(2);
		set(&shared->ready, 1);
		_exit(chorus_server_loop(&server) != K_OK);
	}
	while (!get(&shared->ready))
		usleep(1000);
	return pid;
}

static int signals, answer_after;

static void on_signal(int sig)
{
	(void)sig;
	if (__atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED) == answer_after)
		set(&shared->go, 1);
}

/*
 * A signal each so many milliseconds, for ever; 0: none any more.  The first may come before the call that it
 * is meant for, on a machine that is slow; another one comes.
 */
static void alarm_ms(int ms, int flags)
{
	struct sigaction act = { .sa_flags = flags };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM };
	struct itimerspec when = {
		.it_value.tv_nsec = ms * 1000000L,
		.it_interval.tv_nsec = ms * 1000000L,
	};
	static timer_t timer;
	static int made;

	act.sa_handler = on_signal;
	sigaction(SIGALRM, &act, NULL);
	if (!made)
		made = !timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &when, NULL);
}

static void test_server(void)
{
	static unsigned char body[K_CMSGSIZEMAX], back[K_CMSGSIZEMAX];
	unsigned char annex[K_CMSGANNEXSIZE] = "note", back_annex[120];
	KnMsgDesc req = { .bodyAddr = body, .bodySize = 8, .annexAddr = annex };
	KnMsgDesc rep = {
		.bodyAddr = back, .bodySize = sizeof(back),
		.annexAddr = back_annex,
	};
	KnIpcDest dest = { .coTarget = { 0, 0 } };
	ChorusResume resume = { 0, 0 };
	int i, status, ret, bad = 0;
	pid_t pid = start_server();
	KnUniqueId own;

	dest.target = shared->port;
	portUi(K_DEFAULTPORT, &own);
	ok(!uiEqual(&own, &dest.target), "the child is an actor of its own");
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 8, "ipcCall");
	is(back[7], 1, "reply");
	ok(rep.flags & K_MSG_ANNEX, "annex");
	ok(!memcmp(annex, back_annex, sizeof(annex)), "its bytes");
	for (i = 1; i <= 17; i++) {
		req.bodySize = 1u << (i - 1);
		bad += ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1) !=
			(int)req.bodySize;
	}
	is(bad, 0, "bodies up to 64 KiB");
	for (i = 0, req.bodySize = 8; i < 1000; i++) {
		body[0] = (unsigned char)(i % 200);
		bad += ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1) != 8 ||
			back[0] != i % 200 + 1;
	}
	is(bad, 0, "1000 calls");
	rep.bodySize = 3;
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 3, "a small buffer");
	ok(rep.flags & K_MSG_MORE, "the reply was cut");
	rep.bodySize = sizeof(back);

	body[0] = 0xfe;			/* is held */
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, 10), K_ETIMEOUT,
	   "a delay passes");
	set(&shared->go, 1);
	body[0] = 1;
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 8, "the next call");
	is(back[0], 2, "gets its own reply, not the late one");

	body[0] = 0xfe;
	set(&shared->go, 0);
	signals = 0;
	answer_after = 3;
	alarm_ms(20, SA_RESTART);
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 8, "SA_RESTART");
	ok(signals >= 3, "%d signals came", signals);
	answer_after = 0;
	set(&shared->go, 0);
	alarm_ms(20, 0);
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), K_EINTR, "K_EINTR");
	alarm_ms(0, 0);
	set(&shared->go, 1);
	body[0] = 1;
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 8, "another call");
	set(&shared->go, 0);
	body[0] = 0xfe;
	alarm_ms(20, 0);
	i = 0;
	do {
		ret = chorus_ipc_call(&req, K_DEFAULTPORT, &dest, &rep, -1,
				      &resume);
		i++;
		alarm_ms(0, 0);
		set(&shared->go, 1);
	} while (ret == K_EINTR);
	is(ret, 8, "a resumed call");
	is(i, 2, "was entered twice");
	ok(!resume.restart && !resume.deadline, "and left nothing behind");

	req.bodySize = 0;
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, -1), 0, "CHORUS_STOP");
	waitpid(pid, &status, 0);
	is(status, 0, "the server ended well");
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, LONG), K_EUNKNOWN,
	   "its port is gone");

	pid = start_server();
	dest.target = shared->port;
	req.bodySize = 1;
	body[0] = 0xff;
	is(ipcCall(&req, K_DEFAULTPORT, &dest, &rep, LONG), K_EDEAD,
	   "the server dies with the request");
	waitpid(pid, &status, 0);
}

/* ---- a client in a thread: saving, tokens, aborts ---------------------------- */

static KnIpcDest here;

struct client {
	pthread_t thread;
	unsigned char value, got;
	int ret, li;
};

static void *ask(void *arg)
{
	struct client *client = arg;
	KnMsgDesc req = { .bodySize = 1, .bodyAddr = &client->value };
	KnMsgDesc rep = {
		.flags = K_ABORTABLE, .bodySize = 1, .bodyAddr = &client->got,
	};

	__atomic_store_n(&client->li, threadSelf(), __ATOMIC_RELEASE);
	client->ret = ipcCall(&req, K_DEFAULTPORT, &here, &rep, LONG);
	return NULL;
}

static void start_client(struct client *client, unsigned char value)
{
	client->value = value;
	client->li = client->got = 0;
	pthread_create(&client->thread, NULL, ask, client);
}

static void test_order(void)
{
	struct client clients[2];
	unsigned char byte = 0, first;
	KnMsgDesc msg = { .bodySize = 1, .bodyAddr = &byte };
	KnMsgDesc rep = { .bodySize = 1, .bodyAddr = &byte };
	ChorusToken tokens[2];
	int li = K_DEFAULTPORT, id, i;

	here = default_dest();
	start_client(&clients[0], 10);
	start_client(&clients[1], 20);
	is(ipcReceive(&msg, &li, LONG), 1, "first request");
	first = byte;
	id = ipcSave(K_NONEPORT);
	ok(id > 0, "ipcSave");
	is(ipcReply(&rep), K_EINVAL, "no current message");
	is(ipcReceive(&msg, &li, LONG), 1, "second request");
	byte++;
	is(ipcReply(&rep), K_OK, "answer it first");
	is(ipcRestore(id), K_OK, "ipcRestore");
	byte = (unsigned char)(first + 1);
	is(ipcReply(&rep), K_OK, "and then the other");
	is(ipcRestore(id), K_EINVAL, "an id works once");
	for (i = 0; i < 2; i++) {
		pthread_join(clients[i].thread, NULL);
		is(clients[i].ret, 1, "client %d is answered", i);
		is(clients[i].got, clients[i].value + 1, "with its own reply");
	}

	start_client(&clients[0], 30);
	start_client(&clients[1], 40);
	for (i = 0; i < 2; i++) {
		is(chorus_ipc_receive(&msg, &li, LONG * 1000000LL, &tokens[i]), 1,
		   "request %d", i);
	}
	byte = 99;
	is(chorus_ipc_reply(tokens[0], &rep), K_OK, "reply by token");
	is(chorus_ipc_reply(tokens[0], &rep), K_EINVAL, "only once");
	is(chorus_ipc_reply(tokens[1], &rep), K_OK, "the other");
	for (i = 0; i < 2; i++) {
		pthread_join(clients[i].thread, NULL);
		is(clients[i].got, 99, "client %d", i);
	}

	start_client(&clients[0], 45);
	is(ipcReceive(&msg, &li, LONG), 1, "a request to pass on");
	is(ipcForward(&here.target), K_OK, "ipcForward");
	is(ipcForward(&here.target), K_EINVAL, "only once");
	is(ipcReceive(&msg, &li, LONG), 1, "it comes again");
	is(byte, 45, "as it was sent");
	byte = 46;
	is(ipcReply(&rep), K_OK, "and can be answered");
	pthread_join(clients[0].thread, NULL);
	is(clients[0].got, 46, "to its client");

	start_client(&clients[0], 50);
	is(ipcReceive(&msg, &li, LONG), 1, "a request to abort");
	is(threadAbort(K_MYACTOR, clients[0].li), K_OK, "threadAbort");
	pthread_join(clients[0].thread, NULL);
	is(clients[0].ret, K_EABORT, "its caller leaves with K_EABORT");
	is(threadAborted(), 1, "the abort goes on to who serves it");
	is(ipcReply(&rep), K_EUNKNOWN, "and its caller is gone for the reply");
}

static void test_delay(void)
{
	KnTimeVal val = { 0, 50000000 };
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	is(threadDelay(&val), K_ETIMEOUT, "threadDelay");
	clock_gettime(CLOCK_MONOTONIC, &b);
	ok((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec >=
	   50000000, "took its time");
	is(threadAborted(), 0, "not aborted");
	is(threadAbort(K_MYACTOR, K_MYSELF), K_OK, "abort myself");
	is(threadDelay(K_NOTIMEOUT), K_EABORT, "leaves an endless sleep");
	is(threadAbort(K_MYACTOR, K_MYSELF), K_OK, "again");
	is(threadAborted(), 1, "threadAborted tells");
	is(threadAborted(), 0, "once");
	alarm_ms(20, 0);
	is(threadDelay(K_NOTIMEOUT), K_EINTR, "a signal");
	alarm_ms(0, 0);
}

static void test_lap(void)
{
	unsigned char block[K_LAPARGMAX] = { 1, 2, 3 };
	KnLapDesc echo;
	int ret;

	is(lapResolve(&echo, "nobody", K_LAP_NOBLOCK), K_EUNKNOWN, "not bound");
	is(chorus_lap_resolve(&echo, "nobody", 0, 1000000), K_ETIMEOUT,
	   "nor soon");
	ret = lapResolve(&echo, "echo", K_LAP_NOBLOCK);
	if (ret == K_EUNKNOWN) {
		printf("# chorus_echo.ko is not loaded\n");
		return;
	}
	is(ret, K_OK, "lapResolve");
	ok(echo.options & K_LAP_SAFE, "it is safe");
	is(lapInvoke(&echo, block), K_OK, "lapInvoke, %u bytes", echo.argSize);
	if (echo.argSize)
		is(lapInvoke(&echo, NULL), K_EFAULT, "null argument");
	echo.argSize++;
	is(lapInvoke(&echo, block), K_EINVAL, "wrong size");
	echo.argSize--;
	echo.lap.uiTail ^= 1;
	is(lapInvoke(&echo, block), K_EINVAL, "no such LAP");
}

static void test_window(void)
{
	static char out[5000], in[5000];
	KnMsgDesc msg = { .bodyAddr = out, .bodySize = sizeof(out) };
	KnIpcDest dest = default_dest();
	ChorusWindow window, second;
	const void *body;
	int li = K_DEFAULTPORT;

	memset(out, 7, sizeof(out));
	is(chorus_window_open(&window, li, 1, sizeof(out), 100), K_OK, "chorus_window_open");
	is(window.slotSize, 8192, "whole pages");
	is(chorus_window_open(&second, li, 1, 1, 1), K_EBUSY, "one a port");
	is(ipcSend(&msg, li, &dest), K_OK, "a body for it");
	is(ipcSend(&msg, li, &dest), K_OK, "one without a slot");
	msg = (KnMsgDesc){ .bodyAddr = in, .bodySize = sizeof(in) };
	is(ipcReceive(&msg, &li, 0), sizeof(out), "ipcReceive");
	body = chorus_window_body(&window, &msg);
	ok(msg.flags == K_MSG_WINDOW && body == window.base && !memcmp(body, out, sizeof(out)) &&
	   !in[0], "it is in the window");
	is(ipcReceive(&msg, &li, 0), sizeof(out), "ipcReceive");
	ok(!msg.flags && chorus_window_body(&window, &msg) == in && !memcmp(in, out, sizeof(out)),
	   "the other one in the buffer");
	is(chorus_window_close(&window), K_OK, "chorus_window_close");
	ok(!window.base, "forgotten");
}

static void test_area(void)
{
	static char zero[8192];
	KnIpcDest dest = default_dest();
	ChorusArea area, second;
	KnMsgDesc msg;
	int li = K_DEFAULTPORT;

	is(chorus_area_open(&area, 0), K_EINVAL, "no bytes");
	is(chorus_area_open(&area, 8000), K_OK, "chorus_area_open");
	is(area.size, 8192, "whole pages");
	ok(!memcmp(area.base, zero, sizeof(zero)), "zero at first");
	is(chorus_area_open(&second, 8192), K_OK, "another one");
	memset(area.base, 7, area.size);
	msg = (KnMsgDesc){ .flags = K_MOVE, .bodyAddr = area.base, .bodySize = 8192 };
	is(ipcSend(&msg, li, &dest), K_OK, "a body that moves");
	ok(!memcmp(area.base, zero, sizeof(zero)), "it has left");
	msg.bodyAddr = second.base;
	is(ipcReceive(&msg, &li, 0), 8192, "ipcReceive");
	memset(zero, 7, sizeof(zero));
	ok(msg.flags == (K_MOVE | K_MSG_MOVED) && !memcmp(second.base, zero, sizeof(zero)),
	   "it has landed");
	msg.flags = K_COW;
	is(ipcSend(&msg, li, &dest), K_OK, "a body that is shared");
	memset(second.base, 8, 4096);
	msg = (KnMsgDesc){ .flags = K_MOVE, .bodyAddr = area.base, .bodySize = 8192 };
	is(ipcReceive(&msg, &li, 0), 8192, "ipcReceive");
	ok(msg.flags == (K_MOVE | K_MSG_MOVED) && !memcmp(area.base, zero, sizeof(zero)) &&
	   *(char *)second.base == 8, "as it was sent");
	is(chorus_area_close(&area), K_OK, "chorus_area_close");
	ok(!area.base, "forgotten");
	is(chorus_area_close(&second), K_OK, "chorus_area_close");
}

static void test_end(void)
{
	KnUniqueId before, after;

	portUi(K_DEFAULTPORT, &before);
	is(actorDelete(K_MYACTOR), K_OK, "actorDelete(K_MYACTOR)");
	is(threadSelf(), K_EDYING, "a dead actor does nothing");
	chorus_fini();
	is(portUi(K_DEFAULTPORT, &after), K_OK, "after chorus_fini: a new one");
	ok(!uiEqual(&before, &after), "with another name");
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	test_start();
	test_send();
	test_ports();
	test_groups();
	test_watch();
	test_server();
	test_order();
	test_delay();
	test_window();
	test_area();
	test_lap();
	test_end();
	return tap_done();
}
