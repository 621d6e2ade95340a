// SPDX-License-Identifier: GPL-2.0-or-later
/* copyin and copyout of a handler: the caller's memory, and nothing but. */
#include <sys/mman.h>

#include "chorus_probe.h"
#include "scene.h"

static long copy(__u64 address, __u64 size)
{
	struct probe_copy c = { .address = address, .size = size, .result = 1 };
	struct chorus_lap_desc lap = need_lap(PROBE_LAP_COPY);
	int result = invoke(&lap, &c, sizeof(c));

	return result ?: c.result;
}

TEST(good, "bytes are fetched and brought back reversed, exactly those")
{
	unsigned char bytes[160];

	actor_open();
	for (int size = 1; size <= 128; size++) {
		memset(bytes, POISON, sizeof(bytes));
		for (int i = 0; i < size; i++)
			bytes[16 + i] = i;
		EXPECT(copy(PTR(bytes + 16), size), 0);
		for (int i = 0; i < size; i++)
			CHECK(bytes[16 + i] == size - 1 - i);
		CHECK(same_bytes(bytes, 16, POISON));
		CHECK(same_bytes(bytes + 16 + size, 144 - size, POISON));
	}
}

TEST(bad, "nothing, unmapped, read-only: EFAULT, and the process lives")
{
	unsigned char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(page != MAP_FAILED);
	actor_open();
	memset(page, 7, 8192);
	EXPECT(copy(0, 8), -EFAULT);
	EXPECT(copy(8, 8), -EFAULT);
	MUST_SYS(munmap(page + 4096, 4096));
	EXPECT(copy(PTR(page + 4096), 8), -EFAULT);
	EXPECT(copy(PTR(page + 4096 - 4), 8), -EFAULT);
	MUST_SYS(mprotect(page, 4096, PROT_READ));
	EXPECT(copy(PTR(page), 8), -EFAULT);
	CHECK(same_bytes(page, 4096, 7));
}

TEST(kernel, "a kernel address passed by a process is EFAULT: no confused deputy")
{
	static const __u64 fixed[] = {
		0xffffffff81000000ull, 0xffff888000000000ull, 0xffff888000100000ull,
		0xffffffffff600000ull, 0xfffffffffffffff0ull, 0xffffc90000000000ull,
		0x0000800000000000ull, 0x00007ffffffff000ull, 0x8000000000000000ull,
	};
	char line[256];
	FILE *symbols;
	int tried = 0;

	actor_open();
	need_lap(PROBE_LAP_COPY);
	for (unsigned int i = 0; i < ARRAY_SIZE(fixed); i++)
		EXPECT(copy(fixed[i], 8), -EFAULT);
	/* Addresses that surely are there: those of symbols, ours too. */
	symbols = fopen("/proc/kallsyms", "r");
	for (int n = 0; symbols && fgets(line, sizeof(line), symbols); n++)
		if (n % 20000 == 0 || strstr(line, "chorus_echo")) {
			EXPECT(copy(strtoull(line, NULL, 16), 16), -EFAULT);
			if (++tried > 40)
				break;
		}
	if (symbols)
		fclose(symbols);
}
