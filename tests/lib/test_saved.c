// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Saved messages: the table between int ids and 64-bit tokens.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static uint64_t token;

static int answer(unsigned int command, void *arg)
{
	struct chorus_ipc_save *cmd = arg;

	if (command == CHORUS_IOC_IPC_SAVE)
		cmd->msg = __atomic_add_fetch(&token, 1, __ATOMIC_RELAXED) |
			   1ULL << 63;
	return 0;
}

static void test_basic(void)
{
	int id, again;

	fake_reset();
	fake.answer = answer;
	is(ipcSave(K_DEFAULTPORT), K_EINVAL, "the argument is K_NONEPORT");
	is(fake.traps, 0, "else no trap");
	id = ipcSave(K_NONEPORT);
	ok(id > 0, "an id is positive");
	is(ipcRestore(id), K_OK, "ipcRestore");
	ok(fake.in.save.msg == (token | 1ULL << 63), "all 64 bits go down");
	is(ipcRestore(id), K_EINVAL, "an id works once");
	again = ipcSave(K_NONEPORT);
	ok(again > 0 && again != id, "the next message has another id");
	is(ipcRestore(id), K_EINVAL, "which the old one does not name");
	is(ipcRestore(again), K_OK, "but the new one does");
	is(ipcRestore(0), K_EINVAL, "0");
	is(ipcRestore(-1), K_EINVAL, "-1");
	is(ipcRestore(INT_MIN), K_EINVAL, "INT_MIN");
	is(ipcRestore(INT_MAX), K_EINVAL, "INT_MAX");
}

static void test_limit(void)
{
	int ids[K_CMSGSAVEDMAX], i, bad = 0;

	fake_reset();
	fake.answer = answer;
	for (i = 0; i < K_CMSGSAVEDMAX; i++) {
		ids[i] = ipcSave(K_NONEPORT);
		bad += ids[i] <= 0;
	}
	is(bad, 0, "K_CMSGSAVEDMAX messages can be saved");
	is(ipcSave(K_NONEPORT), K_ENOMEM, "one more cannot");
	for (i = K_CMSGSAVEDMAX; i-- > 0;)
		bad += ipcRestore(ids[i]) != K_OK;
	is(bad, 0, "and restored in another order");
	ok(ipcSave(K_NONEPORT) > 0, "then there is room again");
}

static void test_failures(void)
{
	int id, i, bad = 0;

	fake_reset();
	fake.answer = fake_fail;
	fake_errno = ENOMSG;
	for (i = 0; i < 2 * K_CMSGSAVEDMAX; i++)
		bad += ipcSave(K_NONEPORT) != K_EINVAL;
	is(bad, 0, "a failed save takes no place");
	fake_errno = EDQUOT;
	is(ipcSave(K_NONEPORT), K_ENOMEM, "the nucleus's limit");

	fake.answer = answer;
	id = ipcSave(K_NONEPORT);
	fake.answer = fake_fail;
	fake_errno = EFAULT;
	is(ipcRestore(id), K_EFAULT, "a passing failure");
	fake.answer = answer;
	is(ipcRestore(id), K_OK, "leaves the message saved");

	id = ipcSave(K_NONEPORT);
	fake.answer = fake_fail;
	fake_errno = ENOENT;
	is(ipcRestore(id), K_EINVAL, "the nucleus has lost it");
	fake.answer = answer;
	is(ipcRestore(id), K_EINVAL, "then the id is used up");
}

/* A saved message may be answered by its token: its place must come back. */
static void test_tokens(void)
{
	KnMsgDesc rep = { .flags = 0 };
	int li = 0, i, id, bad = 0;

	fake_reset();
	for (i = 0; i < 4 * K_CMSGSAVEDMAX; i++) {
		fake.answer = answer;
		bad += ipcSave(K_NONEPORT) <= 0;
		fake.answer = NULL;
		if (i & 1)
			bad += chorus_ipc_reply(token | 1ULL << 63, &rep);
		else
			bad += chorus_ipc_reply_receive(token | 1ULL << 63,
							&rep, &rep, &li, 0,
							NULL);
	}
	is(bad, 0, "an answer by token frees the place");
	fake.answer = answer;
	id = ipcSave(K_NONEPORT);
	fake.answer = fake_fail;
	fake_errno = EMSGSIZE;
	chorus_ipc_reply(token | 1ULL << 63, &rep);
	fake.answer = answer;
	is(ipcRestore(id), K_OK, "a failed one does not");
	id = ipcSave(K_NONEPORT);
	is(chorus_ipc_reply(token | 1ULL << 63, &rep), K_OK, "answered");
	is(ipcRestore(id), K_EINVAL, "then the id is used up");
}

static void *saver(void *arg)
{
	int *bad = arg, i;

	for (i = 0; i < 20000; i++) {
		int id = ipcSave(K_NONEPORT);

		if (id <= 0 || ipcRestore(id) != K_OK)
			++*bad;
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[4];
	int bad[4] = { 0 }, i, sum = 0;

	fake_reset();
	fake.answer = answer;
	for (i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, saver, &bad[i]);
	for (i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		sum += bad[i];
	}
	is(sum, 0, "threads save and restore side by side");
}

int main(void)
{
	test_basic();
	test_limit();
	test_failures();
	test_tokens();
	test_threads();
	return tap_done();
}
