// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Actors, threads, ports, LAPs, unique identifiers.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chorus.h>

#include "fake.h"
#include "tap.h"

static const KnCap other = { { 1, 2 }, { 3, 4 } };

static int self(unsigned int command, void *arg)
{
	struct chorus_actor_self *cmd = arg;

	if (command == CHORUS_IOC_ACTOR_SELF) {
		cmd->out_cap.ui.head = 10;
		cmd->out_cap.ui.tail = 11;
		cmd->out_cap.key.k[0] = 12;
		cmd->out_cap.key.k[1] = 13;
	}
	return 0;
}

static int old_name(unsigned int command, void *arg)
{
	struct chorus_actor_name *cmd = arg;

	(void)command;
	/* No NUL: the library must not trust the nucleus for memory safety. */
	memcpy(cmd->out_name, "abcdefghijklmnop", 16);
	return 0;
}

static int old_values(unsigned int command, void *arg)
{
	if (command == CHORUS_IOC_ACTOR_PRIVILEGE)
		((struct chorus_actor_privilege *)arg)->out_privilege =
			CHORUS_ACTOR_SYSTEM;
	if (command == CHORUS_IOC_ACTOR_PI)
		((struct chorus_actor_pi *)arg)->out_pi.did = 5;
	return 0;
}

static void test_actor(void)
{
	KnActorPrivilege priv = K_USERACTOR;
	KnProtId pi = { 1, 2, 3 };
	KnCap cap;
	char name[K_ACTORNAMEMAX + 1];

	fake_reset();
	fake.answer = self;
	is(actorSelf(NULL), K_EFAULT, "actorSelf(null)");
	is(actorSelf(&cap), K_OK, "actorSelf");
	ok(cap.ui.uiHead == 10 && cap.ui.uiTail == 11 &&
	   cap.key.keyHead == 12 && cap.key.keyTail == 13, "capability");

	is(actorDelete(NULL), K_EFAULT, "actorDelete(null) is no suicide");
	is(actorDelete(&other), K_OK, "actorDelete");
	is(fake.in.actor_delete.cap.key.k[1], 4, "capability goes down");
	is(actorDelete(K_MYACTOR), K_OK, "actorDelete(K_MYACTOR)");
	is(fake.in.actor_delete.cap.ui.head, 10, "is the caller's");

	fake.answer = old_name;
	is(actorName(NULL, name, NULL), K_EFAULT, "actorName(null actor)");
	is(actorName(K_MYACTOR, name, NULL), K_OK, "read the name");
	is(fake.in.name.flags, CHORUS_SELF, "of the caller");
	is(strlen(name), K_ACTORNAMEMAX, "always terminated");
	is(actorName(&other, NULL, "fifteen chars.."), K_OK, "15 characters");
	is(fake.in.name.flags, CHORUS_SET, "write");
	ok(!memcmp(fake.in.name.name, "fifteen chars..", 16), "name");
	is(actorName(&other, NULL, "sixteen chars..."), K_EINVAL,
	   "16 characters");

	fake.answer = old_values;
	is(actorPrivilege(NULL, &priv, NULL), K_EFAULT, "actorPrivilege(null)");
	is(actorPrivilege(K_MYACTOR, &priv, NULL), K_OK, "read privilege");
	is(fake.in.privilege.flags, CHORUS_SELF, "does not write");
	is(priv, K_SYSTEMACTOR, "privilege");
	is(actorPrivilege(K_MYACTOR, NULL, &priv), K_OK, "write privilege");
	is(fake.in.privilege.flags, CHORUS_SELF | CHORUS_SET, "flags");
	is(fake.in.privilege.privilege, CHORUS_ACTOR_SYSTEM, "value");

	is(actorPi(NULL, &pi, NULL), K_EFAULT, "actorPi(null)");
	is(actorPi(&other, NULL, &pi), K_OK, "write protection id");
	is(fake.in.pi.pi.did, 3, "value");
	is(fake.in.pi.flags, CHORUS_SET, "flags");
	is(actorPi(&other, &pi, NULL), K_OK, "read protection id");
	is(pi.did, 5, "value");
}

