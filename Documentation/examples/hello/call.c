// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls LAP "hello" twice; the struct is that of hello.c. */
#include <stdint.h>
#include <stdio.h>

#include <chorus.h>

struct hello_arg {
	uint64_t number;
	KnUniqueId who;
};

int main(void)
{
	struct hello_arg arg;
	KnLapDesc hello;
	KnCap self;
	int i, ret;

	ret = lapResolve(&hello, "hello", K_LAP_NOBLOCK);
	if (ret == K_OK && hello.argSize != sizeof(arg))
		ret = K_EINVAL;
	if (ret == K_OK)
		ret = actorSelf(&self);
	for (i = 0; i < 2 && ret == K_OK; i++) {
		ret = lapInvoke(&hello, &arg);
		if (ret == K_OK)
			printf("hello: caller %llu%s\n", (unsigned long long)arg.number,
			       uiEqual(&arg.who, &self.ui) ? ", which is me" : "");
	}
	if (ret != K_OK)
		chorus_perror("hello", ret);
	return ret != K_OK;
}
