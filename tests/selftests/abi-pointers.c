// SPDX-License-Identifier: GPL-2.0-or-later
/* A pointer of the caller that cannot be used is EFAULT, wherever it stands. */
#include <sys/mman.h>

#include "sample.h"

static struct sample_place place;
static __u64 bad[6];
static unsigned int bad_count;

/* Nothing, unmapped, no access, a kernel address, and the ends of the address space. */
static void make_bad(void)
{
	void *hole = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(hole != MAP_FAILED);
	bad[bad_count++] = 8;
	bad[bad_count++] = PTR(hole);
	bad[bad_count++] = 0xffffffff81000000ull;
	bad[bad_count++] = 0xffff888000001000ull;
	bad[bad_count++] = 0xfffffffffffffff8ull;
	bad[bad_count++] = 0x0000800000000000ull;
}

TEST(structure, "the structure itself")
{
	make_bad();
	sample_prepare(&place);
	for (unsigned int i = 0; i < commands_count; i++) {
		EXPECT(raw_ioctl(dev, commands[i].ioc, NULL), -EFAULT);
		for (unsigned int b = 0; b < bad_count; b++)
			if (bad[b] == (uintptr_t)bad[b])
				EXPECT(raw_ioctl(dev, commands[i].ioc, (void *)(uintptr_t)bad[b]),
				       -EFAULT);
	}
}

TEST(readonly, "a structure that can be read but not written")
{
	unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct chorus_port_seqnum before = { 0 }, after = { 0 };

	REQUIRE(page != MAP_FAILED);
	sample_prepare(&place);
	before.li = after.li = place.li;
	EXPECT(port_seqnum(&before), 0);
	for (unsigned int i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];
		int plain = sample_fill(&place, c, page);

		if (plain || !c->out[0].to)	/* nothing to write */
			continue;
		MUST_SYS(mprotect(page, 4096, PROT_READ));
		if (!EXPECT(raw_ioctl(dev, c->ioc, page), -EFAULT))
			selftest_note("%s", c->name);
		MUST_SYS(mprotect(page, 4096, PROT_READ | PROT_WRITE));
	}
	EXPECT(port_seqnum(&after), 0);
	CHECK(after.out_seqnum == before.out_seqnum);
}

TEST(send, "annex and body of ipcSend; nothing is queued")
{
	struct chorus_ipc_send s = { 0 };
	char good[CHORUS_ANNEX_SIZE] = "";

	make_bad();
	sample_prepare(&place);
	for (unsigned int b = 0; b < bad_count; b++) {
		s = (struct chorus_ipc_send){
			.target = place.ui, .body = bad[b], .body_size = 16,
		};
		EXPECT(ipc_send(&s), -EFAULT);
		s.body = PTR(good);
		s.annex = bad[b];
		EXPECT(ipc_send(&s), -EFAULT);
	}
	s = (struct chorus_ipc_send){ .target = place.ui, .body = 0, .body_size = 1 };
	EXPECT(ipc_send(&s), -EFAULT);
	/* No bytes, no pointer needed. */
	s = (struct chorus_ipc_send){ .target = place.ui, .body = bad[0], .body_size = 0 };
	EXPECT(ipc_send(&s), 0);
	EXPECT(receive_number(place.li, NULL, POLL), 0);
	EXPECT(receive_number(place.li, NULL, POLL), -ETIMEDOUT);
}

TEST(call, "annex and body of ipcCall; nothing is queued")
{
	struct chorus_ipc_call c;
	char good[CHORUS_ANNEX_SIZE] = "";

	make_bad();
	sample_prepare(&place);
	for (unsigned int b = 0; b < bad_count; b++) {
		c = (struct chorus_ipc_call){
			.target = place.ui, .body = bad[b], .body_size = 16,
		};
		EXPECT(ipc_call(&c), -EFAULT);
		c.body = PTR(good);
		c.annex = bad[b];
		EXPECT(ipc_call(&c), -EFAULT);
	}
	EXPECT(receive_number(place.li, NULL, POLL), -ETIMEDOUT);
}

TEST(unknown, "unknown commands and other magic numbers are ENOTTY")
{
	char arg[256] = { 0 };

	*(__u32 *)arg = 64;
	actor_open();
	for (unsigned int nr = 0; nr < 256; nr++) {
		if (!command_of(CHORUS_IOC(nr)))
			EXPECT(raw_ioctl(dev, CHORUS_IOC(nr), arg), -ENOTTY);
		EXPECT(raw_ioctl(dev, _IO(0xca, nr), arg), -ENOTTY);
	}
	EXPECT(raw_ioctl(dev, 0, arg), -ENOTTY);
	EXPECT(raw_ioctl(dev, 0xffffffff, arg), -ENOTTY);
	/* FIONREAD and the like are nobody's business here. */
	EXPECT(raw_ioctl(dev, 0x541b, arg), -ENOTTY);
}

TEST(encoded, "the size and direction encoded in a command are ignored")
{
	struct chorus_hello h = { .size = sizeof(h) };

	actor_open();
	EXPECT(raw_ioctl(dev, _IOWR(CHORUS_IOC_MAGIC, 0x00, struct chorus_hello), &h), 0);
	EXPECT(raw_ioctl(dev, _IOR(CHORUS_IOC_MAGIC, 0x00, char), &h), 0);
	CHECK(h.out_port_queue > 0);
}