static int thread_values(unsigned int command, void *arg)
{
	if (command == CHORUS_IOC_THREAD_SELF)
		((struct chorus_thread_self *)arg)->out_li = 6;
	if (command == CHORUS_IOC_THREAD_ABORTED)
		((struct chorus_thread_aborted *)arg)->out_aborted = 1;
	return 0;
}

static int delay_errno;

static int delays(unsigned int command, void *arg)
{
	(void)command;
	(void)arg;
	return -delay_errno;
}

static void test_delay(void)
{
	static const KnTimeVal bad[] = {
		{ -1, 0 }, { 0, -1 }, { 0, 1000000000 }, { LONG_MIN, 0 },
	};
	KnTimeVal val = { 2, 500000000 };
	size_t i;

	fake_reset();
	fake.answer = delays;
	delay_errno = ETIMEDOUT;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is(threadDelay(&bad[i]), K_EINVAL, "threadDelay({%ld, %ld})",
		   bad[i].tmSec, bad[i].tmNSec);
	is(threadDelay(K_NOBLOCK), K_OK, "threadDelay(K_NOBLOCK) yields");
	is(fake.traps, 0, "without the nucleus");
	is(threadDelay(&val), K_ETIMEOUT, "threadDelay");
	is(fake.command, CHORUS_IOC_THREAD_DELAY, "waits in the nucleus");
	is(fake.traps, 1, "by one command");
	is(fake.in.delay.flags, 0, "flags");
	is(fake.in.delay.deadline, 0, "a fresh wait");
	is(fake.in.delay.timeout, 2500000000LL, "for 2.5 s");
	is(threadDelay(K_NOTIMEOUT), K_ETIMEOUT, "threadDelay(K_NOTIMEOUT)");
	is(fake.in.delay.timeout, -1, "for ever");
	val.tmSec = LONG_MAX;
	threadDelay(&val);
	if (sizeof(long) > 4)
		is(fake.in.delay.timeout, INT64_MAX, "a huge span is capped");
	else
		is(fake.in.delay.timeout, 2147483647500000000LL, "32 bits");
	delay_errno = ECANCELED;
	is(threadDelay(K_NOTIMEOUT), K_EABORT, "aborted");
	delay_errno = EINTR;
	is(threadDelay(K_NOTIMEOUT), K_EINTR, "interrupted");
}

static void test_thread(void)
{
	fake_reset();
	fake.answer = thread_values;
	is(threadSelf(), 6, "threadSelf");
	is(threadAborted(), 1, "threadAborted");
	is(threadAbort(NULL, 1), K_EFAULT, "threadAbort(null)");
	is(threadAbort(K_MYACTOR, K_MYSELF), K_OK, "threadAbort(self)");
	is(fake.in.abort.flags, CHORUS_SELF, "flags");
	is(fake.in.abort.li, 0, "li");
	is(threadAbort(&other, 8), K_OK, "threadAbort(other)");
	is(fake.in.abort.li, 8, "li");
	is(fake.in.abort.flags, 0, "flags");
	ok(fake.in.abort.cap.ui.tail == 2 && fake.in.abort.cap.key.k[0] == 3,
	   "capability");
}

static int new_port(unsigned int command, void *arg)
{
	struct chorus_port_create *cmd = arg;

	if (command == CHORUS_IOC_PORT_CREATE) {
		cmd->out_li = 4;
		cmd->out_ui.head = 40;
		cmd->out_ui.tail = 41;
	}
	if (command == CHORUS_IOC_PORT_LI)
		((struct chorus_port_ui *)arg)->li = 4;
	if (command == CHORUS_IOC_PORT_UI)
		((struct chorus_port_ui *)arg)->ui.tail = 41;
	if (command == CHORUS_IOC_PORT_SEQNUM)
		((struct chorus_port_seqnum *)arg)->out_seqnum = 1ULL << 33;
	if (command == CHORUS_IOC_PORT_LEND) {
		((struct chorus_port_lend *)arg)->out_rt = 7;
		((struct chorus_port_lend *)arg)->out_nice = -7;
	}
	return self(command, arg);
}

