// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * End the guest with a status of its own through QEMU's isa-debug-exit device:
 * QEMU exits with (code << 1) | 1. A guest that panics, or a QEMU that never
 * started, ends with another status, so an orderly end cannot be imitated.
 */
#include <stdio.h>
#include <sys/io.h>

#define DEBUG_EXIT_PORT 0xf4
#define ORDERLY		16	/* the host sees 33 */

int main(void)
{
	if (ioperm(DEBUG_EXIT_PORT, 4, 1)) {
		perror("ioperm");
		return 1;
	}
	outl(ORDERLY, DEBUG_EXIT_PORT);
	return 1;
}
