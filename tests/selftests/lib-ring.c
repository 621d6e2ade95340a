// SPDX-License-Identifier: GPL-2.0-or-later
/* Batches and the server loop of libchorus: by a ring and by ioctl they do the same. */
#include <chorus.h>

#include "chorus_probe.h"
#include "selftest.h"

#define CALLS	20

static const unsigned int ways[] = { 0, CHORUS_BY_RING };

/* ---- batches ---- */

TEST(batch, "sends, LAPs and calls of a batch, good and bad, with and without a ring")
{
	struct echo_arg arg = { .sequence = 1 };
	unsigned int number[3] = { 10, 11, 12 }, got = 0, answer = 0, site;
	KnMsgDesc send[3], request = { .bodyAddr = &number[0], .bodySize = 4 };
	KnMsgDesc reply = { .bodyAddr = &answer, .bodySize = sizeof(answer) };
	KnMsgDesc msg = { .bodyAddr = &got, .bodySize = sizeof(got) };
	KnIpcDest self = { .target = { 0, 0 } }, nobody, echo;
	KnLapDesc lap;
	int results[8];

	MUST(portUi(K_DEFAULTPORT, &self.target));
	nobody = self;
	nobody.target.uiTail ^= 1;
	if (lapResolve(&lap, ECHO_LAP_ECHO, K_LAP_NOBLOCK))
		selftest_skip("chorus_echo.ko is not there");
	echo = self;
	MUST(uiGetSite(&self.target, &site));
	MUST(uiBuild(&echo.target, K_UIPORT_STATPORT, site, ECHO_PORT_STAMP));
	for (unsigned int w = 0; w < ARRAY_SIZE(ways); w++) {
		ChorusBatch *b;

		MUST(chorus_batch_open(&b, 6, ways[w]));
		selftest_note("%s", chorus_batch_is_ring(b) ? "by a ring" : "by ioctl");
		for (int round = 0; round < 2; round++) {
			arg.sequence = 1;
			answer = 0;
			for (int i = 0; i < 3; i++) {
				send[i] = (KnMsgDesc){ .bodyAddr = &number[i], .bodySize = 4 };
				EXPECT(chorus_batch_send(b, &send[i], K_DEFAULTPORT, &self), i);
			}
			EXPECT(chorus_batch_send(b, &send[0], K_DEFAULTPORT, &nobody), 3);
			EXPECT(chorus_batch_lap(b, &lap, &arg), 4);
			EXPECT(chorus_batch_call(b, &request, K_DEFAULTPORT, &echo, &reply, -1), 5);
			EXPECT(chorus_batch_lap(b, &lap, &arg), K_EFULL);
			EXPECT(chorus_batch_run(b, results), 1);
			for (int i = 0; i < 5; i++)
				EXPECT(results[i], i == 3 ? K_EUNKNOWN : K_OK);
			EXPECT(results[5], 4);
			CHECK(arg.sequence == 2 && answer == 10);
			for (unsigned int i = 0; i < 3; i++) {
				int li = K_DEFAULTPORT;

				EXPECT(ipcReceive(&msg, &li, 0), 4);
				CHECK(got == 10 + i);
			}
			EXPECT(chorus_batch_run(b, NULL), 0);
		}
		chorus_batch_close(b);
	}
}

TEST(stop, "a batch that stops at a failure has done what comes before, and nothing behind")
{
	unsigned int number[4] = { 10, 11, 12, 13 }, got = 0;
	KnIpcDest self = { .target = { 0, 0 } }, nobody;
	KnMsgDesc send[4], msg = { .bodyAddr = &got, .bodySize = sizeof(got) };
	int results[4], li = K_DEFAULTPORT;
	ChorusBatch *b;

	MUST(portUi(K_DEFAULTPORT, &self.target));
	nobody = self;
	nobody.target.uiTail ^= 1;
	MUST(chorus_batch_open(&b, 4, CHORUS_STOP_AT_FAILURE | CHORUS_BY_RING));
	CHECK(!chorus_batch_is_ring(b));
	for (int i = 0; i < 4; i++) {
		send[i] = (KnMsgDesc){ .bodyAddr = &number[i], .bodySize = 4 };
		EXPECT(chorus_batch_send(b, &send[i], K_DEFAULTPORT, i == 2 ? &nobody : &self), i);
	}
	EXPECT(chorus_batch_run(b, results), 2);
	EXPECT(results[0], K_OK);
	EXPECT(results[1], K_OK);
	EXPECT(results[2], K_EUNKNOWN);
	EXPECT(results[3], K_EABORT);
	for (unsigned int i = 0; i < 2; i++) {
		EXPECT(ipcReceive(&msg, &li, 0), 4);
		CHECK(got == 10 + i);
		li = K_DEFAULTPORT;
	}
	EXPECT(ipcReceive(&msg, &li, 0), K_ETIMEOUT);
	chorus_batch_close(b);
}

