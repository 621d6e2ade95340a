// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The size at the head of every structure: shorter than the first ABI EINVAL; longer
 * with a tail of zeroes fine; with anything else in the tail, or above a page, E2BIG.
 */
#include <sys/mman.h>

#include "sample.h"

static struct sample_place place;
static union {
	__u32 size;
	unsigned char bytes[8192];
} arg;

/* A call with this size; the result, -EINVAL and -E2BIG being what is looked for. */
static int with_size(const struct command *c, __u32 size)
{
	arg.size = size;
	return raw_ioctl(dev, c->ioc, &arg);
}

TEST(sizes, "every command judges its size")
{
	const __u32 page = 4096;

	sample_prepare(&place);
	for (unsigned int i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];
		int plain;

		memset(&arg, 0, sizeof(arg));
		plain = sample_fill(&place, c, &arg);
		/* Outputs and what depends on state are not the matter here. */
		selftest_note("%s", c->name);
		EXPECT(with_size(c, c->size), plain);
		sample_fill(&place, c, &arg);
		EXPECT(with_size(c, c->size - 1), -EINVAL);
		EXPECT(with_size(c, 8), -EINVAL);
		EXPECT(with_size(c, 4), -EINVAL);
		EXPECT(with_size(c, 0), -EINVAL);
		sample_fill(&place, c, &arg);
		EXPECT(with_size(c, c->size + 8), plain);
		sample_fill(&place, c, &arg);
		EXPECT(with_size(c, page), plain);
		sample_fill(&place, c, &arg);
		EXPECT(with_size(c, page + 1), -E2BIG);
		EXPECT(with_size(c, ~0u), -E2BIG);
		EXPECT(with_size(c, 1u << 31), -E2BIG);
		sample_fill(&place, c, &arg);
		arg.bytes[c->size] = 1;
		EXPECT(with_size(c, c->size + 8), -E2BIG);
		EXPECT(with_size(c, c->size + 1), -E2BIG);
		arg.bytes[c->size] = 0;
		arg.bytes[page - 1] = 1;
		EXPECT(with_size(c, page), -E2BIG);
		arg.bytes[page - 1] = 0;
	}
}

TEST(tail, "the tail beyond the known structure is left alone")
{
	sample_prepare(&place);
	for (unsigned int i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];

		memset(&arg, 0, sizeof(arg));
		sample_fill(&place, c, &arg);
		with_size(c, c->size + 16);
		CHECK(same_bytes(arg.bytes + c->size, 64, 0), "%s", c->name);
		CHECK(arg.size == c->size + 16, "%s: size became %u", c->name, arg.size);
	}
}

TEST(beyond, "a size that reaches into unmapped memory is EFAULT")
{
	unsigned char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), sample[256];

	REQUIRE(page != MAP_FAILED);
	MUST_SYS(munmap(page + 4096, 4096));
	sample_prepare(&place);
	for (unsigned int i = 0; i < commands_count; i++) {
		const struct command *c = &commands[i];
		unsigned char *at = page + 4096 - c->size;
		int plain = sample_fill(&place, c, sample);

		selftest_note("%s", c->name);
		/* Aligned: fits exactly before the hole, then one word more. */
		memcpy(at, sample, c->size);
		EXPECT(raw_ioctl(dev, c->ioc, at), plain);
		*(__u32 *)at = c->size + 8;
		EXPECT(raw_ioctl(dev, c->ioc, at), -EFAULT);
		/* The size itself straddles the hole, or lies in it. */
		EXPECT(raw_ioctl(dev, c->ioc, page + 4096 - 2), -EFAULT);
		EXPECT(raw_ioctl(dev, c->ioc, page + 4096), -EFAULT);
	}
}
