// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An actor to be looked at: so many ports, messages and invocations, and then
 * it waits for the end of its input.  actor PORTS
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/chorus.h>

#define SENDS		3
#define RECEIVES	1
#define INVOCATIONS	7
#define CALLS		2

static int fd;

static void command(unsigned long number, void *argument, const char *name)
{
	if (ioctl(fd, number, argument))
		err(1, "%s", name);
}
#define COMMAND(number, argument) command(number, argument, #number)

static struct chorus_ui create_port(int enable)
{
	struct chorus_port_create create = { .size = sizeof(create) };
	struct chorus_port_enable set = { .size = sizeof(set), .priority = 3 };

	COMMAND(CHORUS_IOC_PORT_CREATE, &create);
	set.li = create.out_li;
	if (enable)
		COMMAND(CHORUS_IOC_PORT_ENABLE, &set);
	return create.out_ui;
}

static void exchange(struct chorus_ui port)
{
	struct chorus_ipc_send send = { .size = sizeof(send), .target = port };
	struct chorus_ipc_receive receive = {
		.size = sizeof(receive), .li = CHORUS_LI_ANYENABLED,
	};
	int i;

	for (i = 0; i < SENDS; i++)
		COMMAND(CHORUS_IOC_IPC_SEND, &send);
	for (i = 0; i < RECEIVES; i++)
		COMMAND(CHORUS_IOC_IPC_RECEIVE, &receive);
}

/* The port and the one made last. */
static void join_group(struct chorus_ui port, struct chorus_ui other)
{
	struct chorus_group_allocate group = {
		.size = sizeof(group), .type = CHORUS_UI_STATGROUP_USER, .stamp = 7,
	};
	struct chorus_group_member member = { .size = sizeof(member) };

	COMMAND(CHORUS_IOC_GROUP_ALLOCATE, &group);
	member.cap = group.out_cap;
	member.port = port;
	COMMAND(CHORUS_IOC_GROUP_INSERT, &member);
	member.port = other;
	COMMAND(CHORUS_IOC_GROUP_INSERT, &member);
}

static void use_echo(void)
{
	struct chorus_lap_resolve resolve = {
		.size = sizeof(resolve), .flags = CHORUS_LAP_NOBLOCK, .name = "null",
	};
	struct chorus_lap_invoke invoke = { .size = sizeof(invoke) };
	struct chorus_ipc_call call = {
		.size = sizeof(call), .timeout = -1,
		.target.head = ((__u64)CHORUS_UI_STATPORT << CHORUS_UI_TYPE_SHIFT) | 1,
		.target.tail = 0x6563686f,
	};
	int i;

	COMMAND(CHORUS_IOC_LAP_RESOLVE, &resolve);
	invoke.lap = resolve.out_desc.lap;
	for (i = 0; i < INVOCATIONS; i++)
		COMMAND(CHORUS_IOC_LAP_INVOKE, &invoke);
	for (i = 0; i < CALLS; i++)
		COMMAND(CHORUS_IOC_IPC_CALL, &call);
}

int main(int argc, char **argv)
{
	struct chorus_actor_name name = {
		.size = sizeof(name), .flags = CHORUS_SET | CHORUS_SELF, .name = "watched",
	};
	int i, ports = argc > 1 ? atoi(argv[1]) : 1;
	struct chorus_ui port, last;

	fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "/dev/chorus");
	COMMAND(CHORUS_IOC_ACTOR_NAME, &name);
	port = last = create_port(1);
	for (i = 1; i < ports; i++)
		last = create_port(0);
	join_group(port, last);
	exchange(port);
	use_echo();
	printf("port:%u:%016llx\n", (unsigned int)port.head, (unsigned long long)port.tail);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