TEST(full, "as many entries as a batch can have, by one command and by a ring")
{
	KnIpcDest nobody = { .target = { 0, 0 } };
	static int results[CHORUS_BATCH_MAX];
	KnMsgDesc empty = { .bodySize = 0 };
	KnLapDesc lap;

	MUST(portUi(K_DEFAULTPORT, &nobody.target));
	nobody.target.uiTail ^= 1;
	if (lapResolve(&lap, ECHO_LAP_NULL, K_LAP_NOBLOCK))
		selftest_skip("chorus_echo.ko is not there");
	CHECK(lap.options & K_LAP_PROMPT);
	for (unsigned int w = 0; w < ARRAY_SIZE(ways); w++) {
		ChorusBatch *b;

		MUST(chorus_batch_open(&b, CHORUS_BATCH_MAX, ways[w]));
		for (unsigned int i = 0; i < CHORUS_BATCH_MAX; i++)
			if (i % 2)
				chorus_batch_lap(b, &lap, NULL);
			else
				chorus_batch_send(b, &empty, K_DEFAULTPORT, &nobody);
		EXPECT(chorus_batch_run(b, results), CHORUS_BATCH_MAX / 2);
		for (unsigned int i = 0; i < CHORUS_BATCH_MAX; i++)
			if (!EXPECT(results[i], i % 2 ? K_OK : K_EUNKNOWN))
				break;
		chorus_batch_close(b);
	}
}

/* ---- the loop ---- */

struct service {
	unsigned int way;
	KnUniqueId port[2];
	int li[2];
	volatile bool ready;
	unsigned int served[2];
};

static struct service *service;

/* In its own memory, which the next request overwrites. */
static int work(void *cookie, const ChorusRequest *request, KnMsgDesc *reply)
{
	unsigned int which = (unsigned int)(intptr_t)cookie;
	static unsigned int answer;

	if (request->msg.bodySize != sizeof(answer))
		return CHORUS_STOP;
	service->served[which]++;
	answer = *(unsigned int *)request->msg.bodyAddr + 1000 * (which + 1);
	reply->bodyAddr = &answer;
	reply->bodySize = sizeof(answer);
	return CHORUS_REPLY;
}

static long do_serve(void *unused)
{
	ChorusServer servers[2];

	for (int i = 0; i < 2; i++) {
		service->li[i] = portCreate(K_MYACTOR, &service->port[i]);
		if (service->li[i] < 0)
			return service->li[i];
		MUST(portEnable(K_MYACTOR, service->li[i], 0));
		servers[i] = (ChorusServer){
			.portLi = service->li[i], .bodyMax = 4096, .serve = work,
			.cookie = (void *)(intptr_t)i,
		};
	}
	service->ready = true;
	return chorus_servers_loop(servers, 2, service->way);
}

struct customer {
	unsigned int base;
	int wrong;
};

static long do_calls(void *customer)
{
	struct customer *c = customer;

	for (unsigned int i = 0; i < CALLS; i++) {
		unsigned int value = c->base + i, answer = 0, which = i % 2;
		KnMsgDesc request = { .bodyAddr = &value, .bodySize = sizeof(value) };
		KnMsgDesc reply = { .bodyAddr = &answer, .bodySize = sizeof(answer) };
		KnIpcDest to = { .target = service->port[which] };
		int size = ipcCall(&request, K_DEFAULTPORT, &to, &reply, -1);

		if (size < 0)
			return size;
		c->wrong += size != sizeof(answer) || answer != value + 1000 * (which + 1);
	}
	return 0;
}

static long do_stop(void *unused)
{
	KnMsgDesc request = { .bodySize = 0 }, reply = { .bodySize = 0 };
	KnIpcDest to = { .target = service->port[0] };

	(void)unused;
	return ipcCall(&request, K_DEFAULTPORT, &to, &reply, -1);
}

TEST_TIMEOUT(serve, "two ports are served for four clients, each by its own function, until one says stop", 60)
{
	for (unsigned int w = 0; w < ARRAY_SIZE(ways); w++) {
		struct puppet *server, *client[4];
		struct customer *c[4];

		service = SHARED(struct service);
		server = puppet_process();
		service->way = ways[w];
		begin(server, do_serve, NULL);
		while (!service->ready)
			sleep_ms(1);
		for (unsigned int i = 0; i < ARRAY_SIZE(client); i++) {
			client[i] = puppet_process();
			c[i] = SHARED(struct customer);
			c[i]->base = 10000 * i;
			begin(client[i], do_calls, c[i]);
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(client); i++) {
			EXPECT(end(client[i]), 0);
			CHECK(!c[i]->wrong, "%d wrong answers", c[i]->wrong);
		}
		CHECK(service->served[0] == 2 * CALLS && service->served[1] == 2 * CALLS);
		EXPECT(run(client[0], do_stop, NULL), 0);
		EXPECT(end(server), K_OK);
	}
}

static long do_bad(void *unused)
{
	ChorusServer server = { .portLi = 4711, .serve = work };

	(void)unused;
	return chorus_servers_loop(&server, 1, service->way);
}

TEST(no_port, "a port that is not there ends the loop")
{
	service = SHARED(struct service);
	for (unsigned int w = 0; w < ARRAY_SIZE(ways); w++) {
		service->way = ways[w];
		EXPECT(do_bad(NULL), K_EINVAL);
	}
}