static void test_port(void)
{
	KnCap mine = { { 10, 11 }, { 12, 13 } };
	KnCap forged = { { 10, 11 }, { 12, 99 } };
	KnProtId pi = { 1, 2, 3 };
	ChorusLend lend = { .rt = 9, .nice = -9 }, was;
	KnUniqueId ui;
	KnEvtNum seq;

	fake_reset();
	fake.answer = new_port;
	is(portCreate(K_MYACTOR, NULL), K_EFAULT, "portCreate(null)");
	is(portCreate(NULL, &ui), K_EFAULT, "portCreate(null actor)");
	is(portCreate(K_MYACTOR, &ui), 4, "portCreate");
	is(fake.in.port_create.flags, 0, "flags");
	ok(ui.uiHead == 40 && ui.uiTail == 41, "name");
	is(portCreate(&mine, &ui), 4, "the own capability will do");
	is(portCreate(&other, &ui), K_ENOTIMP, "another actor's will not");
	is(portCreate(&forged, &ui), K_EINVAL, "nor a wrong key");

	is(portDeclare(K_MYACTOR, NULL), K_EFAULT, "portDeclare(null)");
	uiBuild(&ui, K_UIPORT_STATPORT, 5, 6);
	is(portDeclare(K_MYACTOR, &ui), 4, "portDeclare");
	is(fake.in.port_create.flags, CHORUS_PORT_DECLARE, "flags");
	ok(fake.in.port_create.ui.head ==
	   ((uint64_t)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT | 5), "name");

	is(portDelete(&other, 4), K_ENOTIMP, "portDelete of another's");
	is(portDelete(K_MYACTOR, 4), K_OK, "portDelete");
	is(fake.in.port_delete.li, 4, "li");
	is(portEnable(K_MYACTOR, 4, 255), K_OK, "portEnable");
	is(fake.in.port_enable.priority, 255, "priority");
	portEnable(K_MYACTOR, 4, -1);
	is(fake.in.port_enable.priority, UINT_MAX, "-1 goes down to be refused");
	is(portDisable(K_MYACTOR, 4), K_OK, "portDisable");
	is(fake.command, CHORUS_IOC_PORT_DISABLE, "command");
	is(fake.in.port_enable.priority, 0, "no priority");

	is(portUi(4, NULL), K_EFAULT, "portUi(null)");
	is(portUi(4, &ui), K_OK, "portUi");
	is(fake.in.port_ui.li, 4, "li");
	is(ui.uiTail, 41, "name");
	is(portLi(NULL), K_EFAULT, "portLi(null)");
	is(portLi(&ui), 4, "portLi");
	is(fake.in.port_ui.ui.tail, 41, "name");
	is(portPi(K_MYACTOR, 4, NULL, &pi), K_OK, "portPi");
	is(fake.in.port_pi.flags, CHORUS_SET, "flags");
	is(fake.in.port_pi.pi.gid, 2, "value");
	is(portGetSeqNum(4, NULL), K_EFAULT, "portGetSeqNum(null)");
	is(portGetSeqNum(4, &seq), K_OK, "portGetSeqNum");
	is(seq, 1LL << 33, "count");
	is(chorus_port_lend(4, NULL, NULL), K_OK, "chorus_port_lend(asks)");
	is(fake.in.port_lend.flags, 0, "writes nothing");
	is(chorus_port_lend(4, &lend, &was), K_OK, "chorus_port_lend");
	is(fake.in.port_lend.flags, CHORUS_SET, "flags");
	ok(fake.in.port_lend.rt == 9 && fake.in.port_lend.nice == -9, "limits");
	ok(was.rt == 7 && was.nice == -7, "and those before");
}

static int five_departures(unsigned int command, void *arg)
{
	struct chorus_watch *cmd = arg;

	if (command == CHORUS_IOC_WATCH)
		cmd->out_departures = 5;
	return 0;
}

