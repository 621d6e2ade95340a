// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls LAP "echo" of chorus_echo.ko, which adds one to the first word of its block. */
#include <stdint.h>
#include <stdio.h>

#include <chorus.h>

int main(void)
{
	struct {
		uint64_t sequence;
		unsigned char data[56];
	} block = { .sequence = 41 };
	KnLapDesc echo;
	int ret;

	ret = lapResolve(&echo, "echo", K_LAP_NOBLOCK);
	if (ret == K_OK && echo.argSize != sizeof(block))
		ret = K_EINVAL;
	if (ret == K_OK)
		ret = lapInvoke(&echo, &block);		/* on this thread, in the kernel */
	if (ret != K_OK) {
		chorus_perror("lap", ret);
		return 1;
	}
	printf("lap: the answer is %llu\n", (unsigned long long)block.sequence);
	return 0;
}