static void test_watch(void)
{
	KnUniqueId ui = { .uiHead = 5, .uiTail = 6 };
	KnCap cap = { .ui = { 7, 8 }, .key = { 9, 10 } };
	uint64_t departures = UINT64_MAX;

	fake_reset();
	fake.answer = five_departures;
	is(chorus_watch(NULL, 1, 7), K_EFAULT, "chorus_watch(null)");
	is(chorus_watch(&ui, 1, 7), K_OK, "chorus_watch");
	is(fake.command, CHORUS_IOC_WATCH, "command");
	is(fake.in.watch.size, sizeof(struct chorus_watch), "size");
	ok(!fake.in.watch.flags && fake.in.watch.object.tail == 6 &&
	   fake.in.watch.li == 1 && fake.in.watch.cookie == 7 &&
	   !fake.in.watch.seen, "object, port and cookie");
	is(chorus_watch_members(&ui, 2, 8, NULL), K_OK, "chorus_watch_members");
	is(fake.in.watch.flags, CHORUS_WATCH_MEMBERS, "from now on");
	is(chorus_watch_members(&ui, 2, 8, &departures), K_OK, "the same");
	is(fake.in.watch.flags, CHORUS_WATCH_MEMBERS, "in other words");
	is(departures, 5, "so many so far");
	is(chorus_watch_members(&ui, 2, 8, &departures), K_OK, "and again");
	is(fake.in.watch.flags, CHORUS_WATCH_MEMBERS | CHORUS_WATCH_SINCE, "since");
	is(fake.in.watch.seen, 5, "those");
	is(chorus_unwatch(&ui, 3, 9), K_OK, "chorus_unwatch");
	is(fake.command, CHORUS_IOC_WATCH_CANCEL, "command");
	ok(fake.in.watch_cancel.object.tail == 6 && fake.in.watch_cancel.li == 3 &&
	   fake.in.watch_cancel.cookie == 9, "of the same");
	is(chorus_unwatch(NULL, 3, 9), K_EFAULT, "chorus_unwatch(null)");
	is(chorus_port_hold(3, &ui, 77), K_OK, "chorus_port_hold");
	ok(fake.in.port_policy.li == 3 && fake.in.port_policy.hold == 77 &&
	   fake.in.port_policy.heir.tail == 6, "port, time and heir");
	is(fake.in.port_policy.policy, CHORUS_POLICY_HOLD, "hold");
	is(chorus_port_hold(3, NULL, 0), K_OK, "no more");
	ok(!fake.in.port_policy.heir.head && !fake.in.port_policy.hold &&
	   fake.in.port_policy.policy == CHORUS_POLICY_FAIL, "fail");
	is(chorus_actor_bar(NULL, K_BARSEND, NULL), K_EFAULT, "chorus_actor_bar(null)");
	is(chorus_actor_bar(&cap, K_BARRECEIVE, &ui), K_OK, "chorus_actor_bar");
	ok(fake.in.actor_bar.cap.ui.tail == 8 && fake.in.actor_bar.cap.key.k[1] == 10 &&
	   fake.in.actor_bar.bar == CHORUS_BAR_RECEIVE &&
	   fake.in.actor_bar.mediator.tail == 6, "whom, what, and but for whom");
	fake_reset();
}

static int new_group(unsigned int command, void *arg)
{
	struct chorus_group_allocate *cmd = arg;

	if (command == CHORUS_IOC_GROUP_ALLOCATE) {
		cmd->out_cap.ui.head = (uint64_t)cmd->type << CHORUS_UI_TYPE_SHIFT;
		cmd->out_cap.ui.tail = 61;
		cmd->out_cap.key.k[0] = 62;
		cmd->out_cap.key.k[1] = 63;
	}
	return 0;
}

static void test_group(void)
{
	KnUniqueId ui = { 5, 6 };
	KnCap group;
	int mode;

	fake_reset();
	fake.answer = new_group;
	is(grpAllocate(K_DYNAMIC, NULL, 0), K_EFAULT, "grpAllocate(null)");
	is(grpAllocate(K_STATUSER, &group, 0xffffffff), K_OK, "grpAllocate");
	is(fake.in.group_allocate.type, CHORUS_UI_STATGROUP_USER, "type");
	is(fake.in.group_allocate.stamp, 0xffffffff, "stamp");
	ok(group.ui.uiTail == 61 && group.key.keyHead == 62 &&
	   group.key.keyTail == 63, "capability");
	grpAllocate(-1, &group, 0);
	is(fake.in.group_allocate.type, UINT_MAX, "-1 goes down to be refused");
	is(grpAllocate(K_DYNAMIC, &group, 0), K_OK, "a fresh group");

	is(grpPortInsert(NULL, &ui), K_EFAULT, "grpPortInsert(null group)");
	is(grpPortInsert(&group, NULL), K_EFAULT, "grpPortInsert(null port)");
	is(grpPortInsert(&group, &ui), K_OK, "grpPortInsert");
	is(fake.command, CHORUS_IOC_GROUP_INSERT, "command");
	ok(fake.in.group_member.cap.ui.tail == 61 &&
	   fake.in.group_member.cap.key.k[1] == 63 &&
	   fake.in.group_member.port.tail == 6, "capability and port");
	is(grpPortRemove(&group, &ui), K_OK, "grpPortRemove");
	is(fake.command, CHORUS_IOC_GROUP_REMOVE, "command");

	fake.traps = 0;
	is(ipcTarget(NULL, K_FUNCMODE), K_EFAULT, "ipcTarget(null)");
	is(ipcTarget(&ui, K_FUNCMODE), K_EINVAL, "ipcTarget of no group");
	is(ipcTarget(&group.ui, K_FUNCXMODE + 1), K_EINVAL, "no such mode");
	is(ipcTarget(&group.ui, -1), K_EINVAL, "nor this");
	for (mode = K_FUNCXMODE; mode >= K_BROADMODE; mode--) {
		is(ipcTarget(&group.ui, mode), K_OK, "mode %d", mode);
		ok(group.ui.uiHead >> CHORUS_UI_MODE_SHIFT == (uint64_t)mode &&
		   group.ui.uiTail == 61, "in the two highest bits");
	}
	ok(group.ui.uiHead == (uint64_t)K_DYNAMIC << CHORUS_UI_TYPE_SHIFT, "and out again");
	is(fake.traps, 0, "without a trap");
	is(uiBuild(&ui, K_UIGROUP_STATUSER, 0, 7), K_OK, "uiBuild of a group");
	is(uiBuild(&ui, K_UIGROUP_STATSYS, 1, 7), K_EINVAL, "which has no site");
	is(uiBuild(&ui, K_DYNAMIC, 0, 7), K_EINVAL, "a fresh one cannot be built");
}

static int resolved(unsigned int command, void *arg)
{
	struct chorus_lap_resolve *cmd = arg;

	(void)command;
	cmd->out_desc.lap.tail = 3;
	cmd->out_desc.arg_size = 24;
	cmd->out_desc.options = CHORUS_LAP_SAFE;
	return 0;
}

static void test_lap(void)
{
	KnLapDesc desc, copy;
	char arg[24];

	fake_reset();
	fake.answer = resolved;
	is(lapResolve(NULL, "echo", 0), K_EFAULT, "lapResolve(null)");
	is(lapResolve(&desc, NULL, 0), K_EFAULT, "lapResolve(null name)");
	is(lapResolve(&desc, "", 0), K_EINVAL, "empty name");
	is(lapResolve(&desc, "12345678", 0), K_EINVAL, "8 characters");
	is(fake.traps, 0, "none of them trapped");
	is(lapResolve(&desc, "1234567", K_LAP_NOBLOCK), K_OK, "7 characters");
	is(fake.in.resolve.flags, CHORUS_LAP_NOBLOCK, "flags");
	is(fake.in.resolve.timeout, -1, "for ever");
	ok(!memcmp(fake.in.resolve.name, "1234567", 8), "name");
	ok(desc.lap.uiTail == 3 && desc.argSize == 24 &&
	   desc.options == K_LAP_SAFE, "descriptor");
	chorus_lap_resolve(&desc, "x", 0, 5);
	is(fake.in.resolve.timeout, 5, "chorus_lap_resolve: nanoseconds");
	ok(!memcmp(fake.in.resolve.name, "x\0\0\0\0\0\0", 8), "NUL-padded");

	fake.answer = NULL;
	is(lapInvoke(NULL, arg), K_EFAULT, "lapInvoke(null)");
	is(lapInvoke(&desc, arg), K_OK, "lapInvoke");
	is(fake.in.lap.size, sizeof(struct chorus_lap_invoke), "size");
	is(fake.in.lap.lap.tail, 3, "LAP");
	is(fake.in.lap.arg_size, 24, "argument size from the descriptor");
	ok(fake.in.lap.arg == (uint64_t)(uintptr_t)arg, "argument");
	desc.argSize = 0;
	is(lapInvoke(&desc, arg), K_OK, "a LAP without argument");
	is(fake.in.lap.arg, 0, "gets none");

	fake.answer = fake_fail;
	fake_errno = ENOENT;
	is(lapInvoke(&desc, NULL), K_EINVAL, "no such LAP");
	is(lapResolve(&desc, "echo", K_LAP_NOBLOCK), K_EUNKNOWN, "not bound");
	fake_errno = EPERM;
	is(lapResolve(&desc, "echo", K_LAP_PROTECTED), K_EPRIV, "protected");
	fake_errno = EREMOTEIO;
	is(lapInvoke(&desc, NULL), K_EFAIL, "handler failed");

	desc.argSize = 1;
	ok(!lapDescIsZero(&desc), "lapDescIsZero");
	lapDescDup(&copy, &desc);
	ok(!memcmp(&copy, &desc, sizeof(copy)), "lapDescDup");
	lapDescZero(&desc);
	ok(lapDescIsZero(&desc), "lapDescZero");
}

static void test_ui(void)
{
	KnUniqueId ui, ui2;
	unsigned int site;

	fake_reset();
	is(uiBuild(NULL, K_UIPORT, 1, 2), K_EFAULT, "uiBuild(null)");
	is(uiBuild(&ui, 0, 1, 2), K_EINVAL, "type 0");
	is(uiBuild(&ui, 2, 1, 2), K_EINVAL, "an actor's name is not built");
	is(uiBuild(&ui, 256 + K_UIPORT, 1, 2), K_EINVAL, "type 259");
	is(uiBuild(&ui, K_UISITE, 1, 2), K_EINVAL, "a site has no stamp");
	is(uiBuild(&ui, K_UIPORT_STATPORT, UINT_MAX, UINT_MAX), K_OK, "maxima");
	ok(ui.uiHead == 0x04000000ffffffff && ui.uiTail == UINT_MAX, "layout");
	is(uiGetSite(&ui, &site), K_OK, "uiGetSite");
	is(site, UINT_MAX, "site");
	is(uiGetSite(NULL, &site), K_EFAULT, "uiGetSite(null)");
	is(uiGetSite(&ui, NULL), K_EFAULT, "uiGetSite(null)");
	ui2 = ui;
	ok(uiEqual(&ui, &ui2), "uiEqual");
	ui2.uiTail++;
	ok(!uiEqual(&ui, &ui2), "tails differ");
	ui2 = ui;
	ui2.uiHead++;
	ok(!uiEqual(&ui, &ui2), "heads differ");
	uiClear(&ui);
	ok(uiIsCleared(&ui), "uiClear");
	ok(!uiIsCleared(&ui2), "uiIsCleared");
	is(uiGetSite(&ui, &site), K_EINVAL, "a cleared one has no site");
	is(fake.opens, 0, "none of them needs the nucleus");
	is(uiIsLocal(&ui2), 0, "not from here");
	is(uiIsLocal(&ui), K_EINVAL, "uiIsLocal of a cleared one");
	uiBuild(&ui, K_UIPORT, 0xc0ffee, 1);
	is(uiIsLocal(&ui), 1, "from here");
	is(uiLocalSite(&ui), K_OK, "uiLocalSite");
	uiSite(&ui2, 0xc0ffee);
	ok(uiEqual(&ui, &ui2), "is the site of the handshake");
	is(uiLocalSite(NULL), K_EFAULT, "uiLocalSite(null)");
	fake_reset();
	fake.open_errno = ENOENT;
	is(uiLocalSite(&ui), K_EDEVICE, "no nucleus, no site");
}

int main(void)
{
	test_actor();
	test_thread();
	test_delay();
	test_port();
	test_group();
	test_watch();
	test_lap();
	test_ui();
	return tap_done();
}
